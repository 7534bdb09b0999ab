//! The project's own corpus, answered by the core's driver, to the byte.
#![cfg(feature = "conform")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use countersign::Reason;
use countersign::conform::answer_line;
use countersign::json::{Document, Duplicates, Value};

/// One row of the corpus.
struct Row {
    file: String,
    id: String,
    line: String,
    answer: String,
    covers: Vec<String>,
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    // Its rows say what must be found, not the answer to the byte: tests/explain.rs.
    files.retain(|path| !path.ends_with("explain.jsonl"));
    files.sort();
    files
}

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for file in files() {
        for line in fs::read_to_string(&file).unwrap().lines() {
            // Read by our own scanner: the case goes to the driver as it stands, numbers untouched.
            let row = Document::parse(line.as_bytes(), Duplicates::Mark).unwrap();
            let text = |name| row.root().member(name).map(raw_or_text);
            let line = text("case").unwrap();
            let json =
                |name| text(name).map(|json| serde_json::from_str::<serde_json::Value>(&json).unwrap().to_string());
            let answer = json("answer_without_p521").filter(|_| !has_p521()).or_else(|| text("answer_text"));
            let id = row.root().pointer("/case/id").map_or_else(|| line.clone(), raw_or_text);
            let covers = row.root().member("covers").unwrap().as_array().unwrap().map(raw_or_text).collect();
            let file = file.file_stem().unwrap().to_string_lossy().into_owned();
            rows.push(Row { file, id, line, answer: answer.or_else(|| json("answer")).unwrap(), covers });
        }
    }
    rows
}

/// The text of a string, or the JSON of anything else as it stands.
fn raw_or_text(value: Value<'_>) -> String {
    value.as_text().map_or_else(|| value.raw().to_owned(), |text| text.to_owned_string())
}

fn has_p521() -> bool {
    countersign::jose::Algorithm::Es512.is_supported()
}

/// The message of an error is for people and may change; everything else is to the byte.
fn without_message(answer: &str) -> String {
    let Some(start) = answer.find("\"message\":\"") else { return answer.to_owned() };
    let text = start + "\"message\":\"".len();
    let mut end = text;
    let bytes = answer.as_bytes();
    while bytes[end] != b'"' {
        end += if bytes[end] == b'\\' { 2 } else { 1 };
    }
    format!("{}*{}", &answer[..text], &answer[end..])
}

#[test]
fn every_row_is_answered_to_the_byte() {
    let rows = rows();
    let mut wrong = Vec::new();
    for row in &rows {
        let answer = answer_line(row.line.as_bytes()).unwrap_or_default();
        if without_message(&answer) != without_message(&row.answer) {
            wrong.push(format!("{} {}\n  expected {}\n  answered {answer}", row.file, row.id, row.answer));
        }
    }
    assert!(wrong.is_empty(), "{} of {} rows differ:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[test]
fn ids_are_unique_in_their_file() {
    let mut seen = BTreeSet::new();
    for row in rows() {
        assert!(seen.insert((row.file.clone(), row.id.clone())), "{} {} stands twice", row.file, row.id);
    }
}

#[test]
fn the_corpus_covers_what_it_must() {
    let rows = rows();
    let mut by_file: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &rows {
        *by_file.entry(&row.file).or_default() += 1;
    }
    assert!(by_file["check"] >= 300, "{by_file:?}");
    assert!(by_file["store"] >= 80, "{by_file:?}");
    for file in ["verify_jws", "load_keys", "parse_challenges", "parse_authorization", "build_challenge", "decode"] {
        assert!(by_file[file] >= 25, "{by_file:?}");
    }
    let answered: BTreeSet<String> = rows.iter().flat_map(|row| reasons_in(&row.answer)).collect();
    let missing: Vec<&str> = Reason::all()
        .filter(|reason| !LATER.contains(&reason.name()))
        .map(Reason::name)
        .filter(|name| !answered.contains(*name))
        .collect();
    assert!(missing.is_empty(), "no row is answered with {missing:?}");
    let stale: Vec<&&str> = LATER.iter().filter(|name| answered.contains(**name)).collect();
    assert!(stale.is_empty(), "these reasons occur by now: {stale:?}");
    let attacks: BTreeSet<&str> =
        rows.iter().flat_map(|row| &row.covers).filter_map(|name| name.strip_prefix("attack:")).collect();
    assert!(attacks.len() >= 30, "{attacks:?}");
}

fn reasons_in(answer: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = answer;
    while let Some(at) = rest.find("\"reason\":\"") {
        rest = &rest[at + "\"reason\":\"".len()..];
        found.push(rest[..rest.find('"').unwrap()].to_owned());
    }
    found
}

/// Reasons that no row can be answered with yet: what gives them is not built, or is no decision.
const LATER: &[&str] = &[
    "undecided",
    "header_stripped_suspected",
    "clock_skew_suspected",
    "realm_mismatch",
    "token_suspended",
    "token_inactive",
    "dpop_proof_missing",
    "dpop_proof_invalid",
    "dpop_request_mismatch",
    "dpop_proof_stale",
    "dpop_proof_replayed",
    "dpop_nonce_required",
    "dpop_key_mismatch",
    "digest_malformed",
    "digest_nonce_stale",
    "digest_rejected",
    "authentication_insufficient",
    "introspection_unavailable",
    "status_unavailable",
    "check_pending",
    "key_symmetric_from_network",
];
