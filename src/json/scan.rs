//! The scanner: text in, tape out.

use core::fmt;

use super::names::{check_names, name_hash};
use super::strings::string_extent;
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
    let mut scanner =
        Scanner { text, bytes: text.as_bytes(), tape, used: 0, open: [0; MAX_DEPTH], depth: 0, bounds, duplicates };
    scanner.document()?;
    Ok((text, scanner.used))
}

const MAX_DEPTH: usize = crate::limits::DOCUMENT_JSON_DEPTH;

struct Scanner<'t, 'n> {
    text: &'t str,
    bytes: &'t [u8],
    tape: &'n mut [Node],
    used: usize,
    /// The nodes of the containers that are open, outermost first.
    open: [u32; MAX_DEPTH],
    depth: usize,
    bounds: Bounds,
    duplicates: Duplicates,
}

/// What is due behind the place that was reached.
enum Due {
    Value(usize),
    After(usize),
}

// The place is passed by value from step to step: kept in a field it would live in memory, and the
// scan would take a third longer.
impl Scanner<'_, '_> {
    fn document(&mut self) -> Result<(), Fault> {
        let mut at = self.skip_space(0);
        loop {
            match self.value(at)? {
                Due::Value(next) => at = next,
                Due::After(next) => match self.after_value(next)? {
                    Due::Value(next) => at = next,
                    Due::After(end) => {
                        return if end == self.bytes.len() { Ok(()) } else { fail(FaultKind::Syntax, end) };
                    }
                },
            }
        }
    }

    /// Reads one value; another value is due if it opened a container with something inside.
    #[inline(always)]
    fn value(&mut self, at: usize) -> Result<Due, Fault> {
        match self.bytes.get(at) {
            Some(b'"') => self.string(at, NodeKind::String).map(Due::After),
            Some(b'-' | b'0'..=b'9') => self.number(at).map(Due::After),
            Some(b'{') => self.open_object(at),
            Some(b'[') => self.open_array(at),
            Some(b't') => self.word(at, b"true", NodeKind::True),
            Some(b'f') => self.word(at, b"false", NodeKind::False),
            Some(b'n') => self.word(at, b"null", NodeKind::Null),
            _ => fail(FaultKind::Syntax, at),
        }
    }

    /// Goes on behind a value: closes what ends here. `After` is given at the end of the document.
    #[inline(always)]
    fn after_value(&mut self, at: usize) -> Result<Due, Fault> {
        let mut at = self.skip_space(at);
        while self.depth > 0 {
            let is_object = self.innermost() == NodeKind::Object;
            match self.bytes.get(at) {
                Some(b',') => {
                    at = self.skip_space(at + 1);
                    return if is_object { self.name(at).map(Due::Value) } else { Ok(Due::Value(at)) };
                }
                Some(b'}') if is_object => at = self.close(at)?,
                Some(b']') if !is_object => at = self.close(at)?,
                _ => return fail(FaultKind::Syntax, at),
            }
        }
        Ok(Due::After(at))
    }

    fn open_object(&mut self, at: usize) -> Result<Due, Fault> {
        let inside = self.open(at, NodeKind::Object)?;
        if self.bytes.get(inside) == Some(&b'}') {
            return self.close(inside).map(Due::After);
        }
        self.name(inside).map(Due::Value)
    }

    fn open_array(&mut self, at: usize) -> Result<Due, Fault> {
        let inside = self.open(at, NodeKind::Array)?;
        if self.bytes.get(inside) == Some(&b']') {
            return self.close(inside).map(Due::After);
        }
        Ok(Due::Value(inside))
    }

    fn open(&mut self, at: usize, kind: NodeKind) -> Result<usize, Fault> {
        let node = short(self.used);
        match self.open.get_mut(self.depth) {
            Some(place) if self.depth < self.bounds.depth => *place = node,
            _ => return fail(FaultKind::Depth, at),
        }
        self.depth += 1;
        self.push(Node { kind, start: short(at), ..Node::default() }, at)?;
        Ok(self.skip_space(at + 1))
    }

    /// Ends the innermost container at the bracket under `at`; gives the place behind it and space.
    fn close(&mut self, at: usize) -> Result<usize, Fault> {
        self.depth -= 1;
        let container = self.open.get(self.depth).map_or(0, |&at| index(at));
        let used = short(self.used);
        let Some(node) = self.tape.get_mut(container) else { return fail(FaultKind::Nodes, at) };
        node.link = used;
        node.len = short(at + 1) - node.start;
        if node.kind == NodeKind::Object {
            self.check_members(container)?;
        }
        Ok(self.skip_space(at + 1))
    }

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
        if self.bytes.get(at) != Some(&b'"') {
            return fail(FaultKind::Syntax, at);
        }
        let at = self.string(at, NodeKind::Name)?;
        let at = self.skip_space(at);
        if self.bytes.get(at) != Some(&b':') {
            return fail(FaultKind::Syntax, at);
        }
        Ok(self.skip_space(at + 1))
    }

    #[inline(always)]
    fn string(&mut self, at: usize, kind: NodeKind) -> Result<usize, Fault> {
        let start = at + 1;
        let extent = string_extent(self.bytes, start).map_err(|(kind, offset)| Fault { kind, offset })?;
        let len = extent.end - start;
        let link = if kind == NodeKind::Name && !extent.escaped { name_hash(self.bytes, start, len) } else { 0 };
        let flags = if extent.escaped { ESCAPED } else { 0 };
        self.push(Node { kind, flags, start: short(start), len: short(len), link }, at)?;
        Ok(extent.end + 1)
    }

    #[inline(always)]
    fn number(&mut self, start: usize) -> Result<usize, Fault> {
        let mut at = start;
        if self.bytes.get(at) == Some(&b'-') {
            at += 1;
        }
        at = match self.bytes.get(at) {
            Some(b'0') => at + 1,
            _ => self.digits(at)?,
        };
        if self.bytes.get(at) == Some(&b'.') {
            at = self.digits(at + 1)?;
        }
        if let Some(b'e' | b'E') = self.bytes.get(at) {
            at += 1;
            if let Some(b'+' | b'-') = self.bytes.get(at) {
                at += 1;
            }
            at = self.digits(at)?;
        }
        self.push(
            Node { kind: NodeKind::Number, start: short(start), len: short(at - start), ..Node::default() },
            start,
        )?;
        Ok(at)
    }

    /// One digit or more.
    #[inline(always)]
    fn digits(&self, start: usize) -> Result<usize, Fault> {
        let mut at = start;
        while let Some(b'0'..=b'9') = self.bytes.get(at) {
            at += 1;
        }
        if at == start { fail(FaultKind::Syntax, at) } else { Ok(at) }
    }

    fn word(&mut self, at: usize, word: &[u8], kind: NodeKind) -> Result<Due, Fault> {
        if !self.bytes.get(at..).is_some_and(|rest| rest.starts_with(word)) {
            return fail(FaultKind::Syntax, at);
        }
        self.push(Node { kind, start: short(at), len: short(word.len()), ..Node::default() }, at)?;
        Ok(Due::After(at + word.len()))
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

    #[inline(always)]
    fn innermost(&self) -> NodeKind {
        let node = self.open.get(self.depth.wrapping_sub(1)).and_then(|&at| self.tape.get(index(at)));
        node.map_or(NodeKind::Null, |node| node.kind)
    }

    #[inline(always)]
    fn skip_space(&self, mut at: usize) -> usize {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.bytes.get(at) {
            at += 1;
        }
        at
    }
}

#[cold]
fn fail<T>(kind: FaultKind, offset: usize) -> Result<T, Fault> {
    Err(Fault { kind, offset })
}
