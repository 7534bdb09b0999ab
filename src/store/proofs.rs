//! Remembered proofs: that a password was right, so that its slow hash is not run on every request.
//!
//! An entry is a keyed digest of user and password and nothing else. Only right passwords are kept, in a table of
//! fixed size without locks. A reader that meets a half-written entry sees a digest that fits no password.

use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::jose::{MacKey, constant_time_equal};

/// A keyed digest of the user and the password; the key is of the policy's hashes, so that it does not outlive them.
#[derive(Clone, Copy)]
pub(crate) struct Proof([u8; 32]);

impl Proof {
    /// Whether both are of one user and one password; takes the same time either way.
    pub(crate) fn is(&self, other: &Proof) -> bool {
        constant_time_equal(&self.0, &other.0)
    }

    fn words(&self) -> [u64; 4] {
        let (words, _) = self.0.as_chunks::<8>();
        let mut out = [0; 4];
        for (to, from) in out.iter_mut().zip(words) {
            *to = u64::from_le_bytes(*from);
        }
        out
    }
}

/// See the module.
pub(crate) struct Proofs {
    key: MacKey,
    buckets: Box<[Bucket]>,
}

/// Four places, each with the words of a digest; all zeros is empty.
type Bucket = [[AtomicU64; 4]; 4];

impl Proofs {
    /// Room for the passwords of so many users. `secret` is of the policy's hashes, `entropy` of the process.
    pub(super) fn new(users: usize, secret: &[u8; 32], entropy: &[u8]) -> Self {
        // All of it at once: memory that grows leaves a copy behind.
        let mut seed = Vec::with_capacity(secret.len() + entropy.len());
        seed.extend_from_slice(secret);
        seed.extend_from_slice(entropy);
        let buckets = users.clamp(16, MOST_BUCKETS).next_power_of_two();
        let key = MacKey::new(&seed);
        zeroize::Zeroize::zeroize(&mut seed);
        Proofs { key, buckets: (0..buckets).map(|_| Bucket::default()).collect() }
    }

    /// The digest of a password as a user's.
    pub(crate) fn proof(&self, user: &[u8], password: &[u8]) -> Proof {
        // The length in front keeps apart what the two share.
        let length = u64::try_from(user.len()).unwrap_or(u64::MAX).to_le_bytes();
        Proof(self.key.mac(&[b"proof", &length, user, password]))
    }

    /// Whether this password was right before.
    pub(crate) fn holds(&self, proof: &Proof) -> bool {
        let Some(bucket) = self.bucket(proof) else { return false };
        bucket.iter().fold(false, |found, place| found | proof.is(&read(place)))
    }

    /// Keeps that this password is right, perhaps in place of another one.
    pub(crate) fn keep(&self, proof: &Proof) {
        let words = proof.words();
        if let Some(bucket) = self.bucket(proof).filter(|_| !self.holds(proof)) {
            let empty = bucket.iter().position(|place| place.iter().all(|word| word.load(Relaxed) == 0));
            let [.., last] = words;
            let place = empty.unwrap_or(usize::from(last.to_le_bytes()[7] % 4));
            for (to, word) in bucket.get(place).into_iter().flatten().zip(words) {
                to.store(word, Relaxed);
            }
        }
    }

    fn bucket(&self, proof: &Proof) -> Option<&Bucket> {
        let [first, ..] = proof.words();
        let mask = u64::try_from(self.buckets.len()).ok()?.checked_sub(1)?;
        self.buckets.get(usize::try_from(first & mask).ok()?)
    }
}

fn read(place: &[AtomicU64; 4]) -> Proof {
    let mut digest = [0; 32];
    let (words, _) = digest.as_chunks_mut::<8>();
    for (to, word) in words.iter_mut().zip(place) {
        *to = word.load(Relaxed).to_le_bytes();
    }
    Proof(digest)
}

/// At 128 bytes each, 2 MB.
const MOST_BUCKETS: usize = 16_384;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_right_password_is_remembered_and_no_other() {
        let proofs = Proofs::new(1, &[1; 32], b"entropy");
        let right = proofs.proof(b"alice", b"secret");
        assert!(!proofs.holds(&right));
        proofs.keep(&right);
        assert!(proofs.holds(&right));
        for (user, password) in [("alice", "Secret"), ("bob", "secret"), ("alices", "ecret"), ("alic", "esecret")] {
            assert!(!proofs.holds(&proofs.proof(user.as_bytes(), password.as_bytes())), "{user} {password}");
        }
    }

    #[test]
    fn stores_of_other_processes_have_other_digests() {
        let (one, other) = (Proofs::new(1, &[1; 32], b"one"), Proofs::new(1, &[1; 32], b"other"));
        assert!(!one.proof(b"alice", b"secret").is(&other.proof(b"alice", b"secret")));
    }

    #[test]
    fn the_table_is_bounded_and_keeps_what_fits() {
        let proofs = Proofs::new(16, &[1; 32], b"entropy");
        let all: Vec<Proof> = (0..1000_u32).map(|n| proofs.proof(&n.to_le_bytes(), b"secret")).collect();
        for proof in &all {
            proofs.keep(proof);
        }
        let kept = all.iter().filter(|proof| proofs.holds(proof)).count();
        assert!((40..=64).contains(&kept), "{kept} of 64 places");
        assert!(proofs.holds(all.last().unwrap()), "the newest is there");
    }
}
