//! The conformance driver: one JSON line in, one JSON line out (docs/CONFORMANCE.md).
//!
//! Every front answers the same corpus to the byte. This driver stands on the public API of the
//! core alone, so what it answers is what a Rust host gets. Allocates freely; it is no hot path.

mod answer;
mod case;
mod challenges;
mod check;
mod client;
mod explain;
mod keys;
mod request;
mod steps;
mod store;

use answer::Answer;
use case::{Case, CaseFault};

use crate::json::{Document, Duplicates};
use crate::reason::Reason;

/// Answers one line. The answer has no line break; `None` for an empty line, which is skipped.
///
/// ```
/// let line = br#"{"op":"decode","id":"d1","token":"a.b"}"#;
/// let answer = countersign::conform::answer_line(line).unwrap();
/// assert_eq!(answer, r#"{"id":"d1","header":null,"claims":null,"reason":"jwt_malformed"}"#);
/// ```
pub fn answer_line(line: &[u8]) -> Option<String> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.is_empty() {
        return None;
    }
    let document = match Document::parse(line, Duplicates::Mark) {
        Ok(document) => document,
        Err(fault) => return Some(case_invalid(None, &format!("the line is {fault}"))),
    };
    let id = document.root().member("id").and_then(|id| id.as_text()).map(|id| id.to_owned_string());
    Some(answer_case(&document).unwrap_or_else(|fault| case_invalid(id.as_deref(), &fault.0)))
}

fn answer_case(document: &Document) -> Result<String, CaseFault> {
    let case = Case::new(document.root(), "the case")?;
    case.text("id")?;
    let operation = case.text("op")?;
    match operation.as_str() {
        "check" => check::check(&case),
        "store" => store::store(&case),
        "explain" => explain::explain(&case),
        "verify_jws" => keys::verify_jws(&case),
        "load_keys" => keys::load_keys(&case),
        "next_step" => client::next_step(&case),
        "decode" => keys::decode(&case),
        "parse_challenges" => challenges::parse_challenges(&case),
        "parse_authorization" => challenges::parse_authorization(&case),
        "build_challenge" => challenges::build_challenge(&case),
        _ => Err(CaseFault("the op is not known".into())),
    }
}

fn case_invalid(id: Option<&str>, message: &str) -> String {
    let mut answer = Answer::new();
    answer.text_or_null("id", id);
    answer.error(Reason::CaseInvalid, message, None);
    answer.finish()
}
