//! What the store asks the host to fetch, and what the host answers.
//!
//! Plain data. The core fetches nothing: how a host fetches, with which client and how many at once,
//! is its own business, within what a [`Fetch`] says (REQ-ROTATION-20).

use core::fmt;
use std::sync::Arc;

use super::discovery::MetadataFault;
use crate::jose::{KeySet, KeySetFault};

/// One request for the host to make: GET over https, without cookies and credentials, following redirects
/// to the same origin alone, and reading no more than [`Fetch::max_bytes`].
///
/// The answer goes to [`crate::KeyStore::fetch_done`] under the number, once. `If-None-Match` carries the `ETag`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fetch {
    /// The number of the ticket; never 0, never given twice by one store.
    pub ticket: u64,
    /// What is fetched.
    pub kind: FetchKind,
    /// Why.
    pub reason: FetchReason,
    /// The issuer as the policy names it.
    pub issuer: String,
    /// Where. That metadata name no private network by address was seen to; what a name resolves to is for the host to
    /// refuse, where they may name other hosts (REQ-BCP-15).
    pub url: String,
    /// The entity tag of the set that is there, quotes and all, if its response had one.
    pub etag: Option<String>,
    /// On the monotonic clock; an answer that comes later changes nothing and counts as a failure.
    pub deadline: u64,
    /// A longer body is a failure.
    pub max_bytes: usize,
    /// The policy's `cooldown` in nanoseconds: what hosts that fetch for several stores keep between two fetches of one
    /// address.
    pub cooldown: u64,
}

/// See [`Fetch::kind`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FetchKind {
    /// The issuer's metadata (OpenID Connect Discovery 1.0 section 4, RFC 8414), which name the key set.
    Metadata,
    /// A JWK Set (RFC 7517 section 5).
    KeySet,
}

impl FetchKind {
    /// The stable word, as in `key_set`.
    pub const fn word(self) -> &'static str {
        match self {
            FetchKind::Metadata => "metadata",
            FetchKind::KeySet => "key_set",
        }
    }
}

/// Why something is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FetchReason {
    /// A token needs the set for the first time.
    FirstUse,
    /// The policy wants the set before the first token.
    Prefetch,
    /// The set is about to expire.
    Refresh,
    /// The set has expired.
    Expired,
    /// A token named a key that the set does not have.
    UnknownKid,
    /// The last attempt failed.
    Retry,
    /// The host gave the last ticket back.
    Abandoned,
}

impl FetchReason {
    /// The stable word, as in `unknown_kid`.
    pub const fn word(self) -> &'static str {
        match self {
            FetchReason::FirstUse => "first_use",
            FetchReason::Prefetch => "prefetch",
            FetchReason::Refresh => "refresh",
            FetchReason::Expired => "expired",
            FetchReason::UnknownKid => "unknown_kid",
            FetchReason::Retry => "retry",
            FetchReason::Abandoned => "abandoned",
        }
    }
}

/// What came of a fetch.
#[derive(Clone, Copy, Debug)]
pub enum Outcome<'a> {
    /// 200 with this body.
    Body {
        /// The body.
        bytes: &'a [u8],
        /// The response's `ETag`, quotes and all; what is no entity-tag (RFC 9110 section 8.8.3) is not kept.
        etag: Option<&'a str>,
        /// How many seconds more the response is fresh: [`crate::http::cache_control_max_age`].
        max_age: Option<u64>,
    },
    /// 304: the set is the one that was there.
    NotModified {
        /// As above.
        max_age: Option<u64>,
    },
    /// Anything else, with a word for the operator such as "HTTP 500" or "timeout"; it appears in the status.
    Failed(&'a str),
    /// The host could not go on (the client went away, the worker stops): nothing is known of the issuer.
    /// The ticket is handed out again at once, a few times in a row.
    Abandoned,
}

/// What became of an answer that was good, or that nobody waited for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Done {
    /// The number belongs to no open ticket: nothing changed.
    Ignored,
    /// The answer came behind its deadline: nothing changed, it counts as a failure.
    Late,
    /// The set is in place.
    Loaded(Arc<KeySet>),
    /// The set that is there has a new lifetime.
    Renewed,
    /// The metadata told where the set is; its ticket is next.
    Located,
    /// The host's failure is noted, or the next address of the metadata is tried.
    Noted,
    /// The ticket will be handed out again.
    Again,
}

impl Done {
    /// The stable word, as in `loaded`.
    pub const fn word(&self) -> &'static str {
        match self {
            Done::Ignored => "ignored",
            Done::Late => "late",
            Done::Loaded(_) => "loaded",
            Done::Renewed => "renewed",
            Done::Located => "located",
            Done::Noted => "noted",
            Done::Again => "again",
        }
    }
}

/// Why a set was not taken. The last good set stays in place.
#[derive(Debug)]
#[non_exhaustive]
pub enum KeysRefused {
    /// The policy has no issuer with this name.
    IssuerUnknown,
    /// The text is no JWK Set.
    Set(KeySetFault),
    /// No key of the set can be used.
    NoUsableKey,
    /// The set that is there was fetched later than this one, or serves while this one is too old to.
    Older,
    /// The metadata cannot be used.
    Metadata(MetadataFault),
}

impl fmt::Display for KeysRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeysRefused::IssuerUnknown => f.write_str("the policy has no issuer with this name"),
            KeysRefused::Set(fault) => write!(f, "{fault}"),
            KeysRefused::NoUsableKey => f.write_str("the set has no key that can be used"),
            KeysRefused::Older => f.write_str("the set is older than the one that is there"),
            KeysRefused::Metadata(fault) => write!(f, "{fault}"),
        }
    }
}

impl std::error::Error for KeysRefused {}
