//! The text of a JSON string, compared and copied without an intermediate buffer.

use core::cmp::Ordering;

use crate::arena::Sink;

/// The content of a string or member name as it stands between its quotes.
///
/// Comparison sees through escapes and is by code point, without any normalisation (RFC 7519 section 7.3).
#[derive(Clone, Copy, Debug)]
pub struct Text<'a> {
    raw: &'a str,
    escaped: bool,
}

impl<'a> Text<'a> {
    pub(super) const fn new(raw: &'a str, escaped: bool) -> Self {
        Text { raw, escaped }
    }

    /// The text as it stands, escapes and all, without its quotes.
    pub const fn raw(&self) -> &'a str {
        self.raw
    }

    /// The text, if it holds no escape and so needs no copy.
    pub fn as_str(&self) -> Option<&'a str> {
        (!self.escaped).then_some(self.raw)
    }

    /// Whether the text, escapes resolved, is `other`.
    #[inline]
    pub fn is(&self, other: &str) -> bool {
        if self.escaped { self.bytes().eq(other.bytes()) } else { self.raw == other }
    }

    /// [`Text::is`] for text that is at hand as bytes.
    #[inline]
    pub(crate) fn is_bytes(&self, other: &[u8]) -> bool {
        if self.escaped { self.bytes().eq(other.iter().copied()) } else { self.raw.as_bytes() == other }
    }

    /// Whether both texts, escapes resolved, are the same.
    pub fn same(&self, other: &Text<'_>) -> bool {
        if self.escaped || other.escaped { self.bytes().eq(other.bytes()) } else { self.raw == other.raw }
    }

    /// Order by UTF-8 bytes, escapes resolved.
    pub(super) fn order(&self, other: &Text<'_>) -> Ordering {
        if self.escaped || other.escaped { self.bytes().cmp(other.bytes()) } else { self.raw.cmp(other.raw) }
    }

    /// The UTF-8 bytes, escapes resolved.
    pub fn bytes(&self) -> impl Iterator<Item = u8> + use<'a> {
        Unescape { rest: self.raw.as_bytes(), pending: [0; 4], pending_at: 0, pending_len: 0 }
    }

    /// Appends the text, escapes resolved.
    pub fn write(&self, sink: &mut impl Sink) {
        if self.escaped {
            self.bytes().for_each(|byte| sink.put_byte(byte));
        } else {
            sink.put(self.raw.as_bytes());
        }
    }

    /// A copy with the escapes resolved; for loading, not for the hot path.
    pub fn to_owned_string(&self) -> String {
        let mut bytes = Vec::with_capacity(self.raw.len());
        self.write(&mut bytes);
        // Resolved escapes are encoded code points, so this never replaces anything.
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// Resolves the escapes of a text that the scanner has already found well formed.
struct Unescape<'a> {
    rest: &'a [u8],
    pending: [u8; 4],
    pending_at: usize,
    pending_len: usize,
}

impl Iterator for Unescape<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        if self.pending_at < self.pending_len {
            let byte = self.pending.get(self.pending_at).copied();
            self.pending_at += 1;
            return byte;
        }
        let (&first, rest) = self.rest.split_first()?;
        self.rest = rest;
        if first != b'\\' {
            return Some(first);
        }
        let (&escape, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(match escape {
            b'b' => 0x08,
            b'f' => 0x0C,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => return self.code_point(),
            other => other,
        })
    }
}

impl Unescape<'_> {
    fn code_point(&mut self) -> Option<u8> {
        let mut code = self.hex4()?;
        if (0xD800..0xDC00).contains(&code) {
            self.rest = self.rest.get(2..)?;
            let low = self.hex4()?;
            code = 0x10000 + ((code & 0x3FF) << 10) + (low & 0x3FF);
        }
        let encoded = char::from_u32(code)?.encode_utf8(&mut self.pending);
        self.pending_len = encoded.len();
        self.pending_at = 1;
        self.pending.first().copied()
    }

    fn hex4(&mut self) -> Option<u32> {
        let (digits, rest) = self.rest.split_first_chunk::<4>()?;
        self.rest = rest;
        hex4(*digits)
    }
}

/// The value of four hexadecimal digits.
pub(super) fn hex4(digits: [u8; 4]) -> Option<u32> {
    digits.into_iter().try_fold(0, |value, digit| Some(value << 4 | char::from(digit).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn escapes_are_seen_through() {
        let text = Text::new(r#"\u0061\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00z"#, true);
        assert!(text.is("a\"\\/\u{8}\u{c}\n\r\té😀z"));
        assert_eq!(text.to_owned_string(), "a\"\\/\u{8}\u{c}\n\r\té😀z");
        assert!(Text::new(r"\u0061lg", true).same(&Text::new("alg", false)));
        assert!(!Text::new(r"\u0061lg", true).same(&Text::new("Alg", false)));
    }
}
