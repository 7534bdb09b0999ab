//! The corpus of exchanges: the finding that must come first, and that no secret gets into any text.
#![cfg(feature = "conform")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use countersign::conform::answer_line;
use countersign::explain::{Certainty, Exchange, FindingId, RequestHead, ResponseHead, explain};
use countersign::{FieldLine, Reason};
use serde_json::Value;

/// One exchange with what its author expects.
struct Row {
    id: String,
    line: String,
    expected: Value,
    answer: Value,
    text: String,
}

fn rows() -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/explain.jsonl");
    let read = |line: &str| {
        let row: Value = serde_json::from_str(line).unwrap();
        let line = row["case"].to_string();
        let text = answer_line(line.as_bytes()).unwrap();
        let answer = serde_json::from_str(&text).unwrap();
        Row { id: row["case"]["id"].as_str().unwrap().to_owned(), line, expected: row, answer, text }
    };
    fs::read_to_string(path).unwrap().lines().map(read).collect()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

fn ids(answer: &Value) -> Vec<&str> {
    let findings = answer["findings"].as_array().unwrap_or_else(|| panic!("{answer}"));
    findings.iter().map(|finding| finding["id"].as_str().unwrap()).collect()
}

#[test]
fn the_first_finding_is_the_one_that_its_author_expects() {
    let rows = rows();
    let mut wrong = Vec::new();
    for Row { id, expected: row, answer, .. } in &rows {
        let ids = ids(answer);
        let first = row["first"].as_str().unwrap();
        let lacking: Vec<&str> = texts(&row["also"]).into_iter().filter(|also| !ids.contains(also)).collect();
        let unwanted: Vec<&str> = texts(&row["never"]).into_iter().filter(|never| ids.contains(never)).collect();
        let change = &answer["findings"][0]["would_pass_if"];
        let is_change = row["would_pass_if"].is_null() || row["would_pass_if"] == *change;
        let certainty = &row["certainty"];
        let is_known = certainty.is_null() || *certainty == answer["findings"][0]["certainty"];
        if ids.first() != Some(&first) || !lacking.is_empty() || !unwanted.is_empty() || !is_change || !is_known {
            wrong.push(format!(
                "{id}: expected {first} {lacking:?} not {unwanted:?} {}\n  {ids:?} {change}",
                row["would_pass_if"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {} rows differ:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
    assert!(rows.len() >= 120, "{} rows", rows.len());
}

/// Every piece of the credentials of a case, found here by the fields that hold them and not by the code under test.
fn pieces(row: &Row) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = texts(&row.expected["canaries"]).into_iter().map(str::to_owned).collect();
    let case = &row.expected["case"];
    let lines = case["request"]["headers"].as_array().cloned().unwrap_or_default();
    let mut secrets: Vec<String> = case["token"].as_str().map(str::to_owned).into_iter().collect();
    for line in &lines {
        let name = line[0].as_str().unwrap().to_ascii_lowercase();
        if name.contains("auth") || name.contains("key") || name.contains("token") || name == "cookie" {
            secrets.push(line[1].as_str().unwrap().to_owned());
        }
    }
    for secret in secrets {
        for part in secret.split([' ', '.', ';', '=', '"', '\'', ',', ':']) {
            let part: Vec<char> = part.chars().collect();
            found.extend(part.windows(12).map(|piece| piece.iter().collect::<String>()));
        }
    }
    found
}

/// REQ-PRIVACY-01, REQ-PRIVACY-02.
#[test]
fn no_piece_of_a_credential_is_in_any_output() {
    for row in rows() {
        let pieces = pieces(&row);
        let canary = texts(&row.expected["canaries"])[0];
        let is_token_alone = row.expected["case"]["request"].is_null() && row.expected["case"]["response"].is_null();
        assert!(row.line.contains(canary) || (is_token_alone && pieces.len() > 20), "{} has no canary", row.id);
        // Words that the texts of the table and the names of schemes have in common with what clients send.
        let is_public =
            |piece: &str| ["Authorization", "[object Object]", "access_token"].iter().any(|word| word.contains(piece));
        for piece in pieces.iter().filter(|piece| !is_public(piece)) {
            assert!(!row.text.contains(piece.as_str()), "{}: {piece} is in {}", row.id, row.text);
        }
    }
}

#[test]
fn no_row_needs_the_guard() {
    // Rules write nothing that has to be withheld; the guard is the second lock.
    let withheld: Vec<String> =
        rows().into_iter().filter(|row| row.text.contains("withheld")).map(|row| row.id).collect();
    assert!(withheld.is_empty(), "{withheld:?}");
}

#[test]
fn the_example_on_the_page_is_answered_so() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/EXPLAIN.md");
    let row = rows().into_iter().find(|row| row.id == "proved-leeway").unwrap();
    let from = row.text.find("[{\"id\"").unwrap();
    let first = row.text[from..].split(",{\"id\"").next().unwrap();
    assert!(fs::read_to_string(path).unwrap().contains(&format!("{first}]")), "{first}");
}

/// The finding of this kind in the answer to a row.
fn found<'a>(rows: &'a [Row], row: &str, id: &str) -> &'a Value {
    let row = rows.iter().find(|other| other.id == row).unwrap_or_else(|| panic!("no row {row}"));
    let findings = row.answer["findings"].as_array().unwrap();
    findings.iter().find(|finding| finding["id"] == id).unwrap_or_else(|| panic!("{}", row.text))
}

#[test]
fn a_reason_proves_what_was_seen_and_its_place_stays() {
    let rows = rows();
    let quoted = found(&rows, "given-quoted", "bearer_quoted");
    assert_eq!(quoted["place"], serde_json::json!({"part": "request", "name": "Authorization", "offset": 7}));
    let expired = found(&rows, "given-expired", "token_expired");
    assert!(expired["evidence"].as_str().unwrap().starts_with("exp was "), "{expired}");
    let signature = found(&rows, "given-signature", "signature_invalid");
    assert_eq!(signature["evidence"], "the reason given is `signature_invalid`");
    // Of another reason, and seen all the same.
    assert_eq!(found(&rows, "given-beside-expired", "token_expired")["certainty"], "observed");
    // Suspicions stay what they are.
    assert_eq!(found(&rows, "given-audience-client", "audience_is_client")["certainty"], "suspected");
}

#[test]
fn a_reason_and_a_check_that_contradict_each_other_say_so() {
    let rows = rows();
    let other = "what is at hand (policy, keys, revoked ids, time) is not what the server had";
    for (row, proved, given, check, reason) in [
        ("given-revoked-elsewhere", "would_pass", "token_revoked", "ok", "token_revoked"),
        ("given-keys-differ", "kid_rotated", "token_expired", "kid_unknown", "token_expired"),
        ("given-allowed-elsewhere", "audience_slash", "would_pass", "audience_mismatch", "ok"),
        ("given-policy-broken", "policy_invalid", "token_expired", "policy_invalid", "token_expired"),
    ] {
        let (proved, given) = (found(&rows, row, proved), found(&rows, row, given));
        let ends = |finding: &Value, words: &str| finding["evidence"].as_str().unwrap().ends_with(words);
        assert!(ends(proved, &format!("; the reason given is `{reason}`: {other}")), "{row}: {proved}");
        assert_eq!(given["certainty"], "observed", "{row}: {given}");
        let said = format!("the reason given is `{reason}`, and the check says `{check}`: {other}");
        let status = if reason == "ok" { ", and the answer is 401" } else { "" };
        assert!(ends(given, &format!("{said}{status}")), "{row}: {given}");
    }
    let agreed = found(&rows, "given-agreed", "audience_slash");
    assert!(!agreed["evidence"].as_str().unwrap().contains("reason given"), "{agreed}");
}

#[test]
fn every_reason_that_is_given_alone_is_proved_or_has_no_finding() {
    for reason in Reason::all() {
        let findings = explain(&Exchange { reason: Some(reason), ..Exchange::default() });
        let proved: Vec<FindingId> = findings.iter().map(|finding| finding.id).collect();
        let expected = match reason {
            Reason::Undecided => None,
            reason if reason.is_allowed() => Some(FindingId::WouldPass),
            reason => FindingId::of_reason(reason),
        };
        assert_eq!(proved, Vec::from_iter(expected), "{reason}");
        assert!(findings.iter().all(|finding| finding.certainty == Certainty::Proved), "{reason}");
    }
}

#[test]
fn a_case_with_an_unknown_reason_is_none() {
    for reason in ["\"no_such_reason\"", "\"Token_Expired\"", "3001", "\"\""] {
        let line = format!("{{\"op\":\"explain\",\"id\":\"r\",\"reason\":{reason}}}");
        let answer: Value = serde_json::from_str(&answer_line(line.as_bytes()).unwrap()).unwrap();
        assert_eq!(answer["error"]["reason"], "case_invalid", "{answer}");
    }
    let none = answer_line(br#"{"op":"explain","id":"r","reason":null}"#).unwrap();
    assert_eq!(none, r#"{"id":"r","findings":[]}"#);
}

#[test]
fn a_request_that_passed_needs_no_explanation_from_its_reason() {
    let response = ResponseHead { status: 200, headers: &[], body: b"" };
    let passed = Exchange { response: Some(response), reason: Some(Reason::Ok), ..Exchange::default() };
    assert_eq!(explain(&passed), []);
}

#[test]
fn debug_output_holds_no_secret() {
    let secret = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJlLWNhbmFyeQ";
    let value = format!("Bearer \"{secret}\"");
    let lines = [FieldLine::new("Authorization", value.as_bytes())];
    let target = format!("https://api.example.com/?access_token={secret}");
    let request = RequestHead { method: "GET", target: &target, headers: &lines, client_cert_sha256: None };
    let exchange = Exchange { request: Some(request), token: Some(secret.as_bytes()), ..Exchange::default() };
    let text = format!("{exchange:?} {:?}", explain(&exchange));
    for piece in secret.as_bytes().windows(8) {
        assert!(!text.contains(std::str::from_utf8(piece).unwrap()), "{text}");
    }
}

#[test]
fn the_same_exchange_gives_the_same_answer() {
    for row in rows() {
        assert_eq!(answer_line(row.line.as_bytes()).unwrap(), row.text, "{}", row.id);
    }
}

#[test]
fn findings_stand_in_the_order_of_their_scores() {
    for row in rows() {
        let bonus = |certainty: &str| match certainty {
            "proved" => 80,
            "observed" => 20,
            "said" => 10,
            _ => 0,
        };
        let scores: Vec<u16> = row.answer["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|finding| {
                let id = FindingId::from_name(finding["id"].as_str().unwrap()).unwrap();
                assert_eq!(finding["severity"], id.severity().name());
                u16::from(id.weight()) + bonus(finding["certainty"].as_str().unwrap())
            })
            .collect();
        assert!(scores.is_sorted_by(|one, other| one >= other), "{}: {scores:?}", row.id);
    }
}

#[test]
fn every_finding_stands_in_a_row() {
    let rows = rows();
    let mut met: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &rows {
        for id in ids(&row.answer) {
            *met.entry(id).or_default() += 1;
        }
    }
    let expected: BTreeSet<&str> = rows
        .iter()
        .flat_map(|row| texts(&row.expected["also"]).into_iter().chain(row.expected["first"].as_str()))
        .collect();
    let missing: Vec<&str> = FindingId::all().map(FindingId::name).filter(|name| !expected.contains(name)).collect();
    assert!(missing.is_empty(), "no row expects {missing:?}; met {met:?}");
}

#[test]
fn every_maker_is_named_by_a_row() {
    let text: String = rows().iter().map(|row| row.text.as_str()).collect();
    for maker in [
        "nginx",
        "Apache",
        "Cloudflare",
        "CloudFront",
        "AWS API Gateway",
        "Azure API Management",
        "Express",
        "FastAPI",
        "Spring Security",
        "IIS",
        "Keycloak",
        "Kong",
        "Envoy",
        "Istio",
        "Traefik",
        "ASP.NET",
        "Squid",
        "Google IAP",
    ] {
        assert!(text.contains(maker), "no row of {maker}");
    }
}
