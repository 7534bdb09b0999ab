//! A place in one field line, moved forward byte by byte.
//!
//! Knows nothing of grammar but how to skip white space and take runs of a kind of bytes. Never
//! leaves the line and never allocates.

use super::class::{self, OWS};

/// Where a reader stands in a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
    length: usize,
}

impl<'a> Cursor<'a> {
    /// A place with nothing behind it.
    pub(super) const EMPTY: Cursor<'static> = Cursor { rest: &[], length: 0 };

    /// The front of `line`.
    pub(super) fn new(line: &'a [u8]) -> Self {
        Cursor { rest: line, length: line.len() }
    }

    /// Bytes from the front of the line.
    pub(super) fn offset(&self) -> usize {
        self.length.saturating_sub(self.rest.len())
    }

    /// What has not been read.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next byte, left in place.
    pub(super) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// Takes the next byte if it is `wanted`.
    pub(super) fn take(&mut self, wanted: u8) -> bool {
        match self.rest {
            [first, rest @ ..] if *first == wanted => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// Takes the longest run of bytes of `kinds`; may be empty.
    pub(super) fn take_run(&mut self, kinds: u8) -> &'a [u8] {
        let length = self.rest.iter().position(|byte| !class::is(*byte, kinds));
        self.take_bytes(length.unwrap_or(self.rest.len()))
    }

    /// Takes `count` bytes, or as many as there are.
    pub(super) fn take_bytes(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at_checked(count).unwrap_or((self.rest, &[]));
        self.rest = rest;
        taken
    }

    /// Skips SP and TAB.
    pub(super) fn skip_ows(&mut self) {
        self.take_run(OWS);
    }

    /// Whether an element of a list ends here: at the end of the line, or at a comma.
    pub(super) fn at_element_end(&self) -> bool {
        matches!(self.peek(), None | Some(b','))
    }
}

/// `bytes` as text. They were found to be ASCII by the class table, so this never fails; text that
/// is no UTF-8 would read as empty, which no grammar here accepts for a scheme, name or token68.
pub(super) fn ascii(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).unwrap_or_default()
}
