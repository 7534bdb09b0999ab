//! The ladder of Basic credentials (RFC 7617), behind the choice of credentials.

use super::rights::check_rights;
use super::{Settings, Verifier};
use crate::detail::Detail;
use crate::http;
use crate::reason::Reason;
use crate::result::{Facts, Memory, PendingHash};

/// Judges a user name and a password, which stay in `memory` only while a hash has to be run first.
pub(super) fn climb(
    verifier: &Verifier,
    token: &[u8],
    asked: &Settings<'_>,
    facts: &mut Facts,
    memory: &mut Memory,
) -> Result<Reason, Reason> {
    let outcome = judge(verifier, token, asked, facts, memory);
    if memory.pending.is_none() {
        memory.forget_secret();
    }
    outcome
}

fn judge(
    verifier: &Verifier,
    token: &[u8],
    asked: &Settings<'_>,
    facts: &mut Facts,
    memory: &mut Memory,
) -> Result<Reason, Reason> {
    let policy = verifier.policy.compiled();
    let basic = policy.basic.as_ref().ok_or(Reason::InternalError)?;
    let proofs = verifier.store.proofs.as_ref().ok_or(Reason::InternalError)?;
    let Memory { secret, text, pending, .. } = memory;

    let given = http::decode_basic(token, policy.whitespace, secret).map_err(|fault| {
        facts.detail = fault.detail;
        fault.reason
    })?;
    let (name, password) = (given.user.as_bytes(), given.password.as_bytes());
    let key = basic.attempts.mac(&[name]);
    facts.attempt = Some(Memory::put_hexadecimal(text, key.first_chunk::<16>().ok_or(Reason::InternalError)?));
    check_present(name, password).map_err(|detail| rejected(detail, facts))?;

    let user = basic.users.find(name);
    let proof = proofs.proof(name, password);
    let was_right = proofs.holds(&proof);
    match (user, asked.answer.and_then(|answer| answer.about(&proof))) {
        (Some(_), _) if was_right => {}
        (Some(_), Some(Ok(true))) => proofs.keep(&proof),
        (Some(_), Some(Ok(false))) => return Err(rejected(Detail::PasswordWrong, facts)),
        (None, Some(Ok(_))) => return Err(rejected(Detail::UserUnknown, facts)),
        (_, Some(Err(_))) => return Err(Reason::InternalError),
        (_, None) => {
            // An unknown user waits as long as one of the others, always the same one (REQ-BASIC-08).
            let seed = key.first_chunk::<8>().map_or(0, |bytes| u64::from_le_bytes(*bytes));
            let place = user.or_else(|| basic.users.dummy_for(seed)).ok_or(Reason::InternalError)?;
            let start = given.user.len() + 1;
            let password = start..start + given.password.len();
            *pending = Some(PendingHash { place, is_user: user.is_some(), proof, password });
            return Err(Reason::CheckPending);
        }
    }
    let user = user.and_then(|place| basic.users.get(place)).ok_or(Reason::InternalError)?;
    facts.subject = Some(Memory::put_text(text, given.user));
    check_rights(asked, user.scopes())
}

/// Neither may be empty (REQ-BASIC-10): an unset variable is no password, and a directory may take one for anonymous.
fn check_present(user: &[u8], password: &[u8]) -> Result<(), Detail> {
    match (user, password) {
        ([], _) => Err(Detail::UserEmpty),
        (_, []) => Err(Detail::PasswordEmpty),
        _ => Ok(()),
    }
}

/// One reason for the caller, whatever was wrong (REQ-BASIC-08).
fn rejected(detail: Detail, facts: &mut Facts) -> Reason {
    facts.detail = Some(detail);
    Reason::PasswordRejected
}
