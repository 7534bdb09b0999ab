//! Claims that must be there, and the types of those that the Decision hands on as text.
//!
//! A claim that is `null` is there; whether it fits is for the rules. Never allocates.

use super::path::ClaimPath;
use super::registered::Registered;
use crate::Reason;
use crate::json::Value;

/// What RFC 9068 section 2.2 asks of every access token.
pub const RFC9068_REQUIRED: [&str; 7] = ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"];

/// Checks that `sub` and `jti`, where present, are strings (RFC 7519 sections 4.1.2 and 4.1.7).
///
/// # Errors
/// `claim_rejected`.
pub fn check_text_claims(claims: &Registered<'_>) -> Result<(), Reason> {
    let is_text = |claim: Option<Value<'_>>| claim.is_none_or(|claim| claim.as_text().is_some());
    if is_text(claims.sub) && is_text(claims.jti) { Ok(()) } else { Err(Reason::ClaimRejected) }
}

/// Checks that every configured claim is there.
///
/// # Errors
/// `claim_missing`.
pub fn check_required(claims: &Registered<'_>, required: &[ClaimPath]) -> Result<(), Reason> {
    if required.iter().all(|path| claims.find(path).is_some()) { Ok(()) } else { Err(Reason::ClaimMissing) }
}
