//! The users of a policy: name, stored hash, scopes (REQ-BASIC-08).
//!
//! Immutable. An unknown name is answered in the time of a user's: [`Users::verify_dummy`] does all that a
//! check of some record does and can have no good end. Which record is the caller's choice by a keyed
//! number of the name, so that one name always takes as long. Looking up allocates nothing.

use core::fmt;
use std::collections::HashMap;

use super::password::{NoMemory, PasswordHash};

/// One user.
pub(crate) struct User {
    hash: PasswordHash,
    scopes: String,
}

impl User {
    /// The hash of the password.
    pub(crate) const fn hash(&self) -> &PasswordHash {
        &self.hash
    }

    /// The scopes, separated by single spaces; empty if there are none.
    pub(crate) fn scopes(&self) -> &str {
        &self.scopes
    }
}

/// All of them, found by name. `Debug` shows how many there are.
pub(crate) struct Users {
    records: Vec<User>,
    by_name: HashMap<Box<[u8]>, usize>,
}

/// A name stands in the list twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UserRepeated {
    /// The place of the second one, counted from 0.
    pub(crate) index: usize,
}

impl Users {
    /// Takes names, hashes and scopes; indices are places in the list. An empty list is allowed: it knows nobody.
    ///
    /// # Errors
    /// A name stands there twice.
    pub(crate) fn new(list: Vec<(String, PasswordHash, String)>) -> Result<Users, UserRepeated> {
        let mut users = Users { records: Vec::with_capacity(list.len()), by_name: HashMap::with_capacity(list.len()) };
        for (index, (name, hash, scopes)) in list.into_iter().enumerate() {
            if users.by_name.insert(name.into_bytes().into(), index).is_some() {
                return Err(UserRepeated { index });
            }
            users.records.push(User { hash, scopes });
        }
        Ok(users)
    }

    /// The index of the user with exactly this name.
    pub(crate) fn find(&self, name: &[u8]) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The user at an index of [`Users::find`].
    pub(crate) fn get(&self, index: usize) -> Option<&User> {
        self.records.get(index)
    }

    /// The record whose cost an unknown name takes; `None` if there are no users at all.
    ///
    /// `seed` is a hash of the name under a key that strangers do not know: without the key a caller could
    /// compute which time each unknown name takes, and tell the known ones by theirs.
    pub(crate) fn dummy_for(&self, seed: u64) -> Option<usize> {
        let count = u64::try_from(self.records.len()).ok()?;
        usize::try_from(seed.checked_rem(count)?).ok()
    }

    /// Does what verifying against the record at `index` does, and has no answer: nobody is let in by it, not
    /// even with that user's password.
    ///
    /// # Errors
    /// Memory is lacking, as with the user's own check.
    pub(crate) fn verify_dummy(&self, index: usize, password: &[u8]) -> Result<(), NoMemory> {
        if let Some(user) = self.get(index) {
            core::hint::black_box(user.hash.verify(password)?);
        }
        Ok(())
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }
}

impl fmt::Debug for Users {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Users({})", self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::super::password::tests::{CHEAP_BCRYPT, CHEAP_PASSWORD, CHEAP_PBKDF2};
    use super::*;

    fn users(names: &[&str]) -> Users {
        let hashes = [CHEAP_BCRYPT, CHEAP_PBKDF2].into_iter().cycle();
        let record = |(name, hash): (&&str, &str)| {
            ((*name).to_owned(), PasswordHash::parse(hash).unwrap(), format!("read {name}"))
        };
        Users::new(names.iter().zip(hashes).map(record).collect()).unwrap()
    }

    #[test]
    fn a_user_is_found_by_the_exact_name_alone() {
        let users = users(&["alice", "bob", "zo\u{eb}"]);
        assert_eq!(users.len(), 3);
        assert_eq!(users.find("zo\u{eb}".as_bytes()), Some(2));
        assert_eq!(users.get(1).unwrap().scopes(), "read bob");
        assert_eq!(users.get(0).unwrap().hash().verify(CHEAP_PASSWORD), Ok(true));
        for name in ["", "Alice", "alice ", "alic", "zoe", "zoe\u{308}"] {
            assert_eq!(users.find(name.as_bytes()), None, "{name:?}");
        }
        assert_eq!(users.find(b"zo\xEB"), None);
        assert!(users.get(3).is_none());
    }

    #[test]
    fn a_name_that_stands_twice_is_refused() {
        let hash = || PasswordHash::parse(CHEAP_BCRYPT).unwrap();
        let list = [("a", 0), ("b", 1), ("a", 2)].map(|(name, _)| (name.to_owned(), hash(), String::new()));
        assert_eq!(Users::new(list.into()).unwrap_err(), UserRepeated { index: 2 });
    }

    #[test]
    fn an_unknown_name_has_one_dummy_and_no_user_is_spared() {
        // REQ-BASIC-08.
        let users = users(&["alice", "bob", "carol"]);
        let mut met = [0; 3];
        for seed in (0..3000).chain(u64::MAX - 3000..=u64::MAX) {
            let index = users.dummy_for(seed).unwrap();
            assert_eq!(users.dummy_for(seed), Some(index));
            met[index] += 1;
        }
        assert!(met.iter().all(|times| *times >= 1999), "{met:?}");
    }

    #[test]
    fn a_dummy_lets_nobody_in() {
        // REQ-BASIC-08: the answer is the same for the record's own password; there is no other.
        let users = users(&["alice"]);
        let index = users.find(b"alice").unwrap();
        assert_eq!(users.get(index).unwrap().hash().verify(CHEAP_PASSWORD), Ok(true));
        assert_eq!(users.verify_dummy(index, CHEAP_PASSWORD), Ok(()));
        assert_eq!(users.verify_dummy(7, b"wrong"), Ok(()));
    }

    #[test]
    fn without_users_nobody_is_found_and_nothing_is_the_dummy() {
        let users = users(&[]);
        assert_eq!((users.find(b""), users.find(b"alice"), users.dummy_for(7)), (None, None, None));
    }

    #[test]
    fn debug_shows_how_many_there_are() {
        assert_eq!(format!("{:?}", users(&["alice", "bob"])), "Users(2)");
    }
}
