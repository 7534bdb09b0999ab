//! The JSON scanner against its own table, an independent parser and the public vectors.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use std::path::Path;

use base64::Engine as _;
use countersign::json::{Bounds, Document, Duplicates, FaultKind, Node, Value, scan};
use proptest::prelude::*;

const TOKEN: Bounds = Bounds { depth: 16, members: 256 };

fn fault(text: &[u8]) -> Option<FaultKind> {
    let mut tape = vec![Node::default(); text.len() / 2 + 1];
    scan(text, TOKEN, Duplicates::Refuse, &mut tape).err().map(|fault| fault.kind)
}

#[test]
fn everything_outside_the_grammar_is_refused() {
    // REQ-JWS-04, REQ-JWT-01, REQ-BCP-10.
    for text in [
        "",
        " ",
        "{",
        "}",
        "[",
        "]",
        "{]",
        "[}",
        "{}{}",
        "{} x",
        "[1,]",
        "[,1]",
        "{,}",
        "{\"a\":1,}",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "{'a':1}",
        "{\"a\" 1}",
        "[1 2]",
        "01",
        "-",
        "-01",
        "1.",
        ".5",
        "1e",
        "1e+",
        "+1",
        "0x1",
        "NaN",
        "Infinity",
        "-Infinity",
        "nul",
        "nulll",
        "True",
        "tru",
        "\"",
        "\"a",
        "\"\\\"",
        "\"\\x41\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"a\nb\"",
        "\"a\tb\"",
        "\"\u{0}\"",
        "\u{feff}{}",
        "// x\n{}",
        "{}/**/",
        "\u{a0}{}",
        "[1\u{b}]",
    ] {
        assert_eq!(fault(text.as_bytes()), Some(FaultKind::Syntax), "{text:?}");
    }
    for text in [&b"\xff\xfe{\0}\0"[..], b"\"\xc3\"", b"\"\xed\xa0\x80\"", b"\"\xf4\x90\x80\x80\"", b"\"\xc0\xaf\""] {
        assert_eq!(fault(text), Some(FaultKind::Utf8), "{text:?}");
    }
    for text in
        [r#""\ud800""#, r#""\udc00""#, r#""\ud800\u0041""#, r#""\ud800x""#, r#""\ud800\ud800""#, r#""\ud800\n""#]
    {
        assert_eq!(fault(text.as_bytes()), Some(FaultKind::Surrogate), "{text:?}");
    }
}

#[test]
fn a_name_twice_is_found_at_every_depth_and_behind_escapes() {
    // REQ-JWS-05, REQ-JWT-02.
    for text in [
        r#"{"a":1,"a":2}"#,
        r#"{"x":[{"y":{"a":1,"b":2,"a":3}}]}"#,
        r#"{"alg":1,"\u0061lg":2}"#,
        r#"{"\u0061lg":1,"al\u0067":2}"#,
        r#"{"":1,"":2}"#,
        r#"{"now":1,"now":2}"#,
        r#"{"seven77":1,"seven77":2}"#,
        r#"{"eight888":1,"eight888":2}"#,
        r#"{"a long name of many bytes":1,"a long name of many bytes":2}"#,
        r#"{"😀":1,"\ud83d\ude00":2}"#,
    ] {
        assert_eq!(fault(text.as_bytes()), Some(FaultKind::RepeatedName), "{text}");
    }
    for text in [
        r#"{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}"#,
        r#"{"a long name of many bytes1":1,"a long name of many bytes2":2}"#,
        r#"{"a":1,"A":2,"a ":3,"\u0000":4}"#,
    ] {
        assert_eq!(fault(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn a_name_twice_is_found_in_objects_of_every_size() {
    for count in [2, 3, 31, 32, 33, 34, 100, 255, 256] {
        for (first, second) in [(0, count - 1), (0, 1), (count / 2, count - 1)] {
            let names = |repeat: bool| {
                let members: Vec<String> = (0..count)
                    .map(|index| {
                        format!("\"same-prefix-{}\":{index}", if repeat && index == second { first } else { index })
                    })
                    .collect();
                format!("{{{}}}", members.join(","))
            };
            if first != second {
                assert_eq!(fault(names(true).as_bytes()), Some(FaultKind::RepeatedName), "{count} {first} {second}");
            }
            assert_eq!(fault(names(false).as_bytes()), None, "{count}");
        }
    }
}

#[test]
fn bounds_hold_under_at_and_over() {
    // REQ-JWS-28: the outermost object is level 1.
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    for (depth, expected) in [(15, None), (16, None), (17, Some(FaultKind::Depth)), (100_000, Some(FaultKind::Depth))] {
        assert_eq!(fault(nested(depth).as_bytes()), expected, "depth {depth}");
    }
    let members = |count: usize| {
        format!("{{{}}}", (0..count).map(|index| format!("\"{index}\":0")).collect::<Vec<_>>().join(","))
    };
    for (count, expected) in [(255, None), (256, None), (257, Some(FaultKind::Members))] {
        assert_eq!(fault(members(count).as_bytes()), expected, "{count} members");
    }
    let text = b"[1,2,3]";
    for (nodes, fits) in [(3, false), (4, true), (5, true)] {
        let mut tape = vec![Node::default(); nodes];
        let result = scan(text, TOKEN, Duplicates::Refuse, &mut tape);
        assert_eq!(result.is_ok(), fits, "{nodes} nodes");
        if !fits {
            assert_eq!(result.unwrap_err().kind, FaultKind::Nodes);
        }
    }
}

#[test]
fn marked_duplicates_stay_readable() {
    let document = Document::parse(br#"{"a":1,"k":[{"b":1,"b":2},{"c":1}]}"#, Duplicates::Mark).unwrap();
    let root = document.root();
    assert!(!root.has_repeated_name() && root.repeats_within());
    let first = root.pointer("/k/0").unwrap();
    assert!(first.has_repeated_name());
    assert_eq!(first.as_object().unwrap().count(), 2);
    assert!(!root.pointer("/k/1").unwrap().repeats_within());
}

#[test]
fn pointers_lead_where_rfc_6901_says() {
    let text =
        br#"{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8,"01":{"x":9}}"#;
    let document = Document::parse(text, Duplicates::Refuse).unwrap();
    let number = |pointer: &str| document.root().pointer(pointer).and_then(|value| value.as_i64());
    for (pointer, expected) in [
        ("/", 0),
        ("/a~1b", 1),
        ("/c%d", 2),
        ("/e^f", 3),
        ("/g|h", 4),
        ("/i\\j", 5),
        ("/k\"l", 6),
        ("/ ", 7),
        ("/m~0n", 8),
        ("/01/x", 9),
    ] {
        assert_eq!(number(pointer), Some(expected), "{pointer}");
    }
    assert!(document.root().pointer("/foo/1").unwrap().as_text().unwrap().is("baz"));
    for pointer in ["foo", "/foo/2", "/foo/01", "/foo/-", "/foo/+1", "/foo/0/x", "/m~n", "/m~2n", "/nothing"] {
        assert!(document.root().pointer(pointer).is_none(), "{pointer}");
    }
}

#[test]
fn compact_text_keeps_numbers_and_escapes() {
    let document =
        Document::parse(b" { \"a\\u0041\\\" \" : [ 1.70e9 ,\n\ttrue ] , \"b\" : \" x \\\\\" }\r\n", Duplicates::Refuse)
            .unwrap();
    let mut compact = Vec::new();
    document.root().write_compact(&mut compact);
    assert_eq!(String::from_utf8(compact).unwrap(), r#"{"a\u0041\" ":[1.70e9,true],"b":" x \\"}"#);
}

/// `serde_json` may be off by the last bit of a float.
fn near(ours: f64, theirs: f64) -> bool {
    (ours - theirs).abs() <= ours.abs() * 1e-15
}

fn same(ours: Value<'_>, theirs: &serde_json::Value) -> bool {
    use serde_json::Value as Twin;
    match theirs {
        Twin::Null => ours.is_null(),
        Twin::Bool(value) => ours.as_bool() == Some(*value),
        Twin::Number(value) => {
            ours.as_number().is_some_and(|text| near(text.parse().unwrap(), value.as_f64().unwrap()))
        }
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

fn json_text() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("false".to_owned()),
        "-?(0|[1-9][0-9]{0,12})(\\.[0-9]{1,6})?([eE][+-]?[0-9]{1,2})?",
        "\"([a-z ]|\\\\[\"\\\\/bfnrt]|\\\\u00[0-7][0-9a-f]|\\\\ud83d\\\\ude0[0-9]|é|😀){0,20}\"",
    ];
    leaf.prop_recursive(6, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(|items| format!("[{}]", items.join(" ,"))),
            prop::collection::vec(("[a-d]{0,2}|\\\\u0061", inner), 0..6).prop_map(|members| {
                let members: Vec<String> =
                    members.iter().map(|(name, value)| format!("\"{name}\" : {value}")).collect();
                format!("{{\n{}}}", members.join(",\t"))
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_serde_json_reads_we_read_alike(text in json_text()) {
        let mut tape = vec![Node::default(); text.len() / 2 + 1];
        match scan(text.as_bytes(), TOKEN, Duplicates::Refuse, &mut tape) {
            Ok((text, used)) => {
                let theirs = serde_json::from_str(text).unwrap();
                prop_assert!(same(Value::root(text, &tape[..used]).unwrap(), &theirs));
            }
            Err(fault) => prop_assert_eq!(fault.kind, FaultKind::RepeatedName),
        }
    }

    #[test]
    fn what_we_read_serde_json_reads(
        mut bytes in json_text().prop_map(String::into_bytes),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        for (place, byte) in edits {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let mut tape = vec![Node::default(); bytes.len() / 2 + 1];
        if let Ok((text, used)) = scan(&bytes, TOKEN, Duplicates::Refuse, &mut tape) {
            let ours = Value::root(text, &tape[..used]).unwrap();
            // An exponent beyond f64 is the one thing that only serde_json refuses.
            match serde_json::from_slice::<serde_json::Value>(&bytes) {
                Ok(theirs) => prop_assert!(same(ours, &theirs)),
                Err(_) => prop_assert!(text.contains(['e', 'E'])),
            }
        }
    }

    #[test]
    fn random_bytes_end_in_a_value_or_a_fault(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut tape = vec![Node::default(); bytes.len() / 2 + 1];
        let _ = scan(&bytes, TOKEN, Duplicates::Mark, &mut tape);
    }
}

#[test]
fn the_public_vectors_agree() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors/json.jsonl");
    let Ok(lines) = std::fs::read_to_string(&path) else {
        println!("no public vectors beside this checkout");
        return;
    };
    let mut seen = 0;
    for line in lines.lines() {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = base64::engine::general_purpose::STANDARD.decode(record["text_b64"].as_str().unwrap()).unwrap();
        let fault = fault(&text);
        let ours = if fault.is_none() { "accept" } else { "reject" };
        let expected = record["expect"].as_str().unwrap();
        if expected == "either" {
            continue;
        }
        // What we refuse on purpose although the grammar has it: a name twice, and our own bounds.
        let stricter = matches!(fault, Some(FaultKind::RepeatedName | FaultKind::Depth));
        assert!(ours == expected || stricter, "{}: {fault:?}, expected {expected}", record["id"]);
        seen += 1;
    }
    assert!(seen > 80, "only {seen} vectors were read");
}
