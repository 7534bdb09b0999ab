//! The scanner against `serde_json`: what one reads the other reads, and alike, a name that stands twice among it.
#![no_main]

use std::fmt;

use countersign::claims::Registered;
use countersign::json::{Bounds, Document, Duplicates, FaultKind, Node, Value, scan};
use libfuzzer_sys::fuzz_target;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

fuzz_target!(|text: &[u8]| {
    let theirs = serde_json::from_slice::<Twin>(text);
    let bounds = Bounds { depth: 16, members: 256 };
    let mut tape = vec![Node::default(); text.len() / 2 + 1];
    match (scan(text, bounds, Duplicates::Refuse, &mut tape), &theirs) {
        (Ok((text, used)), Ok(twin)) => {
            let value = Value::root(text, &tape[..used]).unwrap();
            assert!(same(value, twin) && !twin.repeats() && twin.depth() <= 16);
            assert_eq!(value.raw(), text.trim_matches([' ', '\t', '\n', '\r']));
            claims_are_members(value);
            let mut compact = Vec::new();
            value.write_compact(&mut compact);
            assert!(same(value, &serde_json::from_slice(&compact).unwrap()));
        }
        // A number beyond f64, and nesting beyond 128, are what only serde_json refuses.
        (Ok((text, _)), Err(_)) => assert!(text.contains(['e', 'E']) || text.len() > 300),
        (Err(fault), Ok(twin)) => {
            assert!(fault.offset <= text.len());
            match fault.kind {
                FaultKind::RepeatedName => assert!(twin.repeats()),
                FaultKind::Depth => assert!(twin.depth() > 16),
                FaultKind::Members => assert!(twin.most_members() > 256),
                _ => panic!("{fault}"),
            }
        }
        (Err(fault), Err(_)) => assert!(fault.offset <= text.len()),
    }
    // Marked and not refused: every object knows whether it has a name twice.
    match (Document::parse(text, Duplicates::Mark), &theirs) {
        (Ok(document), Ok(twin)) => {
            assert!(same(document.root(), twin));
            assert_eq!(document.root().repeats_within(), twin.repeats());
        }
        (Err(fault), Ok(twin)) => assert!(fault.kind == FaultKind::Depth && twin.depth() > 64, "{fault}"),
        _ => {}
    }
});

/// The registered claims are found by hash in one pass, members by name one after the other.
fn claims_are_members(value: Value<'_>) {
    let Some(claims) = Registered::read(value) else { return assert!(value.as_object().is_none()) };
    for name in ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "cnf", "client_id", "scope", "scp", "other"] {
        let place = |value: Option<Value<'_>>| value.map(|value| value.offset());
        assert_eq!(place(claims.named(name)), place(value.member(name)), "{name}");
    }
}

/// What `serde_json` read, members as they stand.
enum Twin {
    Null,
    Boolean(bool),
    Number(f64),
    Text(String),
    Array(Vec<Twin>),
    Object(Vec<(String, Twin)>),
}

impl Twin {
    fn inside(&self) -> Box<dyn Iterator<Item = &Twin> + '_> {
        match self {
            Twin::Array(items) => Box::new(items.iter()),
            Twin::Object(members) => Box::new(members.iter().map(|(_, value)| value)),
            _ => Box::new(std::iter::empty()),
        }
    }

    fn has_name_twice(&self) -> bool {
        let Twin::Object(members) = self else { return false };
        (0..members.len()).any(|at| members[..at].iter().any(|(name, _)| *name == members[at].0))
    }

    fn repeats(&self) -> bool {
        self.has_name_twice() || self.inside().any(Twin::repeats)
    }

    fn depth(&self) -> usize {
        let own = usize::from(matches!(self, Twin::Array(_) | Twin::Object(_)));
        own + self.inside().map(Twin::depth).max().unwrap_or(0)
    }

    fn most_members(&self) -> usize {
        let own = if let Twin::Object(members) = self { members.len() } else { 0 };
        self.inside().map(Twin::most_members).max().unwrap_or(0).max(own)
    }
}

fn same(ours: Value<'_>, theirs: &Twin) -> bool {
    match theirs {
        Twin::Null => ours.is_null(),
        Twin::Boolean(value) => ours.as_bool() == Some(*value),
        Twin::Number(value) => ours.as_number().is_some_and(|text| near(text.parse().unwrap(), *value)),
        Twin::Text(value) => ours.as_text().is_some_and(|text| text.is(value) && text.to_owned_string() == *value),
        Twin::Array(values) => ours
            .as_array()
            .is_some_and(|ours| ours.clone().count() == values.len() && ours.zip(values).all(|(a, b)| same(a, b))),
        Twin::Object(members) => ours.as_object().is_some_and(|ours| {
            ours.clone().count() == members.len()
                && ours
                    .zip(members)
                    .all(|((name, value), (their_name, theirs))| name.is(their_name) && same(value, theirs))
        }),
    }
}

/// `serde_json` may be off by the last bits of a float.
fn near(ours: f64, theirs: f64) -> bool {
    (ours - theirs).abs() <= ours.abs() * 1e-14 + f64::MIN_POSITIVE
}

impl<'de> Deserialize<'de> for Twin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Twin, D::Error> {
        deserializer.deserialize_any(Build)
    }
}

struct Build;

impl<'de> Visitor<'de> for Build {
    type Value = Twin;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Twin, E> {
        Ok(Twin::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Twin, E> {
        Ok(Twin::Boolean(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Twin, E> {
        Ok(Twin::Number(value as f64))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Twin, E> {
        Ok(Twin::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Twin, E> {
        Ok(Twin::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Twin, E> {
        Ok(Twin::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Twin, A::Error> {
        let mut read = Vec::new();
        while let Some(item) = items.next_element()? {
            read.push(item);
        }
        Ok(Twin::Array(read))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Twin, A::Error> {
        let mut read = Vec::new();
        while let Some(member) = members.next_entry()? {
            read.push(member);
        }
        Ok(Twin::Object(read))
    }
}
