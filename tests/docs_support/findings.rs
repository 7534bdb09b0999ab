//! The generated part of docs/FINDINGS.md.

use std::fmt::Write as _;

use countersign::explain::FindingId;

/// The table, in the order of the numbers.
pub(crate) fn table() -> String {
    let mut out = String::from(
        "| number | name | severity | weight | reason | cause | what to do | requirement | section |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for id in FindingId::all() {
        let reason = id.reason().map_or_else(|| "-".to_owned(), |reason| format!("`{}`", reason.name()));
        let _ = writeln!(
            out,
            "| {} | `{}` | {} | {} | {reason} | {} | {} | {} | {} |",
            id.number(),
            id.name(),
            id.severity().name(),
            id.weight(),
            cell(id.cause()),
            cell(id.advice()),
            id.requirement(),
            id.section(),
        );
    }
    out.trim_end().to_owned()
}

/// A text that stays in its cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "\\<")
}
