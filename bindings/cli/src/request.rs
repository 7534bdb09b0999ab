//! The request that `check` judges: from options, from a request head, or from a line on standard input.
//!
//! Only cuts lines apart; what they mean is the core's to say. Refuses folded lines and names that
//! are no token, because no server hands them on. Messages hold no byte of a value.

use countersign::http::{SchemeWord, field_name_eq, is_http_token, select_scheme, trim_ows};

use crate::fault::Fault;
use crate::input::without_line_end;

/// A request with everything owned.
#[derive(Debug, Default)]
pub(crate) struct OwnedRequest {
    pub(crate) method: Option<Vec<u8>>,
    pub(crate) target: Option<Vec<u8>>,
    pub(crate) lines: Vec<(Vec<u8>, Vec<u8>)>,
}

impl OwnedRequest {
    /// Reads a request head, header lines, an Authorization value or a bare token, whichever it is.
    pub(crate) fn from_text(text: &[u8], name: &str) -> Result<OwnedRequest, Fault> {
        let (first, rest) = cut_line(text);
        if is_request_line(first) {
            return OwnedRequest::from_head(first, rest);
        }
        if is_field_line(first) {
            let mut request = OwnedRequest::default();
            request.read_lines(text, 1)?;
            return Ok(request);
        }
        let value = trim_ows(without_line_end(text));
        if value.is_empty() {
            return Err(Fault::new(format!("{name} is empty")).next("give it a request head, header lines or a token"));
        }
        let has_scheme = match select_scheme(value) {
            SchemeWord::Bearer => true,
            SchemeWord::Other(word) => word.len() < value.len(),
            SchemeWord::LoneToken | SchemeWord::Malformed => false,
        };
        let value = if has_scheme { value.to_vec() } else { [b"Bearer ", value].concat() };
        Ok(OwnedRequest { lines: vec![(b"Authorization".to_vec(), value)], ..OwnedRequest::default() })
    }

    /// Adds a line given as `Name: value`.
    pub(crate) fn push_line(&mut self, line: &[u8], place: &str) -> Result<(), Fault> {
        let fault = |what: &str| {
            Fault::new(format!("{place}: {what}")).next("write it as 'Name: value', e.g. 'Authorization: Bearer ...'")
        };
        let colon = line.iter().position(|&byte| byte == b':').ok_or_else(|| fault("no colon behind a name"))?;
        let (name, value) = line.split_at_checked(colon).unwrap_or_default();
        if !is_http_token(name) {
            return Err(fault("what stands before the colon is no field name"));
        }
        self.lines.push((name.to_vec(), trim_ows(value.get(1..).unwrap_or_default()).to_vec()));
        Ok(())
    }

    fn from_head(first: &[u8], rest: &[u8]) -> Result<OwnedRequest, Fault> {
        let mut words = first.split(|&byte| byte == b' ');
        let mut request = OwnedRequest {
            method: words.next().map(<[u8]>::to_vec),
            target: words.next().map(<[u8]>::to_vec),
            lines: Vec::new(),
        };
        request.read_lines(rest, 2)?;
        Ok(request)
    }

    /// Reads lines up to an empty one, behind which a body would stand.
    fn read_lines(&mut self, mut text: &[u8], mut number: usize) -> Result<(), Fault> {
        while !text.is_empty() {
            let (line, rest) = cut_line(text);
            if line.is_empty() {
                break;
            }
            self.push_line(line, &format!("line {number} of the request"))?;
            text = rest;
            number += 1;
        }
        Ok(())
    }
}

/// The value of a field line if it is one of this name.
pub(crate) fn field_value<'l>(line: &'l [u8], name: &str) -> Option<&'l [u8]> {
    let colon = line.iter().position(|&byte| byte == b':')?;
    let (found, value) = line.split_at_checked(colon)?;
    field_name_eq(found, name.as_bytes()).then(|| trim_ows(value.get(1..).unwrap_or_default()))
}

/// The first line without its end, and what stands behind it.
pub(crate) fn cut_line(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|&byte| byte == b'\n').map_or(text.len(), |at| at + 1);
    let (line, rest) = text.split_at_checked(end).unwrap_or((text, &[]));
    (without_line_end(line), rest)
}

/// `GET /path HTTP/1.1`: three words, the last a version.
fn is_request_line(line: &[u8]) -> bool {
    let mut words = line.split(|&byte| byte == b' ');
    let three = [words.next(), words.next(), words.next(), words.next()];
    matches!(three, [Some(method), Some([_, ..]), Some(version), None] if is_http_token(method) && version.starts_with(b"HTTP/"))
}

/// A name and a colon; `Bearer: abc` is a slip in a value, not a field of that name.
fn is_field_line(line: &[u8]) -> bool {
    let name = line.split(|&byte| byte == b':').next().unwrap_or_default();
    name.len() < line.len() && is_http_token(name) && !field_name_eq(name, b"bearer")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<(String, String)> {
        let request = OwnedRequest::from_text(text.as_bytes(), "f").unwrap();
        let owned = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        request.lines.into_iter().map(|(name, value)| (owned(name), owned(value))).collect()
    }

    fn authorization(value: &str) -> Vec<(String, String)> {
        vec![("Authorization".into(), value.into())]
    }

    #[test]
    fn what_people_paste_is_understood() {
        assert_eq!(lines("a.b.c\n"), authorization("Bearer a.b.c"));
        assert_eq!(lines("opaque"), authorization("Bearer opaque"));
        assert_eq!(lines("Bearer a.b.c\r\n"), authorization("Bearer a.b.c"));
        assert_eq!(lines("Bearer: a.b.c"), authorization("Bearer: a.b.c"));
        assert_eq!(lines("Basic YTpi"), authorization("Basic YTpi"));
        assert_eq!(lines("authorization:Bearer a"), [("authorization".into(), "Bearer a".into())]);
        assert_eq!(lines("A: 1\r\nB:  2 \r\n\r\nC: 3"), [("A".into(), "1".into()), ("B".into(), "2".into())]);
    }

    #[test]
    fn a_request_head_gives_method_target_and_lines() {
        let request =
            OwnedRequest::from_text(b"POST /a?b HTTP/1.1\r\nHost: x\r\nA: 1\r\nA: 2\r\n\r\nbody: no", "f").unwrap();
        assert_eq!(request.method.unwrap(), b"POST");
        assert_eq!(request.target.unwrap(), b"/a?b");
        assert_eq!(request.lines.len(), 3);
    }

    #[test]
    fn lines_that_are_none_are_refused_without_their_text() {
        for text in ["GET / HTTP/1.1\nsecret", "A: 1\n secret: 2", "A: 1\n: secret"] {
            let fault = OwnedRequest::from_text(text.as_bytes(), "f").unwrap_err();
            assert!(fault.message.starts_with("line 2") && !fault.message.contains("secret"), "{fault:?}");
        }
        assert!(OwnedRequest::from_text(b"\n", "f").is_err());
    }
}
