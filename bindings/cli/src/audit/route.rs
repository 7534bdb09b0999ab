//! Routes: method, host and path with what differs from request to request, or could be secret, left out.
//!
//! The query, user information and parameters of segments are dropped. A segment stays only if it reads like a word of
//! an API; numbers, ids, names of people and anything long or mixed become placeholders. When in doubt it is left out: a
//! report is passed on.

use crate::path_words::may_be_secret;

/// Writes `GET api.example.com/v1/users/{name}/keys/{uuid}` in place of what `out` holds.
pub(super) fn write(out: &mut String, method: &[u8], host: &[u8], target: &[u8]) {
    out.clear();
    out.push_str(known_method(method));
    out.push(' ');
    let (own_host, path) = split_target(target);
    push_host(out, own_host.unwrap_or(host));
    let mut before: &[u8] = b"";
    let mut count = 0;
    for segment in path.split(|byte| *byte == b'/').skip(1) {
        count += 1;
        if count > SEGMENTS || out.len() > ROUTE_BYTES {
            out.push_str("/...");
            break;
        }
        out.push('/');
        // What stands behind a semicolon are parameters, often a session.
        let segment = segment.split(|byte| *byte == b';').next().unwrap_or_default();
        match placeholder(segment, before) {
            Some(name) => out.push_str(name),
            None => out.extend(segment.iter().map(|byte| char::from(*byte))),
        }
        before = segment;
    }
    if count == 0 {
        out.push_str(if path == b"*" { "*" } else { "/" });
    }
}

/// Whether a request for this path asks for tokens: the token endpoint of RFC 6749 section 3.2, by its usual names.
pub(super) fn is_token_endpoint(target: &[u8], more: &[String]) -> bool {
    let (_, path) = split_target(target);
    let path = path.strip_suffix(b"/").unwrap_or(path);
    let last = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    TOKEN_ENDPOINTS.iter().any(|name| last.eq_ignore_ascii_case(name))
        || more.iter().any(|wanted| wanted.trim_end_matches('/').as_bytes() == path)
}

/// The host of an absolute URI without user information, and the path.
fn split_target(target: &[u8]) -> (Option<&[u8]>, &[u8]) {
    let end = target.iter().position(|byte| matches!(byte, b'?' | b'#')).unwrap_or(target.len());
    let target = target.get(..end).unwrap_or_default();
    let Some(at) = target.windows(3).position(|three| three == b"://").filter(|at| *at <= SCHEME_BYTES) else {
        return (None, target);
    };
    let rest = target.get(at + 3..).unwrap_or_default();
    let end = rest.iter().position(|byte| *byte == b'/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    (authority.rsplit(|byte| *byte == b'@').next(), path)
}

fn known_method(method: &[u8]) -> &'static str {
    METHODS.into_iter().find(|known| known.as_bytes() == method).unwrap_or("OTHER")
}

fn push_host(out: &mut String, host: &[u8]) {
    let host = if host == b"-" { b"" } else { host };
    let is_name =
        host.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'[' | b']'));
    let labels_short = host.split(|byte| *byte == b'.').all(|label| label.len() <= LABEL_BYTES);
    if !is_name || !labels_short || host.len() > HOST_BYTES {
        out.push_str("{host}");
        return;
    }
    out.extend(host.iter().map(|byte| char::from(byte.to_ascii_lowercase())));
}

/// What stands for a segment, or none if it may stay.
fn placeholder(segment: &[u8], before: &[u8]) -> Option<&'static str> {
    let is_one_of = |set: &[&str], word: &[u8]| set.iter().any(|name| name.as_bytes().eq_ignore_ascii_case(word));
    if segment.is_empty() {
        return None;
    }
    if !segment.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~')) {
        let is_address = segment.contains(&b'@') || segment.windows(3).any(|three| three == b"%40");
        return Some(if is_address { "{email}" } else { "{text}" });
    }
    let has_digit = segment.iter().any(u8::is_ascii_digit);
    if segment.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.')) && has_digit {
        return Some("{number}");
    }
    if is_uuid(segment) {
        return Some("{uuid}");
    }
    if segment.iter().all(u8::is_ascii_hexdigit) && (segment.len() >= 16 || segment.len() >= 8 && has_digit) {
        return Some("{hex}");
    }
    if segment.starts_with(b"~") {
        return Some("~{name}");
    }
    if is_one_of(&PEOPLE, before) && !is_one_of(&NO_NAMES, segment) {
        return Some("{name}");
    }
    if may_be_secret(before, segment)
        || segment.len() > SEGMENT_BYTES
        || segment.starts_with(b"eyJ")
        || segment.split(|byte| is_separator(*byte)).any(is_mixed)
    {
        return Some("{opaque}");
    }
    (segment.split(|byte| is_separator(*byte)).count() > SLUG_WORDS).then_some("{slug}")
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b'-' | b'_' | b'.' | b'~')
}

fn is_uuid(segment: &[u8]) -> bool {
    let parts: [usize; 5] = [8, 4, 4, 4, 12];
    segment.len() == 36
        && segment.split(|byte| *byte == b'-').map(<[u8]>::len).eq(parts)
        && segment.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-')
}

/// Whether a word is made by a machine: letters among digits, capitals where no word begins, or longer than words are.
fn is_mixed(word: &[u8]) -> bool {
    let is_version = word.first().is_some_and(|byte| byte.eq_ignore_ascii_case(&b'v')) && word.len() <= 9;
    let pairs = || word.iter().zip(word.iter().skip(1));
    let digits = pairs().filter(|(a, b)| a.is_ascii_digit() != b.is_ascii_digit()).count();
    let cases = pairs()
        .filter(|(a, b)| {
            a.is_ascii_uppercase() && b.is_ascii_lowercase() || a.is_ascii_lowercase() && b.is_ascii_uppercase()
        })
        .count();
    let has = |is: fn(&u8) -> bool| word.iter().any(is);
    let both_cases = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    word.len() > WORD_BYTES
        || !is_version && word.len() >= 6 && (digits >= 3 || digits >= 2 && both_cases)
        || word.len() >= 12 && (cases > word.len() / 3 || digits >= 2)
}

const METHODS: [&str; 9] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT", "TRACE"];
/// Collections of people, behind which a name stands.
const PEOPLE: [&str; 16] = [
    "users",
    "user",
    "u",
    "accounts",
    "account",
    "members",
    "member",
    "profiles",
    "profile",
    "people",
    "customers",
    "customer",
    "contacts",
    "employees",
    "patients",
    "students",
];
/// What stands in the place of a name and is none.
const NO_NAMES: [&str; 16] = [
    "me", "self", "current", "search", "new", "login", "logout", "register", "list", "count", "info", "settings",
    "password", "profile", "v1", "v2",
];
const TOKEN_ENDPOINTS: [&[u8]; 8] = [
    b"token",
    b"refresh",
    b"refresh_token",
    b"refresh-token",
    b"refreshtoken",
    b"renew",
    b"access_token",
    b"token.oauth2",
];
/// The longest scheme before `://`.
const SCHEME_BYTES: usize = 8;
const HOST_BYTES: usize = 100;
/// Longer labels of hosts carry ids.
const LABEL_BYTES: usize = 40;
const SEGMENTS: usize = 12;
const SEGMENT_BYTES: usize = 48;
const ROUTE_BYTES: usize = 200;
/// No word of an API is longer; keys and hashes are.
const WORD_BYTES: usize = 24;
/// Titles of articles have more words than routes.
const SLUG_WORDS: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    fn route(target: &str) -> String {
        let mut out = String::from("what stood before");
        write(&mut out, b"GET", b"", target.as_bytes());
        out
    }

    #[test]
    fn what_differs_from_request_to_request_is_left_out() {
        for (target, told) in [
            ("/", "GET /"),
            ("*", "GET *"),
            ("/v1/reports", "GET /v1/reports"),
            ("/v1/reports/17?access_token=abc", "GET /v1/reports/{number}"),
            ("/v1beta1/getUserProfile", "GET /v1beta1/getUserProfile"),
            ("/a/123e4567-e89b-12d3-a456-426614174000/b", "GET /a/{uuid}/b"),
            ("/a/deadbeef01/b", "GET /a/{hex}/b"),
            ("/a/b;jsessionid=0123456789#top", "GET /a/b"),
            ("/users/alice/orders", "GET /users/{name}/orders"),
            ("/users/me", "GET /users/me"),
            ("/~alice/", "GET /~{name}/"),
            ("/a/alice@example.com", "GET /a/{email}"),
            ("/a/alice%40example.com", "GET /a/{email}"),
            ("/reset/hunter", "GET /reset/{opaque}"),
            ("/token/refresh", "GET /token/refresh"),
            ("/a/eyJhbGciOiJIUzI1NiJ9.e30.c2ln", "GET /a/{opaque}"),
            ("/a/sk_live_4eC39HqLyjWDarjtT1zdp7dc", "GET /a/{opaque}"),
            ("/a/QmFzZTY0c3RyaW5n", "GET /a/{opaque}"),
            ("/a/jpjnhejhoegaeoocmb/b", "GET /a/{opaque}/b"),
            ("/a/<script>alert(1)</script>", "GET /a/{text}/{text}"),
            ("/a/how-to-find-out-why-this-fails", "GET /a/{slug}"),
            ("https://alice:hunter2@API.example.com:8443/v1?x#y", "GET api.example.com:8443/v1"),
            ("https://api.example.com", "GET api.example.com/"),
        ] {
            assert_eq!(route(target), told, "{target}");
        }
    }

    #[test]
    fn a_route_has_a_bound() {
        assert!(route(&"/word".repeat(10_000)).len() < 100);
        assert!(route(&"/abcdefghijklmnopqrstuvwx".repeat(100)).len() < ROUTE_BYTES + 100);
    }

    #[test]
    fn methods_and_hosts_are_not_repeated_unless_they_are_such() {
        let mut out = String::new();
        write(&mut out, b"<b>", b"evil\"host", b"/");
        assert_eq!(out, "OTHER {host}/");
    }

    #[test]
    fn token_endpoints_are_known_by_name_or_by_option() {
        assert!(is_token_endpoint(b"https://login.example.com/oauth2/token?x=1", &[]));
        assert!(is_token_endpoint(b"/auth/refresh/", &[]));
        assert!(!is_token_endpoint(b"/v1/tokens/17", &[]));
        assert!(is_token_endpoint(b"/v1/login?a", &["/v1/login".to_owned()]));
    }
}
