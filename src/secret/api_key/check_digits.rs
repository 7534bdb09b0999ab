//! Check digits: CRC-32 (ISO-HDLC, as in Ethernet and gzip) of what stands before them, in base 62.
//!
//! They tell a key that was mistyped or cut from one that is unknown, without a look-up. They prove nothing:
//! anybody can compute them.

/// The digits of base 62, in the order of ASCII.
pub(super) const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// How many there are; 62^6 is over 2^32.
pub(super) const LENGTH: usize = 6;

/// Whether `key` ends in the check digits of what stands before them, which is not nothing.
pub(super) fn hold(key: &[u8]) -> bool {
    key.split_last_chunk().is_some_and(|(text, digits)| !text.is_empty() && check_digits(text) == *digits)
}

/// The check digits of `text`, padded with `0` on the left.
pub(super) fn check_digits(text: &[u8]) -> [u8; LENGTH] {
    let mut rest = crc32(text);
    let mut digits = [b'0'; LENGTH];
    for digit in digits.iter_mut().rev() {
        *digit = digit_of(u64::from(rest % BASE));
        rest /= BASE;
    }
    digits
}

/// The digit for a value under 62.
pub(super) fn digit_of(value: u64) -> u8 {
    usize::try_from(value).ok().and_then(|value| ALPHABET.get(value)).copied().unwrap_or(b'0')
}

/// Bit by bit: a table would be read at places that the key decides, which a neighbour on the machine can see
/// in the cache.
fn crc32(text: &[u8]) -> u32 {
    let rest = text.iter().fold(u32::MAX, |rest, byte| {
        (0..8).fold(rest ^ u32::from(*byte), |rest, _| rest >> 1 ^ POLYNOMIAL & (rest & 1).wrapping_neg())
    });
    !rest
}

/// The polynomial of IEEE 802.3 section 3.2.9, lowest power first.
const POLYNOMIAL: u32 = 0xEDB8_8320;
const BASE: u32 = 62;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crc_is_that_of_its_catalogue() {
        // The first is the check value of CRC-32/ISO-HDLC; the others are what zlib computes.
        for (text, crc) in [(&b"123456789"[..], 0xCBF4_3926), (b"", 0), (b"a", 0xE8B7_BE43), (b"abc", 0x3524_41C2)] {
            assert_eq!(crc32(text), crc);
        }
    }

    #[test]
    fn digits_are_padded_and_hold_behind_a_text_alone() {
        assert_eq!(&check_digits(b""), b"000000");
        assert_eq!(&check_digits(b"123456789"), b"3jZRME");
        assert!(hold(b"1234567893jZRME"));
        // REQ-APIKEY-06: shorter than the digits, the digits alone, one digit off, another case.
        for wrong in [&b""[..], b"00000", b"000000", b"1234567893jZRMF", b"1234567893jZRmE", b"1234567883jZRME"] {
            assert!(!hold(wrong));
        }
    }
}
