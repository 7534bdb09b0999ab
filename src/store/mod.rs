//! The live key sources: one slot an issuer, and the token ids that were revoked.
//!
//! Readers never block: a set or a list of revoked ids is swapped whole. The table of sources is
//! fixed when the policy is loaded. Entropy for the jitter of fetches comes from the host at birth.

use core::fmt;
use core::sync::atomic::{AtomicBool, Ordering};
use std::collections::HashSet;
use std::sync::Arc;

use arc_swap::{ArcSwap, ArcSwapOption};

use crate::jose::{KeySet, KeySetFault, Origin};
use crate::json::Text;

/// Where the keys of one issuer come from, as configured.
#[derive(Clone, Debug)]
pub struct KeySource {
    /// The issuer as the policy names it.
    pub issuer: String,
    /// The keys that stand in the policy itself.
    pub keys: Option<Arc<KeySet>>,
}

/// Live keys and revoked ids. One per process, shared by its threads.
pub struct KeyStore {
    slots: Vec<Slot>,
    revoked: ArcSwap<HashSet<String>>,
    /// Whether an id was ever revoked. It never goes back, so that no order of calls can hide one.
    has_revoked: AtomicBool,
}

struct Slot {
    issuer: String,
    keys: ArcSwapOption<KeySet>,
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
}

impl fmt::Display for KeysRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeysRefused::IssuerUnknown => f.write_str("the policy has no issuer with this name"),
            KeysRefused::Set(fault) => write!(f, "{fault}"),
            KeysRefused::NoUsableKey => f.write_str("the set has no key that can be used"),
        }
    }
}

impl std::error::Error for KeysRefused {}

impl KeyStore {
    pub(crate) fn new(sources: impl IntoIterator<Item = KeySource>) -> Self {
        let slots = sources
            .into_iter()
            .map(|source| Slot { issuer: source.issuer, keys: ArcSwapOption::new(source.keys) })
            .collect();
        KeyStore { slots, revoked: ArcSwap::default(), has_revoked: AtomicBool::new(false) }
    }

    /// Puts the JWK Set `text` in place of the issuer's present one; requests under way finish with the old one.
    ///
    /// Symmetric keys in `text` are listed and not used: they belong into the policy.
    ///
    /// # Errors
    /// [`KeysRefused`]; the present set then stays.
    pub fn set_keys(&self, issuer: &str, text: &[u8]) -> Result<Arc<KeySet>, KeysRefused> {
        let slot = self.slots.iter().find(|slot| slot.issuer == issuer).ok_or(KeysRefused::IssuerUnknown)?;
        let set = KeySet::load(text, Origin::Pushed).map_err(KeysRefused::Set)?;
        if !set.has_usable_key() {
            return Err(KeysRefused::NoUsableKey);
        }
        let set = Arc::new(set);
        slot.keys.store(Some(Arc::clone(&set)));
        Ok(set)
    }

    /// Puts these token ids (`jti`) in place of the revoked ones.
    pub fn set_revoked<I: IntoIterator<Item = S>, S: Into<String>>(&self, ids: I) {
        let ids: HashSet<String> = ids.into_iter().map(Into::into).collect();
        let some = !ids.is_empty();
        self.revoked.store(Arc::new(ids));
        if some {
            self.has_revoked.store(true, Ordering::Release);
        }
    }

    /// Whether the sources are those of these issuers, in this order.
    pub(crate) fn is_for<'i>(&self, issuers: impl Iterator<Item = &'i str>) -> bool {
        self.slots.iter().map(|slot| slot.issuer.as_str()).eq(issuers)
    }

    /// The present set of the issuer in this place of the policy; `None` if none was ever loaded.
    #[inline]
    pub(crate) fn keys(&self, place: usize) -> Option<arc_swap::Guard<Option<Arc<KeySet>>>> {
        self.slots.get(place).map(|slot| slot.keys.load()).filter(|keys| keys.is_some())
    }

    #[inline]
    pub(crate) fn is_revoked(&self, id: Text<'_>) -> bool {
        // To take hold of the list costs as much as two other rules.
        if !self.has_revoked.load(Ordering::Acquire) {
            return false;
        }
        let revoked = self.revoked.load();
        match id.as_str() {
            Some(id) => revoked.contains(id),
            None => revoked.iter().any(|revoked| id.is(revoked)),
        }
    }
}

impl fmt::Debug for KeyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let loaded = self.slots.iter().filter(|slot| slot.keys.load().is_some()).count();
        write!(f, "KeyStore with {loaded} of {} sources loaded", self.slots.len())
    }
}
