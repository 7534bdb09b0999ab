//! Whole tokens outside of any policy: verified against a set of keys, or only read (RFC 7515 section 5.2).
//!
//! Form first, then the header's members, then algorithm, key, signature. No claim is looked at.
//! Allocates for the answer; requests take the steps one by one instead.

use super::algorithm::AlgorithmRule;
use super::compact::CompactJws;
use super::header::{HeaderMemory, JoseHeader};
use super::key_set::{KeySet, ListedKey};
use super::part::scan_part;
use crate::base64url;
use crate::json::Value;
use crate::limits;
use crate::reason::Reason;

/// Memory for one decoded signature.
pub type SignatureMemory = [u8; SIGNATURE_BYTES];

/// Decodes the third part of a token. One longer than any key can have made comes out empty, which
/// holds for no key.
///
/// # Errors
/// [`Reason::JwtMalformed`] if it is not base64url (REQ-JWS-02, REQ-JWS-03).
#[inline]
pub fn decode_signature<'m>(segment: &[u8], memory: &'m mut SignatureMemory) -> Result<&'m [u8], Reason> {
    if base64url::decoded_len(segment.len()) <= memory.len() {
        return base64url::decode(segment, memory).ok_or(Reason::JwtMalformed);
    }
    if base64url::is_base64url(segment) { Ok(&[]) } else { Err(Reason::JwtMalformed) }
}

/// What verifying a token came to.
#[derive(Debug)]
pub struct JwsVerdict<'s> {
    /// The key whose signature held, or the reason why none did.
    pub outcome: Result<&'s ListedKey, Reason>,
    /// The header's JSON as it was signed, white space outside strings removed; `None` if it cannot be read.
    pub header: Option<String>,
}

/// Verifies a compact token of any payload against `keys`.
pub fn verify_jws<'s>(token: &[u8], keys: &'s KeySet, rule: AlgorithmRule) -> JwsVerdict<'s> {
    let mut memory = HeaderMemory::new();
    let parts = match parse_token(token) {
        Ok(parts) => parts,
        Err(reason) => return JwsVerdict { outcome: Err(reason), header: None },
    };
    match memory.read(parts.header) {
        Ok(header) => {
            JwsVerdict { outcome: verify_parts(&parts, header, keys, rule), header: compact_text(header.value()) }
        }
        Err(reason) => JwsVerdict { outcome: Err(reason), header: None },
    }
}

fn verify_parts<'s>(
    parts: &CompactJws<'_>,
    header: JoseHeader<'_>,
    keys: &'s KeySet,
    rule: AlgorithmRule,
) -> Result<&'s ListedKey, Reason> {
    if !base64url::is_base64url(parts.payload) {
        return Err(Reason::JwtMalformed);
    }
    let mut memory = [0; SIGNATURE_BYTES];
    let signature = decode_signature(parts.signature, &mut memory)?;
    header.check_members()?;
    let algorithm = rule.select(header.algorithm())?;
    keys.select(header.kid(), algorithm, rule)?.verify_signature(parts.signing_input, signature)
}

/// A token read without any check of who made it.
#[derive(Debug)]
pub struct DecodedToken {
    /// The header's JSON, white space outside strings removed; `None` if it cannot be read.
    pub header: Option<String>,
    /// The payload's JSON in the same form; `None` if it is no object.
    pub claims: Option<String>,
    /// [`Reason::Ok`] if all three parts could be read.
    pub reason: Reason,
}

/// Reads a compact token; verifies nothing, and looks at no member of the header.
pub fn decode_unverified(token: &[u8]) -> DecodedToken {
    let parts = match parse_token(token) {
        Ok(parts) => parts,
        Err(reason) => return DecodedToken { header: None, claims: None, reason },
    };
    let mut memory = HeaderMemory::new();
    let header = memory.read(parts.header).ok().and_then(|header| compact_text(header.value()));
    let claims = read_claims(parts.payload);
    let readable = header.is_some() && claims.is_some() && base64url::is_base64url(parts.signature);
    DecodedToken { header, claims, reason: if readable { Reason::Ok } else { Reason::JwtMalformed } }
}

fn parse_token(token: &[u8]) -> Result<CompactJws<'_>, Reason> {
    if token.len() > limits::TOKEN_BYTES_MAX {
        return Err(Reason::TokenTooLarge);
    }
    CompactJws::parse(token)
}

fn read_claims(segment: &[u8]) -> Option<String> {
    let text = base64url::decode_to_vec(segment)?;
    let mut tape = Vec::new();
    scan_part(&text, &mut tape)?;
    let text = String::from_utf8(text).ok()?;
    let claims = Value::root(&text, &tape)?;
    claims.as_object()?;
    compact_text(Some(claims))
}

fn compact_text(value: Option<Value<'_>>) -> Option<String> {
    let mut text = Vec::new();
    value?.write_compact(&mut text);
    String::from_utf8(text).ok()
}

/// An RSA signature is as long as its modulus, and nothing is longer (REQ-JWK-09).
const SIGNATURE_BYTES: usize = *limits::RSA_BITS.end() / 8;
