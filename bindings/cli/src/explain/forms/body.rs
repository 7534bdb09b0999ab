//! Where a body ends in a text that goes on, and what it was before it was cut into chunks (RFC 9112 sections 6 and 7).

use super::exchange::{Line, field};
use super::head::{request_line, status_line};
use super::text::cut_line;

/// Bytes of a body that are kept; words of an error stand at its beginning.
pub(crate) const BODY_BYTES: usize = 64 << 10;

/// Cuts the body behind a head off, and gives it back with what stands behind it.
///
/// Content-Length counts only if another message or the end stands there: copies change line ends.
pub(super) fn cut_body<'t>(text: &'t [u8], lines: &[Line]) -> (&'t [u8], &'t [u8]) {
    if let Some((body, rest)) = content_length(lines).and_then(|length| text.split_at_checked(length))
        && (rest.iter().all(u8::is_ascii_whitespace) || is_start_line(cut_line(rest.trim_ascii_start()).0))
    {
        return (body, rest);
    }
    let mut rest = text;
    while !rest.is_empty() {
        let (line, behind) = cut_line(rest);
        if is_start_line(line) {
            break;
        }
        rest = behind;
    }
    let end = text.len() - rest.len();
    text.split_at_checked(end).unwrap_or((text, &[]))
}

/// The beginning of a body, out of its chunks if it came in some.
pub(super) fn kept(body: &[u8], lines: &[Line]) -> Vec<u8> {
    let is_chunked = field(lines, "transfer-encoding")
        .is_some_and(|value| value.to_ascii_lowercase().trim_ascii().ends_with(b"chunked"));
    if is_chunked && let Some(body) = unchunk(body) {
        return body;
    }
    body.get(..BODY_BYTES).unwrap_or(body).to_vec()
}

/// The chunks put together; `None` if these are none, as curl takes them apart itself.
fn unchunk(mut text: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let (line, rest) = cut_line(text);
        let digits = line.split(|&byte| byte == b';').next()?.trim_ascii();
        let size = usize::from_str_radix(core::str::from_utf8(digits).ok()?, 16).ok()?;
        if size == 0 || body.len() >= BODY_BYTES {
            body.truncate(BODY_BYTES);
            return Some(body);
        }
        let (chunk, rest) = rest.split_at_checked(size)?;
        body.extend_from_slice(chunk);
        let (end, rest) = cut_line(rest);
        if !end.is_empty() {
            return None;
        }
        text = rest;
    }
}

fn content_length(lines: &[Line]) -> Option<usize> {
    core::str::from_utf8(field(lines, "content-length")?).ok()?.parse().ok()
}

fn is_start_line(line: &[u8]) -> bool {
    status_line(line).is_some() || request_line(line).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length(value: &str) -> Vec<Line> {
        vec![(b"Content-Length".to_vec(), value.as_bytes().to_vec())]
    }

    #[test]
    fn a_length_counts_if_it_fits() {
        let cut = |text: &'static str, lines: &[Line]| {
            let (body, rest) = cut_body(text.as_bytes(), lines);
            (core::str::from_utf8(body).unwrap(), core::str::from_utf8(rest).unwrap())
        };
        assert_eq!(cut("abHTTP/1.1 200", &length("2")), ("ab", "HTTP/1.1 200"));
        assert_eq!(cut("ab\n", &length("2")), ("ab", "\n"));
        assert_eq!(cut("ab\nHTTP/1.1 200", &length("9")), ("ab\n", "HTTP/1.1 200"));
        assert_eq!(cut("abc", &length("2")), ("abc", ""));
        assert_eq!(cut("GET / HTTP/1.1", &[]), ("", "GET / HTTP/1.1"));
        assert_eq!(cut("", &length("1")), ("", ""));
    }

    #[test]
    fn chunks_are_put_together_and_else_left_alone() {
        let chunked = [(b"Transfer-Encoding".to_vec(), b"gzip, Chunked".to_vec())];
        assert_eq!(kept(b"3\r\nabc\r\n2;x=1\r\nde\r\n0\r\n\r\n", &chunked), b"abcde");
        assert_eq!(kept(b"{\"error\":1}", &chunked), b"{\"error\":1}");
        assert_eq!(kept(b"ffffffffffffffff\r\nabc", &chunked), b"ffffffffffffffff\r\nabc");
        assert_eq!(kept(b"3\r\nabc\r\n", &[]), b"3\r\nabc\r\n");
        assert_eq!(kept(&vec![b'a'; BODY_BYTES + 1], &[]).len(), BODY_BYTES);
    }
}
