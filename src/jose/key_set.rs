//! A JWK Set, read and prepared once, and the choice of keys for a token (RFC 7517 section 5;
//! docs/REASONS.md).
//!
//! A key that cannot be used is listed with its reason and never spoils the others. Refuses what is no
//! set, a repeated name in the set's own object and sets over the bounds. Loading allocates; choosing
//! and verifying do not.

use core::fmt;

use super::algorithm::{Algorithm, AlgorithmRule};
use super::backend::PreparedKey;
use super::jwk::{Jwk, Origin, SecretRefs, fingerprint};
use super::key::Key;
use crate::json::{Document, Duplicates, FaultKind, Value};
use crate::limits;
use crate::reason::Reason;

/// The keys of one issuer.
pub struct KeySet {
    keys: Vec<ListedKey>,
    /// A mark of each `kid`, side by side, so that a search touches little memory.
    marks: Vec<u64>,
}

/// One member of `keys`, usable or not.
pub struct ListedKey {
    names: [Option<String>; 3],
    thumbprint: Option<String>,
    fingerprint: [u8; 32],
    printable_secret: bool,
    number: u64,
    key: Result<Key, Reason>,
}

/// Why a text is no JWK Set ([`Reason::JwksInvalid`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeySetFault {
    /// What is wrong.
    pub kind: KeySetFaultKind,
    /// Bytes from the start of the text to the fault.
    pub offset: usize,
}

/// See [`KeySetFault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeySetFaultKind {
    /// Longer than [`limits::SET_BYTES`].
    TooLong,
    /// No JSON that we read.
    Json(FaultKind),
    /// Not an object.
    NotAnObject,
    /// A name twice in the set's own object.
    RepeatedName,
    /// No member `keys` that is an array.
    NoKeys,
    /// More than [`limits::SET_KEYS`].
    TooManyKeys,
}

impl fmt::Display for KeySetFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            KeySetFaultKind::TooLong => write!(f, "longer than {} bytes", limits::SET_BYTES),
            KeySetFaultKind::Json(fault) => write!(f, "{fault} at byte {}", self.offset),
            KeySetFaultKind::NotAnObject => f.write_str("a JWK Set is an object"),
            KeySetFaultKind::RepeatedName => f.write_str("a member name of the set stands twice"),
            KeySetFaultKind::NoKeys => f.write_str("no array \"keys\""),
            KeySetFaultKind::TooManyKeys => write!(f, "more than {} keys", limits::SET_KEYS),
        }
    }
}

impl std::error::Error for KeySetFault {}

impl KeySet {
    /// Reads a JWK Set from its text.
    ///
    /// # Errors
    /// A [`KeySetFault`] if it is no JWK Set at all; a key that cannot be used is no error.
    pub fn load(text: &[u8], origin: Origin) -> Result<KeySet, KeySetFault> {
        if text.len() > limits::SET_BYTES {
            return Err(KeySetFault { kind: KeySetFaultKind::TooLong, offset: limits::SET_BYTES });
        }
        let document = Document::parse(text, Duplicates::Mark)
            .map_err(|fault| KeySetFault { kind: KeySetFaultKind::Json(fault.kind), offset: fault.offset })?;
        KeySet::from_value(document.root(), origin, &|_| None)
    }

    /// Reads a JWK Set that stands in a document, with the secrets that its `k` members may name.
    ///
    /// # Errors
    /// As [`KeySet::load`]; offsets are those of the document.
    pub fn from_value(set: Value<'_>, origin: Origin, refs: SecretRefs<'_>) -> Result<KeySet, KeySetFault> {
        let fault = |kind, value: Value<'_>| KeySetFault { kind, offset: value.offset() };
        if set.as_object().is_none() {
            return Err(fault(KeySetFaultKind::NotAnObject, set));
        }
        if set.has_repeated_name() {
            return Err(fault(KeySetFaultKind::RepeatedName, set));
        }
        let member = set.member("keys").ok_or(fault(KeySetFaultKind::NoKeys, set))?;
        let elements = member.as_array().ok_or(fault(KeySetFaultKind::NoKeys, member))?;
        if elements.clone().nth(limits::SET_KEYS).is_some() {
            return Err(fault(KeySetFaultKind::TooManyKeys, member));
        }
        let keys = elements.map(|value| ListedKey::read(value, origin, refs)).collect::<Vec<_>>();
        let marks = keys.iter().map(|key| key.kid().map_or(0, |kid| kid_mark(kid.as_bytes()))).collect();
        Ok(KeySet { keys, marks })
    }

    /// Every member of `keys`, in order.
    pub fn keys(&self) -> &[ListedKey] {
        &self.keys
    }

    /// Whether at least one key can verify.
    pub fn has_usable_key(&self) -> bool {
        self.keys.iter().any(ListedKey::is_usable)
    }

    /// Gives every key its number; [`ListedKey::fingerprint`] tells which one it had before.
    pub fn assign_numbers(&mut self, mut number: impl FnMut(&ListedKey) -> u64) {
        for key in &mut self.keys {
            key.number = number(key);
        }
    }

    /// The usable key with this number.
    pub fn by_number(&self, number: u64) -> Option<&ListedKey> {
        self.keys.iter().find(|key| key.number == number && key.is_usable())
    }

    /// The keys to try for a token, at most [`limits::KEYS_TRIED`] (REQ-JWS-16, REQ-JWS-17, REQ-JWK-24).
    ///
    /// A token with `kid` meets only keys with that `kid`, byte for byte; one without meets all that fit.
    ///
    /// # Errors
    /// [`Reason::KidUnknown`] if no key has the `kid`, or none fits a token without one;
    /// [`Reason::KeyMismatch`] if those that have it do not fit.
    #[inline]
    pub fn select(
        &self,
        kid: Option<&[u8]>,
        algorithm: Algorithm,
        rule: AlgorithmRule,
    ) -> Result<Candidates<'_>, Reason> {
        let mut found = Candidates { keys: [None; limits::KEYS_TRIED], more: false, named: kid.is_some() };
        let Some(kid) = kid else {
            for key in &self.keys {
                found.offer(key, algorithm, rule);
            }
            return if found.is_empty() { Err(Reason::KidUnknown) } else { Ok(found) };
        };
        let mark = kid_mark(kid);
        let mut known = false;
        for (_, key) in self.marks.iter().zip(&self.keys).filter(|(other, _)| **other == mark) {
            if key.kid().is_some_and(|own| own.as_bytes() == kid) {
                known = true;
                found.offer(key, algorithm, rule);
            }
        }
        match (known, found.is_empty()) {
            (false, _) => Err(Reason::KidUnknown),
            (true, true) => Err(Reason::KeyMismatch),
            (true, false) => Ok(found),
        }
    }
}

impl ListedKey {
    fn read(value: Value<'_>, origin: Origin, refs: SecretRefs<'_>) -> ListedKey {
        let Some(jwk) = Jwk::parse(value) else {
            return ListedKey {
                names: [None, None, None],
                thumbprint: None,
                fingerprint: fingerprint(value, None),
                printable_secret: false,
                number: 0,
                key: Err(Reason::KeyMalformed),
            };
        };
        let thumbprint = jwk.thumbprint(origin, refs);
        ListedKey {
            names: jwk.names(),
            fingerprint: fingerprint(value, thumbprint.as_deref()),
            thumbprint,
            printable_secret: jwk.has_printable_secret(refs),
            number: 0,
            key: jwk.prepare(origin, refs),
        }
    }

    /// The key's `kid`; `None` if absent, repeated or no string.
    pub fn kid(&self) -> Option<&str> {
        self.names[0].as_deref()
    }

    /// The key's `kty`; `None` if absent, repeated or no string.
    pub fn kty(&self) -> Option<&str> {
        self.names[1].as_deref()
    }

    /// The key's `alg`, known or not; `None` if absent, repeated or no string.
    pub fn alg(&self) -> Option<&str> {
        self.names[2].as_deref()
    }

    /// The SHA-256 thumbprint of RFC 7638 in base64url, where the required members are well formed.
    pub fn thumbprint(&self) -> Option<&str> {
        self.thumbprint.as_deref()
    }

    /// A digest of the key's whole text: byte-identical keys have the same. For finding numbers again only.
    pub fn fingerprint(&self) -> &[u8; 32] {
        &self.fingerprint
    }

    /// The number given by [`KeySet::assign_numbers`]; 0 before.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Whether the key can verify.
    pub fn is_usable(&self) -> bool {
        self.key.is_ok()
    }

    /// [`Reason::Ok`], or why the key cannot be used (range 9100).
    pub fn reason(&self) -> Reason {
        self.key.as_ref().err().copied().unwrap_or(Reason::Ok)
    }

    /// Whether the key is symmetric.
    pub fn is_symmetric(&self) -> bool {
        self.kty() == Some("oct")
    }

    /// Whether the secret is all printable characters, as a password would be; worth a warning (REQ-BCP-08).
    pub fn has_printable_secret(&self) -> bool {
        self.printable_secret
    }

    /// Whether the key verifies `algorithm` under `rule`.
    pub fn serves(&self, algorithm: Algorithm, rule: AlgorithmRule) -> bool {
        self.prepared_for(algorithm, rule).is_some()
    }

    #[inline]
    fn prepared_for(&self, algorithm: Algorithm, rule: AlgorithmRule) -> Option<&PreparedKey> {
        self.key.as_ref().ok()?.prepared_for(algorithm, rule)
    }
}

/// Prints the number and the reason, nothing of the key: it may hold a secret.
impl fmt::Debug for ListedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "key {}: {}", self.number, self.reason())
    }
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeySet of {} keys", self.keys.len())
    }
}

/// The keys to try for one token, in the order of the set.
pub struct Candidates<'s> {
    keys: [Option<(&'s ListedKey, &'s PreparedKey)>; limits::KEYS_TRIED],
    more: bool,
    named: bool,
}

impl<'s> Candidates<'s> {
    #[inline]
    fn offer(&mut self, key: &'s ListedKey, algorithm: Algorithm, rule: AlgorithmRule) {
        let Some(prepared) = key.prepared_for(algorithm, rule) else { return };
        match self.keys.iter_mut().find(|place| place.is_none()) {
            Some(place) => *place = Some((key, prepared)),
            None => self.more = true,
        }
    }

    fn is_empty(&self) -> bool {
        matches!(self.keys.first(), None | Some(None))
    }

    /// The keys, first to last.
    pub fn iter(&self) -> impl Iterator<Item = &'s ListedKey> {
        self.keys.iter().flatten().map(|(key, _)| *key)
    }

    /// The numbers of the keys tried until `key` held, in order; 0 where there are no more.
    pub(crate) fn tried_for(&self, key: &ListedKey) -> [u64; limits::KEYS_TRIED] {
        let mut tried = [0; limits::KEYS_TRIED];
        for (place, candidate) in tried.iter_mut().zip(self.iter()) {
            *place = candidate.number();
            if core::ptr::eq(candidate, key) {
                break;
            }
        }
        tried
    }

    /// The last of `tried`, if trying would meet the same keys in the same order: then it would hold again.
    #[inline]
    pub(crate) fn recognise(&self, tried: &[u64; limits::KEYS_TRIED]) -> Option<&'s ListedKey> {
        let mut last = None;
        let mut candidates = self.iter();
        for &number in tried.iter().take_while(|number| **number != 0) {
            last = Some(candidates.next().filter(|key| key.number() == number)?);
        }
        last
    }

    /// The first key whose signature holds (REQ-JWS-25, REQ-JWS-30).
    ///
    /// # Errors
    /// [`Reason::SignatureInvalid`]; [`Reason::KidUnknown`] for a token without `kid` if more keys fit than were tried.
    #[inline]
    pub fn verify_signature(&self, signing_input: &[u8], signature: &[u8]) -> Result<&'s ListedKey, Reason> {
        for (key, prepared) in self.keys.iter().flatten() {
            if prepared.verify(signing_input, signature) {
                return Ok(key);
            }
        }
        let untried = self.more && !self.named && !signature.is_empty();
        Err(if untried { Reason::KidUnknown } else { Reason::SignatureInvalid })
    }
}

impl fmt::Debug for Candidates<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} candidates", self.iter().count())
    }
}

/// The length and eight bytes of a `kid`: unequal marks mean unequal ones, equal ones are compared in full.
#[inline]
fn kid_mark(kid: &[u8]) -> u64 {
    let ends = match (kid.first_chunk::<8>(), kid.last_chunk::<8>()) {
        (Some(first), Some(last)) => u64::from_le_bytes(*first) ^ u64::from_le_bytes(*last).rotate_left(29),
        _ => kid.iter().fold(0, |word, &byte| word << 8 | u64::from(byte)),
    };
    ends ^ u64::try_from(kid.len()).unwrap_or(0).rotate_left(56)
}
