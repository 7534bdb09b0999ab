//! What holds of a key beside its digest and its id. Keys with the same terms share one row.

use core::hash::{BuildHasher as _, BuildHasherDefault};
use std::collections::hash_map::DefaultHasher;

use super::slots::Slots;

/// A row: 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Terms {
    /// `i64::MIN` for none, which is the same as no bound.
    not_before: i64,
    /// `i64::MAX` for none.
    expires: i64,
    /// The number of the text.
    pub(super) scopes: u32,
    /// The number of the text, or [`NONE`].
    environment: u32,
    pub(super) revoked: bool,
}

/// The rows while they grow.
pub(super) struct TermsList {
    rows: Vec<Terms>,
    slots: Slots,
}

impl Terms {
    pub(super) fn new(times: [Option<i64>; 2], scopes: u32, environment: Option<u32>, revoked: bool) -> Terms {
        let [not_before, expires] = times;
        Terms {
            not_before: not_before.unwrap_or(i64::MIN),
            expires: expires.unwrap_or(i64::MAX),
            scopes,
            environment: environment.unwrap_or(NONE),
            revoked,
        }
    }

    pub(super) fn not_before(&self) -> Option<i64> {
        Some(self.not_before).filter(|seconds| *seconds != i64::MIN)
    }

    pub(super) fn expires(&self) -> Option<i64> {
        Some(self.expires).filter(|seconds| *seconds != i64::MAX)
    }

    pub(super) fn environment(&self) -> Option<u32> {
        Some(self.environment).filter(|number| *number != NONE)
    }

    fn hash(&self) -> u64 {
        BuildHasherDefault::<DefaultHasher>::default().hash_one(self)
    }
}

impl TermsList {
    pub(super) fn new() -> TermsList {
        TermsList { rows: Vec::new(), slots: Slots::of(0, |_| 0) }
    }

    /// The number of the row, which is added if need be; `None` if there are too many.
    pub(super) fn intern(&mut self, terms: Terms) -> Option<u32> {
        let row = |number: u32| usize::try_from(number).ok().and_then(|number| self.rows.get(number));
        if let Some(number) = self.slots.find(terms.hash(), |number| row(number) == Some(&terms)) {
            return Some(number);
        }
        let number = u32::try_from(self.rows.len()).ok()?;
        self.rows.push(terms);
        let rows = &self.rows;
        let hash_of =
            |number: u32| usize::try_from(number).ok().and_then(|number| rows.get(number)).map_or(0, Terms::hash);
        self.slots.add(terms.hash(), number, hash_of);
        Some(number)
    }

    /// The rows alone.
    pub(super) fn finish(self) -> Box<[Terms]> {
        self.rows.into_boxed_slice()
    }
}

/// No text has this number: a policy has fewer keys.
const NONE: u32 = u32::MAX;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_rows_stand_once_and_all_of_them_come_back() {
        let mut list = TermsList::new();
        let times = [None, Some(-1), Some(0), Some(i64::MAX - 1)];
        let mut rows = Vec::new();
        for not_before in times {
            for expires in times {
                for (environment, revoked) in [(None, false), (Some(0), false), (Some(0), true), (Some(9), false)] {
                    rows.push(Terms::new([not_before, expires], 3, environment, revoked));
                    let terms = rows.last().unwrap();
                    assert_eq!((terms.not_before(), terms.expires()), (not_before, expires));
                    assert_eq!((terms.environment(), terms.revoked), (environment, revoked));
                }
            }
        }
        for _ in 0..2 {
            assert!((0..).zip(&rows).all(|(number, row)| list.intern(*row) == Some(number)));
        }
        assert_eq!((list.finish().len(), size_of::<Terms>()), (rows.len(), 32));
    }
}
