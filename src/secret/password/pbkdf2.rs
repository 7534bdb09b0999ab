//! PBKDF2 with HMAC-SHA-256 or HMAC-SHA-512 (RFC 8018 section 5.2), in two spellings.
//!
//! - PHC: `$pbkdf2-sha256$i=600000$SALT$HASH`, or `i=600000,l=32` with the bytes of the hash, and base64.
//! - Passlib: `$pbkdf2-sha256$600000$SALT$HASH`, and base64 with `.` for `+`.
//!
//! `i=` tells them apart, so that each keeps to its own alphabet. Verifying allocates nothing.

use pbkdf2::pbkdf2_hmac;
use pbkdf2::sha2::{Sha256, Sha512};
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize as _, Zeroizing};

use super::cost::{Cost, HashKind, Prf};
use super::fault::{HashFault, Part};
use super::phc;
use crate::limits;

/// A PBKDF2 hash.
pub(super) struct Pbkdf2 {
    prf: Prf,
    iterations: u32,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl Pbkdf2 {
    /// Reads what stands behind `$pbkdf2-sha256$` or `$pbkdf2-sha512$`.
    pub(super) fn parse(prf: Prf, rest: &str) -> Result<Pbkdf2, HashFault> {
        let kind = HashKind::Pbkdf2(prf);
        let malformed = || HashFault::Malformed(kind);
        let [parameters, salt, hash] = phc::fields(rest).ok_or_else(malformed)?;
        let spelling = Spelling::read(parameters).ok_or_else(malformed)?;
        let iterations = HashFault::check(kind, Part::Iterations, spelling.iterations, &limits::PBKDF2_ITERATIONS)?;
        let allowed = *limits::STORED_HASH_BYTES.start()..=digest_bytes(prf);
        let (salt, hash) = if spelling.passlib {
            if salt.contains('+') || hash.contains('+') {
                return Err(malformed());
            }
            let [salt, hash] = [salt, hash].map(|text| Zeroizing::new(text.replace('.', "+")));
            phc::decode_both(kind, [&salt, &hash], allowed)?
        } else {
            phc::decode_both(kind, [salt, hash], allowed)?
        };
        if spelling.length.is_some_and(|length| u64::try_from(hash.len()) != Ok(length)) {
            return Err(malformed());
        }
        Ok(Pbkdf2 { prf, iterations, salt, hash })
    }

    pub(super) const fn cost(&self) -> Cost {
        Cost::Pbkdf2 { prf: self.prf, iterations: self.iterations }
    }

    pub(super) fn verify(&self, password: &[u8]) -> bool {
        let mut computed = Zeroizing::new([0; SHA512_BYTES]);
        let Some(computed) = computed.get_mut(..self.hash.len()) else { return false };
        match self.prf {
            Prf::HmacSha256 => pbkdf2_hmac::<Sha256>(password, &self.salt, self.iterations, computed),
            Prf::HmacSha512 => pbkdf2_hmac::<Sha512>(password, &self.salt, self.iterations, computed),
        }
        computed.ct_eq(&self.hash).into()
    }
}

impl Drop for Pbkdf2 {
    fn drop(&mut self) {
        self.salt.zeroize();
        self.hash.zeroize();
    }
}

/// The parameters, and whose alphabet follows them.
struct Spelling {
    passlib: bool,
    iterations: u64,
    length: Option<u64>,
}

impl Spelling {
    fn read(text: &str) -> Option<Spelling> {
        if let Some(iterations) = phc::parse_decimal(text) {
            return Some(Spelling { passlib: true, iterations, length: None });
        }
        if let Some([iterations]) = phc::parse_parameters(text, ["i"]) {
            return Some(Spelling { passlib: false, iterations, length: None });
        }
        let [iterations, length] = phc::parse_parameters(text, ["i", "l"])?;
        Some(Spelling { passlib: false, iterations, length: Some(length) })
    }
}

/// The length of the digest: what one block of PBKDF2 gives.
const fn digest_bytes(prf: Prf) -> usize {
    match prf {
        Prf::HmacSha256 => 32,
        Prf::HmacSha512 => SHA512_BYTES,
    }
}

const SHA512_BYTES: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    /// Salts of the published vectors are shorter than what is loaded.
    fn verify(prf: Prf, password: &str, salt: &str, iterations: u32, hex: &str) -> bool {
        let hash = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
        Pbkdf2 { prf, iterations, salt: salt.as_bytes().to_vec(), hash }.verify(password.as_bytes())
    }

    #[test]
    fn the_published_vectors_verify() {
        // RFC 7914 section 11.
        let once = "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc\
                    49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783";
        let often = "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56\
                     a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d";
        assert!(verify(Prf::HmacSha256, "passwd", "salt", 1, once));
        assert!(verify(Prf::HmacSha256, "Password", "NaCl", 80_000, often));
        assert!(!verify(Prf::HmacSha256, "Password", "NaCl", 79_999, often));
        assert!(!verify(Prf::HmacSha512, "passwd", "salt", 1, once));
        // The inputs of RFC 6070 with SHA-512, as `openssl kdf -kdfopt digest:SHA512 ... PBKDF2` computes them.
        let long = "d197b1b33db0143e018b12f3d1d1479e6cdebdcc97c5c0f87f6902e072f457b5\
                    143f30602641b3d55cd335988cb36b84376060ecd532e039b742a239434af2d5";
        assert!(verify(Prf::HmacSha512, "password", "salt", 4096, long));
    }

    #[test]
    fn each_form_has_one_spelling() {
        let (salt, hash) = ("c29tZXNhbHQ", "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc");
        let malformed = HashFault::Malformed(HashKind::Pbkdf2(Prf::HmacSha256));
        for parameters in ["600000", "i=600000", "i=600000,l=32"] {
            assert!(Pbkdf2::parse(Prf::HmacSha256, &format!("{parameters}${salt}${hash}")).is_ok(), "{parameters}");
        }
        for rest in [
            String::new(),
            format!("i=600000${salt}"),
            format!("i=600000${salt}${hash}$"),
            format!("i=600000,l=31${salt}${hash}"),
            format!("i=600000,l=032${salt}${hash}"),
            format!("l=32,i=600000${salt}${hash}"),
            format!("l=32${salt}${hash}"),
            format!("t=600000${salt}${hash}"),
            format!("0600000${salt}${hash}"),
            format!("v=1$i=600000${salt}${hash}"),
            format!("i=600000${salt}=${hash}"),
            // Each spelling with the other's alphabet.
            format!("600000$c29tZXNhb+Q${hash}"),
            format!("600000${salt}${}+{}", &hash[..9], &hash[10..]),
            format!("i=600000$c29tZXNhb.Q${hash}"),
            format!("i=600000${salt}${}.{}", &hash[..9], &hash[10..]),
        ] {
            assert_eq!(Pbkdf2::parse(Prf::HmacSha256, &rest).err(), Some(malformed.clone()), "{rest}");
        }
    }
}
