//! Key sources as their metrics tell them: plain data with moments in place of ages, so that a host whose processes
//! share memory can put together what each of them sees, and write it later than it was seen.

use std::borrow::Cow;

use super::{
    Family, KEY_FETCH_FAILURES, KEY_FETCHES, KEY_SET_AGE, KEY_SET_OVERDUE, KEY_SET_USABLE, UNKNOWN_KIDS, write_family,
    write_sample,
};
use crate::arena::Sink;

/// One source of keys, from [`crate::KeyStore::source_states`] or put together of several stores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceState<'a> {
    /// The issuer as the policy names it.
    pub issuer: &'a str,
    /// Where the set is fetched: the policy's address, the one that the metadata told, or as long as they did not,
    /// that of the metadata.
    pub url: Cow<'a, str>,
    /// Fetches that were handed out.
    pub fetches: u64,
    /// Those that failed or brought no good set.
    pub failures: u64,
    /// Checks of tokens whose `kid` is not in the set.
    pub unknown_kids: u64,
    /// What there is of keys; `None` as long as nothing asked for any.
    pub keys: Option<KeysState>,
}

/// The set of a source that was asked for one. All moments are nanoseconds of the monotonic clock; of two stores with
/// the same source, the earlier moment of each is the one that an operator has to hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeysState {
    /// When it was fetched, negative for before the clock's start; `None` if there is none, or nobody knows.
    pub fetched_at: Option<i64>,
    /// When it should have been renewed; `u64::MAX` for never.
    pub expires_at: u64,
    /// From when on no keys decide: 0 if there are none, `u64::MAX` if they last for good.
    pub dead_at: u64,
}

/// What a family says of a source at a moment, if it says anything.
type Value = fn(&SourceState<'_>, u64) -> Option<u64>;

const VALUES: [(Family, Value); 6] = [
    (KEY_FETCHES, |source, _| Some(source.fetches)),
    (KEY_FETCH_FAILURES, |source, _| Some(source.failures)),
    (KEY_SET_AGE, |source, now| source.keys?.age(now)),
    (KEY_SET_OVERDUE, |source, now| source.keys?.overdue(now)),
    (KEY_SET_USABLE, |source, now| source.keys.map(|keys| u64::from(now < keys.dead_at))),
    (UNKNOWN_KIDS, |source, _| Some(source.unknown_kids)),
];

/// Appends the metrics of these sources in Prometheus' text format; `now` is in nanoseconds of the monotonic clock. No
/// two sources may have the same issuer and address.
pub fn write_sources(sources: &[SourceState<'_>], now: u64, sink: &mut impl Sink) {
    for (family, value) in VALUES {
        write_family(family, sink);
        for source in sources {
            if let Some(value) = value(source, now) {
                write_sample(family, &[source.issuer, &source.url], value, sink);
            }
        }
    }
}

impl KeysState {
    fn age(self, now: u64) -> Option<u64> {
        let age = (i128::from(now) - i128::from(self.fetched_at?)) / SECOND;
        u64::try_from(age).ok()
    }

    fn overdue(self, now: u64) -> Option<u64> {
        let late = i128::from(now.saturating_sub(self.expires_at)) / SECOND;
        self.fetched_at.and(u64::try_from(late).ok())
    }
}

/// Nanoseconds in one second.
const SECOND: i128 = crate::time::NANOS_PER_SECOND;

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: KeysState = KeysState { fetched_at: Some(-5_000_000_000), expires_at: 3_000_000_000, dead_at: 9 };

    #[test]
    fn ages_count_from_before_the_clock_and_never_backwards() {
        assert_eq!(KEYS.age(2_999_999_999), Some(7));
        assert_eq!(KEYS.age(0), Some(5));
        assert_eq!(KeysState { fetched_at: Some(2_000_000_000), ..KEYS }.age(0), None);
        assert_eq!(KeysState { fetched_at: Some(i64::MIN), ..KEYS }.age(u64::MAX), Some(27_670_116_110));
    }

    #[test]
    fn overdue_is_zero_until_the_life_is_over() {
        for (now, seconds) in [(0, 0), (3_999_999_999, 0), (4_000_000_000, 1)] {
            assert_eq!(KEYS.overdue(now), Some(seconds));
        }
        assert_eq!(KeysState { fetched_at: None, ..KEYS }.overdue(u64::MAX), None);
        assert_eq!(KeysState { expires_at: u64::MAX, ..KEYS }.overdue(u64::MAX), Some(0));
    }

    #[test]
    fn a_source_that_nothing_asked_says_nothing_of_keys() {
        let source = SourceState { issuer: "i", url: "u".into(), fetches: 1, failures: 2, unknown_kids: 3, keys: None };
        let written = |source: SourceState<'_>| {
            let mut text = Vec::new();
            write_sources(&[source], 9, &mut text);
            String::from_utf8(text).unwrap()
        };
        let text = written(source.clone());
        for sample in ["fetches_total", "fetch_failures_total", "unknown_kids_total"] {
            assert!(text.contains(&format!("{sample}{{issuer")), "{text}");
        }
        assert!(!text.contains("countersign_key_set_usable{") && !text.contains("_seconds{"), "{text}");
        let dead = written(SourceState { keys: Some(KEYS), ..source });
        assert!(dead.contains("countersign_key_set_usable{issuer=\"i\",url=\"u\"} 0\n"), "{dead}");
    }
}
