//! Why an input cannot be used: what was expected, and where. Holds no byte of it.

use core::fmt;

/// Why an input cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// Nothing but white space.
    Empty,
    /// Over [`super::INPUT_BYTES`].
    TooLong,
    /// None of the forms.
    Unknown,
    /// An address, which is not asked.
    Address,
    /// A curl command, which is not what curl wrote.
    Command,
    /// Output of `curl --trace` or `--trace-ascii`.
    Trace,
    /// curl told of its work and never came to a request.
    NeverSent,
    /// No request line and no status line.
    NoMessage,
    /// Over the bound of field lines in a head that begins on this line.
    TooManyLines(usize),
    /// Over the bound of exchanges.
    TooManyExchanges,
    /// JSON that breaks off or is none, at this line and column.
    Json(usize, usize),
    /// JSON that is no HAR file.
    NotHar,
    /// A HAR file without an entry.
    NoEntries,
    /// This entry of a HAR file is none: the member that is not as it must be is unknown.
    Entry(usize),
    /// No challenge: the scheme is missing.
    NoChallenge,
}

impl Unreadable {
    /// What to do about it.
    pub(crate) const fn next(self) -> &'static str {
        match self {
            Unreadable::Command => "run it with -v, and give what it writes: curl -v ... 2>&1 | countersign explain -",
            Unreadable::Address => {
                "nothing is sent from here: curl -v ADDRESS 2>&1 | countersign explain -, or countersign probe ADDRESS"
            }
            Unreadable::Trace => "run curl with -v in place of --trace",
            Unreadable::NeverSent => {
                "look at the connection first (name, port, TLS, proxy): no server has denied anything"
            }
            Unreadable::TooLong => "save a shorter recording, with the exchange that matters",
            Unreadable::NotHar => "give a HAR file, or of a token response the value of access_token alone",
            Unreadable::Json(..) | Unreadable::Entry(_) | Unreadable::NoEntries => {
                "save the HAR file once more (in the network panel: save all as HAR)"
            }
            _ => {
                "give it curl -v or -i output, an HTTP exchange, a HAR file, a token, a challenge or an Authorization \
                 field; --form says which it is"
            }
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreadable::Empty => f.write_str("the input is empty"),
            Unreadable::TooLong => write!(f, "longer than {} MiB", super::INPUT_BYTES >> 20),
            Unreadable::Unknown => f.write_str("none of the forms that are known: the first line begins none of them"),
            Unreadable::Address => f.write_str("line 1: an address, where what came of calling it is expected"),
            Unreadable::Command => f.write_str("line 1: a curl command, where its output is expected"),
            Unreadable::Trace => f.write_str("line 1: output of curl --trace, where that of curl -v is expected"),
            Unreadable::NeverSent => {
                f.write_str("curl told of its work, and never came to a request line (`> GET ...`)")
            }
            Unreadable::NoMessage => {
                f.write_str("no request line (`GET /path HTTP/1.1`) and no status line (`HTTP/1.1 401`) on any line")
            }
            Unreadable::TooManyLines(line) => {
                write!(f, "line {line}: a head of more than {} field lines", super::LINES)
            }
            Unreadable::TooManyExchanges => write!(f, "more than {} exchanges", super::EXCHANGES),
            Unreadable::Json(line, column) => write!(f, "{line}:{column}: not valid JSON, or cut off"),
            Unreadable::NotHar => f.write_str("JSON without `log.entries`, so no HAR file"),
            Unreadable::NoEntries => f.write_str("a HAR file without an entry"),
            Unreadable::Entry(entry) => {
                write!(f, "entry {entry}: expected `request` (method, url, headers) and `response` (status, headers)")
            }
            Unreadable::NoChallenge => {
                f.write_str("line 1: expected a scheme and its parameters, as Bearer realm=\"x\"")
            }
        }
    }
}
