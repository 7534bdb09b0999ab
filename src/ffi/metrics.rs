//! Counters
//!
//! An array of the host's counts decisions by reason; one function prints it for Prometheus.

use core::ffi::c_char;
use core::sync::atomic::AtomicU64;

use super::boundary::{call, fill};
use super::status::countersign_status;
use super::types::list;
use crate::metrics;

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
