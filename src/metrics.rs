//! Counters by reason, in an array of the host's, and their Prometheus text.

use core::sync::atomic::{AtomicU64, Ordering};

use crate::arena::Sink;
use crate::reason::Reason;

/// Counts one decision. A host that keeps its array in shared memory counts for all its processes.
///
/// The array has a place for each reason at [`Reason::counter_index`]; a shorter one, made by an
/// older host, counts what it has room for.
#[inline]
pub fn count(counters: &[AtomicU64], reason: Reason) {
    if let Some(counter) = counters.get(reason.counter_index()) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// Appends the counters that are not zero in Prometheus' text format.
///
/// ```
/// use core::sync::atomic::AtomicU64;
/// use countersign::{Reason, metrics};
///
/// let counters: Vec<AtomicU64> = (0..Reason::COUNT).map(|_| AtomicU64::new(0)).collect();
/// metrics::count(&counters, Reason::TokenExpired);
/// let mut text = Vec::new();
/// metrics::write_prometheus(&counters, &mut text);
/// assert!(String::from_utf8(text).unwrap().ends_with("countersign_decisions_total{reason=\"token_expired\",status=\"401\"} 1\n"));
/// ```
pub fn write_prometheus(counters: &[AtomicU64], sink: &mut impl Sink) {
    sink.put(b"# HELP countersign_decisions_total Decisions by reason.\n# TYPE countersign_decisions_total counter\n");
    for (reason, counter) in Reason::all().zip(counters) {
        let count = counter.load(Ordering::Relaxed);
        if count > 0 {
            let line = format!(
                "countersign_decisions_total{{reason=\"{}\",status=\"{}\"}} {count}\n",
                reason.name(),
                reason.http_status()
            );
            sink.put(line.as_bytes());
        }
    }
}
