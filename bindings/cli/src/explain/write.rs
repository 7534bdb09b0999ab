//! What `explain` says: the exchange in a line or two, then the findings.

use countersign::explain::{Finding, Severity};

use super::forms::{Exchange, Form, Found};
use super::judged::Judged;
use super::select::Selected;
use super::shown;
use super::wrap::wrap;
use crate::dates;
use crate::json::Object;
use crate::output::{BAD, FAINT, GOOD, Output, TITLE, WARN, paint, printable};

use clap::builder::styling::Style;
use countersign::time::NANOS_PER_SECOND;

/// One JSON object: what was read, and every finding as the corpus has it, with requirement and section.
pub(super) fn json(found: &Found, selected: &Selected, judged: &Judged<'_>, findings: &[Finding], out: &mut Output) {
    let exchange = found.exchanges.get(selected.index).map(|exchange| {
        let numbers = [
            ("number", selected.index + 1),
            ("of", found.exchanges.len()),
            ("redirects", selected.hops.len()),
            ("status", usize::from(exchange.status())),
        ];
        let request = exchange.sent.as_ref().map(shown::request);
        let object = Object::new().text_or_null("request", request.as_deref());
        numbers.into_iter().fold(object, |object, (name, number)| object.raw(name, &number.to_string())).finish()
    });
    let findings = findings.iter().map(|finding| {
        let mut text = String::new();
        finding.write_json(&mut text);
        let text = text.strip_suffix('}').unwrap_or(&text);
        let more = Object::new().text("requirement", finding.id.requirement()).text("section", finding.id.section());
        format!("{text},{}", more.finish().trim_start_matches('{'))
    });
    let object = Object::new()
        .text("form", found.form.word())
        .raw("exchange", exchange.as_deref().unwrap_or("null"))
        .text("clock", judged.clock.word())
        .raw("findings", &crate::json::array(findings));
    out.line(&object.finish());
}

/// Text for people: the likeliest findings, or all.
pub(super) fn people(
    found: &Found,
    selected: &Selected,
    judged: &Judged<'_>,
    findings: &[Finding],
    all: bool,
    out: &mut Output,
) {
    write_exchange(found, selected, judged, out);
    if findings.is_empty() {
        out.gap();
        out.styled(GOOD, "nothing found");
        advise(judged, out);
        return;
    }
    let shown = if all { findings.len() } else { LIKELIEST.min(findings.len()) };
    let (first, rest) = findings.split_at_checked(shown).unwrap_or((findings, &[]));
    for (finding, number) in first.iter().zip(1..) {
        out.gap();
        write_finding(finding, number, out);
    }
    if !rest.is_empty() {
        out.gap();
        let names: Vec<String> =
            rest.iter().map(|finding| format!("{} ({})", finding.id.name(), finding.severity().name())).collect();
        for line in wrap(&format!("and {} more: {}; --all shows them", rest.len(), names.join(", ")), 0) {
            out.styled(FAINT, &line);
        }
    }
    advise(judged, out);
}

/// As what the input was read, and which exchange this is about.
fn write_exchange(found: &Found, selected: &Selected, judged: &Judged<'_>, out: &mut Output) {
    out.fact("read as", found.form.name());
    if let Some(exchange) = found.exchanges.get(selected.index) {
        write_place(exchange, found, selected, out);
    }
    // A challenge says nothing of times.
    if found.form == Form::Challenge {
        return;
    }
    let time = judged.now.map(|now| {
        let seconds = i64::try_from(now.nanos().div_euclid(NANOS_PER_SECOND)).unwrap_or_default();
        format!("{}, ", dates::utc(seconds))
    });
    write_fact("time", &format!("{}{}", time.unwrap_or_default(), judged.clock.name()), out);
}

fn write_place(exchange: &Exchange, found: &Found, selected: &Selected, out: &mut Output) {
    let count = found.exchanges.len();
    let place = match found.form {
        Form::Har => format!(" (entry {} of {count})", exchange.place),
        _ if count > 1 => format!(" (exchange {} of {count}, line {})", selected.index + 1, exchange.place),
        _ => String::new(),
    };
    write_fact("exchange", &format!("{}{place}", shown::line(exchange)), out);
    for hop in &selected.hops {
        if let Some(hop) = found.exchanges.get(*hop) {
            write_fact("redirect", &shown::line(hop), out);
        }
    }
    if !selected.others.is_empty() {
        let numbers: Vec<String> = selected.others.iter().take(OTHERS).map(|other| (other + 1).to_string()).collect();
        let more = if selected.others.len() > OTHERS { ", ..." } else { "" };
        write_fact("others", &format!("denied too: {}{more}; --entry N explains one", numbers.join(", ")), out);
    }
}

fn write_finding(finding: &Finding, number: usize, out: &mut Output) {
    let style = style_of(finding.severity());
    let severity = paint(style, finding.severity().name());
    let id = paint(TITLE, finding.id.name());
    out.line(&format!("{number}. {severity} {id} {}", paint(FAINT, &format!("({})", finding.certainty.name()))));
    for line in wrap(finding.cause(), INDENT) {
        out.line(&format!("{:INDENT$}{line}", ""));
    }
    write_indented("where", &place_of(finding), out);
    if !finding.evidence.is_empty() {
        write_indented("seen", &finding.evidence, out);
    }
    write_indented("do", finding.advice(), out);
    if let Some(change) = &finding.would_pass_if {
        write_indented("passes if", change, out);
    }
    write_indented("rule", &format!("{}, {}", finding.id.requirement(), finding.id.section()), out);
}

fn place_of(finding: &Finding) -> String {
    let place = &finding.place;
    let mut words = vec![place.part.name().to_owned()];
    words.extend(place.name.clone());
    words.extend(place.offset.map(|offset| format!("byte {offset}")));
    words.join(", ")
}

/// What to hand in, so that the cause is proved.
fn advise(judged: &Judged<'_>, out: &mut Output) {
    if !judged.has_policy() {
        out.gap();
        out.styled(FAINT, "With --policy and --keys the check itself is run, and the cause proved.");
    }
}

fn write_fact(name: &str, value: &str, out: &mut Output) {
    let mut lines = wrap(value, FACT).into_iter();
    out.fact(name, &lines.next().unwrap_or_default());
    for line in lines {
        out.line(&format!("{:FACT$}{}", "", printable(&line)));
    }
}

fn write_indented(name: &str, value: &str, out: &mut Output) {
    let column = INDENT + FACT;
    for (index, line) in wrap(&printable(value), column).into_iter().enumerate() {
        let name = if index == 0 { name } else { "" };
        out.line(&format!("{:INDENT$}{} {line}", "", paint(FAINT, &format!("{name:<9}"))));
    }
}

const fn style_of(severity: Severity) -> Style {
    match severity {
        Severity::Error => BAD,
        Severity::Warning => WARN,
        Severity::Note => FAINT,
    }
}

/// Findings that are shown without `--all`: the cause is nearly always among them.
const LIKELIEST: usize = 3;
/// Other denied exchanges that are named.
const OTHERS: usize = 10;
const INDENT: usize = 3;
/// Columns of a fact's name with the space behind it.
const FACT: usize = 10;
