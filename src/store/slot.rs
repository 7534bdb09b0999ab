//! One source as readers see it: the present set, and a mark that a token needs another one.
//!
//! Readers load and mark atomics; they take no lock and allocate nothing. They free nothing either: the
//! writer keeps every set that was replaced until no reader holds it.

use core::sync::atomic::Ordering::{Acquire, Relaxed, SeqCst};
use core::sync::atomic::{AtomicBool, AtomicU8, AtomicU64};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::{ArcSwapOption, Guard};

use super::schedule::{Jitter, NEVER, SECOND};
use super::source::{Address, KeySource, Timing};
use super::ticket::FetchReason;
use super::writer::Writer;
use crate::jose::KeySet;

/// One source. Atomics are ordered so that a reader's mark is never lost: see [`Slot::want`] and [`Slot::arm`].
pub(super) struct Slot {
    pub(super) issuer: String,
    pub(super) address: Address,
    pub(super) timing: Timing,
    pub(super) present: ArcSwapOption<LoadedSet>,
    /// When the host should ask for a ticket; [`NEVER`] for not at all.
    pub(super) due: AtomicU64,
    /// No attempt starts before; 0 until there was one.
    pub(super) gate: AtomicU64,
    /// Counts the sets that were put in place.
    pub(super) generation: AtomicU64,
    /// Whether an attempt is under way.
    pub(super) fetching: AtomicBool,
    /// Tokens that named a key which the set did not have.
    pub(super) unknown_kids: AtomicU64,
    /// Why a token needs another set: 0 for no need, else see [`Why`].
    wanted: AtomicU8,
    writer: Mutex<Writer>,
}

/// A set in place. Never changed: another lifetime is another `LoadedSet`.
pub(super) struct LoadedSet {
    pub(super) keys: Arc<KeySet>,
    pub(super) generation: u64,
    /// When it is too old to use.
    pub(super) dead_at: u64,
    /// Whether it stands in for one that was never fetched.
    pub(super) provisional: bool,
}

/// Why a token needs another set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    FirstUse,
    Prefetch,
    Expired,
    UnknownKid,
}

/// What waiting for another set promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Prospect {
    /// Whether another set has come, or may come soon: a fetch is under way or may start now.
    pub(crate) helps: bool,
    /// Whole seconds until the next attempt; `None` if there was none yet or the time is not known.
    pub(crate) retry_after: Option<u64>,
}

/// The set of one source, held while a request is judged.
pub(crate) struct Present(Guard<Option<Arc<LoadedSet>>>);

impl Present {
    /// The keys, unless they are too old at `now` to be used.
    #[inline]
    pub(crate) fn keys(&self, now: Option<u64>) -> Option<&Arc<KeySet>> {
        let loaded = (*self.0).as_ref()?;
        now.is_none_or(|now| now < loaded.dead_at).then_some(&loaded.keys)
    }

    /// Whether the set stands in for one that was never fetched.
    #[inline]
    pub(crate) fn is_provisional(&self) -> bool {
        (*self.0).as_ref().is_some_and(|loaded| loaded.provisional)
    }

    /// Which set of its source this is; 0 for none.
    pub(crate) fn generation(&self) -> u64 {
        (*self.0).as_ref().map_or(0, |loaded| loaded.generation)
    }

    /// When the keys become too old to be used; 0 if there are none.
    pub(super) fn dead_at(&self) -> u64 {
        (*self.0).as_ref().map_or(0, |loaded| loaded.dead_at)
    }

    pub(crate) fn is_loaded(&self) -> bool {
        self.0.is_some()
    }
}

impl Slot {
    pub(super) fn new(source: KeySource, jitter: Jitter) -> Self {
        let KeySource { issuer, keys, address, timing } = source;
        let is_fetched = !matches!(address, Address::Nowhere);
        let prefetch = is_fetched && timing.prefetch;
        let generation = u64::from(keys.is_some());
        // What stands in the policy is as good as the policy, so it never grows too old.
        let present =
            keys.map(|keys| Arc::new(LoadedSet { keys, generation, dead_at: NEVER, provisional: is_fetched }));
        Slot {
            issuer,
            address,
            timing,
            present: ArcSwapOption::new(present),
            due: AtomicU64::new(if prefetch { 0 } else { NEVER }),
            gate: AtomicU64::new(0),
            generation: AtomicU64::new(generation),
            fetching: AtomicBool::new(false),
            unknown_kids: AtomicU64::new(0),
            wanted: AtomicU8::new(if prefetch { Why::Prefetch.mark() } else { 0 }),
            writer: Mutex::new(Writer::new(jitter)),
        }
    }

    #[inline]
    pub(super) fn present(&self) -> Present {
        Present(self.present.load())
    }

    /// The writer's state. A panic elsewhere leaves it whole enough: every change of it ends in [`Slot::arm`].
    pub(super) fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Marks that another set is needed; gives the moment when it is due if this call is the one that marked.
    pub(super) fn want(&self, why: Why, now: Option<u64>) -> Option<u64> {
        if matches!(self.address, Address::Nowhere) || self.wanted.load(Relaxed) != 0 {
            return None;
        }
        self.wanted.compare_exchange(0, why.mark(), SeqCst, Relaxed).ok()?;
        let due = self.gate.load(SeqCst).max(now.unwrap_or(0));
        // Behind the mark: whoever clears the mark sets `due` in front of looking at it.
        self.due.fetch_min(due, SeqCst);
        Some(due)
    }

    pub(super) fn prospect(&self, judged_by: u64, now: Option<u64>) -> Prospect {
        let is_newer = self.generation.load(Acquire) > judged_by;
        if matches!(self.address, Address::Nowhere) {
            return Prospect { helps: false, retry_after: None };
        }
        let gate = self.gate.load(Acquire);
        let left = now.map_or(0, |now| gate.saturating_sub(now));
        let helps = left == 0 || is_newer || self.fetching.load(Acquire);
        let is_known = gate != 0 && now.is_some();
        Prospect { helps, retry_after: is_known.then(|| left.div_ceil(SECOND).max(1)) }
    }

    /// Why a token needs another set, if one does.
    pub(super) fn wanted(&self) -> Option<Why> {
        Why::of_mark(self.wanted.load(SeqCst))
    }

    /// Forgets the need: a set has come, and who still finds no key in it says so anew.
    pub(super) fn forget_want(&self) {
        self.wanted.store(0, SeqCst);
    }

    /// Sets when the host should ask next; every change of the writer's state ends with it.
    pub(super) fn arm(&self, writer: &Writer) {
        let gate = self.gate.load(SeqCst);
        self.fetching.store(writer.is_attempting(), SeqCst);
        self.due.store(writer.due(gate), SeqCst);
        if !writer.is_attempting() && self.wanted().is_some() {
            self.due.fetch_min(gate, SeqCst);
        }
    }

    /// Puts `loaded` in place. Sets that no reader holds any more are freed here, by the writer.
    pub(super) fn put(&self, writer: &mut Writer, loaded: LoadedSet) {
        // The swap turns every reader's claim on the old set into a count, so that from here on
        // a count of one means that nobody else has it.
        writer.retired.extend(self.present.swap(Some(Arc::new(loaded))));
        writer.retired.retain(|retired| Arc::strong_count(retired) > 1);
    }
}

impl Why {
    const fn mark(self) -> u8 {
        match self {
            Why::FirstUse => 1,
            Why::Prefetch => 2,
            Why::Expired => 3,
            Why::UnknownKid => 4,
        }
    }

    fn of_mark(mark: u8) -> Option<Why> {
        [Why::FirstUse, Why::Prefetch, Why::Expired, Why::UnknownKid].into_iter().find(|why| why.mark() == mark)
    }

    pub(super) const fn reason(self) -> FetchReason {
        match self {
            Why::FirstUse => FetchReason::FirstUse,
            Why::Prefetch => FetchReason::Prefetch,
            Why::Expired => FetchReason::Expired,
            Why::UnknownKid => FetchReason::UnknownKid,
        }
    }
}
