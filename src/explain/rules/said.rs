//! What the response says of the cause: its challenges, its body, its status; and who seems to have written it.

use super::super::collect::{Draft, Findings, finding};
use super::super::finding::{Certainty, FindingId, Part};
use super::super::view::View;
use super::marks::{EDGES, FRAMEWORKS, GATEWAYS, MAKERS, Mark, Where};
use super::sentences::Sentences;
use super::wordings::WORDINGS;
use crate::reason::Reason;

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

fn said(id: FindingId) -> Draft {
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

/// The first row that means something, of the outermost hop first; else what the sentences say.
fn words(view: &View<'_>, findings: &mut Findings) {
    let text = text_of(view);
    let mut rows = EDGES.iter().chain(GATEWAYS).chain(FRAMEWORKS);
    let marked = rows.find(|mark| fits(mark, view, &text)).and_then(|mark| Some((mark, meant(mark.means?, view)?)));
    let draft = match marked {
        // A program that says no more than no, and perhaps more beside it.
        Some((mark, FindingId::TokenRefused)) => stated(&text, view)
            .filter(|(id, _)| *id != FindingId::TokenRefused)
            .unwrap_or_else(|| by_mark(mark, FindingId::TokenRefused)),
        Some((mark, id)) => by_mark(mark, id),
        None => match stated(&text, view) {
            Some(draft) => draft,
            None => return,
        },
    };
    let (id, draft) = draft;
    if !PLACES.contains(&id) {
        // Whoever says what is wrong with the credentials has read them, whatever scheme the challenge names.
        findings.remove(FindingId::SchemeWrong);
    }
    if id == FindingId::TokenOpaque {
        findings.remove(FindingId::TokenOpaque);
    }
    findings.add(draft);
}

/// Findings that do not say that the credentials were read.
const PLACES: &[FindingId] = &[
    FindingId::HeaderMissing,
    FindingId::SchemeWrong,
    FindingId::EdgeBlocked,
    FindingId::EdgeLogin,
    FindingId::RedirectToLogin,
    FindingId::AuthorizationMalformed,
];

fn by_mark(mark: &Mark, id: FindingId) -> (FindingId, Draft) {
    let by = if mark.maker.is_empty() { String::new() } else { format!(" of {}", mark.maker) };
    let draft = match mark.place {
        Where::Text => said(id).seen(format!("the words{by}: `{}`", mark.words)),
        Where::Field(name) => said(id).at(name).seen(format!("the field {name}{by}")),
    };
    (id, draft)
}

/// What the sentences say, where no program is known by them.
fn stated(text: &str, view: &View<'_>) -> Option<(FindingId, Draft)> {
    let sentences = Sentences::read(text);
    let (means, row) = WORDINGS.iter().find_map(|wording| {
        let row = wording.rows().find(|row| sentences.state(row))?;
        Some((wording.means, row))
    })?;
    let id = meant(means, view)?;
    Some((id, said(id).seen(format!("the words `{}`", row.trim_end_matches([' ', '|'])))))
}

/// What words mean beside what was sent: bad credentials are a password's or a token's, and nobody's if none were sent.
fn meant(means: FindingId, view: &View<'_>) -> Option<FindingId> {
    let sent = |scheme: &str| {
        view.authorization
            .iter()
            .any(|value| value.get(..scheme.len()).is_some_and(|word| word.eq_ignore_ascii_case(scheme.as_bytes())))
    };
    let is_opaque = view.token.as_ref().is_some_and(|token| token.reason == Reason::TokenNotJwt);
    match means {
        // Whoever cannot read a token without a dot wants a JWT.
        FindingId::TokenMalformed if is_opaque => Some(FindingId::TokenOpaque),
        FindingId::SchemeWrong | FindingId::CredentialsRefused if sent("bearer") => Some(FindingId::TokenRefused),
        FindingId::CredentialsRefused | FindingId::TokenRefused if sent("basic") => Some(FindingId::PasswordRejected),
        FindingId::CredentialsRefused => None,
        FindingId::TokenRefused if view.presents_nothing() => None,
        means => Some(means),
    }
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
            // What Entra asks for where a token was revoked or a login is not strong enough.
            Some("insufficient_claims") => {
                findings.add(draft(FindingId::LoginInsufficient, "insufficient_claims"));
            }
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
    // A challenge that names an error says more than the body.
    if view.challenges.challenges.iter().any(|challenge| challenge.param("error").is_some()) {
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
