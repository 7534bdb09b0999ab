//! The reason that the server's check gave, where it is at hand: from its decision, or from its log.
//!
//! Alone it has the word, as a check that is run here would have. Beside such a check it is compared with what that one
//! said: if they differ, what is at hand is not what the server had, and every finding of the two says so.

use super::super::collect::{Findings, finding};
use super::super::finding::{Certainty, FindingId};
use super::super::view::View;
use super::verdict::{passes, place_of, symmetric};
use crate::reason::Reason;

/// Takes the reason given; `said` is that of the check that was run here, if one was.
pub(super) fn find(view: &View<'_>, said: Option<Reason>, findings: &mut Findings) {
    let Some(given) = reason_of(view) else { return };
    let agrees = |said: Reason| said == given || (said.is_allowed() && given.is_allowed());
    match said {
        Some(said) if agrees(said) => {}
        Some(said) => contradict(given, said, view, findings),
        None => stand(given, Certainty::Proved, &format!("the reason given is `{}`", given.name()), view, findings),
    }
}

/// Whether the reason given is one of the clock, and no time is at hand to run the check at: what it says of a token whose
/// signature held comes behind the dates, and is no other opinion of them.
pub(super) fn is_beyond_clock(view: &View<'_>) -> bool {
    let of_clock = |reason| matches!(reason, Reason::TokenExpired | Reason::TokenNotYetValid);
    view.now.is_none() && reason_of(view).is_some_and(of_clock)
}

fn reason_of(view: &View<'_>) -> Option<Reason> {
    view.exchange.reason.filter(|reason| *reason != Reason::Undecided)
}

/// The check here decides what is proved; what the server said stands in the exchange all the same.
fn contradict(given: Reason, said: Reason, view: &View<'_>, findings: &mut Findings) {
    let words = format!("the reason given is `{}`", given.name());
    findings.note(&format!("; {words}: {OTHER}"), |finding| finding.certainty == Certainty::Proved);
    let words = format!("{words}, and the check says `{}`: {OTHER}", said.name());
    findings.note(&format!("; {words}"), |finding| {
        finding.id.reason() == Some(given) && finding.certainty == Certainty::Observed
    });
    stand(given, Certainty::Observed, &words, view, findings);
}

/// The finding of the reason given, beside what was seen of the same cause.
fn stand(given: Reason, certainty: Certainty, seen: &str, view: &View<'_>, findings: &mut Findings) {
    if given.is_allowed() {
        return passes(seen, certainty, view, findings);
    }
    let Some(id) = FindingId::of_reason(given) else { return };
    if given == Reason::AlgNotAllowed {
        symmetric(view, findings);
    }
    let (part, name) = place_of(given);
    let mut draft = finding(id, certainty, part).seen(seen);
    if !name.is_empty() {
        draft = draft.at(name);
    }
    findings.add_proof(draft);
    if certainty == Certainty::Proved {
        findings.prove(id);
    }
}

/// What a contradiction means.
const OTHER: &str = "what is at hand (policy, keys, revoked ids, time) is not what the server had";
