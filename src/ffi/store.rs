//! Stores
//!
//! The live keys of a policy's issuers, and what is revoked.

use core::ffi::c_char;
use std::sync::Arc;

use super::boundary::{borrow, call, fill, give, put, read, take_back};
use super::policy::countersign_policy;
use super::report::{countersign_report, give_report};
use super::sized::read_struct;
use super::status::{COUNTERSIGN_KEYS_INVALID, COUNTERSIGN_KEYS_OLDER, Failure, countersign_status};
use super::types::{countersign_str, countersign_time};
use crate::policy::{Code, Report};
use crate::store::{KeyStore, KeysRefused};

/// The live key sources of a policy. One per process; any number of its threads may use it. A check never waits for
/// another thread; calls that change or export the same source wait for each other.
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

/// Puts a JWK Set (RFC 7517 section 5), fetched just now, in place of the present one of issuer, as the policy names it.
///
/// Its age counts from when the store next hears the time: a host that never calls countersign_store_next_fetch keeps
/// it until it brings another. countersign_store_set_keys_fetched takes one of an earlier time.
///
/// Checks under way finish with the old one. COUNTERSIGN_NOT_FOUND for an issuer that the
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
            // SAFETY: NULL or a place for a pointer.
            Err(refused) => Err(unsafe { refuse(&refused, report) }),
        }
    })
}

/// The status that tells of a refused set, and its report.
///
/// # Safety
/// `report` is NULL or a place for a pointer.
pub(super) unsafe fn refuse(refused: &KeysRefused, report: *mut *mut countersign_report) -> Failure {
    let code = match refused {
        KeysRefused::IssuerUnknown => return Failure::NOT_FOUND,
        KeysRefused::Older => return Failure(COUNTERSIGN_KEYS_OLDER),
        KeysRefused::Metadata(_) => Code::MetadataInvalid,
        _ => Code::JwksInvalid,
    };
    // SAFETY: handed on to the caller.
    unsafe { give_report(report, Report::of_error(code, refused.to_string())) };
    Failure(COUNTERSIGN_KEYS_INVALID)
}

/// Writes how many sets the issuer has had so far. While a request waits for a set
/// (countersign_decision_need), it is worth another check once this is another number than the need's.
///
/// COUNTERSIGN_NOT_FOUND for an issuer that the policy does not have. Any thread; takes no lock.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_store_generation(
    store: *const countersign_store,
    issuer: countersign_str,
    out: *mut u64,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living store.
        let store = unsafe { borrow(store) }?;
        // SAFETY: the caller vouches for the text.
        let issuer = unsafe { issuer.text() }?.ok_or(Failure::NULL)?;
        let generation = store.inner.generation(issuer).ok_or(Failure::NOT_FOUND)?;
        // SAFETY: NULL or a place for a number.
        unsafe { put(out, generation) }
    })
}

/// 1 while a fetch for the issuer is under way, else 0; 0 for NULL and for an issuer that the policy does not have.
/// When it is over without another generation, waiting longer is of no use. Any thread; takes no lock.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_store_is_fetching(
    store: *const countersign_store,
    issuer: countersign_str,
) -> u32 {
    read(0, || {
        // SAFETY: NULL or a living store.
        let store = unsafe { borrow(store) };
        // SAFETY: the caller vouches for the text.
        let issuer = unsafe { issuer.text() };
        match (store, issuer) {
            (Ok(store), Ok(Some(issuer))) => u32::from(store.inner.is_fetching(issuer)),
            _ => 0,
        }
    })
}

/// How many issuers the policy has; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_store_issuer_count(store: *const countersign_store) -> usize {
    // SAFETY: NULL or a living store.
    read(0, || unsafe { borrow(store) }.map_or(0, |store| store.inner.issuers().count()))
}

/// The issuer at index, in the order of the policy and as it names it. Lent until the store is freed.
///
/// COUNTERSIGN_NOT_FOUND past the end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_store_issuer_at(
    store: *const countersign_store,
    index: usize,
    out: *mut countersign_str,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living store.
        let issuer = unsafe { borrow(store) }?.inner.issuer_at(index).ok_or(Failure::NOT_FOUND)?;
        // SAFETY: NULL or a place for a view.
        unsafe { put(out, countersign_str::lend(issuer)) }
    })
}

/// Writes what an operator wants to see as one JSON object on one line: every source with its keys, age, last
/// failure, next fetch and counters, and how much is revoked. Durations are whole seconds; what is not known is null.
///
/// It names issuers, addresses and key ids, never a key, a token or a secret. *needed, if needed is not NULL, becomes
/// the length, also with COUNTERSIGN_BUFFER_TOO_SMALL; the text may grow from one call to the next. Allocates; not
/// for every request.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_store_write_status(
    store: *const countersign_store,
    now: *const countersign_time,
    text: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living store.
        let store = unsafe { borrow(store) }?;
        // SAFETY: NULL or the caller's struct.
        let now = unsafe { countersign_time::read(now) }?;
        let mut status = Vec::new();
        store.inner.write_status(now, &mut status);
        // SAFETY: the caller vouches for the memory and the place.
        unsafe { fill(text, capacity, needed, &status) }
    })
}

/// Writes the metrics of every source that is fetched in Prometheus' text format: fetches, failures, age, whether its
/// keys decide, tokens of unknown keys. They name issuers and addresses, never a key.
///
/// *needed, if needed is not NULL, becomes the length, also with COUNTERSIGN_BUFFER_TOO_SMALL; it may grow from one call
/// to the next. Beside it, countersign_metrics_write has the decisions.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_store_write_metrics(
    store: *const countersign_store,
    now: *const countersign_time,
    text: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living store.
        let store = unsafe { borrow(store) }?;
        // SAFETY: NULL or the caller's struct.
        let now = unsafe { countersign_time::read(now) }?;
        let mut lines = Vec::new();
        store.inner.write_prometheus(now, &mut lines);
        // SAFETY: the caller vouches for the memory and the place.
        unsafe { fill(text, capacity, needed, &lines) }
    })
}

/// Gives a store back. Verifiers made of it go on working. NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_store_free(store: *mut countersign_store) {
    // SAFETY: NULL or a store that was given out and not taken back.
    unsafe { take_back(store) };
}
