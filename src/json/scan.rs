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
    let mut scanner = Scanner {
        text,
        bytes: text.as_bytes(),
        at: 0,
        tape,
        used: 0,
        open: [0; MAX_DEPTH],
        depth: 0,
        bounds,
        duplicates,
    };
    scanner.document()?;
    Ok((text, scanner.used))
}

const MAX_DEPTH: usize = crate::limits::DOCUMENT_JSON_DEPTH;

struct Scanner<'t, 'n> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    tape: &'n mut [Node],
    used: usize,
    /// The nodes of the containers that are open, outermost first.
    open: [u32; MAX_DEPTH],
    depth: usize,
    bounds: Bounds,
    duplicates: Duplicates,
}

impl Scanner<'_, '_> {
    fn document(&mut self) -> Result<(), Fault> {
        self.skip_space();
        loop {
            // A value is due: either it opens a container with something inside, or it ends here.
            if self.value()? {
                continue;
            }
            if !self.after_value()? {
                break;
            }
        }
        self.skip_space();
        if self.at == self.bytes.len() { Ok(()) } else { self.fail(FaultKind::Syntax) }
    }

    /// Reads one value; true if it opened a container in which another value is due.
    #[inline]
    fn value(&mut self) -> Result<bool, Fault> {
        match self.peek() {
            Some(b'"') => {
                self.string(NodeKind::String)?;
                Ok(false)
            }
            Some(b'-' | b'0'..=b'9') => self.number().map(|()| false),
            Some(b'{') => self.open_object(),
            Some(b'[') => self.open_array(),
            Some(b't') => self.word(b"true", NodeKind::True),
            Some(b'f') => self.word(b"false", NodeKind::False),
            Some(b'n') => self.word(b"null", NodeKind::Null),
            _ => self.fail(FaultKind::Syntax),
        }
    }

    /// Goes on behind a value: closes what ends here; true if another value is due.
    #[inline]
    fn after_value(&mut self) -> Result<bool, Fault> {
        loop {
            if self.depth == 0 {
                return Ok(false);
            }
            self.skip_space();
            let is_object = self.innermost().is_some_and(|node| node.kind == NodeKind::Object);
            match self.peek() {
                Some(b',') => {
                    self.at += 1;
                    self.skip_space();
                    if is_object {
                        self.name()?;
                    }
                    return Ok(true);
                }
                Some(b'}') if is_object => self.close()?,
                Some(b']') if !is_object => self.close()?,
                _ => return self.fail(FaultKind::Syntax),
            }
        }
    }

    fn open_object(&mut self) -> Result<bool, Fault> {
        self.open(NodeKind::Object)?;
        if self.peek() == Some(b'}') {
            return self.close().map(|()| false);
        }
        self.name().map(|()| true)
    }

    fn open_array(&mut self) -> Result<bool, Fault> {
        self.open(NodeKind::Array)?;
        if self.peek() == Some(b']') {
            return self.close().map(|()| false);
        }
        Ok(true)
    }

    fn open(&mut self, kind: NodeKind) -> Result<(), Fault> {
        if self.depth >= self.bounds.depth {
            return self.fail(FaultKind::Depth);
        }
        let node = short(self.used);
        let Some(place) = self.open.get_mut(self.depth) else { return self.fail(FaultKind::Depth) };
        *place = node;
        self.depth += 1;
        self.push(Node { kind, start: short(self.at), ..Node::default() })?;
        self.at += 1;
        self.skip_space();
        Ok(())
    }

    /// Ends the innermost container at the bracket under the cursor.
    fn close(&mut self) -> Result<(), Fault> {
        self.at += 1;
        self.depth -= 1;
        let container = self.open.get(self.depth).map_or(0, |&at| index(at));
        let (used, end) = (short(self.used), short(self.at));
        let Some(node) = self.tape.get_mut(container) else { return self.fail(FaultKind::Nodes) };
        node.link = used;
        node.len = end - node.start;
        if node.kind == NodeKind::Object {
            self.check_members(container)?;
        }
        Ok(())
    }

    fn check_members(&mut self, object: usize) -> Result<(), Fault> {
        let Some(nodes) = self.tape.get_mut(..self.used) else { return self.fail(FaultKind::Nodes) };
        let names = check_names(self.text, nodes, object);
        let start = |node: Option<&Node>| node.map_or(0, |node| index(node.start));
        if names.count > self.bounds.members {
            return Err(Fault { kind: FaultKind::Members, offset: start(nodes.get(object)) });
        }
        if let Some(name) = names.repeated {
            if self.duplicates == Duplicates::Refuse {
                return Err(Fault { kind: FaultKind::RepeatedName, offset: start(nodes.get(name)) });
            }
            if let Some(node) = nodes.get_mut(object) {
                node.flags |= REPEATED;
            }
        }
        Ok(())
    }

    /// A member name, the colon and the space around it.
    #[inline]
    fn name(&mut self) -> Result<(), Fault> {
        if self.peek() != Some(b'"') {
            return self.fail(FaultKind::Syntax);
        }
        self.string(NodeKind::Name)?;
        self.skip_space();
        if self.peek() != Some(b':') {
            return self.fail(FaultKind::Syntax);
        }
        self.at += 1;
        self.skip_space();
        Ok(())
    }

    #[inline]
    fn string(&mut self, kind: NodeKind) -> Result<(), Fault> {
        let start = self.at + 1;
        let extent = string_extent(self.bytes, start).map_err(|(kind, offset)| Fault { kind, offset })?;
        let len = extent.end - start;
        let link = if kind == NodeKind::Name && !extent.escaped { name_hash(self.bytes, start, len) } else { 0 };
        let flags = if extent.escaped { ESCAPED } else { 0 };
        self.at = extent.end + 1;
        self.push(Node { kind, flags, start: short(start), len: short(len), link })
    }

    #[inline]
    fn number(&mut self) -> Result<(), Fault> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        self.push(Node { kind: NodeKind::Number, start: short(start), len: short(self.at - start), ..Node::default() })
    }

    /// One digit or more.
    #[inline]
    fn digits(&mut self) -> Result<(), Fault> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == start { self.fail(FaultKind::Syntax) } else { Ok(()) }
    }

    fn word(&mut self, word: &[u8], kind: NodeKind) -> Result<bool, Fault> {
        if !self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            return self.fail(FaultKind::Syntax);
        }
        self.push(Node { kind, start: short(self.at), len: short(word.len()), ..Node::default() })?;
        self.at += word.len();
        Ok(false)
    }

    #[inline]
    fn push(&mut self, node: Node) -> Result<(), Fault> {
        match self.tape.get_mut(self.used) {
            Some(place) => {
                *place = node;
                self.used += 1;
                Ok(())
            }
            None => self.fail(FaultKind::Nodes),
        }
    }

    fn innermost(&self) -> Option<&Node> {
        self.open.get(self.depth.wrapping_sub(1)).and_then(|&at| self.tape.get(index(at)))
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    #[cold]
    fn fail<T>(&self, kind: FaultKind) -> Result<T, Fault> {
        Err(Fault { kind, offset: self.at })
    }
}
