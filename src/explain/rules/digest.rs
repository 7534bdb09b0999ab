//! Digest credentials (RFC 7616 section 3.4): parameters that are missing, and an address that is another's.

use super::super::collect::{Findings, finding};
use super::super::finding::{Certainty, FindingId, Part};
use super::super::view::View;
use crate::http::parse_credentials;

/// Without these no server can judge the response.
const NEEDED: &[&str] = &["realm", "nonce", "uri", "response"];

pub(super) fn find(view: &View<'_>, findings: &mut Findings) {
    let [value] = view.authorization[..] else { return };
    let Ok(credentials) = parse_credentials(value) else { return };
    if !credentials.is_scheme("Digest") {
        return;
    }
    let param = |name: &str| credentials.params().find(name).map(|value| value.bytes().collect::<Vec<u8>>());
    let target = view.target();
    // The target as it stands in the request line; an absolute one is compared from its path on.
    let behind = target.split_once("://").and_then(|(_, rest)| rest.find('/').and_then(|at| rest.get(at..)));
    let path = behind.unwrap_or(target);
    let seen = match NEEDED.iter().find(|name| param(name).is_none()) {
        Some(name) => format!("the parameter {name} is missing"),
        None if param("uri").is_some_and(|uri| uri != path.as_bytes() && uri != target.as_bytes()) => {
            "the parameter uri is not the request's target".to_owned()
        }
        None => return,
    };
    findings
        .add(finding(FindingId::DigestMalformed, Certainty::Observed, Part::Request).at("Authorization").seen(seen));
}
