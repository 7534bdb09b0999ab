//! The key sources of a policy, as the store takes them.

use std::sync::Arc;

use crate::policy::{Issuer, Policy};
use crate::store::{Address, Discovery, KeySource, KeyStore, Secrets, Timing};
use crate::time::NANOS_PER_SECOND;

impl Policy {
    /// The live keys for this policy: inline sets are there at once, others when the host brings them.
    ///
    /// `entropy` is at least 16 random bytes, other ones in every process: they spread the fetches of processes
    /// that start together. With the same bytes a store repeats itself, which is for tests.
    pub fn key_store(&self, entropy: &[u8]) -> KeyStore {
        let compiled = self.compiled();
        let sources = compiled.bearer.iter().flat_map(|bearer| bearer.issuers.iter()).map(source);
        let secrets = Secrets {
            api_keys: compiled.api_key.as_ref().map(|rule| Arc::clone(&rule.keys)).unwrap_or_default(),
            users: compiled.basic.as_ref().map(|basic| (basic.users.len(), &basic.secret)),
        };
        KeyStore::new(Arc::clone(&compiled.identity), sources, compiled.remembered, secrets, entropy)
    }
}

fn source(issuer: &Issuer) -> KeySource {
    let address = match &issuer.jwks_uri {
        Some(uri) => Address::KeySet(uri.clone()),
        None if issuer.keys.is_some() => Address::Nowhere,
        None => Address::Metadata(Discovery {
            http_loopback: issuer.discovery.http_loopback,
            other_host: issuer.discovery.other_host,
        }),
    };
    let timing = issuer.timing;
    let timing = Timing {
        ttl: nanos(timing.ttl),
        cooldown: nanos(timing.cooldown),
        stale: nanos(timing.stale),
        prefetch: timing.prefetch,
    };
    KeySource { issuer: issuer.configured.clone(), keys: issuer.keys.clone(), address, timing }
}

fn nanos(seconds: u32) -> u64 {
    u64::from(seconds).saturating_mul(u64::try_from(NANOS_PER_SECOND).unwrap_or(u64::MAX))
}
