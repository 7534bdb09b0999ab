//! The ladder of API keys, behind the choice of credentials.

use super::rights::check_rights;
use super::{Settings, Verifier};
use crate::detail::Detail;
use crate::http;
use crate::jose::sha256;
use crate::limits;
use crate::reason::Reason;
use crate::result::{Facts, Memory};
use crate::secret::api_key::{KeyForm, KeySlip, read_key};
use crate::time::{NANOS_PER_SECOND, Wall};

/// Judges an API key, with the white space that stood around it.
pub(super) fn climb(
    verifier: &Verifier,
    value: &[u8],
    asked: &Settings<'_>,
    now: Wall,
    facts: &mut Facts,
    text: &mut Vec<u8>,
) -> Result<Reason, Reason> {
    let rule = verifier.policy.compiled().api_key.as_ref().ok_or(Reason::InternalError)?;
    let form = KeyForm { prefix: rule.prefix.as_deref().unwrap_or(""), checksum: rule.checksum };
    let key = read_key(value, &form).map_err(|slip| refuse(slip, facts))?.key;

    let keys = verifier.store.api_keys.present();
    let found = keys.find(&sha256(key)).ok_or(Reason::ApiKeyUnknown)?;
    facts.subject = Some(Memory::put_text(text, found.id()));

    // Told apart for the operator; whose key it was hears what a stranger hears (REQ-APIKEY-08).
    let is_past = |moment: i64| now.nanos() >= i128::from(moment) * NANOS_PER_SECOND;
    facts.detail = match (found.revoked(), found.not_before(), found.expires()) {
        (true, _, _) => Some(Detail::KeyRevoked),
        (_, Some(start), _) if !is_past(start) => Some(Detail::KeyNotYetValid),
        (_, _, Some(end)) if is_past(end) => Some(Detail::KeyExpired),
        _ => None,
    };
    if facts.detail.is_some() {
        return Err(Reason::ApiKeyRevoked);
    }
    if rule.environment.is_some() && rule.environment.as_deref() != found.environment() {
        return Err(Reason::ApiKeyWrongEnvironment);
    }
    check_rights(asked, found.scopes())
}

/// Judges an API key in the query, where libraries escape what no address may hold (RFC 3986 section 2.1).
pub(super) fn climb_parameter(
    verifier: &Verifier,
    value: &[u8],
    asked: &Settings<'_>,
    now: Wall,
    facts: &mut Facts,
    memory: &mut Memory,
) -> Result<Reason, Reason> {
    if value.len() > 3 * limits::API_KEY_BYTES {
        return Err(Reason::TokenTooLarge);
    }
    let Memory { secret, text, .. } = memory;
    let outcome = if let Some(key) = http::unescape(value, secret) {
        climb(verifier, key, asked, now, facts, text)
    } else {
        facts.detail = Some(Detail::PercentEncoded);
        Err(Reason::ApiKeyMalformed)
    };
    memory.forget_secret();
    outcome
}

/// A typing error is told before anything is looked up (REQ-APIKEY-06).
fn refuse(slip: KeySlip, facts: &mut Facts) -> Reason {
    facts.detail = Some(match slip {
        KeySlip::TooLong => return Reason::TokenTooLarge,
        KeySlip::Empty => Detail::CredentialsEmpty,
        KeySlip::WhiteSpace => Detail::SpaceInside,
        KeySlip::Control => Detail::ControlCharacter,
        KeySlip::NonAscii => Detail::NonAscii,
        KeySlip::Prefix => Detail::PrefixMissing,
        KeySlip::Checksum => Detail::ChecksumWrong,
    });
    Reason::ApiKeyMalformed
}
