//! The metrics: their names in one table, counters by reason in an array of the host's, and their Prometheus text.
//!
//! Every front writes these names; a front that has more to tell adds labels, as nginx does with `server` and `location`.

mod attributes;
mod sources;

use core::fmt::Write as _;
use core::sync::atomic::{AtomicU64, Ordering};

use crate::arena::Sink;
use crate::reason::Reason;

pub use attributes::{ATTRIBUTES, Attribute};
pub use sources::{KeysState, SourceState, write_sources};

/// A family of metrics, as Prometheus calls what has one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Family {
    /// The name, with its unit.
    pub name: &'static str,
    /// `counter` or `gauge`.
    pub kind: &'static str,
    /// The labels that every front gives.
    pub labels: &'static [&'static str],
    /// What it says, for people.
    pub help: &'static str,
}

/// Decisions by reason; the status is that of the reason.
pub const DECISIONS: Family = Family {
    name: "countersign_decisions_total",
    kind: "counter",
    labels: &["reason", "status"],
    help: "Decisions by reason.",
};
/// Fetches that were handed out.
pub const KEY_FETCHES: Family = Family {
    name: "countersign_key_fetches_total",
    kind: "counter",
    labels: &["issuer", "url"],
    help: "Fetches of key sets and metadata.",
};
/// Fetches that failed, and bodies that were no good set.
pub const KEY_FETCH_FAILURES: Family = Family {
    name: "countersign_key_fetch_failures_total",
    kind: "counter",
    labels: &["issuer", "url"],
    help: "Fetches that failed or brought no good key set.",
};
/// Seconds since the set was fetched.
pub const KEY_SET_AGE: Family = Family {
    name: "countersign_key_set_age_seconds",
    kind: "gauge",
    labels: &["issuer", "url"],
    help: "Seconds since the present key set was fetched.",
};
/// Seconds since the set should have been renewed.
pub const KEY_SET_OVERDUE: Family = Family {
    name: "countersign_key_set_overdue_seconds",
    kind: "gauge",
    labels: &["issuer", "url"],
    help: "Seconds since the present key set should have been renewed, 0 while it is fresh.",
};
/// Whether the store has keys that decide.
pub const KEY_SET_USABLE: Family = Family {
    name: "countersign_key_set_usable",
    kind: "gauge",
    labels: &["issuer", "url"],
    help: "1 while there are keys that decide, 0 while there are none or they are too old; left out while none were asked for.",
};
/// Checks that met a `kid` that the set does not have.
pub const UNKNOWN_KIDS: Family = Family {
    name: "countersign_unknown_kids_total",
    kind: "counter",
    labels: &["issuer", "url"],
    help: "Checks of tokens whose kid is not in the key set.",
};

/// Every family.
pub const FAMILIES: [Family; 7] =
    [DECISIONS, KEY_FETCHES, KEY_FETCH_FAILURES, KEY_SET_AGE, KEY_SET_OVERDUE, KEY_SET_USABLE, UNKNOWN_KIDS];

/// An array with a place for each reason, for hosts that keep it in their own memory.
pub fn counters() -> Box<[AtomicU64]> {
    (0..Reason::COUNT).map(|_| AtomicU64::new(0)).collect()
}

/// Counts one decision. A host that keeps its array in shared memory counts for all its processes.
///
/// The array has a place for each reason at [`Reason::counter_index`]; a shorter one, made by an
/// older host, counts what it has room for.
#[inline]
pub fn count(counters: &[AtomicU64], reason: Reason) {
    if let Some(counter) = counters.get(reason.counter_index()) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// Appends the counters that are not zero in Prometheus' text format.
///
/// ```
/// use countersign::{Reason, metrics};
///
/// let counters = metrics::counters();
/// metrics::count(&counters, Reason::TokenExpired);
/// let mut text = Vec::new();
/// metrics::write_prometheus(&counters, &mut text);
/// assert!(String::from_utf8(text).unwrap().ends_with("countersign_decisions_total{reason=\"token_expired\",status=\"401\"} 1\n"));
/// ```
pub fn write_prometheus(counters: &[AtomicU64], sink: &mut impl Sink) {
    write_family(DECISIONS, sink);
    for (reason, counter) in Reason::all().zip(counters) {
        let count = counter.load(Ordering::Relaxed);
        if count > 0 {
            write_sample(DECISIONS, &[reason.name(), &reason.http_status().to_string()], count, sink);
        }
    }
}

/// Appends the lines that announce a family.
pub(crate) fn write_family(family: Family, sink: &mut impl Sink) {
    let Family { name, kind, help, .. } = family;
    sink.put(format!("# HELP {name} {help}\n# TYPE {name} {kind}\n").as_bytes());
}

/// Appends one sample; `values` stand for the labels of the family in their order.
pub(crate) fn write_sample(family: Family, values: &[&str], value: u64, sink: &mut impl Sink) {
    let mut line = String::from(family.name);
    for (at, (label, value)) in family.labels.iter().zip(values).enumerate() {
        line.push(if at == 0 { '{' } else { ',' });
        line.push_str(label);
        line.push_str("=\"");
        put_label_value(value, &mut line);
        line.push('"');
    }
    // A string takes all that it is given.
    let _ = writeln!(line, "}} {value}");
    sink.put(line.as_bytes());
}

/// Backslash, quote and line end are escaped; other controls, which no name needs, become spaces.
fn put_label_value(value: &str, line: &mut String) {
    for character in value.chars() {
        match character {
            '\\' => line.push_str("\\\\"),
            '"' => line.push_str("\\\""),
            '\n' => line.push_str("\\n"),
            control if control.is_control() => line.push(' '),
            other => line.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_conventions_and_stand_once() {
        for (at, family) in FAMILIES.iter().enumerate() {
            assert!(FAMILIES[..at].iter().all(|other| other.name != family.name));
            assert_eq!(family.kind == "counter", family.name.ends_with("_total"), "{}", family.name);
            assert!(family.name.starts_with("countersign_") && family.help.ends_with('.'));
        }
    }

    #[test]
    fn a_label_cannot_end_its_line() {
        let mut text = Vec::new();
        write_sample(KEY_FETCHES, &["a\"\\\n\u{1}", "b"], 7, &mut text);
        let expected = "countersign_key_fetches_total{issuer=\"a\\\"\\\\\\n \",url=\"b\"} 7\n";
        assert_eq!(String::from_utf8(text).unwrap(), expected);
    }
}
