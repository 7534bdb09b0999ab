//! Lines of access logs: the common and the combined format, also with the virtual host in front.
//!
//! `host ident user [time] "request" status bytes "referer" "user agent"`. nginx and Apache escape quotes in fields, so a
//! quote ends one. What stands behind the user agent is passed over, as servers add what they like.

use super::record::Record;
use super::when;

/// Reads one line, or says why it is none.
pub(super) fn read(line: &[u8]) -> Result<Record<'_>, &'static str> {
    let (front, rest) = split(line, b'[').ok_or("no time in brackets")?;
    let (time, rest) = split(rest, b']').ok_or("no time in brackets")?;
    let millis = Some(when::parse(time).ok_or("a time that cannot be read")?);
    let (request, rest) = quoted(rest).ok_or("no request in quotes")?;
    let mut words = rest.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    let status = words.next().and_then(status).ok_or("no status behind the request")?;
    let (method, target) = request_line(request);
    let agent = quoted(rest).and_then(|(_, rest)| quoted(rest)).map_or(&b""[..], |(agent, _)| agent);
    let (host, client, user) = names(front);
    Ok(Record { millis, client, agent, user, method, host, target, status, ..Record::default() })
}

/// Method and target of a request line; what was no HTTP has neither.
pub(super) fn request_line(request: &[u8]) -> (&[u8], &[u8]) {
    let mut words = request.split(|byte| *byte == b' ');
    match (words.next(), words.next()) {
        (Some(method), Some(target)) => (method, target),
        _ => (b"", b"/"),
    }
}

fn status(word: &[u8]) -> Option<u16> {
    let status = std::str::from_utf8(word).ok()?.parse().ok()?;
    (100..=999).contains(&status).then_some(status)
}

/// Virtual host, client and user of what stands before the time. Only the vhost form has a port in its first word and
/// an address in its second.
fn names(front: &[u8]) -> (&[u8], &[u8], &[u8]) {
    let mut words = front.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (third, fourth) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let has_port = first.split(|byte| *byte == b':').count() == 2 && !first.starts_with(b"[");
    let is_host = has_port && second.iter().any(|byte| matches!(byte, b'.' | b':'));
    if is_host { (first, second, fourth) } else { (b"", first, third) }
}

/// What stands before and behind the first `at`.
fn split(text: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let position = memchr::memchr(at, text)?;
    Some((text.get(..position)?, text.get(position + 1..)?))
}

/// The next text in quotes, escapes as they stand, and what is behind it.
fn quoted(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (_, inside) = split(text, b'"')?;
    let mut from = 0;
    loop {
        let end = from + memchr::memchr2(b'"', b'\\', inside.get(from..)?)?;
        match inside.get(end) {
            Some(b'"') => return Some((inside.get(..end)?, inside.get(end + 1..)?)),
            _ => from = end + 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_formats_are_read() {
        let common = read(br#"192.0.2.7 - alice [14/Nov/2023:22:13:20 +0000] "GET /v1?x=1 HTTP/1.1" 401 12"#).unwrap();
        assert_eq!((common.client, common.user, common.status), (&b"192.0.2.7"[..], &b"alice"[..], 401));
        assert_eq!((common.method, common.target, common.agent), (&b"GET"[..], &b"/v1?x=1"[..], &b""[..]));
        assert_eq!(common.millis, Some(1_700_000_000_000));
        let combined =
            read(br#"2001:db8::1 - - [14/Nov/2023:22:13:20 +0000] "GET / HTTP/1.1" 200 12 "-" "a \"b\" c" "more""#)
                .unwrap();
        assert_eq!((combined.client, combined.agent), (&b"2001:db8::1"[..], &br#"a \"b\" c"#[..]));
        let vhost = read(
            br#"api.example.com:443 192.0.2.7 - bob [14/Nov/2023:22:13:20 +0000] "GET / HTTP/1.1" 403 12 "-" "a""#,
        )
        .unwrap();
        assert_eq!(
            (vhost.host, vhost.client, vhost.user),
            (&b"api.example.com:443"[..], &b"192.0.2.7"[..], &b"bob"[..])
        );
        let no_http = read(br#"192.0.2.7 - - [14/Nov/2023:22:13:20 +0000] "\x16\x03\x01" 400 12 "-" "-""#).unwrap();
        assert_eq!((no_http.method, no_http.target), (&b""[..], &b"/"[..]));
    }

    #[test]
    fn broken_lines_say_what_they_lack() {
        for (line, why) in [
            (&b""[..], "no time in brackets"),
            (b"[", "no time in brackets"),
            (b"a - - [yesterday] \"GET / HTTP/1.1\" 200", "a time that cannot be read"),
            (b"a - - [14/Nov/2023:22:13:20 +0000] \"GET / HTTP/1.1 200", "no request in quotes"),
            (b"a - - [14/Nov/2023:22:13:20 +0000] \"GET / HTTP/1.1\\", "no request in quotes"),
            (b"a - - [14/Nov/2023:22:13:20 +0000] \"GET / HTTP/1.1\" -", "no status behind the request"),
            (b"a - - [14/Nov/2023:22:13:20 +0000] \"GET / HTTP/1.1\" 99999", "no status behind the request"),
        ] {
            assert_eq!(read(line).err(), Some(why));
        }
    }
}
