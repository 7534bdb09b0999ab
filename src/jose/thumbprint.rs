//! The SHA-256 thumbprint of a key (RFC 7638; RFC 8037 section 2 for OKP).
//!
//! Takes the required members only, in code point order. `n` and `e` go in without leading zeros, so
//! that a key has one thumbprint however it was padded. Allocates; for loading.

use zeroize::Zeroizing;

use super::backend::sha256;
use crate::base64url;

/// The required members of a key, all of them well-formed base64url except `crv`, which is plain ASCII.
pub(super) enum Required<'a> {
    Rsa { n: &'a [u8], e: &'a [u8] },
    Ec { crv: &'a str, x: &'a [u8], y: &'a [u8] },
    Okp { crv: &'a str, x: &'a [u8] },
    Oct { k: &'a [u8] },
}

/// The thumbprint in base64url.
pub(super) fn thumbprint(required: &Required<'_>) -> String {
    // The hash input of an `oct` key holds the secret.
    let mut input = Zeroizing::new(Vec::with_capacity(1024));
    match required {
        Required::Rsa { n, e } => {
            put_number(&mut input, br#"{"e":""#, e);
            put_number(&mut input, br#"","kty":"RSA","n":""#, n);
        }
        Required::Ec { crv, x, y } => {
            put_curve(&mut input, crv, br#"","kty":"EC","x":""#);
            base64url::encode(x, &mut *input);
            put_number(&mut input, br#"","y":""#, y);
        }
        Required::Okp { crv, x } => {
            put_curve(&mut input, crv, br#"","kty":"OKP","x":""#);
            base64url::encode(x, &mut *input);
        }
        Required::Oct { k } => {
            put_number(&mut input, br#"{"k":""#, k);
            input.extend_from_slice(br#"","kty":"oct"#);
        }
    }
    input.extend_from_slice(br#""}"#);
    let mut text = Vec::with_capacity(base64url::encoded_len(32));
    base64url::encode(&sha256(&input), &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

fn put_number(input: &mut Vec<u8>, before: &[u8], number: &[u8]) {
    input.extend_from_slice(before);
    base64url::encode(number, input);
}

fn put_curve(input: &mut Vec<u8>, crv: &str, behind: &[u8]) {
    input.extend_from_slice(br#"{"crv":""#);
    input.extend_from_slice(crv.as_bytes());
    input.extend_from_slice(behind);
}
