//! The report as text for people at a terminal.

use super::report::{Report, utc};
use crate::output::{FAINT, Output, TITLE, WARN, paint, printable};

/// Writes all of it.
pub(super) fn write(report: &Report<'_>, out: &mut Output) {
    let tally = report.tally;
    let statuses: Vec<String> = report.statuses.iter().map(|(status, count)| format!("{count} x {status}")).collect();
    let statuses = if statuses.is_empty() { "none".to_owned() } else { statuses.join(", ") };
    out.fact("requests", &tally.requests.to_string());
    out.fact("refused", &statuses);
    if let (Some(from), Some(to)) = (tally.from, tally.to) {
        out.fact("from", &utc(from));
        out.fact("to", &utc(to));
    }
    for file in report.files {
        out.fact("file", &format!("{}: {}, {} records", file.name, file.format, file.records));
        let broken = &file.broken;
        if broken.count > 0 {
            out.line(&paint(WARN, &format!("          {} could not be read:", broken.count)));
            for (place, why) in &broken.first {
                out.line(&format!("          {place}: {why}"));
            }
        }
    }
    findings(report, out);
    groups(report, out);
    for remark in report.remarks() {
        out.gap();
        out.styled(FAINT, &remark);
    }
}

fn findings(report: &Report<'_>, out: &mut Output) {
    out.gap();
    if report.findings.is_empty() {
        out.styled(TITLE, "No spikes, storms, loops or slips found");
        return;
    }
    out.styled(TITLE, "Findings");
    for told in report.by_kind() {
        let Some(kind) = told.first().map(|told| told.kind) else { continue };
        let severity = kind.severity();
        out.gap();
        out.line(&format!("{} {} ({})", paint(severity.style(), severity.name()), kind.title(), kind.id()));
        for told in told.iter().take(SUBJECTS) {
            out.line(&format!("  {}", printable(&told.subject())));
            let place = told.place.map(|place| format!("; see {}", report.place(place))).unwrap_or_default();
            out.line(&printable(&format!("    {}{place}", told.evidence)));
        }
        if told.len() > SUBJECTS {
            out.line(&format!("  and {} more, which --json lists", told.len() - SUBJECTS));
        }
        out.line(&format!("  {} {}", paint(FAINT, "cause"), kind.cause()));
        out.line(&format!("  {} {}", paint(FAINT, "next "), kind.advice()));
    }
}

fn groups(report: &Report<'_>, out: &mut Output) {
    if report.rows.is_empty() {
        return;
    }
    out.gap();
    out.styled(TITLE, "Refusals by route and challenge");
    out.line(&paint(FAINT, "    count   share  clients  status  route, challenge"));
    for row in &report.rows {
        let group = row.group;
        let clients = if group.clients.is_estimate() { "~" } else { "" };
        out.line(&format!(
            "{:>9} {:>7} {:>8}  {}     {}{}",
            group.count,
            share(group.count, row.requests),
            format!("{clients}{}", group.clients.count()),
            group.status,
            printable(row.route),
            paint(FAINT, &format!(", {}", printable(&group.challenge)))
        ));
    }
    if report.rest.groups > 0 {
        out.line(&format!("{:>9}  in {} more groups", report.rest.count, report.rest.groups));
    }
}

/// A part of a whole in per cent, with one digit behind the point.
pub(super) fn share(part: u64, whole: u64) -> String {
    let tenths = (u128::from(part) * 1000).checked_div(u128::from(whole)).unwrap_or(0);
    format!("{}.{}%", tenths / 10, tenths % 10)
}

/// Subjects of one kind in the text; JSON and the page have more.
const SUBJECTS: usize = 6;
