//! Challenges: what a server offers a client (RFC 9110 sections 11.3 and 11.6.1).
//!
//! This file is the view of one; `read` finds them in field lines, `write` makes them. Nothing
//! here allocates.

mod read;
mod write;

pub use read::{ChallengeFault, Challenges};
pub use write::{ChallengeFlaw, ChallengeInvalid, write_challenge};

use super::field::field_name_eq;
use super::param::Params;

/// One challenge, as it was read: a scheme with a token68, with parameters, or alone.
#[derive(Clone, Debug)]
pub struct Challenge<'a> {
    /// The scheme as written; compare it with [`Challenge::is_scheme`].
    pub scheme: &'a str,
    /// What stands behind the scheme in place of parameters, as with Negotiate.
    pub token68: Option<&'a str>,
    params: Params<'a>,
    separator: Separator,
}

/// What stood between scheme and rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Separator {
    Spaces,
    /// Not of the grammar, which asks for spaces; servers do it, so it is read (REQ-HTTP-04).
    Tab,
}

impl<'a> Challenge<'a> {
    /// Whether the scheme is `scheme`; schemes compare without case (REQ-HTTP-01).
    pub fn is_scheme(&self, scheme: &str) -> bool {
        field_name_eq(self.scheme.as_bytes(), scheme.as_bytes())
    }

    /// The parameters in the order sent; none if there is a token68.
    pub fn params(&self) -> Params<'a> {
        self.params.clone()
    }

    /// Whether a TAB stood behind the scheme, where the grammar wants spaces alone: worth a note.
    pub fn has_tab_behind_scheme(&self) -> bool {
        self.separator == Separator::Tab
    }
}
