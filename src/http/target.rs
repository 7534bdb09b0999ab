//! What a request target says about transport (RFC 9110 sections 4.2.2 and 4.2.3).
//!
//! Refuses nothing and allocates nothing.

/// Whether `target` is an https URI; the scheme compares without case. A path is not one.
///
/// ```
/// assert!(countersign::http::is_https(b"HTTPS://api.example.com/v1"));
/// assert!(!countersign::http::is_https(b"/v1"));
/// ```
pub fn is_https(target: &[u8]) -> bool {
    // Something must stand for the host: section 4.2.2 has an empty one refused.
    target.split_at_checked(HTTPS.len()).is_some_and(|(scheme, rest)| {
        scheme.eq_ignore_ascii_case(HTTPS) && !matches!(rest, [] | [b'/' | b'?' | b'#' | b':', ..])
    })
}

const HTTPS: &[u8] = b"https://";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_absolute_https_uri_is_https() {
        for target in [&b"https://a"[..], b"https://a/", b"hTTps://[::1]:8443/x?y"] {
            assert!(is_https(target));
        }
        let others = [
            &b""[..],
            b"/",
            b"http://a/",
            b"https:/a",
            b"https:",
            b"https://",
            b"https:///a",
            b"https://?a",
            b"//a/",
            b"/https://a",
            b" https://a",
            b"a:443",
        ];
        for target in others {
            assert!(!is_https(target), "{}", String::from_utf8_lossy(target));
        }
    }
}
