//! Private keys of `mint`: made, written, read again, and signed with. Everything else only verifies.
//!
//! The one place of the front with cryptography in it; all of it is aws-lc-rs, which the core of this
//! build verifies with as well.

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::{self, SystemRandom};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512,
    RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
};
use countersign::base64url;
use countersign::jose::{Algorithm, KeyType};
use countersign::json::Document;

use crate::fault::Fault;
use crate::input;
use crate::pem;
use crate::public_key::PublicKey;

/// A private key or secret, with what it signs.
pub(crate) struct SigningKey {
    pub(crate) algorithm: Algorithm,
    pair: Pair,
}

enum Pair {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Secret(Vec<u8>),
}

impl SigningKey {
    /// Makes a new one.
    pub(crate) fn generate(algorithm: Algorithm) -> Result<SigningKey, Fault> {
        let failed = |_| Fault::new(format!("no key could be made for {}", algorithm.name()));
        let pair = match algorithm.key_type() {
            KeyType::Rsa => Pair::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?),
            KeyType::Ec => Pair::Ec(EcdsaKeyPair::generate(ecdsa(algorithm)).map_err(failed)?),
            KeyType::Okp => Pair::Ed25519(Ed25519KeyPair::generate().map_err(failed)?),
            KeyType::Oct => {
                let mut secret = vec![0; hmac_of(algorithm).tag_len()];
                rand::fill(&mut secret).map_err(failed)?;
                Pair::Secret(secret)
            }
        };
        Ok(SigningKey { algorithm, pair })
    }

    /// Reads what [`SigningKey::to_file`] wrote, or another private key; without an algorithm the usual one of its kind.
    pub(crate) fn read(text: &[u8], algorithm: Option<Algorithm>, name: &str) -> Result<SigningKey, Fault> {
        if text.trim_ascii_start().first() == Some(&b'{') {
            return read_secret(&input::parse_json(text, name)?, algorithm, name);
        }
        let blocks = pem::read_blocks(text, name)?;
        let block = blocks.iter().find(|block| pem::is_private(&block.label)).ok_or_else(|| {
            Fault::new(format!("{name}: no private key in PEM"))
                .next("`countersign mint --out-dir DIR` writes one, and so does `openssl genpkey`")
        })?;
        let tried = match &algorithm {
            Some(algorithm) => std::slice::from_ref(algorithm),
            None => USUAL,
        };
        tried.iter().find_map(|&algorithm| from_der(&block.der, algorithm)).ok_or_else(|| {
            let names: Vec<&str> = tried.iter().map(|algorithm| algorithm.name()).collect();
            Fault::new(format!("{name}: the key ({}) is none for {}", block.label, names.join(", ")))
                .next("RSA from 2048 bits, P-256, P-384, P-521 and Ed25519 are taken, not encrypted")
        })
    }

    /// The public part; of a secret, itself.
    pub(crate) fn public(&self) -> Result<PublicKey, Fault> {
        let spki = |der: &[u8]| PublicKey::from_spki(der).map_err(Fault::new);
        let failed = |_| Fault::new("the public key could not be written");
        match &self.pair {
            Pair::Rsa(pair) => PublicKey::from_pkcs1(pair.public_key().as_ref()).map_err(Fault::new),
            Pair::Ec(pair) => spki(pair.public_key().as_der().map_err(failed)?.as_ref()),
            Pair::Ed25519(pair) => Ok(PublicKey::Ed25519(pair.public_key().as_ref().to_vec())),
            Pair::Secret(secret) => Ok(PublicKey::Secret(secret.clone())),
        }
    }

    /// Whether signer and verifier share it.
    pub(crate) fn is_secret(&self) -> bool {
        matches!(self.pair, Pair::Secret(_))
    }

    /// The private key as PKCS#8 in PEM; `None` for a secret, which is a JWK.
    pub(crate) fn to_pem(&self) -> Result<Option<String>, Fault> {
        let failed = |_| Fault::new("the private key could not be written");
        let text = |der: &[u8]| Some(pem::write_block("PRIVATE KEY", der));
        Ok(match &self.pair {
            Pair::Rsa(pair) => {
                let der: Pkcs8V1Der<'_> = pair.as_der().map_err(failed)?;
                text(der.as_ref())
            }
            Pair::Ec(pair) => text(pair.to_pkcs8v1().map_err(failed)?.as_ref()),
            Pair::Ed25519(pair) => text(pair.to_pkcs8v1().map_err(failed)?.as_ref()),
            Pair::Secret(_) => None,
        })
    }

    /// Signs as the algorithm says (RFC 7518 section 3, RFC 8037 section 3.1).
    pub(crate) fn sign(&self, input: &[u8]) -> Result<Vec<u8>, Fault> {
        let failed = |_| Fault::new(format!("{} could not sign", self.algorithm.name()));
        match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(rsa(self.algorithm), &SystemRandom::new(), input, &mut signature).map_err(failed)?;
                Ok(signature)
            }
            Pair::Ec(pair) => Ok(pair.sign(&SystemRandom::new(), input).map_err(failed)?.as_ref().to_vec()),
            Pair::Ed25519(pair) => Ok(pair.try_sign(input).map_err(failed)?.as_ref().to_vec()),
            Pair::Secret(secret) => {
                let key = hmac::Key::new(hmac_of(self.algorithm), secret);
                Ok(hmac::sign(&key, input).as_ref().to_vec())
            }
        }
    }
}

/// Random bytes in base64url, for a `jti`.
pub(crate) fn random_id() -> Result<String, Fault> {
    let mut bytes = [0; 16];
    rand::fill(&mut bytes).map_err(|_| Fault::new("the system has no random bytes"))?;
    let mut text = Vec::new();
    base64url::encode(&bytes, &mut text);
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// PKCS#8, and the older forms of RSA (PKCS#1) and EC (SEC 1).
fn from_der(der: &[u8], algorithm: Algorithm) -> Option<SigningKey> {
    let pair = match algorithm.key_type() {
        KeyType::Rsa => Pair::Rsa(RsaKeyPair::from_pkcs8(der).or_else(|_| RsaKeyPair::from_der(der)).ok()?),
        KeyType::Ec => Pair::Ec(EcdsaKeyPair::from_private_key_der(ecdsa(algorithm), der).ok()?),
        KeyType::Okp => Pair::Ed25519(Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).ok()?),
        KeyType::Oct => return None,
    };
    Some(SigningKey { algorithm, pair })
}

/// A secret of an earlier run; its own `alg` counts if none is asked for.
fn read_secret(jwk: &Document, algorithm: Option<Algorithm>, name: &str) -> Result<SigningKey, Fault> {
    let text = |member| jwk.root().member(member).and_then(|value| value.as_text()).map(|text| text.to_owned_string());
    let algorithm = algorithm.or_else(|| Algorithm::from_name(&text("alg")?)).unwrap_or(Algorithm::Hs256);
    let secret = text("k").and_then(|k| base64url::decode_to_vec(k.as_bytes()));
    match secret {
        Some(secret) if algorithm.is_symmetric() => Ok(SigningKey { algorithm, pair: Pair::Secret(secret) }),
        Some(_) => Err(Fault::new(format!("{name}: a shared secret is no key for {}", algorithm.name()))
            .next("choose among HS256, HS384, HS512 with --alg")),
        None => Err(Fault::new(format!("{name}: no JWK with a secret `k`"))
            .next("name a private key in PEM, or the secret.jwk of an HS* run")),
    }
}

fn ecdsa(algorithm: Algorithm) -> &'static EcdsaSigningAlgorithm {
    match algorithm {
        Algorithm::Es384 => &ECDSA_P384_SHA384_FIXED_SIGNING,
        Algorithm::Es512 => &ECDSA_P521_SHA512_FIXED_SIGNING,
        _ => &ECDSA_P256_SHA256_FIXED_SIGNING,
    }
}

fn rsa(algorithm: Algorithm) -> &'static dyn RsaEncoding {
    match algorithm {
        Algorithm::Rs384 => &RSA_PKCS1_SHA384,
        Algorithm::Rs512 => &RSA_PKCS1_SHA512,
        Algorithm::Ps256 => &RSA_PSS_SHA256,
        Algorithm::Ps384 => &RSA_PSS_SHA384,
        Algorithm::Ps512 => &RSA_PSS_SHA512,
        _ => &RSA_PKCS1_SHA256,
    }
}

fn hmac_of(algorithm: Algorithm) -> hmac::Algorithm {
    match algorithm {
        Algorithm::Hs384 => hmac::HMAC_SHA384,
        Algorithm::Hs512 => hmac::HMAC_SHA512,
        _ => hmac::HMAC_SHA256,
    }
}

/// What a key is tried as when no algorithm is asked for.
const USUAL: &[Algorithm] = &[Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa, Algorithm::Es384, Algorithm::Es512];
