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
    http::is_http_token(name.as_bytes()) && !is_one_of(name, HTTPS_OWN)
}

/// Whether a page of another site cannot send the field: what browsers send of themselves, and what Fetch lets any
/// form or script set without asking first, tells nothing of who made the page.
pub(super) fn is_telling_field(name: &str) -> bool {
    is_credential_field(name) && !is_one_of(name, BROWSERS)
}

/// Whether the name is on the list, or begins with one of its families, which end in a dash.
fn is_one_of(name: &str, list: &[&str]) -> bool {
    let begins = |family: &str| name.get(..family.len()).is_some_and(|start| start.eq_ignore_ascii_case(family));
    list.iter().any(|listed| if listed.ends_with('-') { begins(listed) } else { name.eq_ignore_ascii_case(listed) })
}

/// What HTTP, CORS and authentication read or write themselves (RFC 9110, RFC 9111, RFC 9112, Fetch, RFC 9449).
const HTTPS_OWN: &[&str] = &[
    "accept",
    "accept-",
    "access-control-",
    "authentication-info",
    "authorization",
    "cache-control",
    "connection",
    "content-",
    "cookie",
    "date",
    "dpop",
    "expect",
    "forwarded",
    "host",
    "if-",
    "keep-alive",
    "origin",
    "pragma",
    "proxy-",
    "range",
    "referer",
    "sec-",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
    "www-authenticate",
];

/// What browsers and proxies add besides.
const BROWSERS: &[&str] =
    &["dnt", "downlink", "dpr", "priority", "save-data", "viewport-width", "width", "x-forwarded-"];

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
        for name in ["X-API-Key", "X-Forwarded-Access-Token", "Accepted", "Hosts", "Ifs", "Section", "Dpop-Token"] {
            assert!(is_credential_field(name), "{name}");
        }
        for name in ["", "X Y", "X:", ":authority", "\u{e4}"] {
            assert!(!is_credential_field(name), "{name}");
        }
    }

    #[test]
    fn what_a_browser_adds_tells_nothing() {
        for name in ["DNT", "X-Forwarded-For", "priority", "Accept-Language", "Origin"] {
            assert!(!is_telling_field(name), "{name}");
        }
        for name in ["X-CSRF-Token", "X-Requested-With", "X-XSRF-TOKEN"] {
            assert!(is_telling_field(name), "{name}");
        }
    }
}
