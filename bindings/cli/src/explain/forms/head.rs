//! Start lines and field lines, read as tolerantly as people's copies are broken (RFC 9112 sections 3 to 5).

use countersign::http::{is_http_token, trim_ows};

use super::exchange::Line;
use super::{LINES, Unreadable};

/// The status of `HTTP/1.1 401 Unauthorized` or `HTTP/2 401`.
pub(super) fn status_line(line: &[u8]) -> Option<u16> {
    let rest = line.strip_prefix(b"HTTP/")?;
    let space = rest.iter().position(|&byte| byte == b' ')?;
    let (version, rest) = rest.split_at_checked(space)?;
    if !is_version(version) {
        return None;
    }
    let rest = rest.trim_ascii_start();
    let (digits, behind) = rest.split_at_checked(3)?;
    if behind.first().is_some_and(|&byte| byte != b' ' && byte != b'\r') {
        return None;
    }
    let status = core::str::from_utf8(digits).ok()?.parse().ok()?;
    (100..=999).contains(&status).then_some(status)
}

/// Method and target of `GET /path HTTP/1.1`.
pub(super) fn request_line(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut words = line.trim_ascii_end().split(|&byte| byte == b' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    let is_last = words.next().is_none();
    let is_version = version.strip_prefix(b"HTTP/").is_some_and(is_version);
    (is_last && is_version && is_http_token(method) && !target.is_empty()).then_some((method, target))
}

fn is_version(text: &[u8]) -> bool {
    matches!(text, [b'1'..=b'3'] | [b'0'..=b'3', b'.', b'0'..=b'9'])
}

/// Name and value of a field line.
pub(super) fn field_line(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = line.iter().position(|&byte| byte == b':')?;
    let (name, value) = line.split_at_checked(colon)?;
    is_http_token(name).then(|| (name, trim_ows(value.get(1..).unwrap_or_default())))
}

/// Adds a line of a head that begins on line `place`.
///
/// What is no field line goes on with the value before it, line break and all: so a break within a token looks, and
/// the core is to see it.
pub(super) fn push_line(lines: &mut Vec<Line>, line: &[u8], place: usize) -> Result<(), Unreadable> {
    let folded = matches!(line, [b' ' | b'\t', ..]);
    match (field_line(line).filter(|_| !folded), lines.last_mut()) {
        (Some((name, value)), _) => lines.push((name.to_vec(), value.to_vec())),
        (None, Some((_, value))) => {
            value.extend_from_slice(b"\r\n");
            value.extend_from_slice(line);
        }
        // HTTP/2 pseudo fields, and slips in front of the first field.
        (None, None) => {}
    }
    if lines.len() > LINES { Err(Unreadable::TooManyLines(place)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_lines_of_every_version_are_read() {
        for (line, status) in [
            ("HTTP/1.1 401 Unauthorized", Some(401)),
            ("HTTP/1.0 200", Some(200)),
            ("HTTP/2 403 ", Some(403)),
            ("HTTP/3 401 \r", Some(401)),
            ("HTTP/1.1 4011", None),
            ("HTTP/1.1 099", None),
            ("HTTP/9.1 401", None),
            ("HTTP/1.1", None),
            ("http/1.1 401", None),
            ("HTTP/1.1 +40", None),
        ] {
            assert_eq!(status_line(line.as_bytes()), status, "{line}");
        }
    }

    #[test]
    fn request_lines_are_three_words() {
        assert_eq!(request_line(b"GET /a?b HTTP/1.1"), Some((&b"GET"[..], &b"/a?b"[..])));
        assert_eq!(request_line(b"OPTIONS * HTTP/2 "), Some((&b"OPTIONS"[..], &b"*"[..])));
        for line in ["GET /", "GET  / HTTP/1.1", "G@T / HTTP/1.1", "GET / HTTPS/1.1", "GET / HTTP/1.1 x", "a HTTP/1.1"]
        {
            assert_eq!(request_line(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn a_line_that_is_no_field_goes_on_with_the_one_before() {
        let mut lines = Vec::new();
        for line in [&b":path: /"[..], b"A: 1", b"  2", b"three", b"B:4 "] {
            push_line(&mut lines, line, 1).unwrap();
        }
        let expected = [(b"A".to_vec(), b"1\r\n  2\r\nthree".to_vec()), (b"B".to_vec(), b"4".to_vec())];
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_head_has_a_bound() {
        let mut lines = Vec::new();
        for _ in 0..LINES {
            push_line(&mut lines, b"A: 1", 7).unwrap();
        }
        assert_eq!(push_line(&mut lines, b"A: 1", 7), Err(Unreadable::TooManyLines(7)));
    }
}
