//! What a probe found, for people and for programs.

use std::time::Duration;

use super::answer::{Exchange, Outcome};
use super::credentials::Credentials;
use super::rule::{Evidence, Rule, Severity, Sight, Verdict};
use super::rules::{self, is_of_edge};
use crate::fault::Answer;
use crate::json::{Object, array};
use crate::output::{BAD, FAINT, GOOD, Output, TITLE, WARN, paint, printable};

/// The results of all rules. Holds no piece of a credential.
pub(crate) struct Report {
    url: String,
    against: Option<String>,
    requests: Vec<Line>,
    pub(crate) rows: Vec<Row>,
    pub(crate) took: Duration,
    pub(crate) fail_on: Severity,
}

/// A request, and in a word what came of it.
struct Line {
    id: &'static str,
    method: &'static str,
    came: String,
    status: Option<u16>,
    challenge: Option<String>,
}

/// A rule and what became of it.
pub(crate) struct Row {
    pub(crate) rule: &'static Rule,
    pub(crate) verdict: Verdict,
    /// The same rule at the origin behind.
    behind: Option<Verdict>,
}

impl Report {
    /// Judges by every rule, and hides what is secret in what was seen.
    pub(crate) fn new(url: &str, against: Option<&str>, mut evidence: Evidence, made: &Credentials) -> Report {
        let rules = || rules::all().filter(|rule| evidence.behind.is_some() || !is_of_edge(rule));
        let mut rows: Vec<Row> =
            rules().map(|rule| Row { rule, verdict: hide((rule.judge)(&evidence), made), behind: None }).collect();
        let requests = evidence.exchanges.iter().map(|exchange| line(exchange, made)).collect();
        if let Some(behind) = evidence.behind.take() {
            evidence.exchanges = behind;
            for row in rows.iter_mut().filter(|row| !is_of_edge(row.rule)) {
                row.behind = Some(hide((row.rule.judge)(&evidence), made));
            }
        }
        let (url, against) = (made.hide(url), against.map(|origin| made.hide(origin)));
        Report { url, against, requests, rows, took: Duration::ZERO, fail_on: Severity::Warning }
    }

    /// The same with how long it took, and what the exit code is to tell of.
    pub(crate) fn took(self, took: Duration, fail_on: Severity) -> Report {
        Report { took, fail_on, ..self }
    }

    /// The answer by the worst rule that is broken.
    pub(crate) fn outcome(&self) -> Answer {
        match self.worst().filter(|worst| *worst >= self.fail_on) {
            None => Answer::Yes,
            Some(Severity::Error) => Answer::No,
            Some(Severity::Warning | Severity::Note) => Answer::Warned,
        }
    }

    /// Writes the table, or one JSON object.
    pub(crate) fn write(&self, out: &mut Output) {
        if out.is_json() {
            return out.line(&self.json());
        }
        self.write_head(out);
        for row in &self.rows {
            if let Verdict::Broken(sights) = &row.verdict {
                write_broken(row, sights, out);
            }
        }
        for row in &self.rows {
            let word = match row.verdict {
                Verdict::Kept => paint(GOOD, "kept     "),
                Verdict::Broken(_) => continue,
                Verdict::NotApplicable(_) => paint(FAINT, "n/a      "),
            };
            let why = match row.verdict {
                Verdict::NotApplicable(why) => format!("  {}", paint(FAINT, why)),
                _ => String::new(),
            };
            let Rule { id, requirement, section, .. } = row.rule;
            out.line(format!("{word} {id:<30} {requirement:<14} {section}{why}").trim_end());
        }
        out.gap();
        let style = match self.worst() {
            None => GOOD,
            Some(Severity::Error) => BAD,
            Some(_) => WARN,
        };
        out.styled(style, &self.summary());
    }

    fn write_head(&self, out: &mut Output) {
        out.fact("probe", &self.url);
        if let Some(against) = &self.against {
            out.fact("against", against);
        }
        let sent = self.requests.iter().filter(|line| line.status.is_some()).count();
        out.fact("answers", &format!("{sent} in {:.1} s", self.took.as_secs_f64()));
        for line in &self.requests {
            let came = format!("{:<20} {:<8} {}", line.id, line.method, line.came);
            out.line(&format!("          {}", paint(FAINT, &printable(&came))));
        }
        out.gap();
    }

    fn worst(&self) -> Option<Severity> {
        let broken = self.rows.iter().filter(|row| matches!(row.verdict, Verdict::Broken(_)));
        broken.map(|row| row.rule.severity).max()
    }

    fn count(&self, verdict: &str) -> usize {
        self.rows.iter().filter(|row| row.verdict.name() == verdict).count()
    }

    fn summary(&self) -> String {
        let worst = self.worst().map_or_else(String::new, |worst| format!(" (worst: {})", worst.name()));
        let [kept, broken, rest] = ["kept", "broken", "not_applicable"].map(|verdict| self.count(verdict));
        format!("{kept} kept, {broken} broken{worst}, {rest} not applicable")
    }

    fn json(&self) -> String {
        let requests = self.requests.iter().map(|line| {
            Object::new()
                .text("id", line.id)
                .text("method", line.method)
                .raw("status", &line.status.map_or_else(|| "null".to_owned(), |status| status.to_string()))
                .text("came", &line.came)
                .text_or_null("www_authenticate", line.challenge.as_deref())
                .finish()
        });
        let rules = self.rows.iter().map(|row| {
            let seen = match &row.verdict {
                Verdict::Broken(sights) => sights.as_slice(),
                _ => &[],
            };
            let seen = seen
                .iter()
                .map(|sight| Object::new().text("request", sight.request).text("text", &sight.text).finish());
            let why = match row.verdict {
                Verdict::NotApplicable(why) => Some(why),
                _ => None,
            };
            rule_json(row.rule)
                .text("result", row.verdict.name())
                .raw("seen", &array(seen))
                .text_or_null("why", why)
                .text_or_null("origin", row.behind.as_ref().map(Verdict::name))
                .finish()
        });
        Object::new()
            .text("url", &self.url)
            .text_or_null("against", self.against.as_deref())
            .raw("requests", &array(requests))
            .raw("rules", &array(rules))
            .raw("kept", &self.count("kept").to_string())
            .raw("broken", &self.count("broken").to_string())
            .raw("not_applicable", &self.count("not_applicable").to_string())
            .text_or_null("worst", self.worst().map(Severity::name))
            .finish()
    }
}

/// What stands in the table of rules.
pub(crate) fn rule_json(rule: &Rule) -> Object {
    Object::new()
        .text("id", rule.id)
        .text("severity", rule.severity.name())
        .text("requirement", rule.requirement)
        .text("section", rule.section)
        .text("asks", rule.asks)
        .text("advice", rule.advice)
}

fn line(exchange: &Exchange, made: &Credentials) -> Line {
    let came = match &exchange.outcome {
        Outcome::Answered(answer) => match answer.error() {
            Some(error) => format!("{} error=\"{}\"", answer.status, shown(error, made)),
            None => answer.status.to_string(),
        },
        Outcome::Failed(cause) => cause.clone(),
        Outcome::NotSent(why) => format!("not sent {why}"),
    };
    let status = exchange.answer().map(|answer| answer.status);
    let challenged = exchange.answer().filter(|answer| answer.has("www-authenticate"));
    let challenge = challenged.map(|answer| shown(&answer.text("www-authenticate"), made));
    Line { id: exchange.plan.id, method: exchange.method.name(), came, status, challenge }
}

fn hide(verdict: Verdict, made: &Credentials) -> Verdict {
    match verdict {
        Verdict::Broken(sights) => {
            Verdict::Broken(sights.into_iter().map(|sight| Sight { text: shown(&sight.text, made), ..sight }).collect())
        }
        other => other,
    }
}

/// What a server wrote, in part, and without what was sent to it.
fn shown(text: &str, made: &Credentials) -> String {
    // Looking for secrets takes time by the length of both; a field can have many thousand bytes.
    let text = made.hide(start(text, 4 * SHOWN_CHARACTERS).unwrap_or(text));
    start(&text, SHOWN_CHARACTERS).map_or_else(|| text.clone(), |start| format!("{start}..."))
}

/// The first characters, if there are more.
fn start(text: &str, count: usize) -> Option<&str> {
    text.char_indices().nth(count).and_then(|(at, _)| text.get(..at))
}

fn write_broken(row: &Row, sights: &[Sight], out: &mut Output) {
    let Rule { id, severity, requirement, section, asks, advice, .. } = row.rule;
    let style = if *severity == Severity::Error { BAD } else { WARN };
    let place = format!("{requirement:<14} {section}");
    out.line(&format!("{} {:<30} {place}  {}", paint(style, "broken   "), id, paint(style, severity.name())));
    out.line(&format!("          {}", paint(TITLE, asks)));
    for sight in sights.iter().take(SHOWN_SIGHTS) {
        out.line(&format!("          {:<20} {}", sight.request, printable(&sight.text)));
    }
    if sights.len() > SHOWN_SIGHTS {
        out.line(&format!("          and {} more like it", sights.len() - SHOWN_SIGHTS));
    }
    match row.behind {
        Some(Verdict::Kept) => out.line("          The origin keeps this: look at what stands between the two."),
        Some(Verdict::Broken(_)) => out.line("          The origin breaks this too: mend it there."),
        _ => {}
    }
    out.line(&format!("          next: {advice}"));
    out.gap();
}

const SHOWN_CHARACTERS: usize = 200;
const SHOWN_SIGHTS: usize = 4;
