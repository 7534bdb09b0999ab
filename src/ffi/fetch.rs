//! Fetching keys
//!
//! The library says what to fetch and when; the host fetches it where it likes and hands the answer in. A ticket is
//! one request to make, at most one for a source at a time. docs/ABI.md has the loop.

use super::boundary::{borrow, call, check_place, give, put_if_wanted, read, take_back};
use super::report::countersign_report;
use super::sized::{read_struct, write_struct};
use super::status::{Failure, countersign_status};
use super::store::{countersign_store, refuse};
use super::types::{countersign_str, countersign_time};
use crate::http::cache_control_max_age;
use crate::store::{Done, Fetch, FetchKind, FetchReason, Outcome};

/// A ticket as it was handed out: one request for the host to make. Needs the store no more. Belongs to one thread at
/// a time.
pub struct countersign_fetch {
    inner: Fetch,
}

/// The issuer's metadata (OpenID Connect Discovery 1.0 section 4, RFC 8414), which name the key set.
pub const COUNTERSIGN_FETCH_KIND_METADATA: u32 = 1;
/// A JWK Set (RFC 7517 section 5).
pub const COUNTERSIGN_FETCH_KIND_KEY_SET: u32 = 2;

/// A token needs the set for the first time.
pub const COUNTERSIGN_FETCH_REASON_FIRST_USE: u32 = 1;
/// The policy wants the set before the first token.
pub const COUNTERSIGN_FETCH_REASON_PREFETCH: u32 = 2;
/// The set is about to expire.
pub const COUNTERSIGN_FETCH_REASON_REFRESH: u32 = 3;
/// The set has expired.
pub const COUNTERSIGN_FETCH_REASON_EXPIRED: u32 = 4;
/// A token named a key that the set does not have.
pub const COUNTERSIGN_FETCH_REASON_UNKNOWN_KID: u32 = 5;
/// The last attempt failed.
pub const COUNTERSIGN_FETCH_REASON_RETRY: u32 = 6;
/// The host gave the last ticket back.
pub const COUNTERSIGN_FETCH_REASON_ABANDONED: u32 = 7;

/// 200 with a body.
pub const COUNTERSIGN_OUTCOME_BODY: u32 = 1;
/// 304: the set is the one that was there.
pub const COUNTERSIGN_OUTCOME_NOT_MODIFIED: u32 = 2;
/// Anything else: another status, no answer, a body over max_bytes, a certificate that is not trusted.
pub const COUNTERSIGN_OUTCOME_FAILED: u32 = 3;
/// The host could not go on (the client went away, the worker stops), so nothing is known of the issuer. The ticket is
/// handed out again at once, a few times in a row.
pub const COUNTERSIGN_OUTCOME_ABANDONED: u32 = 4;

/// The number belongs to no open ticket: nothing changed.
pub const COUNTERSIGN_DONE_IGNORED: u32 = 1;
/// The answer came behind its deadline: nothing changed, it counts as a failure.
pub const COUNTERSIGN_DONE_LATE: u32 = 2;
/// The set is in place.
pub const COUNTERSIGN_DONE_LOADED: u32 = 3;
/// The set that is there has a new lifetime.
pub const COUNTERSIGN_DONE_RENEWED: u32 = 4;
/// The metadata told where the set is; its ticket is next.
pub const COUNTERSIGN_DONE_LOCATED: u32 = 5;
/// The failure is noted, or the next address of the metadata is tried.
pub const COUNTERSIGN_DONE_NOTED: u32 = 6;
/// The ticket will be handed out again.
pub const COUNTERSIGN_DONE_AGAIN: u32 = 7;

/// One request for the host to make: GET without cookies and credentials, over https unless url says http, following
/// redirects to the same origin alone. The texts are lent until the fetch is freed.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct countersign_fetch_info {
    /// sizeof(countersign_fetch_info), set by the caller.
    pub struct_size: u64,
    /// The number of the ticket; never 0, never given twice by one store.
    pub ticket: u64,
    /// One of COUNTERSIGN_FETCH_KIND_.
    pub kind: u32,
    /// One of COUNTERSIGN_FETCH_REASON_, for logs.
    pub reason: u32,
    /// The issuer as the policy names it.
    pub issuer: countersign_str,
    /// Where. That metadata name no private network by address was seen to; what a name resolves to is for the host to
    /// refuse, where they may name other hosts.
    pub url: countersign_str,
    /// What If-None-Match carries, quotes and all; NULL for no such field.
    pub etag: countersign_str,
    /// On the clock of countersign_time's monotonic_nanos; an answer that comes later changes nothing and counts as a
    /// failure.
    pub deadline_nanos: u64,
    /// A longer body is a failure, and need not be read.
    pub max_bytes: u64,
    /// The policy's cooldown. A host whose processes fetch for each other keeps it between two fetches of one url: an
    /// answer that is younger answers this ticket too.
    pub cooldown_nanos: u64,
}

/// What came of a fetch. Everything it points to is read during countersign_store_fetch_done only. The texts of the
/// response stand here as the issuer sent them: what cannot be read of them spoils nothing but itself.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct countersign_fetch_result {
    /// sizeof(countersign_fetch_result), set by the caller.
    pub struct_size: u64,
    /// The number of the ticket.
    pub ticket: u64,
    /// One of COUNTERSIGN_OUTCOME_.
    pub outcome: u32,
    /// Zero.
    pub reserved: u32,
    /// With COUNTERSIGN_OUTCOME_BODY: the body, without content codings.
    pub body: countersign_str,
    /// With COUNTERSIGN_OUTCOME_BODY: the response's ETag, quotes and all; NULL for none.
    pub etag: countersign_str,
    /// The response's Cache-Control as it stood, several lines joined by commas; NULL for none.
    pub cache_control: countersign_str,
    /// The seconds that the response's Age tells; 0 for none.
    pub age_seconds: u64,
    /// With COUNTERSIGN_OUTCOME_FAILED: a word for the operator, as in "HTTP 500" or "timeout", which appears in the
    /// status; NULL for none.
    pub failure: countersign_str,
}

/// When to call countersign_store_next_fetch, on the clock of countersign_time's monotonic_nanos; UINT64_MAX while
/// there is nothing to do, and for NULL.
///
/// A check may bring the moment forward, so a host that sleeps until then looks again after checks whose decision has
/// a need. Any thread; one atomic load.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_store_due_at(store: *const countersign_store) -> u64 {
    // SAFETY: NULL or a living store.
    read(u64::MAX, || unsafe { borrow(store) }.map_or(u64::MAX, |store| store.inner.due_at()))
}

/// Hands out the next ticket that is due. A host calls it until it gives COUNTERSIGN_NOT_FOUND, for there may be
/// several sources.
///
/// COUNTERSIGN_NOT_FOUND if nothing is due now. On success *out is the caller's; give it back with
/// countersign_fetch_free. The ticket stays open until countersign_store_fetch_done or its deadline. Any thread:
/// no two get the same ticket.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_store_next_fetch(
    store: *mut countersign_store,
    now: *const countersign_time,
    out: *mut *mut countersign_fetch,
) -> countersign_status {
    call(|| {
        // In front of the ticket, which would be lost.
        check_place(out)?;
        // SAFETY: NULL or a living store.
        let store = unsafe { borrow(store.cast_const()) }?;
        // SAFETY: NULL or the caller's struct.
        let now = unsafe { countersign_time::read(now) }?;
        let inner = store.inner.next_fetch(now).ok_or(Failure::NOT_FOUND)?;
        // SAFETY: NULL or a place for a pointer.
        unsafe { give(out, countersign_fetch { inner }) }
    })
}

/// What is to be fetched.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_fetch_describe(
    fetch: *const countersign_fetch,
    out: *mut countersign_fetch_info,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living fetch.
        let fetch = &unsafe { borrow(fetch) }?.inner;
        let info = countersign_fetch_info {
            struct_size: 0,
            ticket: fetch.ticket,
            kind: number_of(&KINDS, fetch.kind),
            reason: number_of(&REASONS, fetch.reason),
            issuer: countersign_str::lend(&fetch.issuer),
            url: countersign_str::lend(&fetch.url),
            etag: countersign_str::lend_or_absent(fetch.etag.as_deref()),
            deadline_nanos: fetch.deadline,
            max_bytes: u64::try_from(fetch.max_bytes).unwrap_or(u64::MAX),
            cooldown_nanos: fetch.cooldown,
        };
        // SAFETY: the caller hands in a struct that starts with its size.
        unsafe { write_struct(out, info) }
    })
}

/// Gives a fetch back; NULL is ignored. Its ticket stays open: a host that will not answer says
/// COUNTERSIGN_OUTCOME_ABANDONED to countersign_store_fetch_done.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_fetch_free(fetch: *mut countersign_fetch) {
    // SAFETY: NULL or a fetch that was given out and not taken back.
    unsafe { take_back(fetch) };
}

/// Closes a ticket with what came of it. A set that was loaded decides the next check of every thread.
///
/// On success *done, if done is not NULL, becomes one of COUNTERSIGN_DONE_. A late, unknown or already closed number
/// changes nothing and is a success. How long a set is fresh is read from cache_control and age_seconds, or is the
/// policy's ttl.
///
/// COUNTERSIGN_KEYS_INVALID for a body that is of no use: the ticket is closed, it counts as a failed attempt, the last
/// good set stays, and *report, if report is not NULL, becomes the caller's and says why. Any other status leaves the
/// ticket open. Any thread; only calls for the same source wait for each other.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_store_fetch_done(
    store: *mut countersign_store,
    result: *const countersign_fetch_result,
    now: *const countersign_time,
    done: *mut u32,
    report: *mut *mut countersign_report,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living store.
        let store = unsafe { borrow(store.cast_const()) }?;
        // SAFETY: a struct that starts with its size.
        let result = unsafe { read_struct(result) }?;
        // SAFETY: NULL or the caller's struct.
        let now = unsafe { countersign_time::read(now) }?;
        if !done.is_null() {
            check_place(done)?;
        }
        // SAFETY: the caller vouches for what the struct points to, during the call.
        let outcome = unsafe { outcome(&result) }?;
        match store.inner.fetch_done(result.ticket, outcome, now) {
            // SAFETY: NULL or a place for a number.
            Ok(became) => unsafe { put_if_wanted(done, number_of(&DONE, became.word())) },
            // SAFETY: NULL or a place for a pointer.
            Err(refused) => Err(unsafe { refuse(&refused, report) }),
        }
    })
}

/// The word for a kind of fetch, as in "key_set"; empty for a number that this library does not know. Static text.
#[unsafe(no_mangle)]
pub extern "C" fn countersign_fetch_kind_name(kind: u32) -> countersign_str {
    countersign_str::lend(found(&KINDS, kind).map_or("", FetchKind::word))
}

/// The word for the reason of a fetch, as in "unknown_kid"; empty for a number that this library does not know.
/// Static text.
#[unsafe(no_mangle)]
pub extern "C" fn countersign_fetch_reason_name(reason: u32) -> countersign_str {
    countersign_str::lend(found(&REASONS, reason).map_or("", FetchReason::word))
}

/// The word for what became of an answer, as in "loaded"; empty for a number that this library does not know.
/// Static text.
#[unsafe(no_mangle)]
pub extern "C" fn countersign_done_name(done: u32) -> countersign_str {
    countersign_str::lend(found(&DONE, done).unwrap_or(""))
}

/// # Safety
/// What `result` points to does not change during `'a`.
unsafe fn outcome<'a>(result: &countersign_fetch_result) -> Result<Outcome<'a>, Failure> {
    if result.reserved != 0 {
        return Err(Failure::INVALID);
    }
    // SAFETY: the caller vouches for the bytes.
    let bytes = unsafe { result.body.bytes() }?;
    // SAFETY: the caller vouches for the bytes.
    let etag = unsafe { result.etag.bytes() }?;
    // SAFETY: the caller vouches for the bytes.
    let cache_control = unsafe { result.cache_control.bytes() }?;
    // SAFETY: the caller vouches for the bytes.
    let failure = unsafe { result.failure.bytes() }?;
    let max_age = cache_control_max_age(cache_control, result.age_seconds);
    match result.outcome {
        // What an issuer put into its response must not make the host's call fail: a tag that is no text is none.
        COUNTERSIGN_OUTCOME_BODY => Ok(Outcome::Body { bytes, etag: core::str::from_utf8(etag).ok(), max_age }),
        COUNTERSIGN_OUTCOME_NOT_MODIFIED => Ok(Outcome::NotModified { max_age }),
        COUNTERSIGN_OUTCOME_FAILED => Ok(Outcome::Failed(readable(failure))),
        COUNTERSIGN_OUTCOME_ABANDONED => Ok(Outcome::Abandoned),
        _ => Err(Failure::INVALID),
    }
}

/// The number of `thing`; 0, which nothing has, for one that the table lacks.
fn number_of<T: Copy + PartialEq>(table: &[(u32, T)], thing: T) -> u32 {
    table.iter().find(|(_, known)| *known == thing).map_or(0, |(number, _)| *number)
}

fn found<T: Copy>(table: &[(u32, T)], number: u32) -> Option<T> {
    table.iter().find(|(known, _)| *known == number).map(|(_, thing)| *thing)
}

/// The text of a failure as far as it is text.
fn readable(failure: &[u8]) -> &str {
    failure.utf8_chunks().next().map_or("", |chunk| chunk.valid())
}

const KINDS: [(u32, FetchKind); 2] =
    [(COUNTERSIGN_FETCH_KIND_METADATA, FetchKind::Metadata), (COUNTERSIGN_FETCH_KIND_KEY_SET, FetchKind::KeySet)];

const REASONS: [(u32, FetchReason); 7] = [
    (COUNTERSIGN_FETCH_REASON_FIRST_USE, FetchReason::FirstUse),
    (COUNTERSIGN_FETCH_REASON_PREFETCH, FetchReason::Prefetch),
    (COUNTERSIGN_FETCH_REASON_REFRESH, FetchReason::Refresh),
    (COUNTERSIGN_FETCH_REASON_EXPIRED, FetchReason::Expired),
    (COUNTERSIGN_FETCH_REASON_UNKNOWN_KID, FetchReason::UnknownKid),
    (COUNTERSIGN_FETCH_REASON_RETRY, FetchReason::Retry),
    (COUNTERSIGN_FETCH_REASON_ABANDONED, FetchReason::Abandoned),
];

/// Each number of what became of an answer, with its word.
const DONE: [(u32, &str); 7] = [
    (COUNTERSIGN_DONE_IGNORED, Done::Ignored.word()),
    (COUNTERSIGN_DONE_LATE, Done::Late.word()),
    (COUNTERSIGN_DONE_LOADED, "loaded"),
    (COUNTERSIGN_DONE_RENEWED, Done::Renewed.word()),
    (COUNTERSIGN_DONE_LOCATED, Done::Located.word()),
    (COUNTERSIGN_DONE_NOTED, Done::Noted.word()),
    (COUNTERSIGN_DONE_AGAIN, Done::Again.word()),
];
