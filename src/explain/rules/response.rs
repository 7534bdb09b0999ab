//! The status against what happened: 401 and 403 swapped, an error behind 200, a failure in place of a refusal.

use super::super::collect::{Findings, finding};
use super::super::finding::{Certainty, FindingId, Part};
use super::super::view::View;

pub(super) fn find(view: &View<'_>, findings: &mut Findings) {
    if view.exchange.response.is_none() || view.is_preflight() {
        return;
    }
    let add = |findings: &mut Findings, id, seen: String| {
        findings.add(finding(id, Certainty::Observed, Part::Response).seen(seen));
    };
    let error = view.challenges.challenges.iter().find_map(|challenge| challenge.param("error"));
    let in_body = |code: &str| view.body.replace(' ', "").contains(&format!("\"error\":\"{code}\""));
    let has_error = |code: &str| error == Some(code) || in_body(code);
    let is_elsewhere = OTHER_CAUSES.iter().any(|id| findings.has(*id));
    match view.status() {
        401 if has_error("insufficient_scope") => {
            add(findings, FindingId::Status401For403, "401 with insufficient_scope".into());
        }
        403 if is_elsewhere => {}
        403 if has_error("invalid_token") => {
            add(findings, FindingId::Status403For401, "403 with invalid_token".into());
        }
        403 if view.presents_nothing() => {
            add(findings, FindingId::Status403For401, "403 for a request without credentials".into());
        }
        403 if REFUSALS.iter().any(|id| findings.has(*id)) => {
            add(findings, FindingId::Status403For401, "403 for credentials that are not valid".into());
        }
        400 if has_error("invalid_token") => {
            add(findings, FindingId::Status400For401, "400 with invalid_token".into());
        }
        200..=299 if view.has_response_field("www-authenticate") => {
            let seen = format!("{} with a challenge", view.status());
            add(findings, FindingId::Status200WithError, seen);
        }
        200..=299 => {
            let body = view.body.replace("\": \"", "\":\"");
            if let Some(word) = BODY_CODES.iter().find(|word| body.contains(**word)) {
                add(findings, FindingId::Status200WithError, format!("{} with {word} in the body", view.status()));
            }
        }
        500 | 502 => {
            if let Some(word) = FAILURES.iter().find(|word| view.body.contains(**word)) {
                add(findings, FindingId::Status500For401, format!("{} with `{word}` in the body", view.status()));
            }
        }
        _ => {}
    }
}

/// Causes of a 403 that are no matter of credentials.
const OTHER_CAUSES: &[FindingId] = &[
    FindingId::EdgeBlocked,
    FindingId::EdgeLogin,
    FindingId::GatewayRouteUnknown,
    FindingId::GatewaySignatureExpected,
    FindingId::GatewayAuthorizerDenied,
    FindingId::RbacDenied,
    FindingId::CsrfRejected,
    FindingId::AccessDenied,
    FindingId::ScopeMissing,
];

/// Findings about credentials for which 401 is due.
const REFUSALS: &[FindingId] = &[
    FindingId::TokenExpired,
    FindingId::TokenMalformed,
    FindingId::SignatureInvalid,
    FindingId::AudienceMismatch,
    FindingId::IssuerMismatch,
    FindingId::KidUnknown,
];

/// Codes that GraphQL servers and some APIs put into the body of a 200.
const BODY_CODES: &[&str] = &[
    "\"code\":\"unauthenticated\"",
    "\"code\":\"invalid-jwt\"",
    "\"error\":\"invalid_token\"",
    "\"error\":\"invalid_auth\"",
    "\"error\":\"not_authed\"",
    "\"error\":\"token_expired\"",
    "\"error\":\"token_revoked\"",
];

/// Names of exceptions about tokens that reached the outside.
const FAILURES: &[&str] = &[
    "tokenexpirederror",
    "jsonwebtokenerror",
    "expiredjwtexception",
    "securitytokenexpiredexception",
    "securitytokeninvalid",
    "signatureexception",
    "malformedjwtexception",
    "jwt.exceptions",
    "jwt expired",
    "jwt malformed",
];
