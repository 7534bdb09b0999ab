//! What the pieces of a list of challenges are, byte by byte: schemes, parameters, token68, quoted strings.
//!
//! Looks at a line from one place on and says how far a piece goes; what to make of it is the reader's. Time is linear in
//! the length of the piece.

use crate::http::is_http_token;

/// What one element of the list is.
pub(super) enum Element<'a> {
    /// A scheme, and the place behind it.
    Scheme { name: &'a [u8], behind: usize },
    /// A name with an equals sign, and the place of its value.
    Param { name: &'a [u8], value_at: usize },
    /// None of these.
    Nothing,
}

/// A token and `=` begin a parameter; any other token is a scheme.
pub(super) fn element(line: &[u8], at: usize) -> Element<'_> {
    let end = run(line, at, is_tchar);
    let name = line.get(at..end).unwrap_or_default();
    if name.is_empty() {
        return Element::Nothing;
    }
    let equals = run(line, end, |byte| matches!(byte, b' ' | b'\t'));
    match (line.get(end), line.get(equals)) {
        (_, Some(b'=')) => {
            let value_at = run(line, equals + 1, |byte| matches!(byte, b' ' | b'\t'));
            Element::Param { name, value_at }
        }
        (None | Some(b' ' | b'\t' | b',' | b';' | b':'), _) => Element::Scheme { name, behind: end },
        _ => Element::Nothing,
    }
}

/// Where a token68 ends that fills the rest of the element.
pub(super) fn token68_end(line: &[u8], at: usize) -> Option<usize> {
    let is_token68 = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    let core = run(line, at, is_token68);
    let end = run(line, core, |byte| byte == b'=');
    let behind = run(line, end, |byte| matches!(byte, b' ' | b'\t'));
    (core > at && matches!(line.get(behind), None | Some(b',' | b';'))).then_some(end)
}

/// What stands between quotes, and where the line goes on.
pub(super) fn quoted(line: &[u8], at: usize) -> Option<(Vec<u8>, usize)> {
    let mut value = Vec::new();
    let mut bytes = line.iter().enumerate().skip(at + 1);
    while let Some((place, byte)) = bytes.next() {
        match byte {
            b'"' => return Some((value, place + 1)),
            b'\\' => value.push(*bytes.next()?.1),
            byte => value.push(*byte),
        }
    }
    None
}

/// Where the bytes that `fits` holds for end, from `at` on.
pub(super) fn run(line: &[u8], at: usize, fits: impl Fn(u8) -> bool) -> usize {
    line.iter().skip(at).position(|byte| !fits(*byte)).map_or(line.len(), |length| at + length)
}

fn is_tchar(byte: u8) -> bool {
    is_http_token(&[byte])
}
