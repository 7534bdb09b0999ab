//! The table of rules, in the order of a report. Each row stands in the file of its group, above what judges by it.

mod cache;
mod challenge;
mod cors;
mod edge;
mod leak;
mod status;
mod token;

use super::rule::{Evidence, Rule, Severity, Verdict};

const fn row(
    (id, severity): (&'static str, Severity),
    (requirement, section): (&'static str, &'static str),
    asks: &'static str,
    advice: &'static str,
    judge: fn(&Evidence) -> Verdict,
) -> Rule {
    Rule { id, severity, requirement, section, asks, advice, judge }
}

/// Every rule.
/// Every rule, in the order of a report.
pub(crate) fn all() -> impl Iterator<Item = &'static Rule> {
    [status::RULES, challenge::RULES, cache::RULES, cors::RULES, leak::RULES, token::RULES, edge::RULES]
        .into_iter()
        .flatten()
}

/// Whether a rule compares an edge with its origin.
pub(crate) fn is_of_edge(rule: &Rule) -> bool {
    rule.id.starts_with("edge_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_stands_once_with_a_requirement_and_a_sentence() {
        for (index, rule) in all().enumerate() {
            assert!(all().skip(index + 1).all(|other| other.id != rule.id), "{}", rule.id);
            assert!(rule.requirement.starts_with("REQ-"), "{}", rule.id);
            assert!(rule.section.starts_with("RFC ") || rule.section.starts_with("Fetch, "), "{}", rule.id);
            assert!(rule.asks.ends_with('.') && rule.advice.ends_with('.'), "{}", rule.id);
        }
    }
}
