//! Field names and the white space around field values (RFC 9110 sections 5.1, 5.5 and 5.6.2).
//!
//! Refuses nothing by itself; views only, no allocation.

use super::class::{self, OWS, TCHAR};

/// `value` without the SP and TAB around it, which are no part of a field value (REQ-HTTP-19).
///
/// ```
/// assert_eq!(countersign::http::trim_ows(b" \tBearer a "), b"Bearer a");
/// ```
#[inline]
pub fn trim_ows(value: &[u8]) -> &[u8] {
    trim_ows_end(trim_ows_start(value))
}

/// Whether two field names are one; names compare without case (REQ-HTTP-43).
///
/// ```
/// assert!(countersign::http::field_name_eq(b"AUTHORIZATION", b"Authorization"));
/// assert!(!countersign::http::field_name_eq(b"Authorization", b"Authorisation"));
/// ```
#[inline]
pub fn field_name_eq(left: &[u8], right: &[u8]) -> bool {
    // A request has many fields and we want two of them: the length settles nearly every look.
    left.len() == right.len() && left.eq_ignore_ascii_case(right)
}

/// Whether `word` is `letters`, ASCII letters in lower case, whatever the case of its own.
#[inline]
pub(crate) fn is_word<const N: usize>(word: &[u8], letters: &[u8; N]) -> bool {
    // A letter and its capital differ in one bit, and nothing else comes to the letter with that bit set.
    // Without an early exit this is a comparison of a few words.
    let difference =
        |word: &[u8; N]| word.iter().zip(letters).fold(0, |sum, (one, letter)| sum | (one | 0x20) ^ letter);
    <&[u8; N]>::try_from(word).is_ok_and(|word| difference(word) == 0)
}

/// Whether `word` is a `token` of RFC 9110 section 5.6.2: field names, schemes, parameter names.
///
/// ```
/// assert!(countersign::http::is_http_token(b"X-API-Key"));
/// assert!(!countersign::http::is_http_token(b"Bearer:"));
/// ```
pub fn is_http_token(word: &[u8]) -> bool {
    !word.is_empty() && word.iter().all(|byte| class::is(*byte, TCHAR))
}

#[inline]
pub(super) fn trim_ows_start(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = value {
        value = rest;
    }
    value
}

#[inline]
pub(super) fn trim_ows_end(mut value: &[u8]) -> &[u8] {
    while let [rest @ .., last] = value
        && class::is(*last, OWS)
    {
        value = rest;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_space_and_tab_are_trimmed() {
        // REQ-HTTP-17, REQ-HTTP-19: an end of line is not white space, it is refused later.
        assert_eq!(trim_ows(b"\t a b \t"), b"a b");
        assert_eq!(trim_ows(b" a\r\n"), b"a\r\n");
        assert_eq!(trim_ows(b" \t "), b"");
        assert_eq!(trim_ows(b""), b"");
    }

    #[test]
    fn a_token_has_at_least_one_byte_and_only_tchars() {
        for word in [&b"Bearer"[..], b"!#$%&'*+-.^_`|~09azAZ"] {
            assert!(is_http_token(word));
        }
        for word in [&b""[..], b"a b", b"a:", b"a/b", b"\"a\"", b"a\xC3\xA9", b"a\x7F"] {
            assert!(!is_http_token(word), "{word:?}");
        }
    }

    #[test]
    fn field_names_compare_without_case() {
        assert!(field_name_eq(b"wWw-AuThEnTiCaTe", b"WWW-Authenticate"), "REQ-HTTP-43");
        assert!(!field_name_eq(b"Authorization ", b"Authorization"));
        assert!(!field_name_eq(b"\xC3\x89", b"\xC3\xA9"), "only ASCII letters have two cases");
    }
}
