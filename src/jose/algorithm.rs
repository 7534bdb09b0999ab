//! The signature algorithms, sets of them, and the rule that says which a token may use
//! (RFC 7518 section 3.1, RFC 8037, RFC 9864).
//!
//! Refuses every name that is not spelt exactly; `none` has no value here, so nothing can allow it.
//! Never allocates.

use super::backend;
use crate::json::Text;
use crate::reason::Reason;

/// A signature algorithm of JWS.
///
/// `EdDSA` and `Ed25519` are two names for one computation here, and stay two algorithms: a key or a
/// list that names one does not take the other (RFC 9864 section 4.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum Algorithm {
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Ps384,
    Ps512,
    Es256,
    Es384,
    Es512,
    EdDsa,
    Ed25519,
    Hs256,
    Hs384,
    Hs512,
}

/// The kind of key an algorithm works with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum KeyType {
    Rsa,
    Ec,
    Okp,
    Oct,
}

impl Algorithm {
    /// Every algorithm, asymmetric ones first.
    pub const ALL: [Algorithm; 14] = [
        Algorithm::Rs256,
        Algorithm::Rs384,
        Algorithm::Rs512,
        Algorithm::Ps256,
        Algorithm::Ps384,
        Algorithm::Ps512,
        Algorithm::Es256,
        Algorithm::Es384,
        Algorithm::Es512,
        Algorithm::EdDsa,
        Algorithm::Ed25519,
        Algorithm::Hs256,
        Algorithm::Hs384,
        Algorithm::Hs512,
    ];

    /// The algorithm with this registered name; names compare with case (REQ-JWS-06).
    pub fn from_name(name: &str) -> Option<Algorithm> {
        Some(match name {
            "RS256" => Algorithm::Rs256,
            "RS384" => Algorithm::Rs384,
            "RS512" => Algorithm::Rs512,
            "PS256" => Algorithm::Ps256,
            "PS384" => Algorithm::Ps384,
            "PS512" => Algorithm::Ps512,
            "ES256" => Algorithm::Es256,
            "ES384" => Algorithm::Es384,
            "ES512" => Algorithm::Es512,
            "EdDSA" => Algorithm::EdDsa,
            "Ed25519" => Algorithm::Ed25519,
            "HS256" => Algorithm::Hs256,
            "HS384" => Algorithm::Hs384,
            "HS512" => Algorithm::Hs512,
            _ => return None,
        })
    }

    /// The algorithm that a JSON string names, escapes seen through.
    pub fn from_text(text: &Text<'_>) -> Option<Algorithm> {
        match text.as_str() {
            Some(name) => Algorithm::from_name(name),
            None => Algorithm::ALL.into_iter().find(|algorithm| text.is(algorithm.name())),
        }
    }

    /// The registered name.
    pub const fn name(self) -> &'static str {
        match self {
            Algorithm::Rs256 => "RS256",
            Algorithm::Rs384 => "RS384",
            Algorithm::Rs512 => "RS512",
            Algorithm::Ps256 => "PS256",
            Algorithm::Ps384 => "PS384",
            Algorithm::Ps512 => "PS512",
            Algorithm::Es256 => "ES256",
            Algorithm::Es384 => "ES384",
            Algorithm::Es512 => "ES512",
            Algorithm::EdDsa => "EdDSA",
            Algorithm::Ed25519 => "Ed25519",
            Algorithm::Hs256 => "HS256",
            Algorithm::Hs384 => "HS384",
            Algorithm::Hs512 => "HS512",
        }
    }

    /// The kind of key that the algorithm needs.
    pub const fn key_type(self) -> KeyType {
        match self {
            Algorithm::Rs256
            | Algorithm::Rs384
            | Algorithm::Rs512
            | Algorithm::Ps256
            | Algorithm::Ps384
            | Algorithm::Ps512 => KeyType::Rsa,
            Algorithm::Es256 | Algorithm::Es384 | Algorithm::Es512 => KeyType::Ec,
            Algorithm::EdDsa | Algorithm::Ed25519 => KeyType::Okp,
            Algorithm::Hs256 | Algorithm::Hs384 | Algorithm::Hs512 => KeyType::Oct,
        }
    }

    /// Whether signer and verifier share one secret.
    pub const fn is_symmetric(self) -> bool {
        matches!(self.key_type(), KeyType::Oct)
    }

    /// Whether this build can compute it: `ES512` needs the backend `aws-lc-rs`.
    pub const fn is_supported(self) -> bool {
        backend::supports(self)
    }

    #[expect(clippy::as_conversions, reason = "reading the discriminant of a repr(u8) enum")]
    const fn bit(self) -> u16 {
        1 << self as u8
    }
}

/// Some of the algorithms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AlgorithmSet(u16);

impl AlgorithmSet {
    /// None of them.
    pub const EMPTY: AlgorithmSet = AlgorithmSet(0);

    /// The set with `algorithm` in it.
    #[must_use]
    pub const fn with(self, algorithm: Algorithm) -> AlgorithmSet {
        AlgorithmSet(self.0 | algorithm.bit())
    }

    /// Whether `algorithm` is in the set.
    pub const fn contains(self, algorithm: Algorithm) -> bool {
        self.0 & algorithm.bit() != 0
    }

    /// Whether nothing is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What is in the set, in the order of [`Algorithm::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Algorithm> {
        Algorithm::ALL.into_iter().filter(move |&algorithm| self.contains(algorithm))
    }

    /// The algorithms among `names`; a name that is none adds nothing.
    pub fn from_names<'n>(names: impl IntoIterator<Item = &'n str>) -> AlgorithmSet {
        names.into_iter().filter_map(Algorithm::from_name).collect()
    }
}

impl FromIterator<Algorithm> for AlgorithmSet {
    fn from_iter<I: IntoIterator<Item = Algorithm>>(algorithms: I) -> Self {
        algorithms.into_iter().fold(AlgorithmSet::EMPTY, AlgorithmSet::with)
    }
}

/// What the `alg` of a header names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlgorithmName {
    /// One of [`Algorithm::ALL`].
    Known(Algorithm),
    /// `none`, in any casing.
    None,
    /// Any other text.
    Unknown,
}

impl AlgorithmName {
    /// Reads the text of an `alg` member, escapes seen through.
    pub fn from_text(text: &Text<'_>) -> AlgorithmName {
        match Algorithm::from_text(text) {
            Some(algorithm) => AlgorithmName::Known(algorithm),
            None if text.bytes().map(|byte| byte.to_ascii_lowercase()).eq(*b"none") => AlgorithmName::None,
            None => AlgorithmName::Unknown,
        }
    }
}

/// Which algorithms a token may use, and which of them a key serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlgorithmRule {
    /// A policy without a list: asymmetric ones only; a key's own, or the usual one of its type.
    KeysDecide,
    /// A list: those in it, and of a key without `alg` all of its type.
    Listed(AlgorithmSet),
    /// No policy at all (`verify_jws`): a key's own, or all of its type, symmetric ones included.
    KeysDecideAll,
}

impl AlgorithmRule {
    /// The algorithm to look for a key with (docs/REASONS.md; REQ-JWS-07, REQ-JWS-08, REQ-JWK-27).
    ///
    /// # Errors
    /// [`Reason::AlgUnsupported`] for a name that this build does not know, else [`Reason::AlgNotAllowed`].
    #[inline]
    pub fn select(self, name: AlgorithmName) -> Result<Algorithm, Reason> {
        let algorithm = match name {
            AlgorithmName::Known(algorithm) if algorithm.is_supported() => algorithm,
            AlgorithmName::None => return Err(Reason::AlgNotAllowed),
            AlgorithmName::Known(_) | AlgorithmName::Unknown => return Err(Reason::AlgUnsupported),
        };
        let allowed = match self {
            AlgorithmRule::KeysDecide => !algorithm.is_symmetric(),
            AlgorithmRule::Listed(list) => list.contains(algorithm),
            AlgorithmRule::KeysDecideAll => true,
        };
        if allowed { Ok(algorithm) } else { Err(Reason::AlgNotAllowed) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_and_compare_with_case() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::from_name(algorithm.name()), Some(algorithm));
            let other = algorithm.name().to_lowercase();
            assert_eq!(Algorithm::from_name(&other), None, "REQ-JWS-06 {other}");
        }
        for name in ["", "none", "NONE", "RS1", "ESP256", "Ed448", "ES256K", "HS256 ", "RSA-OAEP", "A256GCM"] {
            assert_eq!(Algorithm::from_name(name), None, "REQ-JWK-16 {name}");
        }
    }

    #[test]
    fn without_a_list_only_asymmetric_names_go_on() {
        // REQ-JWS-07, REQ-JWK-27.
        for algorithm in Algorithm::ALL.into_iter().filter(|algorithm| algorithm.is_supported()) {
            let name = AlgorithmName::Known(algorithm);
            let verdict = AlgorithmRule::KeysDecide.select(name);
            if algorithm.is_symmetric() {
                assert_eq!(verdict, Err(Reason::AlgNotAllowed));
            } else {
                assert_eq!(verdict, Ok(algorithm));
            }
            assert_eq!(AlgorithmRule::KeysDecideAll.select(name), Ok(algorithm));
            assert_eq!(AlgorithmRule::Listed(AlgorithmSet::EMPTY).select(name), Err(Reason::AlgNotAllowed));
            let list = AlgorithmSet::EMPTY.with(algorithm);
            assert_eq!(AlgorithmRule::Listed(list).select(name), Ok(algorithm));
        }
    }

    #[test]
    fn none_is_never_allowed() {
        // REQ-JWS-08, REQ-BCP-02.
        let all = AlgorithmSet::from_iter(Algorithm::ALL);
        for rule in [AlgorithmRule::KeysDecide, AlgorithmRule::Listed(all), AlgorithmRule::KeysDecideAll] {
            assert_eq!(rule.select(AlgorithmName::None), Err(Reason::AlgNotAllowed));
            assert_eq!(rule.select(AlgorithmName::Unknown), Err(Reason::AlgUnsupported));
        }
        assert_eq!(AlgorithmSet::from_names(["XX", "none"]), AlgorithmSet::EMPTY);
    }
}
