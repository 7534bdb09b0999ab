//! What loading a policy has to say: errors that refuse it, warnings that do not.
//!
//! Each entry names the place as a JSON Pointer (RFC 6901). Texts never hold the value of a secret
//! member, only its type and length.

use core::fmt;

/// Whether an entry refuses the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The document was refused.
    Error,
    /// The document was loaded.
    Warning,
}

/// What kind of thing an entry tells of; stable words for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Code {
    /// Not a JSON text, or beyond a bound.
    Syntax,
}

/// One thing to say about one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Whether it refuses the document.
    pub severity: Severity,
    /// What kind of thing it is.
    pub code: Code,
    /// Where, as a JSON Pointer; empty for the document as a whole.
    pub pointer: String,
    /// What was found and what is allowed, for people.
    pub text: String,
}

/// Everything that loading a document has to say, in the order it was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub(super) entries: Vec<Entry>,
}

impl Report {
    /// The entries, the deciding error first.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, entry) in self.entries.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            let place = if entry.pointer.is_empty() { "the document" } else { &entry.pointer };
            let mark = if entry.severity == Severity::Warning { "warning: " } else { "" };
            write!(f, "{mark}{place}: {}", entry.text)?;
        }
        Ok(())
    }
}

impl std::error::Error for Report {}
