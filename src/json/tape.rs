//! The tape: one node a value, in document order, with where its text stands.

/// One value, or one member name, of a scanned text. Sixteen bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Node {
    pub(super) kind: NodeKind,
    pub(super) flags: u8,
    /// Offset of the first byte: behind the quote of a string or name.
    pub(super) start: u32,
    /// Bytes of text: without the quotes of a string or name.
    pub(super) len: u32,
    /// Containers: index past the last node inside; while open, that of the container around. Names: a
    /// hash of the first bytes.
    pub(super) link: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum NodeKind {
    #[default]
    Null,
    True,
    False,
    Number,
    String,
    Name,
    Array,
    Object,
}

/// A string or name with at least one escape.
pub(super) const ESCAPED: u8 = 1;
/// A name that stands in its object for the second time, or an object with such a name.
pub(super) const REPEATED: u8 = 2;

impl Node {
    pub(super) const fn has(self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// The index behind this node and everything inside it.
    #[inline]
    pub(super) fn past(self, at: usize) -> usize {
        match self.kind {
            NodeKind::Array | NodeKind::Object => index(self.link),
            _ => at + 1,
        }
    }
}

/// Offsets and indices are stored in 32 bits; the scanner refuses longer texts.
#[inline]
#[expect(clippy::as_conversions, reason = "widening on every platform that ring and aws-lc-rs support")]
pub(super) const fn index(short: u32) -> usize {
    short as usize
}

/// The other way; the scanner has checked that the text is short enough.
#[inline]
#[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "no text is longer than its 32 bits")]
pub(super) const fn short(index: usize) -> u32 {
    index as u32
}
