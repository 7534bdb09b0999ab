//! The operation `check`: one request against one policy.

use super::answer::Answer;
use super::case::{Case, CaseFault};
use super::request::Asked;
use crate::json::Value;
use crate::policy::{Policy, Report};
use crate::reason::Reason;
use crate::result::{Decision, Need};
use crate::scheme_name::SchemeName;
use crate::verifier::Verifier;

const MEMBERS: [&str; 10] =
    ["op", "id", "policy", "policy_text", "keys", "request", "profile", "scopes", "revoked", "now"];

/// A case with everything read and of its type.
struct CheckCase {
    asked: Asked,
    policy: String,
    keys: Vec<(String, String)>,
    revoked: Vec<String>,
}

/// Which needs an answer tells.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    /// Those with an address; a set that discovery finds has none to name yet.
    WithAddress,
    All,
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
    let mut answer = Answer::to(id);
    write_decision(&mut answer, &case.asked.decide(&verifier, None), Needs::WithAddress);
    answer.finish()
}

/// The members for a decision; every front writes its own from its own accessors.
pub(super) fn write_decision(answer: &mut Answer, decision: &Decision, needs: Needs) {
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
        Some(Need::Keys { issuer, jwks_uri, .. }) if jwks_uri.is_some() || needs == Needs::All => {
            answer.name("need");
            answer.object(|answer| {
                answer.name("keys");
                answer.object(|answer| {
                    answer.text("issuer", issuer);
                    answer.text_or_null("jwks_uri", jwks_uri);
                });
            });
        }
        _ => answer.raw("need", "null"),
    }
}

pub(super) fn policy_invalid(id: &str, report: &Report) -> String {
    let (pointer, message) =
        report.first_error().map_or(("", ""), |entry| (entry.pointer.as_str(), entry.text.as_str()));
    let mut answer = Answer::to(id);
    answer.error(Reason::PolicyInvalid, message, Some(pointer));
    answer.finish()
}

fn read_case(case: &Case<'_>) -> Result<CheckCase, CaseFault> {
    case.only(&MEMBERS)?;
    Ok(CheckCase {
        asked: Asked::read(case)?,
        policy: case.policy()?,
        keys: case.optional_list("keys")?.unwrap_or_default().into_iter().map(read_keys).collect::<Result<_, _>>()?,
        revoked: case.texts("revoked")?.unwrap_or_default(),
    })
}

pub(super) fn read_keys(value: Value<'_>) -> Result<(String, String), CaseFault> {
    let keys = Case::new(value, "a member of keys")?;
    keys.only(&["issuer", "jwks", "jwks_text"])?;
    Ok((keys.text("issuer")?, keys.document("jwks", "jwks_text")?))
}
