//! A view of one value on a tape.

use super::names::node_text;
use super::tape::{Node, NodeKind, REPEATED, index, short};
use super::text::Text;
use crate::arena::Sink;

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Kind {
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

/// One value of a scanned text; a cheap copy.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    text: &'a str,
    tape: &'a [Node],
    at: usize,
    // Not a copy: its small fields would be taken apart and put together again at every move of the value.
    node: &'a Node,
}

impl<'a> Value<'a> {
    /// The outermost value of `text`, which was scanned onto `tape`.
    pub fn root(text: &'a str, tape: &'a [Node]) -> Option<Self> {
        Value::at(text, tape, 0)
    }

    fn at(text: &'a str, tape: &'a [Node], at: usize) -> Option<Self> {
        tape.get(at).map(|node| Value { text, tape, at, node })
    }

    /// The type.
    pub fn kind(&self) -> Kind {
        match self.node.kind {
            NodeKind::Null => Kind::Null,
            NodeKind::True | NodeKind::False => Kind::Boolean,
            NodeKind::Number => Kind::Number,
            NodeKind::String | NodeKind::Name => Kind::String,
            NodeKind::Array => Kind::Array,
            NodeKind::Object => Kind::Object,
        }
    }

    /// The nodes of the outermost value's tape, for a copy that [`Value::root`] reads.
    pub(crate) fn nodes(&self) -> &'a [Node] {
        self.tape.get(..self.node.past(self.at)).unwrap_or(&[])
    }

    /// Where the value's text starts, in bytes.
    pub fn offset(&self) -> usize {
        let start = index(self.node.start);
        if self.kind() == Kind::String { start - 1 } else { start }
    }

    /// The text of the value as it stands, quotes included.
    pub fn raw(&self) -> &'a str {
        let start = self.offset();
        let quotes = if self.kind() == Kind::String { 2 } else { 0 };
        self.text.get(start..start + index(self.node.len) + quotes).unwrap_or("")
    }

    /// The content of a string.
    #[inline]
    pub fn as_text(&self) -> Option<Text<'a>> {
        (self.node.kind == NodeKind::String).then(|| node_text(self.text, self.node))
    }

    /// The text of a number.
    #[inline]
    pub fn as_number(&self) -> Option<&'a str> {
        let start = index(self.node.start);
        (self.node.kind == NodeKind::Number).then(|| self.text.get(start..start + index(self.node.len)).unwrap_or(""))
    }

    /// A number that is an integer and fits; `1e3` and `1000.0` are integers too.
    pub fn as_i64(&self) -> Option<i64> {
        match super::floor_scaled(self.as_number()?, 0)? {
            (value, false) => i64::try_from(value).ok(),
            (_, true) => None,
        }
    }

    /// The value of `true` or `false`.
    pub fn as_bool(&self) -> Option<bool> {
        match self.node.kind {
            NodeKind::True => Some(true),
            NodeKind::False => Some(false),
            _ => None,
        }
    }

    /// Whether the value is `null`.
    pub fn is_null(&self) -> bool {
        self.node.kind == NodeKind::Null
    }

    /// The members of an object, in document order; repeated ones too, where they were only marked.
    #[inline]
    pub fn as_object(&self) -> Option<Members<'a>> {
        (self.node.kind == NodeKind::Object).then(|| Members(self.inside()))
    }

    /// The elements of an array.
    pub fn as_array(&self) -> Option<Elements<'a>> {
        (self.node.kind == NodeKind::Array).then(|| Elements(self.inside()))
    }

    /// The first member with this name; `None` too if the value is no object.
    pub fn member(&self, name: &str) -> Option<Value<'a>> {
        self.as_object()?.find(|(found, _)| found.is(name)).map(|(_, value)| value)
    }

    /// The value that a JSON Pointer (RFC 6901) leads to from here.
    pub fn pointer(&self, pointer: &str) -> Option<Value<'a>> {
        let mut value = *self;
        if pointer.is_empty() {
            return Some(value);
        }
        for token in pointer.strip_prefix('/')?.split('/') {
            value = match value.kind() {
                Kind::Object => value.as_object()?.find(|(name, _)| name.bytes().eq(pointer_bytes(token)))?.1,
                Kind::Array => value.as_array()?.nth(array_index(token)?)?,
                _ => return None,
            };
        }
        Some(value)
    }

    /// Whether this very object has a name twice (see [`super::Duplicates::Mark`]).
    pub fn has_repeated_name(&self) -> bool {
        self.node.has(REPEATED)
    }

    /// Whether this value or one inside it is an object with a name twice.
    pub fn repeats_within(&self) -> bool {
        let end = self.node.past(self.at);
        self.tape.get(self.at..end).is_some_and(|nodes| nodes.iter().any(|node| node.has(REPEATED)))
    }

    /// Appends the text with white space outside strings removed, everything else untouched.
    pub fn write_compact(&self, sink: &mut impl Sink) {
        let mut rest = self.raw();
        let mut in_string = false;
        while !rest.is_empty() {
            let stop = if in_string { rest.find(['"', '\\']) } else { rest.find(['"', ' ', '\t', '\n', '\r']) };
            let (run, tail) = rest.split_at(stop.unwrap_or(rest.len()));
            sink.put(run.as_bytes());
            let taken = match tail.as_bytes().first() {
                Some(b'\\') => 2,
                Some(b'"') => {
                    in_string = !in_string;
                    1
                }
                Some(_) => {
                    rest = tail.get(1..).unwrap_or("");
                    continue;
                }
                None => return,
            };
            sink.put(tail.as_bytes().get(..taken).unwrap_or(b""));
            rest = tail.get(taken..).unwrap_or("");
        }
    }

    /// The text, the tape and where the members stand on it; `None` if the value is no object.
    #[inline]
    pub(super) fn members_on_tape(&self) -> Option<(&'a str, &'a [Node], core::ops::Range<usize>)> {
        (self.node.kind == NodeKind::Object).then(|| (self.text, self.tape, self.at + 1..index(self.node.link)))
    }

    /// The whole text that was scanned.
    pub(crate) fn source(&self) -> &'a str {
        self.text
    }

    /// Where the value stands on its tape: 0 for the outermost, never for another.
    pub(crate) fn place(&self) -> u32 {
        short(self.at)
    }

    /// The value in this place of the same tape.
    #[inline]
    pub(crate) fn at_place(&self, place: u32) -> Option<Value<'a>> {
        Value::at(self.text, self.tape, index(place))
    }

    /// The value whose node is `node`, at `at` on the same tape.
    #[inline]
    pub(super) fn of_same_text(&self, at: usize, node: &'a Node) -> Value<'a> {
        Value { text: self.text, tape: self.tape, at, node }
    }

    #[inline]
    fn inside(&self) -> Cursor<'a> {
        Cursor { text: self.text, tape: self.tape, at: self.at + 1, end: index(self.node.link) }
    }
}

/// Prints the type and place, never the content: values come from tokens.
impl core::fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:?} at byte {}", self.kind(), self.offset())
    }
}

#[derive(Clone)]
struct Cursor<'a> {
    text: &'a str,
    tape: &'a [Node],
    at: usize,
    end: usize,
}

impl<'a> Cursor<'a> {
    #[inline]
    fn advance(&mut self) -> Option<Value<'a>> {
        if self.at >= self.end {
            return None;
        }
        let value = Value::at(self.text, self.tape, self.at)?;
        self.at = value.node.past(self.at);
        Some(value)
    }
}

/// See [`Value::as_object`].
#[derive(Clone)]
pub struct Members<'a>(Cursor<'a>);

impl<'a> Iterator for Members<'a> {
    type Item = (Text<'a>, Value<'a>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let name = self.0.tape.get(self.0.at).filter(|_| self.0.at < self.0.end)?;
        self.0.at += 1;
        Some((node_text(self.0.text, name), self.0.advance()?))
    }
}

/// See [`Value::as_array`].
#[derive(Clone)]
pub struct Elements<'a>(Cursor<'a>);

impl<'a> Iterator for Elements<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.advance()
    }
}

/// The bytes of a reference token: `~1` is `/`, `~0` is `~`.
fn pointer_bytes(token: &str) -> impl Iterator<Item = u8> {
    let mut bytes = token.bytes();
    core::iter::from_fn(move || {
        let byte = bytes.next()?;
        if byte != b'~' {
            return Some(byte);
        }
        match bytes.next() {
            Some(b'1') => Some(b'/'),
            // A stray `~` never equals a name: 0xFF is no byte of UTF-8.
            Some(b'0') => Some(b'~'),
            _ => Some(0xFF),
        }
    })
}

/// An array index as RFC 6901 writes it: no sign, no leading zero.
fn array_index(token: &str) -> Option<usize> {
    let plain = token.bytes().all(|byte| byte.is_ascii_digit()) && (token == "0" || !token.starts_with('0'));
    plain.then(|| token.parse().ok()).flatten()
}
