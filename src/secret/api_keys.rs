//! The keys of a policy as their SHA-256, found by the digest of the key that was presented (REQ-APIKEY-04).
//!
//! Made for millions: a key takes 36 bytes, its id, and twelve bytes for finding and naming it; what is alike
//! of many keys (scopes, environment, times) stands once. Immutable; looked up without locks and without the
//! heap. The place of a digest comes from its own bits, which nobody chooses without trying that many keys.
//!
//! A look-up compares with one stored digest in constant time, whether it finds one or not (REQ-APIKEY-05). The
//! dummy of a miss is the entry of a key that stands where the digest would: as with a hit, the processor learns
//! its number from the slot that it had to wait for, and then waits for an entry as cold in the caches.

mod builder;
mod slots;
mod terms;
mod texts;

use core::fmt;
use core::hint::black_box;

pub(crate) use builder::{AddFault, Builder, KeyEntry};

use crate::constant_time::constant_time_equal;
use slots::Slots;
use terms::Terms;
use texts::TextList;

/// See the module.
pub(crate) struct ApiKeys {
    entries: Box<[Entry]>,
    slots: Slots,
    /// One an entry, in their order.
    ids: TextList,
    terms: Box<[Terms]>,
    scopes: TextList,
    environments: TextList,
}

/// What every key has of its own.
struct Entry {
    digest: [u8; 32],
    /// Which of the terms.
    terms: u32,
}

/// A key that was found.
#[derive(Clone, Copy)]
pub(crate) struct ApiKey<'k> {
    keys: &'k ApiKeys,
    number: u32,
    terms: &'k Terms,
}

impl Default for ApiKeys {
    /// A table that knows no key.
    fn default() -> Self {
        Builder::new().finish()
    }
}

impl ApiKeys {
    /// The key with this SHA-256.
    #[inline]
    pub(crate) fn find(&self, digest: &[u8; 32]) -> Option<ApiKey<'_>> {
        let mut is_compared = false;
        let found = self.slots.find(hash_of(digest), |number| {
            is_compared = true;
            self.has_digest(number, digest)
        });
        if !is_compared {
            black_box(self.has_digest(self.dummy_for(digest), digest));
        }
        let number = found?;
        let terms = self.terms_of(number)?;
        Some(ApiKey { keys: self, number, terms })
    }

    /// How many keys there are.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Bytes of memory that the table holds.
    pub(crate) fn memory(&self) -> usize {
        let texts = [&self.ids, &self.scopes, &self.environments].map(TextList::memory);
        size_of::<Self>()
            + size_of_val(&*self.entries)
            + size_of_val(&*self.terms)
            + self.slots.memory()
            + texts.iter().sum::<usize>()
    }

    #[inline]
    fn has_digest(&self, number: u32, digest: &[u8; 32]) -> bool {
        let entry = usize::try_from(number).ok().and_then(|number| self.entries.get(number));
        // Nobody has the digest of the empty table's dummy, and if somebody had, nothing would be found.
        constant_time_equal(entry.map_or(&[0; 32], |entry| &entry.digest), digest)
    }

    /// The entry that a miss is compared with. Chosen by the digest alone it could be fetched while the slot is
    /// still on its way, which a hit's entry cannot.
    #[inline]
    fn dummy_for(&self, digest: &[u8; 32]) -> u32 {
        self.slots.nearest(hash_of(digest)).unwrap_or(0)
    }

    fn terms_of(&self, number: u32) -> Option<&Terms> {
        let entry = self.entries.get(usize::try_from(number).ok()?)?;
        self.terms.get(usize::try_from(entry.terms).ok()?)
    }
}

/// The bits of a digest that say where it stands.
#[inline]
fn hash_of(digest: &[u8; 32]) -> u64 {
    digest.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

impl<'k> ApiKey<'k> {
    /// The key's name in the policy: the subject of a request that presents it.
    pub(crate) fn id(&self) -> &'k str {
        self.keys.ids.text(self.number)
    }

    /// What the key permits, separated by spaces.
    pub(crate) fn scopes(&self) -> &'k str {
        self.keys.scopes.text(self.terms.scopes)
    }

    /// What it was made for, such as `prod`.
    pub(crate) fn environment(&self) -> Option<&'k str> {
        self.terms.environment().map(|number| self.keys.environments.text(number))
    }

    /// The second since 1970 from which on it is good; none where the entry had `i64::MIN`.
    pub(crate) fn not_before(&self) -> Option<i64> {
        self.terms.not_before()
    }

    /// The second since 1970 from which on it is not good any more; none where the entry had `i64::MAX`.
    pub(crate) fn expires(&self) -> Option<i64> {
        self.terms.expires()
    }

    /// Whether it was withdrawn.
    pub(crate) fn revoked(&self) -> bool {
        self.terms.revoked
    }
}

impl fmt::Debug for ApiKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ApiKeys").field("keys", &self.len()).field("bytes", &self.memory()).finish()
    }
}

impl fmt::Debug for ApiKey<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ApiKey")
            .field("id", &self.id())
            .field("revoked", &self.revoked())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
