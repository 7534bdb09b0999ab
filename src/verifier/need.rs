//! What a denial asks of the host: another key set, where one may come.
//!
//! Asking only marks the source (REQ-ROTATION-07); the host fetches when it likes. A denial that no fetch
//! can change now asks for nothing (REQ-ROTATION-08).

use super::Trace;
use crate::reason::Reason;
use crate::result::Decision;
use crate::store::{KeyStore, Why};

/// Marks the source of a token whose key is not there, records the need, and gives the seconds after which
/// a 503 is worth another try.
pub(super) fn ask(
    store: &KeyStore,
    trace: &Trace<'_>,
    reason: Reason,
    now: Option<u64>,
    decision: &mut Decision,
) -> u64 {
    let Some((place, issuer)) = trace.issuer else { return 1 };
    let cooldown = u64::from(issuer.timing.cooldown);
    let why = match reason {
        Reason::KeysUnavailable if trace.generation == 0 => Why::FirstUse,
        Reason::KeysUnavailable => Why::Expired,
        // A token without a kid asks for no key by name, and any other denial for none at all (REQ-ROTATION-17).
        Reason::KidUnknown if trace.names_key => Why::UnknownKid,
        _ => return cooldown,
    };
    let Some(prospect) = store.want(place, why, trace.generation, now) else { return cooldown };
    if prospect.helps {
        decision.facts.need_issuer = Some(decision.memory.push_text(&issuer.configured));
        decision.facts.need_uri = issuer.jwks_uri.as_deref().map(|uri| decision.memory.push_text(uri));
        decision.facts.need_generation = trace.generation;
    }
    prospect.retry_after.unwrap_or(cooldown)
}
