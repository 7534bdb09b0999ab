//! Every file of public vectors is run by a test, or is named here with what it waits for.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fs;
use std::path::Path;

/// Files and the tests that read them.
const RUN: [(&str, &str); 8] = [
    ("authorization_parse.jsonl", "tests/http_vectors.rs"),
    ("challenge_build.jsonl", "tests/http_vectors.rs"),
    ("challenge_parse.jsonl", "tests/http_vectors.rs"),
    ("claims.jsonl", "tests/claims_vectors.rs"),
    ("json.jsonl", "tests/json.rs"),
    ("jwk.jsonl", "tests/jose_vectors.rs"),
    ("jws.jsonl", "tests/jose_vectors.rs"),
    ("signature.jsonl", "tests/jose_vectors.rs"),
];

/// Files for what is not built yet, with a word of the sources that will stand there once it is.
const LATER: [(&str, &str); 3] = [
    ("digest.jsonl", "src/scheme/digest.rs"),
    ("dpop.jsonl", "src/scheme/dpop.rs"),
    ("status_list.jsonl", "src/status"),
];

#[test]
fn no_file_of_public_vectors_is_left_out() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (file, test) in RUN {
        assert!(fs::read_to_string(root.join(test)).unwrap().contains(file), "{test} does not read {file}");
    }
    for (file, source) in LATER {
        assert!(!root.join(source).exists(), "{source} is there by now: {file} must be run");
    }
    let Ok(entries) = fs::read_dir(root.join("../shared/vectors")) else {
        println!("no public vectors beside this checkout");
        return;
    };
    for entry in entries {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let known = RUN.iter().chain(&LATER).any(|(file, _)| *file == name);
        let is_vectors = Path::new(&name).extension().is_some_and(|extension| extension == "jsonl");
        assert!(known || !is_vectors, "{name} is run by no test");
    }
}
