//! Bytes to lines: byte order marks, UTF-16 as PowerShell redirects it, LF and CR LF.

use std::borrow::Cow;

/// The text without a byte order mark, and in UTF-8 if it was UTF-16.
pub(super) fn normalise(input: &[u8]) -> Cow<'_, [u8]> {
    match input {
        [0xEF, 0xBB, 0xBF, rest @ ..] => Cow::Borrowed(rest),
        [0xFF, 0xFE, rest @ ..] => Cow::Owned(from_utf16(rest, u16::from_le_bytes)),
        [0xFE, 0xFF, rest @ ..] => Cow::Owned(from_utf16(rest, u16::from_be_bytes)),
        _ => Cow::Borrowed(input),
    }
}

fn from_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Vec<u8> {
    let units = bytes.chunks_exact(2).map(|pair| pair.try_into().map_or(0xFFFD, unit));
    char::decode_utf16(units).map(|found| found.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>().into_bytes()
}

/// The first line without its end, and what stands behind it. One CR before the LF is part of the end.
pub(super) fn cut_line(text: &[u8]) -> (&[u8], &[u8]) {
    match text.iter().position(|&byte| byte == b'\n') {
        None => (text.strip_suffix(b"\r").unwrap_or(text), &[]),
        Some(at) => {
            let (line, rest) = text.split_at_checked(at).unwrap_or((text, &[]));
            (line.strip_suffix(b"\r").unwrap_or(line), rest.get(1..).unwrap_or_default())
        }
    }
}

/// The lines of a text; nothing stands behind the last line end.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = text;
    core::iter::from_fn(move || {
        (!rest.is_empty()).then(|| {
            let (line, behind) = cut_line(rest);
            rest = behind;
            line
        })
    })
}

/// Where a part of a text begins in it.
pub(super) fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len().max(1)).position(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_taken_off_and_utf16_is_read() {
        assert_eq!(&*normalise(b"\xEF\xBB\xBFa"), b"a");
        assert_eq!(&*normalise(b"\xFF\xFE<\0 \0\xE9\0"), "< \u{e9}".as_bytes());
        assert_eq!(&*normalise(b"\xFE\xFF\0a\xD8\0"), "a\u{fffd}".as_bytes());
        assert_eq!(&*normalise(b"\xFFa"), b"\xFFa");
    }

    #[test]
    fn lines_end_with_lf_or_cr_lf() {
        let found: Vec<&[u8]> = lines(b"a\r\nb\n\nc\rd\r\r\ne").collect();
        assert_eq!(found, [&b"a"[..], b"b", b"", b"c\rd\r", b"e"]);
        assert_eq!(lines(b"").count(), 0);
        assert_eq!(lines(b"a\n").count(), 1);
    }
}
