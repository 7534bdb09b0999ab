//! Finds the end of a JSON string, eight bytes at a time.

use super::scan::FaultKind;
use super::text::hex4;

/// Where a string ends and whether it holds escapes.
pub(super) struct Extent {
    /// Offset of the closing quote.
    pub(super) end: usize,
    pub(super) escaped: bool,
}

/// Reads from behind the opening quote at `start` to the closing one.
///
/// The text is UTF-8 already, so only quotes, backslashes and controls matter. The error carries
/// the offset of the fault.
#[inline]
pub(super) fn string_extent(text: &[u8], start: usize) -> Result<Extent, (FaultKind, usize)> {
    let at = plain_run(text, start);
    if text.get(at) == Some(&b'"') {
        return Ok(Extent { end: at, escaped: false });
    }
    escaped_extent(text, at)
}

#[cold]
fn escaped_extent(text: &[u8], mut at: usize) -> Result<Extent, (FaultKind, usize)> {
    let mut escaped = false;
    loop {
        match text.get(at) {
            Some(b'"') => return Ok(Extent { end: at, escaped }),
            Some(b'\\') => {
                escaped = true;
                at = plain_run(text, escape_end(text, at)?);
            }
            _ => return Err((FaultKind::Syntax, at)),
        }
    }
}

/// The offset behind the escape that starts at `at`.
fn escape_end(text: &[u8], at: usize) -> Result<usize, (FaultKind, usize)> {
    match text.get(at + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
        Some(b'u') => match unicode_escape(text, at)? {
            0xD800..=0xDBFF => {
                let low = at + 6;
                let is_escape = text.get(low..low + 2) == Some(b"\\u");
                if is_escape && (0xDC00..=0xDFFF).contains(&unicode_escape(text, low)?) {
                    Ok(low + 6)
                } else {
                    Err((FaultKind::Surrogate, at))
                }
            }
            0xDC00..=0xDFFF => Err((FaultKind::Surrogate, at)),
            _ => Ok(at + 6),
        },
        _ => Err((FaultKind::Syntax, at)),
    }
}

fn unicode_escape(text: &[u8], at: usize) -> Result<u32, (FaultKind, usize)> {
    text.get(at + 2..)
        .and_then(|rest| rest.first_chunk::<4>())
        .and_then(|digits| hex4(*digits))
        .ok_or((FaultKind::Syntax, at))
}

/// The offset of the first quote, backslash or control at or behind `at`, or the end of the text.
#[inline]
fn plain_run(text: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = text.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let special = special_bytes(u64::from_le_bytes(*chunk));
        if special != 0 {
            return at + lowest_byte(special);
        }
        at += 8;
    }
    while text.get(at).is_some_and(|&byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
        at += 1;
    }
    at
}

/// Sets the high bit of each byte that is a quote, a backslash or a control. Bits above the lowest
/// set one may be wrong (a borrow runs upward), so only the lowest one counts.
#[inline]
const fn special_bytes(word: u64) -> u64 {
    let quote = word ^ (ONES * 0x22);
    let backslash = word ^ (ONES * 0x5C);
    let found = (quote.wrapping_sub(ONES) & !quote)
        | (backslash.wrapping_sub(ONES) & !backslash)
        | (word.wrapping_sub(ONES * 0x20) & !word);
    found & (ONES * 0x80)
}

#[inline]
#[expect(clippy::as_conversions, reason = "a bit number below 64")]
const fn lowest_byte(bits: u64) -> usize {
    (bits.trailing_zeros() / 8) as usize
}

const ONES: u64 = 0x0101_0101_0101_0101;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_special_byte_is_found_at_every_offset() {
        for special in [b'"', b'\\', 0x1F, 0x00, b'\n'] {
            for offset in 0..24 {
                let mut text = vec![b'a'; 24];
                text[offset] = special;
                assert_eq!(plain_run(&text, 0), offset);
            }
        }
        assert_eq!(plain_run("ééééé\u{7f}\u{20}".as_bytes(), 0), 12);
    }
}
