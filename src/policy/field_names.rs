//! Which header fields a policy may name: for a credential, and for what shows whose page sent a request.
//!
//! A field that HTTP or a browser has a use for of its own carries neither: what stands in it is not the
//! client's to choose, a proxy may rewrite it, and logs hold it. Names compare without case.

use crate::http;

/// Whether a token or an API key may stand in the field.
///
/// `Authorization` has its schemes; a proxy's credentials are the proxy's (REQ-HTTP-40); cookies have rules of
/// their own.
pub(super) fn is_credential_field(name: &str) -> bool {
    http::is_http_token(name.as_bytes()) && (name.eq_ignore_ascii_case(WEB_SOCKET) || !is_one_of(name, HTTPS_OWN))
}

/// Whether a page of another site cannot send the field: what browsers send of themselves, and what Fetch lets any
/// form or script set without asking first, tells nothing of who made the page.
pub(super) fn is_telling_field(name: &str) -> bool {
    http::is_http_token(name.as_bytes()) && !is_one_of(name, HTTPS_OWN) && !is_one_of(name, BROWSERS)
}

/// Whether the name is on the list, or begins with one of its families, which end in a dash.
fn is_one_of(name: &str, list: &[&str]) -> bool {
    let begins = |family: &str| name.get(..family.len()).is_some_and(|start| start.eq_ignore_ascii_case(family));
    list.iter().any(|listed| if listed.ends_with('-') { begins(listed) } else { name.eq_ignore_ascii_case(listed) })
}

/// The one field that a page can fill when it opens a WebSocket (RFC 6455 section 11.3.4), so tokens of browsers come
/// in it. Pages of other sites fill it as well: it tells nothing of who made the page.
pub(super) const WEB_SOCKET: &str = "sec-websocket-protocol";

/// What HTTP, CORS, authentication and proxies that end TLS read or write themselves (RFC 9110, RFC 9111, RFC 9112,
/// Fetch, RFC 9440, RFC 9449; RFC 2965, RFC 7540, RFC 7838, RFC 8470).
pub(super) const HTTPS_OWN: &[&str] = &[
    "accept",
    "accept-",
    "access-control-",
    "age",
    "allow",
    "alt-svc",
    "alt-used",
    "authentication-info",
    "authorization",
    "cache-control",
    "client-cert",
    "client-cert-chain",
    "connection",
    "content-",
    "cookie",
    "cookie2",
    "date",
    "dpop",
    "dpop-nonce",
    "early-data",
    "etag",
    "expect",
    "expires",
    "forwarded",
    "from",
    "host",
    "http2-settings",
    "if-",
    "keep-alive",
    "last-modified",
    "location",
    "max-forwards",
    "origin",
    "pragma",
    "proxy-",
    "range",
    "referer",
    "retry-after",
    "sec-",
    "server",
    "set-cookie",
    "set-cookie2",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "vary",
    "via",
    "warning",
    "www-authenticate",
];

/// What browsers and proxies add besides.
pub(super) const BROWSERS: &[&str] = &[
    "device-memory",
    "dnt",
    "downlink",
    "dpr",
    "ect",
    "last-event-id",
    "ping-from",
    "ping-to",
    "priority",
    "purpose",
    "rtt",
    "save-data",
    "service-worker",
    "traceparent",
    "tracestate",
    "upgrade-insecure-requests",
    "viewport-width",
    "width",
    "x-forwarded-",
    "x-moz",
    "x-purpose",
    "x-real-ip",
    "x-request-id",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_has_a_use_of_its_own_carries_no_credential() {
        for name in HTTPS_OWN {
            let name = if name.ends_with('-') { format!("{name}x") } else { (*name).to_owned() };
            assert!(!is_credential_field(&name) && !is_credential_field(&name.to_uppercase()), "{name}");
            assert!(!is_telling_field(&name), "{name}");
        }
        for name in ["Client-Cert", "Client-Cert-Chain", "Cookie2", "DPoP-Nonce", "Sec-WebSocket-Key"] {
            assert!(!is_credential_field(name), "{name}");
        }
        for name in ["Sec-WebSocket-Protocol", "sec-websocket-protocol"] {
            assert!(is_credential_field(name) && !is_telling_field(name), "{name}");
        }
        for name in ["X-API-Key", "X-Forwarded-Access-Token", "Accepted", "Hosts", "Ifs", "Section", "Dpop-Token"] {
            assert!(is_credential_field(name), "{name}");
        }
        for name in ["", "X Y", "X:", ":authority", "\u{e4}"] {
            assert!(!is_credential_field(name), "{name}");
        }
    }

    #[test]
    fn what_a_browser_adds_tells_nothing() {
        for name in ["DNT", "X-Forwarded-For", "priority", "Accept-Language", "Origin", "RTT", "Device-Memory"] {
            assert!(!is_telling_field(name), "{name}");
        }
        for name in ["X-CSRF-Token", "X-Requested-With", "X-XSRF-TOKEN"] {
            assert!(is_telling_field(name), "{name}");
        }
    }
}
