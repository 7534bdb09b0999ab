//! argon2id, version 1.3, in PHC string form (RFC 9106).
//!
//! `$argon2id$v=19$m=65536,t=3,p=4$SALT$HASH`: parameters in that order, none left out, none besides. A
//! verification allocates `m` KiB, bounded when the hash is loaded, and overwrites them.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize as _, Zeroizing};

use super::NoMemory;
use super::cost::{Cost, HashKind};
use super::fault::{HashFault, Part};
use super::phc;
use crate::limits;

/// An argon2id hash.
pub(super) struct Argon2id {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    params: Params,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl Argon2id {
    /// Reads what stands behind `$argon2id$`.
    pub(super) fn parse(rest: &str) -> Result<Argon2id, HashFault> {
        let malformed = || HashFault::Malformed(KIND);
        if rest.starts_with("v=16$") || rest.starts_with("m=") {
            // Without a version the PHC form means the first one.
            return Err(HashFault::Refused("argon2id of version 1.0, not 1.3 (v=19)"));
        }
        let [version, parameters, salt, hash] = phc::fields(rest).ok_or_else(malformed)?;
        if version != "v=19" {
            return Err(malformed());
        }
        let [memory, passes, lanes] = phc::parse_parameters(parameters, ["m", "t", "p"]).ok_or_else(malformed)?;
        let memory_kib = HashFault::check(KIND, Part::Memory, memory, &limits::ARGON2_MEMORY_KIB)?;
        let passes = HashFault::check(KIND, Part::Passes, passes, &limits::ARGON2_PASSES)?;
        let lanes = HashFault::check(KIND, Part::Lanes, lanes, &limits::ARGON2_LANES)?;
        let (salt, hash) = phc::decode_both(KIND, [salt, hash], limits::STORED_HASH_BYTES)?;
        let params = Params::new(memory_kib, passes, lanes, Some(hash.len())).map_err(|_| malformed())?;
        Ok(Argon2id { memory_kib, passes, lanes, params, salt, hash })
    }

    pub(super) const fn cost(&self) -> Cost {
        Cost::Argon2id { memory_kib: self.memory_kib, passes: self.passes, lanes: self.lanes }
    }

    pub(super) fn verify(&self, password: &[u8]) -> Result<bool, NoMemory> {
        let mut blocks = Blocks(Vec::new());
        let count = self.params.block_count();
        blocks.0.try_reserve_exact(count).map_err(|_| NoMemory)?;
        blocks.0.resize(count, Block::new());
        let mut computed = Zeroizing::new([0; HASH_BYTES_MAX]);
        let Some(computed) = computed.get_mut(..self.hash.len()) else { return Ok(false) };
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, self.params.clone());
        // Refuses lengths alone, and those were judged; a password of 4 GiB is no password.
        let done = argon2.hash_password_into_with_memory(password, &self.salt, computed, &mut *blocks.0);
        Ok(done.is_ok() && computed.ct_eq(&self.hash).into())
    }
}

impl Drop for Argon2id {
    fn drop(&mut self) {
        self.salt.zeroize();
        self.hash.zeroize();
    }
}

/// The memory of one verification: with its last blocks a guess is checked at the price of a plain hash.
struct Blocks(Vec<Block>);

impl Drop for Blocks {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(zeroize::Zeroize::zeroize);
    }
}

const KIND: HashKind = HashKind::Argon2id;
const HASH_BYTES_MAX: usize = *limits::STORED_HASH_BYTES.end();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_has_one_spelling() {
        let (salt, hash) = ("c29tZXNhbHQ", "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc");
        assert!(Argon2id::parse(&format!("v=19$m=19456,t=2,p=1${salt}${hash}")).is_ok());
        for rest in [
            String::new(),
            "v=19".to_owned(),
            format!("v=19$m=19456,t=2,p=1${salt}"),
            format!("v=19$m=19456,t=2,p=1${salt}${hash}$"),
            format!("v=19$m=19456,t=2,p=1${salt}$${hash}"),
            format!("v=19,m=19456,t=2,p=1${salt}${hash}"),
            format!("v=20$m=19456,t=2,p=1${salt}${hash}"),
            format!("v=019$m=19456,t=2,p=1${salt}${hash}"),
            format!("$m=19456,t=2,p=1${salt}${hash}"),
            format!("v=19$t=2,m=19456,p=1${salt}${hash}"),
            format!("v=19$m=19456,t=2${salt}${hash}"),
            format!("v=19$m=19456,t=2,p=1,keyid=YQ${salt}${hash}"),
            format!("v=19$m=19456,t=2,p=1,data=YQ${salt}${hash}"),
            format!("v=19$m=019456,t=2,p=1${salt}${hash}"),
            format!("v=19$m=+19456,t=2,p=1${salt}${hash}"),
            format!("v=19$m= 19456,t=2,p=1${salt}${hash}"),
            format!("v=19$m=,t=2,p=1${salt}${hash}"),
            format!("v=19$m=00000019456,t=2,p=1${salt}${hash}"),
            format!("v=19$m=19456,t=2,p=1${salt}=${hash}"),
            format!("v=19$m=19456,t=2,p=1${salt}${hash}="),
            format!("v=19$m=19456,t=2,p=1${salt}${hash} "),
            format!("v=19$m=19456,t=2,p=1$c29tZXNhbHR${hash}"),
            format!("v=19$m=19456,t=2,p=1$c29tZXNhb.Q${hash}"),
            format!("v=19$m=19456,t=2,p=1$c29tZXNhb-Q${hash}"),
            format!("v=19$m=19456,t=2,p=1${salt}${hash}AA"),
        ] {
            assert_eq!(Argon2id::parse(&rest).err(), Some(HashFault::Malformed(KIND)), "{rest}");
        }
    }
}
