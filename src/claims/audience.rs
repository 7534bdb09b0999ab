//! `aud`: for whom the token is (RFC 7519 section 4.1.3).
//!
//! A string and an array are alike, one match is enough, and comparison is by code point without any
//! repair. Refuses other types also where the check is switched off. Never allocates.

use crate::Reason;
use crate::json::Value;

/// Checks `aud` against the accepted audiences; `None` stands for a check that is switched off by name.
///
/// # Errors
/// `claim_rejected` unless `aud` is a string or an array of strings; `audience_mismatch` if it is
/// absent, empty or names none of the accepted ones.
pub fn check_audience(aud: Option<Value<'_>>, accepted: Option<&[String]>) -> Result<(), Reason> {
    let mut matched = false;
    let mut look = |value: Value<'_>| -> Result<(), Reason> {
        let text = value.as_text().ok_or(Reason::ClaimRejected)?;
        matched |= accepted.is_some_and(|accepted| accepted.iter().any(|name| text.is(name)));
        Ok(())
    };
    match aud.map(|aud| (aud, aud.as_array())) {
        None => {}
        Some((_, Some(mut members))) => members.try_for_each(&mut look)?,
        Some((aud, None)) => look(aud)?,
    }
    if accepted.is_none() || matched { Ok(()) } else { Err(Reason::AudienceMismatch) }
}
