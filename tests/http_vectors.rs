//! The public vectors for challenges and credentials, where the folder with them is there.
//!
//! A row that we judge otherwise stands in [`EXCEPTIONS`] with its cause; an entry that is no longer
//! needed fails.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::as_conversions, reason = "tests")]

use std::fs;
use std::path::PathBuf;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use countersign::Reason;
use countersign::http::{Challenges, Param, parse_credentials, write_challenge};
use serde_json::{Value, json};

/// Rows where we differ: the row, and why.
const EXCEPTIONS: [(&str, &str); 0] = [];

fn rows(file: &str) -> Vec<Value> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors").join(file);
    let Ok(text) = fs::read_to_string(&path) else {
        println!("skipped: {file} is not there");
        return Vec::new();
    };
    text.lines().filter(|line| !line.is_empty()).map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Runs `judge` over every row; it tells what was wrong with one.
fn run(file: &str, judge: impl Fn(&Value) -> Result<(), String>) {
    let mut wrong = Vec::new();
    let rows = rows(file);
    for row in &rows {
        let id = row["id"].as_str().unwrap();
        let excepted = EXCEPTIONS.iter().any(|(exception, _)| *exception == id);
        match judge(row) {
            Ok(()) if excepted => wrong.push(format!("{id}: the exception is stale")),
            Err(difference) if !excepted => wrong.push(format!("{id}: {difference}")),
            _ => {}
        }
    }
    println!("{file}: {} rows", rows.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn param(param: &Param<'_>) -> Value {
    let mut name = Vec::new();
    param.write_lower_name(&mut name);
    let mut value = Vec::new();
    param.value.write(&mut value);
    let value = String::from_utf8(value).map_or_else(
        |error| json!({"b64": BASE64_STANDARD.encode(error.as_bytes())}),
        |text| if text.is_ascii() { json!(text) } else { json!({"b64": BASE64_STANDARD.encode(text)}) },
    );
    json!([String::from_utf8(name).unwrap(), value])
}

fn field_lines(row: &Value) -> Vec<Vec<u8>> {
    let list = |member: &str| row[member].as_array().into_iter().flatten().map(|line| line.as_str().unwrap());
    list("header_values")
        .map(|line| line.as_bytes().to_vec())
        .chain(list("header_values_b64").map(|line| BASE64_STANDARD.decode(line).unwrap()))
        .collect()
}

#[test]
fn challenges_are_read_as_the_vectors_say() {
    run("challenge_parse.jsonl", |row| {
        let lines = field_lines(row);
        let lines: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
        let mut challenges = Vec::new();
        let mut fault = None;
        for item in Challenges::new(&lines) {
            match item {
                Ok(read) => challenges.push(json!({
                    "scheme": read.scheme,
                    "token68": read.token68,
                    "params": read.params().map(|p| param(&p)).collect::<Vec<_>>(),
                })),
                Err(found) => fault = Some(found),
            }
        }
        let expected = &row["expect"];
        let fits = |outcome: &Value| {
            let same_fault = match (fault, &outcome["error"]) {
                (None, Value::Null) => true,
                (Some(_), Value::String(any)) => any == "any",
                (Some(found), error) => error["value"] == found.value,
                _ => false,
            };
            same_fault && outcome["challenges"] == json!(challenges)
        };
        if fits(expected) || row["alt"].as_array().unwrap().iter().any(fits) {
            if let (Some(found), Some(offset)) = (fault, expected["error"]["offset"].as_u64())
                && offset != found.offset as u64
            {
                println!("{}: offset {} where the model has {offset}", row["id"], found.offset);
            }
            return Ok(());
        }
        Err(format!("got {} {fault:?}, not {expected}", json!(challenges)))
    });
}

#[test]
fn credentials_are_read_as_the_vectors_say() {
    run("authorization_parse.jsonl", |row| {
        let value = row["value"].as_str().unwrap();
        let read = parse_credentials(value.as_bytes());
        let got = match &read {
            Ok(read) => json!({
                "scheme": read.scheme,
                "token68": read.token68,
                "params": read.params().map(|p| param(&p)).collect::<Vec<_>>(),
                "error": null,
            }),
            Err(_) => json!({"scheme": null, "token68": null, "params": [], "error": "malformed"}),
        };
        if got == row["expect"] || row["alt"] == "either" {
            return Ok(());
        }
        Err(format!("got {got} {:?}, not {}", read.err().map(Reason::name), row["expect"]))
    });
}

#[test]
fn challenges_are_written_as_the_vectors_say() {
    run("challenge_build.jsonl", |row| {
        let params: Vec<(&str, &str)> = row["params"]
            .as_array()
            .unwrap()
            .iter()
            .map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap()))
            .collect();
        let mut line = Vec::new();
        let written = write_challenge(&mut line, row["scheme"].as_str().unwrap(), params);
        let got = written.map(|()| String::from_utf8(line).unwrap());
        if got.as_deref().ok() == row["value"].as_str() {
            return Ok(());
        }
        Err(format!("got {got:?}, not {}", row["value"]))
    });
}
