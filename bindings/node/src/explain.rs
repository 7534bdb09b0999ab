//! The diagnosis: one exchange goes in, findings come out. No way of every request, so values cross one by one.

use countersign::explain::{
    Certainty, Exchange, FindingId, Part, PolicyText, Redirect, RequestHead, ResponseHead, Severity,
};
use countersign::time::Wall;
use countersign::{FieldLine, Reason};
use napi::bindgen_prelude::Buffer;
use napi::{Error, Result, Status};
use napi_derive::napi;

/// See `ExplainedRequest` of `ts/explain.ts`.
#[napi(object, object_to_js = false)]
pub struct SentHead {
    /// The method.
    pub method: String,
    /// A path or an absolute URI.
    pub target: String,
    /// Names and values of the field lines by turns.
    pub fields: Vec<Buffer>,
    /// The SHA-256 of the client certificate's DER as base64url.
    pub client_cert_sha256: Option<String>,
}

/// See `ExplainedResponse` of `ts/explain.ts`.
#[napi(object, object_to_js = false)]
pub struct GotHead {
    /// The status.
    pub status: u16,
    /// Names and values of the field lines by turns.
    pub fields: Vec<Buffer>,
    /// The front of the body.
    pub body: Buffer,
}

/// See `ExplainedRedirect` of `ts/explain.ts`.
#[napi(object, object_to_js = false)]
pub struct Redirected {
    /// The status.
    pub status: u16,
    /// The address that was asked.
    pub from: Option<String>,
    /// The value of Location.
    pub location: String,
}

/// A name and the bytes that go by it.
#[napi(object, object_to_js = false)]
pub struct Named {
    /// A reference of the policy, or an issuer.
    pub name: String,
    /// A secret, or a JWK Set.
    pub value: Buffer,
}

/// See `Exchange` of `ts/explain.ts`.
#[napi(object, object_to_js = false)]
pub struct AtHand {
    /// The request.
    pub request: Option<SentHead>,
    /// The response.
    pub response: Option<GotHead>,
    /// The redirects before it.
    pub redirects: Vec<Redirected>,
    /// The token.
    pub token: Option<Buffer>,
    /// The policy's JSON.
    pub policy: Option<Buffer>,
    /// What it refers to.
    pub refs: Vec<Named>,
    /// JWK Sets by issuer.
    pub keys: Vec<Named>,
    /// The policy's profile.
    pub profile: Option<String>,
    /// The scopes in place of the policy's.
    pub scopes: Option<String>,
    /// Revoked token ids.
    pub revoked: Vec<String>,
    /// Seconds since 1970 in digits.
    pub now: Option<String>,
    /// The name of the reason that the check gave.
    pub reason: Option<String>,
}

/// See `Finding` of `ts/explain.ts`.
#[napi(object, object_from_js = false)]
pub struct Found {
    /// The stable name.
    pub id: &'static str,
    /// The stable number.
    pub number: u32,
    /// `error`, `warning` or `note`.
    pub severity: &'static str,
    /// How it is known.
    pub certainty: &'static str,
    /// What it is about.
    pub part: &'static str,
    /// The field, the claim or the JSON Pointer.
    pub name: Option<String>,
    /// Bytes from the start of the value; far below 2^53.
    pub offset: Option<i64>,
    /// What was seen.
    pub evidence: String,
    /// The cause.
    pub cause: &'static str,
    /// What to do.
    pub advice: &'static str,
    /// The change with which the check lets it through.
    pub would_pass_if: Option<String>,
    /// The project's requirement.
    pub requirement: &'static str,
    /// The section of the standard.
    pub section: &'static str,
}

/// The words that findings are made of.
#[napi(object, object_from_js = false)]
pub struct FindingWords {
    /// The ids, in the order of the table.
    pub ids: Vec<&'static str>,
    /// How bad.
    pub severities: Vec<&'static str>,
    /// How known.
    pub certainties: Vec<&'static str>,
    /// About what.
    pub parts: Vec<&'static str>,
}

/// Explains one exchange.
///
/// # Errors
/// For a time that is none, and a reason that is none.
#[napi]
pub fn explain(exchange: AtHand) -> Result<Vec<Found>> {
    let sent = exchange.request.as_ref().map_or_else(Vec::new, |request| lines(&request.fields));
    let got = exchange.response.as_ref().map_or_else(Vec::new, |response| lines(&response.fields));
    let redirects: Vec<Redirect<'_>> = exchange.redirects.iter().map(redirect).collect();
    let (refs, keys) = (named(&exchange.refs), named(&exchange.keys));
    let revoked: Vec<&str> = exchange.revoked.iter().map(String::as_str).collect();
    let now = exchange.now.as_deref().map(|text| {
        Wall::parse(text).ok_or_else(|| Error::new(Status::InvalidArg, "the time is none that a clock could show"))
    });
    let reason = exchange.reason.as_deref().map(|name| {
        Reason::from_name(name).ok_or_else(|| Error::new(Status::InvalidArg, "the reason is none of the table"))
    });
    let findings = countersign::explain::explain(&Exchange {
        request: exchange.request.as_ref().map(|request| RequestHead {
            method: &request.method,
            target: &request.target,
            headers: &sent,
            client_cert_sha256: request.client_cert_sha256.as_deref(),
        }),
        response: exchange.response.as_ref().map(|response| ResponseHead {
            status: response.status,
            headers: &got,
            body: &response.body,
        }),
        redirects: &redirects,
        token: exchange.token.as_deref(),
        policy: exchange.policy.as_deref().map(|json| PolicyText { json, refs: &refs }),
        keys: &keys,
        profile: exchange.profile.as_deref(),
        scopes: exchange.scopes.as_deref(),
        revoked: &revoked,
        now: now.transpose()?,
        reason: reason.transpose()?,
    });
    Ok(findings.into_iter().map(found).collect())
}

/// The words of the core's tables, from which the types are made.
#[napi]
pub fn finding_words() -> FindingWords {
    FindingWords {
        ids: FindingId::all().map(FindingId::name).collect(),
        severities: [Severity::Error, Severity::Warning, Severity::Note].map(Severity::name).into(),
        certainties: [Certainty::Proved, Certainty::Observed, Certainty::Said, Certainty::Suspected]
            .map(Certainty::name)
            .into(),
        parts: [Part::Request, Part::Response, Part::Token, Part::Policy, Part::Keys].map(Part::name).into(),
    }
}

/// How many bytes of a body are looked at.
#[napi]
pub fn explained_body_bytes() -> u32 {
    u32::try_from(countersign::limits::EXPLAIN_BODY_BYTES).unwrap_or(u32::MAX)
}

fn lines(fields: &[Buffer]) -> Vec<FieldLine<'_>> {
    let pairs = fields.chunks_exact(2);
    pairs.filter_map(|pair| Some(FieldLine { name: pair.first()?, value: pair.get(1)? })).collect()
}

fn named(list: &[Named]) -> Vec<(&str, &[u8])> {
    list.iter().map(|named| (named.name.as_str(), named.value.as_ref())).collect()
}

fn redirect(redirect: &Redirected) -> Redirect<'_> {
    Redirect { status: redirect.status, from: redirect.from.as_deref(), location: &redirect.location }
}

fn found(finding: countersign::explain::Finding) -> Found {
    Found {
        id: finding.id.name(),
        number: finding.id.number(),
        severity: finding.severity().name(),
        certainty: finding.certainty.name(),
        part: finding.place.part.name(),
        offset: finding.place.offset.and_then(|offset| i64::try_from(offset).ok()),
        cause: finding.cause(),
        advice: finding.advice(),
        requirement: finding.id.requirement(),
        section: finding.id.section(),
        name: finding.place.name,
        evidence: finding.evidence,
        would_pass_if: finding.would_pass_if,
    }
}
