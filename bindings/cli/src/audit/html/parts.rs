//! The parts of the page that are text: the summary, the findings, the groups and the files.

use std::fmt::Write as _;

use super::super::report::Report;
use super::super::text::share;
use super::{escape, grouped, plots, prose, route, time};

/// Numbers at a glance.
pub(super) fn summary(report: &Report<'_>, out: &mut String) {
    let tally = report.tally;
    if let (Some(from), Some(to)) = (tally.from, tally.to) {
        let _ = writeln!(out, "<p class=\"period\">{} to {}</p>", time(from), time(to));
    }
    out.push_str("<dl class=\"tiles\">\n");
    let mut tile = |name: &str, value: &str, class: &str| {
        let _ = writeln!(out, "<div class=\"{class}\"><dt>{name}</dt><dd>{value}</dd></div>");
    };
    tile("requests", &grouped(tally.requests), "tile");
    let refused = format!("{} <small>{}</small>", grouped(report.refused()), share(report.refused(), tally.requests));
    tile("refused", &refused, "tile");
    for (status, count) in &report.statuses {
        tile(&status.to_string(), &grouped(*count), &format!("tile s{status}"));
    }
    out.push_str("</dl>\n");
}

/// The findings, a card a kind.
pub(super) fn findings(report: &Report<'_>, out: &mut String) {
    out.push_str("<section aria-labelledby=\"findings\">\n<h2 id=\"findings\">Findings</h2>\n");
    if report.findings.is_empty() {
        out.push_str("<p class=\"good\">No spikes, storms, loops or slips found.</p>\n");
    }
    for told in report.by_kind() {
        let Some(kind) = told.first().map(|told| told.kind) else { continue };
        let severity = kind.severity().name();
        let _ = writeln!(
            out,
            "<article class=\"card {severity}\">\n<h3><span class=\"pill\">{severity}</span> {} <code>{}</code></h3>\n<ul>",
            escape(kind.title()),
            kind.id()
        );
        for told in told.iter().take(SUBJECTS) {
            let place = told.place.map(|place| format!("; see {}", escape(&report.place(place)))).unwrap_or_default();
            let (subject, evidence) = (route(&told.subject()), escape(&told.evidence));
            let _ = writeln!(out, "<li><strong>{subject}</strong><br>{evidence}{place}</li>");
        }
        if told.len() > SUBJECTS {
            let _ = writeln!(out, "<li>and {} more</li>", told.len() - SUBJECTS);
        }
        let _ = writeln!(
            out,
            "</ul>\n<p>{}</p>\n<p class=\"next\">{}</p>\n</article>",
            prose(kind.cause()),
            prose(kind.advice())
        );
    }
    out.push_str("</section>\n");
}

/// The groups as a table, each with its course over time.
pub(super) fn groups(report: &Report<'_>, out: &mut String) {
    if report.rows.is_empty() {
        return;
    }
    out.push_str(
        "<section aria-labelledby=\"groups\">\n<h2 id=\"groups\">Refusals by route and challenge</h2>\n<div class=\"scroll\" \
         role=\"region\" aria-labelledby=\"groups\" tabindex=\"0\">\n<table>\n<thead><tr><th scope=\"col\">Status</th>\
         <th scope=\"col\">Route</th><th scope=\"col\">Challenge</th><th scope=\"col\" class=\"n\">Refused</th><th \
         scope=\"col\" class=\"n\">Of the route</th><th scope=\"col\" class=\"n\">Clients</th><th \
         scope=\"col\">Over time</th><th scope=\"col\">First</th></tr></thead>\n<tbody>\n",
    );
    for row in &report.rows {
        let group = row.group;
        let about = if group.clients.is_estimate() { "~" } else { "" };
        let _ = writeln!(
            out,
            "<tr><td><span class=\"status s{status}\">{status}</span></td><th scope=\"row\">{}</th><td>{}</td><td \
             class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{about}{}</td><td>{}</td><td \
             class=\"place\">{}</td></tr>",
            route(row.route),
            escape(&group.challenge),
            grouped(group.count),
            share(group.count, row.requests),
            grouped(group.clients.count()),
            plots::course(report, group),
            escape(&report.place(group.first)),
            status = group.status,
        );
    }
    out.push_str("</tbody>\n");
    if report.rest.groups > 0 {
        let _ = writeln!(
            out,
            "<tfoot><tr><td></td><th scope=\"row\">{} more groups</th><td></td><td class=\"n\">{}</td><td></td><td></td>\
             <td></td><td></td></tr></tfoot>",
            grouped(report.rest.groups),
            grouped(report.rest.count)
        );
    }
    out.push_str("</table>\n</div>\n</section>\n");
}

/// What was read, and what could not be.
pub(super) fn files(report: &Report<'_>, out: &mut String) {
    out.push_str("<section aria-labelledby=\"files\">\n<h2 id=\"files\">Files</h2>\n<ul class=\"files\">\n");
    for file in report.files {
        let (name, records) = (escape(&file.name), grouped(file.records));
        let _ = writeln!(out, "<li><strong>{name}</strong>: {}, {records} records", file.format);
        if file.broken.count > 0 {
            let count = grouped(file.broken.count);
            let _ = writeln!(out, "<details><summary>{count} could not be read</summary><ul>");
            for (place, why) in &file.broken.first {
                let _ = writeln!(out, "<li>{place}: {}</li>", escape(why));
            }
            out.push_str("</ul></details>");
        }
        out.push_str("</li>\n");
    }
    out.push_str("</ul>\n");
    for remark in report.remarks() {
        let _ = writeln!(out, "<p class=\"remark\">{}</p>", escape(&remark));
    }
    out.push_str("</section>\n");
}

/// Subjects of one kind on the page.
const SUBJECTS: usize = 12;
