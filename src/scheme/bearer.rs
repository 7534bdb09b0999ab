//! Where a bearer token stands in a request (RFC 6750 section 2): Authorization, a configured
//! header field, or a configured query parameter; never two at once.

use crate::http::{self, QueryParameter, SchemeWord, Whitespace};
use crate::policy::{Bearer, Sources};
use crate::reason::Reason;
use crate::request::Request;
use crate::scheme_name::SchemeName;

/// The header lines that matter before a token is looked at, found in one pass.
#[derive(Default)]
pub(crate) struct Lines<'r> {
    authorization: Option<&'r [u8]>,
    authorization_count: usize,
    /// What the first of these lines names.
    word: Option<SchemeWord<'r>>,
    origin: bool,
    request_method: bool,
    /// The first token outside Authorization, and how many there are.
    other: Option<&'r [u8]>,
    other_count: usize,
}

/// A token as it was presented.
pub(crate) struct Token<'r> {
    pub(crate) text: &'r [u8],
    pub(crate) outside_authorization: bool,
    /// The Authorization value, if the token's alphabet was not looked at yet.
    unseen: Option<(&'r [u8], Whitespace)>,
}

impl Token<'_> {
    /// The slip in a token that turned out not to decode.
    #[cold]
    pub(crate) fn slip(&self) -> Option<Reason> {
        self.unseen.and_then(|(value, whitespace)| http::parse_bearer(value, whitespace).err())
    }
}

impl<'r> Lines<'r> {
    pub(crate) fn of(request: &Request<'r>, sources: &Sources) -> Self {
        let mut lines = Lines::default();
        for line in request.lines {
            match line.name.len() {
                13 if http::is_word(line.name, b"authorization") => {
                    lines.authorization_count += 1;
                    lines.authorization.get_or_insert(line.value);
                }
                6 if http::is_word(line.name, b"origin") => lines.origin = true,
                29 if line.name.eq_ignore_ascii_case(b"access-control-request-method") => lines.request_method = true,
                _ => {}
            }
            // Any field but Authorization may be a source, the two of a preflight too.
            if sources.headers.iter().any(|name| line.name.eq_ignore_ascii_case(name.as_bytes())) {
                lines.add_other(line.value);
            }
        }
        lines.word = lines.authorization.map(http::select_scheme);
        for name in &sources.queries {
            match http::select_query_parameter(request.target, name.as_bytes()) {
                QueryParameter::Absent => {}
                QueryParameter::Once(value) => lines.add_other(value),
                // Which of them is meant nobody can tell; the count alone refuses them (REQ-BEARER-09).
                QueryParameter::Repeated(count) => {
                    lines.add_other(b"");
                    lines.other_count += count - 1;
                }
            }
        }
        lines
    }

    fn add_other(&mut self, value: &'r [u8]) {
        self.other_count += 1;
        self.other.get_or_insert(value);
    }

    /// Whether this is a preflight (Fetch, CORS-preflight request): browsers put no credentials on it.
    pub(crate) fn is_preflight(&self, method: &[u8]) -> bool {
        method == b"OPTIONS" && self.origin && self.request_method
    }

    /// More than one Authorization line: neither the first nor the last is picked (REQ-HTTP-32).
    pub(crate) fn check_count(&self) -> Result<(), Reason> {
        if self.authorization_count > 1 { Err(Reason::AuthorizationRepeated) } else { Ok(()) }
    }
}

/// The scheme that was tried, as far as it can be told without judging the credentials.
pub(crate) fn tried_scheme(request: &Request<'_>, lines: &Lines<'_>) -> Option<SchemeName> {
    let names_bearer = |value: &[u8]| matches!(http::select_scheme(value), SchemeWord::Bearer);
    let is_bearer = match (lines.word, lines.authorization_count) {
        // A scheme that is not offered counts as absent beside a token elsewhere.
        (None | Some(SchemeWord::Other(_)), 0 | 1) => lines.other_count > 0,
        (Some(word), 1) => word == SchemeWord::Bearer,
        _ => {
            let mut authorizations =
                request.lines.iter().filter(|line| http::field_name_eq(line.name, b"authorization"));
            authorizations.all(|line| names_bearer(line.value))
        }
    };
    is_bearer.then_some(SchemeName::Bearer)
}

/// The one token of the request; `None` if it has no credentials at all. A token from anywhere but
/// Authorization is of the scheme Bearer, whatever Authorization says.
pub(crate) fn select_token<'r>(
    request: &Request<'r>,
    lines: &Lines<'r>,
    bearer: &Bearer,
    whitespace: Whitespace,
    tried: &mut Option<SchemeName>,
) -> Result<Option<Token<'r>>, Reason> {
    let header = match (lines.authorization, lines.word) {
        (Some(value), Some(word)) => {
            // A token that decodes needs no look at its alphabet before that.
            if lines.other.is_none()
                && bearer.sources.authorization
                && let Some(text) = http::parse_likely_bearer(value, whitespace)
            {
                return Ok(Some(Token { text, outside_authorization: false, unseen: Some((value, whitespace)) }));
            }
            read_authorization(value, word, whitespace)?
        }
        _ => Header::Absent,
    };
    match (header, lines.other, lines.other_count) {
        (Header::Bearer(_), Some(_), _) | (_, Some(_), 2..) => {
            *tried = Some(SchemeName::Bearer);
            Err(Reason::MultipleTokenMethods)
        }
        (Header::Bearer(_), None, _) if !bearer.sources.authorization => Err(Reason::CredentialsMisplaced),
        (Header::Bearer(text), None, _) => Ok(Some(Token { text, outside_authorization: false, unseen: None })),
        // A scheme that is not offered counts as absent beside a credential that is.
        (_, Some(value), _) => {
            *tried = Some(SchemeName::Bearer);
            let text = http::parse_token(value, whitespace)?;
            Ok(Some(Token { text, outside_authorization: true, unseen: None }))
        }
        (Header::Unsupported, None, _) => Err(Reason::SchemeUnsupported),
        (Header::Absent, None, _) => {
            // With the query method off the parameter is no credential, but its sender should learn why.
            if http::select_query_parameter(request.target, b"access_token") == QueryParameter::Absent {
                return Ok(None);
            }
            *tried = Some(SchemeName::Bearer);
            Err(Reason::CredentialsMisplaced)
        }
    }
}

enum Header<'r> {
    Absent,
    Bearer(&'r [u8]),
    Unsupported,
}

#[inline]
fn read_authorization<'r>(value: &'r [u8], word: SchemeWord<'_>, whitespace: Whitespace) -> Result<Header<'r>, Reason> {
    match word {
        SchemeWord::Bearer => http::parse_bearer(value, whitespace).map(Header::Bearer),
        SchemeWord::Other(_) => http::parse_credentials(value).map(|_| Header::Unsupported),
        SchemeWord::LoneToken => Err(Reason::BearerSchemeMissing),
        SchemeWord::Malformed => Err(Reason::AuthorizationMalformed),
    }
}
