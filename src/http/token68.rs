//! Whether bytes are a token68 (RFC 9110 section 11.2), fast: every request with a token asks.
//!
//! The loops have no branches, so the compiler turns them into vector code. Refuses the empty word
//! and every byte outside the alphabet; never allocates.

/// Whether `word` is a token68: one or more of letters, digits and `-._~+/`, then only `=`.
#[inline]
pub(super) fn is_token68(word: &[u8]) -> bool {
    let mut core = word;
    while let [rest @ .., b'='] = core {
        core = rest;
    }
    !core.is_empty() && (is_made_of(core, jws) || is_made_of(core, |byte| jws(byte) | rare(byte)))
}

/// Letters, `-./0123456789` and `_`: all that a compact JWS holds, in the fewest operations.
#[inline]
fn jws(byte: u8) -> bool {
    // `-` to `9` are thirteen bytes in a row, all of them in the alphabet.
    ((byte | 0x20).wrapping_sub(b'a') < 26) | (byte.wrapping_sub(b'-') < 13) | (byte == b'_')
}

/// The rest of the alphabet.
#[inline]
fn rare(byte: u8) -> bool {
    (byte == b'+') | (byte == b'~')
}

#[inline]
fn is_made_of(bytes: &[u8], good: impl Fn(u8) -> bool) -> bool {
    let (blocks, tail) = bytes.as_chunks::<BLOCK>();
    let mut all = true;
    for block in blocks {
        // A block at a time without an exit: what is left is one vector loop.
        all &= block.iter().fold(true, |all, byte| all & good(*byte));
    }
    all & tail.iter().fold(true, |all, byte| all & good(*byte))
}

const BLOCK: usize = 32;

#[cfg(test)]
mod tests {
    use super::super::class::{self, TOKEN68};
    use super::*;

    /// By the table, one byte after the other.
    fn slow(word: &[u8]) -> bool {
        let letters = word.iter().take_while(|byte| class::is(**byte, TOKEN68)).count();
        letters > 0 && word[letters..].iter().all(|byte| *byte == b'=')
    }

    #[test]
    fn every_byte_at_every_place_is_judged_as_by_the_table() {
        // REQ-HTTP-05
        for length in [1, 2, 15, 16, 31, 32, 33, 64, 65] {
            for place in 0..length {
                for byte in 0..=255 {
                    for filler in [b'a', b'~'] {
                        let mut word = vec![filler; length];
                        word[place] = byte;
                        assert_eq!(is_token68(&word), slow(&word), "{length} {place} {byte}");
                    }
                }
            }
        }
    }

    #[test]
    fn equals_signs_stand_at_the_end_alone() {
        for (word, good) in
            [("", false), ("=", false), ("==", false), ("a=", true), ("a===", true), ("a=b", false), ("=a", false)]
        {
            assert_eq!(is_token68(word.as_bytes()), good, "{word}");
        }
    }
}
