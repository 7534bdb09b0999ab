//! The project's own corpus, answered by the core's driver, to the byte.
#![cfg(feature = "conform")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use countersign::Reason;
use countersign::client::{StepKind, StepReason, Tolerance};
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
    // The reasons of a client's steps are another set, which shares words with this one.
    let decided = rows.iter().filter(|row| row.file != "next_step");
    let answered: BTreeSet<String> = decided.flat_map(|row| words_in(&row.answer, "reason")).collect();
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

#[test]
fn every_step_reason_tolerance_and_class_of_status_has_a_row() {
    let rows: Vec<Row> = rows().into_iter().filter(|row| row.file == "next_step").collect();
    assert!(rows.len() >= 150, "{} rows", rows.len());
    let said =
        |member: &str| -> BTreeSet<String> { rows.iter().flat_map(|row| words_in(&row.answer, member)).collect() };
    let names = |names: Vec<&str>| -> BTreeSet<String> { names.into_iter().map(str::to_owned).collect() };
    assert_eq!(said("step"), names(StepKind::ALL.iter().map(|kind| kind.name()).collect()));
    assert_eq!(said("reason"), names(StepReason::ALL.iter().map(|reason| reason.name()).collect()));
    assert_eq!(said("tolerance"), names(Tolerance::ALL.iter().map(|tolerance| tolerance.name()).collect()));
    let statuses: BTreeSet<u32> = rows.iter().flat_map(|row| numbers_in(&row.line, "status")).collect();
    for class in [1, 2, 3, 4, 5] {
        assert!(statuses.iter().filter(|status| *status / 100 == class).count() >= 3, "{class}: {statuses:?}");
    }
    for status in [0, 400, 401, 403, 407, 429, 503] {
        assert!(statuses.contains(&status), "{status}: {statuses:?}");
    }
    let storms: BTreeSet<&str> =
        rows.iter().flat_map(|row| &row.covers).filter_map(|name| name.strip_prefix("storm:")).collect();
    assert!(["401", "429", "503"].iter().all(|storm| storms.contains(storm)), "{storms:?}");
}

/// The strings that are values of a member, wherever it stands.
fn words_in(json: &str, member: &str) -> Vec<String> {
    let start = format!("\"{member}\":\"");
    json.split(&start).skip(1).map(|rest| rest[..rest.find('"').unwrap()].to_owned()).collect()
}

/// The whole numbers that are values of a member.
fn numbers_in(json: &str, member: &str) -> Vec<u32> {
    let start = format!("\"{member}\":");
    let digits = |rest: &str| rest.chars().take_while(char::is_ascii_digit).collect::<String>();
    json.split(&start).skip(1).filter_map(|rest| digits(rest).parse().ok()).collect()
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
