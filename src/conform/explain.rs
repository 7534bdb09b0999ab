//! The operation `explain`: the findings about one exchange.

use super::answer::Answer;
use super::case::{Case, CaseFault, bytes, text};
use super::request::read_header;
use crate::explain::{Exchange, PolicyText, Redirect, RequestHead, ResponseHead, explain as findings_of, write_json};
use crate::json::Value;
use crate::reason::Reason;
use crate::request::FieldLine;

const MEMBERS: [&str; 14] = [
    "op",
    "id",
    "request",
    "response",
    "redirects",
    "token",
    "policy",
    "policy_text",
    "keys",
    "profile",
    "scopes",
    "revoked",
    "now",
    "reason",
];

type Lines = Vec<(String, Vec<u8>)>;

/// A response as a case holds it: status, header lines, body.
type Response = (u16, Lines, Vec<u8>);

pub(super) fn explain(case: &Case<'_>) -> Result<String, CaseFault> {
    case.only(&MEMBERS)?;
    let request = optional(case, "request", read_request)?;
    let response = optional(case, "response", read_response)?;
    let redirects = case.optional_list("redirects")?.unwrap_or_default();
    let redirects: Vec<(u16, Option<String>, String)> =
        redirects.into_iter().map(read_redirect).collect::<Result<_, _>>()?;
    let token = case.member("token").map(|value| bytes(value, "the token")).transpose()?;
    let policy = match (case.member("policy"), case.member("policy_text")) {
        (None, None) => None,
        _ => Some(case.policy()?),
    };
    let keys = case.optional_list("keys")?.unwrap_or_default();
    let keys: Vec<(String, String)> = keys.into_iter().map(super::check::read_keys).collect::<Result<_, _>>()?;
    let (profile, scopes) = (case.nullable_text("profile")?, case.nullable_text("scopes")?);
    let revoked = case.texts("revoked")?.unwrap_or_default();
    let now = case.member("now").map(|_| case.time("now")).transpose()?;
    let reason = case.nullable_text("reason")?;
    let reason = reason.map(|name| Reason::from_name(&name).ok_or_else(|| case.fault("reason", "is no reason")));

    let sent = request.as_ref().map_or_else(Vec::new, |request| lines(&request.2));
    let got = response.as_ref().map_or_else(Vec::new, |response| lines(&response.1));
    let redirects: Vec<Redirect<'_>> = redirects
        .iter()
        .map(|(status, from, location)| Redirect { status: *status, from: from.as_deref(), location })
        .collect();
    let keys: Vec<(&str, &[u8])> = keys.iter().map(|(issuer, jwks)| (issuer.as_str(), jwks.as_bytes())).collect();
    let revoked: Vec<&str> = revoked.iter().map(String::as_str).collect();
    let exchange = Exchange {
        request: request.as_ref().map(|(method, target, _, certificate)| RequestHead {
            method,
            target,
            headers: &sent,
            client_cert_sha256: certificate.as_deref(),
        }),
        response: response.as_ref().map(|(status, _, body)| ResponseHead { status: *status, headers: &got, body }),
        redirects: &redirects,
        token: token.as_deref(),
        policy: policy.as_ref().map(|policy| PolicyText { json: policy.as_bytes(), refs: &[] }),
        keys: &keys,
        profile: profile.as_deref(),
        scopes: scopes.as_deref(),
        revoked: &revoked,
        now,
        reason: reason.transpose()?,
    };
    let mut json = String::new();
    write_json(&findings_of(&exchange), &mut json);
    let mut answer = Answer::to(&case.text("id")?);
    answer.raw("findings", &json);
    Ok(answer.finish())
}

/// Reads a member that may be absent or null.
fn optional<'a, T>(
    case: &Case<'a>,
    name: &'static str,
    read: impl FnOnce(&Case<'a>) -> Result<T, CaseFault>,
) -> Result<Option<T>, CaseFault> {
    let value = case.member(name).filter(|value| !value.is_null());
    value.map(|value| Case::new(value, name).and_then(|object| read(&object))).transpose()
}

fn lines(lines: &Lines) -> Vec<FieldLine<'_>> {
    lines.iter().map(|(name, value)| FieldLine { name: name.as_bytes(), value }).collect()
}

fn read_lines(object: &Case<'_>) -> Result<Lines, CaseFault> {
    object.optional_list("headers")?.unwrap_or_default().into_iter().map(read_header).collect()
}

fn read_request(request: &Case<'_>) -> Result<(String, String, Lines, Option<String>), CaseFault> {
    request.only(&["method", "target", "headers", "client_cert_sha256"])?;
    let method = request.optional_text("method")?.unwrap_or_else(|| "GET".into());
    let certificate = request.nullable_text("client_cert_sha256")?;
    Ok((method, request.text("target")?, read_lines(request)?, certificate))
}

fn read_response(response: &Case<'_>) -> Result<Response, CaseFault> {
    response.only(&["status", "headers", "body"])?;
    let body = response.member("body").filter(|body| !body.is_null());
    let body = body.map(|body| bytes(body, "the body")).transpose()?;
    Ok((status(response)?, read_lines(response)?, body.unwrap_or_default()))
}

fn read_redirect(value: Value<'_>) -> Result<(u16, Option<String>, String), CaseFault> {
    let redirect = Case::new(value, "a redirect")?;
    redirect.only(&["status", "from", "location"])?;
    let location = redirect.member("location").and_then(text);
    let location = location.ok_or_else(|| redirect.fault("location", "is no string"))?;
    Ok((status(&redirect)?, redirect.nullable_text("from")?, location))
}

fn status(object: &Case<'_>) -> Result<u16, CaseFault> {
    let status = object.required("status")?.as_number().and_then(|number| number.parse().ok());
    status.ok_or_else(|| object.fault("status", "is no status"))
}
