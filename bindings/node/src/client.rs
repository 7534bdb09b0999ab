//! The client's side: what to do after a response, and where a credential may go.

use countersign::client::{self, Abilities, Reading, Response, Sent, State, StepKind, StepReason, Tolerance};
use countersign::{FieldLine, SchemeName};
use napi::bindgen_prelude::{BigInt, Buffer};
use napi::{Error, Result, Status};
use napi_derive::napi;

/// See `Sent` of `ts/client.ts`.
#[napi(object, object_to_js = false)]
pub struct SentBefore {
    /// The scheme of the credential.
    pub scheme: Option<String>,
    /// When the token ends, in seconds since 1970.
    pub expires: Option<BigInt>,
    /// Whether there is a newer token.
    pub superseded: bool,
    /// Where it went.
    pub url: Option<String>,
}

/// See `Abilities` of `ts/client.ts`.
#[napi(object, object_to_js = false)]
#[expect(clippy::struct_excessive_bools, reason = "as the core's")]
pub struct Can {
    /// Whether there is a refresh token.
    pub refresh: bool,
    /// Whether a person can be asked.
    pub interactive: bool,
    /// Names of schemes.
    pub schemes: Vec<String>,
    /// Whether the request can be sent again.
    pub replay: bool,
    /// Whether it may be carried out twice.
    pub idempotent: bool,
    /// Whether a 401 that says nothing is no ground for a refresh.
    pub strict: bool,
    /// Whether a password may go where more was offered.
    pub downgrade: bool,
}

/// What goes with a call and is neither the response nor the client.
#[napi(object, object_to_js = false)]
pub struct Along {
    /// The bits of the state.
    pub state: u32,
    /// Seconds since 1970.
    pub now: BigInt,
    /// What backoff is mixed from.
    pub seed: BigInt,
}

/// A challenge as it was heard.
#[napi(object, object_from_js = false)]
pub struct Heard {
    /// The scheme as written.
    pub scheme: String,
    /// The token68, if it has one.
    pub token68: Option<String>,
    /// Names in lower case and values, each a pair.
    pub params: Vec<Vec<String>>,
}

/// Something that was tolerated.
#[napi(object, object_from_js = false)]
pub struct Tolerated {
    /// Its word.
    pub tolerance: &'static str,
    /// The index of the line.
    pub value: u32,
    /// The byte in it.
    pub offset: u32,
}

/// What was read of WWW-Authenticate.
#[napi(object, object_from_js = false)]
pub struct ReadTolerantly {
    /// In order.
    pub challenges: Vec<Heard>,
    /// In order.
    pub warnings: Vec<Tolerated>,
}

/// See `Step` of `ts/client.ts`.
#[napi(object, object_from_js = false)]
pub struct NextStep {
    /// The word of the step.
    pub step: &'static str,
    /// The word of its reason.
    pub reason: &'static str,
    /// Whether the request is sent again.
    pub replay: bool,
    /// The bits of the state.
    pub state: u32,
    /// The scheme of `switch_scheme`.
    pub scheme: Option<&'static str>,
    /// What the challenge asks for.
    pub scope: Option<String>,
    /// What the challenge asks for.
    pub acr_values: Option<String>,
    /// What the challenge asks for, in seconds.
    pub max_age: Option<f64>,
    /// An https URL, or one of loopback.
    pub resource_metadata: Option<String>,
    /// The nonce to use from now on.
    pub nonce: Option<String>,
    /// How long to wait.
    pub seconds: Option<f64>,
    /// What was read.
    pub reading: ReadTolerantly,
}

/// The names of the client's closed sets.
#[napi(object, object_from_js = false)]
pub struct ClientWords {
    /// Of the steps.
    pub steps: Vec<&'static str>,
    /// Of the reasons.
    pub reasons: Vec<&'static str>,
    /// Of what is tolerated.
    pub tolerances: Vec<&'static str>,
}

/// The step after a response. `fields` are names and values by turns.
///
/// # Errors
/// For a scheme that is not known and for a number beyond 64 bits.
#[napi]
pub fn next_step(
    status: u16,
    fields: Vec<Buffer>,
    url: Option<String>,
    sent: SentBefore,
    can: Can,
    along: Along,
) -> Result<NextStep> {
    let fields: Vec<FieldLine<'_>> = fields
        .chunks_exact(2)
        .filter_map(|pair| Some(FieldLine { name: pair.first()?, value: pair.get(1)? }))
        .collect();
    let response = Response { status, fields: &fields, url: url.as_deref() };
    let schemes = can.schemes.iter().map(|name| scheme(name)).collect::<Result<Vec<_>>>()?;
    let sent = Sent {
        scheme: sent.scheme.as_deref().map(scheme).transpose()?,
        expires: sent.expires.as_ref().map(seconds).transpose()?,
        is_superseded: sent.superseded,
        url: sent.url.as_deref(),
    };
    let can = Abilities {
        refresh: can.refresh,
        interactive: can.interactive,
        schemes: &schemes,
        replay: can.replay,
        idempotent: can.idempotent,
        strict: can.strict,
        downgrade: can.downgrade,
    };
    let Along { state, now, seed } = along;
    let (_, seed, _) = seed.get_u64();
    Ok(told(client::next_step(&response, &sent, &can, State::from_bits(state), seconds(&now)?, seed)))
}

/// Reads WWW-Authenticate as tolerantly as servers make necessary.
#[napi]
pub fn read_challenges(lines: Vec<Buffer>) -> ReadTolerantly {
    let lines: Vec<&[u8]> = lines.iter().map(AsRef::as_ref).collect();
    heard(client::read_challenges(&lines))
}

/// Whether a token is worth sending; all in seconds.
///
/// # Errors
/// For a number beyond 64 bits.
#[napi]
pub fn token_fresh(expires: BigInt, lifetime: Option<BigInt>, now: BigInt) -> Result<bool> {
    let lifetime = lifetime.as_ref().map(seconds).transpose()?;
    Ok(client::token_fresh(seconds(&expires)?, lifetime, seconds(&now)?))
}

/// Whether a credential for one URL may go to another.
#[napi]
pub fn may_send_to(granted: String, target: String, http_loopback: bool) -> bool {
    client::may_send_to(&granted, &target, http_loopback)
}

/// Whether two URLs have one origin.
#[napi]
pub fn is_same_origin(one: String, other: String) -> bool {
    client::is_same_origin(&one, &other)
}

/// The words of steps, reasons and tolerances, in the order of their numbers.
#[napi]
pub fn client_words() -> ClientWords {
    ClientWords {
        steps: StepKind::ALL.iter().map(|kind| kind.name()).collect(),
        reasons: StepReason::ALL.iter().map(|reason| reason.name()).collect(),
        tolerances: Tolerance::ALL.iter().map(|tolerance| tolerance.name()).collect(),
    }
}

fn told(step: client::Step) -> NextStep {
    NextStep {
        step: step.kind.name(),
        reason: step.reason.name(),
        replay: step.replay,
        state: step.state.to_bits(),
        scheme: step.scheme.map(SchemeName::as_str),
        scope: step.scope,
        acr_values: step.acr_values,
        max_age: step.max_age.map(number),
        resource_metadata: step.resource_metadata,
        nonce: step.nonce,
        seconds: step.seconds.map(number),
        reading: heard(step.reading),
    }
}

fn heard(reading: Reading) -> ReadTolerantly {
    let at = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
    let challenges = reading.challenges.into_iter().map(|challenge| Heard {
        scheme: challenge.scheme,
        token68: challenge.token68,
        params: challenge.params.into_iter().map(|(name, value)| vec![name, value]).collect(),
    });
    let warnings = reading.warnings.iter().map(|warning| Tolerated {
        tolerance: warning.tolerance.name(),
        value: at(warning.value),
        offset: at(warning.offset),
    });
    ReadTolerantly { challenges: challenges.collect(), warnings: warnings.collect() }
}

fn scheme(name: &str) -> Result<SchemeName> {
    SchemeName::parse(name).ok_or_else(|| Error::new(Status::InvalidArg, "the scheme is not known"))
}

fn seconds(number: &BigInt) -> Result<i64> {
    let (number, lossless) = number.get_i64();
    if lossless { Ok(number) } else { Err(Error::new(Status::InvalidArg, "no number of 64 bits")) }
}

/// The core's numbers here are below 2^32, which a number of JavaScript holds.
#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "the core bounds them")]
const fn number(whole: u64) -> f64 {
    whole as f64
}
