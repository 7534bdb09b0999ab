//! The response that `next` judges: the last head of what `curl -i` or `curl -v` prints, or header lines alone.
//!
//! Heads count as long as one follows the other; what stands behind the last is a body, and is not read. Messages hold
//! no byte of a value.

use std::borrow::Cow;

use countersign::http::{is_http_token, trim_ows};

use crate::fault::Fault;
use crate::request::{cut_line, field_value};

/// A response with everything owned.
#[derive(Debug, Default)]
pub(crate) struct OwnedResponse {
    /// The status; `None` where the input has header lines alone.
    pub(crate) status: Option<u16>,
    /// The field lines as name and value.
    pub(crate) lines: Vec<(Vec<u8>, Vec<u8>)>,
    /// The Location of each redirect that stands before, in order.
    pub(crate) redirects: Vec<String>,
}

impl OwnedResponse {
    /// Reads the last response of `text`.
    pub(crate) fn from_text(text: &[u8], name: &str) -> Result<OwnedResponse, Fault> {
        let text = received_lines(text);
        let (mut rest, mut number) = (text.as_ref(), 1);
        let mut response = OwnedResponse::default();
        loop {
            if let Some(status) = status_of(cut_line(rest).0) {
                let redirects = response.with_redirect();
                response = OwnedResponse { status: Some(status), lines: Vec::new(), redirects };
                rest = cut_line(rest).1;
                number += 1;
            }
            rest = response.read_lines(rest, &mut number, name)?;
            if status_of(cut_line(rest).0).is_none() {
                break;
            }
        }
        if response.status.is_none() && response.lines.is_empty() {
            return Err(Fault::new(format!("{name} holds no response"))
                .next("give it what `curl -i` prints, or header lines with --status"));
        }
        Ok(response)
    }

    /// Where the response came from, if the request went to `url` and every redirect was followed.
    pub(crate) fn url(&self, url: &str) -> String {
        self.redirects.iter().fold(url.to_owned(), |at, location| {
            if is_absolute(location) {
                return location.clone();
            }
            let scheme = at.split("://").next().unwrap_or_default();
            // Every other reference stays with the origin (RFC 3986 section 4.2).
            if location.starts_with("//") { format!("{scheme}:{location}") } else { at }
        })
    }

    /// The redirects before the next response, this one included.
    fn with_redirect(&mut self) -> Vec<String> {
        let mut redirects = std::mem::take(&mut self.redirects);
        if self.status.is_some_and(|status| (300..400).contains(&status)) {
            let location = self.lines.iter().find(|(name, _)| name.eq_ignore_ascii_case(b"location"));
            redirects.extend(location.map(|(_, value)| String::from_utf8_lossy(value).into_owned()));
        }
        redirects
    }

    /// Reads field lines up to an empty one; gives back what stands behind it.
    fn read_lines<'t>(&mut self, mut text: &'t [u8], number: &mut usize, name: &str) -> Result<&'t [u8], Fault> {
        while !text.is_empty() {
            let (line, rest) = cut_line(text);
            text = rest;
            if line.is_empty() {
                break;
            }
            self.push_line(line).ok_or_else(|| {
                Fault::new(format!("{name}: line {number} is no header line"))
                    .next("give it what `curl -i` prints, or lines of the form `Name: value`")
            })?;
            *number += 1;
        }
        *number += 1;
        Ok(text)
    }

    fn push_line(&mut self, line: &[u8]) -> Option<()> {
        if let (Some((_, value)), [b' ' | b'\t', ..]) = (self.lines.last_mut(), line) {
            // A folded line goes on with the one before (RFC 9112 section 5.2).
            value.push(b' ');
            value.extend_from_slice(trim_ows(line));
            return Some(());
        }
        // Dumps of HTTP/2 have the status as a field of its own.
        if let Some(status) = line.strip_prefix(b":status:") {
            self.status = Some(number_of(trim_ows(status))?);
            return Some(());
        }
        let colon = line.iter().position(|&byte| byte == b':')?;
        let name = line.get(..colon).filter(|name| is_http_token(name))?;
        let value = field_value(line, core::str::from_utf8(name).ok()?)?;
        self.lines.push((name.to_vec(), value.to_vec()));
        Some(())
    }
}

/// The lines that were received, where `curl -v` marks them; else the text as it stands.
fn received_lines(text: &[u8]) -> Cow<'_, [u8]> {
    let mut received = Vec::new();
    let mut rest = text;
    let mut is_marked = false;
    while !rest.is_empty() {
        let (line, behind) = cut_line(rest);
        rest = behind;
        if let Some(line) = line.strip_prefix(b"<") {
            let line = line.strip_prefix(b" ").unwrap_or(line);
            is_marked |= status_of(line).is_some();
            received.extend_from_slice(line);
            received.push(b'\n');
        } else if !is_marked && status_of(line).is_some() {
            return Cow::Borrowed(text);
        }
    }
    if is_marked { Cow::Owned(received) } else { Cow::Borrowed(text) }
}

/// The status of `HTTP/1.1 401 Unauthorized` or `HTTP/2 401`.
fn status_of(line: &[u8]) -> Option<u16> {
    let mut words = line.strip_prefix(b"HTTP/")?.split(|&byte| byte == b' ').skip(1);
    number_of(words.find(|word| !word.is_empty())?)
}

/// Three digits.
fn number_of(word: &[u8]) -> Option<u16> {
    let is_status = word.len() == 3 && word.iter().all(u8::is_ascii_digit);
    core::str::from_utf8(word).ok().filter(|_| is_status)?.parse().ok()
}

/// Whether an address begins with a scheme (RFC 3986 section 4.3); one in its query is somebody else's.
pub(crate) fn is_absolute(address: &str) -> bool {
    address.split_once("://").is_some_and(|(scheme, _)| !scheme.is_empty() && !scheme.contains(['/', '?', '#']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<u16>, usize, Vec<String>) {
        let response = OwnedResponse::from_text(text.as_bytes(), "f").unwrap();
        (response.status, response.lines.len(), response.redirects)
    }

    #[test]
    fn the_last_head_counts_and_no_body() {
        assert_eq!(read("HTTP/1.1 401 No\r\nA: 1\r\nB: 2\r\n\r\nHTTP is fine\r\nC: 3"), (Some(401), 2, vec![]));
        assert_eq!(read("HTTP/2 401 \r\na: 1\r\n\r\n{\"x\":1}"), (Some(401), 1, vec![]));
        assert_eq!(read("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 401 No\r\nA: 1\r\n\r\n"), (Some(401), 1, vec![]));
        assert_eq!(read("HTTP/1.1 200 ok\n\nbody\n\nHTTP/1.1 401 No\n"), (Some(200), 0, vec![]));
        assert_eq!(read("A: 1\nB: 2"), (None, 2, vec![]));
        assert_eq!(read(":status: 503\nretry-after: 1"), (Some(503), 1, vec![]));
        assert_eq!(read("HTTP/1.1 401 No\nA: 1,\n  2\n"), (Some(401), 1, vec![]));
        let redirected =
            "HTTP/1.1 302 x\nLocation: /y\n\nHTTP/1.1 307 x\nlocation: https://b.example/\n\nHTTP/2 401\n\n";
        assert_eq!(read(redirected), (Some(401), 0, vec!["/y".into(), "https://b.example/".into()]));
    }

    #[test]
    fn what_curl_marks_as_received_counts() {
        let verbose =
            "* Trying\n> GET / HTTP/1.1\n> Authorization: Bearer secret\n>\n< HTTP/1.1 401 No\n< A: 1\n< \nbody\n";
        assert_eq!(read(verbose), (Some(401), 1, vec![]));
    }

    #[test]
    fn redirects_lead_from_origin_to_origin() {
        let url = |redirects: &[&str]| {
            let redirects = redirects.iter().map(|&location| location.to_owned()).collect();
            OwnedResponse { redirects, ..OwnedResponse::default() }.url("https://a.example/x")
        };
        assert_eq!(url(&[]), "https://a.example/x");
        assert_eq!(url(&["/y", "?z", "w"]), "https://a.example/x");
        assert_eq!(url(&["http://b.example/y", "/z"]), "http://b.example/y");
        assert_eq!(url(&["http://b.example/y", "//c.example/z"]), "http://c.example/z");
    }

    #[test]
    fn what_is_no_response_is_refused_without_its_text() {
        for text in ["", "\n", "secret", "HTTP/1.1 401 No\nsecret\n", "A: 1\n: secret", "HTTP/1.1 4x1 secret"] {
            let fault = OwnedResponse::from_text(text.as_bytes(), "f").unwrap_err();
            assert!(!fault.message.contains("secret"), "{fault:?}");
        }
    }
}
