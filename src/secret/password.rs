//! One stored password hash: bcrypt, argon2id or PBKDF2 (RFC 9106, RFC 8018; REQ-BASIC-09, REQ-BASIC-14).
//!
//! A text that was parsed is a hash that can be verified: form and cost are judged when it is loaded, so
//! that no stranger's request meets a hash that is worthless, or one that takes minutes. The form says
//! which algorithm it is; anything else is refused by name. Loading allocates. Verifying is slow by
//! design; argon2id allocates the memory that its hash asks for, the others nothing.

mod argon2id;
mod bcrypt;
mod cost;
mod fault;
mod pbkdf2;
mod phc;
mod refused;
#[cfg(test)]
pub(super) mod tests;

use core::fmt;

#[cfg(test)]
pub(crate) use cost::HashKind;
pub(crate) use cost::{Cost, Prf};
pub(crate) use fault::HashFault;

use crate::limits;

/// A stored hash, ready to verify passwords. Overwritten when it is dropped; `Debug` shows kind and cost.
pub(crate) struct PasswordHash(Form);

enum Form {
    Bcrypt(bcrypt::Bcrypt),
    Argon2id(argon2id::Argon2id),
    Pbkdf2(pbkdf2::Pbkdf2),
}

/// The memory that an argon2id hash asks for was not to be had: nothing was found out about the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoMemory;

impl PasswordHash {
    /// Reads `text`, all of it: no white space around it, nothing behind it.
    ///
    /// # Errors
    /// What is wrong with it, in words that hold nothing of the text itself but its parameters.
    pub(crate) fn parse(text: &str) -> Result<PasswordHash, HashFault> {
        if text.len() > limits::PASSWORD_HASH_BYTES {
            return Err(HashFault::TooLong { bytes: text.len() });
        }
        let form = match text.split_at_checked(4) {
            Some(("$2a$" | "$2b$" | "$2y$", rest)) => Form::Bcrypt(bcrypt::Bcrypt::parse(rest)?),
            _ => match name_and_rest(text) {
                Some(("argon2id", rest)) => Form::Argon2id(argon2id::Argon2id::parse(rest)?),
                Some(("pbkdf2-sha256", rest)) => Form::Pbkdf2(pbkdf2::Pbkdf2::parse(Prf::HmacSha256, rest)?),
                Some(("pbkdf2-sha512", rest)) => Form::Pbkdf2(pbkdf2::Pbkdf2::parse(Prf::HmacSha512, rest)?),
                _ => return Err(HashFault::Refused(refused::name(text))),
            },
        };
        Ok(PasswordHash(form))
    }

    /// Whether `password` is the one that was hashed. Slow; takes as long for a wrong one as for the right one.
    ///
    /// Never panics. A password with a zero byte is never right: bcrypt ends at it, and HMAC fills a key up
    /// with zeros, so that both take two passwords for one. Nor is one that bcrypt would cut.
    ///
    /// # Errors
    /// Memory is lacking; a host's outage is no wrong password.
    pub(crate) fn verify(&self, password: &[u8]) -> Result<bool, NoMemory> {
        let equal = match &self.0 {
            Form::Bcrypt(hash) => hash.verify(password),
            Form::Argon2id(hash) => hash.verify(password)?,
            Form::Pbkdf2(hash) => hash.verify(password),
        };
        Ok(equal && !password.contains(&0))
    }

    /// What verifying costs.
    pub(crate) const fn cost(&self) -> Cost {
        match &self.0 {
            Form::Bcrypt(hash) => hash.cost(),
            Form::Argon2id(hash) => hash.cost(),
            Form::Pbkdf2(hash) => hash.cost(),
        }
    }

    /// Which algorithm it is.
    #[cfg(test)]
    pub(crate) const fn kind(&self) -> HashKind {
        self.cost().kind()
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "PasswordHash({})", self.cost())
    }
}

/// The identifier between the first two dollars, and what stands behind the second.
fn name_and_rest(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix('$')?.split_once('$')
}
