//! The answer to one request, and the working memory that the next one reuses.

use core::fmt;

use zeroize::Zeroize as _;

use crate::arena::Sink as _;
use crate::detail::Detail;
use crate::jose::HeaderMemory;
use crate::json::{Node, Value};
use crate::reason::Reason;
use crate::scheme_name::SchemeName;
use crate::store::{Known, Proof};

/// What a check found: status, reason, fields to send, identity, claims.
///
/// Rests as a denial (`undecided`, 500) until a check has let the request through. It owns its
/// memory and borrows nothing from request, verifier or keys. One thread uses it at a time and
/// reuses it: once it has met a token of the usual size, checks allocate nothing.
#[derive(Default)]
pub struct Decision {
    pub(crate) facts: Facts,
    pub(crate) memory: Memory,
}

/// Everything about a decision but the text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts {
    pub(crate) reason: Reason,
    pub(crate) http_status: u16,
    pub(crate) scheme: Option<SchemeName>,
    /// Whether the credential stood anywhere but in Authorization.
    pub(crate) outside_authorization: bool,
    pub(crate) issuer: Option<Span>,
    pub(crate) subject: Option<Span>,
    pub(crate) key_id: Option<Span>,
    /// What wrong tries are counted by.
    pub(crate) attempt: Option<Span>,
    pub(crate) detail: Option<Detail>,
    pub(crate) body: Option<Span>,
    pub(crate) need_issuer: Option<Span>,
    pub(crate) need_uri: Option<Span>,
    /// See [`Need::Keys`].
    pub(crate) need_generation: u64,
    /// Bytes of claims, for an allowed token: in front of [`Memory::token`], or in [`Memory::known`].
    pub(crate) claims: Option<u32>,
}

impl Default for Facts {
    fn default() -> Self {
        Facts {
            reason: Reason::Undecided,
            http_status: Reason::Undecided.http_status(),
            scheme: None,
            outside_authorization: false,
            issuer: None,
            subject: None,
            key_id: None,
            attempt: None,
            detail: None,
            body: None,
            need_issuer: None,
            need_uri: None,
            need_generation: 0,
            claims: None,
        }
    }
}

/// The buffers of a decision; they grow to what the largest token so far needed and stay.
#[derive(Default)]
pub(crate) struct Memory {
    /// The JOSE header of the last token, which is often that of the next one.
    pub(crate) header: HeaderMemory,
    /// The decoded payload, with the decoded signature behind it while a check runs.
    pub(crate) token: Vec<u8>,
    /// What was remembered of the token; its payload is empty where the token was decoded.
    pub(crate) known: Known,
    /// The tape of the payload.
    pub(crate) tape: Vec<Node>,
    /// Identity, field values and body.
    pub(crate) text: Vec<u8>,
    pub(crate) fields: Vec<(FieldName, Span)>,
    /// A user name and a password, or a key whose escapes were undone; wiped as soon as the check is over, or its work taken.
    pub(crate) secret: Vec<u8>,
    pub(crate) pending: Option<PendingHash>,
}

/// A slow hash that has to be run before the request can be judged.
#[derive(Clone)]
pub(crate) struct PendingHash {
    /// The record whose hash it is.
    pub(crate) place: usize,
    /// Whether the record is the user's own.
    pub(crate) is_user: bool,
    pub(crate) proof: Proof,
    /// Where the password stands in [`Memory::secret`].
    pub(crate) password: core::ops::Range<usize>,
}

/// A piece of [`Memory::text`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) len: u32,
}

/// The names of the fields that a decision can ask to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldName {
    WwwAuthenticate,
    CacheControl,
    RetryAfter,
    AccessControlExposeHeaders,
}

impl FieldName {
    pub(crate) const ALL: [FieldName; 4] = [
        FieldName::WwwAuthenticate,
        FieldName::CacheControl,
        FieldName::RetryAfter,
        FieldName::AccessControlExposeHeaders,
    ];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            FieldName::WwwAuthenticate => "WWW-Authenticate",
            FieldName::CacheControl => "Cache-Control",
            FieldName::RetryAfter => "Retry-After",
            FieldName::AccessControlExposeHeaders => "Access-Control-Expose-Headers",
        }
    }
}

/// What the host must do before the same request can pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Need<'a> {
    /// Take what [`crate::KeyStore::next_fetch`] has, and check again once the issuer's
    /// [`crate::KeyStore::generation`] is over this one; a host without that loop may fetch the set itself and
    /// hand it to [`crate::KeyStore::set_keys`].
    Keys {
        /// The issuer as the policy names it.
        issuer: &'a str,
        /// Where its JWK Set is; `None` if its metadata tell.
        jwks_uri: Option<&'a str>,
        /// Which of the issuer's sets judged the token; 0 for none.
        generation: u64,
    },
    /// Run the hash of a password, which takes as long as it was made to: take it by [`crate::Verifier::slow_hash`],
    /// run it where blocking is allowed, and check again by [`crate::Verifier::resume`].
    SlowHash,
}

impl Decision {
    /// An undecided decision, which denies.
    pub fn new() -> Self {
        Decision::default()
    }

    /// Whether the request is let through. It may still be anonymous: see [`Decision::authenticated`].
    pub fn allowed(&self) -> bool {
        self.facts.reason.is_allowed()
    }

    /// Whether the request is let through and its credential proved an identity.
    pub fn authenticated(&self) -> bool {
        self.facts.reason == Reason::Ok
    }

    /// Why.
    pub fn reason(&self) -> Reason {
        self.facts.reason
    }

    /// 200, 400, 401, 403, 500 or 503.
    pub fn http_status(&self) -> u16 {
        self.facts.http_status
    }

    /// The scheme that was tried, also when its credentials were malformed.
    pub fn scheme(&self) -> Option<SchemeName> {
        self.facts.scheme
    }

    /// The token's issuer, once its signature held; on denials too.
    pub fn issuer(&self) -> Option<&str> {
        self.text(self.facts.issuer)
    }

    /// The token's subject, once its signature held; on denials too.
    pub fn subject(&self) -> Option<&str> {
        self.text(self.facts.subject)
    }

    /// The `kid` of the key whose signature held; on denials too.
    pub fn key_id(&self) -> Option<&str> {
        self.text(self.facts.key_id)
    }

    /// What exactly was wrong with the credentials, where the reason alone does not say; for logs, never for the caller.
    pub fn detail(&self) -> Option<Detail> {
        self.facts.detail
    }

    /// What to count wrong passwords by: a keyed digest of the user name that was tried, as hexadecimal digits, the
    /// same in every process with this policy. The name itself is for no log: a password may have been typed there.
    ///
    /// There for every readable Basic credential, right or wrong. How many tries are too many is the host's to say.
    pub fn attempt_key(&self) -> Option<&str> {
        self.text(self.facts.attempt)
    }

    /// The fields that the host adds to its response, in order, one line each.
    pub fn fields(&self) -> Fields<'_> {
        Fields { decision: self, at: 0 }
    }

    /// The problem document (RFC 9457) to send with a denial, as `application/problem+json`; empty when allowed.
    pub fn body(&self) -> &str {
        self.text(self.facts.body).unwrap_or("")
    }

    /// What the host must do before the same request can pass.
    pub fn need(&self) -> Option<Need<'_>> {
        if self.facts.reason == Reason::CheckPending {
            return Some(Need::SlowHash);
        }
        Some(Need::Keys {
            issuer: self.text(self.facts.need_issuer)?,
            jwks_uri: self.text(self.facts.need_uri),
            generation: self.facts.need_generation,
        })
    }

    /// The claims of an allowed token; `None` for every denial, whatever the token said.
    pub fn claims(&self) -> Option<Value<'_>> {
        Value::root(self.payload()?, &self.memory.tape)
    }

    /// The text of the claims, under the same terms.
    pub(super) fn payload(&self) -> Option<&str> {
        let length = usize::try_from(self.facts.claims?).ok()?;
        if !self.authenticated() {
            return None;
        }
        let Memory { token, known, .. } = &self.memory;
        match known.payload.as_str() {
            "" => core::str::from_utf8(token.get(..length)?).ok(),
            payload => payload.get(..length),
        }
    }

    /// Goes back to the resting state, which denies; the memory is kept.
    pub fn reset(&mut self) {
        self.facts = Facts::default();
        self.memory.text.clear();
        self.memory.known.payload.clear();
        self.memory.fields.clear();
        self.memory.forget_secret();
    }

    pub(crate) fn text(&self, span: Option<Span>) -> Option<&str> {
        let range = span?.range()?;
        core::str::from_utf8(self.memory.text.get(range)?).ok()
    }
}

impl Memory {
    /// Wipes user name and password, and forgets the work that is left to do.
    #[inline]
    pub(crate) fn forget_secret(&mut self) {
        if !self.secret.is_empty() {
            self.secret.zeroize();
        }
        self.pending = None;
    }

    /// The slow hash that is left to do, with its password, which does not stay here.
    pub(crate) fn take_pending(&mut self) -> Option<(PendingHash, Vec<u8>)> {
        let hash = self.pending.take()?;
        let password = self.secret.get(hash.password.clone()).map(<[u8]>::to_vec);
        self.secret.zeroize();
        Some((hash, password?))
    }

    /// Appends a text and tells where it stands.
    pub(crate) fn put_text(sink: &mut Vec<u8>, text: &str) -> Span {
        let start = sink.len();
        sink.put(text.as_bytes());
        Span::of(start, sink.len())
    }

    /// Appends bytes as hexadecimal digits and tells where they stand.
    pub(crate) fn put_hexadecimal(sink: &mut Vec<u8>, bytes: &[u8; 16]) -> Span {
        let start = sink.len();
        let digit = |value: u8| if value < 10 { b'0' + value } else { b'a' + value - 10 };
        for byte in bytes {
            sink.put(&[digit(byte >> 4), digit(byte & 15)]);
        }
        Span::of(start, sink.len())
    }

    /// Appends what `write` puts to the text and tells where it stands.
    #[inline]
    pub(crate) fn write_text(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Span {
        let start = self.text.len();
        write(&mut self.text);
        Span::of(start, self.text.len())
    }

    pub(crate) fn push_text(&mut self, text: &str) -> Span {
        self.write_text(|sink| sink.put(text.as_bytes()))
    }
}

impl Span {
    pub(crate) fn of(start: usize, end: usize) -> Span {
        let word = |value| u32::try_from(value).unwrap_or(u32::MAX);
        Span { start: word(start), len: word(end - start) }
    }

    pub(crate) fn range(self) -> Option<core::ops::Range<usize>> {
        let start = usize::try_from(self.start).ok()?;
        Some(start..start.checked_add(usize::try_from(self.len).ok()?)?)
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.forget_secret();
    }
}

/// Prints what may stand in a log: no claims, no subject.
impl fmt::Debug for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decision")
            .field("http_status", &self.http_status())
            .field("reason", &self.reason().name())
            .field("scheme", &self.scheme())
            .field("issuer", &self.issuer())
            .field("key_id", &self.key_id())
            .finish_non_exhaustive()
    }
}

/// See [`Decision::fields`].
pub struct Fields<'a> {
    decision: &'a Decision,
    at: usize,
}

impl<'a> Iterator for Fields<'a> {
    type Item = (&'static str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let &(name, value) = self.decision.memory.fields.get(self.at)?;
        self.at += 1;
        Some((name.as_str(), self.decision.text(Some(value))?))
    }
}
