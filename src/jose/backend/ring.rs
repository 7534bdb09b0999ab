//! Signatures by ring. It parses an RSA key anew at every call and has no P-521.

use ::ring::{agreement, hmac, rand, rsa, signature};

use super::alike::{hmac_parameters, rsa_parameters};
use super::{Algorithm, Curve, KeyMaterial};

pub(super) const NAME: &str = "ring";

/// A key with the parameters of one algorithm.
pub(super) enum Prepared {
    Rsa(&'static signature::RsaParameters, rsa::PublicKeyComponents<Box<[u8]>>),
    Curve(signature::UnparsedPublicKey<Box<[u8]>>),
    Secret(hmac::Key),
}

impl Prepared {
    pub(super) fn new(algorithm: Algorithm, material: &KeyMaterial<'_>) -> Option<Prepared> {
        Some(match material {
            KeyMaterial::Rsa { n, e } => {
                Prepared::Rsa(rsa_parameters(algorithm)?, rsa::PublicKeyComponents { n: (*n).into(), e: (*e).into() })
            }
            KeyMaterial::Ec { point, .. } => {
                Prepared::Curve(signature::UnparsedPublicKey::new(curve_parameters(algorithm)?, (*point).into()))
            }
            KeyMaterial::Ed25519(x) => {
                Prepared::Curve(signature::UnparsedPublicKey::new(curve_parameters(algorithm)?, (*x).into()))
            }
            KeyMaterial::Secret(secret) => Prepared::Secret(hmac::Key::new(hmac_parameters(algorithm)?, secret)),
        })
    }

    #[inline]
    pub(super) fn verify(&self, signing_input: &[u8], signature: &[u8]) -> bool {
        match self {
            Prepared::Rsa(parameters, key) => key.verify(parameters, signing_input, signature).is_ok(),
            Prepared::Curve(key) => key.verify(signing_input, signature).is_ok(),
            // Constant time (REQ-JWS-24).
            Prepared::Secret(key) => hmac::verify(key, signing_input, signature).is_ok(),
        }
    }
}

pub(super) const fn supports(algorithm: Algorithm) -> bool {
    !matches!(algorithm, Algorithm::Es512)
}

/// ring checks a point only when it computes with it, so a key agreement is tried. Without
/// randomness the point passes: it is checked again at every signature.
pub(super) fn is_off_curve(curve: Curve, point: &[u8]) -> bool {
    let agreement = match curve {
        Curve::P256 => &agreement::ECDH_P256,
        Curve::P384 => &agreement::ECDH_P384,
        Curve::P521 => return false,
    };
    agreement::EphemeralPrivateKey::generate(agreement, &rand::SystemRandom::new()).is_ok_and(|own| {
        agreement::agree_ephemeral(own, &agreement::UnparsedPublicKey::new(agreement, point), |_| ()).is_err()
    })
}

fn curve_parameters(algorithm: Algorithm) -> Option<&'static dyn signature::VerificationAlgorithm> {
    Some(match algorithm {
        Algorithm::Es256 => &signature::ECDSA_P256_SHA256_FIXED,
        Algorithm::Es384 => &signature::ECDSA_P384_SHA384_FIXED,
        Algorithm::EdDsa | Algorithm::Ed25519 => &signature::ED25519,
        _ => return None,
    })
}
