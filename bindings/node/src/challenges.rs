//! Challenges and credentials in their grammar (RFC 9110 section 11), without any policy.

use countersign::http::{self, Challenges, Params};
use napi::bindgen_prelude::Buffer;
use napi::{Error, Result, Status};
use napi_derive::napi;

/// One challenge, or one set of credentials.
#[napi(object, object_from_js = false)]
pub struct Read {
    /// The scheme as written.
    pub scheme: String,
    /// The token68, if it has one.
    pub token68: Option<String>,
    /// Names in lower case and values unquoted, by turns, as bytes.
    pub params: Vec<Buffer>,
}

/// What was read, and where reading ended if it did so early.
#[napi(object, object_from_js = false)]
pub struct ReadChallenges {
    /// The challenges before the fault.
    pub challenges: Vec<Read>,
    /// The field line and the byte in it.
    pub fault: Option<Vec<u32>>,
}

/// What stands in an Authorization field, or why it cannot be read.
#[napi(object, object_from_js = false)]
pub struct ReadCredentials {
    /// What stands there.
    pub credentials: Option<Read>,
    /// A name of the table of reasons.
    pub reason: &'static str,
}

/// Reads the WWW-Authenticate lines of one response.
#[napi]
pub fn parse_challenges(lines: Vec<Buffer>) -> ReadChallenges {
    let lines: Vec<&[u8]> = lines.iter().map(AsRef::as_ref).collect();
    let mut fault = None;
    let mut challenges = Vec::new();
    for challenge in Challenges::new(&lines) {
        match challenge {
            Ok(challenge) => challenges.push(read(challenge.scheme, challenge.token68, challenge.params())),
            Err(found) => {
                fault = Some([found.value, found.offset].map(|at| u32::try_from(at).unwrap_or(u32::MAX)).into());
            }
        }
    }
    ReadChallenges { challenges, fault }
}

/// Reads one Authorization value.
#[napi]
pub fn parse_credentials(value: &[u8]) -> ReadCredentials {
    match http::parse_credentials(value) {
        Ok(found) => ReadCredentials {
            credentials: Some(read(found.scheme, found.token68, found.params())),
            reason: countersign::Reason::Ok.name(),
        },
        Err(reason) => ReadCredentials { credentials: None, reason: reason.name() },
    }
}

/// Writes a challenge; `params` are names and values by turns.
///
/// # Errors
/// What cannot be written.
#[napi]
pub fn write_challenge(scheme: String, params: Vec<String>) -> Result<String> {
    let pairs: Vec<(&str, &str)> =
        params.chunks_exact(2).filter_map(|pair| Some((pair.first()?.as_str(), pair.get(1)?.as_str()))).collect();
    let mut line = Vec::new();
    http::write_challenge(&mut line, &scheme, pairs)
        .map_err(|fault| Error::new(Status::InvalidArg, fault.to_string()))?;
    String::from_utf8(line).map_err(|_| Error::new(Status::InvalidArg, "the challenge is not UTF-8"))
}

/// How many seconds a response with this Cache-Control stays fresh.
#[napi]
pub fn cache_control_max_age(value: &[u8], age: u32) -> Option<f64> {
    http::cache_control_max_age(value, u64::from(age)).map(whole)
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "seconds; the store bounds them far below 2^53")]
fn whole(seconds: u64) -> f64 {
    seconds as f64
}

fn read(scheme: &str, token68: Option<&str>, params: Params<'_>) -> Read {
    let mut pairs = Vec::new();
    for param in params {
        let mut value = Vec::new();
        param.value.write(&mut value);
        pairs.push(param.name.to_ascii_lowercase().into_bytes().into());
        pairs.push(value.into());
    }
    Read { scheme: scheme.to_owned(), token68: token68.map(str::to_owned), params: pairs }
}
