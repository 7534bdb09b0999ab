//! The generated parts of docs/CLIENT.md.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use countersign::client::{StepKind, StepReason, Tolerance};

/// The steps and what they say.
pub(crate) fn steps() -> String {
    table("step", StepKind::ALL.iter().map(|kind| (kind.name(), None, kind.text())))
}

/// The reasons, with the steps that the corpus shows for each.
pub(crate) fn reasons() -> String {
    let seen = seen();
    let steps_of = |reason: &StepReason| {
        let steps = StepKind::ALL.iter().filter(|kind| seen[reason.name()].contains(kind.name()));
        steps.map(|kind| format!("`{}`", kind.name())).collect::<Vec<_>>().join(", ")
    };
    table("reason", StepReason::ALL.iter().map(|reason| (reason.name(), Some(steps_of(reason)), reason.text())))
}

/// The tolerances and what they say.
pub(crate) fn tolerances() -> String {
    table("tolerance", Tolerance::ALL.iter().map(|tolerance| (tolerance.name(), None, tolerance.text())))
}

/// The constants of C, without their prefix.
pub(crate) fn constants() -> Vec<String> {
    let steps = StepKind::ALL.iter().map(|kind| format!("STEP_{}", kind.name()));
    let reasons = StepReason::ALL.iter().map(|reason| format!("STEP_REASON_{}", reason.name()));
    let tolerances = Tolerance::ALL.iter().map(|tolerance| format!("TOLERANCE_{}", tolerance.name()));
    steps.chain(reasons).chain(tolerances).map(|name| name.to_uppercase()).collect()
}

fn table<'t>(title: &str, rows: impl Iterator<Item = (&'t str, Option<String>, &'t str)>) -> String {
    let mut out = String::new();
    for (index, (name, steps, text)) in rows.enumerate() {
        let middle = steps.map_or_else(String::new, |steps| format!(" {steps} |"));
        if index == 0 {
            let (head, rule) = if middle.is_empty() { ("", "") } else { (" steps |", " --- |") };
            let _ = writeln!(out, "| {title} |{head} what it says |\n| --- |{rule} --- |");
        }
        let _ = writeln!(out, "| `{name}` |{middle} {text} |");
    }
    out.trim_end().to_owned()
}

/// The steps of each reason in the answers of the corpus.
fn seen() -> BTreeMap<String, BTreeSet<String>> {
    let corpus = super::read("tests/vectors/next_step.jsonl");
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for rest in corpus.split("\"step\":\"").skip(1) {
        let mut words = rest.split('"');
        // The step, then `,`, `reason`, `:` and the reason.
        if let (Some(step), Some("reason"), Some(reason)) = (words.next(), words.nth(1), words.nth(1)) {
            seen.entry(reason.to_owned()).or_default().insert(step.to_owned());
        }
    }
    seen
}
