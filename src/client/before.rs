//! Before sending: whether a token is fresh enough, and where a credential may go.

use crate::http::Url;

/// How long before its end a token counts as used up, so that it is not refused on arrival (REQ-CLIENT-15).
pub const FRESH_SKEW_SECONDS: i64 = 30;

/// Whether a token that lives until `expires` (seconds since 1970) is worth sending at `now`; else refresh first.
///
/// The end comes from `expires_in` and the moment when the answer arrived (RFC 6749 section 5.1). For a token of a
/// short life the skew is half of it: `lifetime`, if it is known, in seconds.
///
/// ```
/// use countersign::client::token_fresh;
///
/// assert!(token_fresh(1_700_000_100, None, 1_700_000_000));
/// assert!(!token_fresh(1_700_000_030, None, 1_700_000_000));
/// assert!(token_fresh(1_700_000_020, Some(30), 1_700_000_000));
/// ```
pub fn token_fresh(expires: i64, lifetime: Option<i64>, now: i64) -> bool {
    let skew = lifetime.map_or(FRESH_SKEW_SECONDS, |lifetime| FRESH_SKEW_SECONDS.min(lifetime.max(0) / 2));
    expires.saturating_sub(now) > skew
}

/// Whether a credential for the origin of `granted` may go to `target`: to the same scheme, host and port alone, by
/// https, or by http to loopback where `http_loopback` says so (REQ-CLIENT-19, REQ-CLIENT-20).
///
/// ```
/// use countersign::client::may_send_to;
///
/// assert!(may_send_to("https://api.example.com/v1", "https://API.example.com:443/v2?x", false));
/// assert!(!may_send_to("https://api.example.com", "https://cdn.example.com", false));
/// assert!(!may_send_to("https://api.example.com", "http://api.example.com", false));
/// ```
pub fn may_send_to(granted: &str, target: &str, http_loopback: bool) -> bool {
    let target_url = origin(target);
    let is_sent = target_url.is_some_and(|target| target.is_https || http_loopback && target.is_loopback());
    is_sent && is_same_origin(granted, target)
}

/// Whether two http or https URLs have one origin: scheme, host and port (RFC 9110 section 4.3.1). What is no such URL
/// has none, not even with itself.
///
/// ```
/// use countersign::client::is_same_origin;
///
/// assert!(is_same_origin("http://api.example.com/v1", "http://api.example.com:80/v2?filter[a]=b#c"));
/// assert!(!is_same_origin("https://api.example.com", "http://api.example.com"));
/// ```
pub fn is_same_origin(one: &str, other: &str) -> bool {
    let (Some(one), Some(other)) = (origin(one), origin(other)) else { return false };
    one.is_https == other.is_https && one.is_same_host(&other) && port(&one) == port(&other)
}

/// A URL without what stands behind its authority: that is the host's own, and as odd as it likes.
fn origin(text: &str) -> Option<Url<'_>> {
    let authority = text.find("://")? + 3;
    let behind = text.get(authority..)?.find(['/', '?', '#']).unwrap_or(text.len() - authority);
    Url::parse(text.get(..authority + behind)?)
}

fn port<'a>(url: &Url<'a>) -> &'a str {
    let own = if url.is_https { "443" } else { "80" };
    let written = url.authority.get(url.host.len()..).and_then(|port| port.strip_prefix(':'));
    written.filter(|port| !port.is_empty()).map_or(own, |port| port.trim_start_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_stays_with_its_origin() {
        // REQ-CLIENT-19, REQ-CLIENT-20
        for (granted, target, loopback, may) in [
            ("https://a.example", "https://a.example/x#y", false, true),
            ("https://a.example", "https://a.example:8443", false, false),
            ("https://a.example", "https://b.a.example", false, false),
            ("https://a.example", "https://a.example.evil", false, false),
            ("https://a.example", "https://a.example@evil.example", false, false),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000/x", false, false),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000/x", true, true),
            ("http://a.example", "http://a.example", true, false),
            ("a.example", "a.example", true, false),
            ("https://[::1]:8443", "https://[::1]:8443/x", false, true),
            ("https://a.example/{x}", "https://a.example/y?z[]=|", false, true),
            ("https://a.example", "https://a.example\\@evil.example", false, false),
            ("https://a.example", "https://a.example:0443", false, true),
            ("https://a.example", "//a.example", false, false),
            ("https://a.example", "https://", false, false),
        ] {
            assert_eq!(may_send_to(granted, target, loopback), may, "{granted} {target}");
        }
    }

    #[test]
    fn a_token_is_fresh_until_shortly_before_its_end() {
        // REQ-CLIENT-15
        for (left, lifetime, fresh) in [
            (31, None, true),
            (30, None, false),
            (-1, None, false),
            (6, Some(10), true),
            (5, Some(10), false),
            (1, Some(-5), true),
        ] {
            assert_eq!(token_fresh(1000 + left, lifetime, 1000), fresh, "{left} {lifetime:?}");
        }
        assert!(!token_fresh(i64::MIN, None, i64::MAX));
    }
}
