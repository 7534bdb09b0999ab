//! Origins of addresses, for comparing: scheme, host and port, the scheme's own port left out (RFC 6454 section 4).

use crate::http::Url;

/// The origin of an absolute http or https address, in lower case.
pub(super) fn origin(address: &str) -> Option<String> {
    let front = address.split(['?', '#']).next().unwrap_or_default();
    // User information is no part of an origin, and `Url` refuses it.
    let (scheme, rest) = front.split_once("://")?;
    let authority = rest.split('/').next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let plain = format!("{scheme}://{authority}");
    let url = Url::parse(&plain)?;
    let own_port = if url.is_https { ":443" } else { ":80" };
    let authority = url.authority.strip_suffix(own_port).unwrap_or(url.authority);
    let scheme = if url.is_https { "https" } else { "http" };
    Some(format!("{scheme}://{}", authority.to_ascii_lowercase()))
}

/// The path of an address or a target, without query and fragment; `/` if it is empty.
pub(super) fn path(address: &str) -> &str {
    let front = address.split(['?', '#']).next().unwrap_or_default();
    let path = match front.split_once("://") {
        Some((_, rest)) => rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default(),
        None => front,
    };
    if path.is_empty() { "/" } else { path }
}

/// The host of an absolute address, in lower case, without its port.
pub(super) fn host(address: &str) -> Option<String> {
    let origin = origin(address)?;
    Url::parse(&origin).map(|url| url.host.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_leave_out_what_is_no_part_of_them() {
        for (address, expected) in [
            ("https://API.example.com:443/v1?x#y", Some("https://api.example.com")),
            ("http://a:80", Some("http://a")),
            ("http://a:8080/", Some("http://a:8080")),
            ("https://u:p@a/x", Some("https://a")),
            ("https://a/x?next=https://b/", Some("https://a")),
            ("/v1", None),
            ("ftp://a/", None),
        ] {
            assert_eq!(origin(address).as_deref(), expected, "{address}");
        }
        assert_eq!((path("https://a/x/y?z"), path("https://a"), path("/x#y")), ("/x/y", "/", "/x"));
        assert_eq!(host("https://A:8443/x").as_deref(), Some("a"));
    }
}
