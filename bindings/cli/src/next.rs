//! `next`: what a client does after a response, as the core's client room says.

use countersign::client::{Abilities, Response, Sent, State, Step, StepKind, StepReason, Warning, next_step};
use countersign::http::trim_ows;
use countersign::jose::decode_unverified;
use countersign::json::{Document, Duplicates};
use countersign::time::NANOS_PER_SECOND;
use countersign::{FieldLine, SchemeName};

use crate::dates;
use crate::decode::token_of;
use crate::fault::{Answer, Fault, Outcome};
use crate::input;
use crate::json::{Object, array, string};
use crate::next_args::NextArgs;
use crate::output::{BAD, GOOD, Output, WARN, paint};
use crate::response::OwnedResponse;

/// Tells the step after a response.
pub(crate) fn run(args: &NextArgs, out: &mut Output) -> Outcome {
    let now = input::now(args.now.as_deref())?.nanos().div_euclid(NANOS_PER_SECOND);
    let now = i64::try_from(now).map_err(|_| Fault::new("--now is no time that a response could be from"))?;
    let response = read_response(args)?;
    let (scheme, expires) = read_sent(args)?;
    let url = args.url.as_deref().map(|url| args.response_url.clone().unwrap_or_else(|| response.url(url)));
    let lines: Vec<FieldLine<'_>> = response
        .lines
        .iter()
        .map(|(name, value)| FieldLine { name: name.as_slice(), value: value.as_slice() })
        .collect();
    let status = response.status.unwrap_or_default();
    let met = Response { status, fields: &lines, url: url.as_deref() };
    let sent = Sent { scheme, expires, is_superseded: args.superseded, url: args.url.as_deref() };
    let alone: Vec<SchemeName> = scheme.into_iter().collect();
    let can = Abilities {
        refresh: args.refresh,
        interactive: args.interactive,
        schemes: if args.schemes.is_empty() { &alone } else { &args.schemes },
        replay: !args.no_replay,
        idempotent: args.idempotent,
        strict: args.strict,
        downgrade: args.downgrade,
    };
    let step = next_step(&met, &sent, &can, State::from_bits(args.state), now, seed(args)?);
    if out.is_json() {
        write_json(&step, status, out);
    } else {
        write_people(&step, status, out);
    }
    Ok(Answer::from_bool(step.kind != StepKind::Stop || step.reason == StepReason::Answered))
}

fn read_response(args: &NextArgs) -> Result<OwnedResponse, Fault> {
    if args.status == Some(0) {
        return Ok(OwnedResponse { status: Some(0), ..OwnedResponse::default() });
    }
    let text = input::read(&args.file, "a response")?;
    let mut response = match (trim_ows(&text), args.status) {
        ([], Some(_)) => OwnedResponse::default(),
        _ => OwnedResponse::from_text(&text, &input::name_of(&args.file))?,
    };
    match (response.status, args.status) {
        (None, None) => {
            return Err(Fault::new(format!("{} has no status line", input::name_of(&args.file)))
                .next("name the status as --status 401, or give it what `curl -i` prints"));
        }
        (Some(found), Some(named)) if found != named => {
            return Err(
                Fault::new(format!("--status says {named}, and the response {found}")).next("leave --status out")
            );
        }
        (found, named) => response.status = found.or(named),
    }
    Ok(response)
}

/// The scheme that was sent, and when its token ends.
fn read_sent(args: &NextArgs) -> Result<(Option<SchemeName>, Option<i64>), Fault> {
    let Some(file) = &args.token_file else { return Ok((args.scheme, args.expires)) };
    let text = input::read(file, "a token")?;
    let decoded = decode_unverified(token_of(&text)?);
    // An opaque token says nothing of its end.
    let claims = decoded.claims.and_then(|claims| Document::parse(claims.as_bytes(), Duplicates::Refuse).ok());
    let exp = claims.as_ref().and_then(|claims| claims.root().member("exp"));
    Ok((Some(args.scheme.unwrap_or(SchemeName::Bearer)), exp.and_then(|exp| dates::seconds_of("exp", exp))))
}

fn seed(args: &NextArgs) -> Result<u64, Fault> {
    let mut bytes = [0; 8];
    if args.seed.is_none() {
        getrandom::fill(&mut bytes).map_err(|_| Fault::new("the system has no random bytes"))?;
    }
    Ok(args.seed.unwrap_or(u64::from_ne_bytes(bytes)))
}

/// The members of a step in the conformance interface, and the status that was judged.
fn write_json(step: &Step, status: u16, out: &mut Output) {
    let number = |number: Option<u64>| number.map_or_else(|| "null".to_owned(), |number| number.to_string());
    let warnings = step.reading.warnings.iter().map(|warning| {
        Object::new()
            .text("tolerance", warning.tolerance.name())
            .raw("value", &warning.value.to_string())
            .raw("offset", &warning.offset.to_string())
            .finish()
    });
    let object = Object::new()
        .text("step", step.kind.name())
        .text("reason", step.reason.name())
        .boolean("replay", step.replay)
        .raw("state", &step.state.to_bits().to_string())
        .text_or_null("scheme", step.scheme.map(SchemeName::as_str))
        .text_or_null("scope", step.scope.as_deref())
        .text_or_null("acr_values", step.acr_values.as_deref())
        .raw("max_age", &number(step.max_age))
        .text_or_null("resource_metadata", step.resource_metadata.as_deref())
        .text_or_null("nonce", step.nonce.as_deref())
        .raw("seconds", &number(step.seconds))
        .raw("offered", &array(step.reading.challenges.iter().map(|challenge| string(&challenge.scheme))))
        .raw("warnings", &array(warnings))
        .raw("status", &status.to_string());
    out.line(&object.finish());
}

fn write_people(step: &Step, status: u16, out: &mut Output) {
    let style = match (step.kind, step.reason) {
        (StepKind::Stop, StepReason::Answered) => GOOD,
        (StepKind::Stop, _) => BAD,
        _ => WARN,
    };
    out.line(&format!("{} {}", paint(style, &format!("{:<9}", step.kind.name())), step.kind.text()));
    out.fact("because", &format!("{}: {}", step.reason.name(), step.reason.text()));
    out.fact("status", &status.to_string());
    if step.kind != StepKind::Stop {
        let then = if step.replay { "send the request again" } else { "hand the response to the caller" };
        out.fact("then", then);
    }
    let seconds = |seconds: u64| format!("{seconds} seconds");
    let facts = [
        ("scheme", step.scheme.map(|scheme| scheme.as_str().to_owned())),
        ("seconds", step.seconds.map(seconds)),
        ("nonce", step.nonce.clone()),
        ("scope", step.scope.clone()),
        ("acr", step.acr_values.clone()),
        ("max age", step.max_age.map(seconds)),
        ("metadata", step.resource_metadata.clone()),
    ];
    for (name, value) in facts {
        if let Some(value) = value {
            out.fact(name, &value);
        }
    }
    let offered: Vec<&str> = step.reading.challenges.iter().map(|challenge| challenge.scheme.as_str()).collect();
    if !offered.is_empty() {
        out.fact("offered", &offered.join(", "));
    }
    for warning in &step.reading.warnings {
        out.fact("tolerated", &told(warning));
    }
    out.fact("state", &step.state.to_bits().to_string());
}

/// A warning with its place counted as people count.
fn told(warning: &Warning) -> String {
    let (name, text) = (warning.tolerance.name(), warning.tolerance.text());
    format!("{name}: {text} (WWW-Authenticate line {}, byte {})", warning.value + 1, warning.offset)
}
