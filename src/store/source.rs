//! What a source of keys is configured with: its name, its keys at birth, where it is, its times.
//!
//! Plain data that the verifier fills in from the policy; the store knows no policy.

use std::sync::Arc;

use crate::jose::KeySet;

/// Where the keys of one issuer come from, as configured.
#[derive(Clone, Debug)]
pub(crate) struct KeySource {
    /// The issuer as the policy names it.
    pub(crate) issuer: String,
    /// The keys that stand in the policy itself, with their numbers.
    pub(crate) keys: Option<Arc<KeySet>>,
    pub(crate) address: Address,
    pub(crate) timing: Timing,
}

/// Where the host fetches from.
#[derive(Clone, Debug)]
pub(crate) enum Address {
    /// Nowhere: the keys stand in the policy, or the host brings them.
    Nowhere,
    /// The JWK Set is at this URL.
    KeySet(String),
    /// The issuer's metadata tell.
    Metadata(Discovery),
}

/// What the policy allows of metadata.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Discovery {
    /// Whether http from loopback will do.
    pub(crate) http_loopback: bool,
    /// Whether the key set may be on another host.
    pub(crate) other_host: bool,
}

/// When keys are fetched; durations in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    /// How long a set is fresh where its response does not say.
    pub(crate) ttl: u64,
    /// Between the starts of two attempts, failed ones included.
    pub(crate) cooldown: u64,
    /// How long an expired set serves while fetching fails.
    pub(crate) stale: u64,
    /// Whether the first fetch comes before the first token.
    pub(crate) prefetch: bool,
}
