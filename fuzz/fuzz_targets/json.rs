//! The scanner against `serde_json`: what one reads the other reads, and alike.
#![no_main]

use countersign::json::{Bounds, Document, Duplicates, FaultKind, Node, Value, scan};
use libfuzzer_sys::fuzz_target;
use serde_json::Value as Twin;

fuzz_target!(|text: &[u8]| {
    let mut tape = vec![Node::default(); text.len() / 2 + 1];
    let ours = scan(text, Bounds { depth: 16, members: 256 }, Duplicates::Refuse, &mut tape);
    let theirs = serde_json::from_slice::<Twin>(text);
    match (ours, theirs) {
        (Ok((text, used)), Ok(twin)) => {
            let value = Value::root(text, &tape[..used]).unwrap();
            assert!(same(value, &twin));
            let mut compact = Vec::new();
            value.write_compact(&mut compact);
            assert_eq!(serde_json::from_slice::<Twin>(&compact).unwrap(), twin);
        }
        // A number beyond f64 is the one thing that only serde_json refuses.
        (Ok((text, _)), Err(_)) => assert!(text.contains(['e', 'E']) || text.len() > 300),
        (Err(fault), Ok(_)) => assert!(
            matches!(fault.kind, FaultKind::RepeatedName | FaultKind::Depth | FaultKind::Members | FaultKind::Nodes),
            "{fault}"
        ),
        (Err(_), Err(_)) => {}
    }
    let _ = Document::parse(text, Duplicates::Mark).map(|document| document.root().repeats_within());
});

fn same(ours: Value<'_>, theirs: &Twin) -> bool {
    match theirs {
        Twin::Null => ours.is_null(),
        Twin::Bool(value) => ours.as_bool() == Some(*value),
        Twin::Number(value) => ours.as_number().is_some_and(|text| near(text.parse().unwrap(), value.as_f64().unwrap())),
        Twin::String(value) => ours.as_text().is_some_and(|text| text.is(value) && text.to_owned_string() == *value),
        Twin::Array(values) => ours
            .as_array()
            .is_some_and(|ours| ours.clone().count() == values.len() && ours.zip(values).all(|(a, b)| same(a, b))),
        Twin::Object(members) => ours.as_object().is_some_and(|mut ours| {
            ours.clone().count() == members.len()
                && ours.all(|(name, value)| members.get(&name.to_owned_string()).is_some_and(|twin| same(value, twin)))
        }),
    }
}

/// `serde_json` may be off by the last bits of a float.
fn near(ours: f64, theirs: f64) -> bool {
    (ours - theirs).abs() <= ours.abs() * 1e-14 + f64::MIN_POSITIVE
}
