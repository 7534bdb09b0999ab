//! A finding, and the one table of findings: name, severity, weight, reason, requirement, section, cause, advice.
//!
//! The rows stand in `src/findings.tsv`; `build.rs` makes the enum from them. There is no second list.

use core::fmt;

use crate::reason::Reason;

include!(concat!(env!("OUT_DIR"), "/findings.rs"));

struct Row {
    id: FindingId,
    name: &'static str,
    severity: Severity,
    weight: u8,
    reason: Option<Reason>,
    stands_for_reason: bool,
    requirement: &'static str,
    section: &'static str,
    cause: &'static str,
    advice: &'static str,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Severity {
    /// It denies requests.
    Error,
    /// It is wrong, and hurts some clients.
    Warning,
    /// It is worth knowing.
    Note,
}

impl Severity {
    /// The stable word: `error`, `warning` or `note`.
    pub const fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// How a finding is known; it decides the order first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Certainty {
    /// Circumstances speak for it.
    Suspected,
    /// The response says so.
    Said,
    /// It stands in the exchange.
    Observed,
    /// The check was run and gave this reason.
    Proved,
}

impl Certainty {
    /// The stable word: `suspected`, `said`, `observed` or `proved`.
    pub const fn name(self) -> &'static str {
        match self {
            Certainty::Suspected => "suspected",
            Certainty::Said => "said",
            Certainty::Observed => "observed",
            Certainty::Proved => "proved",
        }
    }

    /// What is added to the weight of a finding.
    pub(super) const fn bonus(self) -> u16 {
        match self {
            Certainty::Suspected => 0,
            Certainty::Said => 10,
            Certainty::Observed => 20,
            Certainty::Proved => 80,
        }
    }
}

/// What of the exchange a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// The request head.
    Request,
    /// The response.
    Response,
    /// The token.
    Token,
    /// The policy.
    Policy,
    /// A key set.
    Keys,
}

impl Part {
    /// The stable word: `request`, `response`, `token`, `policy` or `keys`.
    pub const fn name(self) -> &'static str {
        match self {
            Part::Request => "request",
            Part::Response => "response",
            Part::Token => "token",
            Part::Policy => "policy",
            Part::Keys => "keys",
        }
    }
}

/// Where a finding is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which part of the exchange.
    pub part: Part,
    /// The field name, the claim, or the JSON Pointer in the policy; `None` for the part as a whole.
    pub name: Option<String>,
    /// Bytes from the start of the value of the field, or of the token.
    pub offset: Option<usize>,
}

/// One finding. Its texts hold no credential, and neither does its `Debug` output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub id: FindingId,
    /// How it is known.
    pub certainty: Certainty,
    /// Where it is.
    pub place: Place,
    /// What was seen: lengths, times, names of issuers and audiences. Never a token, a key or a password.
    pub evidence: String,
    /// With what change the policy's check lets this request through; the check was run with it.
    pub would_pass_if: Option<String>,
}

impl Finding {
    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.id.severity()
    }

    /// The cause, in words for people.
    pub fn cause(&self) -> &'static str {
        self.id.cause()
    }

    /// What to do next.
    pub fn advice(&self) -> &'static str {
        self.id.advice()
    }

    /// What the order goes by: the weight of the id and how the finding is known (docs/EXPLAIN.md).
    pub fn score(&self) -> u16 {
        u16::from(self.id.weight()) + self.certainty.bonus()
    }
}

impl FindingId {
    /// Every finding, in the order of the table.
    pub fn all() -> impl ExactSizeIterator<Item = FindingId> {
        ROWS.iter().map(|row| row.id)
    }

    /// The finding with this name, as in `token_expired`.
    pub fn from_name(name: &str) -> Option<FindingId> {
        ROWS.iter().find(|row| row.name == name).map(|row| row.id)
    }

    /// The finding that stands for this reason of a check.
    pub fn of_reason(reason: Reason) -> Option<FindingId> {
        ROWS.iter().find(|row| row.stands_for_reason && row.reason == Some(reason)).map(|row| row.id)
    }

    /// The stable number, from 1.
    #[expect(clippy::as_conversions, reason = "reading the discriminant of a repr(u32) enum")]
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// The stable name, as in `token_expired`.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// How bad it is.
    pub fn severity(self) -> Severity {
        self.row().severity
    }

    /// How likely it is the cause beside others, from 0 to 99.
    pub fn weight(self) -> u8 {
        self.row().weight
    }

    /// The reason of a check that it explains, if there is one.
    pub fn reason(self) -> Option<Reason> {
        self.row().reason
    }

    /// The project's requirement that it goes back to.
    pub fn requirement(self) -> &'static str {
        self.row().requirement
    }

    /// The section of the standard.
    pub fn section(self) -> &'static str {
        self.row().section
    }

    /// The cause, in words for people.
    pub fn cause(self) -> &'static str {
        self.row().cause
    }

    /// What to do next.
    pub fn advice(self) -> &'static str {
        self.row().advice
    }

    fn row(self) -> &'static Row {
        ROWS.iter().find(|row| row.id == self).unwrap_or(&ROWS[0])
    }
}

impl fmt::Display for FindingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_lead_back_to_their_finding() {
        for (index, id) in FindingId::all().enumerate() {
            assert_eq!(FindingId::from_name(id.name()), Some(id));
            assert_eq!(usize::try_from(id.number()), Ok(index + 1), "appended, never reordered");
            assert!(id.cause().ends_with('.') && id.advice().ends_with('.'), "{id}");
            assert!(id.requirement().starts_with("REQ-") && id.section().contains(' '), "{id}");
        }
    }

    #[test]
    fn what_stands_for_a_reason_weighs_no_more_than_what_explains_it() {
        for id in FindingId::all() {
            let Some(stands) = id.reason().and_then(FindingId::of_reason) else { continue };
            assert!(stands == id || id.weight() > stands.weight(), "{id} explains {stands}");
        }
    }

    #[test]
    fn every_reason_that_denies_has_its_finding() {
        // What this version never gives, or gives only to a host that made a mistake.
        let without = [
            Reason::HeaderStrippedSuspected,
            Reason::ClockSkewSuspected,
            Reason::RealmMismatch,
            Reason::TokenSuspended,
            Reason::DpopRequestMismatch,
            Reason::DpopProofStale,
            Reason::DpopProofReplayed,
            Reason::DpopKeyMismatch,
            Reason::IntrospectionUnavailable,
            Reason::StatusUnavailable,
            Reason::InternalError,
            Reason::CheckPending,
        ];
        for reason in Reason::all().filter(|reason| (1000..9100).contains(&reason.number())) {
            assert_eq!(FindingId::of_reason(reason).is_none(), without.contains(&reason), "{reason}");
        }
    }
}
