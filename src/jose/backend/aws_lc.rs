//! Signatures by aws-lc-rs, with every key parsed once when it is prepared.

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{ParsedPublicKey, VerificationAlgorithm};
use aws_lc_rs::{hmac, signature};

use super::alike::{hmac_parameters, rsa_parameters};
use super::{Algorithm, Curve, KeyMaterial};

pub(super) const NAME: &str = "aws-lc-rs";

/// A key parsed for one algorithm.
pub(super) enum Prepared {
    Public(ParsedPublicKey),
    Secret(Box<hmac::Key>),
}

impl Prepared {
    pub(super) fn new(algorithm: Algorithm, material: &KeyMaterial<'_>) -> Option<Prepared> {
        Some(match material {
            KeyMaterial::Rsa { n, e } => Prepared::Public(
                PublicKeyComponents { n: *n, e: *e }.to_parsed_public_key(rsa_parameters(algorithm)?).ok()?,
            ),
            KeyMaterial::Ec { point, .. } => {
                Prepared::Public(ParsedPublicKey::new(curve_parameters(algorithm)?, point).ok()?)
            }
            KeyMaterial::Ed25519(x) => Prepared::Public(ParsedPublicKey::new(curve_parameters(algorithm)?, x).ok()?),
            KeyMaterial::Secret(secret) => {
                Prepared::Secret(Box::new(hmac::Key::new(hmac_parameters(algorithm)?, secret)))
            }
        })
    }

    #[inline]
    pub(super) fn verify(&self, signing_input: &[u8], signature: &[u8]) -> bool {
        match self {
            Prepared::Public(key) => key.verify_sig(signing_input, signature).is_ok(),
            // Constant time (REQ-JWS-24).
            Prepared::Secret(key) => hmac::verify(key, signing_input, signature).is_ok(),
        }
    }
}

pub(super) const fn supports(_: Algorithm) -> bool {
    true
}

pub(super) fn is_off_curve(curve: Curve, point: &[u8]) -> bool {
    let parameters: &'static dyn VerificationAlgorithm = match curve {
        Curve::P256 => &signature::ECDSA_P256_SHA256_FIXED,
        Curve::P384 => &signature::ECDSA_P384_SHA384_FIXED,
        Curve::P521 => &signature::ECDSA_P521_SHA512_FIXED,
    };
    ParsedPublicKey::new(parameters, point).is_err()
}

fn curve_parameters(algorithm: Algorithm) -> Option<&'static dyn VerificationAlgorithm> {
    Some(match algorithm {
        Algorithm::Es256 => &signature::ECDSA_P256_SHA256_FIXED,
        Algorithm::Es384 => &signature::ECDSA_P384_SHA384_FIXED,
        Algorithm::Es512 => &signature::ECDSA_P521_SHA512_FIXED,
        Algorithm::EdDsa | Algorithm::Ed25519 => &signature::ED25519,
        _ => return None,
    })
}
