//! The kind of token that the header's `typ` names (RFC 7515 section 4.1.9, RFC 8725 section 3.11).
//!
//! A media type: compared without case, and `application/` may be left out on either side. Never
//! allocates when a token is checked.

use crate::Reason;
use crate::json::{Text, Value};

/// Which values of `typ` an issuer's tokens may carry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypRule {
    /// In lower case, without `application/`.
    pub accepted: Vec<String>,
    /// Whether a token may have no `typ` at all.
    pub absent: bool,
}

impl TypRule {
    /// Adds a configured name, in the form that is compared.
    pub fn accept(&mut self, name: &str) {
        let lower = name.to_ascii_lowercase();
        let bare = lower.strip_prefix(PREFIX).filter(|rest| !rest.contains('/')).unwrap_or(&lower).to_owned();
        if !self.accepted.contains(&bare) {
            self.accepted.push(bare);
        }
    }

    /// Whether the rule asks for the RFC 9068 profile: `at+jwt` and nothing else.
    pub fn is_rfc9068(&self) -> bool {
        !self.absent && self.accepted.iter().map(String::as_str).eq(["at+jwt"])
    }

    /// Whether a token with this `typ` is of an accepted kind.
    pub fn accepts(&self, typ: Option<Text<'_>>) -> bool {
        match typ {
            None => self.absent,
            Some(typ) => self.accepted.iter().any(|name| same_media_type(typ, name)),
        }
    }

    /// Checks the header's `typ` as it stands.
    ///
    /// # Errors
    /// `token_type_mismatch`, also for one that is no string.
    pub fn check(&self, typ: Option<Value<'_>>) -> Result<(), Reason> {
        let text = match typ {
            None => None,
            Some(value) => Some(value.as_text().ok_or(Reason::TokenTypeMismatch)?),
        };
        if self.accepts(text) { Ok(()) } else { Err(Reason::TokenTypeMismatch) }
    }
}

fn same_media_type(typ: Text<'_>, name: &str) -> bool {
    if let Some(plain) = typ.as_str() {
        return plain.eq_ignore_ascii_case(name)
            || (plain.len() == PREFIX.len() + name.len() && same_with_prefix(plain.bytes(), name));
    }
    typ.bytes().map(|byte| byte.to_ascii_lowercase()).eq(name.bytes()) || same_with_prefix(typ.bytes(), name)
}

/// RFC 7515 section 4.1.9: the prefix is only implied for a value without another slash.
fn same_with_prefix(typ: impl Iterator<Item = u8>, name: &str) -> bool {
    !name.contains('/') && typ.map(|byte| byte.to_ascii_lowercase()).eq(PREFIX.bytes().chain(name.bytes()))
}

const PREFIX: &str = "application/";
