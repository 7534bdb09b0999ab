//! Reads the steps of the operation `store`: one object each, with the step's verb as its only member.

use super::case::{Case, CaseFault, text};
use super::request::Asked;
use crate::json::Value;
use crate::time::{Now, Wall};

/// Most steps of one case: more than any row needs, and no case keeps a driver busy for long.
pub(super) const STEPS_MAX: usize = 256;

/// One call of the host, with everything read and of its type.
pub(super) enum Step {
    NextFetch(Now),
    FetchDone { ticket: Ticket, outcome: Fetched, now: Now },
    Check { asked: Box<Asked>, monotonic: Option<u64> },
    SetKeys { issuer: String, jwks: String, fetched: Option<(Wall, Now)> },
    Revoke(Names),
    SetRevoked(Names),
    Generation(String),
}

/// Which ticket an answer is for.
#[derive(Clone, Copy)]
pub(super) enum Ticket {
    /// The one that was handed out last.
    Last,
    /// In the order in which the case got them, from 0.
    Place(usize),
}

/// What came of a fetch.
pub(super) enum Fetched {
    Body { text: String, etag: Option<String>, max_age: Option<u64> },
    NotModified { max_age: Option<u64> },
    Failed,
    Abandoned,
}

/// What is revoked; `None` is not spoken of.
pub(super) struct Names {
    pub(super) ids: Option<Vec<String>>,
    pub(super) sessions: Option<Vec<String>>,
    pub(super) subjects: Option<Vec<(String, Wall)>>,
}

pub(super) fn read(case: &Case<'_>) -> Result<Vec<Step>, CaseFault> {
    let steps = case.list("steps")?;
    if steps.len() > STEPS_MAX {
        return Err(case.fault("steps", &format!("has more than {STEPS_MAX} elements")));
    }
    steps.into_iter().map(read_step).collect()
}

fn read_step(value: Value<'_>) -> Result<Step, CaseFault> {
    Case::new(value, "a step")?;
    let mut members = value.as_object().into_iter().flatten();
    let (Some((verb, value)), None) = (members.next(), members.next()) else {
        return Err(CaseFault("a step has one member".into()));
    };
    let verb = verb.to_owned_string();
    if verb == "generation" {
        return text(value)
            .map(Step::Generation)
            .ok_or_else(|| CaseFault("the issuer of a generation is no string".into()));
    }
    let step = Case::new(value, "the member of a step")?;
    match verb.as_str() {
        "next_fetch" => {
            step.only(&["now", "monotonic"])?;
            Ok(Step::NextFetch(now(&step)?))
        }
        "fetch_done" => {
            step.only(&["ticket", "outcome", "now", "monotonic"])?;
            let outcome = read_outcome(step.required("outcome")?)?;
            Ok(Step::FetchDone { ticket: read_ticket(&step)?, outcome, now: now(&step)? })
        }
        "check" => {
            step.only(&["request", "profile", "scopes", "now", "monotonic"])?;
            let monotonic = step.member("monotonic").map(|_| monotonic(&step)).transpose()?;
            Ok(Step::Check { asked: Box::new(Asked::read(&step)?), monotonic })
        }
        "set_keys" => read_set_keys(&step),
        "revoke" => read_names(&step).map(Step::Revoke),
        "set_revoked" => read_names(&step).map(Step::SetRevoked),
        _ => Err(CaseFault(format!("the step {verb:?} is not known"))),
    }
}

fn now(step: &Case<'_>) -> Result<Now, CaseFault> {
    Ok(Now::new(step.time("now")?, monotonic(step)?))
}

/// Seconds on the monotonic clock, in the form of every other time. In C, 0 is the clock of a host that has none.
fn monotonic(step: &Case<'_>) -> Result<u64, CaseFault> {
    let nanos = u64::try_from(step.time("monotonic")?.nanos()).ok().filter(|nanos| *nanos > 0);
    nanos.ok_or_else(|| step.fault("monotonic", "is not above 0 or not below 2^64 nanoseconds"))
}

/// A moment that a clock which is set can tell.
fn set_time(step: &Case<'_>, name: &str) -> Result<Wall, CaseFault> {
    Some(step.time(name)?).filter(|time| time.is_set()).ok_or_else(|| step.fault(name, "is not above 0"))
}

fn read_ticket(step: &Case<'_>) -> Result<Ticket, CaseFault> {
    let value = step.required("ticket")?;
    if value.as_text().is_some_and(|text| text.is("last")) {
        return Ok(Ticket::Last);
    }
    let place = whole(value).and_then(|place| usize::try_from(place).ok());
    place.map(Ticket::Place).ok_or_else(|| step.fault("ticket", "is neither \"last\" nor a whole number"))
}

fn read_outcome(value: Value<'_>) -> Result<Fetched, CaseFault> {
    if let Some(word) = text(value) {
        return match word.as_str() {
            "not_modified" => Ok(Fetched::NotModified { max_age: None }),
            "failed" => Ok(Fetched::Failed),
            "abandoned" => Ok(Fetched::Abandoned),
            _ => Err(CaseFault(format!("the outcome {word:?} is not known"))),
        };
    }
    let outcome = Case::new(value, "an outcome")?;
    if let Some(value) = outcome.member("not_modified") {
        outcome.only(&["not_modified"])?;
        let answer = Case::new(value, "not_modified")?;
        answer.only(&["max_age"])?;
        return Ok(Fetched::NotModified { max_age: max_age(&answer)? });
    }
    outcome.only(&["body", "body_text", "etag", "max_age"])?;
    let text = outcome.document("body", "body_text")?;
    Ok(Fetched::Body { text, etag: outcome.nullable_text("etag")?, max_age: max_age(&outcome)? })
}

fn max_age(answer: &Case<'_>) -> Result<Option<u64>, CaseFault> {
    let read = |value| whole(value).ok_or_else(|| answer.fault("max_age", "is no whole number of seconds"));
    answer.member("max_age").filter(|value| !value.is_null()).map(read).transpose()
}

/// A number of digits alone.
fn whole(value: Value<'_>) -> Option<u64> {
    value.as_number()?.parse().ok()
}

fn read_set_keys(step: &Case<'_>) -> Result<Step, CaseFault> {
    step.only(&["issuer", "jwks", "jwks_text", "fetched_at", "now", "monotonic"])?;
    let fetched = match step.member("fetched_at") {
        Some(_) => Some((set_time(step, "fetched_at")?, now(step)?)),
        None if step.member("now").or(step.member("monotonic")).is_some() => {
            return Err(step.fault("fetched_at", "is missing beside the time"));
        }
        None => None,
    };
    Ok(Step::SetKeys { issuer: step.text("issuer")?, jwks: step.document("jwks", "jwks_text")?, fetched })
}

fn read_names(step: &Case<'_>) -> Result<Names, CaseFault> {
    step.only(&["ids", "sessions", "subjects"])?;
    let subjects = step.optional_list("subjects")?;
    let subjects = subjects.map(|list| list.into_iter().map(read_subject).collect::<Result<_, _>>()).transpose()?;
    Ok(Names { ids: step.texts("ids")?, sessions: step.texts("sessions")?, subjects })
}

fn read_subject(value: Value<'_>) -> Result<(String, Wall), CaseFault> {
    let subject = Case::new(value, "a subject")?;
    subject.only(&["subject", "before"])?;
    whole(subject.required("before")?).ok_or_else(|| subject.fault("before", "is no whole number of seconds"))?;
    Ok((subject.text("subject")?, set_time(&subject, "before")?))
}
