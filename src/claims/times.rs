//! `exp`, `nbf`, `iat` and the greatest age (RFC 7519 sections 4.1.4 to 4.1.6).
//!
//! The types of all three are looked at before any value (docs/REASONS.md); a date beyond the year
//! 9999 counts as a wrong type. Comparison is exact. Never allocates.

use super::registered::Registered;
use crate::Reason;
use crate::json::Value;
use crate::time::{NANOS_PER_SECOND, NumericDate, Wall};

/// Checks the three dates against the host's clock.
///
/// # Errors
/// `claim_rejected` for a date of the wrong form, then `token_expired`, then `token_not_yet_valid`.
pub fn check_times(claims: &Registered<'_>, now: Wall, leeway_nanos: i128) -> Result<(), Reason> {
    let exp = parse_date(claims.exp)?;
    let nbf = parse_date(claims.nbf)?;
    let iat = parse_date(claims.iat)?;
    let earliest = now.nanos().saturating_sub(leeway_nanos);
    let latest = now.nanos().saturating_add(leeway_nanos);
    if exp.is_some_and(|exp| exp.is_at_or_before(earliest)) {
        return Err(Reason::TokenExpired);
    }
    if nbf.is_some_and(|nbf| nbf.is_after(latest)) || iat.is_some_and(|iat| iat.is_after(latest)) {
        return Err(Reason::TokenNotYetValid);
    }
    Ok(())
}

/// Checks that the token was issued at most `max_age_seconds` plus the leeway ago.
///
/// # Errors
/// `claim_missing` without `iat`, `claim_rejected` for an `iat` of the wrong form or too long ago.
pub fn check_max_age(
    claims: &Registered<'_>,
    now: Wall,
    leeway_nanos: i128,
    max_age_seconds: u64,
) -> Result<(), Reason> {
    let iat = parse_date(claims.iat)?.ok_or(Reason::ClaimMissing)?;
    let allowed = i128::from(max_age_seconds) * NANOS_PER_SECOND + leeway_nanos;
    if iat.is_before(now.nanos().saturating_sub(allowed)) { Err(Reason::ClaimRejected) } else { Ok(()) }
}

#[inline]
fn parse_date(claim: Option<Value<'_>>) -> Result<Option<NumericDate>, Reason> {
    let Some(claim) = claim else { return Ok(None) };
    let number = claim.as_number().ok_or(Reason::ClaimRejected)?;
    NumericDate::parse(number).map(Some).map_err(|_| Reason::ClaimRejected)
}
