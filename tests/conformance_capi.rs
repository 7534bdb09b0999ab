//! The corpus answered through the header by a C program (`tests/c/conform.c`), to the byte as the core answers.
//!
//! This test reads the JSON of the cases, so that the C program needs no parser, and compiles it against the static
//! library of this very build. `COUNTERSIGN_CONFORM` names a program built otherwise (`tests/c/run.sh` gives
//! one with sanitizers).
#![cfg(all(feature = "capi", feature = "conform", target_os = "linux"))]
#![allow(clippy::panic, clippy::indexing_slicing, reason = "a row of ours that is not as it must be stops the test")]
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod conform_wire;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use conform_wire::wire;
use countersign::conform::answer_line;
use countersign::json::{Document, Duplicates};

/// The lines of the corpus that are cases: what is none has nothing for the library to do.
fn cases() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        for line in fs::read_to_string(&file).unwrap().lines() {
            let row = Document::parse(line.as_bytes(), Duplicates::Mark).unwrap();
            let case = row.root().member("case").unwrap();
            let case = case.as_text().map_or_else(|| case.raw().to_owned(), |text| text.to_owned_string());
            if let Some(answer) = answer_line(case.as_bytes()).filter(|answer| !answer.contains("\"case_invalid\"")) {
                cases.push((case, answer));
            }
        }
    }
    cases
}

/// Compiles the driver against the static library beside this test.
fn driver() -> PathBuf {
    if let Some(program) = std::env::var_os("COUNTERSIGN_CONFORM") {
        return program.into();
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let test = std::env::current_exe().unwrap();
    let library = test.parent().unwrap().join("libcountersign.a");
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("conform");
    let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    let status = Command::new(compiler)
        .args(["-std=c99", "-O1", "-Wall", "-Wextra", "-Werror", "-pedantic"])
        .arg("-I")
        .arg(root.join("include"))
        .arg(root.join("tests/c/conform.c"))
        .arg(library)
        .args(["-lgcc_s", "-lpthread", "-ldl", "-lm", "-o"])
        .arg(&program)
        .status()
        .unwrap();
    assert!(status.success(), "tests/c/conform.c does not compile");
    program
}

fn answers(input: Vec<u8>) -> Vec<String> {
    let mut child = Command::new(driver()).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let feeder = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap().unwrap();
    assert!(output.status.success(), "the driver ended with {}", output.status);
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// The message of a challenge that cannot be written is not part of the C ABI; the status is.
fn expected(answer: &str) -> String {
    match answer.split_once(",\"error\":{\"reason\":\"challenge_invalid\",\"message\":\"") {
        Some((front, _)) => format!("{front},\"error\":{{\"reason\":\"challenge_invalid\",\"message\":\"\"}}}}"),
        None => answer.to_owned(),
    }
}

#[test]
fn c_answers_every_case_as_the_core_does() {
    let cases = cases();
    let mut input = Vec::new();
    let mut asked = Vec::new();
    for (case, answer) in &cases {
        let document = Document::parse(case.as_bytes(), Duplicates::Mark).unwrap();
        if let Some(wire) = wire(document.root()) {
            input.extend_from_slice(&wire);
            asked.push((case, expected(answer)));
        }
    }
    let answers = answers(input);
    assert_eq!(answers.len(), asked.len());
    let wrong: Vec<String> = asked
        .iter()
        .zip(&answers)
        .filter(|((_, expected), answer)| expected != *answer)
        .map(|((case, expected), answer)| format!("{case}\n  expected {expected}\n  answered {answer}"))
        .collect();
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), asked.len(), wrong.join("\n"));
    assert!(asked.len() >= 3700, "only {} of {} cases went through C", asked.len(), cases.len());
    println!("{} cases went through C, {} did not", asked.len(), cases.len() - asked.len());
}
