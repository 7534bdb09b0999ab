//! The challenges of the response: missing, malformed, with an error where none was earned (RFC 9110 section 11.6.1).

use super::super::collect::{Findings, finding};
use super::super::finding::{Certainty, FindingId, Part};
use super::super::view::View;
use crate::client::HeardChallenge;

pub(super) fn find(view: &View<'_>, findings: &mut Findings) {
    if view.exchange.response.is_none() {
        return;
    }
    let add = |findings: &mut Findings, id, name: &str, seen: String| {
        findings.add(finding(id, Certainty::Observed, Part::Response).at(name).seen(seen));
    };
    if view.status() == 401 && !view.has_response_field("www-authenticate") {
        add(findings, FindingId::ChallengeMissing, "WWW-Authenticate", "a 401 without the field".into());
    }
    if view.status() == 407 && !view.has_response_field("proxy-authenticate") {
        add(findings, FindingId::ProxyChallengeMissing, "Proxy-Authenticate", "a 407 without the field".into());
    }
    let warnings = &view.challenges.warnings;
    if let Some(first) = warnings.first() {
        let seen = format!("line {}: {}", first.value + 1, first.tolerance.text());
        let draft = finding(FindingId::ChallengeMalformed, Certainty::Observed, Part::Response);
        findings.add(draft.at("WWW-Authenticate").offset(first.offset).seen(seen));
    }
    for challenge in &view.challenges.challenges {
        if let Some((id, seen)) = fault(challenge, view) {
            add(findings, id, "WWW-Authenticate", seen);
        }
        params(challenge, findings);
    }
}

/// Whether a challenge is one whose errors RFC 6750 defines.
fn is_bearer(challenge: &HeardChallenge) -> bool {
    challenge.is_scheme("Bearer") || challenge.is_scheme("DPoP")
}

/// What is wrong with the challenge as an answer to this request.
fn fault(challenge: &HeardChallenge, view: &View<'_>) -> Option<(FindingId, String)> {
    let error = challenge.param("error");
    let has_request = view.exchange.request.is_some();
    if is_bearer(challenge) && error.is_some() && has_request && view.presents_nothing() {
        return Some((FindingId::ErrorUnearned, format!("{} for a request without credentials", shown_error(error))));
    }
    let sent_bearer = view.token.is_some() && view.presents_authorization();
    if challenge.is_scheme("Bearer") && error.is_none() && sent_bearer && view.status() == 401 {
        return Some((FindingId::ErrorMissing, "a token in the request, and no error in the challenge".into()));
    }
    if challenge.is_scheme("Bearer") && challenge.params.is_empty() {
        return Some((FindingId::ChallengeBare, "the word Bearer alone".into()));
    }
    let wants_realm = challenge.is_scheme("Basic") || challenge.is_scheme("Digest");
    if wants_realm && challenge.param("realm").is_none() {
        return Some((FindingId::RealmMissing, "a challenge without a realm".into()));
    }
    None
}

/// Error codes of the standards (RFC 6750 section 6.2, RFC 9449 section 12, RFC 9470 section 9).
const ERRORS: &[&str] = &[
    "invalid_request",
    "invalid_token",
    "insufficient_scope",
    "invalid_dpop_proof",
    "use_dpop_nonce",
    "insufficient_user_authentication",
];

/// A known code as it is; of others the length.
fn shown_error(error: Option<&str>) -> String {
    match error {
        Some(error) if ERRORS.contains(&error) => format!("error=\"{error}\""),
        Some(error) => format!("an error code of {} characters", error.chars().count()),
        None => "no error".to_owned(),
    }
}

fn params(challenge: &HeardChallenge, findings: &mut Findings) {
    let warn = |id, seen: String| finding(id, Certainty::Observed, Part::Response).at("WWW-Authenticate").seen(seen);
    if !is_bearer(challenge) {
        return;
    }
    if let Some(error) = challenge.param("error").filter(|error| !ERRORS.contains(error)) {
        findings.add(warn(FindingId::ErrorUnknown, shown_error(Some(error))));
    }
    let is_fit = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E);
    for name in ["error_description", "error_uri", "scope"] {
        let Some(value) = challenge.param(name) else { continue };
        if let Some(at) = value.bytes().position(|byte| !is_fit(byte)) {
            let seen = format!("{name}: byte {at} of {} is none that may stand there", value.len());
            findings.add(warn(FindingId::DescriptionMalformed, seen));
        }
    }
}
