//! Turns `src/findings.tsv` into the `FindingId` enum and its table.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::{Row as Reason, camel_case};

/// One row of `src/findings.tsv`, its cells as they stand.
struct Row<'a> {
    name: &'a str,
    severity: &'a str,
    weight: u8,
    reason: &'a str,
    requirement: &'a str,
    section: &'a str,
    cause: &'a str,
    advice: &'a str,
}

/// The Rust source of the table.
pub(super) fn rust_table(path: &Path, reasons: &[Reason]) -> String {
    let table = fs::read_to_string(path).expect("src/findings.tsv is readable");
    let rows = read_rows(&table, reasons);
    let mut out = String::from(
        "/// What the diagnosis can find.\n///\n/// The name and the number are stable: neither is ever given to another \
         meaning.\n#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]\n#[repr(u32)]\n\
         #[allow(clippy::doc_markdown, reason = \"texts for people, not for rustdoc\")]\n#[non_exhaustive]\npub enum FindingId {\n",
    );
    for (index, row) in rows.iter().enumerate() {
        let _ = writeln!(out, "    /// `{}`: {}", row.name, row.cause.replace('<', "\\<"));
        let _ = writeln!(out, "    {} = {},", camel_case(row.name), index + 1);
    }
    let _ = writeln!(out, "}}\n\nstatic ROWS: [Row; {}] = [", rows.len());
    for row in &rows {
        let reason = match row.reason.trim_end_matches('*') {
            "-" => "None".to_owned(),
            name => format!("Some(Reason::{})", camel_case(name)),
        };
        let _ = writeln!(
            out,
            "    Row {{ id: FindingId::{}, name: {:?}, severity: Severity::{}, weight: {}, reason: {reason}, stands_for_reason: {}, requirement: {:?}, section: {:?}, cause: {:?}, advice: {:?} }},",
            camel_case(row.name),
            row.name,
            camel_case(row.severity),
            row.weight,
            row.reason.ends_with('*'),
            row.requirement,
            row.section,
            row.cause,
            row.advice,
        );
    }
    out.push_str("];\n");
    out
}

fn read_rows<'a>(table: &'a str, reasons: &[Reason]) -> Vec<Row<'a>> {
    let mut rows: Vec<Row<'a>> = Vec::new();
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [name, severity, weight, reason, requirement, section, cause, advice] = cells[..] else {
            panic!("src/findings.tsv: a row needs eight cells: {line}");
        };
        let weight = weight.parse().expect("a finding's weight is an integer");
        assert!(weight <= 99, "src/findings.tsv: the weight of {name} is over 99");
        assert!(rows.iter().all(|row| row.name != name), "src/findings.tsv: {name} stands twice");
        let known = |wanted: &str| reasons.iter().any(|row| row.name == wanted);
        assert!(reason == "-" || known(reason.trim_end_matches('*')), "src/findings.tsv: no reason {reason}");
        let stands_for = |row: &&Row<'_>| reason.ends_with('*') && row.reason == reason;
        assert!(rows.iter().find(stands_for).is_none(), "src/findings.tsv: two rows stand for {reason}");
        rows.push(Row { name, severity, weight, reason, requirement, section, cause, advice });
    }
    rows
}
