//! The diagnosis
//!
//! Why a request was denied, and what to do: findings about one exchange, the likeliest first (docs/EXPLAIN.md). For
//! tools and for development, not for the way of every request: it allocates.

use super::boundary::{borrow, call, give, put, read, take_back};
use super::sized::{read_struct, write_struct};
use super::status::{Failure, countersign_status};
use super::types::{countersign_field, countersign_str, list};
use crate::explain::{
    Exchange, Finding, PolicyText, Redirect, RequestHead, ResponseHead, Severity, explain, write_json,
};
use crate::reason::Reason;
use crate::request::FieldLine;
use crate::time::Wall;

/// A finding that denies requests.
pub const COUNTERSIGN_EXPLAINED_ERROR: u32 = 1;
/// A finding that is wrong and hurts some clients.
pub const COUNTERSIGN_EXPLAINED_WARNING: u32 = 2;
/// A finding that is worth knowing.
pub const COUNTERSIGN_EXPLAINED_NOTE: u32 = 3;

/// A redirect on the way to a response. Frozen.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct countersign_redirect {
    /// Its HTTP status, as 302.
    pub http_status: u32,
    /// Zero.
    pub reserved: u32,
    /// The address that was asked; NULL if that is not known.
    pub from: countersign_str,
    /// The value of its Location field.
    pub location: countersign_str,
}

/// What is at hand of an exchange; everything may be missing. It is read during the call alone.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct countersign_exchange {
    /// sizeof(countersign_exchange), set by the caller.
    pub struct_size: u64,
    /// The method of the request; NULL if the request is not at hand.
    pub method: countersign_str,
    /// Its target: a path or an absolute URI; only the latter tells the origin and whether TLS was used.
    pub target: countersign_str,
    /// Its field lines, unmerged and in order.
    pub request_fields: *const countersign_field,
    /// How many.
    pub request_field_count: usize,
    /// The SHA-256 of the client certificate's DER as base64url (RFC 8705 section 3.1); NULL if there was none.
    pub client_cert_sha256: countersign_str,
    /// The HTTP status of the response; 0 if the response is not at hand.
    pub http_status: u32,
    /// 1 if now_seconds and now_nanos tell when the request was judged; else the response's Date is taken.
    pub now_known: u32,
    /// The field lines of the response, unmerged and in order.
    pub response_fields: *const countersign_field,
    /// How many.
    pub response_field_count: usize,
    /// The response's body, or its front.
    pub response_body: countersign_str,
    /// The redirects that came before the response, in order.
    pub redirects: *const countersign_redirect,
    /// How many.
    pub redirect_count: usize,
    /// The token, where the request does not hold it; NULL otherwise.
    pub token: countersign_str,
    /// The policy that judges such requests, as JSON; NULL if it is not at hand.
    pub policy: countersign_str,
    /// What {"ref": "name"} in the policy stands for: names and bytes.
    pub policy_refs: *const countersign_field,
    /// How many.
    pub policy_ref_count: usize,
    /// Key sets: names of issuers, and the bytes of their JWK Sets.
    pub keys: *const countersign_field,
    /// How many.
    pub key_count: usize,
    /// The policy's profile; NULL for the unnamed one.
    pub profile: countersign_str,
    /// The scopes that the call asks for in place of the policy's; NULL for the policy's.
    pub scopes: countersign_str,
    /// Token ids (jti) that were revoked.
    pub revoked: *const countersign_str,
    /// How many.
    pub revoked_count: usize,
    /// When the request was judged, in seconds since 1970.
    pub now_seconds: i64,
    /// Nanoseconds below one second.
    pub now_nanos: u32,
    /// Zero.
    pub reserved: u32,
    /// The number of the reason that the server's check gave, from its decision or its log; 0 if it is not at hand.
    pub reason: u32,
    /// Zero.
    pub reserved_behind: u32,
}

/// The findings about one exchange. One thread at a time.
pub struct countersign_explanation {
    findings: Vec<Finding>,
    json: String,
}

/// One finding. The texts are lent until the explanation is freed; none holds a token, a key or a password.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct countersign_explained {
    /// sizeof(countersign_explained), set by the caller.
    pub struct_size: u64,
    /// The stable number of the finding (docs/FINDINGS.md).
    pub number: u32,
    /// How bad it is, one of COUNTERSIGN_EXPLAINED_.
    pub severity: u32,
    /// 1 if offset says where in the value it is.
    pub offset_known: u32,
    /// Zero.
    pub reserved: u32,
    /// Bytes from the start of the field's value, or of the token.
    pub offset: usize,
    /// The stable name, as in "token_expired".
    pub name: countersign_str,
    /// How it is known: "proved", "observed", "said" or "suspected".
    pub certainty: countersign_str,
    /// What it is about: "request", "response", "token", "policy" or "keys".
    pub part: countersign_str,
    /// The field name, the claim or the JSON Pointer; NULL for the part as a whole.
    pub place: countersign_str,
    /// What was seen.
    pub evidence: countersign_str,
    /// The cause, in words for people.
    pub cause: countersign_str,
    /// What to do next.
    pub advice: countersign_str,
    /// With what change the policy's check lets the request through; NULL if none was found.
    pub would_pass_if: countersign_str,
    /// The project's requirement that it goes back to.
    pub requirement: countersign_str,
    /// The section of the standard.
    pub section: countersign_str,
}

/// Explains one exchange: why was it denied, and what would help?
///
/// With a policy and keys the check is run, and run again with changes, so that the cause is proved. On success *out is
/// the caller's, perhaps without a finding; give it back with countersign_explanation_free. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_explain(
    exchange: *const countersign_exchange,
    out: *mut *mut countersign_explanation,
) -> countersign_status {
    call(|| {
        // SAFETY: the caller hands in a struct that starts with its size, and vouches for what it points to.
        let findings = unsafe { findings_of(&read_struct(exchange)?) }?;
        let mut json = String::new();
        write_json(&findings, &mut json);
        // SAFETY: NULL or a place for a pointer.
        unsafe { give(out, countersign_explanation { findings, json }) }
    })
}

/// How many findings there are; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_explanation_count(explanation: *const countersign_explanation) -> usize {
    // SAFETY: NULL or a living explanation.
    read(0, || unsafe { borrow(explanation) }.map_or(0, |explanation| explanation.findings.len()))
}

/// The finding at index, the likeliest at 0; COUNTERSIGN_NOT_FOUND behind the last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_explanation_at(
    explanation: *const countersign_explanation,
    index: usize,
    out: *mut countersign_explained,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living explanation.
        let explanation = unsafe { borrow(explanation) }?;
        let finding = explanation.findings.get(index).ok_or(Failure::NOT_FOUND)?;
        let place = &finding.place;
        let explained = countersign_explained {
            struct_size: 0,
            number: finding.id.number(),
            severity: match finding.severity() {
                Severity::Error => COUNTERSIGN_EXPLAINED_ERROR,
                Severity::Warning => COUNTERSIGN_EXPLAINED_WARNING,
                Severity::Note => COUNTERSIGN_EXPLAINED_NOTE,
            },
            offset_known: u32::from(place.offset.is_some()),
            reserved: 0,
            offset: place.offset.unwrap_or(0),
            name: countersign_str::lend(finding.id.name()),
            certainty: countersign_str::lend(finding.certainty.name()),
            part: countersign_str::lend(place.part.name()),
            place: countersign_str::lend_or_absent(place.name.as_deref()),
            evidence: countersign_str::lend(&finding.evidence),
            cause: countersign_str::lend(finding.cause()),
            advice: countersign_str::lend(finding.advice()),
            would_pass_if: countersign_str::lend_or_absent(finding.would_pass_if.as_deref()),
            requirement: countersign_str::lend(finding.id.requirement()),
            section: countersign_str::lend(finding.id.section()),
        };
        // SAFETY: the caller hands in a struct that starts with its size.
        unsafe { write_struct(out, explained) }
    })
}

/// All findings as one compact JSON list, lent until the explanation is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_explanation_json(
    explanation: *const countersign_explanation,
    out: *mut countersign_str,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living explanation.
        let explanation = unsafe { borrow(explanation) }?;
        // SAFETY: NULL or a place for a text.
        unsafe { put(out, countersign_str::lend(&explanation.json)) }
    })
}

/// Gives an explanation back. NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_explanation_free(explanation: *mut countersign_explanation) {
    // SAFETY: NULL or an explanation that was given out and not taken back.
    unsafe { take_back(explanation) };
}

/// # Safety
/// The lists and texts of `exchange` are readable during the call.
unsafe fn findings_of(exchange: &countersign_exchange) -> Result<Vec<Finding>, Failure> {
    if exchange.reserved != 0 || exchange.reserved_behind != 0 || exchange.now_known > 1 {
        return Err(Failure::INVALID);
    }
    // SAFETY: the caller vouches for the lists and their texts.
    let [sent, got, refs, keys] = unsafe {
        [
            pairs(exchange.request_fields, exchange.request_field_count)?,
            pairs(exchange.response_fields, exchange.response_field_count)?,
            pairs(exchange.policy_refs, exchange.policy_ref_count)?,
            pairs(exchange.keys, exchange.key_count)?,
        ]
    };
    let (sent, got) = (lines(&sent), lines(&got));
    let (refs, keys) = (named(&refs)?, named(&keys)?);
    // SAFETY: the caller vouches for the list.
    let redirects = unsafe { list(exchange.redirects, exchange.redirect_count) }?.iter();
    // SAFETY: the caller vouches for the texts.
    let redirects: Vec<Redirect<'_>> =
        redirects.map(|redirect| unsafe { read_redirect(redirect) }).collect::<Result<_, _>>()?;
    // SAFETY: the caller vouches for the list.
    let revoked = unsafe { list(exchange.revoked, exchange.revoked_count) }?.iter();
    // SAFETY: the caller vouches for the texts.
    let revoked: Vec<&str> = revoked.map(|id| unsafe { id.text() }?.ok_or(Failure::NULL)).collect::<Result<_, _>>()?;
    // SAFETY: the caller vouches for the texts, each.
    let (method, target, certificate) =
        unsafe { (exchange.method.text()?, exchange.target.text()?, exchange.client_cert_sha256.text()?) };
    let request = method.map(|method| {
        let target = target.ok_or(Failure::NULL)?;
        Ok(RequestHead { method, target, headers: &sent, client_cert_sha256: certificate })
    });
    let status = u16::try_from(exchange.http_status).map_err(|_| Failure::INVALID)?;
    // SAFETY: the caller vouches for the bytes.
    let body = unsafe { exchange.response_body.bytes() }?;
    let response = (status != 0).then_some(ResponseHead { status, headers: &got, body });
    let reason = Reason::from_number(exchange.reason).ok_or(Failure::INVALID)?;
    let now = Wall::from_timespec(exchange.now_seconds, exchange.now_nanos).ok_or(Failure::INVALID)?;
    // SAFETY: the caller vouches for the bytes and texts, each.
    let (token, policy, profile, scopes) = unsafe {
        (present(exchange.token)?, present(exchange.policy)?, exchange.profile.text()?, exchange.scopes.text()?)
    };
    Ok(explain(&Exchange {
        request: request.transpose()?,
        response,
        redirects: &redirects,
        token,
        policy: policy.map(|json| PolicyText { json, refs: &refs }),
        keys: &keys,
        profile,
        scopes,
        revoked: &revoked,
        now: (exchange.now_known == 1).then_some(now),
        reason: Some(reason),
    }))
}

/// The bytes; `None` for NULL.
///
/// # Safety
/// As [`countersign_str::bytes`].
unsafe fn present<'a>(text: countersign_str) -> Result<Option<&'a [u8]>, Failure> {
    // SAFETY: handed on to the caller.
    let bytes = unsafe { text.bytes() }?;
    Ok((!text.data.is_null()).then_some(bytes))
}

/// A name and a value, as bytes.
type Pair<'a> = (&'a [u8], &'a [u8]);

/// # Safety
/// `data` points to `len` fields whose texts are readable during `'a`.
unsafe fn pairs<'a>(data: *const countersign_field, len: usize) -> Result<Vec<Pair<'a>>, Failure> {
    // SAFETY: handed on to the caller.
    let fields = unsafe { list(data, len) }?.iter();
    // SAFETY: handed on to the caller.
    fields.map(|field| unsafe { Ok((field.name.bytes()?, field.value.bytes()?)) }).collect()
}

fn lines<'a>(pairs: &[Pair<'a>]) -> Vec<FieldLine<'a>> {
    pairs.iter().map(|&(name, value)| FieldLine { name, value }).collect()
}

fn named<'a>(pairs: &[Pair<'a>]) -> Result<Vec<(&'a str, &'a [u8])>, Failure> {
    let name = |bytes| core::str::from_utf8(bytes).map_err(|_| Failure::INVALID);
    pairs.iter().map(|&(bytes, value)| Ok((name(bytes)?, value))).collect()
}

/// # Safety
/// The texts are readable during `'a`.
unsafe fn read_redirect<'a>(redirect: &countersign_redirect) -> Result<Redirect<'a>, Failure> {
    if redirect.reserved != 0 {
        return Err(Failure::INVALID);
    }
    let status = u16::try_from(redirect.http_status).map_err(|_| Failure::INVALID)?;
    // SAFETY: handed on to the caller.
    let (from, location) = unsafe { (redirect.from.text()?, redirect.location.text()?) };
    Ok(Redirect { status, from, location: location.ok_or(Failure::NULL)? })
}
