//! What goes out, over every row of the corpus that checks a request: what stands in the fields, and what never does.
#![cfg(feature = "conform")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use std::collections::BTreeSet;
use std::sync::LazyLock;

use countersign::conform::answer_line;
use countersign::http::Challenges;
use countersign::json::{Document, Duplicates, Value};

/// What the driver answers to one row.
struct Answer {
    id: String,
    status: i64,
    fields: Vec<(String, String)>,
}

/// The driver's answers to the rows of `check.jsonl` whose policies load.
static ANSWERS: LazyLock<Vec<Answer>> = LazyLock::new(|| {
    // Read by our own scanner: a case holds numbers that others refuse.
    let read = |text: &str| Document::parse(text.as_bytes(), Duplicates::Mark).unwrap();
    let text = |value: Value<'_>| value.as_text().unwrap().to_owned_string();
    let mut answers = Vec::new();
    for row in include_str!("vectors/check.jsonl").lines() {
        let answer = read(&answer_line(read(row).root().member("case").unwrap().raw().as_bytes()).unwrap());
        let Some(status) = answer.root().member("status").and_then(|status| status.as_i64()) else { continue };
        let fields = answer.root().member("headers").unwrap().as_array().unwrap().map(|field| {
            let mut halves = field.as_array().unwrap().map(text);
            (halves.next().unwrap(), halves.next().unwrap())
        });
        answers.push(Answer { id: text(answer.root().member("id").unwrap()), status, fields: fields.collect() });
    }
    assert!(answers.len() > 1500, "{}", answers.len());
    answers
});

impl Answer {
    fn challenges(&self) -> Vec<&str> {
        let challenges = self.fields.iter().filter(|(name, _)| name == "WWW-Authenticate");
        challenges.map(|(_, value)| value.as_str()).collect()
    }
}

/// No cookie is set (REQ-COOKIE-04, REQ-COOKIE-05), no page is sent elsewhere (REQ-COOKIE-10), no origin is allowed or
/// echoed, `null` least of all (REQ-CORS-06, REQ-CORS-09, REQ-CORS-10, REQ-CORS-11, REQ-CORS-12), no nonce handed out
/// (REQ-CORS-08), no proxy's field written (REQ-HTTP-39), and nothing said about the authentication of an answer
/// (REQ-HTTP-41, REQ-HTTP-42): all that is the host's.
#[test]
fn four_fields_are_written_and_no_other() {
    let names: BTreeSet<&str> =
        ANSWERS.iter().flat_map(|answer| &answer.fields).map(|(name, _)| name.as_str()).collect();
    let expected = ["Access-Control-Expose-Headers", "Cache-Control", "Retry-After", "WWW-Authenticate"];
    assert_eq!(names, BTreeSet::from(expected));
}

/// REQ-HTTP-28, REQ-HTTP-31 (no 404 stands for a 403), REQ-HTTP-39 (no 407).
#[test]
fn every_401_has_a_challenge_and_no_status_hides_another() {
    for answer in ANSWERS.iter() {
        let (Answer { id, status, .. }, challenges) = (answer, answer.challenges());
        assert!([200, 400, 401, 403, 500, 503].contains(status), "{id}: {status}");
        assert!(*status != 401 || !challenges.is_empty(), "{id}");
        assert!(*status != 200 || challenges.is_empty(), "{id}");
    }
}

#[test]
fn no_field_holds_an_empty_list_element() {
    // REQ-HTTP-23
    for answer in ANSWERS.iter() {
        for (_, value) in &answer.fields {
            for element in elements(value) {
                assert!(!element.trim_matches([' ', '\t']).is_empty(), "{value:?} of {}", answer.id);
            }
        }
    }
    assert_eq!(
        elements(r#"A b="c, \", d", e="f",,"#),
        ["A b=\"c, \\\", d\"", " e=\"f\"", "", ""],
        "this test can fail"
    );
}

/// The elements of a list, with their quoted strings whole (RFC 9110 section 5.6.1).
fn elements(value: &str) -> Vec<&str> {
    let (mut found, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, byte) in value.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b',' if !quoted => {
                found.push(&value[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(&value[start..]);
    found
}

#[test]
fn each_challenge_has_a_realm_and_the_error_is_the_bearers_alone() {
    // REQ-BASIC-05, REQ-BASIC-12, REQ-APIKEY-03, REQ-HTTP-25
    for answer in ANSWERS.iter() {
        for line in answer.challenges() {
            let lines = [line.as_bytes()];
            let read: Vec<_> = Challenges::new(&lines).map(Result::unwrap).collect();
            let [challenge] = read.as_slice() else { panic!("one a line: {line}") };
            assert!(challenge.params().find("realm").is_some(), "{line}");
            for name in ["error", "error_description", "scope"] {
                assert!(challenge.params().find(name).is_none() || challenge.scheme == "Bearer", "{line}");
            }
        }
    }
}
