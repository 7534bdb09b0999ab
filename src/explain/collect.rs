//! Takes findings from the rules, holds their texts to the guard, and puts them in order.

use super::finding::{Certainty, Finding, FindingId, Part, Place, Severity};
use super::secrets::Secrets;
use crate::limits;

/// The findings under way.
pub(super) struct Findings {
    found: Vec<Finding>,
    secrets: Secrets,
}

/// A finding that a rule is putting together.
pub(super) struct Draft(Finding);

/// Begins a finding of this kind about this part.
pub(super) fn finding(id: FindingId, certainty: Certainty, part: Part) -> Draft {
    let place = Place { part, name: None, offset: None };
    Draft(Finding { id, certainty, place, evidence: String::new(), would_pass_if: None })
}

impl Draft {
    /// The field, the claim or the pointer.
    pub(super) fn at(mut self, name: &str) -> Self {
        self.0.place.name = Some(shown(name));
        self
    }

    pub(super) fn offset(mut self, offset: usize) -> Self {
        self.0.place.offset = Some(offset);
        self
    }

    /// What was seen.
    pub(super) fn seen(mut self, evidence: impl Into<String>) -> Self {
        self.0.evidence = evidence.into();
        self
    }

    pub(super) fn would_pass_if(mut self, change: Option<String>) -> Self {
        self.0.would_pass_if = change;
        self
    }
}

impl Findings {
    pub(super) fn new(secrets: Secrets) -> Self {
        Findings { found: Vec::new(), secrets }
    }

    /// Takes a finding; of two of one kind about one place the surer one stays.
    pub(super) fn add(&mut self, draft: Draft) {
        let mut finding = draft.0;
        self.withhold(&mut finding);
        let same = |other: &&mut Finding| other.id == finding.id && other.place.part == finding.place.part;
        match self.found.iter_mut().find(same) {
            Some(other) if other.certainty >= finding.certainty => {
                other.would_pass_if = other.would_pass_if.take().or(finding.would_pass_if);
            }
            Some(other) => *other = finding,
            None => self.found.push(finding),
        }
    }

    /// Takes what a check said. What a rule saw of the same cause says more, so its place and evidence stay.
    pub(super) fn add_proof(&mut self, draft: Draft) {
        let mut proof = draft.0;
        self.withhold(&mut proof);
        let is_seen = |other: &&mut Finding| other.id == proof.id && other.certainty >= Certainty::Observed;
        if let Some(seen) = self.found.iter_mut().find(is_seen) {
            seen.certainty = seen.certainty.max(proof.certainty);
            seen.would_pass_if = proof.would_pass_if;
        } else {
            self.remove(proof.id);
            self.found.push(proof);
        }
    }

    /// Adds to what was seen of those that `is_meant` picks.
    pub(super) fn note(&mut self, note: &str, is_meant: impl Fn(&Finding) -> bool) {
        for finding in self.found.iter_mut().filter(|finding| is_meant(finding)) {
            finding.evidence.push_str(note);
        }
    }

    /// Whether one of this kind is there, whatever it is about.
    pub(super) fn has(&self, id: FindingId) -> bool {
        self.found.iter().any(|finding| finding.id == id)
    }

    /// Takes findings of this kind back: another one says more.
    pub(super) fn remove(&mut self, id: FindingId) {
        self.found.retain(|finding| finding.id != id);
    }

    /// Whether one is there that tells a cause.
    pub(super) fn has_error(&self) -> bool {
        self.found.iter().any(|finding| finding.severity() == Severity::Error)
    }

    /// Whether the response says what was wrong.
    pub(super) fn has_said_error(&self) -> bool {
        self.found.iter().any(|finding| finding.severity() == Severity::Error && finding.certainty == Certainty::Said)
    }

    /// Makes those that explain a proved reason proved too, if they stand in the exchange, and hands on what would pass.
    pub(super) fn prove(&mut self, id: FindingId) {
        let Some(reason) = id.reason() else { return };
        let proof = self.found.iter().find(|finding| finding.id == id && finding.certainty == Certainty::Proved);
        let Some(change) = proof.map(|finding| finding.would_pass_if.clone()) else { return };
        for finding in &mut self.found {
            if finding.id.reason() == Some(reason) && finding.certainty == Certainty::Observed {
                finding.certainty = Certainty::Proved;
                finding.would_pass_if = finding.would_pass_if.take().or_else(|| change.clone());
            }
        }
        // What says the same of the same place, and less, goes.
        let is_proved = |other: &&Finding| {
            other.id != id && other.id.reason() == Some(reason) && other.certainty == Certainty::Proved
        };
        let more: Vec<Place> = self.found.iter().filter(is_proved).map(|finding| finding.place.clone()).collect();
        let is_same = |place: &Place| more.iter().any(|other| (other.part, &other.name) == (place.part, &place.name));
        self.found.retain(|finding| finding.id != id || !is_same(&finding.place));
    }

    /// The findings, the likeliest first (docs/EXPLAIN.md).
    pub(super) fn in_order(mut self) -> Vec<Finding> {
        self.found.sort_by(|one, other| {
            let key = |finding: &Finding| (finding.id.number(), finding.place.part, finding.place.offset);
            other.score().cmp(&one.score()).then_with(|| key(one).cmp(&key(other)))
        });
        self.found.truncate(limits::EXPLAIN_FINDINGS);
        self.found
    }

    /// Takes out what holds a piece of a credential.
    fn withhold(&self, finding: &mut Finding) {
        if self.secrets.are_in(&finding.evidence) {
            "withheld: what was seen holds a piece of a credential".clone_into(&mut finding.evidence);
        }
        if finding.place.name.as_ref().is_some_and(|name| self.secrets.are_in(name)) {
            finding.place.name = None;
        }
        if finding.would_pass_if.as_ref().is_some_and(|change| self.secrets.are_in(change)) {
            finding.would_pass_if = Some("withheld: the change holds a piece of a credential".to_owned());
        }
    }
}

/// A public name as it can be shown: printable, and of bounded length.
pub(super) fn shown(name: &str) -> String {
    let mut out = String::new();
    for (place, letter) in name.chars().enumerate() {
        if place == limits::EXPLAIN_SHOWN {
            out.push('…');
            break;
        }
        out.push(if letter.is_control() { '\u{FFFD}' } else { letter });
    }
    out
}
