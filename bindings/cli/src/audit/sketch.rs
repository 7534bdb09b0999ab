//! How many different clients were seen, in a fixed memory: the smallest hashes tell (k minimum values).

/// The smallest hashes seen, each once, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Sketch(Vec<u64>);

impl Sketch {
    /// Takes the hash of one client.
    pub(super) fn add(&mut self, hash: u64) {
        let Err(at) = self.0.binary_search(&hash) else { return };
        if at < KEPT {
            self.0.insert(at, hash);
            self.0.truncate(KEPT);
        }
    }

    /// How many there were: exact below 64, beyond that within about a tenth.
    pub(super) fn count(&self) -> u64 {
        match self.0.last() {
            Some(greatest) if self.0.len() == KEPT => {
                u64::try_from(u128::from(u64::MAX) * (KEPT_U128 - 1) / u128::from(*greatest).max(1)).unwrap_or(u64::MAX)
            }
            _ => u64::try_from(self.0.len()).unwrap_or(u64::MAX),
        }
    }

    /// Whether [`Sketch::count`] is an estimate.
    pub(super) fn is_estimate(&self) -> bool {
        self.0.len() == KEPT
    }
}

const KEPT: usize = 64;
const KEPT_U128: u128 = 64;

#[cfg(test)]
mod tests {
    use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

    use super::*;

    #[test]
    fn few_are_counted_and_many_are_estimated() {
        let hasher = BuildHasherDefault::<DefaultHasher>::default();
        let count = |clients: u64| {
            let mut sketch = Sketch::default();
            (0..3 * clients).for_each(|client| sketch.add(hasher.hash_one(client % clients)));
            sketch.count()
        };
        assert_eq!((count(1), count(63)), (1, 63));
        assert!((7_000..13_000).contains(&count(10_000)), "{}", count(10_000));
    }
}
