//! Origins as browsers write them (RFC 6454 section 6.2, Fetch).

/// Whether `text` is what a browser can send as Origin: scheme, host and a port that is not the scheme's own, in
/// lower case, with nothing behind. `null` is none: every sandboxed page has it.
pub(crate) fn is_serialized_origin(text: &str) -> bool {
    let Some((scheme, authority)) = text.split_once("://") else { return false };
    let mut letters = scheme.bytes();
    let is_scheme = letters.next().is_some_and(|first| first.is_ascii_lowercase())
        && letters.all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'+' | b'-' | b'.'));
    let own_port = match scheme {
        "https" => ":443",
        "http" => ":80",
        _ => "",
    };
    let is_host = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b':' | b'[' | b']');
    is_scheme
        && authority.bytes().all(is_host)
        && has_host_and_port(authority)
        && (own_port.is_empty() || !authority.ends_with(own_port))
}

/// A host that is there, and a port of digits if there is one; an IPv6 address stands in brackets.
fn has_host_and_port(authority: &str) -> bool {
    let (host, port) = match authority.find(']') {
        Some(end) => authority.split_at(end + 1),
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    let is_port = |port: &str| !port.is_empty() && port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit());
    !host.is_empty() && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_browser_writes_is_an_origin() {
        for text in ["https://app.example.com", "http://localhost:3000", "https://[::1]:8443", "capacitor://localhost"]
        {
            assert!(is_serialized_origin(text), "{text}");
        }
        for text in [
            "null",
            "",
            "https://",
            "app.example.com",
            "https://app.example.com/",
            "https://App.example.com",
            "HTTPS://app.example.com",
            "https://app.example.com:443",
            "http://app.example.com:80",
            "https://app.example.com:",
            "https://:8443",
            "https://app.example.com:x",
            "https://app.example.com:8443:1",
            "https://user@app.example.com",
            "https://*.example.com",
            "https://app.example.com?x",
        ] {
            assert!(!is_serialized_origin(text), "{text}");
        }
    }
}
