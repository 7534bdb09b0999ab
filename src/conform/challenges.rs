//! The operations `parse_challenges`, `parse_authorization` and `build_challenge`.

use super::answer::Answer;
use super::case::{Case, CaseFault, base64_bytes, text};
use crate::http::{self, Param};
use crate::json::Value;
use crate::reason::Reason;

pub(super) fn parse_challenges(case: &Case<'_>) -> Result<String, CaseFault> {
    case.only(&["op", "id", "values", "values_b64"])?;
    let id = case.text("id")?;
    let values: Vec<Vec<u8>> = match (case.texts("values")?, case.texts("values_b64")?) {
        (Some(values), None) => values.into_iter().map(String::into_bytes).collect(),
        (None, Some(values)) => values
            .iter()
            .map(|value| base64_bytes(value))
            .collect::<Option<_>>()
            .ok_or_else(|| case.fault("values_b64", "is no base64"))?,
        _ => return Err(case.fault("values", "is needed, or values_b64, and not both")),
    };
    let raw = case.member("values_b64").is_some();
    let lines: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
    let mut fault = None;
    let mut answer = Answer::to(&id);
    let challenges =
        http::Challenges::new(&lines).map_while(|challenge| challenge.map_err(|found| fault = Some(found)).ok());
    answer.list("challenges", challenges, |answer, challenge| {
        answer.object(|answer| {
            answer.text("scheme", challenge.scheme);
            answer.text_or_null("token68", challenge.token68);
            answer.list("params", challenge.params(), |answer, param| write_param(answer, &param, raw));
        });
    });
    match fault {
        None => answer.raw("error", "null"),
        Some(fault) => {
            answer.name("error");
            answer.object(|answer| {
                answer.text("reason", Reason::ChallengeMalformed.name());
                answer.raw("value", &fault.value.to_string());
                answer.raw("offset", &fault.offset.to_string());
            });
        }
    }
    Ok(answer.finish())
}

/// One pair of a lower-case name and an unquoted value.
fn write_param(answer: &mut Answer, param: &Param<'_>, raw: bool) {
    let mut value = Vec::new();
    param.value.write(&mut value);
    answer.items([true, false], &mut |answer: &mut Answer, is_name| {
        if is_name {
            answer.string(&param.name.to_ascii_lowercase());
        } else if raw && !value.is_ascii() {
            answer.object(|answer| answer.text("b64", &super::case::base64_text(&value)));
        } else {
            answer.string(&String::from_utf8_lossy(&value));
        }
    });
}

pub(super) fn parse_authorization(case: &Case<'_>) -> Result<String, CaseFault> {
    case.only(&["op", "id", "value"])?;
    let (id, value) = (case.text("id")?, case.text("value")?);
    let credentials = http::parse_credentials(value.as_bytes());
    let mut answer = Answer::to(&id);
    if let Ok(credentials) = &credentials {
        answer.text("scheme", credentials.scheme);
        answer.text_or_null("token68", credentials.token68);
        answer.list("params", credentials.params(), |answer, param| write_param(answer, &param, false));
    } else {
        answer.raw("scheme", "null");
        answer.raw("token68", "null");
        answer.raw("params", "[]");
    }
    answer.text("reason", credentials.err().unwrap_or(Reason::Ok).name());
    Ok(answer.finish())
}

pub(super) fn build_challenge(case: &Case<'_>) -> Result<String, CaseFault> {
    case.only(&["op", "id", "scheme", "params"])?;
    let (id, scheme) = (case.text("id")?, case.text("scheme")?);
    let params = case.list("params")?.into_iter().map(read_param).collect::<Result<Vec<_>, _>>()?;
    let mut value = Vec::new();
    let written =
        http::write_challenge(&mut value, &scheme, params.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let mut answer = Answer::to(&id);
    match written {
        Ok(()) => {
            answer.text("value", &String::from_utf8_lossy(&value));
            answer.raw("error", "null");
        }
        Err(fault) => {
            answer.raw("value", "null");
            answer.error(Reason::ChallengeInvalid, &fault.to_string(), None);
        }
    }
    Ok(answer.finish())
}

fn read_param(value: Value<'_>) -> Result<(String, String), CaseFault> {
    let fault = || CaseFault("a param is no pair of strings".into());
    let mut pair = value.as_array().ok_or_else(fault)?;
    match (pair.next().and_then(text), pair.next().and_then(text), pair.next()) {
        (Some(name), Some(value), None) => Ok((name, value)),
        _ => Err(fault()),
    }
}
