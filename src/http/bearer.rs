//! Bearer credentials (RFC 6750 section 2.1): the way of nearly every request.
//!
//! A good value is seen in one pass over its bytes. Only if that fails, or the token is one that is
//! short enough to be a placeholder, `slip` looks for the name of what is wrong. Refuses all that
//! is no token68. A view; never allocates.

use super::field::{is_word, trim_ows};
use super::scheme::BEARER;
use super::slip::check_token;
use super::token68::is_token68;
use crate::Reason;

/// What to do about legal but unusual spaces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Whitespace {
    /// Several spaces behind the scheme and white space at the end are taken (RFC 9110 sections 5.5 and 11.4).
    #[default]
    Lenient,
    /// Both are `bearer_stray_space`. White space in front is not: a host may hand over what stood
    /// behind the colon of the field line as it was.
    Strict,
}

/// The token of an Authorization value that names Bearer (see [`super::select_scheme`]): a token68.
///
/// It is given as bytes, which is what a JWS is verified from: to call it text would cost a second
/// look at each of them.
///
/// # Errors
///
/// The slip, the first that fits: empty, colon, space missing, stray space (strict alone), newline,
/// repeated (a comma followed by a scheme), prefix repeated, placeholder, quoted, JSON, bad
/// character. [`Reason::AuthorizationMalformed`] if the value does not begin with the word Bearer.
///
/// ```
/// use countersign::Reason;
/// use countersign::http::{Whitespace, parse_bearer};
///
/// assert_eq!(parse_bearer(b"bearer  mF_9.B5f-4.1JqM ", Whitespace::Lenient), Ok(&b"mF_9.B5f-4.1JqM"[..]));
/// assert_eq!(parse_bearer(b"Bearer  mF_9.B5f-4.1JqM", Whitespace::Strict), Err(Reason::BearerStraySpace));
/// assert_eq!(parse_bearer(b"Bearer \"mF_9\"", Whitespace::Lenient), Err(Reason::BearerQuoted));
/// ```
#[inline]
pub fn parse_bearer(value: &[u8], whitespace: Whitespace) -> Result<&[u8], Reason> {
    match parse_likely_bearer(value, whitespace) {
        Some(token) if is_token68(token) => Ok(token),
        _ => parse_bearer_with_slips(value, whitespace),
    }
}

/// The token of a Bearer value without a look at its alphabet, for who decodes it next: what then
/// turns out to be base64url and dots is a token68 and no slip. For anything else ask [`parse_bearer`].
#[inline]
pub(crate) fn parse_likely_bearer(value: &[u8], whitespace: Whitespace) -> Option<&[u8]> {
    let (word, [b' ', token @ ..]) = trim_ows(value).split_at_checked(BEARER.len())? else { return None };
    let spaces_fit = whitespace == Whitespace::Lenient || is_tight(value, token);
    let token = trim_spaces(token);
    (is_word(word, BEARER) && spaces_fit && is_no_word(token)).then_some(token)
}

/// The token in a value that holds nothing else: another header field, a cookie, a query parameter.
/// The slips are those of [`parse_bearer`] that need no scheme, `bearer_prefix_repeated` among them.
///
/// ```
/// use countersign::Reason;
/// use countersign::http::{Whitespace, parse_token};
///
/// assert_eq!(parse_token(b" mF_9.B5f-4.1JqM", Whitespace::Lenient), Ok(&b"mF_9.B5f-4.1JqM"[..]));
/// assert_eq!(parse_token(b"Bearer mF_9", Whitespace::Lenient), Err(Reason::BearerPrefixRepeated));
/// ```
#[inline]
pub fn parse_token(value: &[u8], whitespace: Whitespace) -> Result<&[u8], Reason> {
    let token = trim_ows(value);
    if is_no_word(token) && is_token68(token) && (whitespace == Whitespace::Lenient || is_tight(value, token)) {
        return Ok(token);
    }
    parse_token_with_slips(value, whitespace)
}

/// Whether `token` is surely none of the words that [`check_token`] knows as slips though their
/// characters are good, and has no quote or brace in front.
#[inline]
fn is_no_word(token: &[u8]) -> bool {
    let begins_well = matches!(token, [b'A' | b'C'..=b'Z' | b'a' | b'c'..=b'z' | b'0'..=b'9' | b'-' | b'_', ..]);
    begins_well && token.len() > LONGEST_WORD
}

/// The length of `undefined`, the longest placeholder that is a token68.
const LONGEST_WORD: usize = 9;

/// Whether no white space stands before `token`, save the one space behind the scheme, or behind it.
#[inline]
fn is_tight(value: &[u8], token: &[u8]) -> bool {
    !token.first().is_some_and(|byte| is_ows(*byte)) && !value.last().is_some_and(|byte| is_ows(*byte))
}

#[inline]
fn is_ows(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

#[inline]
fn trim_spaces(mut token: &[u8]) -> &[u8] {
    while let [b' ', rest @ ..] = token {
        token = rest;
    }
    token
}

#[cold]
fn parse_bearer_with_slips(value: &[u8], whitespace: Whitespace) -> Result<&[u8], Reason> {
    let (word, rest) = trim_ows(value).split_at_checked(BEARER.len()).ok_or(Reason::AuthorizationMalformed)?;
    if !word.eq_ignore_ascii_case(BEARER) {
        return Err(Reason::AuthorizationMalformed);
    }
    let token = match rest {
        [] => return Err(Reason::BearerEmpty),
        [b':' | b'=', ..] => return Err(Reason::BearerColon),
        [b' ', token @ ..] => token,
        _ => return Err(Reason::BearerSpaceMissing),
    };
    if whitespace == Whitespace::Strict && !is_tight(value, token) {
        return Err(Reason::BearerStraySpace);
    }
    check_token(trim_spaces(token))
}

#[cold]
fn parse_token_with_slips(value: &[u8], whitespace: Whitespace) -> Result<&[u8], Reason> {
    let token = trim_ows(value);
    if token.is_empty() {
        return Err(Reason::BearerEmpty);
    }
    if whitespace == Whitespace::Strict && !is_tight(value, token) {
        return Err(Reason::BearerStraySpace);
    }
    check_token(token)
}

#[cfg(test)]
mod tests {
    use super::Whitespace::{Lenient, Strict};
    use super::*;

    #[test]
    fn spaces_are_judged_by_the_mode() {
        // REQ-BEARER-01, REQ-BEARER-02, REQ-BEARER-03
        for (value, lenient, strict) in [
            ("Bearer abc", Ok("abc"), Ok("abc")),
            (" \tBearer abc", Ok("abc"), Ok("abc")),
            ("Bearer  abc", Ok("abc"), Err(Reason::BearerStraySpace)),
            ("Bearer abc ", Ok("abc"), Err(Reason::BearerStraySpace)),
            ("Bearer abc\t", Ok("abc"), Err(Reason::BearerStraySpace)),
            ("Bearer \tabc", Err(Reason::BearerBadCharacter), Err(Reason::BearerStraySpace)),
            ("Bearer  ", Err(Reason::BearerEmpty), Err(Reason::BearerEmpty)),
            ("Bearer  \"a\"", Err(Reason::BearerQuoted), Err(Reason::BearerStraySpace)),
            ("Bearer:  a", Err(Reason::BearerColon), Err(Reason::BearerColon)),
            ("Bearer\t a", Err(Reason::BearerSpaceMissing), Err(Reason::BearerSpaceMissing)),
        ] {
            // The same with a token too long for a placeholder, which takes the short way.
            let long = value.replace("abc", LONG);
            for (value, token) in [(value, "abc"), (long.as_str(), LONG)] {
                assert_eq!(
                    parse_bearer(value.as_bytes(), Lenient),
                    lenient.map(|_: &str| token.as_bytes()),
                    "{value:?}"
                );
                assert_eq!(parse_bearer(value.as_bytes(), Strict), strict.map(|_: &str| token.as_bytes()), "{value:?}");
            }
        }
    }

    const LONG: &str = "eyJhbGciOiJFUzI1NiJ9.e30.mF_9-~+/==";

    #[test]
    fn the_slip_behind_the_word_is_named() {
        for (value, reason) in [
            ("Bearer", Reason::BearerEmpty),           // REQ-BEARER-27
            ("bearer \t ", Reason::BearerEmpty),       // REQ-BEARER-27
            ("Bearer: abc", Reason::BearerColon),      // REQ-BEARER-21
            ("Bearer=abc", Reason::BearerColon),       // REQ-BEARER-21
            ("Bearerx", Reason::BearerSpaceMissing),   // REQ-BEARER-22
            ("Bearer\tx", Reason::BearerSpaceMissing), // REQ-BEARER-22
            ("Bearer\u{a0}x", Reason::BearerSpaceMissing),
            ("Bearer a, Bearer b", Reason::AuthorizationRepeated), // REQ-HTTP-33
            ("Bearer bearer x", Reason::BearerPrefixRepeated),     // REQ-BEARER-25
            ("Basic abc", Reason::AuthorizationMalformed),
            ("", Reason::AuthorizationMalformed),
        ] {
            assert_eq!(parse_bearer(value.as_bytes(), Lenient), Err(reason), "{value:?}");
            assert_eq!(parse_bearer(value.as_bytes(), Strict), Err(reason), "{value:?}");
        }
    }

    #[test]
    fn tokens_from_elsewhere_have_the_same_slips() {
        assert_eq!(parse_token(LONG.as_bytes(), Strict), Ok(LONG.as_bytes()));
        assert_eq!(parse_token(b"abc", Strict), Ok(&b"abc"[..]));
        assert_eq!(parse_token(b"abc ", Lenient), Ok(&b"abc"[..]));
        for (value, reason) in [
            (" ", Reason::BearerEmpty),
            ("Bearer", Reason::BearerPrefixRepeated),
            ("Bearer x", Reason::BearerPrefixRepeated),
            ("null", Reason::BearerPlaceholder),
            ("'x'", Reason::BearerQuoted),
            ("x:y", Reason::BearerBadCharacter),
        ] {
            assert_eq!(parse_token(value.as_bytes(), Lenient), Err(reason), "{value:?}");
        }
        assert_eq!(parse_token(b"abc ", Strict), Err(Reason::BearerStraySpace));
    }
}
