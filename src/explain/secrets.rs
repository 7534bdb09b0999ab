//! What must never be shown: the credentials of the exchange, and the guard that holds every text against them.
//!
//! Rules write texts of lengths, times and public names alone. This is the second lock: a text that holds a piece of a
//! credential, however it came there, is withheld.

use std::collections::HashSet;

use super::exchange::Exchange;
use super::schemes::KNOWN_SCHEMES;
use crate::base64_standard;
use crate::http::{field_name_eq, trim_ows};
use crate::limits;

/// Pieces of this many bytes of a credential are never shown.
const PIECE: usize = 8;
/// What is shorter is no secret, and part of any text.
const SHORTEST: usize = 4;

/// The credentials that stand in an exchange, each with its parts.
#[derive(Default)]
pub(super) struct Secrets {
    /// Every piece of the long ones, in order: a text is looked up by its own pieces, whatever the number of these.
    pieces: Vec<[u8; PIECE]>,
    /// Those that are shorter than a piece.
    short: HashSet<Vec<u8>>,
    bytes: usize,
}

impl Secrets {
    pub(super) fn of(exchange: &Exchange<'_>) -> Secrets {
        let mut found = Secrets::default();
        if let Some(token) = exchange.token {
            found.add_credential(token);
        }
        if let Some(request) = &exchange.request {
            found.add_address(request.target);
            for line in request.headers {
                let is = |name: &str| field_name_eq(line.name, name.as_bytes());
                if ADDRESS_FIELDS.iter().any(|name| is(name)) {
                    found.add_address(&String::from_utf8_lossy(line.value));
                } else if !PUBLIC_FIELDS.iter().any(|name| is(name)) {
                    found.add_credential(line.value);
                }
            }
        }
        for line in exchange.response.iter().flat_map(|response| response.headers) {
            if field_name_eq(line.name, b"set-cookie") {
                // The attributes behind the first pair are no secret.
                found.add_credential(line.value.split(|byte| *byte == b';').next().unwrap_or_default());
            } else if field_name_eq(line.name, b"location") {
                found.add_address(&String::from_utf8_lossy(line.value));
            }
        }
        for redirect in exchange.redirects {
            found.add_address(redirect.location);
            found.add_address(redirect.from.unwrap_or_default());
        }
        found.pieces.sort_unstable();
        found.pieces.dedup();
        found
    }

    /// User information and query values of an address.
    fn add_address(&mut self, address: &str) {
        let (front, query) = address.split_once('?').unwrap_or((address, ""));
        if let Some((user, _)) = front.split_once("://").and_then(|(_, rest)| rest.split_once('@')) {
            self.add_credential(user.as_bytes());
        }
        for pair in query.split(['&', '#', ';']) {
            self.add_credential(pair.split_once('=').map_or(pair, |(_, value)| value).as_bytes());
        }
        if let Some((_, fragment)) = front.split_once('#') {
            self.add_credential(fragment.as_bytes());
        }
    }

    /// A value with each word, part and decoded form of it.
    fn add_credential(&mut self, value: &[u8]) {
        let value = value.get(..limits::CHALLENGE_BYTES).unwrap_or(value);
        if is_unset(value) {
            return;
        }
        for word in value.split(|byte| matches!(byte, b' ' | b'\t' | b',' | b';' | b'"' | b'\'')) {
            self.add(word);
            if let Some((_, value)) = split_once(word, b'=') {
                self.add(value);
            }
            let (core, _) = base64_standard::split_padding(word);
            let mut memory = vec![0; core.len()];
            if let Some(decoded) = base64_standard::decode(core, &mut memory) {
                // Basic: the password, and the user's name, where a password may have been typed.
                decoded.split(|byte| *byte == b':').for_each(|half| self.add(half));
            }
        }
        self.add(trim_ows(value));
    }

    /// Of an address, user information and what stands behind the host; scheme and host are in issuers and texts too.
    fn add(&mut self, secret: &[u8]) {
        let rest = [&b"https://"[..], b"http://"].iter().find_map(|scheme| secret.strip_prefix(*scheme));
        let Some(rest) = rest else { return self.keep(secret) };
        let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if let Some(at) = authority.iter().rposition(|byte| *byte == b'@') {
            self.keep(authority.get(..at).unwrap_or_default());
        }
        self.keep(path);
    }

    fn keep(&mut self, secret: &[u8]) {
        let is_scheme = KNOWN_SCHEMES.iter().any(|scheme| secret.eq_ignore_ascii_case(scheme.as_bytes()));
        if secret.len() >= SHORTEST && !is_scheme {
            self.bytes = self.bytes.saturating_add(secret.len());
            // Over the bound nothing is kept, since everything is withheld.
            if self.bytes > limits::EXPLAIN_SECRET_BYTES {
                return;
            }
            if secret.len() < PIECE {
                self.short.insert(secret.to_vec());
            } else {
                self.pieces.extend(secret.windows(PIECE).filter_map(|piece| <[u8; PIECE]>::try_from(piece).ok()));
            }
        }
    }

    /// Whether `text` holds a piece of a credential, or a short one whole.
    pub(super) fn are_in(&self, text: &str) -> bool {
        if self.bytes > limits::EXPLAIN_SECRET_BYTES {
            return !text.is_empty();
        }
        let text = text.as_bytes();
        let mut pieces = text.windows(PIECE).filter_map(|piece| <[u8; PIECE]>::try_from(piece).ok());
        // Short secrets are parts of any text: whole words alone count.
        let mut words = text.split(|byte| !byte.is_ascii_alphanumeric());
        pieces.any(|piece| self.pieces.binary_search(&piece).is_ok()) || words.any(|word| self.short.contains(word))
    }
}

/// Whether this is what a variable that was never set leaves: no credential, and the finding names the word.
fn is_unset(value: &[u8]) -> bool {
    let word = value.strip_prefix(b"Bearer ").or(value.strip_prefix(b"bearer ")).unwrap_or(value);
    matches!(trim_ows(word), b"undefined" | b"null" | b"None" | b"NaN" | b"[object Object]")
}

/// Fields whose values are addresses.
const ADDRESS_FIELDS: &[&str] = &["referer", "x-forwarded-uri", "x-original-uri", "x-original-url", "x-rewrite-url"];

/// Fields whose values are no credentials; what is not named here is held to be one.
const PUBLIC_FIELDS: &[&str] = &[
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "access-control-request-headers",
    "access-control-request-method",
    "cache-control",
    "cdn-loop",
    "cf-connecting-ip",
    "cf-ipcountry",
    "cf-ray",
    "connection",
    "content-length",
    "content-type",
    "date",
    "dnt",
    "expect",
    "forwarded",
    "host",
    "if-modified-since",
    "if-unmodified-since",
    "keep-alive",
    "origin",
    "pragma",
    "priority",
    "range",
    "sec-ch-ua",
    "sec-ch-ua-mobile",
    "sec-ch-ua-platform",
    "sec-fetch-dest",
    "sec-fetch-mode",
    "sec-fetch-site",
    "sec-fetch-user",
    "te",
    "traceparent",
    "transfer-encoding",
    "upgrade",
    "upgrade-insecure-requests",
    "user-agent",
    "via",
    "x-amzn-trace-id",
    "x-correlation-id",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
    "x-forwarded-server",
    "x-real-ip",
    "x-request-id",
    "x-requested-with",
];

fn split_once(text: &[u8], byte: u8) -> Option<(&[u8], &[u8])> {
    let at = text.iter().position(|other| *other == byte)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::RequestHead;
    use crate::request::FieldLine;

    #[test]
    fn the_word_of_an_unset_variable_is_no_secret() {
        let lines = [FieldLine::new("Authorization", b"Bearer undefined")];
        let request = RequestHead { method: "GET", target: "/", headers: &lines, client_cert_sha256: None };
        let secrets = Secrets::of(&Exchange { request: Some(request), ..Exchange::default() });
        assert!(!secrets.are_in("the word `undefined`"));
    }

    #[test]
    fn the_host_of_an_address_hides_nothing() {
        let lines = [
            FieldLine::new("X-Original-URL", b"https://api.example.com/v1/reports?key=abcdefghij"),
            FieldLine::new("X-Callback", b"https://hooks.example.com/T0/secretpath"),
            FieldLine::new("X-Login", b"https://user:password@a.example/"),
            FieldLine::new("X-Forwarded-Server", b"edge-1.example.com"),
        ];
        let target = "/go?next=https://login.example.com";
        let request = RequestHead { method: "GET", target, headers: &lines, client_cert_sha256: None };
        let secrets = Secrets::of(&Exchange { request: Some(request), ..Exchange::default() });
        for text in
            ["iss is https://login.example.com", "the realm is https://api.example.com/v1", "edge-1.example.com"]
        {
            assert!(!secrets.are_in(text), "{text}");
        }
        for text in ["abcdefghij", "secretpath", "password"] {
            assert!(secrets.are_in(text), "{text}");
        }
    }

    #[test]
    fn over_the_bound_everything_is_withheld() {
        let long = vec![b'a'; limits::CHALLENGE_BYTES];
        let lines: Vec<FieldLine<'_>> = (0..8).map(|_| FieldLine::new("X-Key", &long)).collect();
        let request = RequestHead { method: "GET", target: "/", headers: &lines, client_cert_sha256: None };
        let secrets = Secrets::of(&Exchange { request: Some(request), ..Exchange::default() });
        assert!(secrets.are_in("12 bytes") && !secrets.are_in(""));
    }

    #[test]
    fn pieces_of_every_credential_are_told() {
        let lines = [
            FieldLine::new("Authorization", b"Basic YWxpY2U6Y29ycmVjdC1ob3JzZQ=="),
            FieldLine::new("Cookie", b"sid=session-0123456789"),
            FieldLine::new("X-Custom-Key", b"k-abcdefghijkl"),
            FieldLine::new("Host", b"api.example.com"),
        ];
        let request = RequestHead {
            method: "GET",
            target: "https://u:userpassword@a.example/x?access_token=query-token-1",
            headers: &lines,
            client_cert_sha256: None,
        };
        let exchange = Exchange { request: Some(request), token: Some(b"aaaa.bbbbbbbbbb.cccc"), ..Exchange::default() };
        let secrets = Secrets::of(&exchange);
        for text in [
            "x YWxpY2U6 x",
            "correct-horse",
            "ect-hors",
            "alice",
            "session-0",
            "abcdefghi",
            "userpass",
            "query-token-1",
            "bbbbbbbbbb",
        ] {
            assert!(secrets.are_in(text), "{text}");
        }
        for text in ["", "the field has 12 bytes", "api.example.com", "Authorization"] {
            assert!(!secrets.are_in(text), "{text}");
        }
    }
}
