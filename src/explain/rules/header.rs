//! The request head as a whole: names, counts and places of credentials, the scheme (RFC 9110 section 11.6.2).

use super::super::address;
use super::super::collect::{Findings, finding};
use super::super::finding::{Certainty, FindingId, Part};
use super::super::schemes::shown_scheme;
use super::super::view::{View, is_redacted, looks_like_jwt};
use crate::http::{self, QueryParameter, SchemeWord};
use crate::limits;

pub(super) fn find(view: &View<'_>, findings: &mut Findings) {
    if view.exchange.request.is_none() {
        return;
    }
    redacted(view, findings);
    counts(view, findings);
    names(view, findings);
    places(view, findings);
    scheme(view, findings);
    transport(view, findings);
    size(view, findings);
}

fn request(id: FindingId, certainty: Certainty) -> super::super::collect::Draft {
    finding(id, certainty, Part::Request)
}

/// What a recording left out is no slip.
fn redacted(view: &View<'_>, findings: &mut Findings) {
    let [value] = view.authorization[..] else { return };
    let behind = value.iter().position(|byte| *byte == b' ').and_then(|at| value.get(at + 1..)).unwrap_or(value);
    if is_redacted(behind.trim_ascii()) {
        let seen = format!("{} bytes that stand for something else", behind.len());
        findings.add(request(FindingId::CredentialsRedacted, Certainty::Observed).at("Authorization").seen(seen));
    }
}

fn counts(view: &View<'_>, findings: &mut Findings) {
    let lines = view.authorization.len();
    if lines > 1 {
        let seen = format!("{lines} lines");
        findings.add(request(FindingId::HeaderRepeated, Certainty::Observed).at("Authorization").seen(seen));
    }
    if let QueryParameter::Repeated(count) = http::select_query_parameter(view.target().as_bytes(), b"access_token") {
        let seen = format!("access_token stands {count} times in the address");
        findings.add(request(FindingId::CredentialsInSeveralPlaces, Certainty::Observed).seen(seen));
    }
    if view.presents_authorization()
        && let Some((name @ ("access_token" | "token" | "jwt"), value)) = view.query_token()
    {
        let seen = format!("Authorization, and {name} in the address with {} bytes", value.len());
        findings.add(request(FindingId::CredentialsInSeveralPlaces, Certainty::Observed).at(name).seen(seen));
    }
}

/// Names that people write for Authorization.
const MISSPELT: &[&str] = &[
    "authorisation",
    "authentication",
    "authorize",
    "authorizaton",
    "authorizations",
    "autorization",
    "auth",
    "x-auth",
    "x-authorization",
    "http_authorization",
    "http-authorization",
    "www-authenticate",
    "bearer",
    "authorization-bearer",
];

/// Fields that hold what a hop took out of Authorization.
pub(super) const TWINS: &[&str] = &[
    "x-forwarded-authorization",
    "x-original-authorization",
    "x-amzn-remapped-authorization",
    "x-forwarded-access-token",
    "x-redirect-authorization",
    "redirect_http_authorization",
];

/// Fields in which clients put tokens that an API may not read there.
const TOKEN_FIELDS: &[&str] =
    &["x-access-token", "x-auth-token", "access-token", "access_token", "token", "jwt", "x-jwt"];

fn names(view: &View<'_>, findings: &mut Findings) {
    if view.presents_authorization() {
        return;
    }
    for name in view.request_names() {
        if MISSPELT.contains(&name.as_str()) {
            let seen = format!("a field `{name}`, and no Authorization");
            findings.add(request(FindingId::HeaderNameWrong, Certainty::Observed).at(&name).seen(seen));
        } else if TOKEN_FIELDS.contains(&name.as_str()) && view.is_denied() {
            let seen = format!("a field `{name}`, and no Authorization");
            findings.add(request(FindingId::CredentialsMisplaced, Certainty::Observed).at(&name).seen(seen));
        }
    }
    if view.has_request_field("proxy-authorization") && !matches!(view.status(), 200..=299 | 407) {
        let seen = "Proxy-Authorization, and no Authorization";
        findings.add(
            request(FindingId::ProxyCredentialsMisplaced, Certainty::Observed).at("Proxy-Authorization").seen(seen),
        );
    }
}

fn places(view: &View<'_>, findings: &mut Findings) {
    if let Some((name, value)) = view.query_token() {
        let seen = format!("{name} in the address, {} bytes", value.len());
        let warned = matches!(name, "key" | "token").then(|| value.len() >= 16).unwrap_or(true);
        if warned {
            findings.add(request(FindingId::ApiKeyInAddress, Certainty::Observed).at(name).seen(seen.clone()));
        }
        let is_token = matches!(name, "access_token" | "token" | "jwt" | "id_token");
        if is_token && !view.presents_authorization() && view.is_denied() {
            findings.add(request(FindingId::CredentialsMisplaced, Certainty::Observed).at(name).seen(seen));
        }
    }
    let is_jwt = |value: &[u8]| {
        value.split(|byte| *byte == b';').any(|pair| {
            let at = pair.iter().position(|byte| *byte == b'=').map_or(0, |at| at + 1);
            pair.get(at..).is_some_and(looks_like_jwt)
        })
    };
    if !view.presents_authorization() && view.is_denied() && view.request_values("cookie").any(is_jwt) {
        let seen = "a cookie holds what looks like a JWT, and there is no Authorization";
        findings.add(request(FindingId::CredentialsMisplaced, Certainty::Suspected).at("Cookie").seen(seen));
    }
}

fn scheme(view: &View<'_>, findings: &mut Findings) {
    let [value] = view.authorization[..] else { return };
    let word = match http::select_scheme(value) {
        SchemeWord::Malformed if value.is_empty() => {
            let seen = "the field is there and empty";
            let draft = request(FindingId::AuthorizationMalformed, Certainty::Observed).at("Authorization");
            return findings.add(draft.offset(0).seen(seen));
        }
        SchemeWord::Malformed => {
            let at = value.iter().position(|byte| !http::is_http_token(&[*byte])).unwrap_or(0);
            let seen = format!("the first word is none, from byte {at} of {}", value.len());
            let draft = request(FindingId::AuthorizationMalformed, Certainty::Observed).at("Authorization");
            return findings.add(draft.offset(at).seen(seen));
        }
        SchemeWord::LoneToken => return,
        _ => value.split(|byte| !http::is_http_token(&[*byte])).next().unwrap_or_default(),
    };
    let word = String::from_utf8_lossy(word).into_owned();
    let word = if matches!(http::select_scheme(value), SchemeWord::Bearer) { "Bearer".to_owned() } else { word };
    let offered: Vec<&str> = view.challenges.challenges.iter().map(|challenge| challenge.scheme.as_str()).collect();
    let is_offered = offered.iter().any(|scheme| scheme.eq_ignore_ascii_case(&word));
    let is_windows = |scheme: &&str| ["negotiate", "ntlm", "kerberos"].contains(&scheme.to_ascii_lowercase().as_str());
    if !offered.is_empty() && !is_offered && !offered.iter().all(is_windows) {
        let offered: Vec<String> = offered.iter().take(4).map(|scheme| shown_scheme(scheme)).collect();
        let seen = format!("sent {}, offered {}", shown_scheme(&word), offered.join(", "));
        findings.add(request(FindingId::SchemeWrong, Certainty::Observed).at("Authorization").offset(0).seen(seen));
    } else if offered.is_empty()
        && view.is_denied()
        && ["token", "jwt", "oauth"].contains(&word.to_ascii_lowercase().as_str())
    {
        let seen = format!("sent {}, and the answer offers nothing", shown_scheme(&word));
        findings.add(request(FindingId::SchemeWrong, Certainty::Suspected).at("Authorization").offset(0).seen(seen));
    }
}

fn transport(view: &View<'_>, findings: &mut Findings) {
    let target = view.target();
    let is_plain = |address: &str| {
        let loopback = address::origin(address)
            .is_some_and(|origin| http::Url::parse(&origin).is_some_and(|url| url.is_loopback()));
        address.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http://")) && !loopback
    };
    if view.presents_authorization() && is_plain(target) {
        findings.add(request(FindingId::TransportInsecure, Certainty::Observed).seen("an http address"));
    }
}

fn size(view: &View<'_>, findings: &mut Findings) {
    let length = view.authorization.iter().map(|value| value.len()).max().unwrap_or(0);
    let refused = matches!(view.status(), 400 | 413 | 414 | 431 | 494);
    if length > limits::TOKEN_BYTES_DEFAULT && refused {
        let seen =
            format!("a value of {length} bytes; servers refuse header lines over {}", limits::TOKEN_BYTES_DEFAULT);
        findings.add(request(FindingId::HeaderTooLarge, Certainty::Observed).at("Authorization").seen(seen));
    }
}
