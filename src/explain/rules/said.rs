//! What the response says of the cause: its challenges, its body, its status; and who seems to have written it.

use super::super::collect::{Findings, finding};
use super::super::finding::{Certainty, FindingId, Part};
use super::super::view::View;
use super::marks::{EDGES, FRAMEWORKS, GATEWAYS, MAKERS, Mark, Where};

pub(super) fn find(view: &View<'_>, findings: &mut Findings) {
    if view.status() == 0 || (200..300).contains(&view.status()) {
        return;
    }
    statuses(view, findings);
    words(view, findings);
    challenges(view, findings);
    aws(view, findings);
    windows(view, findings);
    makers(view, findings);
}

fn said(id: FindingId) -> super::super::collect::Draft {
    finding(id, Certainty::Said, Part::Response)
}

/// Whether a row fits, in the text that it looks at.
fn fits(mark: &Mark, view: &View<'_>, text: &str) -> bool {
    let is_status = mark.statuses.is_empty() || mark.statuses.contains(&view.status());
    let is_there = match mark.place {
        Where::Text => text.contains(mark.words),
        Where::Field(name) => view.has_response_field(name) && view.response_text(name).contains(mark.words),
    };
    is_status && is_there
}

/// The body and the descriptions, in lower case.
fn text_of(view: &View<'_>) -> String {
    let mut text = view.body.clone();
    for challenge in &view.challenges.challenges {
        for name in ["error_description", "error_msg"] {
            if let Some(value) = challenge.param(name) {
                text.push('\n');
                text.push_str(&value.to_ascii_lowercase());
            }
        }
    }
    // JSON with and without blanks is one text.
    text.replace("\": \"", "\":\"")
}

/// The first row that means something, of the outermost hop first.
fn words(view: &View<'_>, findings: &mut Findings) {
    let text = text_of(view);
    let mut rows = EDGES.iter().chain(GATEWAYS).chain(FRAMEWORKS);
    let Some(mark) = rows.find(|mark| fits(mark, view, &text)) else { return };
    let Some(id) = mark.means else { return };
    let by = if mark.maker.is_empty() { String::new() } else { format!(" of {}", mark.maker) };
    let (name, seen) = match mark.place {
        Where::Text => (None, format!("the words{by}: `{}`", mark.words)),
        Where::Field(name) => (Some(name), format!("the field {name}{by}")),
    };
    let draft = said(id).seen(seen);
    findings.add(match name {
        Some(name) => draft.at(name),
        None => draft,
    });
}

/// The error codes of challenges (RFC 6750 section 3.1, RFC 9449 section 7.1, RFC 9470 section 3), and of bodies.
fn challenges(view: &View<'_>, findings: &mut Findings) {
    for challenge in &view.challenges.challenges {
        let draft = |id, word: &str| said(id).at("WWW-Authenticate").seen(format!("error=\"{word}\""));
        match challenge.param("error") {
            Some("invalid_token") if view.presents_authorization() || view.exchange.request.is_none() => {
                findings.add(draft(FindingId::TokenRefused, "invalid_token"));
            }
            Some("use_dpop_nonce") => findings.add(draft(FindingId::DpopNonceRequired, "use_dpop_nonce")),
            Some("invalid_dpop_proof") => findings.add(draft(FindingId::DpopProofInvalid, "invalid_dpop_proof")),
            Some("insufficient_user_authentication") => {
                findings.add(draft(FindingId::LoginInsufficient, "insufficient_user_authentication"));
            }
            Some("invalid_request") if view.presents_authorization() || view.exchange.request.is_none() => {
                findings.add(draft(FindingId::AuthorizationMalformed, "invalid_request"));
            }
            _ => {}
        }
        if challenge.is_scheme("Digest") {
            digest(view, challenge.param("stale"), findings);
        }
    }
}

fn digest(view: &View<'_>, stale: Option<&str>, findings: &mut Findings) {
    let sent =
        view.authorization.iter().any(|value| value.get(..7).is_some_and(|word| word.eq_ignore_ascii_case(b"digest ")));
    if stale.is_some_and(|stale| stale.eq_ignore_ascii_case("true")) {
        findings.add(said(FindingId::DigestStale).at("WWW-Authenticate").seen("stale=true"));
    } else if sent {
        findings.add(
            said(FindingId::DigestRejected).at("WWW-Authenticate").seen("Digest is asked for again, and not stale"),
        );
    }
}

fn statuses(view: &View<'_>, findings: &mut Findings) {
    let retry = view.response_text("retry-after");
    let seen = |status: u16| match retry.parse::<u32>() {
        Ok(seconds) => format!("status {status}, Retry-After: {seconds}"),
        Err(_) => format!("status {status}"),
    };
    let id = match view.status() {
        407 => FindingId::ProxyAuthenticationRequired,
        429 => FindingId::TooManyAttempts,
        431 | 494 => FindingId::HeaderTooLarge,
        503 => FindingId::Unavailable,
        511 => FindingId::NetworkLogin,
        _ => return,
    };
    findings.add(finding(id, Certainty::Observed, Part::Response).seen(seen(view.status())));
}

/// Bodies of AWS that mean one thing with a credential and another without.
fn aws(view: &View<'_>, findings: &mut Findings) {
    let is_aws = ["x-amzn-errortype", "x-amz-apigw-id", "apigw-requestid", "x-amzn-requestid"]
        .iter()
        .any(|name| view.has_response_field(name));
    if !is_aws {
        return;
    }
    let body = view.body.replace(' ', "");
    let has_key = view.has_request_field("x-api-key");
    match (view.status(), body.trim()) {
        (401, "{\"message\":\"unauthorized\"}") if view.presents_authorization() => {
            findings.add(said(FindingId::TokenRefused).seen("the authorizer of AWS API Gateway says `Unauthorized`"));
        }
        (403, "{\"message\":\"forbidden\"}") => {
            let id = if has_key { FindingId::ApiKeyUnknown } else { FindingId::ApiKeyMissing };
            findings.add(said(id).seen("AWS API Gateway says `Forbidden`, as for a usage plan's key"));
        }
        _ => {}
    }
}

/// Servers that want Kerberos or NTLM alone.
fn windows(view: &View<'_>, findings: &mut Findings) {
    let challenges = &view.challenges.challenges;
    let is_windows = |scheme: &str| ["negotiate", "ntlm"].contains(&scheme.to_ascii_lowercase().as_str());
    if !challenges.is_empty() && challenges.iter().all(|challenge| is_windows(&challenge.scheme)) {
        let draft = finding(FindingId::WindowsLoginExpected, Certainty::Observed, Part::Response);
        findings.add(draft.at("WWW-Authenticate").seen("Negotiate or NTLM, and nothing else"));
    }
}

fn makers(view: &View<'_>, findings: &mut Findings) {
    let text = text_of(view);
    let mut names: Vec<&str> = Vec::new();
    for mark in MAKERS.iter().chain(EDGES).chain(GATEWAYS).chain(FRAMEWORKS) {
        if !mark.maker.is_empty() && !names.contains(&mark.maker) && fits(mark, view, &text) {
            names.push(mark.maker);
        }
    }
    if !names.is_empty() {
        names.truncate(5);
        let seen = format!("the marks of {}", names.join(", "));
        findings.add(finding(FindingId::AnsweredBy, Certainty::Suspected, Part::Response).seen(seen));
    }
}
