//! The table of API keys by itself, for benches alone (feature `bench-internals`).

use super::api_keys::{ApiKeys, Builder, KeyEntry};

/// A table that is being filled.
pub struct Filling(Builder);

/// A table.
pub struct Table(ApiKeys);

impl Filling {
    /// An empty one.
    #[expect(clippy::new_without_default, reason = "for one bench")]
    pub fn new() -> Filling {
        Filling(Builder::new())
    }

    /// Adds a key; `None` if it cannot be.
    pub fn add(&mut self, id: &str, sha256: [u8; 32], scopes: &str, expires: Option<i64>) -> Option<()> {
        let environment = Some("prod");
        self.0.add(KeyEntry { id, sha256, scopes, environment, not_before: None, expires, revoked: false }).ok()
    }

    /// The table.
    pub fn finish(self) -> Table {
        Table(self.0.finish())
    }
}

impl Table {
    /// Whether a key has this digest.
    #[inline(never)]
    pub fn finds(&self, digest: &[u8; 32]) -> bool {
        self.0.find(digest).is_some()
    }

    /// Bytes of the key's id and scopes, which are read.
    #[inline(never)]
    pub fn reads(&self, digest: &[u8; 32]) -> Option<usize> {
        let key = self.0.find(digest)?;
        key.expires().is_none_or(|expires| expires > 0).then(|| key.id().len() + key.scopes().len())
    }

    /// Bytes of memory.
    pub fn memory(&self) -> usize {
        self.0.memory()
    }
}
