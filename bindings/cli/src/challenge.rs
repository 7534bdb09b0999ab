//! `challenge parse` and `challenge build`: WWW-Authenticate, read and written by the core.

use std::ffi::OsString;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::Reason;
use countersign::http::{Challenge, ChallengeFault, Challenges, write_challenge};

use crate::fault::{Answer, Fault, Outcome};
use crate::input;
use crate::json::{Object, array, string};
use crate::output::{BAD, FAINT, Output, TITLE, WARN, paint, printable};
use crate::request::{cut_line, field_value};

/// Reads field lines and lists their challenges.
pub(crate) fn parse(values: &[OsString], out: &mut Output) -> Outcome {
    let text;
    let lines: Vec<&[u8]> = match values {
        [only] if only == "-" => {
            text = input::read(Path::new("-"), "field lines")?;
            select_lines(&text)
        }
        values => values.iter().map(|value| input::bytes_of(value)).map(without_name).collect(),
    };
    let mut fault = None;
    let challenges: Vec<Challenge<'_>> =
        Challenges::new(&lines).map_while(|challenge| challenge.map_err(|found| fault = Some(found)).ok()).collect();
    if out.is_json() {
        write_json(&challenges, fault, out);
    } else {
        write_people(&challenges, fault, &lines, out);
    }
    Ok(Answer::from_bool(fault.is_none()))
}

/// Writes one challenge.
pub(crate) fn build(scheme: &str, params: &[String], out: &mut Output) -> Outcome {
    let params =
        params.iter().map(|param| input::pair("a parameter", param, "realm=example")).collect::<Result<Vec<_>, _>>()?;
    let mut value = Vec::new();
    write_challenge(&mut value, scheme, params.iter().copied()).map_err(|fault| {
        let name = fault.param.and_then(|param| params.get(param)).map(|(name, _)| format!(" ({name})"));
        let allowed = "names are tokens and stand once; values are printable ASCII; error, error_description and scope \
                       hold neither quotes nor backslashes";
        Fault::new(format!("{fault}{}", name.unwrap_or_default())).reason(Reason::ChallengeInvalid).next(allowed)
    })?;
    let value = String::from_utf8_lossy(&value);
    if out.is_json() {
        out.line(&Object::new().text("value", &value).raw("error", "null").finish());
    } else {
        out.line(&value);
    }
    Ok(Answer::Yes)
}

/// The WWW-Authenticate lines of a response head, or every line if it is none.
fn select_lines(text: &[u8]) -> Vec<&[u8]> {
    let mut lines = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (line, behind) = cut_line(rest);
        lines.push(line);
        rest = behind;
    }
    if lines.first().is_some_and(|first| first.starts_with(b"HTTP/")) {
        return lines.into_iter().filter_map(|line| field_value(line, FIELD)).collect();
    }
    lines.into_iter().filter(|line| !line.is_empty()).map(without_name).collect()
}

fn without_name(line: &[u8]) -> &[u8] {
    field_value(line, FIELD).unwrap_or(line)
}

fn write_json(challenges: &[Challenge<'_>], fault: Option<ChallengeFault>, out: &mut Output) {
    let challenges = challenges.iter().map(|challenge| {
        let params = challenge.params().map(|param| {
            let value: Vec<u8> = param.value.bytes().collect();
            let value = match String::from_utf8(value) {
                Ok(text) => string(&text),
                Err(bytes) => Object::new().text("b64", &STANDARD.encode(bytes.as_bytes())).finish(),
            };
            array([string(&param.name.to_ascii_lowercase()), value])
        });
        Object::new()
            .text("scheme", challenge.scheme)
            .text_or_null("token68", challenge.token68)
            .raw("params", &array(params))
            .finish()
    });
    let error = fault.map(|fault| {
        Object::new()
            .text("reason", Reason::ChallengeMalformed.name())
            .raw("value", &fault.value.to_string())
            .raw("offset", &fault.offset.to_string())
            .finish()
    });
    let object =
        Object::new().raw("challenges", &array(challenges)).raw("error", error.as_deref().unwrap_or("null")).finish();
    out.line(&object);
}

fn write_people(challenges: &[Challenge<'_>], fault: Option<ChallengeFault>, lines: &[&[u8]], out: &mut Output) {
    if challenges.is_empty() && fault.is_none() {
        out.styled(WARN, "no challenge");
    }
    for challenge in challenges {
        out.styled(TITLE, challenge.scheme);
        if let Some(token68) = challenge.token68 {
            out.line(&format!("  {token68}"));
        }
        for param in challenge.params() {
            let value: Vec<u8> = param.value.bytes().collect();
            let name = paint(FAINT, &format!("{:<18}", param.name.to_ascii_lowercase()));
            out.line(&format!("  {name} {}", printable(&String::from_utf8_lossy(&value))));
        }
    }
    let Some(fault) = fault else { return };
    out.styled(BAD, &format!("malformed: line {}, byte {}", fault.value + 1, fault.offset));
    let rest = lines.get(fault.value).and_then(|line| line.get(fault.offset..)).unwrap_or_default();
    let rest: String = String::from_utf8_lossy(rest).chars().take(SHOWN_CHARACTERS).collect();
    out.fact("from here", &rest);
}

const FIELD: &str = "www-authenticate";
const SHOWN_CHARACTERS: usize = 40;
