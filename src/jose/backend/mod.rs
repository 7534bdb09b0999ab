//! The one place that knows which cryptography library computes (ring, or aws-lc-rs if both are there).
//!
//! What holds for both stands here: fixed lengths of signatures (RFC 7518 sections 3.2 to 3.5,
//! RFC 8037 section 3.1), so that an empty, short, long or DER-encoded one is refused before any
//! computation. Preparing a key allocates; verifying allocates nothing of ours.

use super::algorithm::{Algorithm, KeyType};

mod alike;
#[cfg(feature = "aws-lc-rs")]
mod aws_lc;
#[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
mod ring;

#[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
use ::ring as library;
#[cfg(feature = "aws-lc-rs")]
use aws_lc as chosen;
#[cfg(feature = "aws-lc-rs")]
use aws_lc_rs as library;
#[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
use ring as chosen;

/// The curves of RFC 7518 section 6.2.1.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Curve {
    P256,
    P384,
    P521,
}

impl Curve {
    pub(super) const fn field_bytes(self) -> usize {
        match self {
            Curve::P256 => 32,
            Curve::P384 => 48,
            Curve::P521 => 66,
        }
    }

    /// The one algorithm of the curve (REQ-JWK-11).
    pub(super) const fn algorithm(self) -> Algorithm {
        match self {
            Curve::P256 => Algorithm::Es256,
            Curve::P384 => Algorithm::Es384,
            Curve::P521 => Algorithm::Es512,
        }
    }
}

/// A key in the form that both libraries take. Numbers are big-endian without leading zeros.
pub(super) enum KeyMaterial<'a> {
    Rsa {
        n: &'a [u8],
        e: &'a [u8],
    },
    /// An uncompressed point: the byte 4, then x and y in the full width of the field.
    Ec {
        curve: Curve,
        point: &'a [u8],
    },
    Ed25519(&'a [u8]),
    Secret(&'a [u8]),
}

/// A key made ready for one algorithm. It has no `Debug`: it may hold a secret.
pub(super) struct PreparedKey {
    key: chosen::Prepared,
    signature_bytes: usize,
}

impl PreparedKey {
    /// Makes `material` ready for `algorithm`; `None` if the two do not fit or the library refuses the key.
    pub(super) fn new(algorithm: Algorithm, material: &KeyMaterial<'_>) -> Option<PreparedKey> {
        let signature_bytes = signature_bytes(algorithm, material)?;
        Some(PreparedKey { key: chosen::Prepared::new(algorithm, material)?, signature_bytes })
    }

    /// Whether `signature` is the key's over `signing_input`. An empty one never is (REQ-JWS-09).
    #[inline]
    pub(super) fn verify(&self, signing_input: &[u8], signature: &[u8]) -> bool {
        signature.len() == self.signature_bytes && self.key.verify(signing_input, signature)
    }
}

/// The only length a signature may have; `None` where algorithm and key do not fit (REQ-JWS-20 to -23).
fn signature_bytes(algorithm: Algorithm, material: &KeyMaterial<'_>) -> Option<usize> {
    match material {
        KeyMaterial::Rsa { n, .. } => (algorithm.key_type() == KeyType::Rsa).then_some(n.len()),
        KeyMaterial::Ec { curve, .. } => (algorithm == curve.algorithm()).then_some(2 * curve.field_bytes()),
        KeyMaterial::Ed25519(_) => (algorithm.key_type() == KeyType::Okp).then_some(64),
        KeyMaterial::Secret(_) => hash_bytes(algorithm),
    }
}

/// The length of an HMAC, below which no secret may be (RFC 7518 section 3.2).
pub(super) const fn hash_bytes(algorithm: Algorithm) -> Option<usize> {
    match algorithm {
        Algorithm::Hs256 => Some(32),
        Algorithm::Hs384 => Some(48),
        Algorithm::Hs512 => Some(64),
        _ => None,
    }
}

/// Whether this build computes `algorithm`.
pub(super) const fn supports(algorithm: Algorithm) -> bool {
    chosen::supports(algorithm)
}

/// Whether an uncompressed point can be told to be off its curve (REQ-JWK-12).
pub(super) fn is_off_curve(curve: Curve, point: &[u8]) -> bool {
    chosen::is_off_curve(curve, point)
}

/// The SHA-256 digest of `bytes`.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    let digest = alike::sha256(bytes);
    // Both libraries give exactly 32 bytes for SHA-256.
    for (to, from) in out.iter_mut().zip(digest.as_ref()) {
        *to = *from;
    }
    out
}

/// A key for HMAC-SHA-256 (RFC 2104): digests of ours that nobody else can compute. Not for tokens.
pub(crate) struct MacKey(alike::Mac);

impl MacKey {
    /// A key of these bytes.
    pub(crate) fn new(secret: &[u8]) -> Self {
        MacKey(alike::Mac::new(secret))
    }

    /// The MAC of the parts, one behind the other. Allocates nothing of ours.
    pub(crate) fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut out = [0; 32];
        for (to, from) in out.iter_mut().zip(self.0.sign(parts).as_ref()) {
            *to = *from;
        }
        out
    }
}

impl core::fmt::Debug for MacKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("MacKey")
    }
}

/// The name of the library that computes, for version reports.
pub const BACKEND_NAME: &str = chosen::NAME;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_hold() {
        let digest = sha256(b"abc");
        assert_eq!(digest[..4], [0xBA, 0x78, 0x16, 0xBF]);
        assert_eq!(digest[28..], [0xF2, 0x00, 0x15, 0xAD]);
    }

    #[test]
    fn macs_are_those_of_the_standard() {
        // RFC 4231 section 4.3, test case 2, in two parts.
        let mac = MacKey::new(b"Jefe").mac(&[b"what do ya want ", b"for nothing?"]);
        assert_eq!(mac[..4], [0x5B, 0xDC, 0xC1, 0x46]);
        assert_eq!(mac[28..], [0x64, 0xEC, 0x38, 0x43]);
        assert_eq!(format!("{:?}", MacKey::new(b"secret")), "MacKey");
    }

    #[test]
    fn an_algorithm_takes_no_key_of_another_kind() {
        // REQ-JWK-07: no HMAC over a public key, whatever its bytes.
        let (n, e) = ([0xC1; 256], [1, 0, 1]);
        let rsa = KeyMaterial::Rsa { n: &n, e: &e };
        for algorithm in [Algorithm::Hs256, Algorithm::Hs384, Algorithm::Hs512, Algorithm::Es256, Algorithm::EdDsa] {
            assert!(PreparedKey::new(algorithm, &rsa).is_none());
        }
        let secret = KeyMaterial::Secret(&[7; 64]);
        for algorithm in Algorithm::ALL.into_iter().filter(|algorithm| !algorithm.is_symmetric()) {
            assert!(PreparedKey::new(algorithm, &secret).is_none());
        }
    }

    #[test]
    fn an_empty_signature_never_holds() {
        // REQ-JWS-09.
        let secret = KeyMaterial::Secret(&[7; 64]);
        for algorithm in [Algorithm::Hs256, Algorithm::Hs384, Algorithm::Hs512] {
            let key = PreparedKey::new(algorithm, &secret).unwrap();
            assert!(!key.verify(b"a.b", b""));
        }
    }
}
