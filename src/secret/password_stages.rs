//! Stored passwords by themselves, for benches and fuzzers alone (feature `bench-internals`).

use super::htpasswd::read_htpasswd;
use super::password::PasswordHash;

/// A hash that was read.
pub struct Stored(PasswordHash);

/// Reads one; the error is the text of the fault.
pub fn parse(text: &str) -> Result<Stored, String> {
    PasswordHash::parse(text).map(Stored).map_err(|fault| fault.to_string())
}

impl Stored {
    /// Kind and cost, as a log would have them.
    pub fn described(&self) -> String {
        format!("{:?}", self.0)
    }

    /// Whether `password` was hashed; `None` without memory.
    #[inline(never)]
    pub fn verify(&self, password: &[u8]) -> Option<bool> {
        self.0.verify(password).ok()
    }
}

/// The names in an htpasswd file, each with its hash; the error is the line and the text of the fault.
pub fn read(text: &[u8]) -> Result<Vec<(String, Stored)>, (usize, String)> {
    let users = read_htpasswd(text).map_err(|fault| (fault.line, fault.to_string()))?;
    Ok(users.into_iter().map(|(name, hash)| (name, Stored(hash))).collect())
}
