//! A key as logs and messages may show it (REQ-APIKEY-09).

use core::fmt;

/// Prints the first and the last four characters of a key around `...`, and `...` alone for a key under 16.
///
/// What is no visible ASCII is escaped, as in `\x1b`, and so are quotes and backslashes.
///
/// ```
/// use countersign::api_key::Redacted;
///
/// assert_eq!(Redacted(b"acme_live_0123456789").to_string(), "acme...6789");
/// assert_eq!(Redacted(b"acme_live_01234").to_string(), "...");
/// ```
#[derive(Clone, Copy)]
pub struct Redacted<'k>(pub &'k [u8]);

impl fmt::Display for Redacted<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ends = self.0.first_chunk::<SHOWN>().zip(self.0.last_chunk::<SHOWN>());
        match ends.filter(|_| self.0.len() >= SHORTEST) {
            Some((first, last)) => write!(formatter, "{}...{}", first.escape_ascii(), last.escape_ascii()),
            None => formatter.write_str("..."),
        }
    }
}

impl fmt::Debug for Redacted<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// Characters shown at each end.
const SHOWN: usize = 4;
/// Characters of the shortest key of which any are shown.
const SHORTEST: usize = 16;
