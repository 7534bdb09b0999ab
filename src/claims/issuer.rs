//! The issuer's name: one text, or a template for an issuer with many tenants.
//!
//! `iss` is compared by code point (RFC 7519 section 4.1.1). A template's `{name}` stands for the value
//! of the claim `name`; without a list of tenants that value is still held to a small alphabet, so
//! that no slash, question mark or `@` gets into the name. Matching never allocates.

use core::fmt;

use crate::json::{Text, Value};

/// An issuer as the policy names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IssuerName {
    /// `iss` is this text.
    Exact(String),
    /// `iss` is the prefix, the value of the claim and the suffix.
    Template {
        /// What stands before the claim's value.
        prefix: String,
        /// The claim's name.
        claim: String,
        /// What stands behind the claim's value.
        suffix: String,
        /// The values that the claim may have; `None` for any.
        tenants: Option<Vec<String>>,
    },
}

/// Why a configured name is neither a plain one nor a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateFault {
    /// A brace without its other half, or an empty or nested pair.
    Brace,
    /// More than one `{name}`.
    Twice,
    /// `{iss}`: a template that stands for itself would fit any issuer.
    Itself,
}

impl fmt::Display for TemplateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TemplateFault::Brace => "a brace that is no {name}",
            TemplateFault::Twice => "more than one {name}",
            TemplateFault::Itself => "{iss}, which would fit any issuer",
        })
    }
}

impl std::error::Error for TemplateFault {}

impl IssuerName {
    /// Reads a configured name; a template takes any tenant until the policy says more.
    ///
    /// # Errors
    /// See [`TemplateFault`].
    pub fn parse(text: &str) -> Result<Self, TemplateFault> {
        let Some((prefix, rest)) = text.split_once('{') else {
            return if text.contains('}') { Err(TemplateFault::Brace) } else { Ok(IssuerName::Exact(text.to_owned())) };
        };
        let (claim, suffix) = rest.split_once('}').ok_or(TemplateFault::Brace)?;
        if prefix.contains('}') || claim.is_empty() || claim.contains('{') {
            return Err(TemplateFault::Brace);
        }
        match (suffix.contains('{'), suffix.contains('}')) {
            (false, false) => {}
            (true, true) => return Err(TemplateFault::Twice),
            _ => return Err(TemplateFault::Brace),
        }
        if claim == "iss" {
            return Err(TemplateFault::Itself);
        }
        let (prefix, claim, suffix) = (prefix.to_owned(), claim.to_owned(), suffix.to_owned());
        Ok(IssuerName::Template { prefix, claim, suffix, tenants: None })
    }

    /// Whether the name is one text, which goes before every template.
    pub const fn is_exact(&self) -> bool {
        matches!(self, IssuerName::Exact(_))
    }

    /// Whether a token with this `iss` and these claims is of this issuer.
    pub fn matches(&self, iss: Text<'_>, payload: Value<'_>) -> bool {
        match self {
            IssuerName::Exact(name) => iss.is(name),
            IssuerName::Template { prefix, claim, suffix, tenants } => {
                let Some(tenant) = payload.member(claim).and_then(|claim| claim.as_text()) else { return false };
                let spelt = prefix.bytes().chain(tenant.bytes()).chain(suffix.bytes());
                spelt.eq(iss.bytes())
                    && match tenants {
                        None => is_tenant(tenant.bytes()),
                        Some(names) => names.iter().any(|name| tenant.is(name)),
                    }
            }
        }
    }
}

/// Whether `value` can be a tenant at all: letters, digits, `.`, `_`, `-`, one or more.
pub fn is_tenant(value: impl IntoIterator<Item = u8>) -> bool {
    let mut bytes = value.into_iter().peekable();
    bytes.peek().is_some() && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}
