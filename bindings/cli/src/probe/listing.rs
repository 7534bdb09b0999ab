//! `probe --rules`: what would be sent, and what answers would be held to.

use super::report::rule_json;
use super::requests::REQUESTS;
use super::rules;
use crate::fault::Answer;
use crate::json::{Object, array};
use crate::output::{Output, TITLE};

/// Writes both tables.
pub(crate) fn write(out: &mut Output) -> Answer {
    if out.is_json() {
        let requests = REQUESTS.iter().map(|plan| {
            let method = plan.method.map(super::requests::Method::name);
            Object::new().text("id", plan.id).text_or_null("method", method).text("sends", plan.sends).finish()
        });
        let rules = rules::all().map(|rule| rule_json(rule).finish());
        out.line(&Object::new().raw("requests", &array(requests)).raw("rules", &array(rules)).finish());
        return Answer::Yes;
    }
    out.styled(TITLE, "Requests, in this order");
    for plan in &REQUESTS {
        out.line(&format!("  {:<20} {}", plan.id, plan.sends));
    }
    out.gap();
    out.styled(TITLE, "Rules");
    for rule in rules::all() {
        let place = format!("{:<14} {}", rule.requirement, rule.section);
        out.line(&format!("  {:<30} {:<8} {place}", rule.id, rule.severity.name()));
        out.line(&format!("      {}", rule.asks));
    }
    Answer::Yes
}
