//! Public keys as JWK: of `SubjectPublicKeyInfo` (RFC 5280 section 4.1, RFC 3279, RFC 5480, RFC 8410),
//! PKCS#1 and certificates.
//!
//! Only unwraps bytes; whether they are a good key is for the core to say when the JWK is loaded.

use countersign::base64url;

use crate::der::{Der, OID, VERSION};
use crate::json::Object;

/// The members that make a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PublicKey {
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
        use_pss: bool,
    },
    Ec {
        curve: &'static str,
        x: Vec<u8>,
        y: Vec<u8>,
    },
    Ed25519(Vec<u8>),
    /// A shared secret, which only `mint` makes.
    #[cfg_attr(not(feature = "aws-lc-rs"), allow(dead_code))]
    Secret(Vec<u8>),
}

/// Why no key could be had, for people.
pub(crate) type KeyFault = String;

impl PublicKey {
    /// Reads a `SubjectPublicKeyInfo`.
    pub(crate) fn from_spki(der: &[u8]) -> Result<PublicKey, KeyFault> {
        let broken = || "not a public key: its DER is broken".to_owned();
        let mut outer = Der::new(der);
        let mut info = outer.sequence().filter(|_| outer.is_empty()).ok_or_else(broken)?;
        let mut algorithm = info.sequence().ok_or_else(broken)?;
        let name = algorithm.take(OID).ok_or_else(broken)?;
        let bits = info.bit_string().filter(|_| info.is_empty()).ok_or_else(broken)?;
        match name {
            RSA => PublicKey::from_pkcs1(bits),
            RSA_PSS => match PublicKey::from_pkcs1(bits)? {
                PublicKey::Rsa { n, e, .. } => Ok(PublicKey::Rsa { n, e, use_pss: true }),
                other => Ok(other),
            },
            EC => from_point(algorithm.take(OID).ok_or("an EC key without a named curve")?, bits),
            ED25519 => Ok(PublicKey::Ed25519(bits.to_vec())),
            _ => Err("a kind of key that no JWS algorithm here uses; RSA, P-256, P-384, P-521 and Ed25519 are".into()),
        }
    }

    /// Reads the `RSAPublicKey` of PKCS#1 (RFC 8017 appendix A.1.1).
    pub(crate) fn from_pkcs1(der: &[u8]) -> Result<PublicKey, KeyFault> {
        let read = || {
            let mut outer = Der::new(der);
            let mut key = outer.sequence()?;
            let (n, e) = (key.positive()?.to_vec(), key.positive()?.to_vec());
            (key.is_empty() && outer.is_empty()).then_some(PublicKey::Rsa { n, e, use_pss: false })
        };
        read().ok_or_else(|| "not an RSA public key: its DER is broken".to_owned())
    }

    /// Reads the key out of a certificate, about which nothing else is looked at.
    pub(crate) fn from_certificate(der: &[u8]) -> Result<PublicKey, KeyFault> {
        let find = || {
            let mut certificate = Der::new(der).sequence()?;
            let mut body = certificate.sequence()?;
            // Version, which the first certificates lack; serial number, algorithm, issuer, validity, subject.
            let _ = body.take(VERSION);
            for _ in 0..5 {
                body.any()?;
            }
            body.whole()
        };
        PublicKey::from_spki(find().ok_or("not a certificate: its DER is broken")?)
    }

    /// The JWK with these names beside the key.
    pub(crate) fn to_jwk(&self, kid: Option<&str>, alg: Option<&str>) -> String {
        let number = |bytes: &[u8]| {
            let mut text = Vec::new();
            base64url::encode(bytes, &mut text);
            String::from_utf8_lossy(&text).into_owned()
        };
        let object = match self {
            PublicKey::Rsa { n, e, .. } => Object::new().text("kty", "RSA").text("n", &number(n)).text("e", &number(e)),
            PublicKey::Ec { curve, x, y } => {
                Object::new().text("kty", "EC").text("crv", curve).text("x", &number(x)).text("y", &number(y))
            }
            PublicKey::Ed25519(x) => Object::new().text("kty", "OKP").text("crv", "Ed25519").text("x", &number(x)),
            PublicKey::Secret(k) => Object::new().text("kty", "oct").text("k", &number(k)),
        };
        let object = kid.into_iter().fold(object, |object, kid| object.text("kid", kid));
        let object = alg.into_iter().fold(object, |object, alg| object.text("alg", alg));
        object.text("use", "sig").finish()
    }
}

fn from_point(curve: &[u8], point: &[u8]) -> Result<PublicKey, KeyFault> {
    let (curve, width) = match curve {
        P256 => ("P-256", 32),
        P384 => ("P-384", 48),
        P521 => ("P-521", 66),
        _ => return Err("a curve that no JWS algorithm here uses; P-256, P-384 and P-521 are".into()),
    };
    match point.split_first() {
        Some((4, rest)) if rest.len() == 2 * width => {
            let (x, y) = rest.split_at(width);
            Ok(PublicKey::Ec { curve, x: x.to_vec(), y: y.to_vec() })
        }
        Some((2 | 3, _)) => Err("a compressed point; `openssl ec -pubin -in FILE -pubout -conv_form uncompressed` \
                                 writes it in full"
            .into()),
        _ => Err("a point of the wrong length".into()),
    }
}

const RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1];
const RSA_PSS: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 10];
const EC: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1];
const ED25519: &[u8] = &[0x2B, 0x65, 0x70];
const P256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7];
const P384: &[u8] = &[0x2B, 0x81, 4, 0, 34];
const P521: &[u8] = &[0x2B, 0x81, 4, 0, 35];
