//! Why a stored hash was refused when it was loaded: what was found, and what is allowed.
//!
//! A fault holds names and numbers of parameters, nothing of salt, hash or a password in clear text.

use core::fmt;
use core::ops::RangeInclusive;

use super::cost::HashKind;
use crate::limits;

/// What is wrong with the text of a hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HashFault {
    /// Longer than any hash is.
    TooLong { bytes: usize },
    /// No hash of a kind that is taken; the name says what it is, so far as its beginning shows that.
    Refused(&'static str),
    /// Of a kind that is taken, but not written as such a hash is.
    Malformed(HashKind),
    /// Too weak to protect anything, or too expensive to be asked for by a stranger.
    OutOfBounds { kind: HashKind, part: Part, found: u64, allowed: RangeInclusive<u64> },
}

/// The part of a hash that is out of its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// bcrypt's cost.
    Cost,
    /// argon2id's memory, `m`, in KiB.
    Memory,
    /// argon2id's passes, `t`.
    Passes,
    /// argon2id's lanes, `p`.
    Lanes,
    /// The iterations of PBKDF2.
    Iterations,
    /// The salt, in bytes.
    Salt,
    /// The hash, in bytes.
    Hash,
}

impl HashFault {
    /// Holds `found` to `allowed`.
    pub(super) fn check<N>(
        kind: HashKind,
        part: Part,
        found: N,
        allowed: &RangeInclusive<u32>,
    ) -> Result<u32, HashFault>
    where
        N: TryInto<u64>,
    {
        let found = found.try_into().unwrap_or(u64::MAX);
        let bounds = u64::from(*allowed.start())..=u64::from(*allowed.end());
        match u32::try_from(found) {
            Ok(number) if allowed.contains(&number) => Ok(number),
            _ => Err(HashFault::OutOfBounds { kind, part, found, allowed: bounds }),
        }
    }
}

impl fmt::Display for HashFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HashFault::TooLong { bytes } => {
                write!(out, "found {bytes} bytes; allowed: a hash of at most {}", limits::PASSWORD_HASH_BYTES)
            }
            HashFault::Refused(name) => write!(out, "found {name}; allowed: bcrypt, argon2id or PBKDF2; {MAKE}"),
            HashFault::Malformed(kind) => {
                write!(out, "found {kind} that is not well-formed; allowed: {}; {MAKE}", kind.form())
            }
            HashFault::OutOfBounds { kind, part, found, allowed } => {
                let (least, most) = (allowed.start(), allowed.end());
                write!(out, "found {kind} with {}; allowed: {least} to {most}; {MAKE}", part.with(*found))
            }
        }
    }
}

impl Part {
    fn with(self, found: u64) -> String {
        match self {
            Part::Cost => format!("cost {found}"),
            Part::Memory => format!("m={found} KiB of memory"),
            Part::Passes => format!("t={found} passes"),
            Part::Lanes => format!("p={found} lanes"),
            Part::Iterations => format!("{found} iterations"),
            Part::Salt => format!("a salt of {found} bytes"),
            Part::Hash => format!("a hash of {found} bytes"),
        }
    }
}

/// The command that comes with Apache and nginx packages.
const MAKE: &str = "`htpasswd -nB -C 12 USER` makes a good one";
