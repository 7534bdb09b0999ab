//! The JOSE header of a token (RFC 7515 section 4), decoded once and remembered.
//!
//! Refuses what is no JSON object, a repeated name, over 4096 decoded bytes; then `alg` or `kid` of the
//! wrong type; then `crit` and `b64`. `jku`, `x5u`, `jwk`, `x5c`, `x5t` and `x5t#S256` are never looked
//! at (REQ-JWS-14). Allocates until its memory is as large as the largest header seen, then not at all.

use core::ops::Range;

use super::algorithm::AlgorithmName;
use super::media_type::write_media_type;
use super::part::scan_part;
use crate::base64url;
use crate::json::{Node, Value};
use crate::limits;
use crate::reason::Reason;

/// Memory for one header. The header read last stays in it: clients send the same one for hours.
#[derive(Default)]
pub struct HeaderMemory {
    segment: Vec<u8>,
    text: String,
    tape: Vec<Node>,
    used: usize,
    /// `kid` and `typ` with their escapes resolved.
    names: Vec<u8>,
    /// Nothing before the first header, and after one that could not be read.
    facts: Option<Facts>,
}

/// What stands in `typ`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderType<'h> {
    /// No `typ`.
    Absent,
    /// A `typ` that is no string: [`Reason::TokenTypeMismatch`], when types are judged.
    NotText,
    /// A media type in its one spelling (see [`super::media_type`]).
    Named(&'h [u8]),
}

struct Facts {
    algorithm: AlgorithmName,
    kid: Option<Range<usize>>,
    typ: Type,
    nested: bool,
    members: Result<(), Reason>,
}

enum Type {
    Absent,
    NotText,
    Named(Range<usize>),
}

impl HeaderMemory {
    /// Memory that is empty and grows with the first header.
    pub fn new() -> HeaderMemory {
        HeaderMemory::default()
    }

    /// Reads the first part of a token; bytes equal to those read last are not decoded again.
    ///
    /// # Errors
    /// [`Reason::JwtMalformed`] for everything that is no header (REQ-JWS-04, REQ-JWS-05, REQ-JWS-28). What
    /// its members say is judged by [`JoseHeader::check_members`].
    #[inline]
    pub fn read(&mut self, segment: &[u8]) -> Result<JoseHeader<'_>, Reason> {
        if self.facts.is_none() || self.segment != segment {
            self.decode(segment).ok_or(Reason::JwtMalformed)?;
        }
        let facts = self.facts.as_ref().ok_or(Reason::JwtMalformed)?;
        Ok(JoseHeader { memory: self, facts })
    }

    fn decode(&mut self, segment: &[u8]) -> Option<()> {
        self.facts = None;
        if base64url::decoded_len(segment.len()) > limits::JOSE_HEADER_BYTES {
            return None;
        }
        self.segment.clear();
        self.segment.extend_from_slice(segment);
        let mut bytes = core::mem::take(&mut self.text).into_bytes();
        bytes.resize(base64url::decoded_len(segment.len()), 0);
        let decoded = base64url::decode(segment, &mut bytes).is_some();
        let scanned = if decoded { scan_part(&bytes, &mut self.tape) } else { None };
        // Kept whatever the outcome, so that its room is used again: what is no UTF-8 gives its room too.
        self.text = String::from_utf8(bytes).unwrap_or_else(|refused| {
            let mut room = refused.into_bytes();
            room.clear();
            String::from_utf8(room).unwrap_or_default()
        });
        self.used = scanned?;
        self.names.clear();
        let header = Value::root(&self.text, &self.tape)?;
        self.facts = Some(Facts::read(header, &mut self.names)?);
        Some(())
    }
}

/// Prints nothing of the header: it comes from a token.
impl core::fmt::Debug for HeaderMemory {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "HeaderMemory of {} bytes", self.text.len())
    }
}

impl Facts {
    /// `None` if `header` is no object.
    fn read(header: Value<'_>, names: &mut Vec<u8>) -> Option<Facts> {
        let (mut alg, mut kid, mut typ, mut cty) = (None, None, None, None);
        let mut extended = false;
        for (name, value) in header.as_object()? {
            if name.is("alg") {
                alg = Some(value);
            } else if name.is("kid") {
                kid = Some(value);
            } else if name.is("typ") {
                typ = Some(value);
            } else if name.is("cty") {
                cty = Some(value);
            } else if name.is("crit") {
                // No extension is processed, and a list that names none is broken (REQ-JWS-10, REQ-JWS-11).
                extended = true;
            } else if name.is("b64") {
                // Unencoded payloads are not for this door (REQ-JWS-12).
                extended |= value.as_bool() != Some(true);
            }
        }
        let alg = alg.and_then(|value| value.as_text());
        let kid_is_text = kid.is_none_or(|value| value.as_text().is_some());
        let members = match (alg.is_some() && kid_is_text, extended) {
            (false, _) => Err(Reason::JwtMalformed),
            (true, true) => Err(Reason::CritUnsupported),
            (true, false) => Ok(()),
        };
        let cty =
            cty.and_then(|value| value.as_text()).map(|text| add(names, |out| write_media_type(text.bytes(), out)));
        let nested = cty.is_some_and(|range| names.get(range) == Some(b"jwt"));
        Some(Facts {
            algorithm: alg.map_or(AlgorithmName::Unknown, |text| AlgorithmName::from_text(&text)),
            kid: kid.and_then(|value| value.as_text()).map(|text| add(names, |out| text.write(out))),
            typ: match typ.map(|value| value.as_text()) {
                None => Type::Absent,
                Some(None) => Type::NotText,
                Some(Some(text)) => Type::Named(add(names, |out| write_media_type(text.bytes(), out))),
            },
            nested,
            members,
        })
    }
}

fn add(names: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) -> Range<usize> {
    let start = names.len();
    write(names);
    start..names.len()
}

/// A header that was read, in the [`HeaderMemory`] that holds it.
#[derive(Clone, Copy)]
pub struct JoseHeader<'h> {
    memory: &'h HeaderMemory,
    facts: &'h Facts,
}

impl<'h> JoseHeader<'h> {
    /// The faults of members that end the reading, in their order: `alg` and `kid`, then `crit` and `b64`.
    ///
    /// # Errors
    /// [`Reason::JwtMalformed`] if `alg` is absent or either is no string (REQ-JWS-06, REQ-JWS-15), then
    /// [`Reason::CritUnsupported`] (REQ-JWS-10 to REQ-JWS-12).
    #[inline]
    pub fn check_members(&self) -> Result<(), Reason> {
        self.facts.members
    }

    /// What `alg` names.
    pub fn algorithm(&self) -> AlgorithmName {
        self.facts.algorithm
    }

    /// The `kid`, escapes resolved.
    #[inline]
    pub fn kid(&self) -> Option<&'h [u8]> {
        self.facts.kid.clone().and_then(|range| self.memory.names.get(range))
    }

    /// The `typ`; judged later than the other members.
    pub fn typ(&self) -> HeaderType<'h> {
        match &self.facts.typ {
            Type::Absent => HeaderType::Absent,
            Type::NotText => HeaderType::NotText,
            Type::Named(range) => HeaderType::Named(self.memory.names.get(range.clone()).unwrap_or(&[])),
        }
    }

    /// Whether `cty` says that the payload is another token: [`Reason::TokenTypeMismatch`], when types are
    /// judged (REQ-JWS-19).
    pub fn is_nested(&self) -> bool {
        self.facts.nested
    }

    /// The header's object, for its other members.
    pub fn value(&self) -> Option<Value<'h>> {
        Value::root(&self.memory.text, self.memory.tape.get(..self.memory.used)?)
    }
}

/// Prints nothing of the header: it comes from a token.
impl core::fmt::Debug for JoseHeader<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "JoseHeader of {} bytes", self.memory.text.len())
    }
}
