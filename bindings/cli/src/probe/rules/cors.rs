//! What a page of another origin can do and see (Fetch standard, CORS protocol).
//!
//! Where neither `--origin` was given nor an answer allows the page, there is nothing to judge but the preflight.

use super::super::answer::{Answer, Exchange};
use super::super::rule::{EVERY, Evidence, Look, Sight, Verdict};

pub(super) fn preflight_unchallenged(evidence: &Evidence) -> Verdict {
    let Some(preflight) = evidence.answer("preflight") else { return Verdict::NotApplicable("no answer") };
    let holds = preflight.status != 401 && !preflight.has("www-authenticate");
    verdict("preflight", holds, || format!("{} that asks for credentials", preflight.status))
}

pub(super) fn preflight_ok(evidence: &Evidence) -> Verdict {
    judge(evidence, "preflight", |preflight| (preflight.is_success(), preflight.status.to_string()))
}

pub(super) fn preflight_allows_origin(evidence: &Evidence) -> Verdict {
    judge(evidence, "preflight", |preflight| (allows(evidence, preflight), allowed(preflight)))
}

pub(super) fn preflight_allows_authorization(evidence: &Evidence) -> Verdict {
    judge(evidence, "preflight", |preflight| {
        let fields = preflight.text("access-control-allow-headers");
        let text = if fields.is_empty() { "no Access-Control-Allow-Headers".to_owned() } else { fields };
        (preflight.lists("access-control-allow-headers", "authorization"), text)
    })
}

pub(super) fn denial_allows_origin(evidence: &Evidence) -> Verdict {
    if evidence.answer("cross_origin").is_none_or(|answer| answer.status != 401) {
        return Verdict::NotApplicable("no 401 to a page");
    }
    judge(evidence, "cross_origin", |answer| (allows(evidence, answer), allowed(answer)))
}

pub(super) fn challenge_exposed(evidence: &Evidence) -> Verdict {
    let denied = evidence.answer("cross_origin").filter(|answer| answer.has("www-authenticate"));
    if denied.is_none_or(|answer| !allows(evidence, answer)) {
        return Verdict::NotApplicable("no challenge to a page that is allowed");
    }
    judge(evidence, "cross_origin", |answer| {
        let names = "access-control-expose-headers";
        let wildcard = answer.lists(names, "*") && !answer.has("access-control-allow-credentials");
        (answer.lists(names, "www-authenticate") || wildcard, "WWW-Authenticate is not exposed".to_owned())
    })
}

pub(super) fn credentials_one_origin(evidence: &Evidence) -> Verdict {
    evidence.each(EVERY, "no Access-Control-Allow-Credentials", |_, answer| {
        if !answer.has("access-control-allow-credentials") {
            return Look::Passed;
        }
        let value = answer.text("access-control-allow-credentials");
        let origin = answer.text("access-control-allow-origin");
        let holds = value == "true" && !origin.contains(['*', ',']);
        Look::held(holds, || format!("Access-Control-Allow-Credentials: {value} beside origin {origin}"))
    })
}

pub(super) fn origin_varies(evidence: &Evidence) -> Verdict {
    evidence.each(EVERY, "no answer repeats the page's origin", |exchange, answer| {
        if !exchange.plan.cross_origin || answer.text("access-control-allow-origin") != evidence.page {
            return Look::Passed;
        }
        let holds = answer.lists("vary", "origin") || answer.lists("vary", "*");
        Look::held(holds, || format!("{} without Vary: Origin", answer.status))
    })
}

/// Judges the answer to `request` if this API has to do with the page at all.
fn judge(evidence: &Evidence, request: &'static str, look: impl Fn(&Answer) -> (bool, String)) -> Verdict {
    let answers = evidence.exchanges.iter().filter(|exchange| exchange.plan.cross_origin);
    let mut answers = answers.filter_map(Exchange::answer);
    if !evidence.page_is_named && !answers.any(|answer| allows(evidence, answer)) {
        return Verdict::NotApplicable("no sign of CORS for the page; name its origin with --origin");
    }
    let Some(answer) = evidence.answer(request) else { return Verdict::NotApplicable("no answer") };
    let (holds, text) = look(answer);
    verdict(request, holds, || text)
}

fn verdict(request: &'static str, holds: bool, text: impl FnOnce() -> String) -> Verdict {
    if holds { Verdict::Kept } else { Verdict::Broken(vec![Sight { request, text: text() }]) }
}

fn allows(evidence: &Evidence, answer: &Answer) -> bool {
    let origin = answer.text("access-control-allow-origin");
    origin == "*" || origin == evidence.page
}

fn allowed(answer: &Answer) -> String {
    match answer.text("access-control-allow-origin") {
        none if none.is_empty() => format!("{} without Access-Control-Allow-Origin", answer.status),
        some => format!("{} with Access-Control-Allow-Origin: {some}", answer.status),
    }
}
