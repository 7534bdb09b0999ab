//! The public vectors for claims, judged as whole requests.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use std::path::Path;

use countersign::time::Wall;
use countersign::{Decision, FieldLine, Policy, Request, Verifier};
use serde_json::{Value, json};

/// The reasons that a vector's plain word may stand for.
fn reasons_for(word: &str) -> &'static [&'static str] {
    match word {
        "ok" => &["ok"],
        "claims_malformed" => &["jwt_malformed", "claim_rejected"],
        "type_mismatch" => &["token_type_mismatch"],
        "token_expired" => &["token_expired"],
        "token_not_yet_valid" => &["token_not_yet_valid"],
        "audience_mismatch" => &["audience_mismatch", "claim_rejected"],
        "issuer_mismatch" => &["issuer_mismatch", "claim_missing", "claim_rejected"],
        "claim_missing" => &["claim_missing"],
        "claim_mismatch" | "token_too_old" => &["claim_rejected"],
        "token_wrong_kind" => &["token_type_mismatch", "id_token_given", "refresh_token_given"],
        _ => &[],
    }
}

/// Same verdict, another reason than the vector's: id, ours, why.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("clm-own-058", "jwt_malformed", "a name twice is a fault of form, before any date is read"),
    ("clm-own-059", "jwt_malformed", "a name twice is a fault of form, before any date is read"),
    ("clm-own-107", "audience_mismatch", "the policy document says so of an absent aud"),
];

fn policy(record: &Value) -> Vec<u8> {
    let asked = &record["policy"];
    let mut issuer = json!({
        "issuer": asked["iss"],
        "audience": asked["aud"],
        "algorithms": asked["algorithms"],
        "required": asked["required"],
        "typ": asked["typ"],
        "jwks": record["jwks"],
    });
    for name in ["max_age", "claims", "reject"] {
        if let Some(value) = asked.get(name) {
            issuer[name] = value.clone();
        }
    }
    if issuer["algorithms"].is_null() {
        issuer.as_object_mut().unwrap().remove("algorithms");
    }
    json!({ "realm": "api", "leeway": asked["leeway"], "bearer": { "issuers": [issuer], "max_token_bytes": 65536 } })
        .to_string()
        .into_bytes()
}

#[test]
fn the_public_vectors_agree() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors/claims.jsonl");
    let Ok(lines) = std::fs::read_to_string(&path) else {
        println!("no public vectors beside this checkout");
        return;
    };
    let mut decision = Decision::new();
    let (mut seen, mut wrong) = (0, Vec::new());
    for line in lines.lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        let (policy, _) =
            Policy::load(&policy(&record), &[]).unwrap_or_else(|report| panic!("{}: {report}", record["id"]));
        let value = format!("Bearer {}", record["token"].as_str().unwrap());
        let lines = [FieldLine::new("Authorization", value.as_bytes())];
        let now = Wall::parse(&record["now"].to_string()).unwrap();
        Verifier::new(policy).check(&Request::new("GET", "/", &lines, now), &mut decision);
        if record["expect"]["verdict"] == "either" {
            continue;
        }
        let word = record["expect"]["reason"].as_str().unwrap();
        let id = record["id"].as_str().unwrap();
        let fits = reasons_for(word).contains(&decision.reason().name());
        if let Some((_, ours, why)) = EXCEPTIONS.iter().find(|(exception, ..)| *exception == id) {
            assert!(!fits, "the exception for {id} is no longer needed");
            assert_eq!(decision.reason().name(), *ours, "{id}: {why}");
        } else if !fits {
            wrong.push(format!("{}: {} where {word} is expected; {}", record["id"], decision.reason(), record["note"]));
        }
        assert_eq!(u64::from(decision.http_status()), record["expect"]["status"].as_u64().unwrap(), "{}", record["id"]);
        seen += 1;
    }
    assert!(wrong.is_empty(), "{} of {seen}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(seen > 140, "only {seen} vectors were read");
}
