//! One line of what curl writes with -v: whose it is, once time, transfer id and progress meter are off.

use super::text::find;

/// A line by its mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CurlLine<'l> {
    /// `> `: of the request.
    Sent(&'l [u8]),
    /// `< `: of the response.
    Heard(&'l [u8]),
    /// `* `: what curl tells of its work.
    Note(&'l [u8]),
    /// Without a mark: standard output between the lines.
    Plain(&'l [u8]),
    /// `{ [5 bytes data]`, a progress meter, its title.
    Meter,
}

/// Tells whose a line is.
pub(super) fn classify(line: &[u8]) -> CurlLine<'_> {
    let line = without_meter(last_overwritten(line));
    let Some(line) = line else { return CurlLine::Meter };
    let bare = without_stamp(line);
    match bare {
        [b'>'] => CurlLine::Sent(b""),
        [b'<'] => CurlLine::Heard(b""),
        [b'>', b' ', rest @ ..] => CurlLine::Sent(rest),
        [b'<', b' ', rest @ ..] => CurlLine::Heard(rest),
        [b'*', b' ', rest @ ..] => CurlLine::Note(rest),
        [b'{' | b'}', b' ', b'[', rest @ ..] if rest.ends_with(b" bytes data]") => CurlLine::Meter,
        _ => CurlLine::Plain(line),
    }
}

/// A note that stands behind a body without a line end: where it begins.
pub(super) fn glued_note(line: &[u8]) -> Option<usize> {
    GLUED.iter().filter_map(|note| find(line, note)).min()
}

/// What a terminal shows of a line that a meter wrote over: the part behind the last carriage return.
///
/// In a value a carriage return stays: a token out of a file with CR LF has one, and the core is to see it.
fn last_overwritten(line: &[u8]) -> &[u8] {
    let Some(at) = line.iter().rposition(|&byte| byte == b'\r') else { return line };
    let (front, back) = line.split_at_checked(at).unwrap_or((line, &[]));
    let is_meter = |part: &[u8]| part.trim_ascii().is_empty() || without_meter(part).is_none();
    if front.split(|&byte| byte == b'\r').all(is_meter) { back.get(1..).unwrap_or_default() } else { line }
}

/// What stands behind a progress meter at the beginning of a line; `None` if nothing does.
fn without_meter(line: &[u8]) -> Option<&[u8]> {
    if TITLES.iter().any(|title| line.trim_ascii_start().starts_with(title)) {
        return None;
    }
    let numbers = line.iter().take_while(|byte| b" 0123456789.:-kKMGTPhdms".contains(byte)).count();
    let (meter, rest) = line.split_at_checked(numbers)?;
    let times = meter.split(|&byte| byte == b' ').filter(|word| is_span(word)).count();
    let is_bar = line.contains(&b'#') && line.iter().all(|byte| b" #.0123456789%=-O".contains(byte));
    match (times >= 2, is_bar) {
        (_, true) => None,
        (true, _) if rest.is_empty() => None,
        (true, _) => Some(rest),
        (false, false) => Some(line),
    }
}

/// `--:--:--` or `0:00:01`, as the meter writes a span of time.
fn is_span(word: &[u8]) -> bool {
    word.len() >= 7 && word.split(|&byte| byte == b':').count() == 3
}

/// The line without what --trace-time and --trace-ids put in front.
fn without_stamp(line: &[u8]) -> &[u8] {
    let mut rest = line;
    if let Some((time, behind)) = line.split_at_checked(16)
        && time.iter().enumerate().all(|(at, byte)| match at {
            2 | 5 => *byte == b':',
            8 => *byte == b'.',
            15 => *byte == b' ',
            _ => byte.is_ascii_digit(),
        })
    {
        rest = behind;
    }
    if let Some(ids) = rest.strip_prefix(b"[")
        && let Some(end) = ids.iter().position(|&byte| byte == b']')
        && ids.iter().take(end).all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'x'))
    {
        rest = ids.get(end + 1..).and_then(|behind| behind.strip_prefix(b" ")).unwrap_or(rest);
    }
    rest
}

const TITLES: [&[u8]; 2] = [b"% Total ", b"Dload  Upload"];
const GLUED: [&[u8]; 3] = [b"* Connection #", b"* Closing connection", b"* Curl_http_done"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_tell_whose_a_line_is() {
        for (line, whose) in [
            ("> GET / HTTP/1.1", CurlLine::Sent(b"GET / HTTP/1.1")),
            (">", CurlLine::Sent(b"")),
            ("< ", CurlLine::Heard(b"")),
            ("< HTTP/2 401 ", CurlLine::Heard(b"HTTP/2 401 ")),
            ("*   Trying 127.0.0.1:80...", CurlLine::Note(b"  Trying 127.0.0.1:80...")),
            ("<html>", CurlLine::Plain(b"<html>")),
            ("{ [118 bytes data]", CurlLine::Meter),
            ("{ [1] }", CurlLine::Plain(b"{ [1] }")),
            ("14:02:11.123456 > GET / HTTP/1.1", CurlLine::Sent(b"GET / HTTP/1.1")),
            ("14:02:11.123456 [0-0] < HTTP/1.1 401 X", CurlLine::Heard(b"HTTP/1.1 401 X")),
            ("[0-x] * Host x was resolved.", CurlLine::Note(b"Host x was resolved.")),
        ] {
            assert_eq!(classify(line.as_bytes()), whose, "{line}");
        }
    }

    #[test]
    fn a_progress_meter_is_taken_off() {
        let meter = "  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0";
        let done = "100  118  100   118    0     0   9281      0 --:--:--  0:00:01 --:--:--  9833";
        for (line, whose) in [
            (meter.to_owned(), CurlLine::Meter),
            (format!("\r{meter}\r{done}"), CurlLine::Meter),
            (format!("\r{meter}*   Trying 1.2.3.4:80..."), CurlLine::Note(b"  Trying 1.2.3.4:80...")),
            (format!("{meter}\r{done}* Connection #0"), CurlLine::Note(b"Connection #0")),
            (format!("\r{done}{{\"error\":1}}"), CurlLine::Plain(b"{\"error\":1}")),
            ("  % Total    % Received % Xferd  Average Speed".to_owned(), CurlLine::Meter),
            ("                                 Dload  Upload   Total".to_owned(), CurlLine::Meter),
            ("######################## 100.0%".to_owned(), CurlLine::Meter),
        ] {
            assert_eq!(classify(line.as_bytes()), whose, "{line}");
        }
    }

    #[test]
    fn a_carriage_return_within_a_value_stays() {
        assert_eq!(classify(b"> A: Bearer t\r"), CurlLine::Sent(b"A: Bearer t\r"));
        assert_eq!(classify(b"> A: Bearer t\ru"), CurlLine::Sent(b"A: Bearer t\ru"));
    }

    #[test]
    fn a_note_behind_a_body_is_found() {
        assert_eq!(glued_note(b"{}* Connection #0 to host x left intact"), Some(2));
        assert_eq!(glued_note(b"* a list"), None);
    }
}
