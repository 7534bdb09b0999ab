//! The fields of a hash in PHC string form: decimals, parameters, base64 without padding.
//!
//! Each has one spelling: no leading zero, no `+`, no stray trailing bits, parameters in their order.

use core::ops::RangeInclusive;

use base64ct::{Base64Unpadded, Encoding as _};

use super::cost::HashKind;
use super::fault::{HashFault, Part};
use crate::limits;

/// `text` between dollars, if there are exactly `N` fields.
pub(super) fn fields<const N: usize>(text: &str) -> Option<[&str; N]> {
    pieces(text, '$')
}

/// The numbers of `m=1,t=2`, whose names must be those and in that order.
pub(super) fn parse_parameters<const N: usize>(text: &str, names: [&str; N]) -> Option<[u64; N]> {
    let given: [&str; N] = pieces(text, ',')?;
    let mut numbers = [0; N];
    for ((number, given), name) in numbers.iter_mut().zip(given).zip(names) {
        *number = parse_decimal(given.strip_prefix(name)?.strip_prefix('=')?)?;
    }
    Some(numbers)
}

/// A decimal number of one to ten digits without a leading zero.
pub(super) fn parse_decimal(text: &str) -> Option<u64> {
    let digits = (1..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits && (text == "0" || !text.starts_with('0'))).then(|| text.parse().ok())?
}

/// Salt and hash in base64, each held to its length.
pub(super) fn decode_both(
    kind: HashKind,
    [salt, hash]: [&str; 2],
    hash_bytes: RangeInclusive<usize>,
) -> Result<(Vec<u8>, Vec<u8>), HashFault> {
    let salt = decode(kind, Part::Salt, salt, limits::SALT_BYTES)?;
    let hash = decode(kind, Part::Hash, hash, hash_bytes)?;
    Ok((salt, hash))
}

fn decode(kind: HashKind, part: Part, text: &str, allowed: RangeInclusive<usize>) -> Result<Vec<u8>, HashFault> {
    // As long as the text, which is bounded: more than it decodes to.
    let mut bytes = vec![0; text.len()];
    let len = Base64Unpadded::decode(text, &mut bytes).map_err(|_| HashFault::Malformed(kind))?.len();
    bytes.truncate(len);
    if allowed.contains(&len) {
        return Ok(bytes);
    }
    let wide = |len: usize| u64::try_from(len).unwrap_or(u64::MAX);
    Err(HashFault::OutOfBounds { kind, part, found: wide(len), allowed: wide(*allowed.start())..=wide(*allowed.end()) })
}

fn pieces<const N: usize>(text: &str, separator: char) -> Option<[&str; N]> {
    let mut split = text.split(separator);
    let mut found = [""; N];
    for place in &mut found {
        *place = split.next()?;
    }
    split.next().is_none().then_some(found)
}
