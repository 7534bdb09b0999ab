//! A request as a case holds it, with the settings of its check.

use super::case::{Case, CaseFault, bytes, text};
use crate::claims::Scopes;
use crate::json::Value;
use crate::request::{FieldLine, Request};
use crate::result::Decision;
use crate::time::Wall;
use crate::verifier::Verifier;

/// One check with everything read and of its type.
pub(super) struct Asked {
    method: String,
    target: String,
    headers: Vec<(String, Vec<u8>)>,
    client_cert_sha256: Option<String>,
    profile: Option<String>,
    scopes: Option<String>,
    pub(super) now: Wall,
}

impl Asked {
    /// Reads the members `request`, `profile`, `scopes` and `now`.
    pub(super) fn read(case: &Case<'_>) -> Result<Self, CaseFault> {
        let now = case.time("now")?;
        let scopes = case.optional_text("scopes")?;
        if scopes.as_deref().is_some_and(|scopes| Scopes::parse(scopes).is_none()) {
            return Err(case.fault("scopes", "cannot be written into a challenge"));
        }
        let request = Case::new(case.required("request")?, "the request")?;
        request.only(&["method", "target", "headers", "client_cert_sha256"])?;
        Ok(Asked {
            method: request.optional_text("method")?.unwrap_or_else(|| "GET".into()),
            target: request.text("target")?,
            headers: request.list("headers")?.into_iter().map(read_header).collect::<Result<_, _>>()?,
            client_cert_sha256: request.nullable_text("client_cert_sha256")?,
            profile: case.nullable_text("profile")?,
            scopes,
            now,
        })
    }

    /// What the verifier decides, with the monotonic clock if the host has one.
    pub(super) fn decide(&self, verifier: &Verifier, monotonic: Option<u64>) -> Decision {
        let lines: Vec<FieldLine<'_>> =
            self.headers.iter().map(|(name, value)| FieldLine { name: name.as_bytes(), value }).collect();
        let mut call = Request::new(&self.method, &self.target, &lines, self.now);
        call.monotonic = monotonic;
        call.profile = self.profile.as_deref();
        call.scopes = self.scopes.as_deref();
        call.client_cert_sha256 = self.client_cert_sha256.as_deref();
        let mut decision = Decision::new();
        verifier.check_blocking(&call, &mut decision);
        decision
    }
}

pub(super) fn read_header(value: Value<'_>) -> Result<(String, Vec<u8>), CaseFault> {
    let fault = || CaseFault("a header is no pair of name and value".into());
    let mut pair = value.as_array().ok_or_else(fault)?;
    match (pair.next(), pair.next(), pair.next()) {
        (Some(name), Some(value), None) => Ok((text(name).ok_or_else(fault)?, bytes(value, "a header value")?)),
        _ => Err(fault()),
    }
}
