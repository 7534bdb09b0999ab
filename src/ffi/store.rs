//! Stores
//!
//! The live keys of a policy's issuers, and the revoked token ids.

use std::sync::Arc;

use super::boundary::{borrow, call, give, take_back};
use super::policy::countersign_policy;
use super::report::{countersign_report, give_report};
use super::status::{COUNTERSIGN_KEYS_INVALID, Failure, countersign_status};
use super::types::{countersign_str, list, read_struct};
use crate::policy::{Code, Report};
use crate::store::{KeyStore, KeysRefused};

/// The live key sources of a policy. One per process; any number of its threads may use it, and
/// none ever waits for another.
pub struct countersign_store {
    pub(super) inner: Arc<KeyStore>,
}

/// What a store is made with.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct countersign_store_options {
    /// sizeof(countersign_store_options), set by the caller.
    pub struct_size: u64,
    /// At least 16 random bytes, other ones in every process: they spread what processes do at the same time.
    pub entropy: countersign_str,
}

/// Makes the store of a policy. Its inline key sets are there at once.
///
/// On success *out is the caller's; give it back with countersign_store_free.
/// COUNTERSIGN_ARGUMENT_INVALID for less than 16 bytes of entropy.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_store_new(
    options: *const countersign_store_options,
    policy: *const countersign_policy,
    out: *mut *mut countersign_store,
) -> countersign_status {
    call(|| {
        // SAFETY: a struct that starts with its size.
        let options = unsafe { read_struct(options) }?;
        // SAFETY: the caller vouches for the bytes.
        let entropy = unsafe { options.entropy.bytes() }?;
        if entropy.len() < 16 {
            return Err(Failure::INVALID);
        }
        // SAFETY: NULL or a living policy.
        let policy = unsafe { borrow(policy) }?;
        // SAFETY: NULL or a place for a pointer.
        unsafe { give(out, countersign_store { inner: Arc::new(policy.inner.key_store(entropy)) }) }
    })
}

/// Puts a JWK Set (RFC 7517 section 5) in place of the present one of issuer, as the policy names it.
///
/// Checks under way finish with the old one; no thread waits. COUNTERSIGN_NOT_FOUND for an issuer that the
/// policy does not have. COUNTERSIGN_KEYS_INVALID for what is no JWK Set or has no usable key: the present set
/// stays, and *report, if report is not NULL, becomes the caller's and says why.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_store_set_keys(
    store: *mut countersign_store,
    issuer: countersign_str,
    jwks: countersign_str,
    report: *mut *mut countersign_report,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living store.
        let store = unsafe { borrow(store.cast_const()) }?;
        // SAFETY: the caller vouches for the text.
        let issuer = unsafe { issuer.text() }?.ok_or(Failure::NULL)?;
        // SAFETY: the caller vouches for the bytes.
        let jwks = unsafe { jwks.bytes() }?;
        match store.inner.set_keys(issuer, jwks) {
            Ok(_) => Ok(()),
            Err(KeysRefused::IssuerUnknown) => Err(Failure::NOT_FOUND),
            Err(refused) => {
                // SAFETY: NULL or a place for a pointer.
                unsafe { give_report(report, Report::of_error(Code::JwksInvalid, refused.to_string())) };
                Err(Failure(COUNTERSIGN_KEYS_INVALID))
            }
        }
    })
}

/// Puts these token ids (jti) in place of the revoked ones. They are copied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_store_set_revoked(
    store: *mut countersign_store,
    ids: *const countersign_str,
    id_count: usize,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living store.
        let store = unsafe { borrow(store.cast_const()) }?;
        // SAFETY: the caller vouches for the list.
        let ids = unsafe { list(ids, id_count) }?;
        // SAFETY: the caller vouches for each text.
        let ids = ids.iter().map(|id| unsafe { id.text() }?.ok_or(Failure::NULL));
        let ids = ids.collect::<Result<Vec<&str>, Failure>>()?;
        store.inner.set_revoked(ids);
        Ok(())
    })
}

/// Gives a store back. Verifiers made of it go on working. NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_store_free(store: *mut countersign_store) {
    // SAFETY: NULL or a store that was given out and not taken back.
    unsafe { take_back(store) };
}
