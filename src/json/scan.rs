//! The scanner: text in, tape out.

use core::fmt;

use super::names::{NameFilter, check_names, name_hash};
use super::strings::{name_extent, string_extent};
use super::tape::{ESCAPED, Node, NodeKind, REPEATED, index, short};

/// What a text may hold at most.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Containers inside one another, the outermost counted as 1; at most 64.
    pub depth: usize,
    /// Members of one object.
    pub members: usize,
}

/// What to do about a name that stands twice in one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duplicates {
    /// A fault.
    Refuse,
    /// Mark the object and go on; [`super::Value::has_repeated_name`] tells.
    Mark,
}

/// Why a text is no JSON that we read, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// Bytes from the start of the text to the fault.
    pub offset: usize,
}

/// See [`Fault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// Not of the grammar of RFC 8259.
    Syntax,
    /// Not UTF-8.
    Utf8,
    /// Half of a surrogate pair in an escape.
    Surrogate,
    /// A name twice in one object.
    RepeatedName,
    /// Containers nested too deep.
    Depth,
    /// Too many members in one object.
    Members,
    /// More values than the tape has room for.
    Nodes,
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FaultKind::Syntax => "not valid JSON",
            FaultKind::Utf8 => "not valid UTF-8",
            FaultKind::Surrogate => "half of a surrogate pair",
            FaultKind::RepeatedName => "a member name that stands twice",
            FaultKind::Depth => "nested too deep",
            FaultKind::Members => "too many members in one object",
            FaultKind::Nodes => "too many values",
        })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.kind, self.offset)
    }
}

impl std::error::Error for Fault {}

/// How many nodes the longest tape for a text of `bytes` has.
pub(crate) const fn nodes_for(bytes: usize) -> usize {
    bytes / 2 + 1
}

/// Reads `text` into the front of `tape`; gives back the text as a string and how many nodes it took.
///
/// # Errors
/// The first fault, with its offset. What stands on the tape is then of no use.
pub fn scan<'t>(
    text: &'t [u8],
    bounds: Bounds,
    duplicates: Duplicates,
    tape: &mut [Node],
) -> Result<(&'t str, usize), Fault> {
    let text =
        core::str::from_utf8(text).map_err(|error| Fault { kind: FaultKind::Utf8, offset: error.valid_up_to() })?;
    if u32::try_from(text.len()).is_err() {
        return Err(Fault { kind: FaultKind::Nodes, offset: 0 });
    }
    let bytes = text.as_bytes();
    let names = NameFilter::new();
    let mut scanner =
        Scanner { text, bytes, tape, used: 0, innermost: 0, depth: 0, names, doubtful: 0, bounds, duplicates };
    scanner.document()?;
    Ok((text, scanner.used))
}

/// One bit of `doubtful` for each level.
const MAX_DEPTH: usize = crate::limits::DOCUMENT_JSON_DEPTH;

struct Scanner<'t, 'n> {
    text: &'t str,
    bytes: &'t [u8],
    tape: &'n mut [Node],
    used: usize,
    /// The node of the innermost open container, whose `link` is that of the one around it, until it closes.
    innermost: usize,
    depth: usize,
    names: NameFilter,
    /// The levels whose object may hold a name twice: closing it, its names are compared.
    doubtful: u64,
    bounds: Bounds,
    duplicates: Duplicates,
}

/// What stands around the place that was reached.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Around {
    Nothing,
    Array,
    Object,
}

// The place is passed by value from step to step: kept in a field it would live in memory, and the
// scan would take a third longer.
impl Scanner<'_, '_> {
    fn document(&mut self) -> Result<(), Fault> {
        let mut around = Around::Nothing;
        let mut at = self.skip_space(0);
        loop {
            if around == Around::Object {
                at = self.name(at)?;
            }
            at = match self.byte(at) {
                b'"' => self.string(at)?,
                b'{' => {
                    at = self.open(at, NodeKind::Object)?;
                    around = Around::Object;
                    if self.byte(at) != b'}' {
                        continue;
                    }
                    at
                }
                b'[' => {
                    at = self.open(at, NodeKind::Array)?;
                    around = Around::Array;
                    if self.byte(at) != b']' {
                        continue;
                    }
                    at
                }
                byte => self.scalar(at, byte)?,
            };
            loop {
                at = self.skip_space(at);
                match (self.byte(at), around) {
                    (b',', Around::Object | Around::Array) => break,
                    (b'}', Around::Object) | (b']', Around::Array) => around = self.close(at)?,
                    (_, Around::Nothing) if at == self.bytes.len() => return Ok(()),
                    _ => return fail(FaultKind::Syntax, at),
                }
                at += 1;
            }
            at = self.skip_space(at + 1);
        }
    }

    /// Begins a container; gives the place of what stands inside.
    fn open(&mut self, at: usize, kind: NodeKind) -> Result<usize, Fault> {
        if self.depth >= self.bounds.depth.min(MAX_DEPTH) {
            return fail(FaultKind::Depth, at);
        }
        let node = self.used;
        self.push(Node { kind, start: short(at), link: short(self.innermost), ..Node::default() }, at)?;
        self.innermost = node;
        self.doubtful &= !(1 << self.depth);
        self.depth += 1;
        Ok(self.skip_space(at + 1))
    }

    /// Ends the innermost container at the bracket under `at`; tells what is around it.
    fn close(&mut self, at: usize) -> Result<Around, Fault> {
        let container = self.innermost;
        let used = self.used;
        let Some(node) = self.tape.get_mut(container) else { return fail(FaultKind::Nodes, at) };
        self.innermost = index(node.link);
        self.depth -= 1;
        node.link = short(used);
        node.len = short(at + 1) - node.start;
        // Each member takes two nodes or more.
        let is_large = (used - container) / 2 > self.bounds.members;
        if node.kind == NodeKind::Object && (is_large || self.doubtful >> self.depth & 1 != 0) {
            self.check_members(container)?;
        }
        Ok(match self.tape.get(self.innermost).map(|node| node.kind) {
            _ if self.depth == 0 => Around::Nothing,
            Some(NodeKind::Object) => Around::Object,
            _ => Around::Array,
        })
    }

    #[cold]
    fn check_members(&mut self, object: usize) -> Result<(), Fault> {
        let Some(nodes) = self.tape.get_mut(..self.used) else { return fail(FaultKind::Nodes, 0) };
        let names = check_names(self.text, nodes, object);
        let start = |node: Option<&Node>| node.map_or(0, |node| index(node.start));
        if names.count > self.bounds.members {
            return fail(FaultKind::Members, start(nodes.get(object)));
        }
        if let Some(name) = names.repeated {
            if self.duplicates == Duplicates::Refuse {
                return fail(FaultKind::RepeatedName, start(nodes.get(name)));
            }
            if let Some(node) = nodes.get_mut(object) {
                node.flags |= REPEATED;
            }
        }
        Ok(())
    }

    /// A member name, the colon and the space around it; gives the place of the value.
    #[inline(always)]
    fn name(&mut self, at: usize) -> Result<usize, Fault> {
        if self.byte(at) != b'"' {
            return fail(FaultKind::Syntax, at);
        }
        let start = at + 1;
        let extent = name_extent(self.bytes, start).map_err(|(kind, offset)| Fault { kind, offset })?;
        let len = extent.end - start;
        let link = name_hash(extent.prefix, len);
        let flags = if extent.escaped { ESCAPED } else { 0 };
        if extent.escaped || self.names.may_hold(self.innermost, link) {
            self.doubtful |= 1 << (self.depth - 1);
        }
        self.push(Node { kind: NodeKind::Name, flags, start: short(start), len: short(len), link }, at)?;
        let at = self.skip_space(extent.end + 1);
        if self.byte(at) != b':' {
            return fail(FaultKind::Syntax, at);
        }
        Ok(self.skip_space(at + 1))
    }

    /// A string that is a value; gives the place behind it.
    #[inline(always)]
    fn string(&mut self, at: usize) -> Result<usize, Fault> {
        let start = at + 1;
        let extent = string_extent(self.bytes, start).map_err(|(kind, offset)| Fault { kind, offset })?;
        let flags = if extent.escaped { ESCAPED } else { 0 };
        let len = short(extent.end - start);
        self.push(Node { kind: NodeKind::String, flags, start: short(start), len, link: 0 }, at)?;
        Ok(extent.end + 1)
    }

    /// A value that is no string and no container.
    fn scalar(&mut self, at: usize, first: u8) -> Result<usize, Fault> {
        match first {
            b'-' | b'0'..=b'9' => self.number(at),
            b't' => self.word(at, b"true", NodeKind::True),
            b'f' => self.word(at, b"false", NodeKind::False),
            b'n' => self.word(at, b"null", NodeKind::Null),
            _ => fail(FaultKind::Syntax, at),
        }
    }

    #[inline]
    fn number(&mut self, start: usize) -> Result<usize, Fault> {
        let mut at = start;
        if self.byte(at) == b'-' {
            at += 1;
        }
        at = match self.byte(at) {
            b'0' => at + 1,
            _ => self.digits(at)?,
        };
        if self.byte(at) == b'.' {
            at = self.digits(at + 1)?;
        }
        if let b'e' | b'E' = self.byte(at) {
            at += 1;
            if let b'+' | b'-' = self.byte(at) {
                at += 1;
            }
            at = self.digits(at)?;
        }
        let len = short(at - start);
        self.push(Node { kind: NodeKind::Number, start: short(start), len, ..Node::default() }, start)?;
        Ok(at)
    }

    /// One digit or more.
    #[inline]
    fn digits(&self, start: usize) -> Result<usize, Fault> {
        let mut at = start;
        while self.byte(at).is_ascii_digit() {
            at += 1;
        }
        if at == start { fail(FaultKind::Syntax, at) } else { Ok(at) }
    }

    fn word(&mut self, at: usize, word: &[u8], kind: NodeKind) -> Result<usize, Fault> {
        if !self.bytes.get(at..).is_some_and(|rest| rest.starts_with(word)) {
            return fail(FaultKind::Syntax, at);
        }
        self.push(Node { kind, start: short(at), len: short(word.len()), ..Node::default() }, at)?;
        Ok(at + word.len())
    }

    #[inline(always)]
    fn push(&mut self, node: Node, at: usize) -> Result<(), Fault> {
        match self.tape.get_mut(self.used) {
            Some(place) => {
                *place = node;
                self.used += 1;
                Ok(())
            }
            None => fail(FaultKind::Nodes, at),
        }
    }

    /// The byte under `at`; behind the text a zero, which no grammar here holds.
    #[inline(always)]
    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    #[inline(always)]
    fn skip_space(&self, at: usize) -> usize {
        // Issuers write no space, so that the first look is nearly always the last.
        if self.byte(at) > b' ' { at } else { self.skip_spaces(at) }
    }

    #[cold]
    fn skip_spaces(&self, mut at: usize) -> usize {
        while let b' ' | b'\t' | b'\n' | b'\r' = self.byte(at) {
            at += 1;
        }
        at
    }
}

#[cold]
fn fail<T>(kind: FaultKind, offset: usize) -> Result<T, Fault> {
    Err(Fault { kind, offset })
}
