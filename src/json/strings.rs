//! Finds the end of a JSON string, eight bytes at a time.

use super::names::first_bytes;
use super::scan::FaultKind;
use super::text::hex4;

/// Where a string ends and whether it holds escapes.
pub(super) struct Extent {
    /// Offset of the closing quote.
    pub(super) end: usize,
    pub(super) escaped: bool,
    /// Of a name: its first eight bytes, or as many as it has, the first one lowest.
    pub(super) prefix: u64,
}

/// Reads from behind the opening quote at `start` to the closing one.
///
/// The text is UTF-8 already, so only quotes, backslashes and controls matter. The error carries
/// the offset of the fault.
#[inline(always)]
pub(super) fn string_extent(text: &[u8], start: usize) -> Result<Extent, (FaultKind, usize)> {
    let at = plain_run(text, start);
    if text.get(at) == Some(&b'"') {
        return Ok(Extent { end: at, escaped: false, prefix: 0 });
    }
    escaped_extent(text, at)
}

/// As [`string_extent`], with the first bytes at hand: most names have fewer than eight.
#[inline(always)]
pub(super) fn name_extent(text: &[u8], start: usize) -> Result<Extent, (FaultKind, usize)> {
    let Some(first) = text.get(start..).and_then(|rest| rest.first_chunk::<8>()) else {
        return last_name_extent(text, start);
    };
    let word = u64::from_le_bytes(*first);
    let special = special_bytes(word);
    if special == 0 {
        return Ok(Extent { prefix: word, ..string_extent(text, start + 8)? });
    }
    let end = start + lowest_byte(special);
    if text.get(end) != Some(&b'"') {
        return escaped_extent(text, end);
    }
    // Below the lowest bit that is set stand the bits of the name's own bytes, and seven more.
    let mask = ((special & special.wrapping_neg()) - 1) >> 7;
    Ok(Extent { end, escaped: false, prefix: word & mask })
}

/// A name so near the end of the text that eight bytes cannot be read.
#[cold]
fn last_name_extent(text: &[u8], start: usize) -> Result<Extent, (FaultKind, usize)> {
    let extent = string_extent(text, start)?;
    let name = text.get(start..extent.end).unwrap_or_default();
    Ok(Extent { prefix: first_bytes(name), ..extent })
}

#[cold]
fn escaped_extent(text: &[u8], mut at: usize) -> Result<Extent, (FaultKind, usize)> {
    let mut escaped = false;
    loop {
        match text.get(at) {
            Some(b'"') => return Ok(Extent { end: at, escaped, prefix: 0 }),
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

/// The offset of the first quote, backslash or control at or behind `start`, or the end of the text.
#[inline(always)]
fn plain_run(text: &[u8], start: usize) -> usize {
    let mut rest = text.get(start..).unwrap_or_default();
    while let Some((chunk, behind)) = rest.split_first_chunk::<8>() {
        let special = special_bytes(u64::from_le_bytes(*chunk));
        if special != 0 {
            return text.len() - rest.len() + lowest_byte(special);
        }
        rest = behind;
    }
    last_run(text, rest.len())
}

/// [`plain_run`] over the last bytes of the text.
#[cold]
fn last_run(text: &[u8], bytes: usize) -> usize {
    let is_special = |byte: &u8| *byte < 0x20 || matches!(byte, b'"' | b'\\');
    let start = text.len() - bytes;
    text.iter().skip(start).position(is_special).map_or(text.len(), |at| start + at)
}

/// Sets the high bit of each byte that is a quote, a backslash or a control. Bits above the lowest
/// set one may be wrong (a borrow runs upward), so only the lowest one counts.
#[inline]
const fn special_bytes(word: u64) -> u64 {
    // With their second bit turned, the quote is the space and the space is not: one subtraction
    // finds it together with the controls.
    let quote_or_control = (word ^ (ONES * 0x02)).wrapping_sub(ONES * 0x21);
    let backslash = (word ^ (ONES * 0x5C)).wrapping_sub(ONES);
    (quote_or_control | backslash) & !word & (ONES * 0x80)
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

    #[test]
    fn every_byte_at_every_place_is_judged_as_one_by_one() {
        let is_special = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
        for byte in 0..=255 {
            for filler in [b'a', 0x20, 0x21, 0x23, 0x5B, 0x5D, 0x7F, 0x80, 0xA2, 0xDC, 0xFF, byte] {
                for place in 0..8 {
                    let mut text = [filler; 16];
                    text[place] = byte;
                    assert_eq!(plain_run(&text, 0), text.iter().position(is_special).unwrap_or(16));
                }
            }
        }
    }
}
