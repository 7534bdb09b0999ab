//! The everyday slips in a Bearer token, each with its own reason (RFC 6750 section 2.1).
//!
//! Their order is rule 1 of the reason table: the first that fits is the one named. Looked for only
//! where the fast check did not settle the matter. A view; never allocates.

use super::class::{self, OWS, TCHAR, TOKEN68};
use super::cursor::Cursor;
use super::scheme::BEARER;
use super::token68::is_token68;
use crate::Reason;

/// Gives `token` back if it is a token68 and no slip; `token` has no space in front or behind.
#[cold]
pub(super) fn check_token(token: &[u8]) -> Result<&[u8], Reason> {
    let slips: [Slip; 6] = [
        (has_newline, Reason::BearerNewline),
        (names_second_scheme, Reason::AuthorizationRepeated),
        (repeats_prefix, Reason::BearerPrefixRepeated),
        (is_placeholder, Reason::BearerPlaceholder),
        (is_quoted, Reason::BearerQuoted),
        (is_json, Reason::JwsJsonGiven),
    ];
    match slips.iter().find(|(fits, _)| fits(token)) {
        Some((_, reason)) => Err(*reason),
        None if is_token68(token) => Ok(token),
        None => Err(Reason::BearerBadCharacter),
    }
}

/// Whether one of `wanted` stands in `token`: without an early exit, so that it is looked for in
/// vectors, and a whole token takes some tens of nanoseconds.
fn holds_any<const N: usize>(token: &[u8], wanted: [u8; N]) -> bool {
    let is_wanted = |byte: u8| wanted.iter().fold(0, |found, one| found | u8::from(byte == *one));
    token.iter().fold(0, |found, byte| found | is_wanted(*byte)) != 0
}

/// What tells a slip, and its reason.
type Slip = (fn(&[u8]) -> bool, Reason);

/// CR or LF as it is, or spelt out at the end, where templates and `printf` leave it (REQ-BEARER-24).
fn has_newline(token: &[u8]) -> bool {
    let spelt = match token {
        [.., b'\\', letter] => matches!(letter, b'n' | b'r'),
        [.., b'%', b'0', digit] => matches!(digit, b'A' | b'a' | b'D' | b'd'),
        _ => false,
    };
    spelt || holds_any(token, [b'\r', b'\n'])
}

/// A comma, a token and a space: two field lines that were joined on the way (REQ-HTTP-33).
pub(crate) fn names_second_scheme(token: &[u8]) -> bool {
    if !holds_any(token, [b',']) {
        return false;
    }
    let mut cursor = Cursor::new(token);
    while let Some(byte) = cursor.peek() {
        cursor.take(byte);
        if byte == b',' {
            cursor.take_run(OWS);
            if !cursor.take_run(TCHAR).is_empty() && cursor.peek() == Some(b' ') {
                return true;
            }
        }
    }
    false
}

/// The word Bearer once more, with no token68 character behind it (REQ-BEARER-25).
fn repeats_prefix(token: &[u8]) -> bool {
    token.split_at_checked(BEARER.len()).is_some_and(|(word, rest)| {
        word.eq_ignore_ascii_case(BEARER) && !rest.first().is_some_and(|byte| class::is(*byte, TOKEN68))
    })
}

/// What is left of an unset variable or an unfilled template (REQ-BEARER-28).
fn is_placeholder(token: &[u8]) -> bool {
    matches!(token, b"undefined" | b"null" | b"None" | b"NaN" | b"[object Object]")
        || matches!(token, [b'$', b'{', .., b'}'] | [b'{', b'{', .., b'}', b'}'] | [b'<', .., b'>'] | [b'%', .., b'%'])
}

/// An opening quote, straight or typographic in UTF-8 (REQ-BEARER-23).
fn is_quoted(token: &[u8]) -> bool {
    // U+2018 to U+201F, then the guillemets U+00AB, U+00BB, U+2039 and U+203A.
    matches!(token, [b'"' | b'\'', ..] | [0xE2, 0x80, 0x98..=0x9F | 0xB9 | 0xBA, ..] | [0xC2, 0xAB | 0xBB, ..])
}

/// A JSON object: a JWS in the other serialization, or the whole answer of the token endpoint.
fn is_json(token: &[u8]) -> bool {
    token.first() == Some(&b'{')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_slip_has_its_reason() {
        use Reason::*;
        for (token, reason) in [
            // REQ-BEARER-24
            ("abc\n", BearerNewline),
            ("abc\r\n", BearerNewline),
            ("ab\nc", BearerNewline),
            ("\nabc", BearerNewline),
            ("abc\\n", BearerNewline),
            ("abc\\r\\n", BearerNewline),
            ("abc%0A", BearerNewline),
            ("abc%0d%0a", BearerNewline),
            ("\"abc\n", BearerNewline),
            ("a\\nc", BearerBadCharacter),
            ("a%0Ac", BearerBadCharacter),
            // REQ-HTTP-33
            ("a, Bearer b", AuthorizationRepeated),
            ("a,Basic b", AuthorizationRepeated),
            ("a,,\t x y", AuthorizationRepeated),
            (",a b", AuthorizationRepeated),
            ("a, b", BearerBadCharacter),
            ("a, b=c", BearerBadCharacter),
            ("a, ", BearerBadCharacter),
            // REQ-BEARER-25
            ("Bearer x", BearerPrefixRepeated),
            ("BEARER", BearerPrefixRepeated),
            ("bearer: x", BearerPrefixRepeated),
            ("bearer=", BearerPrefixRepeated),
            ("Bearer \"x\"", BearerPrefixRepeated),
            // REQ-BEARER-28
            ("undefined", BearerPlaceholder),
            ("null", BearerPlaceholder),
            ("None", BearerPlaceholder),
            ("NaN", BearerPlaceholder),
            ("[object Object]", BearerPlaceholder),
            ("<token>", BearerPlaceholder),
            ("<your token>", BearerPlaceholder),
            ("${TOKEN}", BearerPlaceholder),
            ("{{token}}", BearerPlaceholder),
            ("{{ token }}", BearerPlaceholder),
            ("%TOKEN%", BearerPlaceholder),
            // REQ-BEARER-23
            ("\"x\"", BearerQuoted),
            ("\"undefined\"", BearerQuoted),
            ("'x'", BearerQuoted),
            ("\u{201c}x\u{201d}", BearerQuoted),
            ("\u{2018}x\u{2019}", BearerQuoted),
            ("\u{201e}x\u{201c}", BearerQuoted),
            ("\u{ab}x\u{bb}", BearerQuoted),
            ("{\"access_token\":\"x\"}", JwsJsonGiven),
            ("{", JwsJsonGiven),
            // REQ-BEARER-04
            ("abc\u{2026}", BearerBadCharacter),
            ("abc def", BearerBadCharacter),
            ("a=b", BearerBadCharacter),
            ("=", BearerBadCharacter),
            ("$TOKEN", BearerBadCharacter),
            ("a<b>", BearerBadCharacter),
            ("abc\u{0}", BearerBadCharacter),
            ("%", BearerBadCharacter),
        ] {
            assert_eq!(check_token(token.as_bytes()), Err(reason), "{token:?}");
        }
    }

    #[test]
    fn words_that_only_resemble_a_slip_are_tokens() {
        for token in ["Null", "nullx", "undefined1", "bearerx", "BearerToken", "bearer.x", "none", "abc==", "n"] {
            assert_eq!(check_token(token.as_bytes()), Ok(token.as_bytes()));
        }
    }
}
