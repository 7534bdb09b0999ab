//! The results as `JUnit` XML, as build servers read it: one test case a rule (XML 1.0).

use std::fmt::Write as _;

use super::report::Report;
use super::rule::Verdict;

/// The document. A rule that is broken fails if its severity is one that the exit code tells of.
pub(crate) fn text(report: &Report) -> String {
    let (mut failures, mut skipped, mut cases) = (0, 0, String::new());
    for row in &report.rows {
        let rule = row.rule;
        // Writing to a String does not fail.
        let _ = write!(cases, "  <testcase classname=\"countersign.probe\" name=\"{}\"", escape(rule.id));
        match &row.verdict {
            Verdict::Kept => cases.push_str("/>\n"),
            Verdict::NotApplicable(why) => {
                skipped += 1;
                let _ = writeln!(cases, "><skipped message=\"{}\"/></testcase>", escape(why));
            }
            Verdict::Broken(sights) => {
                let seen = sights.iter().map(|sight| format!("{}: {}\n", sight.request, sight.text));
                let seen = escape(&seen.collect::<String>());
                let places = format!("{}, {}", rule.requirement, rule.section);
                let told =
                    format!("{seen}{} ({})\nnext: {}\n", escape(rule.asks), escape(&places), escape(rule.advice));
                if rule.severity >= report.fail_on {
                    failures += 1;
                    let (kind, asks) = (rule.severity.name(), escape(rule.asks));
                    let _ = writeln!(cases, "><failure type=\"{kind}\" message=\"{asks}\">{told}</failure></testcase>");
                } else {
                    let _ = writeln!(cases, "><system-out>{told}</system-out></testcase>");
                }
            }
        }
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"countersign probe\" tests=\"{}\" \
         failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\" time=\"{:.3}\">\n{cases}</testsuite>\n",
        report.rows.len(),
        report.took.as_secs_f64()
    )
}

/// Text for content and for attributes; characters that no XML document may hold become visible.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push('\n'),
            '\u{FFFE}' | '\u{FFFF}' => out.push('\u{FFFD}'),
            other if other.is_control() => out.extend(other.escape_unicode()),
            other => out.push(other),
        }
    }
    out
}
