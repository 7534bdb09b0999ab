//! A token opened and its signature proved, or both remembered of an earlier check.
//!
//! What is remembered stands for decoding the payload, scanning it, finding its claims and verifying the
//! signature, and for nothing else: the ladder climbs every other step again, in the same order. Symmetric signatures are
//! never remembered: checking one costs less than finding it.

use super::ladder::{decode_segments, read_payload};
use crate::base64url;
use crate::claims::Registered;
use crate::jose::{Algorithm, AlgorithmName, Candidates, CompactJws, JoseHeader, ListedKey, sha256};
use crate::json::{Node, Value};
use crate::reason::Reason;
use crate::store::{Digest, KeyStore, Known, Remembered, Tried};

/// The remembered verdicts as one token meets them. It stays where it was made, and the digest with it.
pub(super) struct Recall<'v> {
    /// `None` where verdicts of the token's kind are not remembered.
    verdicts: Option<&'v Remembered>,
    digest: Digest,
}

/// What a token says and what has to hold for it.
pub(super) enum Content<'m> {
    /// Its signature.
    Decoded { payload: &'m [u8], signature: &'m [u8] },
    /// That the same keys would be tried as then; else its signature, decoded into this room.
    Remembered { known: &'m Known, room: &'m mut Vec<u8> },
}

/// The key whose signature holds.
pub(super) struct Proved<'k> {
    pub(super) key: &'k ListedKey,
    /// What is new about it and may be kept.
    tried: Option<Tried>,
}

impl<'v> Recall<'v> {
    /// Looks nothing up yet.
    #[inline]
    pub(super) fn of(store: &'v KeyStore) -> Self {
        Recall { verdicts: store.remembered.as_ref(), digest: Digest::default() }
    }

    /// Payload and signature, out of the token or remembered; costs a digest of the token if verdicts of its kind
    /// are remembered.
    #[inline]
    pub(super) fn open<'m>(
        &mut self,
        token: &[u8],
        header: JoseHeader<'_>,
        jws: &CompactJws<'_>,
        bytes: &'m mut Vec<u8>,
        known: &'m mut Known,
        tape: &mut Vec<Node>,
    ) -> Result<Content<'m>, Reason> {
        self.verdicts = self.verdicts.filter(|_| !is_symmetric(header));
        if let Some(verdicts) = self.verdicts {
            self.digest = sha256(token);
            if verdicts.recall(&self.digest, known, tape).is_some() {
                return Ok(Content::Remembered { known, room: bytes });
            }
        }
        let (payload, signature) = decode_segments(jws, bytes)?;
        Ok(Content::Decoded { payload, signature })
    }

    /// The key among `candidates` whose signature holds.
    #[inline]
    pub(super) fn prove<'k>(
        &self,
        content: Content<'_>,
        jws: &CompactJws<'_>,
        candidates: &Candidates<'k>,
        algorithm: Algorithm,
    ) -> Result<Proved<'k>, Reason> {
        let signature = match content {
            Content::Decoded { signature, .. } => signature,
            Content::Remembered { known, room } => match candidates.recognise(&known.tried) {
                Some(key) => return Ok(Proved { key, tried: None }),
                None => base64url::decode_into(jws.signature, room).ok_or(Reason::JwtMalformed)?,
            },
        };
        let key = candidates.verify_signature(jws.signing_input, signature)?;
        let is_kept = self.verdicts.is_some() && !algorithm.is_symmetric();
        Ok(Proved { key, tried: is_kept.then(|| candidates.tried_for(key)) })
    }

    /// Keeps what was found of a token that is let through.
    #[inline]
    pub(super) fn keep(&self, claims: &Registered<'_>, proved: &Proved<'_>) {
        if let (Some(verdicts), Some(tried)) = (self.verdicts, proved.tried) {
            verdicts.remember(&self.digest, tried, claims);
        }
    }
}

impl<'m> Content<'m> {
    /// The payload as one object; what is remembered of it stands on the tape already.
    #[inline]
    pub(super) fn read(&self, tape: &'m mut Vec<Node>) -> Result<Value<'m>, Reason> {
        match *self {
            Content::Decoded { payload, .. } => read_payload(payload, tape),
            Content::Remembered { known, .. } => Value::root(&known.payload, tape).ok_or(Reason::InternalError),
        }
    }

    /// Finds the claims of the payload, or puts them where they were found then.
    #[inline]
    pub(super) fn find_claims(&self, claims: &mut Registered<'_>) -> Result<(), Reason> {
        match self {
            Content::Decoded { .. } if !claims.read_members() => return Err(Reason::JwtMalformed),
            Content::Decoded { .. } => {}
            Content::Remembered { known, .. } => claims.put_at(&known.places),
        }
        Ok(())
    }
}

/// Whether the token says that its signature is symmetric; what it says is looked at again by the ladder.
fn is_symmetric(header: JoseHeader<'_>) -> bool {
    matches!(header.algorithm(), AlgorithmName::Known(algorithm) if algorithm.is_symmetric())
}
