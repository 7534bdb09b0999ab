//! The client's side
//!
//! What to do after a response (docs/CLIENT.md), what was read of its challenges, and where a credential may go. No
//! call sends or waits: each step is the host's to take.

use super::boundary::{borrow, call, give, read, take_back};
use super::challenge::countersign_challenges;
use super::sized::{read_struct, write_struct};
use super::status::{Failure, countersign_status};
use super::types::{countersign_field, countersign_str, list};
use crate::client::{
    Abilities, Response, Sent, State, Step, StepKind, StepReason, Tolerance, is_same_origin, may_send_to, next_step,
    token_fresh,
};
use crate::request::FieldLine;
use crate::scheme_name::SchemeName;

/// A response, as far as it matters to the next step. It is read during the call alone.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct countersign_response {
    /// sizeof(countersign_response), set by the caller.
    pub struct_size: u64,
    /// The HTTP status; 0 if no response came.
    pub http_status: u32,
    /// Zero.
    pub reserved: u32,
    /// The field lines, unmerged and in order; at least WWW-Authenticate, Retry-After and DPoP-Nonce.
    pub fields: *const countersign_field,
    /// How many.
    pub field_count: usize,
    /// The URL that answered, behind all redirects that were followed; NULL if the host does not tell.
    pub url: countersign_str,
}

/// What was sent with the request.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct countersign_sent {
    /// sizeof(countersign_sent), set by the caller.
    pub struct_size: u64,
    /// The scheme of the credential, one of COUNTERSIGN_SCHEME_; COUNTERSIGN_SCHEME_NONE if there was none.
    pub scheme: u32,
    /// 1 if the client has a newer token by now than the one that was sent.
    pub superseded: u32,
    /// 1 if expires_seconds tells when the token ends.
    pub expires_known: u32,
    /// Zero.
    pub reserved: u32,
    /// When the token ends, in seconds since 1970.
    pub expires_seconds: i64,
    /// The URL that the credential was sent to; NULL if the host does not tell.
    pub url: countersign_str,
}

/// What the client can do: each 1 or 0.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct countersign_abilities {
    /// sizeof(countersign_abilities), set by the caller.
    pub struct_size: u64,
    /// There is a refresh token (RFC 6749 section 6).
    pub refresh: u32,
    /// A person can be asked to log in or to consent.
    pub interactive: u32,
    /// The request can be sent again: its body is there once more.
    pub replay: u32,
    /// The request may be carried out twice, as one by GET or PUT may (RFC 9110 section 9.2.2).
    pub idempotent: u32,
    /// A 401 that says nothing is no ground for a refresh, unless the token is known to be past its end.
    pub strict: u32,
    /// A password may go to an origin that offered more before.
    pub downgrade: u32,
    /// The schemes that the client has credentials for, or could get them: numbers of COUNTERSIGN_SCHEME_.
    pub schemes: *const u32,
    /// How many.
    pub scheme_count: usize,
}

/// A step, with what was read of the challenges. One thread at a time.
pub struct countersign_step {
    step: Step,
    challenges: countersign_challenges,
}

/// What a step says. The texts are lent until the step is freed; NULL where there is none.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct countersign_step_info {
    /// sizeof(countersign_step_info), set by the caller.
    pub struct_size: u64,
    /// What to do, one of COUNTERSIGN_STEP_. One that you do not know is COUNTERSIGN_STEP_STOP.
    pub kind: u32,
    /// Why, one of COUNTERSIGN_STEP_REASON_.
    pub reason: u32,
    /// 1 if the request is to be sent again afterwards; else this response is the caller's.
    pub replay: u32,
    /// What to hand in with the next response to this request.
    pub state: u32,
    /// The scheme to use with COUNTERSIGN_STEP_SWITCH_SCHEME, else COUNTERSIGN_SCHEME_NONE.
    pub scheme: u32,
    /// 1 if max_age was named.
    pub max_age_known: u32,
    /// 1 if seconds says how long to wait.
    pub seconds_known: u32,
    /// Zero.
    pub reserved: u32,
    /// The greatest age of the login that the server asks for, in seconds (RFC 9470 section 3).
    pub max_age: u64,
    /// How long to wait; with COUNTERSIGN_STEP_REASON_WAIT_TOO_LONG how long the server would have had it.
    pub seconds: u64,
    /// The scopes that the deciding challenge names, space-separated.
    pub scope: countersign_str,
    /// The authentication contexts that it names, in order of preference (RFC 9470 section 3).
    pub acr_values: countersign_str,
    /// Where it says that the resource's metadata are (RFC 9728 section 5.1).
    pub resource_metadata: countersign_str,
    /// The nonce to use from now on (RFC 9449 section 8, RFC 7616 section 3.3).
    pub nonce: countersign_str,
}

/// Tells what to do after a response. Where it is NULL, sent says that nothing was sent and can that nothing can be
/// done.
///
/// state is 0 for a request's first response, then the state of the step before; it bounds every loop. now_seconds is
/// the time since 1970; seed is any number of the host's, which spreads the waits of clients that fail together. On
/// success *out is the caller's; give it back with countersign_step_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_next_step(
    response: *const countersign_response,
    sent: *const countersign_sent,
    can: *const countersign_abilities,
    state: u32,
    now_seconds: i64,
    seed: u64,
    out: *mut *mut countersign_step,
) -> countersign_status {
    call(|| {
        // SAFETY: the caller hands in a struct that starts with its size.
        let response = unsafe { read_struct(response) }?;
        // SAFETY: the caller vouches for the list.
        let fields = unsafe { list(response.fields, response.field_count) }?;
        let lines = fields.iter().map(|field| {
            // SAFETY: the caller vouches for the texts of each line.
            let (name, value) = unsafe { (field.name.bytes(), field.value.bytes()) };
            Ok(FieldLine { name: name?, value: value? })
        });
        let lines = lines.collect::<Result<Vec<_>, Failure>>()?;
        let status = u16::try_from(response.http_status).map_err(|_| Failure::INVALID)?;
        refuse_unless(response.reserved == 0)?;
        // SAFETY: the caller vouches for the text.
        let answered = Response { status, fields: &lines, url: unsafe { response.url.text() }? };
        // SAFETY: NULL or a struct that starts with its size, and its texts.
        let sent = unsafe { read_sent(sent) }?;
        let mut schemes = Vec::new();
        // SAFETY: NULL or a struct that starts with its size, and its list.
        let can = unsafe { read_abilities(can, &mut schemes) }?;
        let can = Abilities { schemes: &schemes, ..can };
        let step = next_step(&answered, &sent, &can, State::from_bits(state), now_seconds, seed);
        let challenges = countersign_challenges::of_reading(&step.reading);
        // SAFETY: NULL or a place for a pointer.
        unsafe { give(out, countersign_step { step, challenges }) }
    })
}

/// What a step says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_step_describe(
    step: *const countersign_step,
    out: *mut countersign_step_info,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living step.
        let step = &unsafe { borrow(step) }?.step;
        let lend = |text: &Option<String>| countersign_str::lend_or_absent(text.as_deref());
        let info = countersign_step_info {
            struct_size: 0,
            kind: step.kind.number(),
            reason: step.reason.number(),
            replay: u32::from(step.replay),
            state: step.state.to_bits(),
            scheme: step.scheme.map_or(0, SchemeName::number),
            max_age_known: u32::from(step.max_age.is_some()),
            seconds_known: u32::from(step.seconds.is_some()),
            reserved: 0,
            max_age: step.max_age.unwrap_or(0),
            seconds: step.seconds.unwrap_or(0),
            scope: lend(&step.scope),
            acr_values: lend(&step.acr_values),
            resource_metadata: lend(&step.resource_metadata),
            nonce: lend(&step.nonce),
        };
        // SAFETY: the caller hands in a struct that starts with its size.
        unsafe { write_struct(out, info) }
    })
}

/// What was read of the response's challenges, with its warnings. Lent until the step is freed; NULL for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_step_challenges(step: *const countersign_step) -> *const countersign_challenges {
    // SAFETY: NULL or a living step.
    read(core::ptr::null(), || unsafe { borrow(step) }.map_or(core::ptr::null(), |step| &raw const step.challenges))
}

/// Gives a step back. NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_step_free(step: *mut countersign_step) {
    // SAFETY: NULL or a step that was given out and not taken back.
    unsafe { take_back(step) };
}

/// The state for the next request to the same origin: of the old one only stays what the origin has offered.
#[unsafe(no_mangle)]
pub extern "C" fn countersign_state_for_next_request(state: u32) -> u32 {
    read(0, || State::from_bits(state).for_next_request().to_bits())
}

/// The word of a step, as in "refresh"; empty for a number that is not known. Static text.
#[unsafe(no_mangle)]
pub extern "C" fn countersign_step_name(kind: u32) -> countersign_str {
    read(countersign_str::ABSENT, || countersign_str::lend(StepKind::from_number(kind).map_or("", StepKind::name)))
}

/// The word of a step's reason, as in "invalid_token"; empty for a number that is not known. Static text.
#[unsafe(no_mangle)]
pub extern "C" fn countersign_step_reason_name(reason: u32) -> countersign_str {
    let name = || StepReason::from_number(reason).map_or("", StepReason::name);
    read(countersign_str::ABSENT, || countersign_str::lend(name()))
}

/// What a step's reason says, for people; empty for a number that is not known. Static text.
#[unsafe(no_mangle)]
pub extern "C" fn countersign_step_reason_text(reason: u32) -> countersign_str {
    let text = || StepReason::from_number(reason).map_or("", StepReason::text);
    read(countersign_str::ABSENT, || countersign_str::lend(text()))
}

/// The word of a tolerance, as in "comma_missing"; empty for a number that is not known. Static text.
#[unsafe(no_mangle)]
pub extern "C" fn countersign_tolerance_name(tolerance: u32) -> countersign_str {
    let name = || Tolerance::from_number(tolerance).map_or("", Tolerance::name);
    read(countersign_str::ABSENT, || countersign_str::lend(name()))
}

/// What a tolerance says, for people; empty for a number that is not known. Static text.
#[unsafe(no_mangle)]
pub extern "C" fn countersign_tolerance_text(tolerance: u32) -> countersign_str {
    let text = || Tolerance::from_number(tolerance).map_or("", Tolerance::text);
    read(countersign_str::ABSENT, || countersign_str::lend(text()))
}

/// 1 if a token that ends at expires_seconds is worth sending at now_seconds, else 0: refresh first.
///
/// A token counts as used up 30 seconds before its end, or half of its lifetime if that is shorter; lifetime_seconds is
/// the expires_in that it came with, 0 or less if that is not known.
#[unsafe(no_mangle)]
pub extern "C" fn countersign_token_fresh(expires_seconds: i64, lifetime_seconds: i64, now_seconds: i64) -> u32 {
    let lifetime = Some(lifetime_seconds).filter(|seconds| *seconds > 0);
    read(0, || u32::from(token_fresh(expires_seconds, lifetime, now_seconds)))
}

/// 1 if a credential for the origin of the URL granted may go to the URL target, else 0: to the same scheme, host and
/// port alone, by https, or by http to loopback where http_loopback is 1. To ask before every request, redirected ones
/// too.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_may_send_to(
    granted: countersign_str,
    target: countersign_str,
    http_loopback: u32,
) -> u32 {
    // SAFETY: the caller vouches for the texts.
    read(0, || unsafe { both(granted, target, |granted, target| may_send_to(granted, target, http_loopback == 1)) })
}

/// 1 if two http or https URLs have one origin: scheme, host and port; else 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_same_origin(one: countersign_str, other: countersign_str) -> u32 {
    // SAFETY: the caller vouches for the texts.
    read(0, || unsafe { both(one, other, is_same_origin) })
}

/// Asks about two texts; 0 for what is none.
///
/// # Safety
/// As [`countersign_str::bytes`], for each.
unsafe fn both(one: countersign_str, other: countersign_str, ask: impl FnOnce(&str, &str) -> bool) -> u32 {
    // SAFETY: handed on to the caller.
    let texts = unsafe { (one.text(), other.text()) };
    let (Ok(Some(one)), Ok(Some(other))) = texts else { return 0 };
    u32::from(ask(one, other))
}

/// # Safety
/// `sent` is NULL or points to a struct that starts with its size, and its text outlives `'a`.
unsafe fn read_sent<'a>(sent: *const countersign_sent) -> Result<Sent<'a>, Failure> {
    if sent.is_null() {
        return Ok(Sent::default());
    }
    // SAFETY: handed on to the caller.
    let sent = unsafe { read_struct(sent) }?;
    refuse_unless(sent.reserved == 0)?;
    let scheme =
        (sent.scheme != 0).then(|| SchemeName::from_number(sent.scheme).ok_or(Failure::INVALID)).transpose()?;
    Ok(Sent {
        scheme,
        expires: truth(sent.expires_known)?.then_some(sent.expires_seconds),
        is_superseded: truth(sent.superseded)?,
        // SAFETY: handed on to the caller.
        url: unsafe { sent.url.text() }?,
    })
}

/// # Safety
/// `can` is NULL or points to a struct that starts with its size, with its list.
unsafe fn read_abilities(
    can: *const countersign_abilities,
    schemes: &mut Vec<SchemeName>,
) -> Result<Abilities<'static>, Failure> {
    if can.is_null() {
        return Ok(Abilities::default());
    }
    // SAFETY: handed on to the caller.
    let can = unsafe { read_struct(can) }?;
    // SAFETY: handed on to the caller.
    for number in unsafe { list(can.schemes, can.scheme_count) }? {
        schemes.push(SchemeName::from_number(*number).ok_or(Failure::INVALID)?);
    }
    Ok(Abilities {
        refresh: truth(can.refresh)?,
        interactive: truth(can.interactive)?,
        schemes: &[],
        replay: truth(can.replay)?,
        idempotent: truth(can.idempotent)?,
        strict: truth(can.strict)?,
        downgrade: truth(can.downgrade)?,
    })
}

fn truth(number: u32) -> Result<bool, Failure> {
    refuse_unless(number <= 1)?;
    Ok(number == 1)
}

fn refuse_unless(holds: bool) -> Result<(), Failure> {
    if holds { Ok(()) } else { Err(Failure::INVALID) }
}
