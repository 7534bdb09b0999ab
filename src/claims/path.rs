//! Where a claim stands: a name, or a JSON Pointer (RFC 6901) if the text starts with a slash.
//!
//! Refuses an empty text and a pointer with a stray `~`. Allocates once, when a policy is loaded.

/// A claim as the policy names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimPath {
    /// A member of the payload itself.
    Name(String),
    /// A value anywhere in the payload.
    Pointer(String),
}

impl ClaimPath {
    /// Reads a configured path; `None` for an empty text or a malformed pointer.
    ///
    /// ```
    /// use countersign::claims::ClaimPath;
    ///
    /// assert_eq!(ClaimPath::parse("azp"), Some(ClaimPath::Name("azp".into())));
    /// assert_eq!(ClaimPath::parse("/realm_access/roles"), Some(ClaimPath::Pointer("/realm_access/roles".into())));
    /// assert_eq!(ClaimPath::parse("/a~2b"), None);
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        if !text.starts_with('/') {
            return Some(ClaimPath::Name(text.to_owned()));
        }
        let well_formed = text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
        well_formed.then(|| ClaimPath::Pointer(text.to_owned()))
    }
}
