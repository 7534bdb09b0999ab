//! Credentials that are not there: never sent, or lost on the way.

use super::super::collect::{Draft, Findings, finding};
use super::super::finding::{Certainty, FindingId, Part};
use super::super::token::ReadToken;
use super::super::view::View;
use super::header::TWINS;
use crate::reason::Reason;

pub(super) fn find(view: &View<'_>, findings: &mut Findings) {
    if view.exchange.request.is_none() {
        return challenge_alone(view, findings);
    }
    if view.is_preflight() || !view.is_denied() {
        return;
    }
    if view.presents_authorization() {
        return lost(view, findings);
    }
    // A session that ended was presented.
    let has_session = findings.has(FindingId::SessionEnded) && view.has_request_field("cookie");
    if has_session
        || view.status() == 407
        || WANTS_SOMETHING_ELSE.iter().any(|id| findings.has(*id))
        || wants_cookie_alone(view)
    {
        return;
    }
    if let Some(twin) = TWINS.iter().find(|name| view.has_request_field(name)) {
        let seen = format!("{twin} is there, and Authorization is not");
        findings.add(request(FindingId::HeaderStrippedByProxy, Certainty::Observed).at(twin).seen(seen));
    }
    if !is_presented_elsewhere(view) && !findings.has(FindingId::CredentialsRedacted) {
        let also = if view.exchange.token.is_some() { "; a token was handed in beside it" } else { "" };
        let certainty = if view.status() == 0 { Certainty::Suspected } else { Certainty::Observed };
        let seen = format!("no Authorization among {} fields{also}", view.request_names().count());
        findings.add(request(FindingId::HeaderMissing, certainty).at("Authorization").seen(seen));
        arrived_by_hops(view, findings);
    }
}

/// Findings after which nobody asks for an Authorization.
const WANTS_SOMETHING_ELSE: &[FindingId] =
    &[FindingId::GatewayRouteUnknown, FindingId::ApiKeyMissing, FindingId::CsrfRejected, FindingId::EdgeBlocked];

fn wants_cookie_alone(view: &View<'_>) -> bool {
    let challenges = &view.challenges.challenges;
    !challenges.is_empty() && challenges.iter().all(|challenge| challenge.is_scheme("Cookie"))
}

/// A challenge of a 401 without an error is the answer to a request without credentials (RFC 6750 section 3.1).
fn challenge_alone(view: &View<'_>, findings: &mut Findings) {
    let challenges = &view.challenges.challenges;
    let is_bare = |scheme: &str| {
        challenges.iter().any(|challenge| challenge.is_scheme(scheme) && challenge.param("error").is_none())
    };
    if view.status() == 401 && (is_bare("Bearer") || is_bare("DPoP")) && !findings.has_error() {
        let seen = "a challenge without an error, as for a request without credentials";
        let draft = finding(FindingId::HeaderMissing, Certainty::Said, Part::Response).at("WWW-Authenticate");
        findings.add(draft.seen(seen));
    }
}

fn request(id: FindingId, certainty: Certainty) -> Draft {
    finding(id, certainty, Part::Request)
}

/// Whether a field or the address carries what may be meant as a credential.
fn is_presented_elsewhere(view: &View<'_>) -> bool {
    let has_key = view.request_names().any(|name| super::super::view::is_key_field(&name));
    has_key || view.query_token().is_some()
}

/// The request as it arrived, by hops that might have taken something out.
fn arrived_by_hops(view: &View<'_>, findings: &mut Findings) {
    let first = |names: &[&'static str]| names.iter().copied().find(|name| view.has_request_field(name));
    if let Some(name) = first(&["x-amz-cf-id", "cf-ray", "cdn-loop", "x-akamai-config-log-detail", "fastly-client-ip"])
    {
        let seen = format!("{name} says that the request came by a content delivery network");
        findings.add(request(FindingId::HeaderStrippedByCdn, Certainty::Suspected).at(name).seen(seen));
    } else if let Some(name) = first(&["via", "forwarded", "x-forwarded-for", "x-real-ip", "x-envoy-external-address"])
    {
        let seen = format!("{name} says that the request came by a proxy");
        findings.add(request(FindingId::HeaderStrippedByProxy, Certainty::Suspected).at(name).seen(seen));
    }
}

/// Sent, and the answer is that of a server that saw nothing.
fn lost(view: &View<'_>, findings: &mut Findings) {
    let says_missing = [FindingId::HeaderMissing, FindingId::ApiKeyMissing].iter().any(|id| findings.has(*id));
    let bare = view.status() == 401
        && view
            .challenges
            .challenges
            .iter()
            .any(|challenge| challenge.is_scheme("Bearer") && challenge.param("error").is_none())
        && view.token.as_ref().is_some_and(ReadToken::is_readable);
    let is_given =
        view.exchange.reason == Some(Reason::CredentialsMissing) && !findings.has(FindingId::HeaderStrippedOnRedirect);
    let certainty = match (says_missing, bare) {
        _ if is_given => Certainty::Observed,
        (true, _) if findings.has(FindingId::HeaderMissing) => Certainty::Observed,
        // Who says what is wrong with a token has read it.
        (false, true) if !findings.has_said_error() => Certainty::Suspected,
        _ => return,
    };
    let id = hop(view);
    let seen = match certainty {
        _ if is_given => "Authorization was sent, and the reason given says that none arrived",
        Certainty::Observed => "Authorization was sent, and the answer says that none arrived",
        _ => "a token was sent, and the challenge is that for a request without one",
    };
    findings.remove(FindingId::HeaderMissing);
    findings.add(request(id, certainty).at("Authorization").seen(seen));
}

/// Which kind of hop the answer has the marks of.
fn hop(view: &View<'_>) -> FindingId {
    let server = view.response_text("server");
    let is_cdn = ["x-amz-cf-id", "x-amz-cf-pop", "cf-ray", "x-served-by", "x-cache"]
        .iter()
        .any(|name| view.has_response_field(name))
        || view.response_text("via").contains("cloudfront");
    if is_cdn {
        FindingId::HeaderStrippedByCdn
    } else if server.contains("apache") || view.response_text("x-powered-by").contains("php") {
        FindingId::HeaderStrippedByCgi
    } else {
        FindingId::HeaderStrippedByProxy
    }
}
