//! How a command ends: an answer, or a fault of what it was given.

use countersign::Reason;

/// The answer of a command, which is also its exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Allowed, loaded, readable: exit code 0.
    Yes,
    /// Denied, refused, not readable: exit code 1.
    No,
    /// Nothing worse than warnings: exit code 3.
    Warned,
}

impl Answer {
    /// [`Answer::Yes`] if `holds`.
    pub(crate) fn from_bool(holds: bool) -> Answer {
        if holds { Answer::Yes } else { Answer::No }
    }
}

/// Why a command has no answer: exit code 2. Holds no byte of a token.
#[derive(Debug)]
pub(crate) struct Fault {
    /// The reason of the core's table, where one fits.
    pub(crate) reason: Option<Reason>,
    /// What is wrong, one or more lines.
    pub(crate) message: String,
    /// Where in a document, as a JSON Pointer.
    pub(crate) pointer: Option<String>,
    /// What to do about it.
    pub(crate) next: Option<String>,
}

impl Fault {
    /// A fault that no reason of the core's table names.
    pub(crate) fn new(message: impl Into<String>) -> Fault {
        Fault { reason: None, message: message.into(), pointer: None, next: None }
    }

    /// The same with what to do about it.
    pub(crate) fn next(mut self, next: impl Into<String>) -> Fault {
        self.next = Some(next.into());
        self
    }

    /// The same under a reason.
    pub(crate) fn reason(mut self, reason: Reason) -> Fault {
        self.reason = Some(reason);
        self
    }
}

/// What a command comes to.
pub(crate) type Outcome = Result<Answer, Fault>;
