//! Requests for tests, taken from the corpus by their id.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    dead_code,
    unreachable_pub,
    reason = "shared by tests that use parts of it"
)]

use std::fs;
use std::path::Path;

use countersign::time::Wall;
use countersign::{Decision, FieldLine, Policy, Request, Verifier};
use serde_json::Value;

/// A `check` case of the corpus.
pub struct Case {
    pub policy: String,
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub now: String,
    pub jwks: Option<(String, String)>,
    pub scopes: Option<String>,
}

impl Case {
    /// The case with this id.
    pub fn named(id: &str) -> Case {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/check.jsonl");
        let wanted = format!("\"id\":\"{id}\"");
        let text = fs::read_to_string(path).unwrap();
        let line = text.lines().find(|line| line.contains(&wanted)).unwrap_or_else(|| panic!("no row {id}"));
        let row: Value = serde_json::from_str(line).unwrap();
        let case = &row["case"];
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let headers = case["request"]["headers"].as_array().unwrap();
        Case {
            policy: case["policy"].to_string(),
            method: case["request"]["method"].as_str().unwrap_or("GET").to_owned(),
            target: text(&case["request"]["target"]),
            headers: headers.iter().map(|pair| (text(&pair[0]), text(&pair[1]))).collect(),
            now: case["now"].to_string(),
            jwks: case["keys"].get(0).map(|keys| (text(&keys["issuer"]), keys["jwks"].to_string())),
            scopes: case["scopes"].as_str().map(str::to_owned),
        }
    }

    pub fn verifier(&self) -> Verifier {
        let (policy, _) = Policy::load(self.policy.as_bytes(), &[]).unwrap();
        let verifier = Verifier::new(policy);
        if let Some((issuer, jwks)) = &self.jwks {
            verifier.store().set_keys(issuer, jwks.as_bytes()).unwrap();
        }
        verifier
    }

    pub fn lines(&self) -> Vec<FieldLine<'_>> {
        self.headers.iter().map(|(name, value)| FieldLine::new(name, value.as_bytes())).collect()
    }

    pub fn check(&self, verifier: &Verifier, decision: &mut Decision) {
        let lines = self.lines();
        let mut request = Request::new(&self.method, &self.target, &lines, Wall::parse(&self.now).unwrap());
        if let Some(scopes) = &self.scopes {
            request = request.scopes(scopes);
        }
        verifier.check(&request, decision);
    }

    /// The bare token of the first header line.
    pub fn token(&self) -> &str {
        self.headers[0].1.rsplit(' ').next().unwrap()
    }
}
