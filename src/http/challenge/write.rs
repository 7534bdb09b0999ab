//! Writing one challenge (RFC 9110 sections 5.6.4 and 11.3, RFC 6750 section 3).
//!
//! Everything is looked at before the first byte is put, so a refused challenge leaves the sink as
//! it was. Names and order stay as given; every value is quoted but the three of Digest that RFC 7616
//! section 3.3 writes bare. Refuses what [`ChallengeFlaw`] lists. Never allocates.

use core::fmt;

use super::super::class::{self, ESCAPED, TAB, UNWRITABLE};
use super::super::field::{field_name_eq, is_http_token};
use crate::arena::Sink;
use crate::limits;

/// A challenge that cannot be written: `challenge_invalid`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChallengeInvalid {
    /// The parameter at fault, counted from 0; `None` if it is the scheme.
    pub param: Option<usize>,
    /// What is wrong.
    pub flaw: ChallengeFlaw,
}

/// See [`ChallengeInvalid`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChallengeFlaw {
    /// The scheme is no token.
    Scheme,
    /// The name is no token.
    Name,
    /// The name stands twice, whatever its case.
    RepeatedName,
    /// The value holds a control byte other than TAB, DEL, or a byte that is not ASCII.
    Value,
    /// The value of `error`, `error_description` or `scope` holds a quote, a backslash or a TAB.
    OAuthText,
    /// The value is written without quotes and is no token.
    BareValue,
    /// There are more parameters than [`limits::AUTH_PARAMS`].
    TooMany,
}

impl fmt::Display for ChallengeInvalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(param) = self.param {
            write!(f, "parameter {param}: ")?;
        }
        f.write_str(match self.flaw {
            ChallengeFlaw::Scheme => "the scheme is not a token",
            ChallengeFlaw::Name => "the name is not a token",
            ChallengeFlaw::RepeatedName => "the name stands twice",
            ChallengeFlaw::Value => "the value holds a control byte or one that is not ASCII",
            ChallengeFlaw::OAuthText => "the value holds a quote, a backslash or a tab",
            ChallengeFlaw::BareValue => "the value is written without quotes and is not a token",
            ChallengeFlaw::TooMany => "there are too many parameters",
        })
    }
}

impl std::error::Error for ChallengeInvalid {}

/// Writes `scheme` with `params`, each a name and a value.
///
/// # Errors
///
/// See [`ChallengeFlaw`]; nothing was put then.
///
/// ```
/// use countersign::http::write_challenge;
///
/// let mut line = Vec::new();
/// write_challenge(&mut line, "Bearer", [("realm", "a \"b\""), ("error", "invalid_token")])?;
/// assert_eq!(line, br#"Bearer realm="a \"b\"", error="invalid_token""#);
/// assert!(write_challenge(&mut line, "Bearer", [("realm", "a\r\nSet-Cookie: b")]).is_err());
/// # Ok::<(), countersign::http::ChallengeInvalid>(())
/// ```
pub fn write_challenge<'p, S, P>(sink: &mut S, scheme: &str, params: P) -> Result<(), ChallengeInvalid>
where
    S: Sink + ?Sized,
    P: IntoIterator<Item = (&'p str, &'p str), IntoIter: Clone>,
{
    let params = params.into_iter();
    if !is_http_token(scheme.as_bytes()) {
        return Err(ChallengeInvalid { param: None, flaw: ChallengeFlaw::Scheme });
    }
    let quoting = if field_name_eq(scheme.as_bytes(), b"Digest") { Quoting::Digest } else { Quoting::All };
    let mut to_escape = Escapes(0);
    for (index, (name, value)) in params.clone().enumerate() {
        let before = params.clone().take(index).map(|(name, _)| name);
        check_name(index, name, before)
            .and_then(|()| check_value(name, value.as_bytes(), quoting))
            .map(|kinds| to_escape.note(index, kinds))
            .map_err(|flaw| ChallengeInvalid { param: Some(index), flaw })?;
    }
    sink.put(scheme.as_bytes());
    let mut separator: &[u8] = b" ";
    for (index, (name, value)) in params.enumerate() {
        sink.put(separator);
        sink.put(name.as_bytes());
        match to_escape.style(index) {
            _ if quoting.is_bare(name) => {
                sink.put(b"=");
                sink.put(value.as_bytes());
            }
            Style::Whole => write_quoted(sink, |sink| sink.put(value.as_bytes())),
            Style::Escaped => write_quoted(sink, |sink| write_escaped(sink, value.as_bytes())),
        }
        separator = b", ";
    }
    Ok(())
}

/// Which values have something to escape, a bit for each: found while checking, needed while writing.
struct Escapes(u64);

enum Style {
    Whole,
    Escaped,
}

const _: () = assert!(limits::AUTH_PARAMS <= 64, "`Escapes` has a bit for every parameter");

impl Escapes {
    fn note(&mut self, index: usize, kinds: u8) {
        self.0 |= u64::from(kinds & ESCAPED != 0) << index;
    }

    fn style(&self, index: usize) -> Style {
        if (self.0 >> index) & 1 == 1 { Style::Escaped } else { Style::Whole }
    }
}

/// Which values are written with quotes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quoting {
    All,
    Digest,
}

impl Quoting {
    fn is_bare(self, name: &str) -> bool {
        self == Quoting::Digest && BARE_IN_DIGEST.iter().any(|bare| field_name_eq(name.as_bytes(), bare))
    }
}

/// Written bare since deployed clients read them so (RFC 7616 section 3.3).
const BARE_IN_DIGEST: [&[u8]; 3] = [b"stale", b"algorithm", b"userhash"];

/// Held to the set of RFC 6750 section 3, under any scheme that has them (REQ-BEARER-14).
const OAUTH_TEXT: [&[u8]; 3] = [b"error", b"error_description", b"scope"];

fn check_name<'p>(index: usize, name: &str, mut before: impl Iterator<Item = &'p str>) -> Result<(), ChallengeFlaw> {
    if index >= limits::AUTH_PARAMS {
        return Err(ChallengeFlaw::TooMany);
    }
    if !is_http_token(name.as_bytes()) {
        return Err(ChallengeFlaw::Name);
    }
    if before.any(|other| field_name_eq(other.as_bytes(), name.as_bytes())) {
        return Err(ChallengeFlaw::RepeatedName);
    }
    Ok(())
}

/// Tells the kinds of bytes in a value that can be written.
fn check_value(name: &str, value: &[u8], quoting: Quoting) -> Result<u8, ChallengeFlaw> {
    // No early exit: good values are the rule, and without branches the loop takes a byte a cycle.
    let kinds = value.iter().fold(0, |kinds, byte| kinds | class::kinds_of(*byte));
    if kinds & UNWRITABLE != 0 {
        return Err(ChallengeFlaw::Value);
    }
    if kinds & (ESCAPED | TAB) != 0 && OAUTH_TEXT.iter().any(|text| field_name_eq(name.as_bytes(), text)) {
        return Err(ChallengeFlaw::OAuthText);
    }
    if quoting.is_bare(name) && !is_http_token(value) {
        return Err(ChallengeFlaw::BareValue);
    }
    Ok(kinds)
}

fn write_quoted<S: Sink + ?Sized>(sink: &mut S, write: impl FnOnce(&mut S)) {
    sink.put(b"=\"");
    write(sink);
    sink.put(b"\"");
}

fn write_escaped<S: Sink + ?Sized>(sink: &mut S, value: &[u8]) {
    // Each piece but perhaps the first begins with a byte to escape.
    for piece in value.chunk_by(|_, next| !class::is(*next, ESCAPED)) {
        if piece.first().is_some_and(|first| class::is(*first, ESCAPED)) {
            sink.put(b"\\");
        }
        sink.put(piece);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(scheme: &str, params: &[(&str, &str)]) -> Result<String, ChallengeInvalid> {
        let mut line = b"kept".to_vec();
        let result = write_challenge(&mut line, scheme, params.iter().copied());
        let line = String::from_utf8(line).unwrap();
        assert!(result.is_ok() || line == "kept", "a refused challenge leaves the sink untouched");
        result.map(|()| line["kept".len()..].to_owned())
    }

    fn flaw(scheme: &str, params: &[(&str, &str)]) -> (Option<usize>, ChallengeFlaw) {
        let invalid = line(scheme, params).unwrap_err();
        (invalid.param, invalid.flaw)
    }

    #[test]
    fn only_quote_and_backslash_are_escaped() {
        // REQ-HTTP-13, REQ-HTTP-25
        assert_eq!(line("Bearer", &[]).unwrap(), "Bearer");
        assert_eq!(line("Basic", &[("realm", "")]).unwrap(), r#"Basic realm="""#);
        assert_eq!(line("A", &[("b", r#""a\"#)]).unwrap(), r#"A b="\"a\\""#);
        assert_eq!(line("A", &[("b", r#"a"\"b"#)]).unwrap(), r#"A b="a\"\\\"b""#);
        assert_eq!(line("A", &[("b", "\t'%0a,=")]).unwrap(), "A b=\"\t'%0a,=\"");
    }

    #[test]
    fn digest_writes_three_values_bare() {
        let params = [("realm", "x"), ("Algorithm", "SHA-256"), ("stale", "true"), ("userhash", "false")];
        assert_eq!(
            line("digest", &params).unwrap(),
            r#"digest realm="x", Algorithm=SHA-256, stale=true, userhash=false"#
        );
        assert_eq!(line("Bearer", &[("stale", "true")]).unwrap(), r#"Bearer stale="true""#);
        assert_eq!(flaw("Digest", &[("stale", "a b")]), (Some(0), ChallengeFlaw::BareValue));
        assert_eq!(flaw("Digest", &[("stale", "")]), (Some(0), ChallengeFlaw::BareValue));
    }

    #[test]
    fn what_cannot_be_written_is_refused_with_its_place() {
        assert_eq!(flaw("", &[("realm", "x")]), (None, ChallengeFlaw::Scheme));
        assert_eq!(flaw("Bearer:", &[]), (None, ChallengeFlaw::Scheme));
        assert_eq!(flaw("B", &[("a", "x"), ("", "x")]), (Some(1), ChallengeFlaw::Name));
        assert_eq!(flaw("B", &[("a", "x"), ("b=", "x")]), (Some(1), ChallengeFlaw::Name));
        assert_eq!(flaw("B", &[("a", "x"), ("b", "x"), ("A", "y")]), (Some(2), ChallengeFlaw::RepeatedName));
        for value in ["\0", "a\r", "\n", "\u{7f}", "\u{1f}", "\u{e9}"] {
            // REQ-HTTP-16, REQ-HTTP-17
            assert_eq!(flaw("B", &[("a", value)]), (Some(0), ChallengeFlaw::Value), "{value:?}");
        }
        for name in ["error", "Error_Description", "SCOPE"] {
            // REQ-BEARER-14
            for value in ["a\"", "\\", "\t"] {
                assert_eq!(flaw("B", &[(name, value)]), (Some(0), ChallengeFlaw::OAuthText), "{name} {value:?}");
            }
        }
    }

    #[test]
    fn the_number_of_parameters_is_bounded() {
        let names: Vec<String> = (0..=limits::AUTH_PARAMS).map(|n| format!("p{n}")).collect();
        let params: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "v")).collect();
        let mut most = params[..limits::AUTH_PARAMS].to_vec();
        assert!(line("A", &most).is_ok());
        most[limits::AUTH_PARAMS - 1].1 = "\"";
        assert!(line("A", &most).unwrap().ends_with(r#"p63="\"""#), "the last one is escaped too");
        assert_eq!(flaw("A", &params), (Some(limits::AUTH_PARAMS), ChallengeFlaw::TooMany));
    }

    #[test]
    fn a_flaw_names_the_parameter() {
        let invalid = line("A", &[("a", "x"), ("a", "y")]).unwrap_err();
        assert_eq!(invalid.to_string(), "parameter 1: the name stands twice");
        assert_eq!(line("", &[]).unwrap_err().to_string(), "the scheme is not a token");
    }
}
