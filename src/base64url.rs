//! Strict base64url for JWS segments and JWK members (RFC 7515 section 2, RFC 4648 sections 3.5 and 5).
//!
//! Refuses padding, white space, `+` and `/`, a length of 1 mod 4 and stray trailing bits, so that a
//! byte string has one spelling. Fills the caller's memory; only [`decode_to_vec`] allocates.

use base64_simd::{AsOut as _, URL_SAFE_NO_PAD};

use crate::arena::Sink;

/// How many bytes a text of `len` characters decodes to, if it decodes at all.
#[inline]
pub const fn decoded_len(len: usize) -> usize {
    len / 4 * 3 + len % 4 * 3 / 4
}

/// How many characters `len` bytes take.
#[inline]
pub const fn encoded_len(len: usize) -> usize {
    len / 3 * 4 + (len % 3 * 4).div_ceil(3)
}

/// Decodes `text` into the front of `out`; `None` if it is not base64url or `out` is too short.
#[inline]
pub fn decode<'o>(text: &[u8], out: &'o mut [u8]) -> Option<&'o [u8]> {
    let place = out.get_mut(..decoded_len(text.len()))?;
    URL_SAFE_NO_PAD.decode(text, place.as_out()).ok().map(|decoded| &*decoded)
}

/// Decodes `text` into the front of `memory`, which grows if it must and never shrinks.
#[inline]
pub fn decode_into<'m>(text: &[u8], memory: &'m mut Vec<u8>) -> Option<&'m [u8]> {
    let len = decoded_len(text.len());
    if memory.len() < len {
        memory.resize(len, 0);
    }
    decode(text, memory)
}

/// Decodes `text` into memory of its own; for loading.
pub fn decode_to_vec(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = vec![0; decoded_len(text.len())];
    decode(text, &mut out)?;
    Some(out)
}

/// Whether `text` is base64url, for a part that is never decoded.
#[inline]
pub fn is_base64url(text: &[u8]) -> bool {
    URL_SAFE_NO_PAD.check(text).is_ok()
}

/// Appends `bytes` as base64url.
pub fn encode(bytes: &[u8], sink: &mut impl Sink) {
    let mut block = [0; encoded_len(BLOCK)];
    for bytes in bytes.chunks(BLOCK) {
        sink.put(URL_SAFE_NO_PAD.encode(bytes, block.as_mut_slice().as_out()));
    }
}

/// Bytes encoded in one go: a multiple of three, so that only the last block has a short end.
const BLOCK: usize = 96;

#[cfg(test)]
mod tests {
    use super::*;

    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    /// The slow, obvious twin.
    fn twin(text: &[u8]) -> Option<Vec<u8>> {
        let (mut bits, mut held, mut out) = (0_u32, 0, Vec::new());
        for byte in text {
            bits = bits << 6 | u32::try_from(ALPHABET.iter().position(|letter| letter == byte)?).ok()?;
            held += 6;
            if held >= 8 {
                held -= 8;
                out.push(u8::try_from(bits >> held & 0xFF).ok()?);
            }
        }
        let rest = bits & ((1 << held) - 1);
        (held < 6 && rest == 0).then_some(out)
    }

    fn agree(text: &[u8]) {
        let expected = twin(text);
        assert_eq!(decode_to_vec(text), expected, "{:?}", String::from_utf8_lossy(text));
        assert_eq!(is_base64url(text), expected.is_some(), "{:?}", String::from_utf8_lossy(text));
    }

    #[test]
    fn every_text_of_up_to_two_bytes_and_every_ending_agrees_with_the_twin() {
        // REQ-JWS-02, REQ-JWS-03.
        agree(b"");
        for first in 0..=255 {
            agree(&[first]);
            for second in 0..=255 {
                agree(&[first, second]);
                agree(&[b'A', first, second]);
                agree(&[b'A', b'A', first, second]);
            }
        }
    }

    #[test]
    fn every_foreign_byte_is_refused_at_every_place() {
        // REQ-JWS-02: long enough for each of the vector widths and their tails.
        for len in [4, 22, 43, 64, 87, 128, 171] {
            let good = ALPHABET.iter().cycle().skip(7).take(len).copied().collect::<Vec<_>>();
            for place in 0..len {
                for foreign in (0..=255_u8).filter(|byte| !ALPHABET.contains(byte)) {
                    let mut text = good.clone();
                    text[place] = foreign;
                    assert_eq!(decode_to_vec(&text), None, "{foreign:#04x} at {place} of {len}");
                    assert!(!is_base64url(&text));
                }
            }
        }
    }

    #[test]
    fn each_length_has_one_spelling_only() {
        // REQ-JWS-03: of the 64 possible last characters exactly those with unused bits of zero decode.
        for len in 1..200 {
            let mut text = vec![b'k'; len];
            let mut spellings = 0;
            for &last in ALPHABET {
                text[len - 1] = last;
                agree(&text);
                spellings += usize::from(is_base64url(&text));
            }
            assert_eq!(spellings, [64, 0, 4, 16][len % 4], "{len}");
        }
    }

    #[test]
    fn what_was_encoded_decodes() {
        let bytes = (0..=255_u8).cycle().take(700).collect::<Vec<_>>();
        for len in 0..bytes.len() {
            let mut text = Vec::new();
            encode(&bytes[..len], &mut text);
            assert_eq!(text.len(), encoded_len(len));
            assert_eq!(decoded_len(text.len()), len);
            assert_eq!(decode_to_vec(&text).as_deref(), Some(&bytes[..len]));
        }
    }

    #[test]
    fn memory_that_is_too_short_is_no_panic() {
        assert_eq!(decode(b"AAAA", &mut [0; 2]), None);
        let mut memory = vec![7; 5];
        assert_eq!(decode_into(b"AAAA", &mut memory), Some(&[0, 0, 0][..]));
        assert_eq!(memory.len(), 5);
    }
}
