//! The one table of reasons: number, name, HTTP status, OAuth error and public text.
//!
//! The rows stand in `src/reasons.tsv`; `build.rs` makes the enum, the C constants and, through
//! [`Reason::all`], the docs and the fronts' catalogues from them. There is no second list.

use core::fmt;

include!(concat!(env!("OUT_DIR"), "/reasons.rs"));

struct Row {
    reason: Reason,
    name: &'static str,
    http_status: u16,
    malformed: bool,
    error: &'static str,
    text: &'static str,
    refresh_helps: bool,
    next_step: &'static str,
    cause: &'static str,
}

impl Reason {
    /// How many reasons there are; an array of counters by reason has this length.
    pub const COUNT: usize = ROWS.len();

    /// Every reason, in the order of the counters.
    pub fn all() -> impl ExactSizeIterator<Item = Reason> {
        ROWS.iter().map(|row| row.reason)
    }

    /// The reason with this number; `None` for a number that this version does not know.
    pub fn from_number(number: u32) -> Option<Reason> {
        ROWS.iter().find(|row| row.reason.number() == number).map(|row| row.reason)
    }

    /// The reason with this name, as in `token_expired`.
    pub fn from_name(name: &str) -> Option<Reason> {
        ROWS.iter().find(|row| row.name == name).map(|row| row.reason)
    }

    /// The stable number.
    #[expect(clippy::as_conversions, reason = "reading the discriminant of a repr(u32) enum")]
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// The stable name, as in `token_expired`.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The default HTTP status; 200 means "let the request through", 0 that the reason decides nothing.
    pub fn http_status(self) -> u16 {
        self.row().http_status
    }

    /// Whether the policy's `malformed_status` decides between 401 and 400 (RFC 6750 section 3.1).
    pub fn is_malformed_credential(self) -> bool {
        self.row().malformed
    }

    /// The `error` parameter of Bearer and DPoP challenges, if the reason has one.
    pub fn error(self) -> Option<&'static str> {
        Some(self.row().error).filter(|error| !error.is_empty())
    }

    /// The fixed public text, as sent in `error_description`; empty where there is none.
    pub fn text(self) -> &'static str {
        self.row().text
    }

    /// Whether a fresh access token can be expected to cure the fault.
    pub fn refresh_helps(self) -> bool {
        self.row().refresh_helps
    }

    /// What the operator does next. Never sent to the caller.
    pub fn next_step(self) -> &'static str {
        self.row().next_step
    }

    /// The everyday cause. Never sent to the caller.
    pub fn cause(self) -> &'static str {
        self.row().cause
    }

    /// The place of the reason's counter in an array of [`Reason::COUNT`] counters.
    pub const fn counter_index(self) -> usize {
        row_index(self)
    }

    /// Whether the request is let through.
    pub const fn is_allowed(self) -> bool {
        matches!(self, Reason::Ok | Reason::AnonymousAllowed | Reason::PreflightExempt)
    }

    fn row(self) -> &'static Row {
        ROWS.get(row_index(self)).unwrap_or(&ROWS[0])
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl std::error::Error for Reason {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_is_the_resting_state_and_denies() {
        assert_eq!(Reason::default(), Reason::Undecided);
        assert_eq!(Reason::Undecided.number(), 0);
        assert!(!Reason::Undecided.is_allowed());
        assert_eq!(Reason::Undecided.http_status(), 500);
    }

    #[test]
    fn allowed_and_status_200_are_the_same_three_reasons() {
        for reason in Reason::all() {
            assert_eq!(reason.is_allowed(), reason.http_status() == 200, "{reason}");
        }
        assert_eq!(Reason::all().filter(|reason| reason.is_allowed()).count(), 3);
    }

    #[test]
    fn names_and_numbers_lead_back_to_their_reason() {
        for (index, reason) in Reason::all().enumerate() {
            assert_eq!(Reason::from_number(reason.number()), Some(reason));
            assert_eq!(Reason::from_name(reason.name()), Some(reason));
            assert_eq!(reason.counter_index(), index);
        }
        assert_eq!(Reason::from_number(8000), None, "8000 to 8999 belong to hosts");
    }

    #[test]
    fn public_texts_can_stand_in_error_description() {
        // REQ-BEARER-14: 0x20-0x21, 0x23-0x5B, 0x5D-0x7E.
        for reason in Reason::all() {
            for byte in reason.text().bytes().chain(reason.error().unwrap_or("").bytes()) {
                assert!(matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E), "{reason}");
            }
            assert!(!reason.text().ends_with('.'), "{reason}");
        }
    }

    #[test]
    fn reasons_that_must_look_alike_share_their_text() {
        assert_eq!(Reason::PasswordRejected.text(), Reason::DigestRejected.text());
        assert_eq!(Reason::ApiKeyUnknown.text(), Reason::ApiKeyRevoked.text());
        assert_eq!(Reason::KeyMismatch.text(), Reason::SignatureInvalid.text());
        assert_eq!(Reason::TokenTypeMismatch.text(), Reason::IdTokenGiven.text());
        assert_eq!(Reason::TokenTypeMismatch.text(), Reason::RefreshTokenGiven.text());
    }
}
