//! The kinds of hash that are taken, what each costs, and which cost is worth a warning.

use core::fmt;

use crate::limits;

/// The pseudorandom function of PBKDF2 (RFC 8018 appendix B.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Prf {
    HmacSha256,
    HmacSha512,
}

/// An algorithm whose hashes are taken (REQ-BASIC-14).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HashKind {
    Bcrypt,
    Argon2id,
    Pbkdf2(Prf),
}

impl HashKind {
    /// How a hash of the kind is written.
    pub(super) const fn form(self) -> &'static str {
        match self {
            HashKind::Bcrypt => "$2b$COST$, then 22 characters of salt and 31 of hash",
            HashKind::Argon2id => "$argon2id$v=19$m=KIB,t=PASSES,p=LANES$SALT$HASH",
            HashKind::Pbkdf2(Prf::HmacSha256) => "$pbkdf2-sha256$i=ITERATIONS$SALT$HASH",
            HashKind::Pbkdf2(Prf::HmacSha512) => "$pbkdf2-sha512$i=ITERATIONS$SALT$HASH",
        }
    }
}

impl fmt::Display for HashKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            HashKind::Bcrypt => "bcrypt",
            HashKind::Argon2id => "argon2id",
            HashKind::Pbkdf2(Prf::HmacSha256) => "pbkdf2-sha256",
            HashKind::Pbkdf2(Prf::HmacSha512) => "pbkdf2-sha512",
        })
    }
}

/// What one verification costs: the algorithm with its parameters. Hashes of one cost take equally long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cost {
    /// The binary logarithm of the rounds.
    Bcrypt { cost: u32 },
    /// Memory in KiB, passes over it, lanes that it is divided into (RFC 9106 section 3.1).
    Argon2id { memory_kib: u32, passes: u32, lanes: u32 },
    /// Iterations of the function.
    Pbkdf2 { prf: Prf, iterations: u32 },
}

impl Cost {
    /// The algorithm.
    pub(crate) const fn kind(self) -> HashKind {
        match self {
            Cost::Bcrypt { .. } => HashKind::Bcrypt,
            Cost::Argon2id { .. } => HashKind::Argon2id,
            Cost::Pbkdf2 { prf, .. } => HashKind::Pbkdf2(prf),
        }
    }

    /// What is recommended instead, if this is less: a text for a warning. `None` if it is enough.
    pub(crate) fn recommended_instead(self) -> Option<String> {
        match self {
            Cost::Bcrypt { cost } if cost < limits::BCRYPT_COST_RECOMMENDED => {
                Some(format!("cost {} or more", limits::BCRYPT_COST_RECOMMENDED))
            }
            Cost::Argon2id { memory_kib, passes, .. }
                if memory_kib.saturating_mul(passes) < limits::ARGON2_WORK_RECOMMENDED =>
            {
                Some("m=19456,t=2 or more".to_owned())
            }
            Cost::Pbkdf2 { prf, iterations } if iterations < recommended_iterations(prf) => {
                Some(format!("{} iterations or more", recommended_iterations(prf)))
            }
            _ => None,
        }
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind();
        match self {
            Cost::Bcrypt { cost } => write!(out, "{kind}, cost {cost}"),
            Cost::Argon2id { memory_kib, passes, lanes } => write!(out, "{kind}, m={memory_kib},t={passes},p={lanes}"),
            Cost::Pbkdf2 { iterations, .. } => write!(out, "{kind}, {iterations} iterations"),
        }
    }
}

const fn recommended_iterations(prf: Prf) -> u32 {
    match prf {
        Prf::HmacSha256 => limits::PBKDF2_SHA256_ITERATIONS_RECOMMENDED,
        Prf::HmacSha512 => limits::PBKDF2_SHA512_ITERATIONS_RECOMMENDED,
    }
}
