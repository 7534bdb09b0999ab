//! One auth-param and lists of them (RFC 9110 sections 11.2 and 5.6.4).
//!
//! A value is kept as it stood on the wire with a count of its escapes, so that its length is known
//! and most values are compared or copied whole. Refuses what is no `token BWS "=" BWS ( token /
//! quoted-string )`, names standing twice, and more than [`limits::AUTH_PARAMS`]. Never allocates.

use core::fmt;

use super::class::{self, ESCAPED, FORBIDDEN, QDTEXT, TCHAR};
use super::cursor::{Cursor, ascii};
use super::field::field_name_eq;
use crate::arena::Sink;
use crate::limits;

/// A parameter of a challenge or of credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Param<'a> {
    /// The name as written; compare it with [`Param::is_named`].
    pub name: &'a str,
    /// The value.
    pub value: Value<'a>,
}

impl Param<'_> {
    /// Whether the name is `name`; names compare without case (REQ-HTTP-08).
    pub fn is_named(&self, name: &str) -> bool {
        field_name_eq(self.name.as_bytes(), name.as_bytes())
    }

    /// Puts the name in lower case.
    pub fn write_lower_name(&self, sink: &mut (impl Sink + ?Sized)) {
        for byte in self.name.bytes() {
            sink.put_byte(byte.to_ascii_lowercase());
        }
    }
}

/// The value of a parameter, as it stood on the wire; two values are equal if they mean the same bytes.
///
/// Its `Debug` output does not hold it, as it may be a secret of credentials.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    raw: &'a [u8],
    escapes: usize,
}

impl<'a> Value<'a> {
    /// What stood between the quotes, or the bare token, with its backslashes.
    pub fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// How many quoted pairs stand in it, each a backslash more than the value has.
    pub fn escapes(&self) -> usize {
        self.escapes
    }

    /// The length without those backslashes.
    pub fn len(&self) -> usize {
        self.raw.len().saturating_sub(self.escapes)
    }

    /// Whether the value is empty, as that of `realm=""`.
    pub fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }

    /// The value itself, if it can be had without copying: if nothing in it is escaped.
    pub fn plain(&self) -> Option<&'a [u8]> {
        (self.escapes == 0).then_some(self.raw)
    }

    /// The bytes of the value, without the backslashes of its quoted pairs (REQ-HTTP-12).
    pub fn bytes(&self) -> impl Iterator<Item = u8> + use<'a> {
        let mut rest = self.raw.iter();
        let escapes = self.escapes;
        core::iter::from_fn(move || match rest.next() {
            // A bare token has no backslash, so one is always the first half of a pair.
            Some(b'\\') if escapes > 0 => rest.next().copied(),
            byte => byte.copied(),
        })
    }

    /// Puts the value, without the backslashes of its quoted pairs.
    pub fn write(&self, sink: &mut (impl Sink + ?Sized)) {
        match self.plain() {
            Some(raw) => sink.put(raw),
            None => self.bytes().for_each(|byte| sink.put_byte(byte)),
        }
    }

    /// Whether the value is `wanted`, byte for byte (REQ-HTTP-26).
    pub fn is(&self, wanted: &[u8]) -> bool {
        self.len() == wanted.len() && self.bytes().eq(wanted.iter().copied())
    }

    /// Whether the value is `wanted` without regard to case, as for `stale` and `algorithm`.
    pub fn is_ignoring_case(&self, wanted: &[u8]) -> bool {
        self.len() == wanted.len() && self.bytes().zip(wanted).all(|(byte, want)| byte.eq_ignore_ascii_case(want))
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Value({} bytes)", self.len())
    }
}

impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.bytes().eq(other.bytes())
    }
}

impl Eq for Value<'_> {}

/// The parameters of one challenge or of credentials, in the order sent.
///
/// Walks again over what the reader has accepted, so it has no faults to tell. A challenge may go
/// on over several field lines, which stand for one line joined by commas (section 5.3).
#[derive(Clone)]
pub struct Params<'a> {
    cursor: Cursor<'a>,
    more: &'a [&'a [u8]],
    left: usize,
}

impl<'a> Params<'a> {
    pub(super) const NONE: Params<'static> = Params { cursor: Cursor::EMPTY, more: &[], left: 0 };

    /// The `left` parameters from `cursor` on, going on in the lines of `more`.
    pub(super) fn new(cursor: Cursor<'a>, more: &'a [&'a [u8]], left: usize) -> Self {
        Params { cursor, more, left }
    }

    /// The value of the parameter called `name`, whatever its case.
    pub fn find(mut self, name: &str) -> Option<Value<'a>> {
        self.find_map(|param| param.is_named(name).then_some(param.value))
    }
}

impl<'a> Iterator for Params<'a> {
    type Item = Param<'a>;

    fn next(&mut self) -> Option<Param<'a>> {
        self.left = self.left.checked_sub(1)?;
        loop {
            self.cursor.skip_ows();
            match self.cursor.peek() {
                Some(b',') => {
                    self.cursor.take(b',');
                }
                Some(_) => break,
                None => {
                    let (line, more) = self.more.split_first()?;
                    (self.cursor, self.more) = (Cursor::new(line), more);
                }
            }
        }
        parse_param(&mut self.cursor, Quoted::Any).ok()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl fmt::Debug for Params<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Params({} left)", self.left)
    }
}

impl ExactSizeIterator for Params<'_> {}

/// What a quoted string may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quoted {
    /// `qdtext` alone: what credentials may hold (REQ-HTTP-18).
    Text,
    /// Everything but CR, LF and NUL: what a challenge is read with (REQ-HTTP-18).
    Any,
}

/// Takes one parameter; at a fault, tells its offset in the line.
pub(super) fn parse_param<'a>(cursor: &mut Cursor<'a>, quoted: Quoted) -> Result<Param<'a>, usize> {
    let start = cursor.offset();
    let name = ascii(cursor.take_run(TCHAR));
    cursor.skip_ows();
    if name.is_empty() || !cursor.take(b'=') {
        return Err(start);
    }
    cursor.skip_ows();
    let value = if cursor.peek() == Some(b'"') {
        parse_quoted(cursor, quoted)?
    } else {
        Value { raw: cursor.take_run(TCHAR), escapes: 0 }.non_empty().ok_or(cursor.offset())?
    };
    Ok(Param { name, value })
}

impl Value<'_> {
    fn non_empty(self) -> Option<Self> {
        (!self.raw.is_empty()).then_some(self)
    }
}

/// Takes a quoted string; a broken one is a fault at its opening quote (REQ-HTTP-14).
fn parse_quoted<'a>(cursor: &mut Cursor<'a>, quoted: Quoted) -> Result<Value<'a>, usize> {
    let start = cursor.offset();
    cursor.take(b'"');
    let mut escapes = 0;
    let mut in_pair = false;
    for (length, byte) in cursor.rest().iter().enumerate() {
        let allowed = match quoted {
            Quoted::Text => class::is(*byte, QDTEXT | ESCAPED),
            Quoted::Any => !class::is(*byte, FORBIDDEN),
        };
        match byte {
            _ if !allowed => break,
            _ if in_pair => in_pair = false,
            b'"' => {
                let raw = cursor.take_bytes(length);
                cursor.take(b'"');
                return Ok(Value { raw, escapes });
            }
            b'\\' => {
                in_pair = true;
                escapes += 1;
            }
            _ => {}
        }
    }
    Err(start)
}

/// The names met so far, so that one standing twice is found in a single pass (REQ-HTTP-09).
pub(super) struct Names<'a> {
    names: [&'a str; limits::AUTH_PARAMS],
    count: usize,
}

impl<'a> Names<'a> {
    pub(super) fn new() -> Self {
        Names { names: [""; limits::AUTH_PARAMS], count: 0 }
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Adds `name`, unless it was met before or the bound is reached.
    pub(super) fn add(&mut self, name: &'a str) -> bool {
        let met = self.names.iter().take(self.count);
        if met.into_iter().any(|other| field_name_eq(other.as_bytes(), name.as_bytes())) {
            return false;
        }
        match self.names.get_mut(self.count) {
            Some(place) => {
                *place = name;
                self.count += 1;
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn param(text: &[u8]) -> Result<Param<'_>, usize> {
        parse_param(&mut Cursor::new(text), Quoted::Text)
    }

    fn value(text: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        param(text).unwrap().value.write(&mut out);
        out
    }

    #[test]
    fn quoted_pairs_lose_their_backslash() {
        // REQ-HTTP-12
        assert_eq!(value(br#"a="a\"b\\c\d""#), br#"a"b\cd"#);
        let read = param(br#"a="a\"b\\c\d""#).unwrap().value;
        assert_eq!((read.escapes(), read.len(), read.plain()), (3, 6, None));
        assert!(read.is(br#"a"b\cd"#) && !read.is(br#"a"b\cD"#) && read.is_ignoring_case(br#"A"B\CD"#));
        assert_eq!(param(b"a=\"b\\"), Err(2), "a backslash as the last byte");
    }

    #[test]
    fn token_and_quoted_forms_are_one_value() {
        // REQ-HTTP-11
        assert_eq!(param(b"algorithm=MD5"), param(b"algorithm=\"MD5\""));
        assert_eq!(param(b"algorithm = \"M\\D5\"").unwrap().value, param(b"algorithm=MD5").unwrap().value);
        assert_eq!(value(b"realm \t=\t \"x\""), b"x", "REQ-HTTP-10");
        let realm = param(b"realm=\"Api\"").unwrap().value;
        assert!(realm.is(b"Api") && !realm.is(b"api") && !realm.is(b"Api "), "REQ-HTTP-26");
    }

    #[test]
    fn empty_values_are_quoted_or_refused() {
        assert!(param(b"realm=\"\"").unwrap().value.is_empty());
        assert_eq!(param(b"realm="), Err(6));
        assert_eq!(param(b"=x"), Err(0));
        assert_eq!(param(b"x"), Err(0));
    }

    #[test]
    fn controls_in_quotes_are_refused_in_credentials_and_kept_in_challenges() {
        // REQ-HTTP-17, REQ-HTTP-18
        for byte in (0..=0x1F).chain([0x7F]) {
            let text = [b"a=\"", &[byte][..], b"\""].concat();
            assert_eq!(param(&text).is_ok(), byte == b'\t', "{byte}");
            let read = parse_param(&mut Cursor::new(&text), Quoted::Any);
            assert_eq!(read.is_ok(), !matches!(byte, 0 | b'\r' | b'\n'), "{byte}");
        }
        assert_eq!(value(b"a=\"\xE9\xFF\""), b"\xE9\xFF", "REQ-HTTP-16");
    }

    #[test]
    fn a_name_twice_is_found_without_case_and_the_bound_holds() {
        let mut names = Names::new();
        assert!(names.add("realm") && names.add("real") && !names.add("REALM"), "REQ-HTTP-08");
        let texts: Vec<String> = (0..limits::AUTH_PARAMS).map(|n| format!("p{n}")).collect();
        let mut names = Names::new();
        assert!(texts.iter().all(|text| names.add(text)), "under and at the bound");
        assert!(!names.add("over"));
    }
}
