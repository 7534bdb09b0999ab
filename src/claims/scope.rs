//! Scopes: what a request needs and what a token grants (RFC 6749 section 3.3).
//!
//! What is needed is checked against the grammar once and then written into challenges as it stands;
//! what is granted is only ever compared by whole word, so that a word outside the grammar matches
//! nothing. Checking a token never allocates.

use super::registered::Registered;
use crate::Reason;
use crate::json::{Text, Value};

/// Needed scopes that were found writable: words of the grammar with single spaces between.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scopes<'a>(&'a str);

impl<'a> Scopes<'a> {
    /// Takes `text` if it is empty or a scope after RFC 6749 section 3.3.
    ///
    /// ```
    /// use countersign::claims::Scopes;
    ///
    /// assert!(Scopes::parse("read:reports write").is_some());
    /// assert!(Scopes::parse("").is_some_and(Scopes::is_empty));
    /// assert!(Scopes::parse("read  write").is_none());
    /// ```
    pub fn parse(text: &'a str) -> Option<Self> {
        (text.is_empty() || text.split(' ').all(is_scope_token)).then_some(Scopes(text))
    }

    /// The text as it is written into a challenge.
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    /// Whether no scope is needed.
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The words, in order.
    pub fn words(self) -> impl Iterator<Item = &'a str> {
        self.0.split(' ').filter(|word| !word.is_empty())
    }
}

/// [`Scopes`] with their own text; part of a loaded policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScopeList(String);

impl ScopeList {
    /// Takes `text` under the same terms as [`Scopes::parse`].
    pub fn parse(text: &str) -> Option<Self> {
        Scopes::parse(text).map(|scopes| ScopeList(scopes.0.to_owned()))
    }

    /// Adds one word; `false`, and no change, if it is outside the grammar.
    #[must_use]
    pub fn push(&mut self, word: &str) -> bool {
        if !is_scope_token(word) {
            return false;
        }
        if !self.0.is_empty() {
            self.0.push(' ');
        }
        self.0.push_str(word);
        true
    }

    /// The scopes, borrowed.
    pub fn scopes(&self) -> Scopes<'_> {
        Scopes(&self.0)
    }

    /// The text as it is written into a challenge.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether no scope is needed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Whether the claim `scope` may be an array; RFC 9068 section 2.2.3 says no (REQ-SCOPE-03).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeArrays {
    /// A string and an array are alike.
    Accepted,
    /// An array under the name `scope` is refused; other names are not of that profile.
    Refused,
}

/// Checks that the token grants every needed scope.
///
/// The first of `claim_names` that is present counts; its type is checked also if nothing is needed.
///
/// # Errors
/// `claim_rejected` for a scope claim of the wrong type, `insufficient_scope` if a word is not granted.
pub fn check_scopes(
    claims: &Registered<'_>,
    claim_names: &[String],
    arrays: ScopeArrays,
    needed: Scopes<'_>,
) -> Result<(), Reason> {
    let found = claim_names.iter().find_map(|name| claims.named(name).map(|claim| (name.as_str(), claim)));
    let Some((name, claim)) = found else {
        return if needed.is_empty() { Ok(()) } else { Err(Reason::InsufficientScope) };
    };
    let refused = arrays == ScopeArrays::Refused && name == "scope" && claim.as_array().is_some();
    if refused || !is_scope_claim(claim) {
        return Err(Reason::ClaimRejected);
    }
    if words(needed.0).all(|word| grants(claim, word)) { Ok(()) } else { Err(Reason::InsufficientScope) }
}

fn is_scope_claim(claim: Value<'_>) -> bool {
    match claim.as_array() {
        Some(mut members) => members.all(|member| member.as_text().is_some()),
        None => claim.as_text().is_some(),
    }
}

fn grants(claim: Value<'_>, word: &[u8]) -> bool {
    if let Some(mut members) = claim.as_array() {
        return members.any(|member| member.as_text().is_some_and(|text| text.is_bytes(word)));
    }
    let Some(text) = claim.as_text() else { return false };
    match text.as_str() {
        Some(plain) => holds_plain_word(plain.as_bytes(), word),
        None => holds_word(text, word),
    }
}

/// Looks for a whole word in a text without escapes.
fn holds_plain_word(text: &[u8], word: &[u8]) -> bool {
    let mut rest = text;
    loop {
        if rest.first() == word.first()
            && let Some([] | [b' ', ..]) = rest.strip_prefix(word)
        {
            return true;
        }
        let Some(space) = rest.iter().position(|byte| *byte == b' ') else { return false };
        rest = rest.get(space + 1..).unwrap_or_default();
    }
}

/// Words as bytes: the search behind `str::split` is made for long texts, and takes ten times as long
/// over a scope.
fn words(text: &str) -> impl Iterator<Item = &[u8]> {
    text.as_bytes().split(|byte| *byte == b' ').filter(|word| !word.is_empty())
}

/// Looks for a whole word in a text with escapes, byte by byte.
#[cold]
fn holds_word(text: Text<'_>, word: &[u8]) -> bool {
    let mut rest = Some(word);
    for byte in text.bytes() {
        if byte == b' ' {
            if rest.is_some_and(<[u8]>::is_empty) {
                return true;
            }
            rest = Some(word);
        } else {
            rest = rest.and_then(|rest| rest.split_first()).filter(|(next, _)| **next == byte).map(|(_, rest)| rest);
        }
    }
    rest.is_some_and(<[u8]>::is_empty)
}

/// scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
fn is_scope_token(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E))
}
