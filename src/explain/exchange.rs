//! What is at hand of an exchange: views of it, all of them optional.

use crate::reason::Reason;
use crate::request::FieldLine;
use crate::time::Wall;

/// One exchange, as much of it as is at hand. Borrowed for one call of [`super::explain`].
///
/// More gives better findings: the request head tells slips, the response head what the server says, policy and keys
/// prove the cause.
#[derive(Clone, Copy, Default)]
pub struct Exchange<'a> {
    /// The request that the response is for, as it was sent or as it arrived.
    pub request: Option<RequestHead<'a>>,
    /// The response.
    pub response: Option<ResponseHead<'a>>,
    /// The redirects that came before the response, in order.
    pub redirects: &'a [Redirect<'a>],
    /// The token, where the request does not hold it or was recorded without.
    pub token: Option<&'a [u8]>,
    /// The policy that judges such requests.
    pub policy: Option<PolicyText<'a>>,
    /// Key sets by the name of their issuer, as [`crate::KeyStore::set_keys`] takes them.
    pub keys: &'a [(&'a str, &'a [u8])],
    /// The policy's profile; `None` is the unnamed one.
    pub profile: Option<&'a str>,
    /// The scopes that the call asks for, in place of the policy's.
    pub scopes: Option<&'a str>,
    /// Token ids (`jti`) that were revoked.
    pub revoked: &'a [&'a str],
    /// When the request was judged. Without it the response's Date is taken, and nothing is said of times if that is
    /// missing too.
    pub now: Option<Wall>,
    /// The reason that the server's check gave, from its decision or its log, where one is at hand; what a reader of
    /// the log knows without the policy. [`Reason::Undecided`] is none.
    pub reason: Option<Reason>,
}

/// The head of a request.
#[derive(Clone, Copy)]
pub struct RequestHead<'a> {
    /// The method.
    pub method: &'a str,
    /// A path or an absolute URI; only the latter tells the origin and whether TLS was used.
    pub target: &'a str,
    /// The header field lines, unmerged and in order.
    pub headers: &'a [FieldLine<'a>],
    /// The SHA-256 of the client certificate's DER, as base64url (RFC 8705 section 3.1).
    pub client_cert_sha256: Option<&'a str>,
}

/// The head of a response, and its body.
#[derive(Clone, Copy)]
pub struct ResponseHead<'a> {
    /// The status.
    pub status: u16,
    /// The header field lines, unmerged and in order.
    pub headers: &'a [FieldLine<'a>],
    /// The body; only the front of it is looked at ([`crate::limits::EXPLAIN_BODY_BYTES`]).
    pub body: &'a [u8],
}

/// A redirect on the way to the response.
#[derive(Clone, Copy)]
pub struct Redirect<'a> {
    /// Its status, as 302.
    pub status: u16,
    /// The address that was asked, if that is known.
    pub from: Option<&'a str>,
    /// The value of its Location field.
    pub location: &'a str,
}

/// A policy document, with what it refers to.
#[derive(Clone, Copy)]
pub struct PolicyText<'a> {
    /// The JSON document.
    pub json: &'a [u8],
    /// The bytes for its `{"ref": ...}`, by name, as [`crate::Policy::load`] takes them.
    pub refs: &'a [(&'a str, &'a [u8])],
}

/// Prints neither values nor bodies: all of them can hold credentials.
impl core::fmt::Debug for Exchange<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Exchange")
            .field("request", &self.request)
            .field("response", &self.response)
            .field("redirects", &self.redirects.len())
            .field("token_bytes", &self.token.map(<[u8]>::len))
            .field("policy_bytes", &self.policy.map(|policy| policy.json.len()))
            .field("key_sets", &self.keys.len())
            .field("now", &self.now)
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}

impl core::fmt::Debug for RequestHead<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "RequestHead of {} bytes of target, {} lines", self.target.len(), self.headers.len())
    }
}

impl core::fmt::Debug for ResponseHead<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "ResponseHead {} with {} lines, {} bytes", self.status, self.headers.len(), self.body.len())
    }
}

impl core::fmt::Debug for Redirect<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Redirect {}", self.status)
    }
}

impl core::fmt::Debug for PolicyText<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "PolicyText of {} bytes", self.json.len())
    }
}
