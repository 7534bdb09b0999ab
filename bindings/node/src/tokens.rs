//! Tokens and key sets on their own: reading without verifying, signatures without a policy.

use countersign::jose::{self, Algorithm, AlgorithmRule};
use napi_derive::napi;

use crate::keys::Keys;

/// See `decodeUnverified`.
#[napi(object, object_from_js = false)]
pub struct Decoded {
    /// The header's JSON.
    pub header: Option<String>,
    /// The payload's JSON.
    pub claims: Option<String>,
    /// A name of the table of reasons.
    pub reason: &'static str,
}

/// Reads a compact token and verifies nothing.
#[napi]
pub fn decode_unverified(token: &[u8]) -> Decoded {
    let decoded = jose::decode_unverified(token);
    Decoded { header: decoded.header, claims: decoded.claims, reason: decoded.reason.name() }
}

/// See `verifyJws`.
#[napi(object, object_from_js = false)]
pub struct Verdict {
    /// `ok`, or why the signature does not count.
    pub reason: &'static str,
    /// The `kid` of the key whose signature held.
    pub key_id: Option<String>,
    /// The header's JSON, if it could be read.
    pub header: Option<String>,
}

/// Verifies the signature of a compact JWS; looks at no claim.
#[napi]
pub fn verify_jws(token: &[u8], keys: &Keys, algorithms: Option<Vec<String>>) -> Verdict {
    // A name that is not known here can be listed; no token gets through by it.
    let rule = algorithms.map_or(AlgorithmRule::KeysDecideAll, |names| {
        AlgorithmRule::Listed(names.iter().filter_map(|name| Algorithm::from_name(name)).collect())
    });
    let verdict = jose::verify_jws(token, keys.set(), rule);
    Verdict {
        reason: verdict.outcome.as_ref().map_or_else(|reason| reason.name(), |_| countersign::Reason::Ok.name()),
        key_id: verdict.outcome.ok().and_then(|key| key.kid().map(str::to_owned)),
        header: verdict.header,
    }
}
