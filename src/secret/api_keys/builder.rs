//! Filling the table: an id stands once, a digest stands once.
//!
//! Both are looked for while keys are added, in open addressing over what is stored anyway, with the whole id
//! or digest compared. What only serves the search for ids is freed at the end.

use core::fmt;

use super::slots::Slots;
use super::terms::{Terms, TermsList};
use super::texts::Texts;
use super::{ApiKeys, Entry, hash_of};
use crate::limits;

/// One key as the policy has it. Scopes and times were checked by the caller.
#[derive(Clone, Copy)]
pub(crate) struct KeyEntry<'e> {
    /// The key's name.
    pub(crate) id: &'e str,
    /// The SHA-256 of the whole key.
    pub(crate) sha256: [u8; 32],
    /// Separated by single spaces; empty for none.
    pub(crate) scopes: &'e str,
    /// What the key was made for.
    pub(crate) environment: Option<&'e str>,
    /// In seconds since 1970; the least number of all is the same as none.
    pub(crate) not_before: Option<i64>,
    /// In seconds since 1970; the greatest number of all is the same as none.
    pub(crate) expires: Option<i64>,
    /// Whether it was withdrawn.
    pub(crate) revoked: bool,
}

/// Why a key cannot be added. What was added before stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AddFault {
    /// A key of this id is there.
    IdRepeated,
    /// A key of this digest is there, under another id.
    DigestRepeated,
    /// More keys than [`limits::API_KEYS`], or more than 4 GiB of ids, scopes or environments.
    TooMany,
}

/// A table that is being filled.
pub(crate) struct Builder {
    entries: Vec<Entry>,
    slots: Slots,
    ids: Texts,
    terms: TermsList,
    scopes: Texts,
    environments: Texts,
    most: u32,
}

impl Builder {
    /// An empty table.
    pub(crate) fn new() -> Builder {
        Builder::with_most(limits::API_KEYS)
    }

    pub(super) fn with_most(most: u32) -> Builder {
        Builder {
            entries: Vec::new(),
            slots: Slots::of(0, |_| 0),
            ids: Texts::new(),
            terms: TermsList::new(),
            scopes: Texts::new(),
            environments: Texts::new(),
            most,
        }
    }

    /// Adds a key.
    ///
    /// # Errors
    /// [`AddFault`]; the table is then as it was.
    pub(crate) fn add(&mut self, key: KeyEntry<'_>) -> Result<(), AddFault> {
        if self.ids.find(key.id).is_some() {
            return Err(AddFault::IdRepeated);
        }
        let entries = &self.entries;
        let is_known = |number: u32| digest_at(entries, number).is_some_and(|digest| *digest == key.sha256);
        if self.slots.find(hash_of(&key.sha256), is_known).is_some() {
            return Err(AddFault::DigestRepeated);
        }
        let number = u32::try_from(entries.len()).ok().filter(|number| *number < self.most);
        let number = number.ok_or(AddFault::TooMany)?;
        let terms = self.intern(&key).ok_or(AddFault::TooMany)?;
        // The last step that can fail; an id's number is its key's.
        self.ids.add(key.id).ok_or(AddFault::TooMany)?;
        self.entries.push(Entry { digest: key.sha256, terms });
        let entries = &self.entries;
        self.slots.add(hash_of(&key.sha256), number, |number| digest_at(entries, number).map_or(0, hash_of));
        Ok(())
    }

    /// The table, in as little memory as it takes.
    pub(crate) fn finish(self) -> ApiKeys {
        // Freed one after the other before the last copy is made.
        drop(self.slots);
        let (ids, scopes, environments) = (self.ids.finish(), self.scopes.finish(), self.environments.finish());
        let (terms, entries) = (self.terms.finish(), self.entries.into_boxed_slice());
        let count = u32::try_from(entries.len()).unwrap_or(u32::MAX);
        let slots = Slots::of(count, |number| digest_at(&entries, number).map_or(0, hash_of));
        ApiKeys { entries, slots, ids, terms, scopes, environments }
    }

    fn intern(&mut self, key: &KeyEntry<'_>) -> Option<u32> {
        let scopes = self.scopes.intern(key.scopes)?;
        let environment = match key.environment {
            Some(environment) => Some(self.environments.intern(environment)?),
            None => None,
        };
        self.terms.intern(Terms::new([key.not_before, key.expires], scopes, environment, key.revoked))
    }
}

fn digest_at(entries: &[Entry], number: u32) -> Option<&[u8; 32]> {
    entries.get(usize::try_from(number).ok()?).map(|entry| &entry.digest)
}

impl fmt::Debug for Builder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Builder").field("keys", &self.entries.len()).finish_non_exhaustive()
    }
}

impl fmt::Display for AddFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            AddFault::IdRepeated => "a key of this id is there already",
            AddFault::DigestRepeated => "the same key is there already under another id",
            AddFault::TooMany => "there are too many keys",
        })
    }
}
