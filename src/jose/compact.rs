//! The compact serialisation: three parts and two dots (RFC 7515 sections 3.1 and 7.1).
//!
//! Refuses any other count of dots, and the JSON serialisations by name. The alphabet of the parts is
//! for those who decode them. A view of the token; never allocates.

use crate::reason::Reason;

/// The parts of a token, as they stand.
#[derive(Clone, Copy)]
pub struct CompactJws<'t> {
    /// The header in base64url.
    pub header: &'t [u8],
    /// The payload in base64url.
    pub payload: &'t [u8],
    /// The signature in base64url.
    pub signature: &'t [u8],
    /// What the signature covers: header, dot, payload (REQ-JWS-25).
    pub signing_input: &'t [u8],
}

impl<'t> CompactJws<'t> {
    /// Splits `token` at its two dots.
    ///
    /// # Errors
    /// [`Reason::JwsJsonGiven`] for an opening brace, [`Reason::TokenNotJwt`] without a dot,
    /// [`Reason::JweGiven`] with four, [`Reason::JwtMalformed`] with any other count (REQ-JWS-01, REQ-JWS-27).
    #[inline]
    pub fn parse(token: &'t [u8]) -> Result<CompactJws<'t>, Reason> {
        // The JSON serialisations may hold any number of dots, a whole compact token among them.
        if count_dots(token) != 2 || token.first() == Some(&b'{') {
            return Err(wrong_form(token));
        }
        CompactJws::split(token).ok_or(Reason::JwtMalformed)
    }

    /// Splits `token` at its first and its last dot, for who decodes all three parts next: if all are
    /// base64url, these were the only two. If not, [`CompactJws::parse`] tells what is wrong.
    #[inline]
    pub(crate) fn split(token: &'t [u8]) -> Option<CompactJws<'t>> {
        let first = find_dot(token)?;
        let second = find_last_dot(token)?;
        Some(CompactJws {
            header: token.get(..first)?,
            payload: token.get(first + 1..second)?,
            signature: token.get(second + 1..)?,
            signing_input: token.get(..second)?,
        })
    }
}

/// Prints lengths, never the token.
impl core::fmt::Debug for CompactJws<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "CompactJws {}.{}.{}", self.header.len(), self.payload.len(), self.signature.len())
    }
}

#[cold]
fn wrong_form(token: &[u8]) -> Reason {
    if token.first() == Some(&b'{') {
        return Reason::JwsJsonGiven;
    }
    match count_dots(token) {
        0 => Reason::TokenNotJwt,
        4 => Reason::JweGiven,
        _ => Reason::JwtMalformed,
    }
}

/// Counts in bytes, a block at a time, which compilers turn into vector instructions.
#[inline]
fn count_dots(token: &[u8]) -> usize {
    let count = |block: &[u8]| usize::from(block.iter().fold(0_u8, |sum, &byte| sum + u8::from(byte == b'.')));
    let blocks = token.chunks_exact(BLOCK);
    let rest = count(blocks.remainder());
    blocks.map(count).sum::<usize>() + rest
}

/// The first dot: eight bytes at a time, since a header has about a hundred.
#[inline]
fn find_dot(token: &[u8]) -> Option<usize> {
    let mut rest = token;
    while let Some((chunk, behind)) = rest.split_first_chunk::<8>() {
        if let Some(at) = first_dot(u64::from_le_bytes(*chunk)) {
            return Some(token.len() - rest.len() + at);
        }
        rest = behind;
    }
    rest.iter().position(|&byte| byte == b'.').map(|at| token.len() - rest.len() + at)
}

/// The last dot: whole blocks of the signature are passed over first, which has up to a thousand bytes.
#[inline]
fn find_last_dot(token: &[u8]) -> Option<usize> {
    let mut rest = token;
    while let Some((before, block)) = rest.split_last_chunk::<BLOCK>() {
        if count_dots(block) != 0 {
            break;
        }
        rest = before;
    }
    while let Some((before, chunk)) = rest.split_last_chunk::<8>() {
        // Read from behind, the last byte is the first.
        if let Some(at) = first_dot(u64::from_be_bytes(*chunk)) {
            return Some(rest.len() - 1 - at);
        }
        rest = before;
    }
    rest.iter().rposition(|&byte| byte == b'.')
}

/// The place of the lowest byte of `word` that is a dot.
#[inline]
#[expect(clippy::as_conversions, reason = "a bit number below 64")]
fn first_dot(word: u64) -> Option<usize> {
    let word = word ^ (ONES * 0x2E);
    let found = word.wrapping_sub(ONES) & !word & (ONES * 0x80);
    (found != 0).then(|| (found.trailing_zeros() / 8) as usize)
}

/// Below 256, so that a count fits into a byte.
const BLOCK: usize = 64;
const ONES: u64 = 0x0101_0101_0101_0101;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_of_dots_decides() {
        // REQ-JWS-01, REQ-JWS-27.
        for (token, reason) in [
            ("", Reason::TokenNotJwt),
            ("opaque", Reason::TokenNotJwt),
            ("a.b", Reason::JwtMalformed),
            ("a.b.c.d", Reason::JwtMalformed),
            ("a.b.c.d.e", Reason::JweGiven),
            ("....", Reason::JweGiven),
            (".....", Reason::JwtMalformed),
            ("{\"payload\":\"a.b\"}", Reason::JwsJsonGiven),
            ("{}", Reason::JwsJsonGiven),
        ] {
            assert_eq!(CompactJws::parse(token.as_bytes()).unwrap_err(), reason, "{token}");
        }
        let dots = vec![b'.'; 65_536];
        assert_eq!(CompactJws::parse(&dots).unwrap_err(), Reason::JwtMalformed);
    }

    #[test]
    fn dots_are_found_wherever_they_stand() {
        for len in 2..200 {
            for first in 0..len - 1 {
                for second in [first + 1, usize::midpoint(first, len), len - 1] {
                    let mut token = vec![b'-'; len];
                    token[first] = b'.';
                    token[second] = b'.';
                    let parts = CompactJws::parse(&token);
                    if first == second {
                        assert_eq!(parts.unwrap_err(), Reason::JwtMalformed);
                        continue;
                    }
                    let parts = parts.unwrap();
                    assert_eq!(parts.header.len(), first);
                    assert_eq!(parts.payload.len(), second - first - 1);
                    assert_eq!(parts.signature.len(), len - second - 1);
                    assert_eq!(parts.signing_input, &token[..second]);
                }
            }
        }
    }
}
