//! `cnf`: to which key the token is bound (RFC 7800 section 3.1, RFC 8705 section 3, RFC 9449 section 6.1).
//!
//! A confirmation method that the core does not know is left to the host. Refuses a known method of
//! the wrong type. Thumbprints are compared in constant time. Never allocates.

use crate::Reason;
use crate::json::{Text, Value};

/// Checks a token that came as a plain Bearer token, over a connection with or without a client certificate.
///
/// `certificate` is the SHA-256 thumbprint of the certificate's DER form, in base64url without padding.
///
/// # Errors
/// `claim_rejected` for a `cnf` of the wrong form, `dpop_downgrade` for a token bound to a DPoP key,
/// `certificate_missing` and `certificate_mismatch` for one bound to a certificate.
pub fn check_binding(cnf: Option<Value<'_>>, certificate: Option<&str>) -> Result<(), Reason> {
    let Some(cnf) = cnf else { return Ok(()) };
    let mut jkt = None;
    let mut thumbprint = None;
    for (name, value) in cnf.as_object().ok_or(Reason::ClaimRejected)? {
        if name.is("jkt") {
            jkt = Some(value.as_text().ok_or(Reason::ClaimRejected)?);
        } else if name.is("x5t#S256") {
            thumbprint = Some(value.as_text().ok_or(Reason::ClaimRejected)?);
        }
    }
    if jkt.is_some() {
        return Err(Reason::DpopDowngrade);
    }
    let Some(thumbprint) = thumbprint else { return Ok(()) };
    let certificate = certificate.ok_or(Reason::CertificateMissing)?;
    if same_thumbprint(thumbprint, certificate) { Ok(()) } else { Err(Reason::CertificateMismatch) }
}

/// REQ-MTLS-10: padding, blanks or a wrong length never match, not even themselves.
fn same_thumbprint(bound: Text<'_>, presented: &str) -> bool {
    let mut difference = u8::from(presented.len() != SHA256_BASE64URL || bound.bytes().count() != SHA256_BASE64URL);
    for (one, other) in bound.bytes().zip(presented.bytes()) {
        difference |= one ^ other;
        difference |= u8::from(!(other.is_ascii_alphanumeric() || matches!(other, b'-' | b'_')));
    }
    core::hint::black_box(difference) == 0
}

/// Characters of a SHA-256 hash in base64url without padding.
const SHA256_BASE64URL: usize = 43;
