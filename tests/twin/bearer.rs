//! The slow, obvious twin of `countersign::http::parse_bearer`, for fuzz targets.
//!
//! One rule after the other, each over the whole text, as the reasons in docs/REASONS.md tell them.

use countersign::Reason;
use countersign::http::Whitespace;

/// The token of an Authorization value that names Bearer, or the slip.
pub(crate) fn read(value: &[u8], whitespace: Whitespace) -> Result<Vec<u8>, Reason> {
    let trimmed = trim(value);
    if trimmed.len() < 6 || !trimmed[..6].eq_ignore_ascii_case(b"bearer") {
        return Err(Reason::AuthorizationMalformed);
    }
    let rest = &trimmed[6..];
    match rest.first() {
        None => return Err(Reason::BearerEmpty),
        Some(b':' | b'=') => return Err(Reason::BearerColon),
        Some(b' ') => {}
        Some(_) => return Err(Reason::BearerSpaceMissing),
    }
    let behind = &rest[1..];
    let stray =
        behind.starts_with(b" ") || behind.starts_with(b"\t") || value.ends_with(b" ") || value.ends_with(b"\t");
    if whitespace == Whitespace::Strict && stray {
        return Err(Reason::BearerStraySpace);
    }
    let spaces = behind.iter().take_while(|byte| **byte == b' ').count();
    read_token(&behind[spaces..])
}

fn read_token(token: &[u8]) -> Result<Vec<u8>, Reason> {
    let lower = String::from_utf8_lossy(token).to_ascii_lowercase();
    let spelt = ["%0a", "%0d"].iter().any(|end| lower.ends_with(end));
    if spelt || token.ends_with(b"\\n") || token.ends_with(b"\\r") || token.contains(&b'\n') || token.contains(&b'\r') {
        return Err(Reason::BearerNewline);
    }
    for (at, _) in token.iter().enumerate().filter(|(_, byte)| **byte == b',') {
        let behind = &token[at + 1..];
        let spaces = behind.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let word = behind[spaces..].iter().take_while(|byte| is_tchar(**byte)).count();
        if word > 0 && behind.get(spaces + word) == Some(&b' ') {
            return Err(Reason::AuthorizationRepeated);
        }
    }
    if token.len() >= 6
        && token[..6].eq_ignore_ascii_case(b"bearer")
        && !token.get(6).is_some_and(|byte| is_token68(*byte))
    {
        return Err(Reason::BearerPrefixRepeated);
    }
    let words: [&[u8]; 5] = [b"undefined", b"null", b"None", b"NaN", b"[object Object]"];
    let frames: [(&[u8], &[u8]); 4] = [(b"${", b"}"), (b"{{", b"}}"), (b"<", b">"), (b"%", b"%")];
    let framed = |(front, back): &(&[u8], &[u8])| {
        token.len() >= front.len() + back.len() && token.starts_with(front) && token.ends_with(back)
    };
    if words.contains(&token) || frames.iter().any(framed) {
        return Err(Reason::BearerPlaceholder);
    }
    let quotes = "\"'\u{2018}\u{2019}\u{201A}\u{201B}\u{201C}\u{201D}\u{201E}\u{201F}\u{AB}\u{BB}\u{2039}\u{203A}";
    if quotes.chars().any(|quote| token.starts_with(quote.to_string().as_bytes())) {
        return Err(Reason::BearerQuoted);
    }
    if token.starts_with(b"{") {
        return Err(Reason::JwsJsonGiven);
    }
    let letters = token.iter().take_while(|byte| is_token68(**byte)).count();
    if letters > 0 && token[letters..].iter().all(|byte| *byte == b'=') {
        Ok(token.to_vec())
    } else {
        Err(Reason::BearerBadCharacter)
    }
}

fn trim(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

fn is_tchar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn is_token68(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte)
}
