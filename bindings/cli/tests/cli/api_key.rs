//! `api-key`: what is made is what the policy would find, and no key that was read comes back.

use countersign::api_key::{KeyForm, read_key};
use countersign::jose::sha256;

use crate::support::{run, run_with};

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[test]
fn a_made_key_has_its_form_and_its_digest() {
    // REQ-APIKEY-04, REQ-APIKEY-06
    let made = run([
        "api-key",
        "new",
        "--json",
        "--prefix",
        "acme_live_",
        "--id",
        "billing-prod",
        "--scopes",
        "invoices:read invoices:write",
        "--environment",
        "prod",
        "--not-before",
        "1700000000",
        "--expires",
        "1800000000",
    ]);
    assert_eq!((made.code, made.err.as_str()), (0, ""));
    let json = made.json();
    let key = json["key"].as_str().unwrap();
    let form = KeyForm { prefix: "acme_live_", checksum: true };
    assert_eq!(read_key(key.as_bytes(), &form).unwrap().key, key.as_bytes());
    assert_eq!(key.len(), "acme_live_".len() + 43 + 6);
    let digest = hex(&sha256(key.as_bytes()));
    let entry = format!(
        r#"{{"id":"billing-prod","sha256":"{digest}","scopes":["invoices:read","invoices:write"],"environment":"prod","not_before":1700000000,"expires":1800000000}}"#
    );
    assert_eq!(made.out, format!("{{\"key\":\"{key}\",\"entry\":{entry}}}\n"));
    assert!(!json["entry"].to_string().contains(&key[10..30]));
}

#[test]
fn people_see_the_key_once_and_are_told_so() {
    let made = run(["api-key", "new"]);
    assert_eq!(made.code, 0, "{}", made.err);
    let lines: Vec<&str> = made.out.lines().collect();
    let (key, entry) = (lines[0].strip_prefix("key       ").unwrap(), lines[1].strip_prefix("entry     ").unwrap());
    let digest = hex(&sha256(key.as_bytes()));
    assert_eq!(entry, format!(r#"{{"id":"key-{}","sha256":"{digest}"}}"#, &digest[..8]));
    assert!(made.err.contains("not shown again") && !made.err.contains(key), "{}", made.err);
    assert_ne!(run(["api-key", "new"]).out.lines().next(), Some(lines[0]), "two keys are two");
}

#[test]
fn a_key_that_has_expired_already_is_told() {
    let made = run(["api-key", "new", "--expires", "1700000000"]);
    assert_eq!(made.code, 0, "{}", made.err);
    assert!(made.err.contains("expired already"), "{}", made.err);
    assert!(!run(["api-key", "new", "--expires-in", "60"]).err.contains("expired"));
}

#[test]
fn the_entry_of_a_key_is_that_of_its_text() {
    let digest = hex(&sha256(b"s3cret-key"));
    let entry = format!("{{\"id\":\"old\",\"sha256\":\"{digest}\"}}\n");
    for (input, warns) in [(&b"s3cret-key"[..], false), (b"s3cret-key\r\n", false), (b"\ts3cret-key \n", true)] {
        for args in [vec!["api-key", "hash", "--id", "old"], vec!["api-key", "hash", "--id", "old", "--json"]] {
            let run = run_with(args, input);
            assert_eq!((run.code, run.out.as_str()), (0, entry.as_str()), "{}", run.err);
            // REQ-APIKEY-13: trimming is told.
            assert_eq!(run.err.contains("white space around"), warns, "{}", run.err);
            assert!(!run.err.contains("s3cret"), "{}", run.err);
        }
    }
}

#[test]
fn times_can_be_set_from_now() {
    let run = run_with(["api-key", "hash", "--id", "a", "--now", "1700000000.5", "--expires-in", "60"], b"key");
    assert_eq!(serde_json::from_str::<serde_json::Value>(&run.out).unwrap()["expires"], 1_700_000_060);
}

#[test]
fn faults_end_with_2_and_repeat_no_key() {
    const KEY: &str = "acme_live_s3cretS3cretS3cretS3cret";
    let doubled = format!("{KEY} {KEY}");
    for (args, input, told) in [
        (vec!["new", "--prefix", "acme live"], "", "--prefix acme_live_"),
        (vec!["new", "--id", ""], "", "--id billing-prod"),
        (vec!["new", "--id", "é"], "", "--id billing-prod"),
        (vec!["new", "--scopes", "a  b"], "", "single spaces"),
        (vec!["new", "--environment", ""], "", "--environment prod"),
        (vec!["new", "--expires", "253402300800"], "", "1970 to 9999"),
        (vec!["new", "--expires-in", "9223372036854775807"], "", "1970 to 9999"),
        (vec!["new", "--expires", "5", "--not-before", "5"], "", "never be good"),
        (vec!["new", "--expires", "5", "--expires-in", "5"], "", "cannot be used with"),
        (vec!["hash"], "", "the key is empty"),
        (vec!["hash"], &doubled, "white space inside"),
        (vec!["hash"], "acme_live_s3cret\nacme", "control character"),
        (vec!["hash"], "acme_live_s3cret\u{e9}", "beyond ASCII"),
        (vec!["hash", KEY], KEY, "unexpected argument"),
        (vec!["new", KEY], "", "unexpected argument"),
    ] {
        let run = run_with(["api-key"].iter().chain(&args), input.as_bytes());
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{args:?}");
        assert!(run.err.contains(told) && !run.err.contains("s3cret"), "{args:?}\n{}", run.err);
    }
}
