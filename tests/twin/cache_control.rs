//! The slow, obvious twin of `countersign::http::cache_control_max_age`.
//!
//! Copies the field into directives first, then reads each as text.

/// The same answer, for values within the bound.
pub(crate) fn read(value: &[u8], age: u64) -> Option<u64> {
    let lifetimes = elements(value).into_iter().filter_map(|element| lifetime(&element));
    lifetimes.map(|seconds| seconds.saturating_sub(age)).min()
}

/// The elements between the commas that stand in no quoted-string.
fn elements(value: &[u8]) -> Vec<Vec<u8>> {
    let mut all = vec![Vec::new()];
    let (mut quoted, mut escaped) = (false, false);
    for &byte in value {
        if byte == b',' && !quoted {
            all.push(Vec::new());
            continue;
        }
        all.last_mut().unwrap().push(byte);
        let was_escaped = escaped;
        escaped = quoted && byte == b'\\' && !was_escaped;
        if byte == b'"' && !was_escaped {
            quoted = !quoted;
        }
    }
    all
}

fn lifetime(element: &[u8]) -> Option<u64> {
    let element = trim(element);
    let tchar = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    let length = element.iter().take_while(|byte| tchar(byte)).count();
    let (name, rest) = element.split_at(length);
    match name.to_ascii_lowercase().as_slice() {
        b"no-store" | b"no-cache" => Some(0),
        b"max-age" => Some(trim(rest).strip_prefix(b"=").and_then(seconds).unwrap_or(0)),
        _ => None,
    }
}

fn seconds(argument: &[u8]) -> Option<u64> {
    let argument = trim(argument);
    let inner = argument.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
    let digits = match inner {
        Some(inner) => unescaped(inner)?,
        None => argument.to_vec(),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(std::str::from_utf8(&digits).unwrap().parse().unwrap_or(u64::MAX))
}

/// Without the backslashes; nothing if the last one has nothing behind it.
fn unescaped(inner: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = inner.iter();
    let mut out = Vec::new();
    while let Some(&byte) = bytes.next() {
        out.push(if byte == b'\\' { *bytes.next()? } else { byte });
    }
    Some(out)
}

fn trim(text: &[u8]) -> &[u8] {
    let blank = |byte: &u8| *byte == b' ' || *byte == b'\t';
    let front = text.iter().take_while(|byte| blank(byte)).count();
    let back = text[front..].iter().rev().take_while(|byte| blank(byte)).count();
    &text[front..text.len() - back]
}
