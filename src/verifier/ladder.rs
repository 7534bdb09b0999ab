//! The ladder: every check in its order, the first failure names the reason.
//!
//! The order is part of the promise (docs/REASONS.md): two fronts that ran the same checks in
//! another order would give two answers to one request.

use super::recall::{Content, Recall};
use super::{Settings, Trace, Verifier, api_key, password};
use crate::arena::Sink as _;
use crate::base64url;
use crate::claims::{self, Registered, ScopeArrays};
use crate::http;
use crate::jose::{AlgorithmRule, CompactJws, HeaderMemory, HeaderType, JoseHeader, ListedKey};
use crate::json::{self, Bounds, Duplicates, Node, Text, Value};
use crate::limits;
use crate::policy::{Bearer, Compiled, Issuer, Preflight, Transport};
use crate::reason::Reason;
use crate::request::Request;
use crate::result::{Decision, Facts, Memory, Span};
use crate::scheme::{Credentials, Lines, Token, Tried, select_credentials, tried_scheme};
use crate::store::{Known, TokenNames, Why};
use crate::time::NumericDate;

/// Judges one request; gives back why it is let through or why not.
pub(super) fn climb<'v>(
    verifier: &'v Verifier,
    asked: &Settings<'_>,
    request: &Request<'_>,
    decision: &mut Decision,
    trace: &mut Trace<'v>,
) -> Result<Reason, Reason> {
    let policy = verifier.policy.compiled();
    let Decision { facts, memory } = decision;

    let lines = Lines::of(request, policy);
    if policy.preflight == Preflight::Allow && lines.is_preflight(request.method) {
        return Ok(Reason::PreflightExempt);
    }
    facts.scheme = tried_scheme(request, &lines, policy);
    check_transport(policy, request)?;
    lines.check_count()?;
    let mut tried = Tried { scheme: facts.scheme, ..Tried::default() };
    let selected = select_credentials(request, &lines, policy, &mut tried);
    (facts.scheme, facts.detail) = (tried.scheme, tried.detail);
    facts.outside_authorization = tried.outside_authorization;
    match selected? {
        Some(Credentials::Token(token)) => climb_token(verifier, &token, asked, request, decision, trace),
        Some(Credentials::Basic(token)) => password::climb(verifier, token, asked, facts, memory),
        Some(Credentials::ApiKey(key)) => api_key::climb(verifier, key, asked, request.now, facts, &mut memory.text),
        Some(Credentials::ApiKeyParameter(value)) => {
            api_key::climb_parameter(verifier, value, asked, request.now, facts, memory)
        }
        None if asked.route.optional => Ok(Reason::AnonymousAllowed),
        None if policy.only_cookies => Err(Reason::SessionCookieMissing),
        None => Err(Reason::CredentialsMissing),
    }
}

/// The ladder of a Bearer token.
fn climb_token<'v>(
    verifier: &'v Verifier,
    token: &Token<'_>,
    asked: &Settings<'_>,
    request: &Request<'_>,
    decision: &mut Decision,
    trace: &mut Trace<'v>,
) -> Result<Reason, Reason> {
    let policy = verifier.policy.compiled();
    let bearer = policy.bearer.as_ref().ok_or(Reason::InternalError)?;
    let Settings { route, scopes, .. } = *asked;
    let Decision { facts, memory } = decision;

    let Memory { header, token: bytes, known, tape, text, .. } = memory;
    let mut recall = Recall::of(&verifier.store);
    // Taken apart where it stands: `map_err` would move all of it, which costs as much as to split the token.
    let opened = match open_token(token.text, bearer, &mut recall, header, bytes, known, tape) {
        Ok(opened) => opened,
        Err(reason) => return Err(name_fault(token, bearer, reason)),
    };
    let Opened { jws, header, content } = opened;
    header.check_members()?;

    let mut claims = Registered::unread(content.read(tape)?);
    content.find_claims(&mut claims)?;
    let (place, issuer) = select_issuer(&claims, bearer, text)?;
    trace.issuer = Some((place, issuer));
    trace.names_key = header.kid().is_some();
    check_type(header, issuer)?;
    let rule = issuer.algorithms.map_or(AlgorithmRule::KeysDecide, AlgorithmRule::Listed);
    let algorithm = rule.select(header.algorithm())?;

    let present = verifier.store.present(place).ok_or(Reason::InternalError)?;
    trace.generation = present.generation();
    if present.is_provisional() {
        verifier.store.want(place, Why::FirstUse, trace.generation, request.monotonic);
    }
    let keys = present.keys(request.monotonic).ok_or(Reason::KeysUnavailable)?;
    let candidates = keys.select(header.kid(), algorithm, rule)?;
    let proved = recall.prove(content, &jws, &candidates, algorithm)?;
    record_identity(&claims, proved.key, facts, text);

    claims::check_times(&claims, request.now, policy.leeway_nanos)?;
    claims::check_audience(claims.aud, issuer.audience.as_deref())?;
    claims::check_text_claims(&claims)?;
    claims::check_required(&claims, &issuer.required)?;
    if let Some(max_age) = route.max_age.or(issuer.max_age) {
        claims::check_max_age(&claims, request.now, policy.leeway_nanos, max_age)?;
    }
    claims::check_claims(&claims, &issuer.claims)?;
    claims::check_reject(&claims, &issuer.reject)?;
    check_revoked(verifier, &claims)?;
    claims::check_binding(claims.cnf, request.client_cert_sha256)?;

    claims::check_access(&claims, route.access.as_deref().unwrap_or(&issuer.access))?;
    let arrays = if issuer.rfc9068 { ScopeArrays::Refused } else { ScopeArrays::Accepted };
    claims::check_scopes(&claims, &bearer.scope_claims, arrays, scopes)?;

    recall.keep(&claims, &proved);
    facts.claims = u32::try_from(claims.root().source().len()).ok();
    Ok(Reason::Ok)
}

fn check_transport(policy: &Compiled, request: &Request<'_>) -> Result<(), Reason> {
    match policy.transport {
        Transport::Tls if !http::is_https(request.target) => Err(Reason::InsecureTransport),
        _ => Ok(()),
    }
}

fn check_size(token: &[u8], bearer: &Bearer) -> Result<(), Reason> {
    if token.len() > bearer.max_token_bytes { Err(Reason::TokenTooLarge) } else { Ok(()) }
}

/// A token whose three parts are base64url; what they say is not looked at yet.
struct Opened<'t, 'm> {
    jws: CompactJws<'t>,
    header: JoseHeader<'m>,
    content: Content<'m>,
}

/// Splits and decodes a token, or remembers it. What is decoded in full was of the right form and alphabet:
/// neither is looked at beforehand.
#[inline]
fn open_token<'t, 'm>(
    token: &'t [u8],
    bearer: &Bearer,
    recall: &mut Recall<'_>,
    header: &'m mut HeaderMemory,
    bytes: &'m mut Vec<u8>,
    known: &'m mut Known,
    tape: &mut Vec<Node>,
) -> Result<Opened<'t, 'm>, Reason> {
    check_size(token, bearer)?;
    let jws = CompactJws::split(token).ok_or(Reason::JwtMalformed)?;
    let header = header.read(jws.header)?;
    let content = recall.open(token, header, &jws, bytes, known, tape)?;
    Ok(Opened { jws, header, content })
}

/// Why a token could not be opened, its first fault first: a slip, its size, its form, its parts.
#[cold]
fn name_fault(token: &Token<'_>, bearer: &Bearer, reason: Reason) -> Reason {
    let form = || CompactJws::parse(token.text).err();
    token.slip().or_else(|| check_size(token.text, bearer).err()).or_else(form).unwrap_or(reason)
}

/// Decodes payload and signature into `bytes`, one behind the other.
#[inline]
pub(super) fn decode_segments<'m>(
    jws: &CompactJws<'_>,
    bytes: &'m mut Vec<u8>,
) -> Result<(&'m [u8], &'m [u8]), Reason> {
    let room = jws.payload.len() + jws.signature.len();
    if bytes.len() < room {
        bytes.resize(room, 0);
    }
    let payload = base64url::decoded_len(jws.payload.len());
    let (front, back) = bytes.split_at_mut_checked(payload).ok_or(Reason::JwtMalformed)?;
    let payload = base64url::decode(jws.payload, front).ok_or(Reason::JwtMalformed)?;
    let signature = base64url::decode(jws.signature, back).ok_or(Reason::JwtMalformed)?;
    Ok((payload, signature))
}

/// The payload is one JSON object (RFC 7519 section 7.2); faults of its form come before the signature,
/// because `iss` picks the keys.
#[inline]
pub(super) fn read_payload<'m>(payload: &'m [u8], tape: &'m mut Vec<Node>) -> Result<Value<'m>, Reason> {
    let nodes = json::nodes_for(payload.len()).min(limits::TOKEN_JSON_NODES);
    if tape.len() < nodes {
        tape.resize(nodes, Node::default());
    }
    let bounds = Bounds { depth: limits::TOKEN_JSON_DEPTH, members: limits::TOKEN_JSON_MEMBERS };
    let (text, _) = json::scan(payload, bounds, Duplicates::Refuse, tape).map_err(|_| Reason::JwtMalformed)?;
    Value::root(text, tape).ok_or(Reason::JwtMalformed)
}

pub(super) fn select_issuer<'v>(
    claims: &Registered<'_>,
    bearer: &'v Bearer,
    room: &mut Vec<u8>,
) -> Result<(usize, &'v Issuer), Reason> {
    let iss = claims.iss.ok_or(Reason::ClaimMissing)?;
    let iss = iss.as_text().ok_or(Reason::ClaimRejected)?;
    bearer.issuers.select(iss, claims.root(), room).ok_or(Reason::IssuerMismatch)
}

/// A nested token, or a `typ` that is no access token's (RFC 8725 section 3.11).
pub(super) fn check_type(header: JoseHeader<'_>, issuer: &Issuer) -> Result<(), Reason> {
    let accepted = match header.typ() {
        HeaderType::Absent => issuer.typ.accepts(None),
        HeaderType::NotText => false,
        HeaderType::Named(typ) => issuer.typ.accepts(Some(typ)),
    };
    if accepted && !header.is_nested() { Ok(()) } else { Err(Reason::TokenTypeMismatch) }
}

pub(super) fn check_revoked(verifier: &Verifier, claims: &Registered<'_>) -> Result<(), Reason> {
    let revoked = &verifier.store.revoked;
    if !revoked.is_any() {
        return Ok(());
    }
    // The date was looked at before: one that cannot be read has already been refused.
    let issued_at = claims.iat.and_then(|iat| iat.as_number()).and_then(|iat| NumericDate::parse(iat).ok());
    let names =
        TokenNames { id: text(claims.jti), session: text(claims.named("sid")), subject: text(claims.sub), issued_at };
    if revoked.covers(&names) { Err(Reason::TokenRevoked) } else { Ok(()) }
}

fn text(claim: Option<Value<'_>>) -> Option<Text<'_>> {
    claim.and_then(|claim| claim.as_text())
}

/// Whose token it is, for logs: from here on the signature holds.
#[inline]
pub(super) fn record_identity(claims: &Registered<'_>, key: &ListedKey, facts: &mut Facts, text: &mut Vec<u8>) {
    #[inline(always)]
    fn record(text: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) -> Span {
        let start = text.len();
        write(text);
        Span::of(start, text.len())
    }
    if let Some(iss) = claims.iss.and_then(|iss| iss.as_text()) {
        facts.issuer = Some(record(text, |sink| iss.write(sink)));
    }
    if let Some(sub) = claims.sub.and_then(|sub| sub.as_text()) {
        facts.subject = Some(record(text, |sink| sub.write(sink)));
    }
    if let Some(kid) = key.kid() {
        facts.key_id = Some(record(text, |sink| sink.put(kid.as_bytes())));
    }
}
