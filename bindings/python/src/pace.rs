//! Whether a check is long enough to be worth giving up the interpreter's lock.
//!
//! Taking the lock back costs up to the switch interval (5 ms) while another thread computes in Python. Checks of
//! a microsecond would pay that without giving the other thread anything, so the lock is kept for them.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Instant;

/// How long the last checks of one verifier took, in nanoseconds, the newest counting for an eighth.
#[derive(Default)]
pub(crate) struct Pace(AtomicU32);

/// Signatures of public keys take more, MACs and remembered verdicts less.
const WORTH_RELEASING: u32 = 8_000;

impl Pace {
    /// Whether the next check will probably be a long one.
    pub(crate) fn is_long(&self) -> bool {
        self.0.load(Relaxed) > WORTH_RELEASING
    }

    /// Runs `work` and remembers how long it took.
    pub(crate) fn time<T>(&self, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let done = work();
        let nanos = u32::try_from(start.elapsed().as_nanos()).unwrap_or(u32::MAX);
        let before = self.0.load(Relaxed);
        // Threads that meet here lose a sample, which is no matter.
        self.0.store(before - before / 8 + nanos / 8, Relaxed);
        done
    }
}
