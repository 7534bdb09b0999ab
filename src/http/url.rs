//! URLs to fetch from: checked as far as a host needs that (RFC 3986, RFC 9110 section 4.2.2).
//!
//! Refuses user information (a credential, or a disguise of the host), a fragment (never sent), and
//! every character that no URL holds. The path is not normalised. Never allocates.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The parts of an http or https URL, as they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Url<'a> {
    /// Whether the scheme is https.
    pub is_https: bool,
    /// The host, with its port if it names one.
    pub authority: &'a str,
    /// The host alone; an IPv6 address with its brackets.
    pub host: &'a str,
    /// What stands behind the authority, up to the query; empty or with a slash in front.
    pub path: &'a str,
    /// Whether a query follows, also an empty one.
    pub has_query: bool,
}

impl<'a> Url<'a> {
    /// Reads an http or https URL with a host.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let is_https = scheme.eq_ignore_ascii_case("https");
        if !is_https && !scheme.eq_ignore_ascii_case("http") {
            return None;
        }
        let (authority, behind) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        if !is_authority(authority) || !behind.bytes().all(is_url_byte) || !has_escapes(behind) {
            return None;
        }
        let path = behind.split_once('?').map_or(behind, |(path, _)| path);
        let host_end = authority.find(']').map_or_else(|| authority.find(':'), |bracket| Some(bracket + 1));
        let host = host_end.and_then(|end| authority.get(..end)).unwrap_or(authority);
        Some(Url { is_https, authority, host, path, has_query: path.len() < behind.len() })
    }

    /// Whether both name one host; ports do not count.
    pub fn is_same_host(&self, other: &Url<'_>) -> bool {
        self.host.eq_ignore_ascii_case(other.host)
    }

    /// Whether the host is this machine by its address or by the one name that stands for it (RFC 6761 section 6.3).
    pub fn is_loopback(&self) -> bool {
        let address = self.host.trim_start_matches('[').trim_end_matches(']');
        address.eq_ignore_ascii_case("localhost")
            || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// Whether the host says of itself that it is this machine or not of the open network (RFC 6890): an address of a
    /// private, shared, reserved or multicast range, in whatever spelling a resolver would read, or a name below
    /// `localhost` or `localdomain`. What a name stands for is not known here.
    pub fn is_private(&self) -> bool {
        let host = self.host.trim_end_matches('.');
        let address = host.trim_start_matches('[').trim_end_matches(']');
        match address.parse::<IpAddr>() {
            Ok(IpAddr::V4(address)) => is_private_v4(address),
            Ok(IpAddr::V6(address)) => embedded_v4(address).map_or_else(|| is_private_v6(address), is_private_v4),
            Err(_) => {
                let last = host.rsplit('.').next().unwrap_or_default();
                ["localhost", "localdomain"].iter().any(|name| last.eq_ignore_ascii_case(name)) || is_number(last)
            }
        }
    }
}

fn is_private_v4(address: Ipv4Addr) -> bool {
    match address.octets() {
        // This network, protocol assignments; what is shared by a carrier; benchmarks; multicast, reserved, broadcast.
        [0 | 224.., ..] | [100, 64..128, ..] | [192, 0, 0, _] | [198, 18 | 19, ..] => true,
        _ => address.is_loopback() || address.is_private() || address.is_link_local(),
    }
}

fn is_private_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        // Site-local addresses, which RFC 3879 took back and networks still have; the local prefix of RFC 8215, behind
        // which any IPv4 address may stand.
        [0xfec0..0xff00, ..] | [0x64, 0xff9b, 1, ..] => true,
        _ => address.is_unique_local() || address.is_unicast_link_local() || address.is_multicast(),
    }
}

/// The IPv4 address that an IPv6 one leads to: compatible or mapped (RFC 4291 section 2.5.5), of which `::` and `::1`
/// are two, translated (RFC 6052, RFC 2765), of a 6to4 site (RFC 3056).
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [first, second, third, fourth, fifth, sixth, high, low] = address.segments();
    let (high, low) = match (first, second, third, fourth, fifth, sixth) {
        (0, 0, 0, 0, 0, 0 | 0xffff) | (0, 0, 0, 0, 0xffff, 0) | (0x64, 0xff9b, 0, 0, 0, 0) => (high, low),
        (0x2002, ..) => (second, third),
        _ => return None,
    };
    let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
    Some(Ipv4Addr::new(a, b, c, d))
}

/// Whether a resolver may read the host that ends in this label as an address: `127.1`, `0x7f000001`.
fn is_number(label: &str) -> bool {
    let hexadecimal = label.strip_prefix("0x").or_else(|| label.strip_prefix("0X"));
    !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_digit())
        || hexadecimal.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Whether `text` is an https URL with a host.
pub fn is_https_url(text: &str) -> bool {
    Url::parse(text).is_some_and(|url| url.is_https)
}

/// Whether `text` is an absolute URI in the alphabet of `error_uri` (REQ-BEARER-16).
pub fn is_absolute_uri(text: &str) -> bool {
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
            let valid = address.parse::<Ipv6Addr>().is_ok();
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
    fn the_parts_of_a_url_are_told_apart() {
        let parts = |text| Url::parse(text).map(|url| (url.is_https, url.host, url.path, url.has_query));
        assert_eq!(parts("https://a:8443/x/y?z"), Some((true, "a", "/x/y", true)));
        assert_eq!(parts("HTTP://[::1]:80"), Some((false, "[::1]", "", false)));
        assert_eq!(parts("https://a/?"), Some((true, "a", "/", true)));
        assert_eq!(parts("ftp://a/"), None);
        let host = |text| Url::parse(text).unwrap();
        assert!(host("https://A.example/x").is_same_host(&host("https://a.EXAMPLE:8443/y")));
        assert!(!host("https://a.example").is_same_host(&host("https://a.example.org")));
        for (text, loopback) in [
            ("http://127.0.0.1:8080", true),
            ("http://[::1]/", true),
            ("http://localhost", true),
            ("http://127.0.0.1.example", false),
            ("http://10.0.0.1", false),
            ("http://notlocalhost", false),
        ] {
            assert_eq!(host(text).is_loopback(), loopback, "{text}");
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
