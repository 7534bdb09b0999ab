//! Challenges as a client has heard them, and what had to be tolerated.

use core::fmt;

use crate::words::words;

/// One challenge, in texts of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeardChallenge {
    /// The scheme as written; compare it with [`HeardChallenge::is_scheme`].
    pub scheme: String,
    /// What stands behind the scheme in place of parameters.
    pub token68: Option<String>,
    /// The parameters in the order sent: names in lower case, each once, values without quotes and escapes. Bytes that
    /// are no UTF-8 are replaced.
    pub params: Vec<(String, String)>,
}

impl HeardChallenge {
    /// Whether the scheme is `scheme`; schemes compare without case (REQ-HTTP-01).
    pub fn is_scheme(&self, scheme: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
    }

    /// The value of the parameter with this name, in lower case.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

/// What was read of a response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The challenges that could be read, in order.
    pub challenges: Vec<HeardChallenge>,
    /// What had to be tolerated or left out, in order; of a great many only the first.
    pub warnings: Vec<Warning>,
}

/// Something that a server should not have sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Warning {
    /// What it is.
    pub tolerance: Tolerance,
    /// The field line, counted from 0.
    pub value: usize,
    /// Bytes from the start of that line.
    pub offset: usize,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "field line {} at byte {}: {}", self.value, self.offset, self.tolerance.text())
    }
}

words! {
    /// What is tolerated when a challenge is read.
    Tolerance {
        CommaMissing = 1, "comma_missing", "No comma stands before a parameter or a challenge.";
        Semicolon = 2, "semicolon", "A semicolon stands in place of a comma.";
        ValueUnquoted = 3, "value_unquoted", "A value that needs quotes has none.";
        ParamRepeated = 4, "param_repeated", "A parameter stands in one challenge twice; the first counts.";
        ParamStray = 5, "param_stray", "A parameter stands where no challenge can have it, and is left out.";
        SchemeColon = 6, "scheme_colon", "A colon stands behind the scheme.";
        TabBehindScheme = 7, "tab_behind_scheme", "A tab stands behind the scheme in place of a space.";
        QuoteUnclosed = 8, "quote_unclosed", "A quoted value has no end; its challenge and the rest of the line are left out.";
        QuoteStray = 9, "quote_stray", "A quote stands where none can, so that nobody can tell what is quoted; its challenge and the rest of the line are left out.";
        NotUtf8 = 10, "not_utf8", "A value holds bytes that are no UTF-8, and these are replaced.";
        Unreadable = 11, "unreadable", "What stands here is neither a challenge nor a parameter, and is left out.";
        TooMuch = 12, "too_much", "There is more than is read: too long a line, too many challenges or parameters.";
    }
}
