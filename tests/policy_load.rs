//! The loader against `policy_rows.jsonl`: what it refuses, where it says so, and what it warns of.
//!
//! A row changes a small policy that loads (`set`, `remove`, each by JSON Pointer) or has a `text` of its
//! own. With `pointer` and `code` it is refused there; without, it loads with exactly its `warnings`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use countersign::policy::{Policy, Report, Severity};
use serde_json::{Value, json};

fn rows() -> Vec<Value> {
    include_str!("policy_rows.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn base() -> Value {
    json!({"realm": "api", "bearer": {"issuers": [
        {"issuer": "https://login.example.com", "audience": "api://billing", "jwks_uri": "https://login.example.com/jwks"}
    ]}})
}

fn text_of(row: &Value) -> String {
    if let Some(text) = row.get("text") {
        return text.as_str().unwrap().to_owned();
    }
    let mut policy = base();
    for pointer in row.get("remove").into_iter().flat_map(|list| list.as_array().unwrap()) {
        let (parent, name) = pointer.as_str().unwrap().rsplit_once('/').unwrap();
        policy.pointer_mut(parent).unwrap().as_object_mut().unwrap().shift_remove(name).unwrap();
    }
    for (pointer, value) in row["set"].as_object().unwrap() {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        match policy.pointer_mut(parent).unwrap() {
            Value::Object(members) => drop(members.insert(name.to_owned(), value.clone())),
            Value::Array(elements) => elements.insert(name.parse().unwrap(), value.clone()),
            _ => panic!("{pointer}"),
        }
    }
    policy.to_string()
}

fn load(row: &Value) -> Result<Report, Report> {
    let refs: Vec<(String, String)> = row
        .get("refs")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, bytes)| (name.clone(), bytes.as_str().unwrap().to_owned()))
        .collect();
    let refs: Vec<(&str, &[u8])> = refs.iter().map(|(name, bytes)| (name.as_str(), bytes.as_bytes())).collect();
    Policy::load(text_of(row).as_bytes(), &refs).map(|(_, report)| report)
}

#[test]
fn every_row_is_refused_at_its_place_or_loads_with_its_warnings() {
    let mut wrong = Vec::new();
    for row in rows() {
        if row.get("backend").is_some_and(|backend| backend != countersign::jose::BACKEND_NAME) {
            continue;
        }
        let found = match load(&row) {
            Err(report) => {
                let first = report.first_error().expect("a refusal has an error");
                json!({"pointer": first.pointer, "code": first.code.name()})
            }
            Ok(report) => {
                assert!(report.entries().iter().all(|entry| entry.severity == Severity::Warning));
                json!(
                    report.entries().iter().map(|entry| json!([entry.code.name(), entry.pointer])).collect::<Vec<_>>()
                )
            }
        };
        let expected = match row.get("pointer") {
            Some(pointer) => json!({"pointer": pointer, "code": row["code"]}),
            None => row.get("warnings").cloned().unwrap_or(json!([])),
        };
        if found != expected {
            wrong.push(format!("{}: expected {expected}, found {found}", row["id"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn one_report_tells_of_every_fault_in_document_order() {
    let text = r#"{"leeway":"x","colour":1,"bearer":{"sources":[],"issuers":[{"issuer":"a","jwks":1}]}}"#;
    let report = Policy::load(text.as_bytes(), &[]).unwrap_err();
    let pointers: Vec<&str> = report.entries().iter().map(|entry| entry.pointer.as_str()).collect();
    assert_eq!(pointers, ["", "/leeway", "/colour", "/bearer/sources", "/bearer/issuers/0", "/bearer/issuers/0/jwks"]);
}

#[test]
fn errors_stand_before_the_warnings_of_a_refused_document() {
    let mut row = json!({"set": {"/leeway": 299, "/bearer/challenge": {"scope": "offline_access"}, "/cors": 1}});
    let report = load(&row).unwrap_err();
    assert_eq!(report.first_error().unwrap().pointer, "/cors");
    row["set"].as_object_mut().unwrap().remove("/cors");
    assert_eq!(load(&row).unwrap().entries().len(), 2);
}

#[test]
fn texts_say_what_was_found_and_allowed_and_meant() {
    for (pointer, value, parts) in [
        ("/leeway", json!(301), &["/leeway: ", "found 301", "from 0 to 300"][..]),
        ("/describe", json!("ful"), &["found \"ful\"", "\"full\", \"code\", \"none\"", "did you mean \"full\"?"]),
        ("/bearer/issuers/0/jwksUri", json!("x"), &["did you mean `jwks_uri`?"]),
        ("/bearer/issuers/0/algorithms", json!(["rs256"]), &["/algorithms/0", "did you mean \"RS256\"?"]),
        ("/bearer/issuers/0/algorithms", json!(["none"]), &["never accepted"]),
        ("/digest", json!({}), &["not yet supported"]),
        ("/bearer/issuers/0/audience", json!(true), &["found true", "or false to switch the check off"]),
    ] {
        let text = load(&json!({"set": {pointer: value}})).unwrap_err().to_string();
        for part in parts {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}

#[test]
fn no_text_repeats_a_secret() {
    let secret = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA";
    let key = json!({"kty": "oct", "kid": "a", "k": secret, "alg": secret});
    for jwks in [json!(secret), json!({"keys": secret}), json!({"keys": [key]}), json!({"keys": [secret]})] {
        let text = load(&json!({"set": {"/bearer/issuers/0/jwks": jwks}})).unwrap_err().to_string();
        assert!(!text.contains(secret), "{text}");
    }
    for (pointer, value) in [
        ("/basic", json!(secret)),
        ("/basic", json!({"users": secret})),
        ("/basic", json!({"users": {"a": secret}})),
        ("/basic", json!({"users": {"a": {"hash": secret, "scopes": [secret, 1]}}})),
        ("/basic", json!({"htpasswd": secret})),
        ("/basic", json!({"htpasswd": format!("a:{secret}")})),
        ("/api_key", json!(secret)),
        ("/api_key", json!({"keys": secret})),
        ("/api_key", json!({"keys": [{"id": "a", "sha256": secret}]})),
        ("/api_key", json!({"keys": [{"id": 1, "sha256": [secret], "key": secret}]})),
        ("/api_keys", json!(secret)),
        ("/bearer/issuers/0/jwk", json!(secret)),
    ] {
        let text = load(&json!({"set": {pointer: value}})).unwrap_err().to_string();
        assert!(!text.contains(secret), "{text}");
    }
    for url in ["https://user:c2VjcmV0@l/keys", "https:\\/\\/c2VjcmV0\\u0040l"] {
        let document =
            format!(r#"{{"realm":"a","bearer":{{"issuers":[{{"issuer":"i","audience":"a","jwks_uri":"{url}"}}]}}}}"#);
        let text = Policy::load(document.as_bytes(), &[]).unwrap_err().to_string();
        assert!(text.contains("jwks_uri") && !text.contains("c2VjcmV0"), "{text}");
    }
    let text = load(&json!({"set": {"/bearer/issuers/0/jwks": secret}})).unwrap_err().to_string();
    assert!(text.contains(&format!("a string of {} bytes", secret.len())), "{text}");
}

#[test]
fn the_fields_to_pass_follow_the_policy() {
    let wanted = |row: Value| -> Vec<String> {
        Policy::load(text_of(&row).as_bytes(), &[]).unwrap().0.wanted_fields().collect()
    };
    assert_eq!(wanted(json!({"set": {}})), ["authorization", "origin", "access-control-request-method"]);
    let row = json!({"set": {"/preflight": "check", "/bearer/sources": [{"header": "X-Token"}]}});
    assert_eq!(wanted(row), ["authorization", "x-token"]);
    let row = json!({"set": {"/bearer/sources": [{"cookie": "__Host-s"}], "/session": {"csrf": {"header": "X-C"}}}});
    let all = ["authorization", "origin", "access-control-request-method", "cookie", "sec-fetch-site", "x-c"];
    assert_eq!(wanted(row), all, "each once");
}

#[test]
fn a_document_over_the_bound_is_refused() {
    let long = format!("{{\"realm\":\"{}\"}}", "a".repeat(countersign::limits::POLICY_BYTES));
    let report = Policy::load(long.as_bytes(), &[]).unwrap_err();
    assert_eq!((report.entries().len(), report.entries()[0].code.name()), (1, "syntax"));
}

#[test]
fn req_privacy_09_parameters_that_carry_credentials_are_listed() {
    let load = |sources: Value, query: Value| {
        let row = json!({"set": {"/bearer/sources": sources, "/api_key": {"query": query, "keys": []}}});
        let (policy, _) = Policy::load(text_of(&row).as_bytes(), &[]).unwrap();
        policy.credential_parameters().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(load(json!(["header"]), Value::Null), ["access_token"]);
    let two = json!(["header", {"query": "access_token"}, {"query": "key"}]);
    assert_eq!(load(two, Value::Null), ["access_token", "key"]);
    // REQ-APIKEY-12
    assert_eq!(load(json!(["header"]), json!("api_key")), ["access_token", "api_key"]);
}
