//! The form of an API key: how one is made, how a presented one is read, how one is printed.
//!
//! No standard has API keys. A key that [`make_key`] makes is `<prefix><43 characters><6 check digits>`, all
//! of them unreserved characters (RFC 3986 section 2.3), so that it stands unchanged in a field or a query.
//! [`read_key`] takes keys of any origin and refuses what no key holds: white space inside, controls, bytes
//! beyond ASCII, more than 1,024 bytes. Reading never allocates.

mod check_digits;
mod made;
mod redacted;

use core::fmt;

pub use made::{is_key_prefix, make_key};
pub use redacted::Redacted;

use crate::limits;

/// What every key of a policy looks like.
///
/// The default takes any key: no prefix, no check digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyForm<'p> {
    /// What a key begins with, compared with case; empty if that is left open.
    pub prefix: &'p str,
    /// Whether the last six characters are the check digits of [`make_key`].
    pub checksum: bool,
}

/// A key that was presented, borrowed from the request. Prints redacted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PresentedKey<'v> {
    /// The key without white space around it: visible ASCII, at least one byte.
    pub key: &'v [u8],
    /// Whether there was white space around it (REQ-APIKEY-13).
    pub trimmed: bool,
}

/// Why a value is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeySlip {
    /// Nothing, or white space alone.
    Empty,
    /// Over 1,024 bytes.
    TooLong,
    /// A space or a tab inside.
    WhiteSpace,
    /// A control character, DEL among them.
    Control,
    /// A byte beyond ASCII.
    NonAscii,
    /// Another beginning than the policy's prefix.
    Prefix,
    /// Check digits that are not those of the key: it was mistyped or cut.
    Checksum,
}

/// Reads a presented key, without the spaces and tabs around it.
///
/// Whether the key is known is not asked: its SHA-256 is looked up next.
///
/// ```
/// use countersign::api_key::{KeyForm, KeySlip, make_key, read_key};
///
/// let key = make_key("acme_live_", &[7; 32]).unwrap();
/// let form = KeyForm { prefix: "acme_live_", checksum: true };
/// let read = read_key(key.as_bytes(), &form).unwrap();
/// assert_eq!((read.key, read.trimmed), (key.as_bytes(), false));
///
/// let mistyped = key.replacen('_', "-", 1);
/// assert_eq!(read_key(mistyped.as_bytes(), &form), Err(KeySlip::Prefix));
/// assert_eq!(read_key(&key.as_bytes()[..20], &form), Err(KeySlip::Checksum));
/// ```
///
/// # Errors
/// The first slip in this order: empty, too long, the first byte that stands in no key, prefix, check digits.
pub fn read_key<'v>(value: &'v [u8], form: &KeyForm<'_>) -> Result<PresentedKey<'v>, KeySlip> {
    let key = trim(value);
    if key.is_empty() {
        return Err(KeySlip::Empty);
    }
    if key.len() > limits::API_KEY_BYTES {
        return Err(KeySlip::TooLong);
    }
    if let Some(slip) = key.iter().find_map(|byte| slip_of(*byte)) {
        return Err(slip);
    }
    if !key.starts_with(form.prefix.as_bytes()) {
        return Err(KeySlip::Prefix);
    }
    if form.checksum && !check_digits::hold(key) {
        return Err(KeySlip::Checksum);
    }
    Ok(PresentedKey { key, trimmed: key.len() < value.len() })
}

/// Cuts off OWS (RFC 9110 section 5.6.3) at both ends.
fn trim(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

const fn slip_of(byte: u8) -> Option<KeySlip> {
    match byte {
        b' ' | b'\t' => Some(KeySlip::WhiteSpace),
        0x21..=0x7E => None,
        0x80.. => Some(KeySlip::NonAscii),
        _ => Some(KeySlip::Control),
    }
}

impl fmt::Debug for PresentedKey<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PresentedKey")
            .field("key", &Redacted(self.key))
            .field("trimmed", &self.trimmed)
            .finish()
    }
}

impl fmt::Display for KeySlip {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            KeySlip::Empty => "the key is empty",
            KeySlip::TooLong => "the key is longer than 1024 bytes",
            KeySlip::WhiteSpace => "the key has white space inside",
            KeySlip::Control => "the key has a control character",
            KeySlip::NonAscii => "the key has a byte beyond ASCII",
            KeySlip::Prefix => "the key has another prefix",
            KeySlip::Checksum => "the key's check digits are wrong",
        })
    }
}

impl core::error::Error for KeySlip {}

#[cfg(test)]
mod tests;
