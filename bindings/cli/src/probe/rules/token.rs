//! The real token: where it counts and where it must not (RFC 6750 section 2, RFC 9110 section 11.4).

use super::super::rule::{Evidence, Look, Sight, Verdict};

pub(super) fn accepted(evidence: &Evidence) -> Verdict {
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

pub(super) fn scheme_without_case(evidence: &Evidence) -> Verdict {
    let (Some(token), Some(lower)) = (evidence.answer("token"), evidence.answer("token_lower_case")) else {
        return Verdict::NotApplicable(NO_TOKEN);
    };
    if token.status == 401 || token.is_besides() || lower.is_besides() {
        return Verdict::NotApplicable("the token is not accepted");
    }
    held("token_lower_case", lower.status != 401, format!("{}, and {} behind `Bearer`", lower.status, token.status))
}

pub(super) fn changed_denied(evidence: &Evidence) -> Verdict {
    misused(evidence, "token_changed")
}

pub(super) fn other_scheme_denied(evidence: &Evidence) -> Verdict {
    misused(evidence, "token_other_scheme")
}

pub(super) fn query_ignored(evidence: &Evidence) -> Verdict {
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
