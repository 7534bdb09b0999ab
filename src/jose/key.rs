//! One key, prepared once for every algorithm that it may ever serve (RFC 8725 section 3.1).
//!
//! Whether it serves an algorithm is asked at the moment of use, with the rule of the moment: a key
//! with `alg` serves that one only. Verifying allocates nothing of ours.

use super::algorithm::{Algorithm, AlgorithmRule, AlgorithmSet};
use super::backend::{KeyMaterial, PreparedKey, hash_bytes};
use crate::reason::Reason;

/// A key that can verify. It has no `Debug`: it may hold a secret.
pub(super) struct Key {
    /// The key's own `alg`.
    own: Option<Algorithm>,
    /// What a key of this type serves where neither it nor a list says so.
    usual: AlgorithmSet,
    prepared: Vec<(Algorithm, PreparedKey)>,
}

impl Key {
    /// Prepares `material` for `own`, or for everything its type can do if the key names nothing.
    ///
    /// # Errors
    /// [`Reason::KeyAlgUnusable`] if `own` does not fit, [`Reason::KeyTypeUnknown`] if this build has no
    /// algorithm for the key, [`Reason::KeyMalformed`] if the library refuses it.
    pub(super) fn prepare(material: &KeyMaterial<'_>, own: Option<Algorithm>) -> Result<Key, Reason> {
        let able = able(material);
        let wanted = match own {
            None => able,
            Some(own) if !able.contains(own) => return Err(Reason::KeyAlgUnusable),
            // A list that names both lets the one stand for the other.
            Some(Algorithm::EdDsa | Algorithm::Ed25519) => OKP,
            Some(own) => AlgorithmSet::EMPTY.with(own),
        };
        let supported = wanted.iter().filter(|algorithm| algorithm.is_supported());
        let prepared = supported
            .map(|algorithm| Some((algorithm, PreparedKey::new(algorithm, material)?)))
            .collect::<Option<Vec<_>>>()
            .ok_or(Reason::KeyMalformed)?;
        if prepared.is_empty() {
            return Err(Reason::KeyTypeUnknown);
        }
        Ok(Key { own, usual: usual(material), prepared })
    }

    /// The key prepared for `algorithm`, if it may serve it under `rule` (REQ-JWK-06, REQ-JWK-15, REQ-JWK-27).
    #[inline]
    pub(super) fn prepared_for(&self, algorithm: Algorithm, rule: AlgorithmRule) -> Option<&PreparedKey> {
        let serves = match (self.own, rule) {
            (Some(own), _) if own == algorithm => true,
            (Some(own), AlgorithmRule::Listed(list)) => list.contains(own) && is_other_name(own, algorithm),
            (Some(_), _) => false,
            (None, AlgorithmRule::KeysDecide) => self.usual.contains(algorithm),
            (None, AlgorithmRule::Listed(_) | AlgorithmRule::KeysDecideAll) => true,
        };
        let allowed = match rule {
            AlgorithmRule::KeysDecide => !algorithm.is_symmetric(),
            AlgorithmRule::Listed(list) => list.contains(algorithm),
            AlgorithmRule::KeysDecideAll => true,
        };
        if !(serves && allowed) {
            return None;
        }
        self.prepared.iter().find(|(able, _)| *able == algorithm).map(|(_, key)| key)
    }
}

/// The two names for one computation (RFC 9864 section 4.1.2).
fn is_other_name(own: Algorithm, asked: Algorithm) -> bool {
    OKP.contains(own) && OKP.contains(asked)
}

/// Everything that a key of this type and size can verify.
fn able(material: &KeyMaterial<'_>) -> AlgorithmSet {
    match material {
        KeyMaterial::Rsa { .. } => RSA,
        KeyMaterial::Ec { curve, .. } => AlgorithmSet::EMPTY.with(curve.algorithm()),
        KeyMaterial::Ed25519(_) => OKP,
        KeyMaterial::Secret(secret) => {
            // REQ-JWK-10: never shorter than the hash.
            let long_enough = |algorithm: &Algorithm| hash_bytes(*algorithm).is_some_and(|bytes| secret.len() >= bytes);
            Algorithm::ALL.into_iter().filter(long_enough).collect()
        }
    }
}

/// What a policy without a list takes a key without `alg` for.
fn usual(material: &KeyMaterial<'_>) -> AlgorithmSet {
    match material {
        KeyMaterial::Rsa { .. } => AlgorithmSet::EMPTY.with(Algorithm::Rs256),
        KeyMaterial::Ec { curve, .. } => AlgorithmSet::EMPTY.with(curve.algorithm()),
        KeyMaterial::Ed25519(_) => OKP,
        KeyMaterial::Secret(_) => AlgorithmSet::EMPTY,
    }
}

const OKP: AlgorithmSet = AlgorithmSet::EMPTY.with(Algorithm::EdDsa).with(Algorithm::Ed25519);
const RSA: AlgorithmSet = AlgorithmSet::EMPTY
    .with(Algorithm::Rs256)
    .with(Algorithm::Rs384)
    .with(Algorithm::Rs512)
    .with(Algorithm::Ps256)
    .with(Algorithm::Ps384)
    .with(Algorithm::Ps512);
