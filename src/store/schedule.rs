//! When to fetch next: lifetimes, refresh ahead of expiry, back-off, and the jitter that spreads both.
//!
//! Pure functions of their arguments; the jitter is a sequence that the host's entropy starts, so that
//! two processes differ and a test repeats itself (REQ-ROTATION-11, REQ-ROTATION-21, REQ-ROTATION-22).

use super::source::Timing;
use crate::limits;

/// Nanoseconds in one second.
pub(super) const SECOND: u64 = 1_000_000_000;
/// A moment that does not come.
pub(super) const NEVER: u64 = u64::MAX;

/// A repeatable sequence of numbers (splitmix64); it spreads load and guards nothing.
#[derive(Debug)]
pub(super) struct Jitter(u64);

impl Jitter {
    /// The sequence of one source in one process.
    pub(super) fn new(entropy: &[u8], place: u64) -> Self {
        let mut jitter = Jitter(place);
        for chunk in entropy.chunks(8) {
            let word = chunk.iter().fold(0, |word: u64, &byte| word << 8 | u64::from(byte));
            jitter.0 = jitter.next() ^ word;
        }
        jitter
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `most`.
    fn up_to(&mut self, most: u64) -> u64 {
        let next = self.next();
        most.checked_add(1).map_or(next, |count| next % count)
    }
}

impl Timing {
    /// How long a set is fresh whose response said `max_age` seconds, or nothing.
    pub(super) fn lifetime(&self, max_age: Option<u64>) -> u64 {
        let said = max_age.map(|seconds| seconds.clamp(limits::SET_LIFETIME_MIN, limits::SET_LIFETIME_MAX));
        said.map_or(self.ttl, |seconds| seconds.saturating_mul(SECOND))
    }

    /// How long after the start of the last of `failures` attempts in a row the next one may start:
    /// the cooldown, doubled by each failure up to a cap, and up to a quarter more.
    pub(super) fn backoff(&self, failures: u32, jitter: &mut Jitter) -> u64 {
        let cap = self.ttl.min(limits::BACKOFF_SECONDS.saturating_mul(SECOND)).max(self.cooldown);
        let doublings = failures.saturating_sub(1).min(limits::BACKOFF_DOUBLINGS);
        let delay = self.cooldown.saturating_mul(1 << doublings).min(cap);
        delay.saturating_add(jitter.up_to(delay / 4))
    }
}

/// How long after a set was fetched its refresh is due: when 75 to 90 % of its lifetime are over.
pub(super) fn refresh_after(lifetime: u64, jitter: &mut Jitter) -> u64 {
    let earliest = lifetime / 4 * 3;
    earliest.saturating_add(jitter.up_to(lifetime / 20 * 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMING: Timing = Timing { ttl: 600 * SECOND, cooldown: 30 * SECOND, stale: 86_400 * SECOND, prefetch: false };

    #[test]
    fn req_rotation_11_max_age_is_honoured_between_floor_and_ceiling() {
        for (max_age, seconds) in
            [(None, 600), (Some(0), 60), (Some(59), 60), (Some(60), 60), (Some(61), 61), (Some(86_400), 86_400)]
        {
            assert_eq!(TIMING.lifetime(max_age), seconds * SECOND, "{max_age:?}");
        }
        for seconds in [86_401, u64::MAX] {
            assert_eq!(TIMING.lifetime(Some(seconds)), 86_400 * SECOND);
        }
    }

    #[test]
    fn req_rotation_22_failures_back_off_to_a_cap_and_repeat_with_the_seed() {
        let sequence = |entropy: &[u8]| -> Vec<u64> {
            let mut jitter = Jitter::new(entropy, 3);
            (1..=12).map(|failures| TIMING.backoff(failures, &mut jitter)).collect()
        };
        let delays = sequence(b"0123456789abcdef");
        for (delay, base) in delays.iter().zip([30, 60, 120, 240, 300, 300, 300, 300, 300, 300, 300, 300]) {
            assert!((base * SECOND..=base * SECOND * 5 / 4).contains(delay), "{delay} for {base} s");
        }
        assert_eq!(delays, sequence(b"0123456789abcdef"));
        assert_ne!(delays, sequence(b"0123456789abcdeg"));
        let slow = Timing { cooldown: 3600 * SECOND, ..TIMING };
        assert!(slow.backoff(1, &mut Jitter::new(b"", 0)) >= slow.cooldown, "never faster than the cooldown");
        let longest = Timing { cooldown: u64::MAX, ..TIMING };
        assert_eq!(longest.backoff(u32::MAX, &mut Jitter::new(b"", 0)), u64::MAX);
    }

    #[test]
    fn req_rotation_21_refresh_comes_ahead_of_expiry_and_is_spread() {
        let mut jitter = Jitter::new(b"entropy", 0);
        let times: Vec<u64> = (0..1000).map(|_| refresh_after(1000, &mut jitter)).collect();
        assert!(times.iter().all(|time| (750..=900).contains(time)));
        assert!(times.iter().min() < Some(&760) && times.iter().max() > Some(&890));
    }
}
