//! What HTTP handed over: a borrowed view of one request.

use core::sync::atomic::AtomicU64;

use crate::time::Wall;

/// One header field line (RFC 9110 section 5.2), as it arrived.
#[derive(Clone, Copy)]
pub struct FieldLine<'a> {
    /// The field name; compared without case.
    pub name: &'a [u8],
    /// The field value, unmerged and untrimmed.
    pub value: &'a [u8],
}

impl<'a> FieldLine<'a> {
    /// A line with this name and value.
    pub fn new(name: &'a str, value: &'a [u8]) -> Self {
        FieldLine { name: name.as_bytes(), value }
    }
}

/// Prints the name and the length: values hold credentials.
impl core::fmt::Debug for FieldLine<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}: [{} bytes]", String::from_utf8_lossy(self.name), self.value.len())
    }
}

/// One request, borrowed for one check.
///
/// The host passes every line of the fields that [`crate::Policy::wanted_fields`] lists, unmerged
/// and in order; it need not pass others.
///
/// ```
/// use countersign::{FieldLine, Request, time::Wall};
///
/// let lines = [FieldLine::new("Authorization", b"Bearer abc")];
/// let request = Request::new("GET", "/v1/reports", &lines, Wall::from_nanos(1_700_000_000_000_000_000)).scopes("read:reports");
/// ```
#[derive(Clone, Copy)]
pub struct Request<'a> {
    pub(crate) method: &'a [u8],
    pub(crate) target: &'a [u8],
    pub(crate) lines: &'a [FieldLine<'a>],
    pub(crate) now: Wall,
    pub(crate) monotonic: Option<u64>,
    pub(crate) profile: Option<&'a str>,
    pub(crate) scopes: Option<&'a str>,
    pub(crate) client_cert_sha256: Option<&'a str>,
    pub(crate) counters: &'a [AtomicU64],
}

impl<'a> Request<'a> {
    /// A request with this method and target (a path or an absolute URI), at the wall time `now`.
    pub fn new(method: &'a str, target: &'a str, lines: &'a [FieldLine<'a>], now: Wall) -> Self {
        Request::from_bytes(method.as_bytes(), target.as_bytes(), lines, now)
    }

    /// The same from bytes that need not be UTF-8.
    pub fn from_bytes(method: &'a [u8], target: &'a [u8], lines: &'a [FieldLine<'a>], now: Wall) -> Self {
        Request {
            method,
            target,
            lines,
            now,
            monotonic: None,
            profile: None,
            scopes: None,
            client_cert_sha256: None,
            counters: &[],
        }
    }

    /// The host's monotonic clock in nanoseconds, the one of [`crate::time::Now`]. Without it no key set grows too
    /// old to use, and how long a fetch has to wait is not known at a denial.
    #[must_use]
    pub fn monotonic(mut self, nanos: u64) -> Self {
        self.monotonic = Some(nanos);
        self
    }

    /// Judges by the policy's profile with this name. A name that the policy does not have is an
    /// `internal_error`, never the unnamed profile.
    #[must_use]
    pub fn profile(mut self, name: &'a str) -> Self {
        self.profile = Some(name);
        self
    }

    /// Asks for these space-separated scopes in place of the policy's; `""` asks for none.
    #[must_use]
    pub fn scopes(mut self, scopes: &'a str) -> Self {
        self.scopes = Some(scopes);
        self
    }

    /// The SHA-256 of the client certificate's DER, as base64url (RFC 8705 section 3.1). It comes
    /// from the TLS layer, never from a field that a client could send.
    #[must_use]
    pub fn client_cert_sha256(mut self, thumbprint: &'a str) -> Self {
        self.client_cert_sha256 = Some(thumbprint);
        self
    }

    /// Counts the decision in this array of the host's, by reason (see [`crate::metrics`]).
    #[must_use]
    pub fn counters(mut self, counters: &'a [AtomicU64]) -> Self {
        self.counters = counters;
        self
    }
}

/// Prints neither target nor values: both can hold credentials.
impl core::fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Request")
            .field("method", &String::from_utf8_lossy(self.method))
            .field("lines", &self.lines)
            .field("profile", &self.profile)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}
