//! A check that is run to see what it says: the real verifier over the policy, keys and request at hand, each of which
//! can be changed.

use zeroize::Zeroizing;

use super::edit::PolicyJson;
use super::exchange::Exchange;
use super::finding::FindingId;
use super::view::View;
use crate::detail::Detail;
use crate::http::field_name_eq;
use crate::policy::Policy;
use crate::reason::Reason;
use crate::request::{FieldLine, Request};
use crate::result::Decision;
use crate::time::Wall;
use crate::verifier::Verifier;

/// A check as it is to be run.
#[derive(Clone)]
pub(super) struct Trial<'a> {
    exchange: &'a Exchange<'a>,
    pub(super) policy: PolicyJson,
    /// Key sets by the issuer's name.
    pub(super) keys: Vec<(String, &'a [u8])>,
    pub(super) now: Wall,
    pub(super) target: String,
    /// In place of every Authorization of the request.
    pub(super) authorization: Option<Zeroizing<Vec<u8>>>,
    pub(super) certificate: Option<String>,
    pub(super) scopes: Option<String>,
    /// Whether the revoked ids count.
    pub(super) revoked: bool,
}

/// What a check said.
pub(super) enum Outcome {
    /// The reason, its detail, the value of the first challenge, and whether a token's signature held.
    Decided { reason: Reason, detail: Option<Detail>, challenge: String, is_signed: bool },
    /// The policy was not loaded: the JSON Pointer and what is wrong there.
    PolicyInvalid { pointer: String, text: String },
}

impl Outcome {
    pub(super) fn reason(&self) -> Reason {
        match self {
            Outcome::Decided { reason, .. } => *reason,
            Outcome::PolicyInvalid { .. } => Reason::PolicyInvalid,
        }
    }
}

impl<'a> Trial<'a> {
    /// The check as it would be made; `None` without a policy, or with nothing to judge.
    pub(super) fn of(view: &View<'a>, is_redacted: bool) -> Option<Self> {
        let exchange = view.exchange;
        let policy = exchange.policy?;
        if exchange.request.is_none() && exchange.token.is_none() {
            return None;
        }
        let bare = exchange.token.filter(|_| exchange.request.is_none() || is_redacted);
        let certificate = exchange.request.and_then(|request| request.client_cert_sha256);
        Some(Trial {
            exchange,
            policy: Zeroizing::new(core::str::from_utf8(policy.json).ok()?.to_owned()),
            keys: exchange.keys.iter().take(64).map(|(issuer, jwks)| ((*issuer).to_owned(), *jwks)).collect(),
            now: view.now.map_or_else(|| own_time(view), |(now, _)| now),
            target: absolute(view),
            authorization: bare.map(bearer),
            certificate: certificate.map(str::to_owned),
            scopes: exchange.scopes.map(str::to_owned),
            revoked: true,
        })
    }

    /// The profile that is asked for.
    pub(super) fn profile(&self) -> Option<&'a str> {
        self.exchange.profile
    }

    /// Runs the check.
    pub(super) fn run(&self) -> Outcome {
        let refs = self.exchange.policy.map_or(&[][..], |policy| policy.refs);
        let policy = match Policy::load(self.policy.as_bytes(), refs) {
            Ok((policy, _)) => policy,
            Err(report) => {
                let entry = report.first_error();
                let text = |read: fn(&crate::policy::Entry) -> &String| entry.map(read).cloned().unwrap_or_default();
                return Outcome::PolicyInvalid {
                    pointer: text(|entry| &entry.pointer),
                    text: text(|entry| &entry.text),
                };
            }
        };
        let verifier = Verifier::new(policy);
        for (issuer, jwks) in &self.keys {
            // A set that cannot be taken is ignored, as a host ignores a broken fetch.
            let _ = verifier.store().set_keys(issuer, jwks);
        }
        if self.revoked {
            verifier.store().set_revoked(self.exchange.revoked.iter().copied());
        }
        self.ask(&verifier)
    }

    fn ask(&self, verifier: &Verifier) -> Outcome {
        let sent = self.exchange.request.map_or(&[][..], |request| request.headers);
        let is_kept =
            |line: &&FieldLine<'_>| self.authorization.is_none() || !field_name_eq(line.name, b"authorization");
        let mut lines: Vec<FieldLine<'_>> = sent.iter().filter(is_kept).copied().collect();
        if let Some(value) = &self.authorization {
            lines.push(FieldLine::new("Authorization", value));
        }
        let method = self.exchange.request.map_or("GET", |request| request.method);
        let mut request = Request::new(method, &self.target, &lines, self.now);
        request.profile = self.exchange.profile;
        request.scopes = self.scopes.as_deref();
        request.client_cert_sha256 = self.certificate.as_deref();
        let mut decision = Decision::new();
        verifier.check_blocking(&request, &mut decision);
        let challenge = decision.fields().find(|(name, _)| *name == "WWW-Authenticate");
        Outcome::Decided {
            reason: decision.reason(),
            detail: decision.detail(),
            challenge: challenge.map_or_else(String::new, |(_, value)| value.to_owned()),
            is_signed: decision.issuer().is_some(),
        }
    }

    /// The generic finding for what a check said.
    pub(super) fn finding_of(reason: Reason) -> Option<FindingId> {
        match reason {
            Reason::InternalError => Some(FindingId::PolicyInvalid),
            reason => FindingId::of_reason(reason),
        }
    }
}

/// An Authorization with this token.
pub(super) fn bearer(token: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new([b"Bearer ", token].concat())
}

/// Without a clock the token is judged at a time of its own, so that nothing is said of times.
fn own_time(view: &View<'_>) -> Wall {
    let date = |name: &str| view.token.as_ref().and_then(|token| token.date(name));
    let nanos = date("nbf").or_else(|| date("iat")).or_else(|| date("exp").map(|exp| exp - 1));
    Wall::from_nanos(nanos.filter(|nanos| *nanos > 0).unwrap_or(1))
}

/// The target as an absolute URI: a head alone does not tell the scheme, and https is what it mostly was.
fn absolute(view: &View<'_>) -> String {
    let target = view.target();
    if target.contains("://") {
        return target.to_owned();
    }
    let host = view.request_text("host");
    let host = if host.is_empty() { "explain.invalid" } else { &host };
    format!("https://{host}{}{target}", if target.starts_with('/') { "" } else { "/" })
}
