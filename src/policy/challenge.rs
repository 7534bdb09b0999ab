//! The configured parameters of a challenge (RFC 9110 section 11.2, RFC 6750 section 3, RFC 9470 section 3).
//!
//! Refuses what the challenge's writer could not write, and what is not configuration: `realm` has its
//! own member, `error` and `error_description` come from the outcome. Names compare without case.

use super::compiled::ChallengeParams;
use super::kind::Kind;
use super::place::Place;
use super::read::Reader;
use super::report::Code;
use crate::claims::{ScopeList, Scopes};
use crate::http;
use crate::http::{is_absolute_uri, is_https_url};
use crate::limits;

/// An object of names and texts.
pub(super) fn read_challenge(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> Option<ChallengeParams> {
    let Some(members) = place.value.as_object() else {
        reader.refuse_type(place, &Kind::Challenge);
        return None;
    };
    if members.clone().nth(MOST).is_some() {
        reader.refuse(place, Code::ValueRefused, format!("found more than {MOST} parameters"));
        return None;
    }
    let mut params = ChallengeParams::default();
    let mut names: Vec<String> = Vec::new();
    let mut whole = true;
    for (name, value) in members {
        let inner = place.member(name, value);
        let name = name.to_owned_string();
        let lower = name.to_ascii_lowercase();
        if let Err(text) = check_name(&name, names.contains(&lower)) {
            reader.refuse(&inner, Code::ValueRefused, text);
            whole = false;
        } else {
            whole &= read_param(reader, &inner, &lower, name, &mut params).is_some();
        }
        names.push(lower);
    }
    params.others.sort_unstable();
    whole.then_some(params)
}

fn check_name(name: &str, is_repeated: bool) -> Result<(), String> {
    if !http::is_http_token(name.as_bytes()) {
        return Err("the name of a parameter is a token (RFC 9110 section 5.6.2)".into());
    }
    if is_repeated {
        return Err("the parameter stands here twice; names compare without case".into());
    }
    match name.to_ascii_lowercase().as_str() {
        "realm" => Err("`realm` has its own member, beside `bearer` or in the profile".into()),
        "error" | "error_description" => Err(format!("`{name}` comes from the outcome of a check")),
        _ => Ok(()),
    }
}

fn read_param(
    reader: &mut Reader<'_>,
    place: &Place<'_, '_>,
    lower: &str,
    name: String,
    params: &mut ChallengeParams,
) -> Option<()> {
    let (allowed, accepts): (&str, fn(&str) -> bool) = match lower {
        "scope" => ("scopes with single spaces between, one or more", |text| {
            Scopes::parse(text).is_some_and(|scopes| !scopes.is_empty())
        }),
        "resource_metadata" => ("an https URL without user information and fragment", is_https_url),
        "error_uri" => ("an absolute URI without spaces, \" and \\", is_absolute_uri),
        "max_age" => ("a string of digits", |text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())),
        _ => ("a string of printable ASCII", is_writable),
    };
    let Some(text) = place.value.as_text().map(|text| text.to_owned_string()) else {
        reader.refuse(place, Code::TypeWrong, format!("found {}; allowed: {allowed}", place.found()));
        return None;
    };
    if !accepts(&text) {
        reader.refuse(place, Code::ValueRefused, format!("found {}; allowed: {allowed}", place.found()));
        return None;
    }
    if lower == "scope" && ScopeList::parse(&text)?.scopes().words().any(|word| word == "offline_access") {
        let text = "`offline_access` is for the client to ask for; a resource does not need it";
        reader.warn(place.pointer(), Code::ScopeOffline, text);
    }
    match lower {
        "scope" => params.scope = Some(text),
        "resource_metadata" => params.resource_metadata = Some(text),
        "acr_values" => params.acr_values = Some(text),
        "max_age" => params.max_age = Some(text),
        _ => params.others.push((name, text)),
    }
    Some(())
}

/// What can stand between quotes when we write it: TAB, space and visible ASCII (REQ-HTTP-16).
pub(super) fn is_writable(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'\t' | 0x20..=0x7E))
}

/// So many that a challenge with `realm`, `error`, `error_description` and `scope` can still be written.
const MOST: usize = limits::AUTH_PARAMS - 4;
