//! A token opened and its signature proved, or both remembered of an earlier check.
//!
//! What is remembered stands for decoding the payload, scanning it and verifying the signature, and for
//! nothing else: the ladder climbs every other step again, in the same order. Symmetric signatures are
//! never remembered: checking one costs less than finding it.

use super::ladder::{decode_segments, read_payload};
use crate::base64url;
use crate::claims::Registered;
use crate::jose::{Algorithm, AlgorithmName, Candidates, CompactJws, JoseHeader, ListedKey, sha256};
use crate::json::{Node, Value};
use crate::reason::Reason;
use crate::store::{Digest, KeyStore, Remembered, Tried};

/// The remembered verdicts as one token meets them.
pub(super) struct Recall<'v> {
    verdicts: Option<(&'v Remembered, Digest)>,
}

/// What has to hold for a token.
pub(super) enum Proof<'m> {
    /// Its signature.
    Signature(&'m [u8]),
    /// That these keys would be tried; else its signature, decoded into this room.
    Remembered { tried: Tried, room: &'m mut [u8] },
}

/// The key whose signature holds.
pub(super) struct Proved<'k> {
    pub(super) key: &'k ListedKey,
    /// What is new about it and may be kept.
    tried: Option<Tried>,
}

impl<'v> Recall<'v> {
    /// Looks nothing up yet; costs a digest of the token if verdicts of its kind are remembered.
    #[inline]
    pub(super) fn of(store: &'v KeyStore, token: &[u8], header: JoseHeader<'_>) -> Self {
        let verdicts = store.remembered.as_ref().filter(|_| !is_symmetric(header));
        Recall { verdicts: verdicts.map(|verdicts| (verdicts, sha256(token))) }
    }

    /// Payload and signature, from the token or remembered.
    #[inline]
    pub(super) fn open<'m>(
        &self,
        jws: &CompactJws<'_>,
        bytes: &'m mut Vec<u8>,
        tape: &mut Vec<Node>,
    ) -> Result<(&'m [u8], Proof<'m>), Reason> {
        let recalled = self.verdicts.as_ref().and_then(|(verdicts, digest)| verdicts.recall(digest, bytes, tape));
        let Some(recalled) = recalled else {
            let (payload, signature) = decode_segments(jws, bytes)?;
            return Ok((payload, Proof::Signature(signature)));
        };
        let room = recalled.payload + jws.signature.len();
        if bytes.len() < room {
            bytes.resize(room, 0);
        }
        let (payload, room) = bytes.split_at_mut_checked(recalled.payload).ok_or(Reason::InternalError)?;
        Ok((payload, Proof::Remembered { tried: recalled.tried, room }))
    }

    /// The key among `candidates` whose signature holds.
    #[inline]
    pub(super) fn prove<'k>(
        &self,
        proof: &mut Proof<'_>,
        jws: &CompactJws<'_>,
        candidates: &Candidates<'k>,
        algorithm: Algorithm,
    ) -> Result<Proved<'k>, Reason> {
        let signature = match proof {
            Proof::Signature(signature) => *signature,
            Proof::Remembered { tried, room } => match candidates.recognise(tried) {
                Some(key) => return Ok(Proved { key, tried: None }),
                None => base64url::decode(jws.signature, room).ok_or(Reason::JwtMalformed)?,
            },
        };
        let key = candidates.verify_signature(jws.signing_input, signature)?;
        let is_kept = self.verdicts.is_some() && !algorithm.is_symmetric();
        Ok(Proved { key, tried: is_kept.then(|| candidates.tried_for(key)) })
    }

    /// Keeps what was found of a token that is let through.
    #[inline]
    pub(super) fn keep(&self, payload: &[u8], claims: &Registered<'_>, proved: &Proved<'_>) {
        if let (Some((verdicts, digest)), Some(tried)) = (&self.verdicts, proved.tried) {
            verdicts.remember(digest, tried, payload, claims.root().nodes());
        }
    }
}

impl Proof<'_> {
    /// The payload as one object; what is remembered of it stands on the tape already.
    #[inline]
    pub(super) fn read<'m>(&self, payload: &'m [u8], tape: &'m mut Vec<Node>) -> Result<Value<'m>, Reason> {
        match self {
            Proof::Signature(_) => read_payload(payload, tape),
            Proof::Remembered { .. } => {
                let text = core::str::from_utf8(payload).map_err(|_| Reason::InternalError)?;
                Value::root(text, tape).ok_or(Reason::InternalError)
            }
        }
    }
}

/// Whether the token says that its signature is symmetric; what it says is looked at again by the ladder.
fn is_symmetric(header: JoseHeader<'_>) -> bool {
    matches!(header.algorithm(), AlgorithmName::Known(algorithm) if algorithm.is_symmetric())
}
