//! One challenge per scheme offered (RFC 9110 section 11.6.1), with the error on the one that was tried.

use crate::http::write_challenge;
use crate::policy::{Describe, Route};
use crate::reason::Reason;
use crate::result::{Decision, FieldName};
use crate::scheme_name::SchemeName;

use super::Asked;

/// Every 400, 401 and 403 about credentials carries the challenges, but for what no other credential would cure.
pub(crate) fn carries_challenge(reason: Reason) -> bool {
    (1000..6200).contains(&reason.number()) && !matches!(reason, Reason::CsrfRejected | Reason::AccessDenied)
}

/// Writes the WWW-Authenticate lines in the policy's order.
pub(crate) fn write_challenges(asked: &Asked<'_>, reason: Reason, decision: &mut Decision) {
    for &scheme in &asked.policy.schemes {
        let tried = decision.facts.scheme.is_none_or(|tried| tried == scheme);
        let mut written = Ok(());
        let value = decision.memory.write_text(|sink| {
            written = match (scheme, &asked.policy.api_key) {
                (SchemeName::Basic, _) => write_challenge(sink, scheme.as_str(), beside_realm(asked.route, CHARSET)),
                (SchemeName::ApiKey, Some(keys)) => {
                    let header = keys.header.as_deref().map(|name| ("header", name));
                    let name = keys.scheme.as_deref().unwrap_or(scheme.as_str());
                    write_challenge(sink, name, beside_realm(asked.route, header))
                }
                _ => {
                    let params = Params { route: asked.route, scopes: asked.scopes, reason, tried, at: 0 };
                    write_challenge(sink, scheme.as_str(), params)
                }
            };
        });
        // The loader has refused every text that cannot be written, so this is a fault of ours;
        // a 401 without its challenge would be a second one.
        debug_assert!(written.is_ok(), "{written:?}");
        decision.memory.fields.push((FieldName::WwwAuthenticate, value));
    }
}

/// What a Basic challenge says of the encoding (RFC 7617 section 2.1).
const CHARSET: Option<(&str, &str)> = Some(("charset", "UTF-8"));

/// The auth-params of a scheme that tells nothing of the outcome.
fn beside_realm<'a>(
    route: &'a Route,
    param: Option<(&'a str, &'a str)>,
) -> impl Iterator<Item = (&'a str, &'a str)> + Clone {
    let param = param.filter(|_| route.describe != Describe::None);
    core::iter::once(("realm", route.realm.as_str())).chain(param)
}

/// The auth-params of one Bearer challenge, in their fixed order.
#[derive(Clone)]
struct Params<'a> {
    route: &'a Route,
    scopes: &'a str,
    reason: Reason,
    /// Whether the error belongs on this challenge.
    tried: bool,
    at: usize,
}

impl<'a> Params<'a> {
    fn error(&self) -> Option<&'static str> {
        self.reason.error().filter(|_| self.tried)
    }

    /// What the call needs, else what the policy names; with the reasons for which asking for scopes helps.
    fn scope(&self) -> Option<&'a str> {
        let asks = matches!(
            self.reason,
            Reason::CredentialsMissing
                | Reason::HeaderStrippedSuspected
                | Reason::SchemeUnsupported
                | Reason::CredentialsMisplaced
                | Reason::InsufficientScope
        );
        let scope = if self.scopes.is_empty() { self.route.challenge.scope.as_deref()? } else { self.scopes };
        asks.then_some(scope)
    }
}

impl<'a> Iterator for Params<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let challenge = &self.route.challenge;
        loop {
            let at = self.at;
            self.at += 1;
            if at > 0 && self.route.describe == Describe::None {
                return None;
            }
            let param = match at {
                0 => Some(("realm", self.route.realm.as_str())),
                1 => self.error().map(|error| ("error", error)),
                2 => self
                    .error()
                    .filter(|_| self.route.describe == Describe::Full)
                    .map(|_| ("error_description", self.reason.text())),
                3 => self.scope().map(|scope| ("scope", scope)),
                4 => challenge.acr_values.as_deref().map(|value| ("acr_values", value)),
                5 => challenge.max_age.as_deref().map(|value| ("max_age", value)),
                6 => challenge.resource_metadata.as_deref().map(|value| ("resource_metadata", value)),
                _ => {
                    let (name, value) = challenge.others.get(at - 7)?;
                    let beside_error = name != "error_uri" || self.error().is_some();
                    beside_error.then_some((name.as_str(), value.as_str()))
                }
            };
            if param.is_some() {
                return param;
            }
        }
    }
}
