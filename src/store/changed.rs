//! Which sources changed since somebody asked, so that a host that copies their state looks at those alone.
//!
//! A mark stands behind the change that it tells of: who takes the mark and then looks sees the change, or a later one.

use core::sync::atomic::AtomicU64;
use core::sync::atomic::Ordering::{AcqRel, Relaxed, Release};

/// One mark a source.
pub(super) struct Changed {
    words: Vec<AtomicU64>,
    count: usize,
}

const BITS: usize = 64;

impl Changed {
    /// Marks of `count` sources, all set: nobody has looked at any.
    pub(super) fn new(count: usize) -> Self {
        Changed { words: (0..count.div_ceil(BITS)).map(|_| AtomicU64::new(u64::MAX)).collect(), count }
    }

    /// Allocates and locks nothing: checks come here.
    pub(super) fn mark(&self, place: usize) {
        if let Some(word) = self.words.get(place / BITS) {
            word.fetch_or(1 << (place % BITS), Release);
        }
    }

    /// Takes the first mark at `first` or behind it.
    pub(super) fn take(&self, first: usize) -> Option<usize> {
        let mut from = first % BITS;
        for (at, word) in self.words.iter().enumerate().skip(first / BITS) {
            let set = word.load(Relaxed) & (u64::MAX << from);
            from = 0;
            if set != 0 {
                let place = at * BITS + usize::try_from(set.trailing_zeros()).ok()?;
                word.fetch_and(!(1 << (place % BITS)), AcqRel);
                return Some(place).filter(|&place| place < self.count);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(changed: &Changed) -> Vec<usize> {
        let mut places = Vec::new();
        while let Some(place) = changed.take(places.last().map_or(0, |last| last + 1)) {
            places.push(place);
        }
        places
    }

    #[test]
    fn every_mark_is_taken_once_and_in_order() {
        for count in [0, 1, 63, 64, 65, 200] {
            let changed = Changed::new(count);
            assert_eq!(taken(&changed), (0..count).collect::<Vec<_>>());
            assert!(taken(&changed).is_empty());
        }
        let changed = Changed::new(200);
        taken(&changed);
        for place in [199, 0, 64, 63, 64, 200, 1000] {
            changed.mark(place);
        }
        assert_eq!(changed.take(64), Some(64));
        assert_eq!(taken(&changed), [0, 63, 199]);
        assert_eq!(changed.take(usize::MAX), None);
    }
}
