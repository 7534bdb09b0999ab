//! Making keys: 256 random bits in base 62, with a prefix before and check digits behind.

use super::check_digits::{check_digits, digit_of};
use crate::limits;

/// Makes a key of 32 bytes that nobody can guess; `None` if `prefix` is not one ([`is_key_prefix`]).
///
/// The bytes are one number, written with 43 digits of base 62 (`0-9A-Za-z`): every number has a spelling of
/// its own, so that all 256 bits count. They must come from the system's randomness. Neither they nor the key,
/// which is the caller's, are wiped here.
///
/// ```
/// let key = countersign::api_key::make_key("acme_live_", &[7; 32]).unwrap();
/// assert_eq!(key, "acme_live_1fJjkkpe9PiTw9KSulA8Ghct30vZz4HpdQ5c5b9cPF1269FCf");
/// ```
#[must_use]
pub fn make_key(prefix: &str, random: &[u8; 32]) -> Option<String> {
    if !is_key_prefix(prefix) {
        return None;
    }
    let mut key = String::from(prefix);
    key.extend(base62(random).map(char::from));
    let digits = check_digits(key.as_bytes());
    key.extend(digits.map(char::from));
    Some(key)
}

/// Whether a made key may begin with `text`: at most 32 letters, digits, `-`, `.`, `_` and `~`, or nothing.
#[must_use]
pub fn is_key_prefix(text: &str) -> bool {
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    text.len() <= limits::API_KEY_PREFIX_BYTES && text.bytes().all(is_unreserved)
}

/// A number of 256 bits, most significant byte first, in base 62 with zeros on the left.
fn base62(number: &[u8; 32]) -> [u8; DIGITS] {
    // 32 bits in each place, so that a remainder and the next place fit into one.
    let mut places = [0; 8];
    for (place, bytes) in places.iter_mut().zip(number.as_chunks().0) {
        *place = u64::from(u32::from_be_bytes(*bytes));
    }
    let mut digits = [b'0'; DIGITS];
    for digit in digits.iter_mut().rev() {
        let mut rest = 0;
        for place in &mut places {
            let value = rest << 32 | *place;
            *place = value / BASE;
            rest = value % BASE;
        }
        *digit = digit_of(rest);
    }
    digits
}

/// 62^43 is the first power over 2^256.
const DIGITS: usize = 43;
const BASE: u64 = 62;
