//! What the tests of tokens and keys share: the examples of the RFCs, and signing with the backend.
#![allow(dead_code, clippy::unwrap_used)]

#[cfg(feature = "aws-lc-rs")]
use aws_lc_rs as crypto;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::jose::{KeySet, Origin};
use crypto::{hmac, signature};
#[cfg(not(feature = "aws-lc-rs"))]
use ring as crypto;

pub(crate) fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A token of `header` and `payload` with the signature that `sign` makes.
pub(crate) fn token(header: &str, payload: impl AsRef<[u8]>, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let input = format!("{}.{}", b64(header), b64(payload));
    let signature = sign(input.as_bytes());
    format!("{input}.{}", b64(signature))
}

pub(crate) fn hs256(secret: &[u8]) -> impl Fn(&[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    move |input| hmac::sign(&key, input).as_ref().to_vec()
}

pub(crate) fn hs512(secret: &[u8]) -> impl Fn(&[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA512, secret);
    move |input| hmac::sign(&key, input).as_ref().to_vec()
}

/// The public part of the Ed25519 key with this seed, as `x`.
pub(crate) fn ed25519_x(seed: u8) -> String {
    use signature::KeyPair as _;
    b64(signature::Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap().public_key())
}

pub(crate) fn ed25519(seed: u8) -> impl Fn(&[u8]) -> Vec<u8> {
    let pair = signature::Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
    move |input| pair.sign(input).as_ref().to_vec()
}

/// A set of these keys, from the policy itself.
pub(crate) fn set(keys: &[&str]) -> KeySet {
    KeySet::load(format!(r#"{{"keys":[{}]}}"#, keys.join(",")).as_bytes(), Origin::Inline).unwrap()
}

/// A secret of 32 equal bytes as a JWK with more members.
pub(crate) fn oct(byte: u8, more: &str) -> String {
    format!(r#"{{"kty":"oct","k":"{}"{more}}}"#, b64([byte; 32]))
}

/// An Ed25519 key with more members.
pub(crate) fn okp(seed: u8, more: &str) -> String {
    format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{}"{more}}}"#, ed25519_x(seed))
}

/// RS256, RFC 7515 appendix A.2.
pub(crate) const RFC7515_A2: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
/// Its key.
pub(crate) const RFC7515_A2_KEY: &str = r#"{"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"}"#;

/// ES256, RFC 7515 appendix A.3.
pub(crate) const RFC7515_A3: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
/// Its key.
pub(crate) const RFC7515_A3_KEY: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;

/// Ed25519, RFC 8037 appendix A.4.
pub(crate) const RFC8037_A4: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
/// Its key.
pub(crate) const RFC8037_A4_KEY: &str =
    r#"{"kty":"OKP","use":"sig","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
