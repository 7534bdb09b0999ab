//! The public vectors for signatures, tokens and keys, where they lie beside the checkout.
//!
//! Departures stand in `tests/exceptions.json` with their cause; an entry that no longer departs fails.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use countersign::Reason;
use countersign::jose::{Algorithm, AlgorithmRule, AlgorithmSet, BACKEND_NAME, KeySet, ListedKey, Origin, verify_jws};
use serde_json::Value;

/// The records of one file, or nothing where the vectors are not there.
fn records(file: &str) -> Option<Vec<Value>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors").join(file);
    let text = fs::read_to_string(path).ok()?;
    Some(text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// Counts departures, and knows which of them are expected.
struct Run {
    file: &'static str,
    expected: BTreeSet<String>,
    met: RefCell<BTreeSet<String>>,
    unexpected: RefCell<Vec<String>>,
}

impl Run {
    fn new(file: &'static str) -> Run {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/exceptions.json");
        let all: Vec<Value> = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        let ours =
            |entry: &&Value| entry["file"] == file && ["any", BACKEND_NAME].iter().any(|b| entry["backend"] == **b);
        let expected = all.iter().filter(ours).map(|entry| entry["id"].as_str().unwrap().to_owned()).collect();
        Run { file, expected, met: RefCell::default(), unexpected: RefCell::default() }
    }

    fn depart(&self, id: &str, what: &str) {
        if self.expected.contains(id) {
            self.met.borrow_mut().insert(id.to_owned());
        } else {
            self.unexpected.borrow_mut().push(format!("{id}: {what}"));
        }
    }

    fn end(self, count: usize) {
        println!("{} with {BACKEND_NAME}: {count} records, {} exceptions", self.file, self.met.borrow().len());
        let unexpected = self.unexpected.into_inner();
        assert!(unexpected.is_empty(), "{} departures:\n{}", unexpected.len(), unexpected.join("\n"));
        let stale = self.expected.difference(&self.met.borrow()).cloned().collect::<Vec<_>>();
        assert!(stale.is_empty(), "stale exceptions: {stale:?}");
    }
}

fn rule(record: &Value) -> AlgorithmRule {
    match record["alg_allowed"].as_array() {
        Some(list) => AlgorithmRule::Listed(AlgorithmSet::from_names(list.iter().filter_map(Value::as_str))),
        None => AlgorithmRule::KeysDecideAll,
    }
}

#[test]
fn tokens_are_accepted_and_rejected_as_expected() {
    let Some(records) = records("jws.jsonl") else { return };
    let run = Run::new("jws.jsonl");
    for record in &records {
        let id = record["id"].as_str().unwrap();
        let token = record["token"].as_str().map_or_else(|| record["token"].to_string(), str::to_owned);
        let outcome = match KeySet::load(record["jwks"].to_string().as_bytes(), Origin::Inline) {
            Ok(keys) => verify_jws(token.as_bytes(), &keys, rule(record)).outcome.map(|_| ()),
            Err(_) => Err(Reason::JwksInvalid),
        };
        if std::env::var_os("SHOW_REASONS").is_some() {
            println!("{}\t{:?}\t{}\t{}", id, outcome.err(), record["oracle"], record["flags"]);
        }
        match record["expect"].as_str().unwrap() {
            "accept" if outcome.is_err() => run.depart(id, &format!("{outcome:?} {}", record["note"])),
            "reject" if outcome.is_ok() => run.depart(id, &format!("accepted {}", record["note"])),
            _ => {}
        }
    }
    run.end(records.len());
}

#[test]
fn signatures_hold_and_fail_as_expected() {
    let Some(records) = records("signature.jsonl") else { return };
    let run = Run::new("signature.jsonl");
    for record in &records {
        let id = record["id"].as_str().unwrap();
        let name = record["alg"].as_str().unwrap();
        let algorithm = Algorithm::from_name(name).unwrap();
        let keys = KeySet::load(format!(r#"{{"keys":[{}]}}"#, record["jwk"]).as_bytes(), Origin::Inline).unwrap();
        let rule = AlgorithmRule::Listed(AlgorithmSet::EMPTY.with(algorithm));
        let (message, signature) = (from_hex(&record["msg_hex"]), from_hex(&record["sig_hex"]));
        let outcome = keys
            .select(None, algorithm, rule)
            .and_then(|candidates| candidates.verify_signature(&message, &signature).map(|_| ()));
        match record["expect"].as_str().unwrap() {
            "accept" if outcome.is_err() => {
                run.depart(id, &format!("{outcome:?}, key {}: {}", keys.keys()[0].reason(), record["note"]));
            }
            "reject" if outcome.is_ok() => run.depart(id, &format!("accepted {}", record["note"])),
            _ => {}
        }
    }
    run.end(records.len());
}

fn from_hex(value: &Value) -> Vec<u8> {
    let digits = value.as_str().unwrap().as_bytes();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

#[test]
fn keys_are_listed_as_expected() {
    let Some(records) = records("jwk.jsonl") else { return };
    let run = Run::new("jwk.jsonl");
    for record in &records {
        let id = record["id"].as_str().unwrap();
        let text = record["jwks_text"].as_str().map_or_else(|| record["jwks"].to_string(), str::to_owned);
        let loaded = KeySet::load(text.as_bytes(), Origin::Inline);
        match (record["expect"].as_str().unwrap(), &loaded) {
            ("set", Ok(keys)) => compare_keys(&run, id, record, keys.keys()),
            ("set", Err(fault)) if record["alt"] != "error" => run.depart(id, &fault.to_string()),
            ("error", Ok(_)) => run.depart(id, "loaded"),
            _ => {}
        }
    }
    run.end(records.len());
}

fn compare_keys(run: &Run, id: &str, record: &Value, keys: &[ListedKey]) {
    let expected = record["keys"].as_array().unwrap();
    assert_eq!(keys.len(), expected.len(), "{id}");
    for (key, expected) in keys.iter().zip(expected) {
        if std::env::var_os("SHOW_REASONS").is_some() {
            println!("{id}\t{}\t{}", key.reason(), expected["reason"]);
        }
        for (name, ours) in [("kid", key.kid()), ("kty", key.kty()), ("alg", key.alg())] {
            if ours != expected[name].as_str() {
                run.depart(id, &format!("{name} {ours:?} for {}", expected[name]));
            }
        }
        if expected["usable"].as_bool().is_some_and(|usable| usable != key.is_usable()) {
            run.depart(id, &format!("usable {}: {} for {}", key.is_usable(), key.reason(), expected["reason"]));
        }
        if expected["reason"] == "key_has_private_part" && key.reason() != Reason::KeyHasPrivatePart {
            run.depart(id, &format!("reason {} for {}", key.reason(), expected["reason"]));
        }
        let thumbprint = expected["thumbprint"].as_str();
        if key.thumbprint() != thumbprint {
            run.depart(id, &format!("thumbprint {:?} for {thumbprint:?}, {}", key.thumbprint(), key.reason()));
        }
    }
}

#[test]
fn every_exception_has_a_cause() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exceptions.json");
    let all: Vec<Value> = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    for entry in all {
        let names = entry.as_object().unwrap().keys().map(String::as_str).collect::<Vec<_>>();
        assert_eq!(names, ["file", "id", "backend", "reason"], "{entry}");
        assert!(entry["reason"].as_str().unwrap().len() > 10, "{entry}");
        assert!(["any", "ring", "aws-lc-rs"].iter().any(|backend| entry["backend"] == **backend), "{entry}");
    }
}
