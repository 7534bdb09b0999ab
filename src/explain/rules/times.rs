//! The dates of the token against the clock at hand, and two clocks against each other (RFC 7519 section 4.1).

use super::super::collect::{Findings, finding};
use super::super::finding::{Certainty, FindingId, Part};
use super::super::moment::{date, span};
use super::super::token::ReadToken;
use super::super::view::{Clock, View};
use crate::time::{NANOS_PER_SECOND, NumericDate, Wall};

/// Clocks that differ by more than this are worth a word: leeway is for less.
const SKEW_NANOS: i128 = 30 * NANOS_PER_SECOND;
/// Off by less than this, it is rather the clocks than the token (docs/EXPLAIN.md).
const SUSPICION_NANOS: i128 = 300 * NANOS_PER_SECOND;

pub(super) fn find(view: &View<'_>, findings: &mut Findings) {
    compare_clocks(view, findings);
    let Some(token) = &view.token else { return };
    forms(token, findings);
    if let (Some(exp), Some(iat)) = (token.date("exp"), token.date("iat"))
        && exp <= iat
    {
        let seen = format!("exp is {}, {} before iat", date(exp / NANOS_PER_SECOND), span(iat - exp));
        findings.add(finding(FindingId::LifetimeNegative, Certainty::Observed, Part::Token).at("exp").seen(seen));
    }
    if let Some((now, clock)) = view.now {
        against(token, now, clock, findings);
    }
}

/// The server's Date against the time given: two machines, two opinions.
fn compare_clocks(view: &View<'_>, findings: &mut Findings) {
    let (Some(given), Some(server)) = (view.exchange.now.filter(|now| now.is_set()), view.date()) else { return };
    // What comes from a cache bears the date of then.
    if view.has_response_field("age") {
        return;
    }
    let ahead = given.nanos() - server.nanos();
    if ahead.abs() > SKEW_NANOS {
        let word = if ahead > 0 { "behind" } else { "ahead of" };
        let seen = format!("the response's Date is {} {word} this clock", span(ahead));
        findings.add(finding(FindingId::ClockSkew, Certainty::Observed, Part::Response).at("Date").seen(seen));
    }
}

/// Dates that are no dates.
fn forms(token: &ReadToken, findings: &mut Findings) {
    for name in ["exp", "nbf", "iat"] {
        let Some(value) = token.claim(name) else { continue };
        let Some(number) = value.as_number() else {
            let seen = format!("{name} is {}", kind(value));
            findings.add(finding(FindingId::DateAsText, Certainty::Observed, Part::Token).at(name).seen(seen));
            continue;
        };
        // Seconds of the years 5138 and later are milliseconds of today.
        let far = number.parse::<i64>().is_ok_and(|number| number > 99_999_999_999);
        if far || NumericDate::parse(number).is_err() {
            let seen = format!("{name} has {} digits; seconds have 10", number.len());
            findings.add(finding(FindingId::DatesInMilliseconds, Certainty::Observed, Part::Token).at(name).seen(seen));
        }
    }
}

fn kind(value: crate::json::Value<'_>) -> &'static str {
    use crate::json::Kind;
    match value.kind() {
        Kind::String => "a string",
        Kind::Null => "null",
        Kind::Array => "a list",
        Kind::Object => "an object",
        _ => "no number",
    }
}

fn against(token: &ReadToken, now: Wall, clock: Clock, findings: &mut Findings) {
    let whose = match clock {
        Clock::Given => "the time given",
        Clock::Date => "the response's Date",
    };
    if let Some(exp) = token.date("exp")
        && exp <= now.nanos()
    {
        let seen = format!("exp was {}, {} before {whose}", date(exp / NANOS_PER_SECOND), span(now.nanos() - exp));
        findings.add(finding(FindingId::TokenExpired, Certainty::Observed, Part::Token).at("exp").seen(seen));
        // At exp itself it is over: a leeway of just as much does not do.
        suspect(now.nanos() - exp, (now.nanos() - exp).div_euclid(NANOS_PER_SECOND) + 1, "exp", findings);
    }
    for name in ["nbf", "iat"] {
        let Some(date_of) = token.date(name).filter(|date| *date > now.nanos()) else { continue };
        let seen =
            format!("{name} is {}, {} after {whose}", date(date_of / NANOS_PER_SECOND), span(date_of - now.nanos()));
        findings.add(finding(FindingId::TokenNotYetValid, Certainty::Observed, Part::Token).at(name).seen(seen));
        let ahead = date_of - now.nanos();
        suspect(ahead, (ahead + NANOS_PER_SECOND - 1).div_euclid(NANOS_PER_SECOND), name, findings);
    }
}

/// Off by little: perhaps the clocks. The leeway is the least that covers it, in seconds.
fn suspect(off: i128, leeway: i128, name: &str, findings: &mut Findings) {
    if off <= SUSPICION_NANOS && !findings.has(FindingId::ClockSkew) {
        let seen = format!("{name} is off by {} only; a leeway of {leeway} s covers that", span(off));
        findings.add(finding(FindingId::ClockSkew, Certainty::Suspected, Part::Token).at(name).seen(seen));
    }
}
