//! The form and the kind of the token (RFC 7515 section 7.1, RFC 9068), read and not verified.

use super::super::collect::{Draft, Findings, finding};
use super::super::finding::{Certainty, FindingId, Part};
use super::super::token::ReadToken;
use super::super::view::View;
use crate::http::{self, Whitespace};
use crate::jose::Algorithm;
use crate::reason::Reason;

pub(super) fn find(view: &View<'_>, findings: &mut Findings) {
    let Some(token) = &view.token else { return };
    // What a slip made unreadable is told by the slip.
    let is_slip = http::parse_token(token.text(), Whitespace::Lenient).is_err();
    if !is_slip {
        form(token, view, findings);
    }
    if token.is_readable() {
        algorithm(token, findings);
        kind(token, view, findings);
    }
}

fn observed(id: FindingId) -> Draft {
    finding(id, Certainty::Observed, Part::Token)
}

fn form(token: &ReadToken, view: &View<'_>, findings: &mut Findings) {
    let length = token.text().len();
    let parts = token.parts();
    match token.reason {
        // What a server takes may be opaque; and 403 is for who was recognised.
        Reason::TokenNotJwt if !view.is_denied() || view.status() == 403 => {}
        Reason::TokenNotJwt => {
            let draft = finding(FindingId::TokenOpaque, Certainty::Suspected, Part::Token);
            findings.add(draft.seen(format!("{length} bytes without a dot")));
        }
        Reason::JweGiven => {
            findings.add(observed(FindingId::TokenEncrypted).seen(format!("five parts, {length} bytes")));
        }
        Reason::JwtMalformed => malformed(token, &parts, findings),
        Reason::Ok => {
            if let Some(seen) = short_signature(token) {
                findings.add(observed(FindingId::TokenCut).at("signature").seen(seen));
            }
        }
        _ => {}
    }
}

fn malformed(token: &ReadToken, parts: &[&[u8]], findings: &mut Findings) {
    let length = token.text().len();
    let foreign = |part: &&[u8]| part.iter().any(|byte| matches!(byte, b'=' | b'+' | b'/'));
    let lengths: Vec<String> = parts.iter().map(|part| part.len().to_string()).collect();
    let seen = format!("{} parts of {} bytes", parts.len(), lengths.join(", "));
    let draft = match parts {
        [_, _] => observed(FindingId::TokenCut).offset(length),
        _ if parts.iter().any(foreign) => {
            let at = token.text().iter().position(|byte| matches!(byte, b'=' | b'+' | b'/')).unwrap_or(0);
            observed(FindingId::TokenReencoded).offset(at)
        }
        // A length that no encoding has: something is gone.
        [header, payload, _] if header.len() % 4 == 1 || payload.len() % 4 == 1 => observed(FindingId::TokenMalformed),
        // Header and payload can be read, so it is the signature that cannot.
        [_, _, _] if token.is_readable() && token.header("alg").is_some() => {
            observed(FindingId::TokenCut).at("signature").offset(length)
        }
        _ => observed(FindingId::TokenMalformed),
    };
    findings.add(draft.seen(seen));
}

/// A signature shorter than any of its algorithm.
fn short_signature(token: &ReadToken) -> Option<String> {
    let name = token.header_text("alg")?;
    let algorithm = Algorithm::from_name(&name)?;
    let bytes = token.signature_bytes()?;
    let least = match algorithm {
        Algorithm::Hs256 => 32,
        Algorithm::Hs384 => 48,
        Algorithm::Es384 => 96,
        Algorithm::Es512 => 132,
        Algorithm::Rs256
        | Algorithm::Rs384
        | Algorithm::Rs512
        | Algorithm::Ps256
        | Algorithm::Ps384
        | Algorithm::Ps512 => 256,
        _ => 64,
    };
    (bytes < least).then(|| format!("{bytes} bytes of a signature that has {least} at least"))
}

fn algorithm(token: &ReadToken, findings: &mut Findings) {
    match token.header("alg").map(|alg| alg.as_text()) {
        Some(Some(name)) if name.to_owned_string().eq_ignore_ascii_case("none") => {
            findings.add(observed(FindingId::AlgNone).at("alg").seen("alg is none"));
        }
        Some(Some(name)) if Algorithm::from_text(&name).is_none() => {
            let seen = format!("a name of {} characters", name.to_owned_string().chars().count());
            findings.add(finding(FindingId::AlgUnknown, Certainty::Suspected, Part::Token).at("alg").seen(seen));
        }
        Some(Some(_)) => {}
        _ => findings.add(observed(FindingId::TokenMalformed).at("alg").seen("a header without alg")),
    }
    if token.header("crit").is_some() {
        findings
            .add(finding(FindingId::TokenExtensionUnknown, Certainty::Suspected, Part::Token).at("crit").seen("crit"));
    }
}

fn kind(token: &ReadToken, view: &View<'_>, findings: &mut Findings) {
    let typ = token.header_text("typ").unwrap_or_default().to_ascii_lowercase();
    let claimed = token.claim_text("typ").or_else(|| token.claim_text("token_use")).unwrap_or_default();
    let foreign = ["dpop+jwt", "logout+jwt", "secevent+jwt", "statuslist+jwt", "token-introspection+jwt"];
    if let Some(typ) = foreign.iter().find(|name| typ.trim_start_matches("application/") == **name) {
        findings.add(observed(FindingId::TokenKindWrong).at("typ").seen(format!("typ is {typ}")));
    }
    let of_login = ["at_hash", "c_hash", "nonce"].into_iter().find(|name| token.claim(name).is_some());
    match (claimed.to_ascii_lowercase().as_str(), of_login) {
        ("id", _) => findings.add(observed(FindingId::IdTokenGiven).seen("a claim says that it is an ID token")),
        ("refresh" | "offline", _) => {
            findings.add(observed(FindingId::RefreshTokenGiven).seen("a claim says that it is a refresh token"));
        }
        ("", Some(name)) if token.claim("scope").is_none() && token.claim("scp").is_none() => {
            findings.add(observed(FindingId::IdTokenGiven).at(name).seen(format!("{name} stands in ID tokens")));
        }
        _ => {}
    }
    binding(token, view, findings);
}

/// A token that is bound to a key or a certificate.
fn binding(token: &ReadToken, view: &View<'_>, findings: &mut Findings) {
    let Some(request) = view.exchange.request else { return };
    let bound = |name: &str| token.claim("cnf").is_some_and(|cnf| cnf.member(name).is_some());
    let is_dpop =
        view.authorization.iter().any(|value| value.get(..5).is_some_and(|word| word.eq_ignore_ascii_case(b"dpop ")));
    let has_proof = view.has_request_field("dpop");
    if is_dpop && !has_proof {
        let draft = finding(FindingId::DpopProofMissing, Certainty::Observed, Part::Request).at("DPoP");
        findings.add(draft.seen("the scheme DPoP, and no field DPoP"));
    }
    if bound("jkt") && !is_dpop && view.presents_authorization() {
        findings.add(observed(FindingId::DpopBoundToken).at("cnf").seen("cnf has a jkt, and the scheme is Bearer"));
    }
    if bound("x5t#S256") && request.client_cert_sha256.is_none() {
        let draft = finding(FindingId::CertificateMissing, Certainty::Suspected, Part::Token).at("cnf");
        findings.add(draft.seen("cnf has an x5t#S256, and no certificate is known"));
    }
}
