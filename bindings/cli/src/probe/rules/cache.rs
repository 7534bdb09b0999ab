//! Caches: what may be kept, and what was (RFC 9111 sections 3.5, 5.1 and 5.2.2).

use super::super::answer::{Answer, Exchange};
use super::super::requests::Kind;
use super::super::rule::Severity::{Error, Warning};
use super::super::rule::{EVERY, Evidence, Look, Rule, Sight, Verdict};
use super::row;

/// The rules, each beside the function that judges by it.
pub(super) static RULES: &[Rule] = &[
    row(
        ("denial_not_stored", Warning),
        ("REQ-CACHE-02", "RFC 9111 §5.2.2.5"),
        "Denials may not be kept by shared caches.",
        "Send Cache-Control: no-store with every denial.",
        denial_not_stored,
    ),
    row(
        ("denial_not_cached", Error),
        ("REQ-CACHE-02", "RFC 9111 §5.1"),
        "Denials do not come out of a cache.",
        "Keep caches from storing 400, 401 and 403, and purge what they hold.",
        denial_not_cached,
    ),
    row(
        ("allowed_not_public", Warning),
        ("REQ-CACHE-01", "RFC 9111 §3.5"),
        "What a token opened is not given to shared caches by public, s-maxage or must-revalidate.",
        "Send Cache-Control: private, or no-store.",
        allowed_not_public,
    ),
    row(
        ("allowed_not_leaked", Error),
        ("REQ-CACHE-01", "RFC 9111 §3.5"),
        "What a token opened is not given out without it.",
        "Purge the cache, and keep it from storing answers to requests with Authorization.",
        allowed_not_leaked,
    ),
];

fn denial_not_stored(evidence: &Evidence) -> Verdict {
    evidence.each(EVERY, "nothing was denied", |exchange, answer| {
        if !is_denial(exchange, answer) {
            return Look::Passed;
        }
        Look::held(answer.is_guarded_from_caches(), || match answer.text("cache-control") {
            none if none.is_empty() => format!("{} without Cache-Control", answer.status),
            some => format!("{} with Cache-Control: {some}", answer.status),
        })
    })
}

fn denial_not_cached(evidence: &Evidence) -> Verdict {
    evidence.each(EVERY, "nothing was denied", |exchange, answer| {
        if !is_denial(exchange, answer) {
            return Look::Passed;
        }
        answer.cached().map_or(Look::Kept, |sign| Look::Broken(format!("{} with {sign}", answer.status)))
    })
}

fn allowed_not_public(evidence: &Evidence) -> Verdict {
    evidence.each(&[Kind::Token], "no token was accepted", |_, answer| {
        if !answer.is_success() {
            return Look::Passed;
        }
        let shared = ["public", "s-maxage", "must-revalidate"].into_iter();
        // private and no-store take back what these give.
        let guarded = ["private", "no-store"].iter().any(|name| answer.lists("cache-control", name));
        let found = shared.filter(|name| !guarded && answer.lists("cache-control", name)).collect::<Vec<_>>();
        Look::held(found.is_empty(), || format!("{} with {}", answer.status, found.join(", ")))
    })
}

fn allowed_not_leaked(evidence: &Evidence) -> Verdict {
    let (Some(none), Some(token), Some(again)) =
        (evidence.answer("none"), evidence.answer("token"), evidence.answer("none_again"))
    else {
        return Verdict::NotApplicable("no real token");
    };
    if none.is_success() || !token.is_success() {
        return Verdict::NotApplicable("the token made no difference");
    }
    if !again.is_success() {
        return Verdict::Kept;
    }
    let text = format!("{} without credentials, after a token had opened it", again.status);
    Verdict::Broken(vec![Sight { request: "none_again", text }])
}

/// A refusal of HTTP's own is not about credentials.
fn is_denial(exchange: &Exchange, answer: &Answer) -> bool {
    match answer.status {
        401 | 403 => true,
        400 => exchange.plan.id != "header_twice",
        _ => false,
    }
}
