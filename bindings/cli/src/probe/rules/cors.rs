//! What a page of another origin can do and see (Fetch standard, CORS protocol).
//!
//! Where neither `--origin` was given nor an answer allows the page, there is nothing to judge but the preflight.

use super::super::answer::{Answer, Exchange};
use super::super::rule::Severity::{Error, Warning};
use super::super::rule::{EVERY, Evidence, Look, Rule, Sight, Verdict};
use super::row;

/// The rules, each beside the function that judges by it.
pub(super) static RULES: &[Rule] = &[
    row(
        ("preflight_unchallenged", Warning),
        ("REQ-CORS-01", "Fetch, CORS-preflight fetch"),
        "A preflight is not asked for credentials.",
        "Let OPTIONS with Origin and Access-Control-Request-Method through: browsers put no credentials on it.",
        preflight_unchallenged,
    ),
    row(
        ("preflight_ok", Error),
        ("REQ-CORS-01", "Fetch, CORS-preflight fetch"),
        "A preflight is answered with 2xx.",
        "Answer OPTIONS by 204 before the route runs.",
        preflight_ok,
    ),
    row(
        ("preflight_allows_origin", Error),
        ("REQ-CORS-09", "Fetch, CORS check"),
        "The preflight's answer allows the origin.",
        "Send Access-Control-Allow-Origin with the page's origin.",
        preflight_allows_origin,
    ),
    row(
        ("preflight_allows_authorization", Error),
        ("REQ-CORS-04", "Fetch, CORS non-wildcard request-header name"),
        "The preflight's answer allows Authorization by its name; `*` does not cover it.",
        "Send Access-Control-Allow-Headers: authorization.",
        preflight_allows_authorization,
    ),
    row(
        ("denial_allows_origin", Error),
        ("REQ-CORS-09", "Fetch, CORS check"),
        "Denials allow the origin as other answers do.",
        "Send Access-Control-Allow-Origin with 401 too: without it a page sees a network error instead of a 401.",
        denial_allows_origin,
    ),
    row(
        ("challenge_exposed", Warning),
        ("REQ-CORS-07", "Fetch, CORS-safelisted response-header name"),
        "Denials that allow an origin expose WWW-Authenticate to it.",
        "Send Access-Control-Expose-Headers: WWW-Authenticate.",
        challenge_exposed,
    ),
    row(
        ("credentials_one_origin", Error),
        ("REQ-CORS-06", "Fetch, CORS protocol and credentials"),
        "Access-Control-Allow-Credentials is `true` or absent, and stands beside one origin.",
        "Name the origin, or leave Access-Control-Allow-Credentials out.",
        credentials_one_origin,
    ),
    row(
        ("origin_varies", Warning),
        ("REQ-CORS-10", "Fetch, CORS protocol and HTTP caches"),
        "An answer that repeats the page's origin has Vary: Origin.",
        "Send Vary: Origin, so that no cache gives the answer to another page.",
        origin_varies,
    ),
];

fn preflight_unchallenged(evidence: &Evidence) -> Verdict {
    let Some(preflight) = evidence.answer("preflight") else { return Verdict::NotApplicable("no answer") };
    let holds = preflight.status != 401 && !preflight.has("www-authenticate");
    verdict("preflight", holds, || format!("{} that asks for credentials", preflight.status))
}

fn preflight_ok(evidence: &Evidence) -> Verdict {
    judge(evidence, "preflight", |preflight| (preflight.is_success(), preflight.status.to_string()))
}

fn preflight_allows_origin(evidence: &Evidence) -> Verdict {
    judge(evidence, "preflight", |preflight| (allows(evidence, preflight), allowed(preflight)))
}

fn preflight_allows_authorization(evidence: &Evidence) -> Verdict {
    judge(evidence, "preflight", |preflight| {
        let fields = preflight.text("access-control-allow-headers");
        let text = if fields.is_empty() { "no Access-Control-Allow-Headers".to_owned() } else { fields };
        (preflight.lists("access-control-allow-headers", "authorization"), text)
    })
}

fn denial_allows_origin(evidence: &Evidence) -> Verdict {
    if evidence.answer("cross_origin").is_none_or(|answer| answer.status != 401) {
        return Verdict::NotApplicable("no 401 to a page");
    }
    judge(evidence, "cross_origin", |answer| (allows(evidence, answer), allowed(answer)))
}

fn challenge_exposed(evidence: &Evidence) -> Verdict {
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

fn credentials_one_origin(evidence: &Evidence) -> Verdict {
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

fn origin_varies(evidence: &Evidence) -> Verdict {
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
