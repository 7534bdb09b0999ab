//! The steps of the ladder one by one, for the benches alone (feature `bench-internals`).
//!
//! Each calls what [`super::ladder`] calls, with what the steps before it would have found.

use super::ladder;
use crate::claims::{self, Registered, ScopeArrays};
use crate::jose::{AlgorithmRule, CompactJws, JoseHeader, KeySet, ListedKey};
use crate::json::Node;
use crate::reason::Reason;
use crate::request::Request;
use crate::respond::{Asked, write_response};
use crate::result::{Decision, Memory};
use crate::scheme::{Credentials, Lines, Tried, select_credentials, tried_scheme};
use crate::verifier::Verifier;

/// The header lines and the credentials in them.
#[inline(never)]
pub fn select<'r>(verifier: &Verifier, request: &Request<'r>) -> Option<&'r [u8]> {
    let policy = verifier.policy.compiled();
    let lines = Lines::of(request, policy);
    let mut tried = Tried { scheme: tried_scheme(request, &lines, policy), ..Tried::default() };
    lines.check_count().ok()?;
    match select_credentials(request, &lines, policy, &mut tried).ok()?? {
        Credentials::Token(token) => Some(token.text),
        Credentials::Basic(_) | Credentials::ApiKey(_) | Credentials::ApiKeyParameter(_) => None,
    }
}

/// Payload and signature out of base64url.
#[inline(never)]
pub fn decode<'m>(jws: &CompactJws<'_>, bytes: &'m mut Vec<u8>) -> Option<(&'m [u8], &'m [u8])> {
    ladder::decode_segments(jws, bytes).ok()
}

/// UTF-8, scan and the registered claims.
#[inline(never)]
pub fn read<'m>(payload: &'m [u8], tape: &'m mut Vec<Node>) -> Option<Registered<'m>> {
    Registered::read(ladder::read_payload(payload, tape).ok()?)
}

/// Every rule before and behind the signature.
#[inline(never)]
pub fn judge(
    verifier: &Verifier,
    claims: &Registered<'_>,
    header: JoseHeader<'_>,
    request: &Request<'_>,
) -> Result<(), Reason> {
    let policy = verifier.policy.compiled();
    let route = policy.select_route(None).ok_or(Reason::InternalError)?;
    let bearer = policy.bearer.as_ref().ok_or(Reason::InternalError)?;
    let (_, issuer) = ladder::select_issuer(claims, bearer, &mut Vec::new())?;
    ladder::check_type(header, issuer)?;
    claims::check_times(claims, request.now, policy.leeway_nanos)?;
    claims::check_audience(claims.aud, issuer.audience.as_deref())?;
    claims::check_text_claims(claims)?;
    claims::check_required(claims, &issuer.required)?;
    claims::check_claims(claims, &issuer.claims)?;
    claims::check_reject(claims, &issuer.reject)?;
    ladder::check_revoked(verifier, claims)?;
    claims::check_binding(claims.cnf, request.client_cert_sha256)?;
    claims::check_access(claims, &issuer.access)?;
    claims::check_scopes(claims, &bearer.scope_claims, ScopeArrays::Accepted, route.scopes.scopes())
}

/// The set of keys and the key; `then` gets it while the set is held.
#[inline(never)]
pub fn with_key<T>(verifier: &Verifier, header: JoseHeader<'_>, then: impl FnOnce(&ListedKey) -> T) -> Option<T> {
    let issuer = verifier.policy.compiled().bearer.as_ref()?.issuers.first()?;
    let rule = issuer.algorithms.map_or(AlgorithmRule::KeysDecide, AlgorithmRule::Listed);
    let algorithm = rule.select(header.algorithm()).ok()?;
    let present = verifier.store.present(0)?;
    let keys = present.keys(None)?;
    keys.select(header.kid(), algorithm, rule).ok()?.iter().next().map(then)
}

/// The live set at this monotonic time.
#[inline(never)]
pub fn with_live_set<T>(verifier: &Verifier, now: u64, then: impl FnOnce(&KeySet) -> T) -> Option<T> {
    let present = verifier.store.present(0)?;
    if present.is_provisional() {
        return None;
    }
    present.keys(Some(now)).map(|keys| then(keys))
}

/// A decision reset, told whose token it is, and answered.
#[inline(never)]
pub fn answer(verifier: &Verifier, claims: &Registered<'_>, key: &ListedKey, decision: &mut Decision) {
    decision.reset();
    let policy = verifier.policy.compiled();
    let Decision { facts, memory: Memory { text, .. } } = &mut *decision;
    ladder::record_identity(claims, key, facts, text);
    if let Some(route) = policy.select_route(None) {
        write_response(&Asked { policy, route, scopes: "", retry_after: 1 }, Reason::Ok, decision);
    }
}
