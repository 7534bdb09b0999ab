//! What a probe puts into `Authorization`: two made-up tokens, and the real one if there is one.
//!
//! Never printed: there is no `Debug`, and all text of a server goes through [`Credentials::hide`].

use countersign::base64url;
use countersign::http::{SchemeWord, Whitespace, field_name_eq, parse_bearer, parse_token, select_scheme, trim_ows};

use crate::fault::Fault;
use crate::input;
use crate::request::field_value;

/// What requests are made of.
pub(crate) struct Credentials {
    /// A token that is no JWT.
    pub(crate) garbage: String,
    /// A JWT in the right form, expired for years, whose signature is made up.
    pub(crate) expired: String,
    /// The real one.
    pub(crate) token: Option<String>,
    /// The real one with a character changed.
    pub(crate) changed: Option<String>,
    /// Whether a token goes into a query.
    pub(crate) in_query: bool,
    /// The values of `--header`, and queries.
    others: Vec<String>,
}

impl Credentials {
    /// The made-up tokens, and these.
    pub(crate) fn new(token: Option<String>, in_query: bool) -> Credentials {
        let changed = token.as_deref().map(change);
        Credentials { garbage: GARBAGE.to_owned(), expired: expired(), token, changed, in_query, others: Vec::new() }
    }

    /// Remembers a value that must not be shown.
    pub(crate) fn keep_secret(&mut self, value: &[u8]) {
        self.others.push(String::from_utf8_lossy(value).into_owned());
    }

    /// The token for a query.
    pub(crate) fn query(&self) -> &str {
        self.token.as_deref().unwrap_or(&self.expired)
    }

    /// Texts that an answer that repeats what was sent would hold.
    pub(crate) fn marks(&self) -> Vec<&str> {
        let tokens = [Some(self.expired.as_str()), self.token.as_deref(), self.changed.as_deref()];
        let parts = tokens.into_iter().flatten().flat_map(|token| token.split('.').skip(1));
        let long = parts.filter(|part| part.len() >= MARK_BYTES);
        let whole = self.token.iter().filter(|token| token.len() >= MARK_BYTES).map(String::as_str);
        [self.garbage.as_str()].into_iter().chain(whole).chain(long).collect()
    }

    /// `text` without any piece of the token, of a field's value or of a query.
    pub(crate) fn hide(&self, text: &str) -> String {
        let secrets: Vec<&str> = [&self.token, &self.changed]
            .into_iter()
            .flatten()
            .chain(&self.others)
            .map(String::as_str)
            .filter(|secret| secret.len() >= PIECE_BYTES)
            .collect();
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let piece = secrets.iter().map(|secret| common(rest, secret)).max().unwrap_or(0);
            if piece == 0 {
                out.push(first);
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            } else {
                out.push_str(HIDDEN);
                rest = rest.get(piece..).unwrap_or_default();
            }
        }
        out
    }
}

/// The token in a file: alone, behind `Bearer`, or as a whole line.
pub(crate) fn read_token(text: &[u8], name: &str) -> Result<String, Fault> {
    let line = trim_ows(input::without_line_end(text));
    let line = field_value(line, "authorization").unwrap_or(line);
    let token = match select_scheme(line) {
        SchemeWord::Bearer => parse_bearer(line, Whitespace::Lenient),
        _ => parse_token(line, Whitespace::Lenient),
    };
    token.map(|token| String::from_utf8_lossy(token).into_owned()).map_err(|reason| {
        Fault::new(format!("{name}: no token: {}", reason.cause())).reason(reason).next(reason.next_step())
    })
}

/// Whether a field is made by the probe itself, and `--header` may not be.
pub(crate) fn is_own_field(name: &[u8]) -> bool {
    OWN_FIELDS.iter().any(|own| field_name_eq(name, own.as_bytes()))
}

/// The length of the longest piece of `secret` that `text` begins with, if that is long enough to tell something.
fn common(text: &str, secret: &str) -> usize {
    let Some(start) = text.get(..PIECE_BYTES) else { return 0 };
    let same = |at: usize| {
        let pairs = text.bytes().zip(secret.bytes().skip(at));
        let length = pairs.take_while(|(one, other)| one == other).count();
        (0..=length).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0)
    };
    secret.match_indices(start).map(|(at, _)| same(at)).max().unwrap_or(0)
}

/// The token with another character where every bit of it counts: within the last part, never its last character.
fn change(token: &str) -> String {
    let last = token.rfind('.').map_or(0, |dot| dot + 1);
    let at = last + (token.len() - last) / 2;
    let other = |character: char| if character == 'A' { 'B' } else { 'A' };
    token.char_indices().map(|(place, character)| if place == at { other(character) } else { character }).collect()
}

fn expired() -> String {
    let mut token = Vec::new();
    base64url::encode(br#"{"alg":"RS256","kid":"countersign-probe","typ":"at+jwt"}"#, &mut token);
    token.push(b'.');
    base64url::encode(
        br#"{"iss":"https://countersign-probe.invalid","aud":"https://countersign-probe.invalid","sub":"countersign-probe","iat":1000000000,"exp":1000000600}"#,
        &mut token,
    );
    token.push(b'.');
    // As long as one of RSA with 2048 bits, so that nothing but the key can tell.
    let signature: Vec<u8> = (0..=u8::MAX).map(|byte| byte.wrapping_mul(37).wrapping_add(11)).collect();
    base64url::encode(&signature, &mut token);
    String::from_utf8_lossy(&token).into_owned()
}

const GARBAGE: &str = "countersign-probe-is-not-a-token";
const HIDDEN: &str = "(not shown)";
/// Shorter parts of a token can stand in an answer by chance.
const MARK_BYTES: usize = 16;
/// Pieces of a secret from this length on are not shown.
const PIECE_BYTES: usize = 8;
const OWN_FIELDS: [&str; 11] = [
    "authorization",
    "proxy-authorization",
    "origin",
    "access-control-request-method",
    "access-control-request-headers",
    "user-agent",
    "connection",
    "content-length",
    "transfer-encoding",
    "expect",
    "upgrade",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_piece_of_a_secret_is_shown() {
        let mut made = Credentials::new(Some("aaaabbbbccccdddd.eeeeffff".to_owned()), false);
        made.keep_secret(b"k-1234567890");
        for (text, shown) in [
            ("token aaaabbbbccccdddd.eeeeffff.", "token (not shown)."),
            ("starts aaaabbbb...", "starts (not shown)..."),
            ("ends in ddd.eeee", "ends in (not shown)"),
            ("key k-12345678", "key (not shown)"),
            ("short aaaabbb", "short aaaabbb"),
            ("\u{fc}\u{fc} bbbbcccc\u{fc}", "\u{fc}\u{fc} (not shown)\u{fc}"),
        ] {
            assert_eq!(made.hide(text), shown);
        }
    }

    #[test]
    fn a_changed_token_is_another_one() {
        for token in ["a.b.cccc", "a.b.AAAA", "opaque", "x"] {
            assert_ne!(change(token), token);
            assert_eq!(change(token).len(), token.len());
        }
        assert!(change("a.b.cccc").starts_with("a.b."));
    }
}
