//! Key sets that travel
//!
//! From one store to the next, over a reload, through a file or memory that processes share.

use super::boundary::{borrow, call, check_place, give, take_back};
use super::report::countersign_report;
use super::sized::{read_struct, write_struct};
use super::status::{Failure, countersign_status};
use super::store::{countersign_store, refuse};
use super::types::{countersign_str, countersign_time};
use crate::store::Exported;
use crate::time::Wall;

/// A copy of the set that an issuer had at one moment. Belongs to one thread at a time.
pub struct countersign_export {
    inner: Exported,
}

/// A JWK Set with what is known of it. What an export lends in it lives until the export is freed; what a host
/// hands in is read during the call only.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct countersign_keys {
    /// sizeof(countersign_keys), set by the caller.
    pub struct_size: u64,
    /// The JWK Set (RFC 7517 section 5), byte for byte as it came.
    pub jwks: countersign_str,
    /// The entity tag of its response, quotes and all, for the next fetch; NULL for none.
    pub etag: countersign_str,
    /// When it was fetched: seconds since 1970; 0 if that is not known.
    pub fetched_at_seconds: i64,
    /// The same: nanoseconds below one second.
    pub fetched_at_nanos: u32,
    /// Zero.
    pub reserved: u32,
}

/// Copies the set of an issuer that was fetched or pushed last, for countersign_store_set_keys_fetched of another store.
///
/// COUNTERSIGN_NOT_FOUND for an issuer that the policy does not have, and while there is no set but what stands in
/// the policy. On success *out is the caller's and needs the store no more; give it back with countersign_export_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_store_export(
    store: *const countersign_store,
    issuer: countersign_str,
    out: *mut *mut countersign_export,
) -> countersign_status {
    call(|| {
        check_place(out)?;
        // SAFETY: NULL or a living store.
        let store = unsafe { borrow(store) }?;
        // SAFETY: the caller vouches for the text.
        let issuer = unsafe { issuer.text() }?.ok_or(Failure::NULL)?;
        let inner = store.inner.export(issuer).ok_or(Failure::NOT_FOUND)?;
        // SAFETY: NULL or a place for a pointer.
        unsafe { give(out, countersign_export { inner }) }
    })
}

/// What was exported.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_export_describe(
    exported: *const countersign_export,
    out: *mut countersign_keys,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living export.
        let exported = &unsafe { borrow(exported) }?.inner;
        let (fetched_at_seconds, fetched_at_nanos) = exported.fetched_at.map_or((0, 0), timespec);
        let keys = countersign_keys {
            struct_size: 0,
            jwks: countersign_str::lend_bytes(&exported.text),
            etag: countersign_str::lend_or_absent(exported.etag.as_deref()),
            fetched_at_seconds,
            fetched_at_nanos,
            reserved: 0,
        };
        // SAFETY: the caller hands in a struct that starts with its size.
        unsafe { write_struct(out, keys) }
    })
}

/// Gives an export back. NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_export_free(exported: *mut countersign_export) {
    // SAFETY: NULL or an export that was given out and not taken back.
    unsafe { take_back(exported) };
}

/// Puts a set that was fetched at an earlier time in place of the present one of issuer: a file, a copy of another
/// process, the export of before a reload.
///
/// Its age counts: it is refreshed and given up when it would have been. A moment in the future, of a clock that was
/// set since, counts as now, and so does one that is not known. keys is read during the call only. Any thread.
///
/// COUNTERSIGN_NOT_FOUND for an issuer that the policy does not have. COUNTERSIGN_KEYS_OLDER if the set that is there
/// was fetched later, or serves while this one is too old to. COUNTERSIGN_KEYS_INVALID for what is no JWK Set or has no usable key; *report, if report is not
/// NULL, then becomes the caller's and says why. In all three cases the present set stays.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_store_set_keys_fetched(
    store: *mut countersign_store,
    issuer: countersign_str,
    keys: *const countersign_keys,
    now: *const countersign_time,
    report: *mut *mut countersign_report,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living store.
        let store = unsafe { borrow(store.cast_const()) }?;
        // SAFETY: the caller vouches for the text.
        let issuer = unsafe { issuer.text() }?.ok_or(Failure::NULL)?;
        // SAFETY: a struct that starts with its size.
        let keys = unsafe { read_struct(keys) }?;
        // SAFETY: NULL or the caller's struct.
        let now = unsafe { countersign_time::read(now) }?;
        if keys.reserved != 0 {
            return Err(Failure::INVALID);
        }
        // SAFETY: the caller vouches for the bytes.
        let jwks = unsafe { keys.jwks.bytes() }?;
        // SAFETY: the caller vouches for the text.
        let etag = unsafe { keys.etag.text() }?;
        let told = Wall::from_timespec(keys.fetched_at_seconds, keys.fetched_at_nanos).ok_or(Failure::INVALID)?;
        let fetched_at = if told.is_set() { told } else { now.wall };
        match store.inner.push_fetched(issuer, jwks, etag, fetched_at, now) {
            Ok(_) => Ok(()),
            // SAFETY: NULL or a place for a pointer.
            Err(refused) => Err(unsafe { refuse(&refused, report) }),
        }
    })
}

/// Seconds and nanoseconds; what no 64-bit clock can tell is not known.
fn timespec(moment: Wall) -> (i64, u32) {
    let (seconds, nanos) = (moment.nanos().div_euclid(SECOND), moment.nanos().rem_euclid(SECOND));
    match (i64::try_from(seconds), u32::try_from(nanos)) {
        (Ok(seconds), Ok(nanos)) if moment.is_set() => (seconds, nanos),
        _ => (0, 0),
    }
}

const SECOND: i128 = crate::time::NANOS_PER_SECOND;
