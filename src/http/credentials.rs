//! Credentials: what a client sends in Authorization (RFC 9110 sections 11.4 and 11.6.2).
//!
//! Grammar alone: no scheme is known here but that the slips behind the word Bearer have names of
//! their own. Refuses TAB behind the scheme, every control byte, a name twice, more than
//! [`limits::AUTH_PARAMS`] parameters and more than [`limits::EMPTY_LIST_ELEMENTS`] empty elements.
//! A view; never allocates.

use core::fmt;

use super::bearer::{Whitespace, parse_bearer};
use super::class::TCHAR;
use super::cursor::{Cursor, ascii};
use super::field::{field_name_eq, trim_ows};
use super::param::{Names, Params, Quoted, parse_param};
use super::scheme::{SchemeWord, select_scheme};
use super::token68::is_token68;
use crate::{Reason, limits};

/// The credentials of one Authorization field value: a scheme with a token68, with parameters, or alone.
///
/// Its `Debug` output holds the scheme and no secret.
#[derive(Clone)]
pub struct Credentials<'a> {
    /// The scheme as written; compare it with [`Credentials::is_scheme`].
    pub scheme: &'a str,
    /// What stands behind the scheme in place of parameters, as with Basic and Bearer.
    pub token68: Option<&'a str>,
    params: Params<'a>,
}

impl<'a> Credentials<'a> {
    /// Whether the scheme is `scheme`; schemes compare without case (REQ-HTTP-01).
    pub fn is_scheme(&self, scheme: &str) -> bool {
        field_name_eq(self.scheme.as_bytes(), scheme.as_bytes())
    }

    /// The parameters in the order sent; none if there is a token68.
    pub fn params(&self) -> Params<'a> {
        self.params.clone()
    }
}

impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Credentials end up in logs by way of `{:?}`; a token must not.
        let token68 = self.token68.map(str::len);
        f.debug_struct("Credentials")
            .field("scheme", &self.scheme)
            .field("token68_bytes", &token68)
            .field("params", &self.params.len())
            .finish()
    }
}

/// Reads one Authorization field value; SP and TAB around it are dropped.
///
/// # Errors
///
/// Behind the word Bearer the slip that [`parse_bearer`] would name, else
/// [`Reason::AuthorizationMalformed`].
///
/// ```
/// use countersign::Reason;
/// use countersign::http::parse_credentials;
///
/// let digest = parse_credentials(br#"Digest username="a", nc=00000001"#)?;
/// assert!(digest.is_scheme("digest"));
/// assert!(digest.params().find("nc").is_some_and(|nc| nc.is(b"00000001")));
/// assert_eq!(parse_credentials(b"Bearer abc==")?.token68, Some("abc=="));
/// assert_eq!(parse_credentials(b"Bearer: abc").unwrap_err(), Reason::BearerColon);
/// # Ok::<(), Reason>(())
/// ```
pub fn parse_credentials(value: &[u8]) -> Result<Credentials<'_>, Reason> {
    parse_grammar(trim_ows(value)).ok_or_else(|| malformed(value))
}

fn parse_grammar(value: &[u8]) -> Option<Credentials<'_>> {
    let mut cursor = Cursor::new(value);
    let scheme = ascii(cursor.take_run(TCHAR));
    let alone = Credentials { scheme, token68: None, params: Params::NONE };
    if scheme.is_empty() {
        return None;
    }
    if cursor.peek().is_none() {
        return Some(alone);
    }
    if !cursor.take(b' ') {
        return None;
    }
    while cursor.take(b' ') {}
    if is_token68(cursor.rest()) {
        return Some(Credentials { token68: Some(ascii(cursor.rest())), ..alone });
    }
    let count = count_params(cursor)?;
    Some(Credentials { params: Params::new(cursor, &[], count), ..alone })
}

/// Reads a list of parameters to its end; credentials are no list, so nothing else may follow.
fn count_params(mut cursor: Cursor<'_>) -> Option<usize> {
    let mut names = Names::new();
    let mut empty_elements = 0;
    // Not white space: a TAB behind the spaces is as malformed as one in their place (REQ-HTTP-04).
    while cursor.peek().is_some_and(|byte| byte != b'\t') {
        if cursor.at_element_end() {
            empty_elements += 1;
        } else {
            let param = parse_param(&mut cursor, Quoted::Text).ok()?;
            if !names.add(param.name) {
                return None;
            }
            cursor.skip_ows();
        }
        if !cursor.at_element_end() || empty_elements > limits::EMPTY_LIST_ELEMENTS {
            return None;
        }
        cursor.take(b',');
        cursor.skip_ows();
    }
    cursor.peek().is_none().then(|| names.count())
}

#[cold]
fn malformed(value: &[u8]) -> Reason {
    match select_scheme(value) {
        SchemeWord::Bearer => parse_bearer(value, Whitespace::Lenient).err().unwrap_or(Reason::AuthorizationMalformed),
        _ => Reason::AuthorizationMalformed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(value: &str) -> Result<String, Reason> {
        let read = parse_credentials(value.as_bytes())?;
        let mut out = format!("{} {:?}", read.scheme, read.token68.unwrap_or("-"));
        for param in read.params() {
            out.extend([" ", param.name, "="]);
            out.extend(param.value.bytes().map(char::from));
        }
        Ok(out)
    }

    #[test]
    fn the_three_shapes_are_read() {
        // REQ-HTTP-03, REQ-HTTP-05, REQ-HTTP-06, REQ-HTTP-10, REQ-HTTP-19
        for (value, expected) in [
            ("Basic", r#"Basic "-""#),
            (" \tBasic  YTo= \t", r#"Basic "YTo=""#),
            ("A b==", r#"A "b==""#),
            ("A b=", r#"A "b=""#),
            ("A b=\"\"", r#"A "-" b="#),
            ("A b=c", r#"A "-" b=c"#),
            ("A b=c , d = \"e, f\"", r#"A "-" b=c d=e, f"#),
            ("A ,b=c,, d=e,", r#"A "-" b=c d=e"#),
            ("A ,", r#"A "-""#),
        ] {
            assert_eq!(shape(value).as_deref(), Ok(expected), "{value}");
        }
    }

    #[test]
    fn everything_else_is_malformed() {
        // REQ-HTTP-02, REQ-HTTP-04, REQ-HTTP-09, REQ-HTTP-17, REQ-HTTP-18
        for value in [
            "",
            " ",
            "\"A\" b",
            "A: b",
            "A/1 b",
            "A\tb",
            "A \tb=c",
            "A b c",
            "A =",
            "A b=c d=e",
            "A b=c;d=e",
            "A b=\"c",
            "A b=\"c\\",
            "A b=c, B=d",
            "A b, c=d",
            "A b=c, d",
            "A b\n",
            "A b=\"\u{1}\"",
            "A b=\"\u{7f}\"",
            "A b=c\u{1}",
        ] {
            assert_eq!(shape(value), Err(Reason::AuthorizationMalformed), "{value:?}");
        }
    }

    #[test]
    fn debug_output_holds_no_secret() {
        for value in ["Basic c2VjcmV0", "Digest response=c2VjcmV0"] {
            let read = parse_credentials(value.as_bytes()).unwrap();
            let text = format!("{read:?} {:?} {:?}", read.params(), read.params().next());
            assert!(!text.contains("c2VjcmV0") && !text.contains("99, 50, 86"), "{text}");
        }
    }

    #[test]
    fn bounds_hold() {
        let list = |count: usize| {
            let names: Vec<String> = (0..count).map(|n| format!("p{n}=v")).collect();
            parse_credentials(format!("A {}", names.join(",")).as_bytes()).map(|read| read.params().len())
        };
        assert_eq!(list(limits::AUTH_PARAMS - 1), Ok(limits::AUTH_PARAMS - 1), "REQ-HTTP-44, under");
        assert_eq!(list(limits::AUTH_PARAMS), Ok(limits::AUTH_PARAMS), "at");
        assert!(list(limits::AUTH_PARAMS + 1).is_err(), "over");
        let commas = |count| parse_credentials(format!("A {}b=c", ",".repeat(count)).as_bytes()).is_ok();
        assert!(commas(limits::EMPTY_LIST_ELEMENTS) && !commas(limits::EMPTY_LIST_ELEMENTS + 1));
    }

    #[test]
    fn behind_the_word_bearer_the_slip_is_named() {
        for (value, reason) in [
            ("Bearer: a", Reason::BearerColon),
            ("Bearer\ta", Reason::BearerSpaceMissing),
            ("Bearer \"a\"", Reason::BearerQuoted),
            ("Bearer a\n", Reason::BearerNewline),
            ("Bearer a, Bearer b", Reason::AuthorizationRepeated),
            ("bearer Bearer a", Reason::BearerPrefixRepeated),
            ("Bearer a%20b", Reason::BearerBadCharacter),
        ] {
            assert_eq!(shape(value), Err(reason), "{value:?}");
        }
        assert!(
            shape("Bearer").is_ok() && shape("Bearer undefined").is_ok() && shape("Bearerx").is_ok(),
            "grammar alone"
        );
    }
}
