//! The header lines that matter before credentials are looked at, found in one pass.

use crate::http::{self, QueryParameter, SchemeWord};
use crate::policy::Compiled;
use crate::reason::Reason;
use crate::request::Request;
use crate::scheme_name::SchemeName;

/// What a request presents, and where.
#[derive(Default)]
pub(crate) struct Lines<'r> {
    pub(super) authorization: Option<&'r [u8]>,
    pub(super) authorization_count: usize,
    /// What the first of these lines names.
    pub(super) word: Option<SchemeWord<'r>>,
    origin: bool,
    request_method: bool,
    /// Whether there is a Cookie line, where the policy reads one.
    pub(super) has_cookies: bool,
    /// The tokens outside Authorization.
    pub(super) tokens: Presented<'r>,
    /// The API keys outside Authorization.
    pub(super) keys: Presented<'r>,
    /// How many of the keys stand in the header field.
    pub(super) keys_in_fields: usize,
}

/// The first of some credentials, and how many there are.
#[derive(Clone, Copy, Default)]
pub(super) struct Presented<'r> {
    pub(super) first: Option<&'r [u8]>,
    pub(super) count: usize,
}

impl<'r> Presented<'r> {
    fn add(&mut self, value: &'r [u8]) {
        self.count += 1;
        self.first.get_or_insert(value);
    }

    fn add_parameter(&mut self, target: &'r [u8], name: &str) {
        match http::select_query_parameter(target, name.as_bytes()) {
            QueryParameter::Absent => {}
            QueryParameter::Once(value) => self.add(value),
            // Which of them is meant nobody can tell; the count alone refuses them (REQ-BEARER-09).
            QueryParameter::Repeated(count) => {
                self.add(b"");
                self.count += count - 1;
            }
        }
    }
}

impl<'r> Lines<'r> {
    pub(crate) fn of(request: &Request<'r>, policy: &Compiled) -> Self {
        let mut lines = Lines::default();
        let sources = policy.bearer.as_ref().map(|bearer| &bearer.sources);
        let token_headers = sources.map(|sources| sources.headers.as_slice()).unwrap_or_default();
        let key_header = policy.api_key.as_ref().and_then(|keys| keys.header.as_deref());
        let reads_cookies = sources.is_some_and(|sources| !sources.cookies.is_empty());
        for line in request.lines {
            match line.name.len() {
                13 if http::is_word(line.name, b"authorization") => {
                    lines.authorization_count += 1;
                    lines.authorization.get_or_insert(line.value);
                }
                6 if http::is_word(line.name, b"origin") => lines.origin = true,
                6 if reads_cookies && http::is_word(line.name, b"cookie") => lines.has_cookies = true,
                29 if line.name.eq_ignore_ascii_case(b"access-control-request-method") => lines.request_method = true,
                _ => {}
            }
            if token_headers.iter().any(|name| line.name.eq_ignore_ascii_case(name.as_bytes())) {
                lines.tokens.add(line.value);
            }
            if key_header.is_some_and(|name| http::field_name_eq(line.name, name.as_bytes())) {
                lines.keys.add(line.value);
                lines.keys_in_fields += 1;
            }
        }
        lines.word = lines.authorization.map(http::select_scheme);
        for name in sources.map(|sources| sources.queries.as_slice()).unwrap_or_default() {
            lines.tokens.add_parameter(request.target, name);
        }
        if let Some(name) = policy.api_key.as_ref().and_then(|keys| keys.query.as_deref()) {
            lines.keys.add_parameter(request.target, name);
        }
        lines
    }

    /// Whether this is a preflight (Fetch, CORS-preflight request): browsers put no credentials on it.
    pub(crate) fn is_preflight(&self, method: &[u8]) -> bool {
        method == b"OPTIONS" && self.origin && self.request_method
    }

    /// More than one Authorization line: neither the first nor the last is picked (REQ-HTTP-32).
    pub(crate) fn check_count(&self) -> Result<(), Reason> {
        if self.authorization_count > 1 { Err(Reason::AuthorizationRepeated) } else { Ok(()) }
    }

    /// Credentials outside Authorization and cookies: how many, and their scheme if they are of one.
    pub(super) fn elsewhere(&self) -> (usize, Option<SchemeName>) {
        let scheme = match (self.tokens.count, self.keys.count) {
            (1.., 0) => Some(SchemeName::Bearer),
            (0, 1..) => Some(SchemeName::ApiKey),
            _ => None,
        };
        (self.tokens.count + self.keys.count, scheme)
    }
}
