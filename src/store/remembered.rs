//! Verdicts of signatures, remembered: which keys were tried for a token, and what its payload read as.
//!
//! Found by the SHA-256 of the whole token, so that no other token ever meets an entry. An entry says
//! nothing about times, scopes, profiles, revocation or binding: those are judged anew each time. It is good
//! as long as the keys that would be tried now are those of then. Bounded; a bucket that another thread holds
//! is a miss, so that nobody waits; a hit copies into the caller's memory and allocates nothing.

use std::sync::Mutex;

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
    tried: Tried,
    used: u64,
    payload: Vec<u8>,
    tape: Vec<Node>,
}

/// What an entry tells; payload and tape were copied out.
pub(crate) struct Recalled {
    pub(crate) tried: Tried,
    pub(crate) payload: usize,
}

impl Remembered {
    /// Room for at most `entries`; `None` for none.
    pub(super) fn new(entries: usize) -> Option<Self> {
        let ways = entries.min(WAYS);
        let buckets = entries.checked_div(ways)?;
        Some(Remembered { buckets: (0..buckets).map(|_| Mutex::default()).collect(), ways })
    }

    /// Copies what is known of the token to the front of `bytes` and `tape`, which grow if they have to.
    #[inline]
    pub(crate) fn recall(&self, digest: &Digest, bytes: &mut Vec<u8>, tape: &mut Vec<Node>) -> Option<Recalled> {
        let mut bucket = self.bucket(digest)?.try_lock().ok()?;
        bucket.uses += 1;
        let uses = bucket.uses;
        let entry = bucket.entries.iter_mut().find(|entry| entry.digest == *digest)?;
        entry.used = uses;
        copy(&entry.payload, bytes);
        copy(&entry.tape, tape);
        Some(Recalled { tried: entry.tried, payload: entry.payload.len() })
    }

    /// Keeps what was found of an allowed token. A payload over the bounds is not kept.
    pub(crate) fn remember(&self, digest: &Digest, tried: Tried, payload: &[u8], tape: &[Node]) {
        if payload.len() > limits::REMEMBERED_BYTES || tape.len() > limits::REMEMBERED_NODES || tried.starts_with(&[0])
        {
            return;
        }
        let Some(mut bucket) = self.bucket(digest).and_then(|bucket| bucket.try_lock().ok()) else { return };
        bucket.uses += 1;
        let uses = bucket.uses;
        let Some(entry) = bucket.place_for(digest, self.ways) else { return };
        entry.digest = *digest;
        entry.tried = tried;
        entry.used = uses;
        entry.payload.clear();
        entry.payload.extend_from_slice(payload);
        entry.tape.clear();
        entry.tape.extend_from_slice(tape);
    }

    fn bucket(&self, digest: &Digest) -> Option<&Mutex<Bucket>> {
        let (first, _) = digest.split_first_chunk::<8>()?;
        let count = u64::try_from(self.buckets.len()).ok()?;
        let place = u64::from_le_bytes(*first).checked_rem(count)?;
        self.buckets.get(usize::try_from(place).ok()?)
    }
}

impl Bucket {
    /// The token's own entry, a new one while there is room, else the longest unused.
    fn place_for(&mut self, digest: &Digest, ways: usize) -> Option<&mut Entry> {
        if self.entries.len() < ways && !self.entries.iter().any(|entry| entry.digest == *digest) {
            self.entries.push(Entry {
                digest: *digest,
                tried: Tried::default(),
                used: 0,
                payload: Vec::new(),
                tape: Vec::new(),
            });
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

    fn digest(number: u8) -> Digest {
        [number; 32]
    }

    #[test]
    fn entries_are_bounded_and_the_longest_unused_gives_way() {
        assert!(Remembered::new(0).is_none());
        for (entries, buckets, ways) in [(1, 1, 1), (3, 1, 3), (4, 1, 4), (7, 1, 4), (8, 2, 4), (1001, 250, 4)] {
            let verdicts = Remembered::new(entries).unwrap();
            assert_eq!((verdicts.buckets.len(), verdicts.ways), (buckets, ways), "{entries}");
        }
        let verdicts = Remembered::new(4).unwrap();
        let (mut bytes, mut tape) = (Vec::new(), Vec::new());
        let mut recall = |number| verdicts.recall(&digest(number), &mut bytes, &mut tape).is_some();
        for number in 0..4 {
            verdicts.remember(&digest(number), [1, 0, 0, 0], &[number; 9], &[Node::default(); 3]);
        }
        assert!((0..4).all(&mut recall) && recall(0));
        verdicts.remember(&digest(4), [1, 0, 0, 0], b"", &[]);
        assert!(recall(0) && !recall(1) && recall(2) && recall(3) && recall(4));
    }

    #[test]
    fn a_hit_copies_and_what_is_too_large_is_not_kept() {
        let verdicts = Remembered::new(10).unwrap();
        let (mut bytes, mut tape) = (vec![9; 5], Vec::new());
        verdicts.remember(&digest(1), [7, 8, 0, 0], b"abc", &[Node::default(); 2]);
        let recalled = verdicts.recall(&digest(1), &mut bytes, &mut tape).unwrap();
        assert_eq!(
            (recalled.tried, recalled.payload, &bytes[..], tape.len()),
            ([7, 8, 0, 0], 3, &b"abc\x09\x09"[..], 2)
        );
        verdicts.remember(&digest(2), [7, 0, 0, 0], &vec![0; limits::REMEMBERED_BYTES + 1], &[]);
        verdicts.remember(&digest(3), [7, 0, 0, 0], b"", &vec![Node::default(); limits::REMEMBERED_NODES + 1]);
        verdicts.remember(&digest(4), [0; 4], b"", &[]);
        assert!((2..5).all(|number| verdicts.recall(&digest(number), &mut bytes, &mut tape).is_none()));
    }

    #[test]
    fn a_bucket_that_is_held_is_a_miss() {
        let verdicts = Remembered::new(4).unwrap();
        verdicts.remember(&digest(1), [1, 0, 0, 0], b"", &[]);
        let held = verdicts.buckets[0].lock().unwrap();
        let (mut bytes, mut tape) = (Vec::new(), Vec::new());
        assert!(verdicts.recall(&digest(1), &mut bytes, &mut tape).is_none());
        verdicts.remember(&digest(2), [1, 0, 0, 0], b"", &[]);
        drop(held);
        assert!(verdicts.recall(&digest(1), &mut bytes, &mut tape).is_some());
        assert!(verdicts.recall(&digest(2), &mut bytes, &mut tape).is_none());
    }
}
