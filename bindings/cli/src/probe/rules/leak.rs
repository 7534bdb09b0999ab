//! What answers tell that they should not: credentials that were sent, the inside of the server.
//!
//! Looks at the start of each body, and shows nothing of what it finds but where.

use super::super::rule::Severity::{Error, Warning};
use super::super::rule::{EVERY, Evidence, Look, Rule, Verdict};
use super::row;

/// The rules, each beside the function that judges by it.
pub(super) static RULES: &[Rule] = &[
    row(
        ("nothing_echoed", Error),
        ("REQ-PRIVACY-12", "RFC 6750 §5.3"),
        "No answer repeats the credentials that were sent.",
        "Take no part of Authorization into error texts, pages or fields.",
        nothing_echoed,
    ),
    row(
        ("nothing_internal", Warning),
        ("REQ-PRIVACY-03", "RFC 9457 §5"),
        "Denials show no stack trace and no inside of the server.",
        "Switch debug pages off, and answer by fixed texts.",
        nothing_internal,
    ),
];

fn nothing_echoed(evidence: &Evidence) -> Verdict {
    evidence.each(EVERY, "no answer", |_, answer| {
        let holds_mark = |bytes: &[u8]| evidence.marks.iter().any(|mark| holds(bytes, mark.as_bytes()));
        if holds_mark(&answer.body) {
            return Look::Broken(format!("{}: credentials stand in the body", answer.status));
        }
        let field = answer.headers.iter().find(|(_, value)| holds_mark(value.as_bytes()));
        match field {
            Some((name, _)) => Look::Broken(format!("{}: credentials stand in {name}", answer.status)),
            None => Look::Kept,
        }
    })
}

fn nothing_internal(evidence: &Evidence) -> Verdict {
    evidence.each(EVERY, "nothing was denied", |_, answer| {
        if answer.status < 400 {
            return Look::Passed;
        }
        match INSIDES.iter().find(|(mark, _)| holds(&answer.body, mark.as_bytes())) {
            Some((_, what)) => Look::Broken(format!("{}: {what} in the body", answer.status)),
            None => Look::Kept,
        }
    })
}

fn holds(bytes: &[u8], mark: &[u8]) -> bool {
    bytes.windows(mark.len()).any(|window| window == mark)
}

/// What stack traces and debug pages of servers hold, and no text for clients.
const INSIDES: [(&str, &str); 14] = [
    ("Traceback (most recent call last)", "a Python stack trace"),
    ("Exception in thread", "a Java stack trace"),
    ("\tat java.", "a Java stack trace"),
    ("\tat org.", "a Java stack trace"),
    ("io.jsonwebtoken.", "a class of a Java library"),
    ("node_modules/", "a path of a Node stack trace"),
    ("node:internal/", "a Node stack trace"),
    ("goroutine ", "a Go stack trace"),
    ("panicked at ", "a Rust panic"),
    ("Stack trace:", "a stack trace"),
    ("   at System.", "a .NET stack trace"),
    ("   at Microsoft.", "a .NET stack trace"),
    ("PHP Fatal error", "a PHP error"),
    ("/gems/", "a path of a Ruby stack trace"),
];
