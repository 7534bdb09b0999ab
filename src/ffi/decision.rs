//! Decisions
//!
//! The answer to a request, read by accessors, and kept in the host's memory if need be.

use core::ffi::c_char;

use super::boundary::{Undecided, borrow, borrow_mut, call, check_place, give, put, put_if_wanted, read, take_back};
use super::sized::write_struct;
use super::status::{COUNTERSIGN_BUFFER_TOO_SMALL, COUNTERSIGN_MALFORMED, Failure, countersign_status};
use super::types::{countersign_str, memory};
use crate::detail::Detail;
use crate::reason::Reason;
use crate::result::{Decision, Need};
use crate::scheme_name::SchemeName;

/// The answer to one request, with the working memory that the next one reuses. One thread at a time.
///
/// A new one denies. What its accessors lend lives until the next call that changes it: countersign_check,
/// countersign_decision_load, countersign_decision_reset, countersign_decision_free.
pub struct countersign_decision {
    pub(super) inner: Decision,
}

/// No scheme was recognised.
pub const COUNTERSIGN_SCHEME_NONE: u32 = 0;
/// Bearer (RFC 6750).
pub const COUNTERSIGN_SCHEME_BEARER: u32 = 1;
/// DPoP (RFC 9449).
pub const COUNTERSIGN_SCHEME_DPOP: u32 = 2;
/// Digest (RFC 7616).
pub const COUNTERSIGN_SCHEME_DIGEST: u32 = 3;
/// Basic (RFC 7617).
pub const COUNTERSIGN_SCHEME_BASIC: u32 = 4;
/// Api-Key, by convention.
pub const COUNTERSIGN_SCHEME_API_KEY: u32 = 5;

/// The host has nothing to do.
pub const COUNTERSIGN_NEED_NONE: u32 = 0;
/// The issuer's JWK Set is wanted: the host takes tickets (countersign_store_next_fetch), or brings a set without one
/// (countersign_store_set_keys).
pub const COUNTERSIGN_NEED_KEYS: u32 = 1;
/// The host takes the work of a slow hash by countersign_slow_hash_new, runs it where it may block, and hands it to
/// countersign_resume; or it calls countersign_check_blocking in the first place.
pub const COUNTERSIGN_NEED_SLOW_HASH: u32 = 2;

/// What the host must do before the same request can pass. The texts are lent as the decision says.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct countersign_need {
    /// sizeof(countersign_need), set by the caller.
    pub struct_size: u64,
    /// COUNTERSIGN_NEED_NONE, COUNTERSIGN_NEED_KEYS or a later one.
    pub kind: u32,
    /// Zero.
    pub reserved: u32,
    /// The issuer as the policy names it.
    pub issuer: countersign_str,
    /// Where its JWK Set is; NULL if the policy leaves that to discovery.
    pub jwks_uri: countersign_str,
    /// Which of the issuer's sets judged the token, 0 for none. Once countersign_store_generation tells another number,
    /// the same request is worth another check.
    pub generation: u64,
}

/// Makes a decision, which denies. Give it back with countersign_decision_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_decision_new(out: *mut *mut countersign_decision) -> countersign_status {
    // SAFETY: NULL or a place for a pointer.
    call(|| unsafe { give(out, countersign_decision { inner: Decision::new() }) })
}

/// Takes a decision back to its resting state, which denies. Its memory is kept. NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_decision_reset(decision: *mut countersign_decision) {
    read((), || {
        // SAFETY: NULL or a living decision that this thread alone uses.
        if let Ok(decision) = unsafe { borrow_mut(decision) } {
            decision.inner.reset();
        }
    });
}

/// Gives a decision back. NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_decision_free(decision: *mut countersign_decision) {
    // SAFETY: NULL or a decision that was given out and not taken back.
    unsafe { take_back(decision) };
}

/// 1 if the request is let through, else 0; 0 for NULL. It may still be anonymous.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_decision_allowed(decision: *const countersign_decision) -> u32 {
    // SAFETY: NULL or a living decision.
    read(0, || unsafe { borrow(decision) }.map_or(0, |decision| u32::from(decision.inner.allowed())))
}

/// 1 if the request is let through and its credential proved an identity, else 0; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_decision_authenticated(decision: *const countersign_decision) -> u32 {
    // SAFETY: NULL or a living decision.
    read(0, || unsafe { borrow(decision) }.map_or(0, |decision| u32::from(decision.inner.authenticated())))
}

/// Why: one of COUNTERSIGN_REASON_; COUNTERSIGN_REASON_UNDECIDED for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_decision_reason(decision: *const countersign_decision) -> u32 {
    let undecided = Reason::Undecided.number();
    // SAFETY: NULL or a living decision.
    read(undecided, || unsafe { borrow(decision) }.map_or(undecided, |decision| decision.inner.reason().number()))
}

/// The HTTP status to answer with, 200 if the request is let through; 500 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_decision_http_status(decision: *const countersign_decision) -> u32 {
    // SAFETY: NULL or a living decision.
    read(500, || unsafe { borrow(decision) }.map_or(500, |decision| u32::from(decision.inner.http_status())))
}

/// The scheme that was tried, one of COUNTERSIGN_SCHEME_, also if its credentials were malformed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_decision_scheme(decision: *const countersign_decision) -> u32 {
    // SAFETY: NULL or a living decision.
    let scheme = || unsafe { borrow(decision) }.ok().and_then(|decision| decision.inner.scheme());
    read(COUNTERSIGN_SCHEME_NONE, || scheme().map_or(COUNTERSIGN_SCHEME_NONE, SchemeName::number))
}

/// The usual spelling of a scheme, as in "Bearer"; empty for COUNTERSIGN_SCHEME_NONE and unknown numbers.
/// Static text.
#[unsafe(no_mangle)]
pub extern "C" fn countersign_scheme_name(scheme: u32) -> countersign_str {
    read(countersign_str::ABSENT, || {
        countersign_str::lend(SchemeName::from_number(scheme).map_or("", SchemeName::as_str))
    })
}

/// The token's issuer, once its signature held, on denials too; for logs.
/// COUNTERSIGN_NOT_FOUND if there is none. Lent as the decision says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_decision_issuer(
    decision: *const countersign_decision,
    out: *mut countersign_str,
) -> countersign_status {
    // SAFETY: as the header says.
    unsafe { put_text(decision, out, Decision::issuer) }
}

/// The token's subject, once its signature held, on denials too; for logs.
/// COUNTERSIGN_NOT_FOUND if there is none. Lent as the decision says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_decision_subject(
    decision: *const countersign_decision,
    out: *mut countersign_str,
) -> countersign_status {
    // SAFETY: as the header says.
    unsafe { put_text(decision, out, Decision::subject) }
}

/// The kid of the key whose signature held, on denials too; for logs.
/// COUNTERSIGN_NOT_FOUND if there is none. Lent as the decision says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_decision_key_id(
    decision: *const countersign_decision,
    out: *mut countersign_str,
) -> countersign_status {
    // SAFETY: as the header says.
    unsafe { put_text(decision, out, Decision::key_id) }
}

/// What exactly was wrong with the credentials, where the reason does not say; 0 if there is nothing to tell, and for
/// NULL. For logs, never for the caller. The numbers are stable; countersign_detail_name names them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_decision_detail(decision: *const countersign_decision) -> u32 {
    // SAFETY: NULL or a living decision.
    let detail = || unsafe { borrow(decision) }.ok().and_then(|decision| decision.inner.detail());
    read(0, || detail().map_or(0, Detail::number))
}

/// The stable name of a detail, as in "newline_encoded"; empty for 0 and for unknown numbers. Static text.
#[unsafe(no_mangle)]
pub extern "C" fn countersign_detail_name(detail: u32) -> countersign_str {
    countersign_str::lend(Detail::from_number(detail).map_or("", Detail::name))
}

/// What a detail says, for people; empty for 0 and for unknown numbers. Static text.
#[unsafe(no_mangle)]
pub extern "C" fn countersign_detail_text(detail: u32) -> countersign_str {
    countersign_str::lend(Detail::from_number(detail).map_or("", Detail::text))
}

/// What to count wrong passwords by: a keyed digest of the user name that was tried, as hexadecimal digits, the same in
/// every process with this policy. There for every readable Basic credential, right or wrong; COUNTERSIGN_NOT_FOUND
/// else. Lent as the decision says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_decision_attempt_key(
    decision: *const countersign_decision,
    out: *mut countersign_str,
) -> countersign_status {
    // SAFETY: as the header says.
    unsafe { put_text(decision, out, Decision::attempt_key) }
}

/// The problem document (RFC 9457) to send with a denial, as application/problem+json.
/// COUNTERSIGN_NOT_FOUND if the request is let through. Lent as the decision says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_decision_body(
    decision: *const countersign_decision,
    out: *mut countersign_str,
) -> countersign_status {
    // SAFETY: as the header says.
    unsafe { put_text(decision, out, |decision| Some(decision.body()).filter(|body| !body.is_empty())) }
}

/// How many fields the host adds to its response; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_decision_field_count(decision: *const countersign_decision) -> usize {
    // SAFETY: NULL or a living decision.
    read(0, || unsafe { borrow(decision) }.map_or(0, |decision| decision.inner.fields().count()))
}

/// One field that the host adds to its response, one field line each, in this order.
/// COUNTERSIGN_NOT_FOUND past the end. Lent as the decision says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_decision_field_at(
    decision: *const countersign_decision,
    index: usize,
    name: *mut countersign_str,
    value: *mut countersign_str,
) -> countersign_status {
    call(|| {
        check_place(name)?;
        check_place(value)?;
        // SAFETY: NULL or a living decision.
        let field = unsafe { borrow(decision) }?.inner.fields().nth(index).ok_or(Failure::NOT_FOUND)?;
        // SAFETY: NULL or a place for a view.
        unsafe { put(name, countersign_str::lend(field.0)) }?;
        // SAFETY: NULL or a place for a view.
        unsafe { put(value, countersign_str::lend(field.1)) }
    })
}

/// What the host must do before the same request can pass; kind is COUNTERSIGN_NEED_NONE if nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_decision_need(
    decision: *const countersign_decision,
    out: *mut countersign_need,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living decision.
        let decision = unsafe { borrow(decision) }?;
        let nothing = countersign_need {
            struct_size: 0,
            kind: COUNTERSIGN_NEED_NONE,
            reserved: 0,
            issuer: countersign_str::ABSENT,
            jwks_uri: countersign_str::ABSENT,
            generation: 0,
        };
        let need = match decision.inner.need() {
            Some(Need::Keys { issuer, jwks_uri, generation }) => countersign_need {
                kind: COUNTERSIGN_NEED_KEYS,
                issuer: countersign_str::lend(issuer),
                jwks_uri: countersign_str::lend_or_absent(jwks_uri),
                generation,
                ..nothing
            },
            Some(Need::SlowHash) => countersign_need { kind: COUNTERSIGN_NEED_SLOW_HASH, ..nothing },
            None => nothing,
        };
        // SAFETY: the caller hands in a struct that starts with its size.
        unsafe { write_struct(out, need) }
    })
}

/// Writes the decision as one block to the caller's memory, which may then be copied and moved.
///
/// *needed, if needed is not NULL, becomes the length of the block, also with COUNTERSIGN_BUFFER_TOO_SMALL; block may
/// be NULL with a capacity of 0 to ask for it. It is for processes on this machine with this version: no seal
/// protects it, so keep it where only they can write.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_decision_save(
    decision: *const countersign_decision,
    block: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living decision.
        let decision = unsafe { borrow(decision) }?;
        // SAFETY: the caller vouches for the memory.
        let block = unsafe { memory(block, capacity) }?;
        // SAFETY: NULL or a place for a length.
        unsafe { put_if_wanted(needed, decision.inner.saved_len()) }?;
        decision.inner.save(block).map(|_| ()).map_err(|_| Failure(COUNTERSIGN_BUFFER_TOO_SMALL))
    })
}

/// Takes the decision that countersign_decision_save wrote at the front of block in place of what decision holds.
///
/// COUNTERSIGN_MALFORMED for anything else; decision then denies. The block is copied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_decision_load(
    decision: *mut countersign_decision,
    block: *const c_char,
    len: usize,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living decision that this thread alone uses.
        let undecided = Undecided::new(&mut unsafe { borrow_mut(decision) }?.inner);
        // SAFETY: the caller vouches for the block.
        let block = unsafe { countersign_str { data: block, len }.bytes() }?;
        undecided.decision.load(block).map_err(|_| Failure(COUNTERSIGN_MALFORMED))?;
        undecided.keep();
        Ok(())
    })
}

/// # Safety
/// `decision` is NULL or living, `out` is NULL or a place for a view.
unsafe fn put_text(
    decision: *const countersign_decision,
    out: *mut countersign_str,
    text: fn(&Decision) -> Option<&str>,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living decision.
        let text = text(&unsafe { borrow(decision) }?.inner).ok_or(Failure::NOT_FOUND)?;
        // SAFETY: NULL or a place for a view.
        unsafe { put(out, countersign_str::lend(text)) }
    })
}
