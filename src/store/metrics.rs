//! What a monitor asks of the sources, in Prometheus' text format.

use core::sync::atomic::Ordering::Relaxed;

use super::KeyStore;
use super::schedule::SECOND;
use super::slot::Slot;
use super::source::Address;
use super::writer::Life;
use crate::arena::Sink;
use crate::metrics::{
    Family, KEY_FETCH_FAILURES, KEY_FETCHES, KEY_SET_AGE, KEY_SET_OVERDUE, KEY_SET_USABLE, UNKNOWN_KIDS, write_family,
    write_sample,
};
use crate::time::Now;

/// One source at one moment.
struct Seen<'a> {
    issuer: &'a str,
    url: String,
    fetches: u64,
    failures: u64,
    age: Option<u64>,
    overdue: Option<u64>,
    is_usable: bool,
    unknown_kids: u64,
}

/// What a family says of a source, if it says anything.
type Value = fn(&Seen<'_>) -> Option<u64>;

impl KeyStore {
    /// Appends the metrics of every source that is fetched: fetches, failures, age, whether its keys decide, and tokens
    /// of unknown keys. Sets that stand in the policy have nothing to watch.
    ///
    /// They name issuers and addresses, never a key. `now` is that of the checks.
    pub fn write_prometheus(&self, now: Now, sink: &mut impl Sink) {
        let seen: Vec<Seen<'_>> = self.slots.iter().filter_map(|slot| slot.seen(now.monotonic)).collect();
        let values: [(Family, Value); 6] = [
            (KEY_FETCHES, |seen| Some(seen.fetches)),
            (KEY_FETCH_FAILURES, |seen| Some(seen.failures)),
            (KEY_SET_AGE, |seen| seen.age),
            (KEY_SET_OVERDUE, |seen| seen.overdue),
            (KEY_SET_USABLE, |seen| Some(u64::from(seen.is_usable))),
            (UNKNOWN_KIDS, |seen| Some(seen.unknown_kids)),
        ];
        for (family, value) in values {
            write_family(family, sink);
            for seen in &seen {
                if let Some(value) = value(seen) {
                    write_sample(family, &[seen.issuer, &seen.url], value, sink);
                }
            }
        }
    }
}

impl Slot {
    fn seen(&self, now: u64) -> Option<Seen<'_>> {
        let writer = self.writer();
        let url = match (&self.address, &writer.location) {
            (Address::KeySet(url), _) | (_, Some((url, _))) => url.clone(),
            _ if matches!(writer.copy.life, Life::Lasting) => return None,
            _ => String::new(),
        };
        let (age, overdue) = match writer.copy.life {
            Life::Running { born, expires_at, .. } => {
                let age = i128::from(now).saturating_sub(born) / i128::from(SECOND);
                (u64::try_from(age).ok(), Some(now.saturating_sub(expires_at) / SECOND))
            }
            Life::Lasting | Life::Unheard => (None, None),
        };
        Some(Seen {
            issuer: &self.issuer,
            url,
            fetches: writer.counts.tickets,
            // A body that is refused counts among them.
            failures: writer.counts.failures,
            age,
            overdue,
            is_usable: self.present().keys(Some(now)).is_some(),
            unknown_kids: self.unknown_kids.load(Relaxed),
        })
    }
}
