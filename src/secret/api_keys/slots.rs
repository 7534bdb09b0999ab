//! Open addressing: the numbers of records, found by 64 bits of hash.
//!
//! A slot is 32 bits: the record's number plus one, and above it as many bits of the hash as there is room
//! for, so that a record is hardly ever looked at that is not the one. Half of the slots stay empty: a search
//! seldom goes beyond the first line of cache, found or not.

/// See the module. Records are numbered from 0 in the order in which they come.
pub(super) struct Slots {
    /// Twice as many as there is room for records; 0 is empty.
    words: Box<[u32]>,
    /// For how many records.
    room: u32,
    /// The bits of a slot that hold a number.
    numbers: u32,
}

impl Slots {
    /// The slots of records `0..count`, and no room for more.
    pub(super) fn of(count: u32, hash_of: impl Fn(u32) -> u64) -> Slots {
        Slots::with_room(count, count, hash_of)
    }

    fn with_room(room: u32, count: u32, hash_of: impl Fn(u32) -> u64) -> Slots {
        let room = room.max(1);
        let places = usize::try_from(room).unwrap_or(usize::MAX).saturating_mul(2);
        let numbers = u32::MAX.checked_shr(room.leading_zeros()).unwrap_or(u32::MAX);
        let mut slots = Slots { words: vec![0; places].into_boxed_slice(), room, numbers };
        for number in 0..count {
            slots.put(hash_of(number), number);
        }
        slots
    }

    /// The record with this hash of which `is_it` says so.
    #[inline]
    pub(super) fn find(&self, hash: u64, mut is_it: impl FnMut(u32) -> bool) -> Option<u32> {
        let tag = self.tag(hash);
        let (before, from) = self.words.split_at_checked(place_in(hash, self.words.len()))?;
        for slot in from.iter().chain(before) {
            let number = (slot & self.numbers).checked_sub(1)?;
            if slot & !self.numbers == tag && is_it(number) {
                return Some(number);
            }
        }
        None
    }

    /// The record in the first slot from the place of this hash on that is not empty.
    #[inline]
    pub(super) fn nearest(&self, hash: u64) -> Option<u32> {
        let (before, from) = self.words.split_at_checked(place_in(hash, self.words.len()))?;
        from.iter().chain(before).find_map(|slot| (slot & self.numbers).checked_sub(1))
    }

    /// Adds the record behind those that are there; `hash_of` is asked for all of them if the slots must grow.
    pub(super) fn add(&mut self, hash: u64, number: u32, hash_of: impl Fn(u32) -> u64) {
        if number >= self.room {
            *self = Slots::with_room(self.room.saturating_mul(2), number, hash_of);
        }
        self.put(hash, number);
    }

    pub(super) fn memory(&self) -> usize {
        size_of_val(&*self.words)
    }

    fn put(&mut self, hash: u64, number: u32) {
        let tag = self.tag(hash);
        let start = place_in(hash, self.words.len());
        let Some((before, from)) = self.words.split_at_mut_checked(start) else { return };
        if let Some(slot) = from.iter_mut().chain(before).find(|slot| **slot == 0) {
            *slot = tag | number.saturating_add(1);
        }
    }

    /// The lowest bits of the hash; the place comes from the highest.
    #[inline]
    fn tag(&self, hash: u64) -> u32 {
        let [a, b, c, d, ..] = hash.to_le_bytes();
        u32::from_le_bytes([a, b, c, d]).checked_shl(self.numbers.count_ones()).unwrap_or(0)
    }
}

/// One of `count` places, by the highest bits of `hash`; 0 for none.
#[inline]
fn place_in(hash: u64, count: usize) -> usize {
    let scaled = u64::try_from(count).map_or(0, |count| u128::from(hash) * u128::from(count));
    usize::try_from(scaled >> 64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_fits_beside_its_tag() {
        for room in [1, 2, 3, 4, 7, 8, 1000] {
            for hash in [0, u64::MAX] {
                let slots = Slots::of(room, |_| hash);
                for number in 0..room {
                    assert_eq!(slots.find(hash, |found| found == number), Some(number), "{room} {hash}");
                }
                assert_eq!(slots.find(hash, |_| false), None);
                // Another tag at the same place is not asked about.
                assert_eq!(slots.find(hash ^ 1, |_| true), None, "{room} {hash}");
            }
        }
    }

    #[test]
    fn growing_keeps_what_was_there() {
        let hash_of = |number: u32| u64::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut slots = Slots::of(0, hash_of);
        for number in 0..5000 {
            assert_eq!(slots.find(hash_of(number), |found| found == number), None);
            slots.add(hash_of(number), number, hash_of);
        }
        assert!((0..5000).all(|number| slots.find(hash_of(number), |found| found == number) == Some(number)));
        assert!(slots.memory() <= 8192 * 8);
        assert_eq!(Slots::of(5000, hash_of).memory(), 5000 * 8);
    }

    #[test]
    fn the_nearest_record_is_there_for_any_hash() {
        assert_eq!(Slots::of(0, |_| 0).nearest(7), None);
        // Four records in eight places: 0, 2, 4 and 6.
        let slots = Slots::of(4, |number| u64::from(number) << 62);
        let nearest = |place: u64| slots.nearest(place << 61);
        assert_eq!([0, 1, 2, 3, 4, 5, 6, 7].map(nearest), [0, 1, 1, 2, 2, 3, 3, 0].map(Some));
    }

    #[test]
    fn places_are_in_bounds() {
        assert_eq!((place_in(u64::MAX, 0), place_in(0, 7), place_in(u64::MAX, 7)), (0, 0, 6));
        assert_eq!(place_in(1 << 63, 10), 5);
    }
}
