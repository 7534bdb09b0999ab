//! Counters by reason as Prometheus text.

use core::ffi::c_char;
use core::sync::atomic::AtomicU64;

use super::boundary::{call, put};
use super::status::{COUNTERSIGN_BUFFER_TOO_SMALL, Failure, countersign_status};
use super::types::{list, memory};
use crate::arena::SliceSink;
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
        // SAFETY: the caller vouches for the memory.
        let mut sink = SliceSink::new(unsafe { memory(text, capacity) }?);
        metrics::write_prometheus(counters, &mut sink);
        if !needed.is_null() {
            // SAFETY: not NULL, so a place for a length.
            unsafe { put(needed, sink.needed()) }?;
        }
        sink.written().map(|_| ()).ok_or(Failure(COUNTERSIGN_BUFFER_TOO_SMALL))
    })
}
