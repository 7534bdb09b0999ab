//! URLs in the document: checked as far as a host needs to fetch from them (RFC 3986, RFC 9110 section 4.2.2).
//!
//! Refuses another scheme than https, user information (a credential, or a disguise of the host), a
//! fragment (never sent), and every character that no URL holds. The path is not normalised.

/// Whether `text` is an https URL with a host.
pub(super) fn is_https_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let authority_end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(authority_end);
    scheme.eq_ignore_ascii_case("https")
        && is_authority(authority)
        && path.bytes().all(is_url_byte)
        && has_escapes(path)
}

/// Whether `text` is an absolute URI in the alphabet of `error_uri` (REQ-BEARER-16).
pub(super) fn is_absolute_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let mut bytes = scheme.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
        && !rest.is_empty()
        && rest.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E))
}

/// A host, and perhaps a port.
fn is_authority(authority: &str) -> bool {
    let (host, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, rest)) => {
            let valid = address.parse::<core::net::Ipv6Addr>().is_ok();
            return valid && (rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port));
        }
        None => authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port))),
    };
    let is_host_byte = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    !host.is_empty() && host.bytes().all(is_host_byte) && port.is_none_or(is_port)
}

fn is_port(port: &str) -> bool {
    port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
}

/// pchar, `/` and `?` of RFC 3986; no `#`, which would start a fragment.
fn is_url_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:@/?".contains(&byte)
}

/// Whether every `%` has its two hexadecimal digits.
fn has_escapes(path: &str) -> bool {
    path.split('%').skip(1).all(|rest| rest.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_with_a_plain_host_is_fetched_from() {
        for url in [
            "https://a",
            "https://login.example.com/.well-known/jwks.json",
            "HTTPS://a:8443/x?y=%20@z",
            "https://[2001:db8::1]:443/x",
            "https://a_b.example?x",
        ] {
            assert!(is_https_url(url), "{url}");
        }
        for url in [
            "",
            "https:/a",
            "https://",
            "https:///x",
            "http://a/x",
            "//a/x",
            "/x",
            "ftp://a",
            "https://user@a/x",
            "https://user:pw@a/x",
            "https://a/x#y",
            "https://a#y",
            "https://a b/x",
            "https://a/x y",
            "https://a/\n",
            " https://a",
            "https://a:/x",
            "https://a:0",
            "https://a:65536",
            "https://a:+1",
            "https://é.example",
            "https://a/é",
            "https://a/%2",
            "https://[::1",
            "https://[x]/",
            "https://a\\@b/",
            "https://{tenant}/x",
        ] {
            assert!(!is_https_url(url), "{url}");
        }
    }

    #[test]
    fn req_bearer_16_error_uri_is_absolute() {
        for (uri, good) in [
            ("https://a/help", true),
            ("urn:x:y", true),
            ("help", false),
            ("/help", false),
            (":x", false),
            ("1a:x", false),
            ("https:", false),
            ("https://a/\"", false),
            ("https://a/ b", false),
            ("https://a/é", false),
        ] {
            assert_eq!(is_absolute_uri(uri), good, "{uri}");
        }
    }
}
