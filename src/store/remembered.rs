//! Verdicts of signatures, remembered: which keys were tried for a token, what its payload read as, and where
//! the registered claims stand in it.
//!
//! Found by the SHA-256 of the whole token, so that no other token ever meets an entry. An entry says
//! nothing about times, scopes, profiles, revocation or binding: those are judged anew each time. It is good
//! as long as the keys that would be tried now are those of then. Bounded; a bucket that another thread holds
//! is a miss, so that nobody waits; a hit copies into the caller's memory and allocates nothing.

use std::sync::Mutex;

use crate::claims::{Places, Registered};
use crate::json::Node;
use crate::limits;

/// The numbers of the keys tried, in order, the one that held last; 0 for none.
pub(crate) type Tried = [u64; limits::KEYS_TRIED];

/// A digest of a whole token.
pub(crate) type Digest = [u8; 32];

/// See the module.
pub(crate) struct Remembered {
    buckets: Box<[Mutex<Bucket>]>,
    ways: usize,
}

/// A few entries, the longest unused of which gives way.
#[derive(Default)]
struct Bucket {
    entries: Vec<Entry>,
    uses: u64,
}

struct Entry {
    digest: Digest,
    used: u64,
    known: Known,
    tape: Vec<Node>,
}

/// What is known of a token, beside the tape of its payload.
#[derive(Default)]
pub(crate) struct Known {
    pub(crate) tried: Tried,
    /// Where the registered claims stand on the tape.
    pub(crate) places: Places,
    /// Text, so that it is not looked at again for UTF-8.
    pub(crate) payload: String,
}

impl Remembered {
    /// Room for at most `entries`; `None` for none.
    pub(super) fn new(entries: usize) -> Option<Self> {
        let ways = entries.min(WAYS);
        let buckets = entries.checked_div(ways)?;
        Some(Remembered { buckets: (0..buckets).map(|_| Mutex::default()).collect(), ways })
    }

    /// Copies what is known of the token into `known` and to the front of `tape`, which grow if they have to;
    /// `None` if nothing is.
    #[inline]
    pub(crate) fn recall(&self, digest: &Digest, known: &mut Known, tape: &mut Vec<Node>) -> Option<()> {
        let mut bucket = self.bucket(digest)?.try_lock().ok()?;
        bucket.uses += 1;
        let uses = bucket.uses;
        let entry = bucket.entries.iter_mut().find(|entry| entry.digest == *digest)?;
        entry.used = uses;
        copy(&entry.tape, tape);
        known.tried = entry.known.tried;
        known.places = entry.known.places;
        known.payload.clear();
        known.payload.push_str(&entry.known.payload);
        Some(())
    }

    /// Keeps what was found of an allowed token. A payload over the bounds is not kept.
    pub(crate) fn remember(&self, digest: &Digest, tried: Tried, claims: &Registered<'_>) {
        let (payload, tape) = (claims.root().source(), claims.root().nodes());
        if payload.len() > limits::REMEMBERED_BYTES || tape.len() > limits::REMEMBERED_NODES || tried.starts_with(&[0])
        {
            return;
        }
        let Some(mut bucket) = self.bucket(digest).and_then(|bucket| bucket.try_lock().ok()) else { return };
        bucket.uses += 1;
        let uses = bucket.uses;
        let Some(entry) = bucket.place_for(digest, self.ways) else { return };
        entry.digest = *digest;
        entry.used = uses;
        entry.known.tried = tried;
        entry.known.places = claims.places();
        entry.known.payload.clear();
        entry.known.payload.push_str(payload);
        entry.tape.clear();
        entry.tape.extend_from_slice(tape);
    }

    fn bucket(&self, digest: &Digest) -> Option<&Mutex<Bucket>> {
        let (first, _) = digest.split_first_chunk::<8>()?;
        // As far into the buckets as the digest is into all digests: no division.
        let place = (u128::from(u64::from_le_bytes(*first)) * u128::try_from(self.buckets.len()).ok()?) >> 64;
        self.buckets.get(usize::try_from(place).ok()?)
    }
}

impl Bucket {
    /// The token's own entry, a new one while there is room, else the longest unused.
    fn place_for(&mut self, digest: &Digest, ways: usize) -> Option<&mut Entry> {
        if self.entries.len() < ways && !self.entries.iter().any(|entry| entry.digest == *digest) {
            self.entries.push(Entry { digest: *digest, used: 0, known: Known::default(), tape: Vec::new() });
            return self.entries.last_mut();
        }
        self.entries.iter_mut().min_by_key(|entry| (entry.digest != *digest, entry.used))
    }
}

#[inline]
fn copy<T: Copy + Default>(from: &[T], to: &mut Vec<T>) {
    if to.len() < from.len() {
        to.resize(from.len(), T::default());
    }
    if let Some(front) = to.get_mut(..from.len()) {
        front.copy_from_slice(from);
    }
}

const WAYS: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Document, Duplicates};

    fn digest(number: u8) -> Digest {
        [number; 32]
    }

    fn remember(verdicts: &Remembered, number: u8, tried: Tried, payload: &str) {
        let document = Document::parse(payload.as_bytes(), Duplicates::Refuse).unwrap();
        verdicts.remember(&digest(number), tried, &Registered::read(document.root()).unwrap());
    }

    #[test]
    fn entries_are_bounded_and_the_longest_unused_gives_way() {
        assert!(Remembered::new(0).is_none());
        for (entries, buckets, ways) in [(1, 1, 1), (3, 1, 3), (4, 1, 4), (7, 1, 4), (8, 2, 4), (1001, 250, 4)] {
            let verdicts = Remembered::new(entries).unwrap();
            assert_eq!((verdicts.buckets.len(), verdicts.ways), (buckets, ways), "{entries}");
        }
        let verdicts = Remembered::new(4).unwrap();
        let (mut known, mut tape) = (Known::default(), Vec::new());
        let mut recall = |number| verdicts.recall(&digest(number), &mut known, &mut tape).is_some();
        for number in 0..4 {
            remember(&verdicts, number, [1, 0, 0, 0], r#"{"sub":"a"}"#);
        }
        assert!((0..4).all(&mut recall) && recall(0));
        remember(&verdicts, 4, [1, 0, 0, 0], "{}");
        assert!(recall(0) && !recall(1) && recall(2) && recall(3) && recall(4));
    }

    #[test]
    fn a_hit_copies_and_what_is_too_large_is_not_kept() {
        let verdicts = Remembered::new(100).unwrap();
        let mut known = Known { payload: "of another token, and a longer one".to_owned(), ..Known::default() };
        let mut tape = Vec::new();
        remember(&verdicts, 1, [7, 8, 0, 0], r#"{"a":1,"sub":"b"}"#);
        assert!(verdicts.recall(&digest(1), &mut known, &mut tape).is_some());
        assert_eq!((known.tried, known.payload.as_str(), tape.len()), ([7, 8, 0, 0], r#"{"a":1,"sub":"b"}"#, 5));
        assert_eq!(known.places, [0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0], "sub behind its name, no other claim");
        // As much text and as many values as are kept, and one more.
        let text = |bytes| format!(r#"{{"a":"{}"}}"#, "b".repeat(bytes - 8));
        let values = |nodes| format!(r#"{{"a":[0{}]}}"#, ",0".repeat(nodes - 4));
        remember(&verdicts, 2, [7, 0, 0, 0], &text(limits::REMEMBERED_BYTES));
        remember(&verdicts, 30, [7, 0, 0, 0], &values(limits::REMEMBERED_NODES));
        assert!([2, 30].into_iter().all(|number| verdicts.recall(&digest(number), &mut known, &mut tape).is_some()));
        assert_eq!(tape.len(), limits::REMEMBERED_NODES);
        remember(&verdicts, 4, [7, 0, 0, 0], &text(limits::REMEMBERED_BYTES + 1));
        remember(&verdicts, 5, [7, 0, 0, 0], &values(limits::REMEMBERED_NODES + 1));
        remember(&verdicts, 6, [0; 4], "{}");
        assert!((4..7).all(|number| verdicts.recall(&digest(number), &mut known, &mut tape).is_none()));
    }

    #[test]
    fn a_bucket_that_is_held_is_a_miss() {
        let verdicts = Remembered::new(4).unwrap();
        remember(&verdicts, 1, [1, 0, 0, 0], "{}");
        let held = verdicts.buckets[0].lock().unwrap();
        let (mut known, mut tape) = (Known::default(), Vec::new());
        assert!(verdicts.recall(&digest(1), &mut known, &mut tape).is_none());
        remember(&verdicts, 2, [1, 0, 0, 0], "{}");
        drop(held);
        assert!(verdicts.recall(&digest(1), &mut known, &mut tape).is_some());
        assert!(verdicts.recall(&digest(2), &mut known, &mut tape).is_none());
    }

    #[test]
    fn digests_are_spread_over_all_buckets() {
        let verdicts = Remembered::new(28).unwrap();
        let place = |digest: Digest| {
            let bucket: *const _ = verdicts.bucket(&digest).unwrap();
            verdicts.buckets.iter().position(|other| core::ptr::eq(other, bucket)).unwrap()
        };
        let places: Vec<_> = (0..=255).map(|number| place(digest(number))).collect();
        assert!(places.is_sorted(), "the digest as a fraction of all");
        for bucket in 0..7 {
            let count = places.iter().filter(|place| **place == bucket).count();
            assert!((36..=37).contains(&count), "{bucket}: {count}");
        }
    }
}
