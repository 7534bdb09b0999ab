//! The one type that every form is read into. Owns its bytes; its `Debug` tells numbers, never a value.

use core::fmt;

/// A field line: name and value as they came.
pub(crate) type Line = (Vec<u8>, Vec<u8>);

/// The forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// `curl -v`.
    CurlVerbose,
    /// `curl -iv`: the heads stand twice.
    CurlBoth,
    /// `curl -i` or `curl -I`: responses alone.
    CurlInclude,
    /// Requests and responses as they go over the wire, or field lines.
    Http,
    /// HTTP Archive 1.2, as browsers save it.
    Har,
    /// A token alone.
    Token,
    /// WWW-Authenticate or Proxy-Authenticate, with or without the name.
    Challenge,
    /// Authorization or another field with credentials, with or without the name.
    Authorization,
}

impl Form {
    /// What `--form` takes, in the order of the help.
    pub(crate) const WORDS: [(&'static str, Form); 8] = [
        ("curl-v", Form::CurlVerbose),
        ("curl-i", Form::CurlInclude),
        ("curl-iv", Form::CurlBoth),
        ("http", Form::Http),
        ("har", Form::Har),
        ("token", Form::Token),
        ("challenge", Form::Challenge),
        ("authorization", Form::Authorization),
    ];

    /// The form as a sentence names it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Form::CurlVerbose => "curl -v output",
            Form::CurlBoth => "curl -iv output",
            Form::CurlInclude => "curl -i output",
            Form::Http => "a raw HTTP exchange",
            Form::Har => "a HAR file",
            Form::Token => "a token",
            Form::Challenge => "a challenge",
            Form::Authorization => "an Authorization field",
        }
    }

    /// The word of `--form`.
    pub(crate) fn word(self) -> &'static str {
        Form::WORDS.iter().find(|(_, form)| *form == self).map_or("http", |(word, _)| word)
    }
}

/// A request.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Sent {
    /// The method; empty where the form does not tell it.
    pub(crate) method: Vec<u8>,
    /// The target, absolute where the form tells scheme and host; empty where it does not tell it.
    pub(crate) target: Vec<u8>,
    /// The field lines in order.
    pub(crate) lines: Vec<Line>,
}

/// A response.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    /// The status; 0 where there was no response to read, or where the form does not tell it.
    pub(crate) status: u16,
    /// The field lines in order.
    pub(crate) lines: Vec<Line>,
    /// The beginning of the body, at most [`super::BODY_BYTES`].
    pub(crate) body: Vec<u8>,
}

/// One request with its response, as far as the form has them.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Exchange {
    /// What was sent.
    pub(crate) sent: Option<Sent>,
    /// What came back.
    pub(crate) heard: Option<Heard>,
    /// Where in the input it begins, counted from 1: the line, or the entry of a HAR file.
    pub(crate) place: usize,
    /// When it began, in seconds since 1970, where the form tells it beside the fields.
    pub(crate) started: Option<i64>,
}

impl Exchange {
    /// The status, or 0.
    pub(crate) fn status(&self) -> u16 {
        self.heard.as_ref().map_or(0, |heard| heard.status)
    }
}

/// What an input holds.
#[derive(PartialEq, Eq)]
pub(crate) struct Found {
    /// As what it was read.
    pub(crate) form: Form,
    /// Its exchanges in order; none where it is a token.
    pub(crate) exchanges: Vec<Exchange>,
    /// A token that stood alone.
    pub(crate) token: Option<Vec<u8>>,
}

/// The value of the first line of this name.
pub(crate) fn field<'l>(lines: &'l [Line], name: &str) -> Option<&'l [u8]> {
    lines.iter().find(|(found, _)| found.eq_ignore_ascii_case(name.as_bytes())).map(|(_, value)| value.as_slice())
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = |lines: Option<usize>| lines.unwrap_or_default();
        write!(
            f,
            "Exchange(place {}, {} lines sent, status {}, {} lines heard)",
            self.place,
            lines(self.sent.as_ref().map(|sent| sent.lines.len())),
            self.status(),
            lines(self.heard.as_ref().map(|heard| heard.lines.len())),
        )
    }
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let token = self.token.as_ref().map_or(0, Vec::len);
        write!(f, "Found({:?}, {:?}, a token of {token} bytes)", self.form, self.exchanges)
    }
}
