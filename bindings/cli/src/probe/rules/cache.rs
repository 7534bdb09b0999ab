//! Caches: what may be kept, and what was (RFC 9111 sections 3.5, 5.1 and 5.2.2).

use super::super::answer::{Answer, Exchange};
use super::super::requests::Kind;
use super::super::rule::{EVERY, Evidence, Look, Sight, Verdict};

pub(super) fn denial_not_stored(evidence: &Evidence) -> Verdict {
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

pub(super) fn denial_not_cached(evidence: &Evidence) -> Verdict {
    evidence.each(EVERY, "nothing was denied", |exchange, answer| {
        if !is_denial(exchange, answer) {
            return Look::Passed;
        }
        answer.cached().map_or(Look::Kept, |sign| Look::Broken(format!("{} with {sign}", answer.status)))
    })
}

pub(super) fn allowed_not_public(evidence: &Evidence) -> Verdict {
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

pub(super) fn allowed_not_leaked(evidence: &Evidence) -> Verdict {
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
