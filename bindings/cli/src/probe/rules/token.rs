//! The real token: where it counts and where it must not (RFC 6750 section 2, RFC 9110 section 11.4).

use super::super::rule::Severity::{Error, Warning};
use super::super::rule::{Evidence, Look, Rule, Sight, Verdict};
use super::row;

/// The rules, each beside the function that judges by it.
pub(super) static RULES: &[Rule] = &[
    row(
        ("token_accepted", Error),
        ("REQ-BEARER-01", "RFC 6750 §2.1"),
        "The real token is accepted.",
        "Look at error and error_description; `countersign check` with the policy and this token names the reason.",
        accepted,
    ),
    row(
        ("scheme_without_case", Error),
        ("REQ-HTTP-01", "RFC 9110 §11.1"),
        "The scheme is read without case.",
        "Compare the scheme without case.",
        scheme_without_case,
    ),
    row(
        ("changed_token_denied", Error),
        ("REQ-JWS-25", "RFC 7515 §5.2"),
        "The real token with a changed signature lets nobody in.",
        "Verify signatures: anyone can write what this server accepts now.",
        changed_denied,
    ),
    row(
        ("other_scheme_denied", Error),
        ("REQ-BEARER-11", "RFC 9110 §11.4"),
        "The real token behind another scheme lets nobody in.",
        "Look at the scheme before the token.",
        other_scheme_denied,
    ),
    row(
        ("query_ignored", Warning),
        ("REQ-BEARER-07", "RFC 6750 §2.3"),
        "A token in the query does not count.",
        "Take tokens from Authorization alone: addresses are logged and passed on.",
        query_ignored,
    ),
];

fn accepted(evidence: &Evidence) -> Verdict {
    let Some(answer) = evidence.answer("token") else { return Verdict::NotApplicable(NO_TOKEN) };
    if answer.is_besides() {
        return Verdict::NotApplicable("too many requests, or out of service");
    }
    let text = match answer.error() {
        Some(error) => format!("{} with error=\"{error}\"", answer.status),
        None => answer.status.to_string(),
    };
    // 403 and 404 know who asks; a redirect to a login page and 400 do not.
    held("token", !matches!(answer.status, 400 | 401) && !answer.is_redirect(), text)
}

fn scheme_without_case(evidence: &Evidence) -> Verdict {
    let (Some(token), Some(lower)) = (evidence.answer("token"), evidence.answer("token_lower_case")) else {
        return Verdict::NotApplicable(NO_TOKEN);
    };
    if token.status == 401 || token.is_besides() || lower.is_besides() {
        return Verdict::NotApplicable("the token is not accepted");
    }
    held("token_lower_case", lower.status != 401, format!("{}, and {} behind `Bearer`", lower.status, token.status))
}

fn changed_denied(evidence: &Evidence) -> Verdict {
    misused(evidence, "token_changed")
}

fn other_scheme_denied(evidence: &Evidence) -> Verdict {
    misused(evidence, "token_other_scheme")
}

fn query_ignored(evidence: &Evidence) -> Verdict {
    if evidence.is_open() {
        return Verdict::NotApplicable("everybody is let in");
    }
    let kinds = [super::super::requests::Kind::Query];
    evidence.each(&kinds, "without --query-token", |_, answer| {
        if answer.is_success() {
            return Look::Broken(format!("{}: let in", answer.status));
        }
        // An error that stands there without credentials too says nothing of the query.
        match answer.error().filter(|error| evidence.answer("none").is_none_or(|none| none.error() != Some(error))) {
            Some(error) => Look::Broken(format!("error=\"{error}\", so it was looked at")),
            None => Look::Kept,
        }
    })
}

fn misused(evidence: &Evidence, request: &'static str) -> Verdict {
    let (Some(token), Some(answer)) = (evidence.answer("token"), evidence.answer(request)) else {
        return Verdict::NotApplicable(NO_TOKEN);
    };
    if evidence.is_open() || !token.is_success() {
        return Verdict::NotApplicable("the token makes no difference");
    }
    held(request, !answer.is_success(), format!("{}: let in", answer.status))
}

fn held(request: &'static str, holds: bool, text: String) -> Verdict {
    if holds { Verdict::Kept } else { Verdict::Broken(vec![Sight { request, text }]) }
}

const NO_TOKEN: &str = "no real token";
