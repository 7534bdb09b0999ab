//! What a client knows when a response has come: the response, what was sent, and what it can do.

use super::before::is_same_origin;
use crate::request::FieldLine;
use crate::scheme_name::SchemeName;

/// A response, as far as it matters here.
#[derive(Clone, Copy, Debug, Default)]
pub struct Response<'a> {
    /// The HTTP status; 0 if no response came at all.
    pub status: u16,
    /// The field lines, unmerged and in order; at least WWW-Authenticate, Retry-After and DPoP-Nonce.
    pub fields: &'a [FieldLine<'a>],
    /// The URL that answered, behind all redirects that were followed; `None` if the client does not tell.
    pub url: Option<&'a str>,
}

/// What was sent with the request.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sent<'a> {
    /// The scheme of the credential; `None` if there was none.
    pub scheme: Option<SchemeName>,
    /// When the token ends, if that is known: seconds since 1970.
    pub expires: Option<i64>,
    /// Whether the client has a newer token by now than the one that was sent (REQ-CLIENT-12).
    pub is_superseded: bool,
    /// The URL that the credential was sent to; `None` if the client does not tell.
    pub url: Option<&'a str>,
}

/// What the client can do.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own, and callers name them")]
pub struct Abilities<'a> {
    /// Whether there is a refresh token (RFC 6749 section 6).
    pub refresh: bool,
    /// Whether a person can be asked to log in or to consent.
    pub interactive: bool,
    /// The schemes that the client has credentials for, or could get them.
    pub schemes: &'a [SchemeName],
    /// Whether the request can be sent again: its body is there once more.
    pub replay: bool,
    /// Whether the request may be carried out twice, as one by GET or PUT may (RFC 9110 section 9.2.2): then it is sent
    /// again although nobody knows whether it arrived (REQ-CLIENT-22).
    pub idempotent: bool,
    /// Whether a 401 that says nothing is no ground for a refresh, unless the token is known to be past its end.
    pub strict: bool,
    /// Whether a password may go to an origin that offered more before (REQ-CLIENT-24).
    pub downgrade: bool,
}

impl Sent<'_> {
    /// Whether the credential is an access token.
    pub(super) fn has_token(&self) -> bool {
        matches!(self.scheme, Some(SchemeName::Bearer | SchemeName::Dpop))
    }

    /// Whether the response is another origin's than the one that the request was for (REQ-CLIENT-19).
    pub(super) fn is_answered_elsewhere(&self, response: &Response<'_>) -> bool {
        self.url.zip(response.url).is_some_and(|(sent, answered)| !is_same_origin(sent, answered))
    }

    /// Whether the token is known to have ended by `now`.
    pub(super) fn is_past(&self, now: i64) -> bool {
        self.expires.is_some_and(|end| end <= now)
    }
}
