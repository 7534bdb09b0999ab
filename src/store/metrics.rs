//! What a monitor asks of the sources.

use core::sync::atomic::Ordering::Relaxed;
use std::borrow::Cow;

use super::KeyStore;
use super::discovery::metadata_address;
use super::schedule::NEVER;
use super::slot::Slot;
use super::source::Address;
use super::writer::Life;
use crate::arena::Sink;
use crate::metrics::{KeysState, SourceState, write_sources};
use crate::time::Now;

impl KeyStore {
    /// Appends the metrics of every source that is fetched in Prometheus' text format: fetches, failures, age, whether
    /// its keys decide, and tokens of unknown keys. Sets that stand in the policy have nothing to watch.
    ///
    /// They name issuers and addresses, never a key. `now` is that of the checks.
    pub fn write_prometheus(&self, now: Now, sink: &mut impl Sink) {
        let sources: Vec<SourceState<'_>> = self.source_states().collect();
        write_sources(&sources, now.monotonic, sink);
    }

    /// Every source that is fetched as its metrics tell it, in the order of the policy: for hosts whose processes have
    /// a store each, and which write what all of them see with [`crate::metrics::write_sources`].
    pub fn source_states(&self) -> impl Iterator<Item = SourceState<'_>> {
        self.slots.iter().filter_map(Slot::state_for_metrics)
    }

    /// The source of the issuer in this place of [`KeyStore::issuers`] as its metrics tell it; `None` if it is not
    /// fetched, or there is none. Takes as long for the last as for the first.
    pub fn source_state(&self, place: usize) -> Option<SourceState<'_>> {
        self.slots.get(place).and_then(Slot::state_for_metrics)
    }

    /// The next place, `first` or behind it, whose [`KeyStore::source_state`] may be another one than when this
    /// function gave that place last; at first, every place is. For one taker, which copies what changed.
    pub fn next_changed(&self, first: usize) -> Option<usize> {
        self.changed.take(first)
    }
}

impl Slot {
    fn state_for_metrics(&self) -> Option<SourceState<'_>> {
        let writer = self.writer();
        let url = match (&self.address, &writer.location) {
            (Address::KeySet(url), _) => Cow::Borrowed(url.as_str()),
            (_, Some((url, _))) => Cow::Owned(url.clone()),
            (Address::Metadata(_), None) => Cow::Owned(metadata_address(&self.issuer, 0)),
            (Address::Nowhere, None) => return None,
        };
        let (fetched_at, expires_at) = match writer.copy.life {
            Life::Running { born, expires_at, .. } => {
                let clamped = born.clamp(i128::from(i64::MIN), i128::from(i64::MAX));
                (i64::try_from(clamped).ok(), expires_at)
            }
            Life::Lasting | Life::Unheard => (None, NEVER),
        };
        let present = self.present();
        let was_asked = present.is_loaded() || self.wanted().is_some() || writer.counts.tickets > 0;
        Some(SourceState {
            issuer: &self.issuer,
            url,
            fetches: writer.counts.tickets,
            // A body that is refused counts among them.
            failures: writer.counts.failures,
            unknown_kids: self.unknown_kids.load(Relaxed),
            keys: was_asked.then(|| KeysState { fetched_at, expires_at, dead_at: present.dead_at() }),
        })
    }
}
