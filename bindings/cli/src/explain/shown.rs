//! How an exchange is shown: method, address and status, without what may be a credential.

use std::borrow::Cow;

use super::forms::{Exchange, Sent};
use crate::output::printable;
use crate::path_words::may_be_secret;

/// `GET https://api.example/v1?..., 401`.
pub(super) fn line(exchange: &Exchange) -> String {
    let request = exchange.sent.as_ref().map_or_else(|| "request not known".to_owned(), request);
    match exchange.status() {
        0 => format!("{request}, no response"),
        status => format!("{request}, {status}"),
    }
}

/// Method and address of a request.
pub(super) fn request(sent: &Sent) -> String {
    let method = String::from_utf8_lossy(&sent.method);
    let method = if method.len() <= LONGEST_METHOD { printable(&method) } else { "(a long method)".to_owned() };
    let address = address(&String::from_utf8_lossy(&sent.target));
    match (method.is_empty(), address.is_empty()) {
        (false, false) => format!("{method} {address}"),
        (true, false) => address,
        (_, true) => "field lines alone".to_owned(),
    }
}

/// An address without user information, query and what looks like a key among its segments.
pub(super) fn address(target: &str) -> String {
    let (path, query) = target.split_at(target.find(['?', '#']).unwrap_or(target.len()));
    let mut shown = String::new();
    let mut before = "";
    for (index, segment) in path.split('/').enumerate() {
        if index > 0 {
            shown.push('/');
        }
        // The host of an absolute address is the segment behind two slashes.
        if index == 2 && shown.ends_with("//") {
            shown.push_str(segment.rsplit('@').next().unwrap_or_default());
        } else {
            // What stands behind a semicolon are parameters, often a session.
            let (front, parameters) = segment.split_at(segment.find(';').unwrap_or(segment.len()));
            shown.push_str(&segment_shown(before, front));
            shown.push_str(if parameters.is_empty() { "" } else { ";..." });
        }
        before = segment;
    }
    if !query.is_empty() {
        shown.push_str(query.get(..1).unwrap_or_default());
        shown.push_str("...");
    }
    let shown: String = shown.chars().take(LONGEST_ADDRESS).collect();
    printable(&shown)
}

/// A segment of a path, by its length alone if it may be a key.
fn segment_shown<'a>(before: &str, segment: &'a str) -> Cow<'a, str> {
    let digits = segment.bytes().filter(u8::is_ascii_digit).count();
    let is_key = segment.len() > LONGEST_SEGMENT || (segment.len() >= SHORTEST_KEY && digits > 2);
    if is_key || may_be_secret(before.as_bytes(), segment.as_bytes()) {
        return format!("({} bytes)", segment.len()).into();
    }
    segment.into()
}

/// The longest registered method has 17 letters.
const LONGEST_METHOD: usize = 20;
const LONGEST_ADDRESS: usize = 200;
/// Words of a path are shorter, keys mostly longer.
const LONGEST_SEGMENT: usize = 32;
const SHORTEST_KEY: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_shown_without_credentials() {
        for (target, shown) in [
            ("https://api.example/v1/reports", "https://api.example/v1/reports"),
            ("https://u:secret@api.example:8443/", "https://api.example:8443/"),
            ("/v1?access_token=secret#x", "/v1?..."),
            ("/#secret", "/#..."),
            ("https://x/bot12345:secretsecret/getMe", "https://x/(21 bytes)/getMe"),
            ("/internationalisation/2024-01", "/internationalisation/2024-01"),
            ("//x/0123456789abcdef", "//x/(16 bytes)"),
            ("/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "/(44 bytes)"),
            ("/v1/jpjnhejhoegaeoocmb/x", "/v1/(18 bytes)/x"),
            ("/password/reset/hunter?x", "/password/reset/(6 bytes)?..."),
            ("/v1;jsessionid=abc/x", "/v1;.../x"),
            ("*", "*"),
        ] {
            assert_eq!(address(target), shown);
        }
        let sent = Sent { method: b"GET".to_vec(), target: b"/a\x1b".to_vec(), lines: Vec::new() };
        assert_eq!(request(&sent), "GET /a\\u{1b}");
        assert_eq!(request(&Sent::default()), "field lines alone");
    }
}
