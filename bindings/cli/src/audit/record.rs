//! One exchange as a log tells it, borrowed from the reader's buffer. Nothing of it may be kept as it stands.

/// What a log says of one request and its response.
#[derive(Clone, Copy, Default)]
pub(super) struct Record<'a> {
    /// The line, or the entry of a HAR file, counted from 1.
    pub(super) place: u64,
    /// When it began (HAR) or was logged, in milliseconds since 1970.
    pub(super) millis: Option<i64>,
    /// How long it took, in milliseconds.
    pub(super) took: Option<i64>,
    /// Who asked: an address, and what else tells clients behind one address apart.
    pub(super) client: &'a [u8],
    pub(super) agent: &'a [u8],
    pub(super) user: &'a [u8],
    pub(super) method: &'a [u8],
    pub(super) host: &'a [u8],
    /// A path or an absolute URI, with its query.
    pub(super) target: &'a [u8],
    pub(super) status: u16,
    /// The lines of WWW-Authenticate (Proxy-Authenticate for 407).
    pub(super) challenges: Logged<&'a [&'a [u8]]>,
    /// Whether the request had credentials: Authorization, Proxy-Authorization or Cookie.
    pub(super) credentials: Logged<bool>,
    /// Whether the response came from a cache.
    pub(super) cached: bool,
    /// A word of the core's table of reasons, where the log has one.
    pub(super) reason: &'a [u8],
}

/// What a log may or may not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Logged<T> {
    /// The log has no place for it.
    #[default]
    No,
    /// The log says this.
    Yes(T),
}

impl Record<'_> {
    /// Whether this is one of the refusals that an audit groups.
    pub(super) fn is_refused(&self) -> bool {
        matches!(self.status, 401 | 403 | 407 | 503)
    }
}
