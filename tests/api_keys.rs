//! API keys: replaced while requests are checked, told apart for the operator and alike for the caller.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use std::sync::atomic::{AtomicBool, Ordering};

use countersign::api_key::{Redacted, make_key};
use countersign::time::{Now, Wall};
use countersign::{Decision, Detail, FieldLine, Policy, Reason, Request, SchemeName, Verifier};

const NOW: i64 = 1_700_000_000;

fn key(number: u8) -> String {
    make_key("acme_", &[number; 32]).unwrap()
}

fn digest(key: &str) -> String {
    let hexadecimal = |digit: u8| char::from_digit(u32::from(digit), 16).unwrap();
    let digits = |byte: u8| [hexadecimal(byte >> 4), hexadecimal(byte & 15)];
    countersign::jose::sha256(key.as_bytes()).into_iter().flat_map(digits).collect()
}

/// The entry of a key, with more members.
fn entry(number: u8, members: &str) -> String {
    format!(r#"{{"id":"key-{number}","sha256":"{}"{members}}}"#, digest(&key(number)))
}

fn verifier(keys: &str) -> Verifier {
    let policy = format!(
        r#"{{"realm":"api","api_key":{{"prefix":"acme_","checksum":true,"environment":"prod","keys":[{keys}]}}}}"#
    );
    Verifier::new(Policy::load(policy.as_bytes(), &[]).unwrap().0)
}

fn check(verifier: &Verifier, key: &str) -> Decision {
    let mut decision = Decision::new();
    let lines = [FieldLine::new("X-API-Key", key.as_bytes())];
    verifier.check(&Request::new("GET", "/", &lines, Wall::from_timespec(NOW, 0).unwrap()), &mut decision);
    decision
}

#[test]
fn what_is_wrong_is_told_apart_in_private_and_alike_in_public() {
    // REQ-APIKEY-07, REQ-APIKEY-08, REQ-APIKEY-10, REQ-PRIVACY-05
    let prod = r#","environment":"prod""#;
    let keys = [
        entry(1, prod),
        entry(2, &format!(r#"{prod},"revoked":true"#)),
        entry(3, &format!(r#"{prod},"not_before":{}"#, NOW + 1)),
        entry(4, &format!(r#"{prod},"expires":{NOW}"#)),
        entry(5, r#","environment":"test""#),
        entry(6, &format!(r#"{prod},"not_before":{NOW},"expires":{}"#, NOW + 1)),
    ];
    let verifier = verifier(&keys.join(","));
    let public = |decision: &Decision| {
        let fields: Vec<(String, String)> =
            decision.fields().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        (decision.http_status(), fields, decision.body().to_owned())
    };
    let unknown = check(&verifier, &key(9));
    assert_eq!((unknown.reason(), unknown.detail(), unknown.subject()), (Reason::ApiKeyUnknown, None, None));
    for (number, reason, detail) in [
        (1, Reason::Ok, None),
        (2, Reason::ApiKeyRevoked, Some(Detail::KeyRevoked)),
        (3, Reason::ApiKeyRevoked, Some(Detail::KeyNotYetValid)),
        (4, Reason::ApiKeyRevoked, Some(Detail::KeyExpired)),
        (5, Reason::ApiKeyWrongEnvironment, None),
        (6, Reason::Ok, None),
    ] {
        let decision = check(&verifier, &key(number));
        assert_eq!((decision.reason(), decision.detail()), (reason, detail), "{number}");
        assert_eq!(decision.subject(), Some(format!("key-{number}").as_str()));
        assert_eq!(decision.scheme(), Some(SchemeName::ApiKey));
        if reason != Reason::Ok {
            assert_eq!(public(&decision), public(&unknown), "{number}");
        }
    }
    let mut mistyped = key(1);
    mistyped.insert(10, 'x');
    for (presented, detail) in [
        (mistyped.as_str(), Detail::ChecksumWrong),
        ("other_0123456789", Detail::PrefixMissing),
        ("acme_ 1", Detail::SpaceInside),
        ("", Detail::CredentialsEmpty),
    ] {
        let decision = check(&verifier, presented);
        assert_eq!((decision.reason(), decision.detail()), (Reason::ApiKeyMalformed, Some(detail)), "{presented}");
    }
}

#[test]
fn what_is_wrong_with_a_key_in_the_query_has_its_detail() {
    // REQ-APIKEY-12, REQ-APIKEY-13
    let policy = format!(r#"{{"realm":"api","api_key":{{"prefix":"acme_","query":"k","keys":[{}]}}}}"#, entry(1, ""));
    let verifier = Verifier::new(Policy::load(policy.as_bytes(), &[]).unwrap().0);
    for (value, reason, detail) in [
        (key(1), Reason::Ok, None),
        (key(1).replace('_', "%5F"), Reason::Ok, None),
        (key(1) + "%0a", Reason::ApiKeyMalformed, Some(Detail::ControlCharacter)),
        (key(1) + "%20x", Reason::ApiKeyMalformed, Some(Detail::SpaceInside)),
        (key(1) + "%C3%A4", Reason::ApiKeyMalformed, Some(Detail::NonAscii)),
        (key(1) + "%2", Reason::ApiKeyMalformed, Some(Detail::PercentEncoded)),
        (String::new(), Reason::ApiKeyMalformed, Some(Detail::CredentialsEmpty)),
    ] {
        let target = format!("/v1?k={value}");
        let mut decision = Decision::new();
        let now = Wall::from_timespec(NOW, 0).unwrap();
        verifier.check(&Request::new("GET", &target, &[], now), &mut decision);
        assert_eq!((decision.reason(), decision.detail()), (reason, detail), "{target}");
        assert!(!format!("{decision:?} {}", decision.body()).contains("acme_"), "{target}");
    }
}

#[test]
fn keys_are_replaced_whole_while_requests_are_checked() {
    // REQ-APIKEY-11: two keys of one owner are good side by side, so that they can be rotated.
    let prod = r#","environment":"prod""#;
    let verifier = verifier(&entry(1, prod));
    let (one, both) = (entry(1, prod), format!("{}\n{}\n", entry(1, prod), entry(2, prod)));
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    assert_eq!(check(&verifier, &key(1)).reason(), Reason::Ok, "never without the key that stays");
                    let second = check(&verifier, &key(2)).reason();
                    assert!(matches!(second, Reason::Ok | Reason::ApiKeyUnknown), "{second}");
                }
            });
        }
        for turn in 0..2_000 {
            let keys = if turn % 2 == 0 { &both } else { &one };
            assert!(verifier.set_api_keys(keys.as_bytes()).unwrap().entries().is_empty());
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert_eq!(check(&verifier, &key(2)).reason(), Reason::ApiKeyUnknown);
}

#[test]
fn keys_that_cannot_be_taken_leave_the_present_ones() {
    let prod = r#","environment":"prod""#;
    let verifier = verifier(&entry(1, prod));
    for (keys, pointer) in [
        ("{", ""),
        (" \n", ""),
        ("[1]", "/0"),
        (r#"[{"id":"a"}]"#, "/0"),
        (&*format!("{}\n{}", entry(2, prod), entry(2, prod)), "/1/id"),
        (&*format!("{}\n\n{{\"id\":1}}", entry(2, prod)), "/2"),
    ] {
        let report = verifier.set_api_keys(keys.as_bytes()).unwrap_err();
        assert_eq!(report.first_error().unwrap().pointer, pointer, "{keys}: {report}");
        assert_eq!(check(&verifier, &key(1)).reason(), Reason::Ok);
    }
    // A list is read as one document, which has a bound; the text names the way without one.
    let long = format!("[{}1]", "1,".repeat(countersign::limits::DOCUMENT_JSON_NODES));
    let report = verifier.set_api_keys(long.as_bytes()).unwrap_err().to_string();
    assert!(report.contains("one object a line"), "{report}");
    let mut status = Vec::new();
    verifier.store().write_status(Now::new(Wall::from_timespec(NOW, 0).unwrap(), 1), &mut status);
    let status: serde_json::Value = serde_json::from_slice(&status).unwrap();
    assert_eq!(status["api_keys"]["count"], 1);
    assert!(status["api_keys"]["bytes"].as_u64().unwrap() > 32);
    let without = Policy::load(br#"{"realm":"a","basic":{"htpasswd":"a:$pbkdf2-sha256$i=10000$c2FsdCBmb3IgdGVzdHMhIQ$ZhIQH2QGgP4rX5EPif89NYHG0IQKj4Fa5A0hfVS47mQ"}}"#, &[]).unwrap().0;
    assert!(Verifier::new(without).set_api_keys(b"[]").is_err());
}

#[test]
fn nothing_printed_holds_a_key() {
    // REQ-APIKEY-04, REQ-APIKEY-09
    let verifier = verifier(&entry(1, ""));
    let decision = check(&verifier, &key(1));
    let printed = format!("{verifier:?} {decision:?} {:?} {}", verifier.policy(), decision.body());
    assert!(!printed.contains(&key(1)[8..]) && !printed.contains(&digest(&key(1))[..16]));
    let redacted = Redacted(key(1).as_bytes()).to_string();
    assert!(redacted.len() < 16 && redacted.starts_with("acme"), "{redacted}");
}
