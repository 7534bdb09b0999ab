//! What the first word of an Authorization value names (RFC 9110 section 11.1, RFC 6750 section 2.1).
//!
//! Tells a slip behind the word Bearer from another scheme, so that the sender of `Bearer:abc` or
//! `Bearerabc` hears of the slip and not of an unknown scheme. Refuses nothing; a view.

use super::class::{self, TOKEN68};
use super::cursor::ascii;
use super::field::{is_http_token, is_word, trim_ows};
use super::token68::is_token68;

/// What an Authorization value names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemeWord<'a> {
    /// Bearer, rightly written or with a slip behind it: ask [`super::parse_bearer`].
    Bearer,
    /// Another scheme, as written. Whether the rest is well-formed is not looked at.
    Other(&'a str),
    /// No scheme: a three-part token alone (`bearer_scheme_missing`).
    LoneToken,
    /// Nothing: empty, or a first word that is no token (`authorization_malformed`).
    Malformed,
}

/// Tells what `value`, an Authorization field value, names.
///
/// The word Bearer, in any case, counts if the value ends there or goes on with SP, TAB, a colon or
/// an equals sign. Text glued to it counts too if it is all there is, as in `Bearerabc`, or if the
/// word is no token then; `BearerToken abc` names a scheme of its own.
///
/// A lone word counts as a token without its scheme if it is of the alphabet of token68 with
/// exactly two dots and the first two parts are not empty.
///
/// ```
/// use countersign::http::{SchemeWord, select_scheme};
///
/// assert_eq!(select_scheme(b"BEARER abc"), SchemeWord::Bearer);
/// assert_eq!(select_scheme(b"Bearerabc"), SchemeWord::Bearer);
/// assert_eq!(select_scheme(b"BearerToken abc"), SchemeWord::Other("BearerToken"));
/// assert_eq!(select_scheme(b"eyJhbGci.eyJzdWI.c2ln"), SchemeWord::LoneToken);
/// assert_eq!(select_scheme(b"B@sic abc"), SchemeWord::Malformed);
/// ```
#[inline]
pub fn select_scheme(value: &[u8]) -> SchemeWord<'_> {
    let value = trim_ows(value);
    if let Some((word, rest)) = value.split_at_checked(BEARER.len())
        && is_word(word, BEARER)
        && matches!(rest, [] | [b' ' | b'\t' | b':' | b'=', ..])
    {
        return SchemeWord::Bearer;
    }
    select_other(value)
}

/// What is not the word Bearer, rightly written.
fn select_other(value: &[u8]) -> SchemeWord<'_> {
    let glued = value.get(..BEARER.len()).is_some_and(|start| is_word(start, BEARER));
    // A whole token takes a while byte by byte.
    if !glued && is_token68(value) && has_three_parts(value) {
        return SchemeWord::LoneToken;
    }
    let end = value.iter().position(|byte| matches!(byte, b' ' | b'\t'));
    let (word, rest) = value.split_at_checked(end.unwrap_or(value.len())).unwrap_or((value, &[]));
    match is_http_token(word) {
        _ if glued && rest.is_empty() => SchemeWord::Bearer,
        false if glued => SchemeWord::Bearer,
        _ if rest.is_empty() && has_three_parts(word) && is_of_token68(word) => SchemeWord::LoneToken,
        // The grammar wants a space there; a TAB makes the value malformed (REQ-HTTP-04).
        true if rest.first() != Some(&b'\t') => SchemeWord::Other(ascii(word)),
        _ => SchemeWord::Malformed,
    }
}

/// The word, to be compared without case.
pub(super) const BEARER: &[u8; 6] = b"bearer";

/// Whether `word` is of the alphabet of token68, wherever its `=` stand.
fn is_of_token68(word: &[u8]) -> bool {
    word.iter().all(|byte| class::is(*byte, TOKEN68) || *byte == b'=')
}

/// Whether `word` has exactly two dots, and something before each.
fn has_three_parts(word: &[u8]) -> bool {
    // Counted in bytes, block by block, which compilers turn into vector instructions.
    let count = |block: &[u8]| usize::from(block.iter().fold(0_u8, |dots, byte| dots + u8::from(*byte == b'.')));
    let dots: usize = word.chunks(64).map(count).sum();
    let first = word.iter().position(|byte| *byte == b'.').unwrap_or(0);
    dots == 2 && first > 0 && word.get(first + 1) != Some(&b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_behind_the_word_bearer_still_name_it() {
        // REQ-HTTP-01, REQ-BEARER-21, REQ-BEARER-22, REQ-BEARER-27
        for value in [
            "Bearer",
            "bearer ",
            " bEaReR x",
            "Bearer: x",
            "Bearer:x",
            "Bearer=x",
            "Bearer\tx",
            "Bearerx",
            "BearerToken",
            "BearereyJ.eyJ.c",
            "Bearer\u{a0}x",
            "Bearer\"x y\"",
            "Bearer, Basic x",
            "Bearer\nx",
            "Bearer{\"a\": 1}",
        ] {
            assert_eq!(select_scheme(value.as_bytes()), SchemeWord::Bearer, "{value:?}");
        }
    }

    #[test]
    fn other_words_are_other_schemes() {
        for value in ["Basic x", "Basic", "BearerToken x", "Bear", "Bearers a.b.c", "a.b", "a.b.c.d", "a.b.c d", ".a.b"]
        {
            assert_eq!(select_scheme(value.as_bytes()), SchemeWord::Other(value.split(' ').next().unwrap()), "{value}");
        }
    }

    #[test]
    fn a_lone_token_of_three_parts_lacks_its_scheme() {
        // REQ-BEARER-26
        for value in ["eyJ.eyJ.c2ln", " eyJ.eyJ.c2ln ", "eyJ.eyJ.", "e+/.e~_.c-=="] {
            assert_eq!(select_scheme(value.as_bytes()), SchemeWord::LoneToken, "{value}");
        }
    }

    #[test]
    fn a_first_word_that_is_no_token_names_nothing() {
        // REQ-HTTP-02
        for value in ["", "  ", "\"Basic\" x", "Basic: x", "Basic\tx", "Basic\nx", "B\u{e9}arer x", "a.b\n.c", "a,b"] {
            assert_eq!(select_scheme(value.as_bytes()), SchemeWord::Malformed, "{value:?}");
        }
    }
}
