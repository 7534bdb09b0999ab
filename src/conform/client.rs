//! The operation `next_step`: the responses that a client meets with one request, and the step after each.

use super::answer::Answer;
use super::case::{Case, CaseFault};
use super::request::read_header;
use super::steps::STEPS_MAX;
use crate::client::{self, Abilities, Response, Sent, State, Step};
use crate::json::Value;
use crate::request::FieldLine;
use crate::scheme_name::SchemeName;

/// Numbers from here on are not told apart by every language that has a driver.
const NUMBERS_END: u64 = 1 << 53;

/// A response as a case holds it.
struct Met {
    status: u16,
    headers: Vec<(String, Vec<u8>)>,
    url: Option<String>,
}

pub(super) fn next_step(case: &Case<'_>) -> Result<String, CaseFault> {
    case.only(&["op", "id", "sent", "can", "state", "now", "seed", "responses"])?;
    let id = case.text("id")?;
    let now = whole(case, "now")?.ok_or_else(|| case.fault("now", "is missing"))?;
    let seed = u64::try_from(whole(case, "seed")?.unwrap_or(0)).map_err(|_| case.fault("seed", "is below 0"))?;
    let mut state = State::from_bits(case.optional_whole("state")?.unwrap_or(0));
    let sent_to = sent_url(case)?;
    let sent = Sent { url: sent_to.as_deref(), ..read_sent(case)? };
    let schemes = read_schemes(case)?;
    let can = Abilities { schemes: &schemes, ..read_abilities(case)? };
    let responses = case.list("responses")?;
    if responses.len() > STEPS_MAX {
        return Err(case.fault("responses", &format!("has more than {STEPS_MAX} elements")));
    }
    let responses = responses.into_iter().map(read_response).collect::<Result<Vec<_>, _>>()?;
    let mut answer = Answer::to(&id);
    answer.list("steps", &responses, |answer, met| {
        let step = met.step(&sent, &can, state, now, seed);
        state = step.state;
        answer.object(|answer| write_step(answer, &step));
    });
    Ok(answer.finish())
}

impl Met {
    fn step(&self, sent: &Sent<'_>, can: &Abilities<'_>, state: State, now: i64, seed: u64) -> Step {
        let fields: Vec<FieldLine<'_>> =
            self.headers.iter().map(|(name, value)| FieldLine { name: name.as_bytes(), value }).collect();
        let response = Response { status: self.status, fields: &fields, url: self.url.as_deref() };
        client::next_step(&response, sent, can, state, now, seed)
    }
}

fn write_step(answer: &mut Answer, step: &Step) {
    let number = |number: Option<u64>| number.map_or_else(|| "null".to_owned(), |number| number.to_string());
    answer.text("step", step.kind.name());
    answer.text("reason", step.reason.name());
    answer.raw("replay", if step.replay { "true" } else { "false" });
    answer.raw("state", &step.state.to_bits().to_string());
    answer.text_or_null("scheme", step.scheme.map(SchemeName::as_str));
    answer.text_or_null("scope", step.scope.as_deref());
    answer.text_or_null("acr_values", step.acr_values.as_deref());
    answer.raw("max_age", &number(step.max_age));
    answer.text_or_null("resource_metadata", step.resource_metadata.as_deref());
    answer.text_or_null("nonce", step.nonce.as_deref());
    answer.raw("seconds", &number(step.seconds));
    answer.list("offered", &step.reading.challenges, |answer, challenge| answer.string(&challenge.scheme));
    answer.list("warnings", &step.reading.warnings, |answer, warning| {
        answer.object(|answer| {
            answer.text("tolerance", warning.tolerance.name());
            answer.raw("value", &warning.value.to_string());
            answer.raw("offset", &warning.offset.to_string());
        });
    });
}

fn read_sent(case: &Case<'_>) -> Result<Sent<'static>, CaseFault> {
    let Some(sent) = case.optional_object("sent", "sent")? else { return Ok(Sent::default()) };
    sent.only(&["scheme", "expires", "superseded", "url"])?;
    let expires =
        if sent.member("expires").is_some_and(|value| value.is_null()) { None } else { whole(&sent, "expires")? };
    let scheme = sent.nullable_text("scheme")?.map(|name| known_scheme(&name)).transpose()?;
    Ok(Sent { scheme, expires, is_superseded: sent.truth("superseded")?, url: None })
}

fn sent_url(case: &Case<'_>) -> Result<Option<String>, CaseFault> {
    case.optional_object("sent", "sent")?.map_or(Ok(None), |sent| sent.nullable_text("url"))
}

fn read_abilities(case: &Case<'_>) -> Result<Abilities<'static>, CaseFault> {
    let Some(can) = case.optional_object("can", "can")? else { return Ok(Abilities::default()) };
    can.only(&["refresh", "interactive", "schemes", "replay", "idempotent", "strict", "downgrade"])?;
    Ok(Abilities {
        refresh: can.truth("refresh")?,
        interactive: can.truth("interactive")?,
        schemes: &[],
        replay: can.truth("replay")?,
        idempotent: can.truth("idempotent")?,
        strict: can.truth("strict")?,
        downgrade: can.truth("downgrade")?,
    })
}

fn read_schemes(case: &Case<'_>) -> Result<Vec<SchemeName>, CaseFault> {
    let Some(can) = case.optional_object("can", "can")? else { return Ok(Vec::new()) };
    can.texts("schemes")?.unwrap_or_default().iter().map(|name| known_scheme(name)).collect()
}

fn read_response(value: Value<'_>) -> Result<Met, CaseFault> {
    let response = Case::new(value, "a response")?;
    response.only(&["status", "headers", "url"])?;
    let status = response.optional_whole("status")?.ok_or_else(|| response.fault("status", "is missing"))?;
    let headers = response.optional_list("headers")?.unwrap_or_default();
    let headers = headers.into_iter().map(read_header).collect::<Result<_, _>>()?;
    Ok(Met { status, headers, url: response.nullable_text("url")? })
}

fn known_scheme(name: &str) -> Result<SchemeName, CaseFault> {
    SchemeName::parse(name).ok_or_else(|| CaseFault(format!("the scheme {name:?} is not known")))
}

fn whole(case: &Case<'_>, name: &str) -> Result<Option<i64>, CaseFault> {
    match case.optional_whole::<i64>(name)? {
        Some(number) if number.unsigned_abs() >= NUMBERS_END => Err(case.fault(name, "is not below 2^53")),
        number => Ok(number),
    }
}
