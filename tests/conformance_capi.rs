//! The corpus answered through the header by a C program (`tests/c/conform.c`), to the byte as the core answers.
//!
//! This test reads the JSON of the cases, so that the C program needs no parser, and compiles it against the static
//! library of this very build. `COUNTERSIGN_CONFORM` names a program built otherwise (`tests/c/run.sh` gives
//! one with sanitizers).
#![cfg(all(feature = "capi", feature = "conform", target_os = "linux"))]
#![allow(clippy::panic, clippy::indexing_slicing, reason = "a row of ours that is not as it must be stops the test")]
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine as _;
use countersign::conform::answer_line;
use countersign::json::{Document, Duplicates, Value};
use countersign::time::{NANOS_PER_SECOND, Wall};

/// A case in the binary form that `tests/c/conform.c` describes.
struct Wire(Vec<u8>);

impl Wire {
    fn new(operation: u8, id: Value<'_>) -> Wire {
        let mut wire = Wire(vec![operation]);
        wire.text(Some(id));
        wire
    }

    fn number(&mut self, number: usize) {
        self.0.extend_from_slice(&u32::try_from(number).unwrap().to_ne_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len());
        self.0.extend_from_slice(bytes);
    }

    /// A string; absent if there is none or `null`.
    fn text(&mut self, value: Option<Value<'_>>) {
        match value.filter(|value| !value.is_null()) {
            Some(value) => self.bytes(text(value).as_bytes()),
            None => self.0.extend_from_slice(&u32::MAX.to_ne_bytes()),
        }
    }

    fn list<'v>(&mut self, list: impl IntoIterator<Item = Value<'v>>, mut write: impl FnMut(&mut Wire, Value<'v>)) {
        let list: Vec<Value<'_>> = list.into_iter().collect();
        self.number(list.len());
        for value in list {
            write(self, value);
        }
    }

    /// The JSON of a member, or the string in the member that holds it as text.
    fn document(&mut self, object: Value<'_>, json: &str, raw_text: &str) {
        match object.member(json) {
            Some(value) => self.bytes(value.raw().as_bytes()),
            None => self.text(object.member(raw_text)),
        }
    }
}

fn text(value: Value<'_>) -> String {
    value.as_text().unwrap().to_owned_string()
}

fn items(value: Option<Value<'_>>) -> Vec<Value<'_>> {
    value.into_iter().flat_map(|value| value.as_array().unwrap()).collect()
}

fn base64(value: Value<'_>) -> Vec<u8> {
    base64::engine::general_purpose::STANDARD.decode(text(value)).unwrap()
}

/// Operations that the C ABI has no calls for yet, each with the rows that wait for them.
const WITHOUT_CALLS: &[(&str, usize)] = &[("store", 182)];

/// The case for the C program; `None` for a time beyond what a `struct timespec` holds.
fn wire(case: Value<'_>) -> Option<Vec<u8>> {
    let member = |name: &str| case.member(name);
    let id = member("id").unwrap();
    let wire = match text(member("op").unwrap()).as_str() {
        "check" => check(case)?,
        "verify_jws" => {
            let mut wire = Wire::new(b'v', id);
            wire.text(member("token"));
            wire.document(case, "jwks", "jwks_text");
            wire.number(usize::from(member("algorithms").is_some()));
            if member("algorithms").is_some() {
                wire.list(items(member("algorithms")), |wire, name| wire.text(Some(name)));
            }
            wire
        }
        "load_keys" => {
            let mut wire = Wire::new(b'k', id);
            wire.document(case, "jwks", "jwks_text");
            wire
        }
        "parse_challenges" => {
            let mut wire = Wire::new(b'p', id);
            wire.number(usize::from(member("values_b64").is_some()));
            match member("values_b64") {
                Some(values) => wire.list(items(Some(values)), |wire, value| wire.bytes(&base64(value))),
                None => wire.list(items(member("values")), |wire, value| wire.text(Some(value))),
            }
            wire
        }
        "parse_authorization" => {
            let mut wire = Wire::new(b'a', id);
            wire.text(member("value"));
            wire
        }
        "build_challenge" => {
            let mut wire = Wire::new(b'b', id);
            wire.text(member("scheme"));
            wire.list(items(member("params")), |wire, pair| {
                for part in items(Some(pair)) {
                    wire.text(Some(part));
                }
            });
            wire
        }
        "decode" => {
            let mut wire = Wire::new(b'd', id);
            wire.text(member("token"));
            wire
        }
        op => panic!("conform.c has no operation {op}"),
    };
    Some(wire.0)
}

fn check(case: Value<'_>) -> Option<Wire> {
    let mut wire = Wire::new(b'c', case.member("id").unwrap());
    let request = case.member("request").unwrap();
    let method = request.member("method").map_or_else(|| "GET".into(), text);
    wire.document(case, "policy", "policy_text");
    wire.list(items(case.member("keys")), |wire, keys| {
        wire.text(keys.member("issuer"));
        wire.document(keys, "jwks", "jwks_text");
    });
    wire.bytes(method.as_bytes());
    wire.text(request.member("target"));
    wire.list(items(request.member("headers")), |wire, pair| {
        let pair = items(Some(pair));
        wire.text(Some(pair[0]));
        match pair[1].member("b64") {
            Some(raw) => wire.bytes(&base64(raw)),
            None => wire.text(Some(pair[1])),
        }
    });
    wire.text(request.member("client_cert_sha256"));
    wire.text(case.member("profile"));
    wire.text(case.member("scopes"));
    wire.list(items(case.member("revoked")), |wire, id| wire.text(Some(id)));
    let nanos = Wall::parse(case.member("now").unwrap().raw()).unwrap().nanos();
    let seconds = i64::try_from(nanos.div_euclid(NANOS_PER_SECOND)).ok()?;
    wire.0.extend_from_slice(&seconds.to_ne_bytes());
    wire.number(usize::try_from(nanos.rem_euclid(NANOS_PER_SECOND)).unwrap());
    Some(wire)
}

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
    let mut waiting: BTreeMap<String, usize> = BTreeMap::new();
    for (case, answer) in &cases {
        let document = Document::parse(case.as_bytes(), Duplicates::Mark).unwrap();
        let op = text(document.root().member("op").unwrap());
        if WITHOUT_CALLS.iter().any(|(name, _)| *name == op) {
            *waiting.entry(op).or_default() += 1;
            continue;
        }
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
    assert!(asked.len() >= 1900, "only {} of {} cases went through C", asked.len(), cases.len());
    let waited: Vec<(&str, usize)> = waiting.iter().map(|(op, count)| (op.as_str(), *count)).collect();
    assert_eq!(waited, WITHOUT_CALLS, "the rows that do not go through C are counted");
    println!("{} cases went through C, {} did not", asked.len(), cases.len() - asked.len());
}
