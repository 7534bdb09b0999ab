//! bcrypt: `$2a$`, `$2b$` and `$2y$`, which are one algorithm, a cost of two digits, and 53 characters.
//!
//! Its base64 has an alphabet of its own; stray bits behind salt or hash are refused, as crypt(3) never
//! writes them. bcrypt reads 72 bytes of a password; a longer one, which it would cut, is never right.

use base64ct::{Base64Bcrypt, Encoding as _};
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize as _, Zeroizing};

use super::cost::{Cost, HashKind};
use super::fault::{HashFault, Part};
use super::phc::parse_decimal;
use crate::limits;

/// A bcrypt hash.
pub(super) struct Bcrypt {
    cost: u32,
    salt: [u8; 16],
    hash: [u8; HASH_BYTES],
}

impl Bcrypt {
    /// Reads what stands behind `$2b$`.
    pub(super) fn parse(rest: &str) -> Result<Bcrypt, HashFault> {
        let malformed = || HashFault::Malformed(HashKind::Bcrypt);
        let (cost, both) = rest.split_once('$').filter(|(cost, _)| cost.len() == 2).ok_or_else(malformed)?;
        // `05` is how a cost is written, and the one number with a leading zero.
        let cost = parse_decimal(cost.strip_prefix('0').unwrap_or(cost)).ok_or_else(malformed)?;
        let (salt, hash) = both.split_at_checked(SALT_CHARACTERS).ok_or_else(malformed)?;
        let mut found = Bcrypt { cost: 0, salt: [0; 16], hash: [0; HASH_BYTES] };
        let salt_bytes = Base64Bcrypt::decode(salt, &mut found.salt).map_err(|_| malformed())?.len();
        let hash_bytes = Base64Bcrypt::decode(hash, &mut found.hash).map_err(|_| malformed())?.len();
        if salt_bytes != found.salt.len() || hash_bytes != HASH_BYTES {
            return Err(malformed());
        }
        found.cost = HashFault::check(HashKind::Bcrypt, Part::Cost, cost, &limits::BCRYPT_COST)?;
        Ok(found)
    }

    pub(super) const fn cost(&self) -> Cost {
        Cost::Bcrypt { cost: self.cost }
    }

    /// Computes also where the answer is no beforehand: the time must not tell which user has a bcrypt hash.
    pub(super) fn verify(&self, password: &[u8]) -> bool {
        let mut key = Zeroizing::new([0; limits::BCRYPT_PASSWORD_BYTES]);
        for (place, byte) in key.iter_mut().zip(password) {
            *place = *byte;
        }
        // A zero byte ends the password, if there is room for it.
        let len = limits::BCRYPT_PASSWORD_BYTES.min(password.len().saturating_add(1));
        let computed = Zeroizing::new(bcrypt::bcrypt(self.cost, self.salt, key.get(..len).unwrap_or(&*key)));
        let equal = computed.get(..HASH_BYTES).is_some_and(|computed| computed.ct_eq(&self.hash).into());
        equal && password.len() <= limits::BCRYPT_PASSWORD_BYTES
    }
}

impl Drop for Bcrypt {
    fn drop(&mut self) {
        self.salt.zeroize();
        self.hash.zeroize();
    }
}

/// The characters that 16 bytes take.
const SALT_CHARACTERS: usize = 22;
/// bcrypt computes 24 bytes; only 23 are written, since its first version.
const HASH_BYTES: usize = 23;

#[cfg(test)]
mod tests {
    use super::super::PasswordHash;
    use super::*;

    #[test]
    fn a_hash_has_one_spelling() {
        let tail = "YvDJ1quob1ZIUCe5m.sm/.MMBPLtVCVS7fWYoe5qNmbH9r/wAtIsi";
        assert!(Bcrypt::parse(&format!("10${tail}")).is_ok());
        for rest in [
            String::new(),
            format!("10{tail}"),
            format!("1${tail}"),
            format!("010${tail}"),
            format!("+10${tail}"),
            format!("1x${tail}"),
            format!("10${tail}x"),
            format!("10${tail} "),
            format!("10${tail}\n"),
            format!("10${tail}:remark"),
            format!("10${}", &tail[1..]),
            format!("10${}", &tail[..52]),
            format!("10$={}", &tail[1..]),
            format!("10$+{}", &tail[1..]),
            format!("10$\u{e4}{}", &tail[2..]),
            // Stray bits behind the salt (only . O e u are without) and behind the hash.
            "10$YvDJ1quob1ZIUCe5m.sm//MMBPLtVCVS7fWYoe5qNmbH9r/wAtIsi".to_owned(),
            "10$YvDJ1quob1ZIUCe5m.sm/.MMBPLtVCVS7fWYoe5qNmbH9r/wAtIsj".to_owned(),
        ] {
            assert_eq!(Bcrypt::parse(&rest).err(), Some(HashFault::Malformed(HashKind::Bcrypt)), "{rest}");
        }
    }

    #[test]
    fn bcrypt_takes_72_bytes_and_never_cuts() {
        // Python: bcrypt.hashpw(b"x" * 71, bcrypt.gensalt(10)) and the same with 72; bcrypt 5.0.0 refuses 73.
        let of_71 = PasswordHash::parse("$2b$10$xttCQckxo5AC87kQjPyckOwN2QRX.HdwfLR6DTdsPqoydnpUk971u").unwrap();
        let of_72 = PasswordHash::parse("$2b$10$OTK1MN8adahs1d.DQgm8fOBHvRYQH7mknKow8flAiqxtnbKcDvu.y").unwrap();
        let password = [b'x'; 1000];
        for (bytes, first, second) in
            [(70, false, false), (71, true, false), (72, false, true), (73, false, false), (1000, false, false)]
        {
            assert_eq!(of_71.verify(&password[..bytes]), Ok(first), "{bytes}");
            assert_eq!(of_72.verify(&password[..bytes]), Ok(second), "{bytes}");
        }
    }

    #[test]
    fn a_zero_byte_does_not_end_a_password() {
        // bcrypt repeats password and zero byte up to 72 bytes, so the first two are the same to it.
        let hash = PasswordHash::parse("$2a$10$k87L/MF28Q673VKh8/cPi.SUl7MU/rWuSiIDDFayrKk/1tBsSQu4u").unwrap();
        assert_eq!(hash.verify(b"a"), Ok(true));
        assert_eq!(hash.verify(b"a\0a"), Ok(false));
        assert_eq!(hash.verify(b"a\0"), Ok(false));
    }
}
