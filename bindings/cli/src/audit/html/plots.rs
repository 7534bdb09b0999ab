//! The plots: SVG drawn in the page, scaled to any width, with the table of its data behind each.
//!
//! Text stands beside the drawings and not in them, so that it keeps its size on a narrow screen.

use std::fmt::Write as _;

use super::super::report::{Report, STATUSES, seconds};
use super::super::tally::Group;
use super::{escape, grouped, route, time};

/// Refusals over time, stacked by status, with the spikes marked.
pub(super) fn timeline(report: &Report<'_>, out: &mut String) {
    let timeline = &report.timeline;
    let (Some(first), Some(last)) = (timeline.buckets.first(), timeline.buckets.last()) else { return };
    let (first, last) = (first.0, last.0);
    let width = timeline.level.seconds() * 1000;
    let sum = |refused: &[u32; 4]| refused.iter().copied().map(u64::from).sum::<u64>();
    let most = timeline.buckets.iter().map(|(_, _, refused)| sum(refused)).max().unwrap_or(0);
    let top = round_up(most);
    let span = seconds(width);
    begin(
        out,
        "timeline",
        "Refusals over time",
        &format!("A bar for each {span}, by status. The highest has {}.", grouped(most)),
    );
    let marks = &report.tally.marks;
    legend(report, !marks.is_empty(), out);
    let _ = writeln!(
        out,
        "<div class=\"plot\"><div class=\"y\" aria-hidden=\"true\"><span>{}</span><span>{}</span><span>0</span></div>\n<svg \
         viewBox=\"0 0 {} 100\" preserveAspectRatio=\"none\" role=\"img\" aria-labelledby=\"timeline-title\">\n<title \
         id=\"timeline-title\">Refusals over time by status; the table below has the numbers</title>",
        grouped(top),
        grouped(top / 2),
        last - first + 1
    );
    for (status, spike) in marks {
        let _ = writeln!(
            out,
            "<rect class=\"spike\" x=\"{}\" y=\"0\" width=\"{}\" height=\"100\"><title>Spike of {status}</title></rect>",
            spike.first - first,
            spike.last - spike.first + 1
        );
    }
    for y in ["0.5", "50"] {
        let _ = writeln!(out, "<line class=\"grid\" x1=\"0\" x2=\"{}\" y1=\"{y}\" y2=\"{y}\"/>", last - first + 1);
    }
    for (bucket, requests, refused) in timeline.buckets.iter().filter(|(_, _, refused)| sum(refused) > 0) {
        let _ = write!(out, "<g><title>{}", super::utc(bucket * width));
        for (status, count) in STATUSES.iter().zip(refused).filter(|(_, count)| **count > 0) {
            let _ = write!(out, ", {status}: {count}");
        }
        let _ = write!(out, " of {requests} requests</title>");
        let mut y = 100.0;
        for (status, count) in STATUSES.iter().zip(refused).filter(|(_, count)| **count > 0) {
            let height = f64::from(*count) * 100.0 / number(top);
            y -= height;
            let x = bucket - first;
            let _ =
                write!(out, "<rect class=\"s{status}\" x=\"{x}\" y=\"{y:.2}\" width=\"1\" height=\"{height:.2}\"/>");
        }
        out.push_str("</g>\n");
    }
    let _ = writeln!(
        out,
        "</svg></div>\n<p class=\"x\" aria-hidden=\"true\"><span>{}</span><span>{}</span></p>",
        time(first * width),
        time((last + 1) * width)
    );
    timeline_table(report, out);
    out.push_str("</figure>\n");
}

fn timeline_table(report: &Report<'_>, out: &mut String) {
    let timeline = &report.timeline;
    let width = timeline.level.seconds() * 1000;
    let shown: Vec<u16> = STATUSES.into_iter().filter(|status| report.statuses.contains_key(status)).collect();
    let heads: Vec<String> = shown.iter().map(u16::to_string).collect();
    let mut columns = vec!["From", "Requests"];
    columns.extend(heads.iter().map(String::as_str));
    begin_table(out, "timeline", &columns);
    for (bucket, requests, refused) in &timeline.buckets {
        let _ = write!(
            out,
            "<tr><th scope=\"row\">{}</th><td class=\"n\">{}</td>",
            time(bucket * width),
            grouped(u64::from(*requests))
        );
        for (status, count) in STATUSES.iter().zip(refused) {
            if shown.contains(status) {
                let _ = write!(out, "<td class=\"n\">{}</td>", grouped(u64::from(*count)));
            }
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table></div></details>\n");
}

/// The routes with the most refusals, stacked by status.
pub(super) fn routes(report: &Report<'_>, out: &mut String) {
    let mut routes: Vec<(&str, u64, [u64; 4])> = Vec::new();
    for row in &report.rows {
        let Some(status) = STATUSES.iter().position(|status| *status == row.group.status) else { continue };
        let at = routes.iter().position(|(route, ..)| *route == row.route).unwrap_or_else(|| {
            routes.push((row.route, row.requests, [0; 4]));
            routes.len() - 1
        });
        if let Some(count) = routes.get_mut(at).and_then(|(_, _, counts)| counts.get_mut(status)) {
            *count += row.group.count;
        }
    }
    let total = |counts: &[u64; 4]| counts.iter().sum::<u64>();
    routes.sort_by_key(|(_, _, counts)| std::cmp::Reverse(total(counts)));
    routes.truncate(ROUTES);
    let Some(most) = routes.first().map(|(_, _, counts)| total(counts)) else { return };
    begin(
        out,
        "routes",
        "Routes with the most refusals",
        "Bars are parted by status; numbers are refusals of all requests.",
    );
    legend(report, false, out);
    out.push_str("<div class=\"bars\">\n");
    for (route, requests, counts) in &routes {
        bar(
            out,
            route,
            &format!("{} of {}", grouped(total(counts)), grouped(*requests)),
            &STATUSES.map(|status| format!("s{status}")),
            counts,
            most,
        );
    }
    out.push_str("</div>\n");
    begin_table(out, "routes", &["Route", "Requests", "401", "403", "407", "503"]);
    for (route, requests, counts) in &routes {
        let _ = write!(out, "<tr><th scope=\"row\">{}</th><td class=\"n\">{}</td>", escape(route), grouped(*requests));
        for count in counts {
            let _ = write!(out, "<td class=\"n\">{}</td>", grouped(*count));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table></div></details>\n</figure>\n");
}

/// Refusals by challenge.
pub(super) fn challenges(report: &Report<'_>, out: &mut String) {
    let shown = report.challenges.get(..report.challenges.len().min(ROUTES)).unwrap_or_default();
    let Some(most) = shown.first().map(|(_, count)| *count) else { return };
    begin(out, "challenges", "Challenges", "What 401, 403 and 407 told of the credentials wanted, over all routes.");
    out.push_str("<div class=\"bars\">\n");
    for (challenge, count) in shown {
        bar(out, challenge, &grouped(*count), &["plain".to_owned()], &[*count], most);
    }
    out.push_str("</div>\n");
    begin_table(out, "challenges", &["Challenge", "Refusals"]);
    for (challenge, count) in shown {
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td class=\"n\">{}</td></tr>",
            escape(challenge),
            grouped(*count)
        );
    }
    out.push_str("</tbody></table></div></details>\n</figure>\n");
}

/// The course of one group in a small drawing; its numbers are in the time plot's table and the JSON.
pub(super) fn course(report: &Report<'_>, group: &Group) -> String {
    let buckets = &report.timeline.buckets;
    let (Some(first), Some(last)) = (buckets.first(), buckets.last()) else { return String::new() };
    let span = number(u64::try_from(last.0 - first.0 + 1).unwrap_or(1));
    let most = group.series.counts().iter().map(|(_, count)| *count).max().unwrap_or(1).max(1);
    let width = report.timeline.level.seconds() * 1000;
    let peak = group.series.counts().iter().find(|(_, count)| *count == most).map_or(0, |(bucket, _)| *bucket);
    let mut out = format!(
        "<svg class=\"course\" viewBox=\"0 0 120 24\" role=\"img\" aria-label=\"highest {most} in {}, at {}\"><path class=\"s{}\" d=\"",
        seconds(width),
        super::utc(peak * width),
        group.status
    );
    for (bucket, count) in group.series.counts() {
        let x = number(u64::try_from(bucket - first.0).unwrap_or(0)) * 120.0 / span;
        let (step, height) = ((120.0 / span).max(1.0), f64::from(*count) * 24.0 / f64::from(most));
        let _ = write!(out, "M{x:.1} 24v-{height:.1}h{step:.1}v{height:.1}z");
    }
    out.push_str("\"/></svg>");
    out
}

fn begin(out: &mut String, id: &str, title: &str, text: &str) {
    let _ = writeln!(
        out,
        "<figure aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{title}</h2>\n<p class=\"lead\">{}</p>",
        escape(text)
    );
}

/// What the colours mean.
fn legend(report: &Report<'_>, has_spikes: bool, out: &mut String) {
    out.push_str("<ul class=\"legend\">");
    let statuses = report.statuses.keys().map(|status| (format!("s{status}"), status.to_string()));
    let spike = has_spikes.then(|| ("spike".to_owned(), "spike".to_owned()));
    for (class, name) in statuses.chain(spike) {
        let _ = write!(
            out,
            "<li><svg viewBox=\"0 0 10 10\" aria-hidden=\"true\"><rect class=\"{class}\" width=\"10\" \
             height=\"10\"/></svg>{name}</li>"
        );
    }
    out.push_str("</ul>\n");
}

/// One line of a bar plot: the name, what it counts, and a bar in parts.
fn bar(out: &mut String, name: &str, told: &str, classes: &[String], parts: &[u64], most: u64) {
    let (shown, name) = (route(name), escape(name));
    let _ = write!(
        out,
        "<div class=\"row\"><span class=\"name\">{shown}</span><span class=\"n\">{told}</span><svg role=\"img\" \
         aria-label=\"{name}: {told}\">"
    );
    let mut x = 0.0;
    for (class, part) in classes.iter().zip(parts).filter(|(_, part)| **part > 0) {
        let width = number(*part) * 100.0 / number(most.max(1));
        let _ = write!(out, "<rect class=\"{class}\" x=\"{x:.2}%\" width=\"{width:.2}%\" height=\"100%\"/>");
        x += width;
    }
    out.push_str("</svg></div>\n");
}

fn begin_table(out: &mut String, id: &str, columns: &[&str]) {
    let _ = write!(
        out,
        "<details><summary>Table of the data</summary><div class=\"scroll\" role=\"region\" aria-label=\"Data of {id}\" \
         tabindex=\"0\"><table><thead><tr>"
    );
    for (at, column) in columns.iter().enumerate() {
        let class = if at > 0 { " class=\"n\"" } else { "" };
        let _ = write!(out, "<th scope=\"col\"{class}>{column}</th>");
    }
    out.push_str("</tr></thead><tbody>\n");
}

/// The next number with one digit, an even one where it halves.
fn round_up(most: u64) -> u64 {
    let mut unit = 1;
    while unit * 10 < most {
        unit *= 10;
    }
    [2, 4, 6, 8, 10].into_iter().map(|digit| digit * unit).find(|top| *top >= most).unwrap_or(most)
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a place in a drawing")]
fn number(count: u64) -> f64 {
    count as f64
}

/// Bars in one plot.
const ROUTES: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_ends_at_a_round_number() {
        assert_eq!([0, 1, 2, 9, 11, 60, 61, 961].map(round_up), [2, 2, 2, 10, 20, 60, 80, 1000]);
    }
}
