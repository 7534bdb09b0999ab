//! Signs tokens with the corpus' keys, and checks their signatures with the library alone.
//!
//! For tests and benches: what the core does beside the signature is told by comparing it with
//! [`Bare`], which is the same library with the same prepared key and nothing around it.

#![allow(dead_code, reason = "each test and bench uses a part")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail loudly")]
#![allow(unreachable_pub, reason = "a module of several test crates")]

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

#[cfg(feature = "aws-lc-rs")]
use aws_lc_rs as library;
#[cfg(not(feature = "aws-lc-rs"))]
use ring as library;

use library::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaKeyPair};
use library::{hmac, rand};

/// The algorithms with a signer.
pub const ALGORITHMS: [&str; 6] = ["HS256", "RS256", "PS256", "ES256", "ES384", "EdDSA"];

/// A private key with its algorithm.
pub struct Signer {
    /// As `alg` names it.
    pub algorithm: &'static str,
    /// The PKCS #8 document, or the secret.
    pub secret: Vec<u8>,
    key: PrivateKey,
}

#[allow(clippy::large_enum_variant, reason = "a handful of keys in a test")]
enum PrivateKey {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Secret(hmac::Key),
}

impl Signer {
    /// The signer for one of [`ALGORITHMS`].
    pub fn new(algorithm: &'static str) -> Signer {
        let (secret, key) = match algorithm {
            "HS256" => {
                let secret = URL_SAFE_NO_PAD.decode(stored("oct_32", "k")).unwrap();
                let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
                (secret, PrivateKey::Secret(key))
            }
            "RS256" | "PS256" => {
                let secret = pkcs8("rsa_a");
                let key = RsaKeyPair::from_pkcs8(&secret).unwrap();
                (secret, PrivateKey::Rsa(key))
            }
            "ES256" => ec_key("p256_a", &signature::ECDSA_P256_SHA256_FIXED_SIGNING),
            "ES384" => ec_key("p384_a", &signature::ECDSA_P384_SHA384_FIXED_SIGNING),
            "EdDSA" => {
                let secret = pkcs8("ed_a");
                let key = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&secret).unwrap();
                (secret, PrivateKey::Ed25519(key))
            }
            other => panic!("no signer for {other}"),
        };
        Signer { algorithm, secret, key }
    }

    /// The public half, or the secret, as a JWK with the `kid` `k1`.
    pub fn jwk(&self) -> String {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let members = match &self.key {
            PrivateKey::Rsa(key) => {
                let (n, e) = rsa_numbers(key.public_key().as_ref());
                format!(r#""kty":"RSA","n":"{}","e":"{}""#, text(&n), text(&e))
            }
            PrivateKey::Ec(key) => {
                let point = &key.public_key().as_ref()[1..];
                let (x, y) = point.split_at(point.len() / 2);
                let curve = if self.algorithm == "ES256" { "P-256" } else { "P-384" };
                format!(r#""kty":"EC","crv":"{curve}","x":"{}","y":"{}""#, text(x), text(y))
            }
            PrivateKey::Ed25519(key) => {
                format!(r#""kty":"OKP","crv":"Ed25519","x":"{}""#, text(key.public_key().as_ref()))
            }
            PrivateKey::Secret(_) => format!(r#""kty":"oct","k":"{}""#, text(&self.secret)),
        };
        format!(r#"{{{members},"kid":"k1"}}"#)
    }

    /// A policy with this one issuer and this one key; `members` go into the issuer, `others` around it.
    pub fn policy(&self, members: &str, others: &str) -> String {
        format!(
            r#"{{"realm":"api","bearer":{{"issuers":[{{"issuer":"{ISSUER}","audience":"{AUDIENCE}","algorithms":["{}"],"jwks":{{"keys":[{}]}}{members}}}]}}{others}}}"#,
            self.algorithm,
            self.jwk()
        )
    }

    /// A compact token with the usual header.
    pub fn token(&self, claims: &str) -> String {
        self.token_with(&format!(r#"{{"alg":"{}","typ":"at+jwt","kid":"k1"}}"#, self.algorithm), claims.as_bytes())
    }

    /// A compact token with this header.
    pub fn token_with(&self, header: &str, payload: &[u8]) -> String {
        let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let signature = self.sign(input.as_bytes());
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn sign(&self, input: &[u8]) -> Vec<u8> {
        let random = rand::SystemRandom::new();
        match &self.key {
            PrivateKey::Rsa(key) => {
                let encoding: &'static dyn signature::RsaEncoding =
                    if self.algorithm == "RS256" { &signature::RSA_PKCS1_SHA256 } else { &signature::RSA_PSS_SHA256 };
                let mut out = vec![0; rsa_numbers(key.public_key().as_ref()).0.len()];
                key.sign(encoding, &random, input, &mut out).unwrap();
                out
            }
            PrivateKey::Ec(key) => key.sign(&random, input).unwrap().as_ref().to_vec(),
            PrivateKey::Ed25519(key) => key.sign(input).as_ref().to_vec(),
            PrivateKey::Secret(key) => hmac::sign(key, input).as_ref().to_vec(),
        }
    }

    /// The library's own check of what this key signs, prepared as far as the library lets us.
    pub fn bare(&self) -> Bare {
        match &self.key {
            PrivateKey::Rsa(key) => {
                let (n, e) = rsa_numbers(key.public_key().as_ref());
                let parameters = if self.algorithm == "RS256" {
                    &signature::RSA_PKCS1_2048_8192_SHA256
                } else {
                    &signature::RSA_PSS_2048_8192_SHA256
                };
                #[cfg(feature = "aws-lc-rs")]
                let bare = Bare::Parsed(
                    signature::RsaPublicKeyComponents { n: &n, e: &e }.to_parsed_public_key(parameters).unwrap(),
                );
                #[cfg(not(feature = "aws-lc-rs"))]
                let bare = Bare::Rsa(parameters, signature::RsaPublicKeyComponents { n, e });
                bare
            }
            PrivateKey::Ec(key) => {
                let parameters: &'static dyn signature::VerificationAlgorithm = if self.algorithm == "ES256" {
                    &signature::ECDSA_P256_SHA256_FIXED
                } else {
                    &signature::ECDSA_P384_SHA384_FIXED
                };
                Bare::public(parameters, key.public_key().as_ref())
            }
            PrivateKey::Ed25519(key) => Bare::public(&signature::ED25519, key.public_key().as_ref()),
            PrivateKey::Secret(key) => Bare::Secret(key.clone()),
        }
    }
}

/// A signature check of the library, with a prepared key and nothing around it.
#[allow(clippy::large_enum_variant, reason = "a handful of keys in a test")]
pub enum Bare {
    #[cfg(feature = "aws-lc-rs")]
    Parsed(signature::ParsedPublicKey),
    #[cfg(not(feature = "aws-lc-rs"))]
    Rsa(&'static signature::RsaParameters, signature::RsaPublicKeyComponents<Vec<u8>>),
    #[cfg(not(feature = "aws-lc-rs"))]
    Unparsed(signature::UnparsedPublicKey<Vec<u8>>),
    Secret(hmac::Key),
}

impl Bare {
    #[cfg(feature = "aws-lc-rs")]
    fn public(parameters: &'static dyn signature::VerificationAlgorithm, key: &[u8]) -> Bare {
        Bare::Parsed(signature::ParsedPublicKey::new(parameters, key).unwrap())
    }

    #[cfg(not(feature = "aws-lc-rs"))]
    fn public(parameters: &'static dyn signature::VerificationAlgorithm, key: &[u8]) -> Bare {
        Bare::Unparsed(signature::UnparsedPublicKey::new(parameters, key.to_vec()))
    }

    /// Whether the signature holds.
    #[inline]
    pub fn verify(&self, input: &[u8], signature: &[u8]) -> bool {
        match self {
            #[cfg(feature = "aws-lc-rs")]
            Bare::Parsed(key) => key.verify_sig(input, signature).is_ok(),
            #[cfg(not(feature = "aws-lc-rs"))]
            Bare::Rsa(parameters, key) => key.verify(parameters, input, signature).is_ok(),
            #[cfg(not(feature = "aws-lc-rs"))]
            Bare::Unparsed(key) => key.verify(input, signature).is_ok(),
            Bare::Secret(key) => hmac::verify(key, input, signature).is_ok(),
        }
    }
}

/// What a token's signature covers, and the signature.
pub fn signed_parts(token: &str) -> (Vec<u8>, Vec<u8>) {
    let (input, signature) = token.rsplit_once('.').unwrap();
    (input.as_bytes().to_vec(), URL_SAFE_NO_PAD.decode(signature).unwrap())
}

pub const ISSUER: &str = "https://login.example.com/realms/main";
pub const AUDIENCE: &str = "https://api.example.com";
/// The host's clock, in seconds.
pub const NOW: i64 = 1_760_000_000;

fn stored(name: &str, member: &str) -> String {
    let keys: serde_json::Value = serde_json::from_str(include_str!("../vectors/keys.json")).unwrap();
    keys[name][member].as_str().unwrap().to_owned()
}

fn pkcs8(name: &str) -> Vec<u8> {
    let pem = stored(name, "pem");
    let lines: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(lines).unwrap()
}

fn ec_key(name: &str, algorithm: &'static signature::EcdsaSigningAlgorithm) -> (Vec<u8>, PrivateKey) {
    let secret = pkcs8(name);
    #[cfg(feature = "aws-lc-rs")]
    let key = EcdsaKeyPair::from_pkcs8(algorithm, &secret);
    #[cfg(not(feature = "aws-lc-rs"))]
    let key = EcdsaKeyPair::from_pkcs8(algorithm, &secret, &rand::SystemRandom::new());
    (secret, PrivateKey::Ec(key.unwrap()))
}

/// `n` and `e` of an `RSAPublicKey` (RFC 8017 appendix A.1.1), without leading zeros.
fn rsa_numbers(der: &[u8]) -> (Vec<u8>, Vec<u8>) {
    fn value(der: &[u8]) -> (&[u8], &[u8]) {
        let (head, len) = match der[1] {
            0x81 => (3, usize::from(der[2])),
            0x82 => (4, usize::from(der[2]) << 8 | usize::from(der[3])),
            len => (2, usize::from(len)),
        };
        der[head..].split_at(len)
    }
    let (sequence, _) = value(der);
    let (n, rest) = value(sequence);
    let (e, _) = value(rest);
    let plain = |number: &[u8]| number.iter().copied().skip_while(|&byte| byte == 0).collect();
    (plain(n), plain(e))
}
