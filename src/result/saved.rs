//! A decision as one relocatable block in the host's memory: an nginx pool, a Python object.
//!
//! The block is a row of 32-bit words in the machine's byte order, then the texts, then the claims.
//! It is for the process that wrote it and its children, not for a disk or a wire.

use core::fmt;

use super::decision::{Decision, Facts, FieldName, Span};
use crate::detail::Detail;
use crate::json::{Bounds, Duplicates, scan};
use crate::limits;
use crate::reason::Reason;
use crate::scheme_name::SchemeName;

/// Why a block is no saved decision. The decision that it was loaded into then denies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SavedFault;

impl fmt::Display for SavedFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the block does not hold a decision of this version")
    }
}

impl std::error::Error for SavedFault {}

impl Decision {
    /// How many bytes [`Decision::save`] needs.
    pub fn saved_len(&self) -> usize {
        WORD * (HEAD_WORDS + 3 * self.memory.fields.len()) + self.memory.text.len() + self.claims_len()
    }

    /// Writes the decision as one block to the front of `memory`, which may be moved or copied afterwards.
    ///
    /// # Errors
    /// The needed length, if `memory` is shorter; nothing useful is written then.
    pub fn save(&self, memory: &mut [u8]) -> Result<usize, usize> {
        let needed = self.saved_len();
        let Some(block) = memory.get_mut(..needed) else { return Err(needed) };
        let mut writer = Writer { block, at: 0 };
        let facts = &self.facts;
        for word in [
            MAGIC,
            word(needed),
            facts.reason.number(),
            u32::from(facts.http_status),
            facts.scheme.map_or(0, SchemeName::number),
            u32::from(facts.outside_authorization),
            facts.detail.map_or(0, Detail::number),
            word(self.memory.fields.len()),
            word(self.memory.text.len()),
            facts.claims.map_or(NONE, |_| word(self.claims_len())),
        ] {
            writer.word(word);
        }
        writer.bytes(&facts.need_generation.to_ne_bytes());
        for span in spans(facts) {
            writer.span(span);
        }
        for &(name, value) in &self.memory.fields {
            writer.word(FieldName::ALL.iter().position(|&known| known == name).map_or(NONE, word));
            writer.span(Some(value));
        }
        writer.bytes(&self.memory.text);
        writer.bytes(self.payload().unwrap_or_default().as_bytes());
        Ok(needed)
    }

    /// Takes the decision that [`Decision::save`] wrote at the front of `block`, in place of what stands here.
    ///
    /// # Errors
    /// [`SavedFault`]; this decision is then undecided, which denies.
    pub fn load(&mut self, block: &[u8]) -> Result<(), SavedFault> {
        self.reset();
        let loaded = self.try_load(block);
        if loaded.is_none() {
            self.reset();
        }
        loaded.ok_or(SavedFault)
    }

    fn try_load(&mut self, block: &[u8]) -> Option<()> {
        let mut reader = Reader { rest: block };
        if reader.word()? != MAGIC || usize::try_from(reader.word()?).ok()? > block.len() {
            return None;
        }
        let mut facts = Facts { reason: Reason::from_number(reader.word()?)?, ..Facts::default() };
        facts.http_status = u16::try_from(reader.word()?).ok()?;
        facts.scheme = SchemeName::from_number(reader.word()?);
        facts.outside_authorization = reader.word()? != 0;
        facts.detail = Detail::from_number(reader.word()?);
        let (fields, text, claims) = (reader.word()?, reader.word()?, reader.word()?);
        facts.need_generation = reader.wide()?;
        let text = usize::try_from(text).ok()?;
        for place in spans_mut(&mut facts) {
            *place = reader.span(text)?;
        }
        for _ in 0..fields {
            let name = *FieldName::ALL.get(usize::try_from(reader.word()?).ok()?)?;
            self.memory.fields.push((name, reader.span(text)??));
        }
        self.memory.text.extend_from_slice(reader.bytes(text)?);
        if claims != NONE {
            self.load_claims(reader.bytes(usize::try_from(claims).ok()?)?)?;
            facts.claims = Some(claims);
        }
        if !is_sound(&facts) {
            return None;
        }
        self.facts = facts;
        Some(())
    }

    fn load_claims(&mut self, claims: &[u8]) -> Option<()> {
        let memory = &mut self.memory;
        memory.token.clear();
        memory.token.extend_from_slice(claims);
        let nodes = crate::json::nodes_for(claims.len()).min(limits::TOKEN_JSON_NODES);
        if memory.tape.len() < nodes {
            memory.tape.resize(nodes, crate::json::Node::default());
        }
        let bounds = Bounds { depth: limits::TOKEN_JSON_DEPTH, members: limits::TOKEN_JSON_MEMBERS };
        scan(claims, bounds, Duplicates::Refuse, &mut memory.tape).ok().map(|_| ())
    }

    fn claims_len(&self) -> usize {
        let len = self.facts.claims.filter(|_| self.authenticated()).unwrap_or(0);
        usize::try_from(len).unwrap_or(0)
    }
}

/// Whether the facts can stand beside each other; no single damaged bit makes a denial one that allows.
fn is_sound(facts: &Facts) -> bool {
    let reason = facts.reason;
    let malformed = reason.is_malformed_credential() && matches!(facts.http_status, 400 | 401);
    let proved = facts.claims.is_some() || facts.subject.is_some();
    (malformed || facts.http_status == reason.http_status())
        && (reason == Reason::Ok || facts.claims.is_none())
        && (reason != Reason::Ok || proved)
}

fn spans(facts: &Facts) -> [Option<Span>; 7] {
    [facts.issuer, facts.subject, facts.key_id, facts.attempt, facts.body, facts.need_issuer, facts.need_uri]
}

fn spans_mut(facts: &mut Facts) -> [&mut Option<Span>; 7] {
    [
        &mut facts.issuer,
        &mut facts.subject,
        &mut facts.key_id,
        &mut facts.attempt,
        &mut facts.body,
        &mut facts.need_issuer,
        &mut facts.need_uri,
    ]
}

fn word(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

struct Writer<'a> {
    block: &'a mut [u8],
    at: usize,
}

impl Writer<'_> {
    fn bytes(&mut self, bytes: &[u8]) {
        let end = self.at + bytes.len();
        if let Some(place) = self.block.get_mut(self.at..end) {
            place.copy_from_slice(bytes);
        }
        self.at = end;
    }

    fn word(&mut self, word: u32) {
        self.bytes(&word.to_ne_bytes());
    }

    fn span(&mut self, span: Option<Span>) {
        let span = span.unwrap_or(Span { start: NONE, len: 0 });
        self.word(span.start);
        self.word(span.len);
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn bytes(&mut self, len: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(bytes)
    }

    fn word(&mut self) -> Option<u32> {
        let (bytes, rest) = self.rest.split_first_chunk::<WORD>()?;
        self.rest = rest;
        Some(u32::from_ne_bytes(*bytes))
    }

    fn wide(&mut self) -> Option<u64> {
        let (bytes, rest) = self.rest.split_first_chunk::<{ 2 * WORD }>()?;
        self.rest = rest;
        Some(u64::from_ne_bytes(*bytes))
    }

    /// A span of a text of `text` bytes; the inner `None` is an absent one.
    #[expect(clippy::option_option, reason = "a broken block and an absent span are two things")]
    fn span(&mut self, text: usize) -> Option<Option<Span>> {
        let span = Span { start: self.word()?, len: self.word()? };
        if span.start == NONE {
            return Some(None);
        }
        (span.range()?.end <= text).then_some(Some(span))
    }
}

const WORD: usize = 4;
/// The words in front of the fields: ten of [`Decision::save`], a generation of two and seven spans.
const HEAD_WORDS: usize = 10 + 2 + 2 * 7;
const MAGIC: u32 = u32::from_be_bytes(*b"CSD3");
const NONE: u32 = u32::MAX;
