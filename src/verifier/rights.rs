//! What a credential without claims may do: its own scopes, and no rule over claims.

use super::Settings;
use crate::reason::Reason;

/// Allows what the route asks for of who has the scopes `granted`, space-separated.
///
/// A route that has rules on what the caller's claims say is closed to who has no claims.
pub(super) fn check_rights(asked: &Settings<'_>, granted: &str) -> Result<Reason, Reason> {
    if asked.route.access.as_ref().is_some_and(|rules| !rules.is_empty()) {
        return Err(Reason::AccessDenied);
    }
    let is_granted = |word: &str| granted.split(' ').any(|scope| scope == word);
    if asked.scopes.words().all(is_granted) { Ok(Reason::Ok) } else { Err(Reason::InsufficientScope) }
}
