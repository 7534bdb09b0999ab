//! What every rule looks at: fields by name, the credentials of the request, the token, the challenges, the body.
//!
//! Read once, within bounds. Nothing here judges.

use super::exchange::Exchange;
use super::token::ReadToken;
use crate::client::{Reading, parse_http_date, read_challenges};
use crate::http::{self, QueryParameter, Whitespace, field_name_eq, trim_ows};
use crate::limits;
use crate::request::FieldLine;
use crate::time::{NANOS_PER_SECOND, Wall};

/// The exchange with what was read of it.
pub(super) struct View<'a> {
    pub(super) exchange: &'a Exchange<'a>,
    /// The values of Authorization, trimmed.
    pub(super) authorization: Vec<&'a [u8]>,
    /// The token as it is meant, wherever it stands.
    pub(super) token: Option<ReadToken>,
    /// The WWW-Authenticate of the response.
    pub(super) challenges: Reading,
    /// The front of the body, in lower case.
    pub(super) body: String,
    /// The time that the token is judged by, and where it comes from.
    pub(super) now: Option<(Wall, Clock)>,
}

/// Whose clock a time is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clock {
    /// The caller's of [`super::explain`].
    Given,
    /// The server's, from the response's Date.
    Date,
}

impl<'a> View<'a> {
    pub(super) fn of(exchange: &'a Exchange<'a>) -> Self {
        let mut view = View {
            exchange,
            authorization: Vec::new(),
            token: None,
            challenges: Reading::default(),
            body: String::new(),
            now: None,
        };
        view.authorization = view.request_values("authorization").collect();
        view.token = view.meant_token().map(ReadToken::read);
        let values: Vec<&[u8]> = view.response_values("www-authenticate").collect();
        view.challenges = read_challenges(&values);
        let body = exchange.response.map_or(&[][..], |response| response.body);
        let front = body.get(..limits::EXPLAIN_BODY_BYTES).unwrap_or(body);
        view.body = String::from_utf8_lossy(front).to_ascii_lowercase();
        let given = exchange.now.filter(|now| now.is_set()).map(|now| (now, Clock::Given));
        view.now = given.or_else(|| view.date().map(|now| (now, Clock::Date)));
        view
    }

    fn request_lines(&self) -> impl Iterator<Item = &'a FieldLine<'a>> {
        let lines = self.exchange.request.map_or(&[][..], |request| request.headers);
        lines.iter().take(limits::EXPLAIN_LINES)
    }

    fn response_lines(&self) -> impl Iterator<Item = &'a FieldLine<'a>> {
        let lines = self.exchange.response.map_or(&[][..], |response| response.headers);
        lines.iter().take(limits::EXPLAIN_LINES)
    }

    /// The values of a field of the request, trimmed.
    pub(super) fn request_values(&self, name: &'static str) -> impl Iterator<Item = &'a [u8]> {
        named(self.request_lines(), name)
    }

    /// The values of a field of the response, trimmed.
    pub(super) fn response_values(&self, name: &'static str) -> impl Iterator<Item = &'a [u8]> {
        named(self.response_lines(), name)
    }

    /// The names of the request's fields, in lower case.
    pub(super) fn request_names(&self) -> impl Iterator<Item = String> {
        self.request_lines().map(|line| String::from_utf8_lossy(line.name).to_ascii_lowercase())
    }

    pub(super) fn has_request_field(&self, name: &'static str) -> bool {
        self.request_values(name).next().is_some()
    }

    pub(super) fn has_response_field(&self, name: &'static str) -> bool {
        self.response_values(name).next().is_some()
    }

    /// All values of a field of the response as one list, in lower case.
    pub(super) fn response_text(&self, name: &'static str) -> String {
        joined(self.response_values(name))
    }

    /// The same of the request.
    pub(super) fn request_text(&self, name: &'static str) -> String {
        joined(self.request_values(name))
    }

    /// The response's status; 0 without a response.
    pub(super) fn status(&self) -> u16 {
        self.exchange.response.map_or(0, |response| response.status)
    }

    pub(super) fn method(&self) -> &'a str {
        self.exchange.request.map_or("", |request| request.method)
    }

    pub(super) fn target(&self) -> &'a str {
        self.exchange.request.map_or("", |request| request.target)
    }

    /// The server's clock.
    pub(super) fn date(&self) -> Option<Wall> {
        let value = self.response_values("date").next()?;
        let seconds = parse_http_date(core::str::from_utf8(value).ok()?)?;
        Some(Wall::from_nanos(i128::from(seconds) * NANOS_PER_SECOND))
    }

    /// Whether the request is there and presents no credential that is known by its place.
    pub(super) fn presents_nothing(&self) -> bool {
        self.exchange.request.is_some()
            && self.authorization.is_empty()
            && !self.has_request_field("cookie")
            && !self.request_names().any(|name| is_key_field(&name))
            && self.query_token().is_none()
    }

    /// Whether the request was refused, or may have been: without a response somebody asks why.
    pub(super) fn is_denied(&self) -> bool {
        matches!(self.status(), 0 | 400 | 401 | 403 | 407)
    }

    /// Whether the request presents something in Authorization.
    pub(super) fn presents_authorization(&self) -> bool {
        !self.authorization.is_empty()
    }

    /// The name and the value of a query parameter that looks like a credential.
    pub(super) fn query_token(&self) -> Option<(&'static str, &'a [u8])> {
        QUERY_NAMES.iter().find_map(|name| {
            match http::select_query_parameter(self.target().as_bytes(), name.as_bytes()) {
                QueryParameter::Once(value) => Some((*name, value)),
                _ => None,
            }
        })
    }

    /// Whether the request is a CORS preflight.
    pub(super) fn is_preflight(&self) -> bool {
        let origin = self.request_values("origin").next();
        let method = self.request_values("access-control-request-method").next();
        http::is_preflight(self.method().as_bytes(), origin, method)
    }

    /// Whether a script of a page may stand behind the request.
    pub(super) fn is_cross_origin(&self) -> bool {
        let origin = self.request_text("origin");
        if origin.is_empty() {
            return false;
        }
        match super::address::origin(self.target()) {
            Some(own) => origin != own,
            // A request line has no scheme; the host tells.
            None => origin.split_once("://").is_none_or(|(_, host)| host != self.request_text("host")),
        }
    }

    /// The token that the request presents, freed of what stands around it, or the one given beside it.
    fn meant_token(&self) -> Option<&'a [u8]> {
        let presented = self.authorization.first().and_then(|value| token_in(value));
        let cookie_or_field = || {
            let fields = ["x-access-token", "x-auth-token", "x-forwarded-access-token", "token", "access_token", "jwt"];
            fields.iter().find_map(|name| self.request_values(name).find(|value| looks_like_jwt(value)))
        };
        let query = || self.query_token().map(|(_, value)| value).filter(|value| looks_like_jwt(value));
        let presented = presented.filter(|token| !is_redacted(token));
        presented.or(self.exchange.token.map(trim_ows)).or_else(query).or_else(cookie_or_field)
    }
}

/// The token of an Authorization value of a scheme that carries tokens, slips removed.
fn token_in(value: &[u8]) -> Option<&[u8]> {
    if let Ok(token) = http::parse_bearer(value, Whitespace::Lenient) {
        return Some(token);
    }
    let mut rest = value;
    for _ in 0..3 {
        let end = rest.iter().position(|byte| matches!(byte, b' ' | b'\t' | b':' | b'=')).unwrap_or(0);
        let (word, behind) = rest.split_at_checked(end)?;
        let is_scheme = TOKEN_SCHEMES.iter().any(|scheme| word.eq_ignore_ascii_case(scheme.as_bytes()));
        if !is_scheme {
            break;
        }
        rest = behind.trim_ascii_start();
        while let [b':' | b'=' | b' ', behind @ ..] = rest {
            rest = behind;
        }
    }
    let is_quote = |byte: &u8| matches!(byte, b'"' | b'\'' | b' ' | b'\r' | b'\n' | b'<' | b'>');
    while let [first, behind @ ..] = rest {
        if !is_quote(first) {
            break;
        }
        rest = behind;
    }
    while let [front @ .., last] = rest {
        if !is_quote(last) {
            break;
        }
        rest = front;
    }
    looks_like_jwt(rest).then_some(rest)
}

/// Whether `text` has the front of a JOSE header: `{"` in base64url.
pub(super) fn looks_like_jwt(text: &[u8]) -> bool {
    text.starts_with(b"eyJ") && text.contains(&b'.')
}

/// Whether a recording put something else in place of the credentials.
pub(super) fn is_redacted(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text).to_ascii_lowercase();
    let inner = text.trim_matches(|letter: char| !letter.is_alphanumeric());
    let stars = text.len() >= 3 && text.bytes().all(|byte| matches!(byte, b'*' | b'.' | b'x'));
    stars || ["redacted", "removed", "hidden", "masked", "filtered", "sanitized", "secret"].contains(&inner)
}

/// Whether a field of this name, in lower case, carries an API key.
pub(super) fn is_key_field(name: &str) -> bool {
    KEY_FIELDS.contains(&name)
}

/// Fields that carry API keys by convention.
pub(super) const KEY_FIELDS: &[&str] = &[
    "x-api-key",
    "api-key",
    "apikey",
    "x-apikey",
    "ocp-apim-subscription-key",
    "x-functions-key",
    "x-goog-api-key",
    "x-rapidapi-key",
];

/// Parameters of an address that carry credentials by convention.
const QUERY_NAMES: &[&str] =
    &["access_token", "token", "jwt", "id_token", "api_key", "apikey", "api-key", "subscription-key", "key"];

/// Schemes behind which clients put tokens.
const TOKEN_SCHEMES: &[&str] = &["bearer", "token", "jwt", "dpop", "oauth", "accesstoken"];

fn named<'a>(lines: impl Iterator<Item = &'a FieldLine<'a>>, name: &'static str) -> impl Iterator<Item = &'a [u8]> {
    lines.filter(move |line| field_name_eq(line.name, name.as_bytes())).map(|line| trim_ows(line.value))
}

fn joined<'a>(values: impl Iterator<Item = &'a [u8]>) -> String {
    let values: Vec<String> = values.map(|value| String::from_utf8_lossy(value).to_ascii_lowercase()).collect();
    values.join(", ")
}
