//! The operation `check`: one request against one policy.

use super::answer::Answer;
use super::case::{Case, CaseFault, bytes, text};
use crate::claims::Scopes;
use crate::json::Value;
use crate::policy::{Policy, Report};
use crate::reason::Reason;
use crate::request::{FieldLine, Request};
use crate::result::{Decision, Need};
use crate::scheme_name::SchemeName;
use crate::time::Wall;
use crate::verifier::Verifier;

const MEMBERS: [&str; 10] =
    ["op", "id", "policy", "policy_text", "keys", "request", "profile", "scopes", "revoked", "now"];

/// A case with everything read and of its type.
struct CheckCase {
    policy: String,
    keys: Vec<(String, String)>,
    request: OwnedRequest,
    profile: Option<String>,
    scopes: Option<String>,
    revoked: Vec<String>,
    now: Wall,
}

struct OwnedRequest {
    method: String,
    target: String,
    headers: Vec<(String, Vec<u8>)>,
    client_cert_sha256: Option<String>,
}

pub(super) fn check(case: &Case<'_>) -> Result<String, CaseFault> {
    let id = case.text("id")?;
    let read = read_case(case)?;
    Ok(match Policy::load(read.policy.as_bytes(), &[]) {
        Ok((policy, _)) => decide(&id, &read, &policy),
        Err(report) => policy_invalid(&id, &report),
    })
}

fn decide(id: &str, case: &CheckCase, policy: &Policy) -> String {
    let verifier = Verifier::new(policy.clone());
    for (issuer, jwks) in &case.keys {
        // A set that cannot be taken is ignored, as a host ignores a broken fetch.
        let _ = verifier.store().set_keys(issuer, jwks.as_bytes());
    }
    verifier.store().set_revoked(case.revoked.iter().map(String::as_str));
    let request = &case.request;
    let lines: Vec<FieldLine<'_>> =
        request.headers.iter().map(|(name, value)| FieldLine { name: name.as_bytes(), value }).collect();
    let mut call = Request::new(&request.method, &request.target, &lines, case.now);
    call.profile = case.profile.as_deref();
    call.scopes = case.scopes.as_deref();
    call.client_cert_sha256 = request.client_cert_sha256.as_deref();
    let mut decision = Decision::new();
    verifier.check_blocking(&call, &mut decision);
    write_decision(id, &decision)
}

/// The answer for a decision; every front writes its own from its own accessors.
fn write_decision(id: &str, decision: &Decision) -> String {
    let mut answer = Answer::to(id);
    answer.raw("status", &decision.http_status().to_string());
    answer.text("reason", decision.reason().name());
    answer.text_or_null("scheme", decision.scheme().map(SchemeName::as_str));
    answer.text_or_null("issuer", decision.issuer());
    answer.text_or_null("subject", decision.subject());
    answer.text_or_null("key_id", decision.key_id());
    answer.list("headers", decision.fields(), |answer, (name, value)| {
        answer.items([name, value], &mut |answer, text| answer.string(text));
    });
    answer.value_or_null("claims", decision.claims());
    match decision.need() {
        Some(Need::Keys { issuer, jwks_uri: Some(jwks_uri), .. }) => {
            answer.name("need");
            answer.object(|answer| {
                answer.name("keys");
                answer.object(|answer| {
                    answer.text("issuer", issuer);
                    answer.text("jwks_uri", jwks_uri);
                });
            });
        }
        // A set that discovery finds has no address to name yet.
        _ => answer.raw("need", "null"),
    }
    answer.finish()
}

fn policy_invalid(id: &str, report: &Report) -> String {
    let (pointer, message) =
        report.first_error().map_or(("", ""), |entry| (entry.pointer.as_str(), entry.text.as_str()));
    let mut answer = Answer::to(id);
    answer.error(Reason::PolicyInvalid, message, Some(pointer));
    answer.finish()
}

fn read_case(case: &Case<'_>) -> Result<CheckCase, CaseFault> {
    case.only(&MEMBERS)?;
    if case.member("policy").is_some_and(|policy| policy.as_object().is_none()) {
        return Err(case.fault("policy", "is no object"));
    }
    let now = case.required("now")?.as_number().and_then(Wall::parse);
    let scopes = case.optional_text("scopes")?;
    if scopes.as_deref().is_some_and(|scopes| Scopes::parse(scopes).is_none()) {
        return Err(case.fault("scopes", "cannot be written into a challenge"));
    }
    Ok(CheckCase {
        policy: case.document("policy", "policy_text")?,
        keys: case.optional_list("keys")?.unwrap_or_default().into_iter().map(read_keys).collect::<Result<_, _>>()?,
        request: read_request(case.required("request")?)?,
        profile: case.nullable_text("profile")?,
        scopes,
        revoked: case.texts("revoked")?.unwrap_or_default(),
        now: now.ok_or_else(|| case.fault("now", "is no time in seconds"))?,
    })
}

fn read_keys(value: Value<'_>) -> Result<(String, String), CaseFault> {
    let keys = Case::new(value, "a member of keys")?;
    keys.only(&["issuer", "jwks", "jwks_text"])?;
    Ok((keys.text("issuer")?, keys.document("jwks", "jwks_text")?))
}

fn read_request(value: Value<'_>) -> Result<OwnedRequest, CaseFault> {
    let request = Case::new(value, "the request")?;
    request.only(&["method", "target", "headers", "client_cert_sha256"])?;
    let headers = request.list("headers")?.into_iter().map(read_header);
    Ok(OwnedRequest {
        method: request.optional_text("method")?.unwrap_or_else(|| "GET".into()),
        target: request.text("target")?,
        headers: headers.collect::<Result<_, _>>()?,
        client_cert_sha256: request.nullable_text("client_cert_sha256")?,
    })
}

fn read_header(value: Value<'_>) -> Result<(String, Vec<u8>), CaseFault> {
    let fault = || CaseFault("a header is no pair of name and value".into());
    let mut pair = value.as_array().ok_or_else(fault)?;
    match (pair.next(), pair.next(), pair.next()) {
        (Some(name), Some(value), None) => Ok((text(name).ok_or_else(fault)?, bytes(value, "a header value")?)),
        _ => Err(fault()),
    }
}
