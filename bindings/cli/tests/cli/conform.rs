//! `conform`: the shared corpus through the binary.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use countersign::json::{Document, Duplicates, Value};

use crate::support::{command, run_with};

#[test]
fn the_corpus_is_answered_to_the_byte() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors");
    let Ok(entries) = fs::read_dir(folder) else { return };
    let (mut input, mut expected) = (Vec::new(), Vec::new());
    // The rows of `explain` have no answer to the byte: the test below runs them.
    let is_run =
        |path: &PathBuf| path.extension().is_some_and(|ext| ext == "jsonl") && !path.ends_with("explain.jsonl");
    for path in entries.map(|entry| entry.unwrap().path()).filter(is_run) {
        for line in fs::read_to_string(path).unwrap().lines() {
            let row = Document::parse(line.as_bytes(), Duplicates::Mark).unwrap();
            let text = |name: &str| row.root().member(name).map(raw_or_text);
            input.extend(text("case").unwrap().bytes());
            input.push(b'\n');
            expected.push(answer(&text));
        }
    }
    let run = run_with(["conform"], &input);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let answers: Vec<&str> = run.out.lines().collect();
    assert_eq!(answers.len(), expected.len());
    for (found, expected) in answers.iter().zip(&expected) {
        assert_eq!(without_message(found), without_message(expected));
    }
}

#[test]
fn the_first_finding_of_each_exchange_is_the_expected_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/explain.jsonl");
    let (mut input, mut expected) = (Vec::new(), Vec::new());
    for line in fs::read_to_string(path).unwrap().lines() {
        let row = Document::parse(line.as_bytes(), Duplicates::Mark).unwrap();
        input.extend(row.root().member("case").unwrap().raw().bytes());
        input.push(b'\n');
        expected.push(raw_or_text(row.root().member("first").unwrap()));
    }
    let run = run_with(["conform"], &input);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let answers: Vec<&str> = run.out.lines().collect();
    assert!(answers.len() >= 120 && answers.len() == expected.len(), "{} answers", answers.len());
    for (found, expected) in answers.iter().zip(&expected) {
        assert!(found.contains(&format!("\"findings\":[{{\"id\":\"{expected}\"")), "{found}");
    }
}

#[test]
fn any_bytes_and_any_length_get_an_answer() {
    let mut input = b"\n\xff\xfe\n".to_vec();
    input.extend(vec![b'x'; 3 << 20]);
    input.extend(b"\r\n{\"op\":\"decode\",\"id\":\"d\",\"token\":\"a\"}");
    let run = run_with(["conform"], &input);
    let lines: Vec<&str> = run.out.lines().collect();
    assert_eq!((run.code, lines.len()), (0, 3));
    assert!(lines[0].contains("case_invalid") && lines[1].contains("case_invalid"));
    assert_eq!(lines[2], r#"{"id":"d","header":null,"claims":null,"reason":"token_not_jwt"}"#);
}

#[test]
fn each_answer_is_there_before_the_next_case_is_sent() {
    let mut child = command().arg("conform").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    for id in ["one", "two"] {
        writeln!(input, r#"{{"op":"decode","id":"{id}","token":"a"}}"#).unwrap();
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert!(line.starts_with(&format!(r#"{{"id":"{id}""#)), "{line}");
    }
    drop(input);
    assert!(child.wait().unwrap().success());
}

fn answer(text: &impl Fn(&str) -> Option<String>) -> String {
    let compact =
        |name: &str| text(name).map(|json| serde_json::from_str::<serde_json::Value>(&json).unwrap().to_string());
    let without = if countersign::jose::Algorithm::Es512.is_supported() {
        None
    } else {
        text("answer_without_p521_text").or_else(|| compact("answer_without_p521"))
    };
    without.or_else(|| text("answer_text")).or_else(|| compact("answer")).unwrap()
}

fn raw_or_text(value: Value<'_>) -> String {
    value.as_text().map_or_else(|| value.raw().to_owned(), |text| text.to_owned_string())
}

/// The message of an error is for people; everything else is to the byte.
fn without_message(answer: &str) -> String {
    let Some((before, rest)) = answer.split_once("\"message\":\"") else { return answer.to_owned() };
    let mut escaped = false;
    let end = rest.find(|character| {
        let ends = character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
        ends
    });
    format!("{before}\"message\":\"*{}", &rest[end.unwrap()..])
}
