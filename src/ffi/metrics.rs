//! Metrics
//!
//! Their names; an array of the host's that counts decisions by reason; the sources of keys as their metrics tell them,
//! for hosts whose processes have a store each; and their text for Prometheus.

use core::ffi::c_char;
use core::sync::atomic::AtomicU64;

use super::boundary::{borrow, call, check_place, fill, put};
use super::sized::{read_struct, write_struct};
use super::status::{Failure, countersign_status};
use super::store::countersign_store;
use super::types::{countersign_str, countersign_time, list};
use crate::metrics::{self, KeysState, SourceState};

/// The place of decisions by reason in the table of metrics.
pub const COUNTERSIGN_METRIC_DECISIONS: u32 = 0;

/// One row of the table of metrics, which is a family as Prometheus calls it. All texts are static.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct countersign_metric_info {
    /// sizeof(countersign_metric_info), set by the caller.
    pub struct_size: u64,
    /// The name, with its unit.
    pub name: countersign_str,
    /// "counter" or "gauge".
    pub kind: countersign_str,
    /// What it says, for people.
    pub help: countersign_str,
}

/// One source of keys as its metrics tell it. Moments are nanoseconds of the monotonic clock; a host that puts several
/// stores together adds the counters and takes the earliest of each moment, so that no store that lags behind is hidden.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct countersign_source_state {
    /// sizeof(countersign_source_state), set by the caller.
    pub struct_size: u64,
    /// The issuer as the policy names it.
    pub issuer: countersign_str,
    /// Where its set is fetched, or its metadata as long as they did not tell. Empty for one whose keys are never
    /// fetched: there is nothing to tell.
    pub url: countersign_str,
    /// Fetches that were handed out.
    pub fetches: u64,
    /// Those that failed or brought no good set.
    pub failures: u64,
    /// Checks of tokens whose kid is not in the set.
    pub unknown_kids: u64,
    /// When the set was fetched, negative for before the clock's start; INT64_MAX if there is none, or it is not known.
    pub fetched_at_nanos: i64,
    /// When it should have been renewed; UINT64_MAX for never.
    pub expires_at_nanos: u64,
    /// From when on no keys decide: 0 if there are none, UINT64_MAX if they last for good.
    pub dead_at_nanos: u64,
    /// 1 if keys were asked for or are there. 0: the three moments say nothing.
    pub asked: u32,
    /// 0.
    pub reserved: u32,
}

/// The row of the table of metrics at index.
///
/// COUNTERSIGN_NOT_FOUND past the end. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_metric_at(index: usize, out: *mut countersign_metric_info) -> countersign_status {
    call(|| {
        let family = metrics::FAMILIES.get(index).ok_or(Failure::NOT_FOUND)?;
        let info = countersign_metric_info {
            struct_size: 0,
            name: countersign_str::lend(family.name),
            kind: countersign_str::lend(family.kind),
            help: countersign_str::lend(family.help),
        };
        // SAFETY: the caller hands in a struct that starts with its size.
        unsafe { write_struct(out, info) }
    })
}

/// Writes the counters that are not zero in Prometheus' text format.
///
/// *needed, if needed is not NULL, becomes the length, also with COUNTERSIGN_BUFFER_TOO_SMALL. The array may be counted
/// up by other threads and processes meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_metrics_write(
    counters: *const u64,
    counter_count: usize,
    text: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> countersign_status {
    call(|| {
        // SAFETY: the caller vouches for the array, which is only ever touched atomically; `AtomicU64`
        // has the layout of `u64`.
        let counters = unsafe { list(counters.cast::<AtomicU64>(), counter_count) }?;
        let mut lines = Vec::new();
        metrics::write_prometheus(counters, &mut lines);
        // SAFETY: the caller vouches for the memory and the place.
        unsafe { fill(text, capacity, needed, &lines) }
    })
}

/// The source of the issuer at index, in the order of countersign_store_issuer_at; COUNTERSIGN_NOT_FOUND past the end. One
/// whose keys are never fetched, because they stand in the policy or the host brings them, has an empty url, and the
/// rest says nothing.
///
/// The issuer is lent until the store is freed; the url stands in memory, of which *needed, if needed is not NULL,
/// becomes how much it takes, also with COUNTERSIGN_BUFFER_TOO_SMALL. Takes as long for the last as for the first. Any
/// thread; waits for calls that change the source.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_store_source_at(
    store: *const countersign_store,
    index: usize,
    out: *mut countersign_source_state,
    memory: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living store.
        let store = unsafe { borrow(store) }?;
        let issuer = store.inner.issuer_at(index).ok_or(Failure::NOT_FOUND)?;
        let source = store.inner.source_state(index).unwrap_or(SourceState {
            issuer,
            url: "".into(),
            fetches: 0,
            failures: 0,
            unknown_kids: 0,
            keys: None,
        });
        // SAFETY: the caller vouches for the memory and the place.
        unsafe { fill(memory, capacity, needed, source.url.as_bytes()) }?;
        let keys = source.keys.unwrap_or(UNASKED);
        let state = countersign_source_state {
            struct_size: 0,
            issuer: countersign_str::lend(source.issuer),
            url: countersign_str { data: memory.cast_const(), len: source.url.len() },
            fetches: source.fetches,
            failures: source.failures,
            unknown_kids: source.unknown_kids,
            fetched_at_nanos: keys.fetched_at.unwrap_or(i64::MAX),
            expires_at_nanos: keys.expires_at,
            dead_at_nanos: keys.dead_at,
            asked: u32::from(source.keys.is_some()),
            reserved: 0,
        };
        // SAFETY: the caller hands in a struct that starts with its size.
        unsafe { write_struct(out, state) }
    })
}

/// The next index, from or behind it, whose countersign_store_source_at may be another one than when this function gave
/// that index last; at first, every index is. COUNTERSIGN_NOT_FOUND if there is none.
///
/// So a host copies what changed and never looks at the rest. For one taker a store: an index that was given is not given
/// again until it changes. Any thread; waits for nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_store_next_changed(
    store: *const countersign_store,
    from: usize,
    index: *mut usize,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living store.
        let store = unsafe { borrow(store) }?;
        // In front of the mark, which is gone once it is taken.
        check_place(index)?;
        let changed = store.inner.next_changed(from).ok_or(Failure::NOT_FOUND)?;
        // SAFETY: NULL or a place for an index.
        unsafe { put(index, changed) }
    })
}

/// Writes the metrics of these sources as countersign_store_write_metrics does, at now. No two may have the same
/// issuer and url.
///
/// *needed, if needed is not NULL, becomes the length, also with COUNTERSIGN_BUFFER_TOO_SMALL. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_sources_write_metrics(
    sources: *const *const countersign_source_state,
    source_count: usize,
    now: *const countersign_time,
    text: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> countersign_status {
    call(|| {
        // SAFETY: the caller vouches for the array.
        let pointers = unsafe { list(sources, source_count) }?;
        // SAFETY: NULL or the caller's struct.
        let now = unsafe { countersign_time::read(now) }?;
        let mut states = Vec::with_capacity(pointers.len());
        for &pointer in pointers {
            // SAFETY: each is NULL or a struct that starts with its size.
            let state = unsafe { read_struct(pointer) }?;
            // SAFETY: the caller vouches for the texts.
            states.push(unsafe { source_state(&state) }?);
        }
        let mut lines = Vec::new();
        metrics::write_sources(&states, now.monotonic, &mut lines);
        // SAFETY: the caller vouches for the memory and the place.
        unsafe { fill(text, capacity, needed, &lines) }
    })
}

/// The struct of a host, with its texts borrowed.
///
/// # Safety
/// The texts of `state` are readable and do not change during `'a`.
unsafe fn source_state<'a>(state: &countersign_source_state) -> Result<SourceState<'a>, Failure> {
    // SAFETY: handed on to the caller.
    let (issuer, url) = unsafe { (state.issuer.text(), state.url.text()) };
    let keys = KeysState {
        fetched_at: Some(state.fetched_at_nanos).filter(|&nanos| nanos != i64::MAX),
        expires_at: state.expires_at_nanos,
        dead_at: state.dead_at_nanos,
    };
    Ok(SourceState {
        issuer: issuer?.unwrap_or_default(),
        url: url?.unwrap_or_default().into(),
        fetches: state.fetches,
        failures: state.failures,
        unknown_kids: state.unknown_kids,
        keys: (state.asked != 0).then_some(keys),
    })
}

/// The moments of a source that nothing asked for keys, which are no sooner than any other.
const UNASKED: KeysState = KeysState { fetched_at: None, expires_at: u64::MAX, dead_at: u64::MAX };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions_stand_where_the_header_says() {
        assert_eq!(metrics::FAMILIES.iter().position(|family| *family == metrics::DECISIONS), Some(0));
        assert_eq!(COUNTERSIGN_METRIC_DECISIONS, 0);
    }
}
