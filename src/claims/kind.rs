//! The kind of token that the header's `typ` names (RFC 7515 section 4.1.9, RFC 8725 section 3.11).
//!
//! Both sides come in the one spelling of a media type, as `jose` writes it: ASCII letters in lower
//! case, `application/` left out. Never allocates.

/// Which values of `typ` an issuer's tokens may carry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypRule {
    /// The accepted media types, in their one spelling.
    pub accepted: Vec<String>,
    /// Whether a token may have no `typ` at all.
    pub absent: bool,
}

impl TypRule {
    /// Whether the rule asks for the RFC 9068 profile: `at+jwt` and nothing else.
    pub fn is_rfc9068(&self) -> bool {
        !self.absent && !self.accepted.is_empty() && self.accepted.iter().all(|name| name == "at+jwt")
    }

    /// Whether a token with this `typ` is of an accepted kind; `None` stands for an absent one.
    #[inline]
    pub fn accepts(&self, typ: Option<&[u8]>) -> bool {
        match typ {
            None => self.absent,
            Some(typ) => self.accepted.iter().any(|name| name.as_bytes() == typ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn req_bcp_17_an_absent_typ_is_allowed_by_its_own_word() {
        let legacy = TypRule { accepted: vec!["jwt".into()], absent: true };
        assert!(legacy.accepts(None) && legacy.accepts(Some(b"jwt")));
        assert!(!legacy.accepts(Some(b"logout+jwt")) && !legacy.accepts(Some(b"")));
        let strict = TypRule { accepted: vec!["at+jwt".into()], absent: false };
        assert!(!strict.accepts(None) && strict.accepts(Some(b"at+jwt")), "REQ-ATJWT-01");
    }

    #[test]
    fn req_atjwt_01_at_jwt_alone_is_the_profile() {
        let rule = |accepted: &[&str], absent| TypRule {
            accepted: accepted.iter().map(|name| (*name).to_owned()).collect(),
            absent,
        };
        assert!(rule(&["at+jwt"], false).is_rfc9068() && rule(&["at+jwt", "at+jwt"], false).is_rfc9068());
        for other in [rule(&["at+jwt"], true), rule(&["jwt", "at+jwt"], false), rule(&[], false), rule(&["jwt"], false)]
        {
            assert!(!other.is_rfc9068(), "REQ-BCP-16 {other:?}");
        }
    }
}
