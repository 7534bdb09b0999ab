//! Key sets
//!
//! For tools that look at a JWK Set; a store takes its text.

use super::boundary::{borrow, call, check_place, give, read, take_back};
use super::report::{countersign_report, give_report};
use super::sized::write_struct;
use super::status::{COUNTERSIGN_KEYS_INVALID, Failure, countersign_status};
use super::types::countersign_str;
use crate::jose::{KeySet, Origin};
use crate::policy::{Code, Report};

/// A JWK Set, parsed and prepared once. Immutable; any number of threads may use it.
pub struct countersign_key_set {
    pub(super) inner: KeySet,
}

/// One key of a set. The texts are lent until the set is freed; NULL where the key has none.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct countersign_key {
    /// sizeof(countersign_key), set by the caller.
    pub struct_size: u64,
    /// 1 if it can verify a signature.
    pub usable: u32,
    /// COUNTERSIGN_REASON_OK, or why it cannot be used.
    pub reason: u32,
    /// The key's kid.
    pub kid: countersign_str,
    /// The key's kty.
    pub kty: countersign_str,
    /// The key's alg.
    pub alg: countersign_str,
    /// The SHA-256 thumbprint (RFC 7638) as base64url.
    pub thumbprint: countersign_str,
}

/// Reads a JWK Set (RFC 7517 section 5). A key that cannot be used is listed and spoils nothing.
///
/// COUNTERSIGN_KEYS_INVALID for what is no JWK Set; *report, if report is not NULL, then becomes the caller's. On
/// success *out is the caller's; give it back with countersign_key_set_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_key_set_new(
    jwks: countersign_str,
    out: *mut *mut countersign_key_set,
    report: *mut *mut countersign_report,
) -> countersign_status {
    call(|| {
        check_place(out)?;
        // SAFETY: the caller vouches for the text.
        let jwks = unsafe { jwks.bytes() }?;
        match KeySet::load(jwks, Origin::Inline) {
            // SAFETY: NULL or a place for a pointer.
            Ok(inner) => unsafe { give(out, countersign_key_set { inner }) },
            Err(fault) => {
                // SAFETY: NULL or a place for a pointer.
                unsafe { give_report(report, Report::of_error(Code::JwksInvalid, fault.to_string())) };
                Err(Failure(COUNTERSIGN_KEYS_INVALID))
            }
        }
    })
}

/// How many keys the set lists, usable or not; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_key_set_count(key_set: *const countersign_key_set) -> usize {
    // SAFETY: NULL or a living set.
    read(0, || unsafe { borrow(key_set) }.map_or(0, |set| set.inner.keys().len()))
}

/// The key at index. COUNTERSIGN_NOT_FOUND past the end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_key_set_at(
    key_set: *const countersign_key_set,
    index: usize,
    out: *mut countersign_key,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living set.
        let key = unsafe { borrow(key_set) }?.inner.keys().get(index).ok_or(Failure::NOT_FOUND)?;
        let row = countersign_key {
            struct_size: 0,
            usable: u32::from(key.is_usable()),
            reason: key.reason().number(),
            kid: countersign_str::lend_or_absent(key.kid()),
            kty: countersign_str::lend_or_absent(key.kty()),
            alg: countersign_str::lend_or_absent(key.alg()),
            thumbprint: countersign_str::lend_or_absent(key.thumbprint()),
        };
        // SAFETY: the caller hands in a struct that starts with its size.
        unsafe { write_struct(out, row) }
    })
}

/// Gives a set back. NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_key_set_free(key_set: *mut countersign_key_set) {
    // SAFETY: NULL or a set that was given out and not taken back.
    unsafe { take_back(key_set) };
}
