//! Issuer and audience against what the policy expects: not whether they differ, but how (REQ-JWT-16).
//!
//! The verifier compares by code point and repairs nothing. Here the same two texts are compared with one thing
//! repaired after the other, and the first repair that makes them equal is the finding.

use super::super::collect::{Findings, finding, shown};
use super::super::expected::{ExpectedIssuer, issuers};
use super::super::finding::{Certainty, FindingId, Part};
use super::super::token::ReadToken;
use super::super::view::View;

pub(super) fn find(view: &View<'_>, findings: &mut Findings) {
    let Some(token) = &view.token else { return };
    let expected = view.exchange.policy.map(|policy| issuers(policy.json)).unwrap_or_default();
    let Some(iss) = token.claim_text("iss") else {
        return audience(token, None, &expected, view, findings);
    };
    let known = expected.iter().find(|issuer| issuer.fits(&iss));
    if known.is_none() && !expected.is_empty() {
        issuer(&iss, &expected, findings);
    }
    if expected.is_empty() {
        realm(&iss, view, findings);
    }
    audience(token, known, &expected, view, findings);
}

fn issuer(iss: &str, expected: &[ExpectedIssuer], findings: &mut Findings) {
    let pair = |name: &str| format!("iss is `{}`, configured is `{}`", shown(iss), shown(name));
    let mut closest: Option<(FindingId, &ExpectedIssuer)> = None;
    for candidate in expected {
        if let Some(id) = difference(&candidate.name, iss)
            && closest.is_none_or(|(other, _)| id.weight() > other.weight())
        {
            closest = Some((id, candidate));
        }
    }
    let draft = match (closest, expected) {
        (Some((id, candidate)), _) => finding(id, Certainty::Observed, Part::Token).seen(pair(&candidate.name)),
        (None, [only]) => finding(FindingId::IssuerMismatch, Certainty::Observed, Part::Token).seen(pair(&only.name)),
        (None, _) => {
            let seen = format!("iss is `{}`, none of the {} configured", shown(iss), expected.len());
            finding(FindingId::IssuerMismatch, Certainty::Observed, Part::Token).seen(seen)
        }
    };
    findings.add(draft.at("iss"));
}

/// The scheme, the host without port and the path of an issuer's address.
struct Parts<'a> {
    scheme: &'a str,
    host: &'a str,
    path: &'a str,
}

impl<'a> Parts<'a> {
    fn of(name: &'a str) -> Option<Self> {
        let (scheme, rest) = name.split_once("://")?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let host = authority.split(':').next().unwrap_or_default();
        Some(Parts { scheme, host, path })
    }
}

/// How two issuers differ that are nearly one.
fn difference(configured: &str, iss: &str) -> Option<FindingId> {
    if configured.trim_end_matches('/') == iss.trim_end_matches('/') {
        return Some(FindingId::IssuerSlash);
    }
    if configured.eq_ignore_ascii_case(iss) {
        return Some(FindingId::IssuerCase);
    }
    let (one, other) = (Parts::of(configured)?, Parts::of(iss)?);
    let same_path = one.path.trim_end_matches('/') == other.path.trim_end_matches('/');
    let same_host = one.host.eq_ignore_ascii_case(other.host);
    if same_path && same_host {
        return Some(if one.scheme == other.scheme { FindingId::IssuerPort } else { FindingId::IssuerScheme });
    }
    // Entra ID: v1 tokens come from another host than v2 ones, and the tenant is the same.
    let entra = ["sts.windows.net", "login.microsoftonline.com"];
    let is_entra = |host: &str| entra.contains(&host);
    if (same_host || (is_entra(one.host) && is_entra(other.host))) && stem(one.path) == stem(other.path) {
        return Some(FindingId::IssuerVersion);
    }
    if same_host {
        return Some(FindingId::IssuerTenant);
    }
    if same_path && one.path.len() > 1 {
        return Some(FindingId::IssuerHost);
    }
    // A tenant in the host: the rest of the name is one.
    let is_domain = behind(one.host).contains('.');
    (is_domain && behind(one.host) == behind(other.host) && same_path).then_some(FindingId::IssuerTenant)
}

/// A path without the version at its end.
fn stem(path: &str) -> &str {
    path.trim_end_matches('/').trim_end_matches("/v2.0").trim_end_matches("/v1.0")
}

/// A host without its first label.
fn behind(host: &str) -> &str {
    host.split_once('.').map_or("", |(_, rest)| rest)
}

/// Without a policy: a realm that names an address of the issuer's host, with another path.
fn realm(iss: &str, view: &View<'_>, findings: &mut Findings) {
    let realms = view.challenges.challenges.iter().filter_map(|challenge| challenge.param("realm"));
    for name in realms {
        let (Some(one), Some(other)) = (Parts::of(name), Parts::of(iss)) else { continue };
        let differ = one.path.trim_end_matches('/') != other.path.trim_end_matches('/');
        if one.host == other.host && differ && one.path.len() > 1 {
            let seen = format!("iss is `{}`, the challenge's realm is `{}`", shown(iss), shown(name));
            findings.add(finding(FindingId::IssuerTenant, Certainty::Suspected, Part::Token).at("iss").seen(seen));
        }
    }
}

fn audience(
    token: &ReadToken,
    known: Option<&ExpectedIssuer>,
    expected: &[ExpectedIssuer],
    view: &View<'_>,
    findings: &mut Findings,
) {
    let named = token.names("aud");
    let wanted: Vec<&String> = match (known, expected) {
        (Some(issuer), _) => issuer.audience.iter().collect(),
        (None, _) => expected.iter().flat_map(|issuer| &issuer.audience).collect(),
    };
    if named.iter().any(|name| wanted.contains(&name)) {
        return;
    }
    let observed = |id| finding(id, Certainty::Observed, Part::Token).at("aud");
    if !wanted.is_empty() {
        if named.is_empty() {
            return findings.add(observed(FindingId::AudienceMissing).seen("no aud in the token"));
        }
        let pair = |name: &str, wanted: &str| format!("aud is `{}`, configured is `{}`", shown(name), shown(wanted));
        for (name, wanted) in named.iter().flat_map(|name| wanted.iter().map(move |wanted| (name, *wanted))) {
            if let Some(id) = spelling(wanted, name) {
                return findings.add(observed(id).seen(pair(name, wanted)));
            }
        }
    }
    let certainty = if wanted.is_empty() { Certainty::Suspected } else { Certainty::Observed };
    if wanted.is_empty() && !view.is_denied() {
        return;
    }
    if let Some((id, seen)) = other_party(token, &named) {
        findings.add(finding(id, certainty, Part::Token).at("aud").seen(seen));
    } else if let Some(first) = wanted.first() {
        let all = ReadToken::shown_names(&named);
        let seen = format!("aud is {all}, configured is `{}`", shown(first));
        findings.add(observed(FindingId::AudienceMismatch).seen(seen));
    }
}

/// An audience without scheme and slash.
fn bare(name: &str) -> &str {
    name.split_once("://").map_or(name, |(_, rest)| rest).trim_end_matches('/')
}

/// How two audiences differ that are nearly one.
fn spelling(wanted: &str, name: &str) -> Option<FindingId> {
    if wanted.trim_end_matches('/') == name.trim_end_matches('/') {
        Some(FindingId::AudienceSlash)
    } else if wanted.eq_ignore_ascii_case(name) {
        Some(FindingId::AudienceCase)
    } else {
        (bare(wanted) == bare(name)).then_some(FindingId::AudienceScheme)
    }
}

/// A token for the client or for the issuer.
fn other_party(token: &ReadToken, named: &[String]) -> Option<(FindingId, String)> {
    let client = token.claim_text("azp").or_else(|| token.claim_text("client_id"));
    if let Some(client) = client
        && named.contains(&client)
    {
        return Some((FindingId::AudienceIsClient, format!("aud is `{}`, as is the client", shown(&client))));
    }
    let iss = token.claim_text("iss").unwrap_or_default();
    let of_issuer = |name: &&String| {
        let stem = iss.trim_end_matches('/');
        name.as_str() == "account" || (!stem.is_empty() && name.starts_with(stem))
    };
    let name = named.iter().find(of_issuer)?;
    Some((FindingId::AudienceIsIssuer, format!("aud is `{}`", shown(name))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_difference_of_issuers_has_its_name() {
        use FindingId::*;
        for (configured, iss, expected) in [
            ("https://a.example", "https://a.example/", Some(IssuerSlash)),
            ("https://a.example/R", "https://a.example/r", Some(IssuerCase)),
            ("https://a.example/r", "http://a.example/r", Some(IssuerScheme)),
            ("https://a.example/r", "http://a.example:8080/r", Some(IssuerScheme)),
            ("https://a.example/r", "https://a.example:8443/r", Some(IssuerPort)),
            ("https://login.microsoftonline.com/t1/v2.0", "https://sts.windows.net/t1/", Some(IssuerVersion)),
            ("https://a.example/oauth2/v2.0", "https://a.example/oauth2", Some(IssuerVersion)),
            ("https://a.example/realms/one", "https://a.example/realms/two", Some(IssuerTenant)),
            ("https://red.tenants.example.com", "https://blue.tenants.example.com", Some(IssuerTenant)),
            ("https://sso.example.com/realms/one", "http://keycloak:8080/realms/one", Some(IssuerHost)),
            ("https://a.example", "https://b.example", None),
            ("batch", "other", None),
        ] {
            assert_eq!(difference(configured, iss), expected, "{configured} {iss}");
        }
    }
}
