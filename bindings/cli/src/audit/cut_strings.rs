//! JSON on its way to a parser, with long strings cut and nesting bounded: the parser then needs a bounded memory.
//!
//! HAR files hold whole bodies as strings, and a parser keeps a string before it can be told to skip it. Only what
//! stands between quotes is shortened, never inside an escape or a character, so that the text stays JSON.

use std::io::{self, BufRead, Read};

use memchr::{memchr, memchr2};

/// A reader of JSON text whose strings have at most [`STRING_BYTES`] bytes, roughly.
pub(super) struct CutStrings<R> {
    inner: R,
    state: State,
    depth: usize,
    escape: LastEscape,
}

/// The last bytes that were kept, if they are of an escape.
type LastEscape = [u8; 6];

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Between strings.
    Outside,
    /// In a string, so many bytes behind its quote.
    Inside(usize),
    /// The same behind a backslash, with so many bytes of the escape to come.
    Escape(usize, u8),
    /// In the part of a string that is left out; behind a backslash.
    Skipping,
    SkippingEscape,
}

impl<R: BufRead> CutStrings<R> {
    /// Reads from `inner`.
    pub(super) fn new(inner: R) -> Self {
        CutStrings { inner, state: State::Outside, depth: 0, escape: [0; 6] }
    }
}

impl<R: BufRead> Read for CutStrings<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut written = 0;
        while written == 0 && !out.is_empty() {
            let buffer = self.inner.fill_buf()?;
            if buffer.is_empty() {
                break;
            }
            let mut taken = 0;
            while let (Some(rest), Some(room)) = (buffer.get(taken..), out.get_mut(written..)) {
                if rest.is_empty() || room.is_empty() {
                    break;
                }
                let (read, kept) = self.state.step(rest, room, &mut self.depth, &mut self.escape)?;
                taken += read;
                written += kept;
            }
            self.inner.consume(taken);
        }
        Ok(written)
    }
}

impl State {
    /// Takes some of `rest`, which is not empty, and copies what is kept to `room`.
    fn step(
        &mut self,
        rest: &[u8],
        room: &mut [u8],
        depth: &mut usize,
        escape: &mut LastEscape,
    ) -> io::Result<(usize, usize)> {
        match *self {
            State::Outside => {
                let length = memchr(b'"', rest).unwrap_or(rest.len()).min(room.len());
                if length == 0 {
                    *self = State::Inside(0);
                    return Ok(copy(rest, room, 1));
                }
                nest(rest.get(..length).unwrap_or_default(), depth)?;
                Ok(copy(rest, room, length))
            }
            State::Inside(before) => {
                let Some(first) = rest.first().copied() else { return Ok((0, 0)) };
                // Bytes 0x80 to 0xBF go on with a character, and what follows the first half of a pair is the second.
                let goes_on = matches!(first, 0x80..=0xBF) || is_first_half(*escape);
                if before >= STRING_BYTES && first != b'"' && !goes_on {
                    *self = State::Skipping;
                    return Ok((0, 0));
                }
                *escape = if first == b'\\' { [0, 0, 0, 0, 0, first] } else { [0; 6] };
                *self = match first {
                    b'"' => State::Outside,
                    b'\\' => State::Escape(before + 1, 1),
                    _ => {
                        let length = memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
                        let length = length.min(STRING_BYTES.saturating_sub(before).max(1)).min(room.len());
                        *self = State::Inside(before + length);
                        return Ok(copy(rest, room, length));
                    }
                };
                Ok(copy(rest, room, 1))
            }
            State::Escape(before, left) => {
                let Some(first) = rest.first().copied() else { return Ok((0, 0)) };
                let is_unicode = first == b'u' && escape.last() == Some(&b'\\');
                escape.rotate_left(1);
                if let Some(last) = escape.last_mut() {
                    *last = first;
                }
                *self = match left {
                    1 if is_unicode => State::Escape(before + 1, HEX_DIGITS),
                    1 => State::Inside(before + 1),
                    _ => State::Escape(before + 1, left - 1),
                };
                Ok(copy(rest, room, 1))
            }
            State::Skipping => Ok(self.skip(rest, room)),
            State::SkippingEscape => {
                *self = State::Skipping;
                Ok((1, 0))
            }
        }
    }

    /// Passes over what is left out, up to the quote at its end.
    fn skip(&mut self, rest: &[u8], room: &mut [u8]) -> (usize, usize) {
        let length = memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
        match rest.get(length) {
            Some(b'"') => {
                *self = State::Outside;
                let (_, kept) = copy(b"\"", room, 1);
                (length + 1, kept)
            }
            Some(_) => {
                *self = State::SkippingEscape;
                (length + 1, 0)
            }
            None => (length, 0),
        }
    }
}

/// Whether the escape is the first half of a surrogate pair (RFC 8259 section 7).
fn is_first_half(escape: LastEscape) -> bool {
    matches!(escape, [b'\\', b'u', b'd' | b'D', b'8' | b'9' | b'a' | b'b' | b'A' | b'B', _, _])
}

fn copy(from: &[u8], to: &mut [u8], length: usize) -> (usize, usize) {
    if let (Some(from), Some(to)) = (from.get(..length), to.get_mut(..length)) {
        to.copy_from_slice(from);
    }
    (length, length)
}

/// Counts brackets; what nests deeper is no HAR file.
fn nest(text: &[u8], depth: &mut usize) -> io::Result<()> {
    for byte in text {
        match byte {
            b'{' | b'[' => *depth += 1,
            b'}' | b']' => *depth = depth.saturating_sub(1),
            _ => {}
        }
        if *depth > DEPTH {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "nested too deep"));
        }
    }
    Ok(())
}

/// Of an escape with `u`.
const HEX_DIGITS: u8 = 4;
/// Longer than URLs and challenges that anybody reads.
pub(super) const STRING_BYTES: usize = 16 << 10;
/// Chrome nests the stacks of calls in its files.
const DEPTH: usize = 2048;

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes out if the source hands over `chunk` bytes at a time.
    fn cut(text: &str, chunk: usize) -> Vec<u8> {
        let mut out = Vec::new();
        CutStrings::new(io::BufReader::with_capacity(chunk, text.as_bytes())).read_to_end(&mut out).unwrap();
        out
    }

    fn string(unit: &str) -> String {
        format!(r#"{{"a":[1,"x\"y\\",""],"b":"{}","c":true}}"#, unit.repeat(60_000 / unit.len()))
    }

    #[test]
    fn what_comes_out_is_json_with_short_strings() {
        for unit in [
            "a",
            "é",
            "語",
            "😀",
            r"\u4e2d",
            r"\ud83d\ude00",
            r"\uD83D\uDE00",
            r"\ud7ff",
            r"\\",
            r#"\""#,
            r"\n",
            r"ab\u00e9\ud83d\ude00\t",
        ] {
            for chunk in [1, 7, 8192] {
                let out = cut(&string(unit), chunk);
                let value: serde_json::Value =
                    serde_json::from_slice(&out).unwrap_or_else(|error| panic!("{unit}: {error}"));
                assert_eq!((&value["a"][1], &value["c"]), (&"x\"y\\".into(), &true.into()), "{unit}");
                assert!(string(unit).contains(unit) && value["b"].as_str().unwrap().len() > 1000, "{unit}");
                assert!(out.len() < STRING_BYTES + 100, "{unit}: {}", out.len());
            }
        }
    }

    #[test]
    fn short_strings_stay_as_they_are() {
        let text = r#" {"a":"\ud83d\ude00\u0041é","b":[{},[],-1.5e3,null]} "#;
        for chunk in 1..text.len() {
            assert_eq!(cut(text, chunk), text.as_bytes());
        }
    }

    #[test]
    fn deep_nesting_is_refused() {
        let text = "[".repeat(DEPTH + 1);
        assert!(CutStrings::new(text.as_bytes()).read_to_end(&mut Vec::new()).is_err());
    }
}
