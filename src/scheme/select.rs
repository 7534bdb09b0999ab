//! Which credential of a request counts (RFC 9110 section 11.6.2, RFC 6750 section 2).
//!
//! Two presented in any way are refused, so that no front and no proxy can read another one than we do. A
//! cookie, which a browser sends unasked, counts only beside none; an Authorization of a scheme that the
//! policy has no section for counts as absent beside any.

use super::lines::Lines;
use super::session::{has_session_cookie, select_session_cookie};
use crate::detail::Detail;
use crate::http::{self, QueryParameter, SchemeWord, Whitespace};
use crate::policy::Compiled;
use crate::reason::Reason;
use crate::request::Request;
use crate::scheme_name::SchemeName;

/// The one credential of a request, as it was presented.
pub(crate) enum Credentials<'r> {
    Token(Token<'r>),
    /// The token68 of Basic.
    Basic(&'r [u8]),
    /// An API key with the white space around it, and what stood between it and its scheme.
    ApiKey(&'r [u8]),
    /// The value of the query parameter of API keys, with its escapes.
    ApiKeyParameter(&'r [u8]),
}

/// A token as it was presented.
pub(crate) struct Token<'r> {
    pub(crate) text: &'r [u8],
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

/// What is known of a credential beside itself, also where it is refused.
#[derive(Default)]
pub(crate) struct Tried {
    pub(crate) scheme: Option<SchemeName>,
    pub(crate) detail: Option<Detail>,
    /// Whether it stands anywhere but in Authorization.
    pub(crate) outside_authorization: bool,
}

/// What the Authorization line says.
enum Header<'r> {
    Absent,
    Credentials(Credentials<'r>, SchemeName),
    Unsupported,
}

/// The scheme that was tried, as far as it can be told without judging the credentials.
pub(crate) fn tried_scheme(request: &Request<'_>, lines: &Lines<'_>, policy: &Compiled) -> Option<SchemeName> {
    let (count, elsewhere) = lines.elsewhere();
    match (lines.word.and_then(|word| scheme_of(word, policy)), lines.authorization_count) {
        // Several at once name a scheme if it is that of all of them.
        (Some(scheme), 1) => Some(scheme).filter(|_| count == 0 || elsewhere == Some(scheme)),
        // A scheme that the policy lacks counts as absent beside credentials elsewhere.
        (None, 0 | 1) if count > 0 => elsewhere,
        (None, 0 | 1) => has_session_cookie(request, lines, policy).then_some(SchemeName::Bearer),
        _ => {
            let lines = request.lines.iter().filter(|line| http::field_name_eq(line.name, b"authorization"));
            let mut schemes = lines.map(|line| scheme_of(http::select_scheme(line.value), policy));
            let first = schemes.next().flatten();
            first.filter(|_| schemes.all(|scheme| scheme == first))
        }
    }
}

/// The scheme that a word names, if the policy has a section for it.
fn scheme_of(word: SchemeWord<'_>, policy: &Compiled) -> Option<SchemeName> {
    let key_scheme = || policy.api_key.as_ref().and_then(|keys| keys.scheme.as_deref());
    match word {
        SchemeWord::Bearer => policy.bearer.as_ref().map(|_| SchemeName::Bearer),
        SchemeWord::Other(word) if word.eq_ignore_ascii_case("basic") => {
            policy.basic.as_ref().map(|_| SchemeName::Basic)
        }
        SchemeWord::Other(word) => {
            key_scheme().filter(|name| word.eq_ignore_ascii_case(name)).map(|_| SchemeName::ApiKey)
        }
        SchemeWord::LoneToken | SchemeWord::Malformed => None,
    }
}

/// The one credential of the request; `None` if it has none at all. What is known of it is left in `tried`.
pub(crate) fn select_credentials<'r>(
    request: &Request<'r>,
    lines: &Lines<'r>,
    policy: &Compiled,
    tried: &mut Tried,
) -> Result<Option<Credentials<'r>>, Reason> {
    let (count, scheme) = lines.elsewhere();
    // A token that decodes needs no look at its alphabet before that.
    if count == 0
        && let (Some(value), Some(SchemeWord::Bearer)) = (lines.authorization, lines.word)
        && policy.bearer.as_ref().is_some_and(|bearer| bearer.sources.authorization)
        && let Some(text) = http::parse_likely_bearer(value, policy.whitespace)
    {
        return Ok(Some(Credentials::Token(Token { text, unseen: Some((value, policy.whitespace)) })));
    }
    let header = match (lines.authorization, lines.word) {
        (Some(value), Some(word)) => read_authorization(value, word, policy, tried).inspect_err(|_| {
            // What is wrong is the line, whatever else was sent.
            tried.scheme = scheme_of(word, policy);
        })?,
        _ => Header::Absent,
    };
    match (header, count) {
        (Header::Credentials(_, named), 1..) => {
            tried.scheme = scheme.filter(|scheme| *scheme == named);
            Err(Reason::MultipleTokenMethods)
        }
        (Header::Credentials(Credentials::Token(_), _), 0) if !reads_authorization(policy) => {
            Err(Reason::CredentialsMisplaced)
        }
        (Header::Credentials(credentials, _), 0) => Ok(Some(credentials)),
        (_, 1..) => {
            tried.scheme = scheme;
            tried.outside_authorization = true;
            select_elsewhere(lines, count, policy, tried).map(Some)
        }
        (header, 0) => {
            if let Some(value) = select_session_cookie(request, lines, policy, tried)? {
                tried.outside_authorization = true;
                let text = http::parse_token(value, policy.whitespace)?;
                return Ok(Some(Credentials::Token(Token { text, unseen: None })));
            }
            if matches!(header, Header::Unsupported) {
                return Err(Reason::SchemeUnsupported);
            }
            // With the query method off the parameter is no credential, but its sender should learn why.
            let is_misplaced = policy.bearer.is_some()
                && http::select_query_parameter(request.target, b"access_token") != QueryParameter::Absent;
            if is_misplaced {
                tried.scheme = Some(SchemeName::Bearer);
                return Err(Reason::CredentialsMisplaced);
            }
            Ok(None)
        }
    }
}

fn reads_authorization(policy: &Compiled) -> bool {
    policy.bearer.as_ref().is_some_and(|bearer| bearer.sources.authorization)
}

/// The credential outside Authorization and cookies, if it is one alone.
fn select_elsewhere<'r>(
    lines: &Lines<'r>,
    count: usize,
    policy: &Compiled,
    tried: &mut Tried,
) -> Result<Credentials<'r>, Reason> {
    if count > 1 && count == lines.keys_in_fields {
        tried.detail = Some(Detail::KeyRepeated);
        return Err(Reason::ApiKeyMalformed);
    }
    match (count, lines.tokens.first, lines.keys.first) {
        (1, Some(value), _) => {
            let text = http::parse_token(value, policy.whitespace)?;
            Ok(Credentials::Token(Token { text, unseen: None }))
        }
        (1, _, Some(value)) if lines.keys_in_fields == 0 => Ok(Credentials::ApiKeyParameter(value)),
        (1, _, Some(value)) => Ok(Credentials::ApiKey(value)),
        _ => Err(Reason::MultipleTokenMethods),
    }
}

#[inline]
fn read_authorization<'r>(
    value: &'r [u8],
    word: SchemeWord<'r>,
    policy: &Compiled,
    tried: &mut Tried,
) -> Result<Header<'r>, Reason> {
    let behind = |scheme: &str| http::trim_ows(value).get(scheme.len()..).unwrap_or_default();
    match (scheme_of(word, policy), word) {
        (Some(scheme @ SchemeName::Bearer), _) => {
            let text = http::parse_bearer(value, policy.whitespace)?;
            Ok(Header::Credentials(Credentials::Token(Token { text, unseen: None }), scheme))
        }
        (Some(scheme @ SchemeName::Basic), SchemeWord::Other(word)) => {
            let token = http::parse_basic(behind(word), policy.whitespace).map_err(|fault| {
                tried.detail = fault.detail;
                fault.reason
            })?;
            Ok(Header::Credentials(Credentials::Basic(token), scheme))
        }
        (Some(scheme), SchemeWord::Other(word)) => {
            let rest = behind(word);
            if http::names_second_scheme(rest) {
                return Err(Reason::AuthorizationRepeated);
            }
            // A TAB is no white space there (REQ-HTTP-04).
            let key = rest.iter().position(|byte| *byte != b' ').and_then(|at| rest.get(at..)).unwrap_or_default();
            let slip = match key {
                [] => Some(Detail::CredentialsEmpty),
                [b'\t', ..] => Some(Detail::SpaceInside),
                _ if policy.whitespace == Whitespace::Strict && rest.len() > key.len() + 1 => Some(Detail::SpaceStray),
                _ => None,
            };
            if slip.is_some() {
                tried.detail = slip;
                return Err(Reason::ApiKeyMalformed);
            }
            Ok(Header::Credentials(Credentials::ApiKey(rest), scheme))
        }
        (_, SchemeWord::LoneToken) if policy.bearer.is_some() => Err(Reason::BearerSchemeMissing),
        (_, SchemeWord::LoneToken) => Ok(Header::Unsupported),
        (_, SchemeWord::Malformed) => Err(Reason::AuthorizationMalformed),
        // Grammar alone: the slips behind the word Bearer are for policies that take tokens.
        (_, SchemeWord::Bearer | SchemeWord::Other(_)) => match http::parse_credentials(value) {
            Ok(_) => Ok(Header::Unsupported),
            Err(Reason::AuthorizationRepeated) => Err(Reason::AuthorizationRepeated),
            Err(_) => Err(Reason::AuthorizationMalformed),
        },
    }
}
