//! Tokens on their own
//!
//! A signature checked, or a token only read, outside of any policy. For tools: this decides nothing about access.

use super::boundary::{borrow, call, give, take_back};
use super::key_set::countersign_key_set;
use super::sized::write_struct;
use super::status::{Failure, countersign_status};
use super::types::{countersign_str, list};
use crate::jose::{self, Algorithm, AlgorithmRule};
use crate::reason::Reason;

/// What was read of a token. One thread at a time.
pub struct countersign_token {
    reason: Reason,
    key_id: Option<String>,
    header: Option<String>,
    payload: Option<String>,
}

/// What was read of a token. The texts are lent until the token is freed; NULL where there is none.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct countersign_token_info {
    /// sizeof(countersign_token_info), set by the caller.
    pub struct_size: u64,
    /// COUNTERSIGN_REASON_OK, or what is wrong with the token.
    pub reason: u32,
    /// Zero.
    pub reserved: u32,
    /// The kid of the key whose signature held.
    pub key_id: countersign_str,
    /// The JOSE header: JSON text as it was signed, white space outside strings removed.
    pub header: countersign_str,
    /// From countersign_token_verify: the payload as base64url, if the signature held. From
    /// countersign_token_read_unverified: the claims as JSON text, white space outside strings removed.
    pub payload: countersign_str,
}

/// Checks the signature of a compact JWS (RFC 7515 section 5.2) against a key set. No claim is looked at: this decides
/// nothing about access.
///
/// algorithms are the names allowed: NULL lets each key decide, a list of none lets nothing through, a name that is
/// not known here matches nothing. On success, which a signature that does not hold is too, *out is the caller's;
/// give it back with countersign_token_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_token_verify(
    key_set: *const countersign_key_set,
    token: countersign_str,
    algorithms: *const countersign_str,
    algorithm_count: usize,
    out: *mut *mut countersign_token,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living set.
        let set = unsafe { borrow(key_set) }?;
        // SAFETY: the caller vouches for the text.
        let token = unsafe { token.bytes() }?;
        // SAFETY: the caller vouches for the list.
        let names = unsafe { list(algorithms, algorithm_count) }?;
        let rule = if algorithms.is_null() {
            AlgorithmRule::KeysDecideAll
        } else {
            // SAFETY: the caller vouches for each text.
            let names = names.iter().map(|name| unsafe { name.text() }?.ok_or(Failure::NULL));
            let names = names.collect::<Result<Vec<&str>, Failure>>()?;
            AlgorithmRule::Listed(names.into_iter().filter_map(Algorithm::from_name).collect())
        };
        let verdict = jose::verify_jws(token, &set.inner, rule);
        let payload = token.split(|&byte| byte == b'.').nth(1).filter(|_| verdict.outcome.is_ok());
        let read = countersign_token {
            reason: verdict.outcome.err().unwrap_or(Reason::Ok),
            key_id: verdict.outcome.ok().and_then(|key| key.kid()).map(str::to_owned),
            header: verdict.header,
            payload: payload.map(|payload| String::from_utf8_lossy(payload).into_owned()),
        };
        // SAFETY: NULL or a place for a pointer.
        unsafe { give(out, read) }
    })
}

/// Reads a compact JWS and verifies nothing: anybody can have made what it says.
///
/// On success, which an unreadable token is too, *out is the caller's; give it back with countersign_token_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_token_read_unverified(
    token: countersign_str,
    out: *mut *mut countersign_token,
) -> countersign_status {
    call(|| {
        // SAFETY: the caller vouches for the text.
        let decoded = jose::decode_unverified(unsafe { token.bytes() }?);
        let read =
            countersign_token { reason: decoded.reason, key_id: None, header: decoded.header, payload: decoded.claims };
        // SAFETY: NULL or a place for a pointer.
        unsafe { give(out, read) }
    })
}

/// What was read of a token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_token_describe(
    token: *const countersign_token,
    out: *mut countersign_token_info,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living token.
        let token = unsafe { borrow(token) }?;
        let info = countersign_token_info {
            struct_size: 0,
            reason: token.reason.number(),
            reserved: 0,
            key_id: countersign_str::lend_or_absent(token.key_id.as_deref()),
            header: countersign_str::lend_or_absent(token.header.as_deref()),
            payload: countersign_str::lend_or_absent(token.payload.as_deref()),
        };
        // SAFETY: the caller hands in a struct that starts with its size.
        unsafe { write_struct(out, info) }
    })
}

/// Gives what was read back. NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_token_free(token: *mut countersign_token) {
    // SAFETY: NULL or a token that was given out and not taken back.
    unsafe { take_back(token) };
}
