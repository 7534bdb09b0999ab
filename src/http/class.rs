//! The kinds of bytes in RFC 9110's grammar, as one table made at compile time.
//!
//! A byte may be of several kinds at once (`A` is tchar, token68 and quoted text), so each kind is
//! a bit. Refuses nothing and allocates nothing: the parsers do the refusing.

/// `tchar`, section 5.6.2: letters, digits and ``!#$%&'*+-.^_`|~``.
pub(super) const TCHAR: u8 = 1;
/// What a token68 is made of before its `=` signs, section 11.2: letters, digits and `-._~+/`.
pub(super) const TOKEN68: u8 = 1 << 1;
/// `qdtext`, section 5.6.4: TAB, SP, visible bytes but `"` and `\`, and obs-text (0x80 to 0xFF).
pub(super) const QDTEXT: u8 = 1 << 2;
/// `OWS`, section 5.6.3: SP and TAB.
pub(super) const OWS: u8 = 1 << 3;
/// What no field value may hold, section 5.5: CR, LF and NUL.
pub(super) const FORBIDDEN: u8 = 1 << 4;
/// What a challenge that we write never holds between its quotes: controls but TAB (section 5.5),
/// and obs-text, which is read and never written (REQ-HTTP-16).
pub(super) const UNWRITABLE: u8 = 1 << 5;
/// What is escaped between quotes, section 5.6.4: `"` and `\`.
pub(super) const ESCAPED: u8 = 1 << 6;
/// What RFC 6750 section 3 keeps out of `error` and `error_description` beyond [`UNWRITABLE`] and
/// [`ESCAPED`]: TAB.
pub(super) const TAB: u8 = 1 << 7;

/// Whether `byte` is of one of `kinds`.
#[inline]
pub(super) fn is(byte: u8, kinds: u8) -> bool {
    kinds_of(byte) & kinds != 0
}

/// All kinds of `byte`.
#[inline]
pub(super) fn kinds_of(byte: u8) -> u8 {
    // The table has a place for every byte; the default is never taken and costs nothing.
    TABLE.get(usize::from(byte)).copied().unwrap_or(FORBIDDEN)
}

static TABLE: [u8; 256] = table();

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    reason = "evaluated by the compiler alone"
)]
const fn table() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = class(byte as u8);
        byte += 1;
    }
    table
}

const fn class(byte: u8) -> u8 {
    match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'+' => TCHAR | TOKEN68 | QDTEXT,
        b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'^' | b'`' | b'|' => TCHAR | QDTEXT,
        b'/' => TOKEN68 | QDTEXT,
        b'"' | b'\\' => ESCAPED,
        b' ' => QDTEXT | OWS,
        b'\t' => QDTEXT | OWS | TAB,
        b'\r' | b'\n' | 0 => FORBIDDEN | UNWRITABLE,
        0x01..=0x08 | 0x0B | 0x0C | 0x0E..=0x1F | 0x7F => UNWRITABLE,
        0x80..=0xFF => QDTEXT | UNWRITABLE,
        0x21..=0x7E => QDTEXT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes_of(kind: u8) -> Vec<u8> {
        (0..=255).filter(|byte| is(*byte, kind)).collect()
    }

    #[test]
    fn each_kind_holds_what_its_section_says() {
        let word = |extra: &[u8]| {
            let mut bytes: Vec<u8> =
                (0..=255u8).filter(|byte| byte.is_ascii_alphanumeric() || extra.contains(byte)).collect();
            bytes.sort_unstable();
            bytes
        };
        assert_eq!(bytes_of(TCHAR), word(b"!#$%&'*+-.^_`|~"), "REQ-HTTP-02");
        assert_eq!(bytes_of(TOKEN68), word(b"-._~+/"), "REQ-HTTP-05");
        assert_eq!(bytes_of(OWS), b"\t ");
        assert_eq!(bytes_of(FORBIDDEN), b"\0\n\r", "REQ-HTTP-17");
        assert_eq!(bytes_of(ESCAPED), b"\"\\", "REQ-HTTP-13");
        let qdtext: Vec<u8> =
            (0..=255u8).filter(|b| matches!(b, 9 | 0x20 | 0x21 | 0x23..=0x5B | 0x5D..=0x7E | 0x80..)).collect();
        assert_eq!(bytes_of(QDTEXT), qdtext);
        let unwritable: Vec<u8> = (0..=255u8).filter(|b| matches!(b, 0..=8 | 10..=31 | 0x7F..)).collect();
        assert_eq!(bytes_of(UNWRITABLE), unwritable, "REQ-HTTP-16");
    }
}
