//! Rules over claims: `claims` (fit), `access` (may) and `reject` (the wrong kind of token).
//!
//! Values are compared by JSON type and value: strings by code point, numbers exactly. Never
//! allocates when a token is checked.

use super::path::ClaimPath;
use super::registered::Registered;
use crate::Reason;
use crate::json::{Kind, Value, numbers_equal};

/// A value that a rule compares with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// Compared by code point, escapes resolved.
    String(String),
    /// The text of a JSON number; compared by value, so that `1` is `1.0`.
    Number(String),
    /// `true` or `false`.
    Boolean(bool),
}

impl Scalar {
    /// Whether the claim's value is this one.
    pub fn is(&self, value: Value<'_>) -> bool {
        match self {
            Scalar::String(text) => value.as_text().is_some_and(|found| found.is(text)),
            Scalar::Number(number) => value.as_number().is_some_and(|found| numbers_equal(found, number)),
            Scalar::Boolean(boolean) => value.as_bool() == Some(*boolean),
        }
    }

    fn is_among(&self, claim: Value<'_>) -> bool {
        claim.as_array().is_some_and(|mut members| members.any(|member| self.is(member)))
    }
}

/// How a claim has to look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// Equal to one of the values, or an array with a member that is.
    OneOf(Vec<Scalar>),
    /// An array with one of the values as a member.
    Contains(Vec<Scalar>),
}

impl Test {
    /// The first configured value that the claim fits.
    fn matching(&self, claim: Value<'_>) -> Option<&Scalar> {
        match self {
            Test::OneOf(values) if claim.kind() != Kind::Array => values.iter().find(|value| value.is(claim)),
            Test::OneOf(values) | Test::Contains(values) => values.iter().find(|value| value.is_among(claim)),
        }
    }
}

/// One rule: a claim and how it has to look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Where the claim stands.
    pub path: ClaimPath,
    /// How it has to look.
    pub test: Test,
}

impl Rule {
    /// Whether the claim is there and fits.
    pub fn fits(&self, claims: &Registered<'_>) -> bool {
        self.matching(claims).is_some()
    }

    fn matching(&self, claims: &Registered<'_>) -> Option<&Scalar> {
        self.test.matching(claims.find(&self.path)?)
    }
}

/// A rule that marks the wrong kind of token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject(pub Rule);

impl Reject {
    /// What the token is, if the rule fits it.
    ///
    /// A value with `refresh` in it tells of a refresh token, one with `id` of an ID token, both without
    /// case and wherever they stand in it: issuers write `ID`, `id_token` and `IdToken`.
    pub fn reason(&self, claims: &Registered<'_>) -> Option<Reason> {
        Some(match self.0.matching(claims)? {
            Scalar::String(value) if holds(value, "refresh") => Reason::RefreshTokenGiven,
            Scalar::String(value) if holds(value, "id") => Reason::IdTokenGiven,
            _ => Reason::TokenTypeMismatch,
        })
    }
}

/// Checks the rules that make a token fit.
///
/// # Errors
/// `claim_rejected`.
pub fn check_claims(claims: &Registered<'_>, rules: &[Rule]) -> Result<(), Reason> {
    if rules.iter().all(|rule| rule.fits(claims)) { Ok(()) } else { Err(Reason::ClaimRejected) }
}

/// Checks the rules on what the caller may do.
///
/// # Errors
/// `access_denied`.
pub fn check_access(claims: &Registered<'_>, rules: &[Rule]) -> Result<(), Reason> {
    if rules.iter().all(|rule| rule.fits(claims)) { Ok(()) } else { Err(Reason::AccessDenied) }
}

/// Checks that no claim marks the wrong kind of token.
///
/// # Errors
/// `refresh_token_given`, `id_token_given` or `token_type_mismatch`, as the first rule that fits says.
pub fn check_reject(claims: &Registered<'_>, rules: &[Reject]) -> Result<(), Reason> {
    rules.iter().find_map(|rule| rule.reason(claims)).map_or(Ok(()), Err)
}

fn holds(value: &str, word: &str) -> bool {
    value.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
}
