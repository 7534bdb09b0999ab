//! The answer to one request as a Python object, over memory of the core's that is used again.

use std::sync::Mutex;

use countersign::Need as CoreNeed;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList, PyString};

use crate::pool::Pooled;
use crate::{catalogue, claims, errors};

/// What a check found. Made by `Verifier`; immutable, shared by threads.
///
/// It has no truth value: ask `allowed`, or call `raise_for_denial()`.
///
///     >>> import countersign, hashlib
///     >>> keys = [{"id": "billing", "sha256": hashlib.sha256(b"a-long-and-secret-key").hexdigest()}]
///     >>> verifier = countersign.Verifier(countersign.Policy({"realm": "api", "api_key": {"keys": keys}}))
///     >>> allowed, denied = verifier.check({"X-API-Key": "a-long-and-secret-key"}), verifier.check({})
///     >>> allowed.allowed, allowed.subject, allowed.scheme.value, allowed.claims
///     (True, 'billing', 'Api-Key', {})
///     >>> denied.status, denied.headers[0]
///     (401, ('WWW-Authenticate', 'Api-Key realm="api", header="X-API-Key"'))
///     >>> denied.claims
///     Traceback (most recent call last):
///         ...
///     countersign._errors.AuthenticationError: 401 credentials_missing
#[pyclass(module = "countersign", frozen)]
pub(crate) struct Decision {
    inner: Pooled,
    work: Option<Mutex<Option<countersign::SlowHash>>>,
    claims: PyOnceLock<Py<PyDict>>,
}

impl Decision {
    pub(crate) fn new(inner: Pooled, work: Option<countersign::SlowHash>) -> Self {
        Decision { inner, work: work.map(|work| Mutex::new(Some(work))), claims: PyOnceLock::new() }
    }

    fn get(&self) -> PyResult<&countersign::Decision> {
        self.inner.get().ok_or_else(|| pyo3::exceptions::PyRuntimeError::new_err("the decision is gone"))
    }

    /// The work that is left to do, once.
    pub(crate) fn take_work(&self) -> Option<countersign::SlowHash> {
        self.work.as_ref()?.lock().ok()?.take()
    }
}

#[pymethods]
impl Decision {
    /// Whether the request is let through. It may still be anonymous: see `authenticated`.
    #[getter]
    fn allowed(&self) -> PyResult<bool> {
        Ok(self.get()?.allowed())
    }

    /// Whether the request is let through and its credential proved an identity.
    #[getter]
    fn authenticated(&self) -> PyResult<bool> {
        Ok(self.get()?.authenticated())
    }

    /// The HTTP status: 200, 400, 401, 403, 500 or 503.
    #[getter]
    fn status(&self) -> PyResult<u16> {
        Ok(self.get()?.http_status())
    }

    /// Why, as a member of `Reason`.
    #[getter]
    fn reason<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        catalogue::reason_member(py, self.get()?.reason())
    }

    /// What exactly was wrong with the credentials, as a member of `Detail`; for logs, never for the caller.
    #[getter]
    fn detail<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.get()?.detail().map(|detail| catalogue::detail_member(py, detail)).transpose()
    }

    /// The scheme that was tried, as a member of `Scheme`, also when its credentials were malformed.
    #[getter]
    fn scheme<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.get()?.scheme().map(|scheme| catalogue::scheme_member(py, scheme)).transpose()
    }

    /// The token's issuer, once its signature held; on denials too.
    #[getter]
    fn issuer(&self) -> PyResult<Option<&str>> {
        Ok(self.get()?.issuer())
    }

    /// The token's subject, the user's name or the key's id, once the credential held; on denials too.
    #[getter]
    fn subject(&self) -> PyResult<Option<&str>> {
        Ok(self.get()?.subject())
    }

    /// The `kid` of the key whose signature held; on denials too.
    #[getter]
    fn key_id(&self) -> PyResult<Option<&str>> {
        Ok(self.get()?.key_id())
    }

    /// What to count wrong passwords by: a keyed digest of the user name, the same in every process.
    #[getter]
    fn attempt_key(&self) -> PyResult<Option<&str>> {
        Ok(self.get()?.attempt_key())
    }

    /// The fields that the host adds to its response, in order, one pair of name and value each.
    #[getter]
    fn headers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let pairs: Vec<(&str, &str)> = self.get()?.fields().collect();
        PyList::new(py, pairs)
    }

    /// The problem document (RFC 9457) to send with a denial, as `application/problem+json`; empty when allowed.
    #[getter]
    fn body(&self) -> PyResult<&str> {
        Ok(self.get()?.body())
    }

    /// What the host must do before the same request can pass; None for nothing.
    #[getter]
    fn need(&self) -> PyResult<Option<Need>> {
        Ok(self.get()?.need().map(|need| match need {
            CoreNeed::Keys { issuer, jwks_uri, generation } => Need {
                kind: "keys",
                issuer: Some(issuer.to_owned()),
                jwks_uri: jwks_uri.map(str::to_owned),
                generation,
            },
            _ => Need { kind: "slow_hash", issuer: None, jwks_uri: None, generation: 0 },
        }))
    }

    /// The claims of the token, as a dict that is made when it is first read; empty for a request that was let
    /// through without a token.
    ///
    /// Raises `AuthenticationError` for every denial, whatever the token said.
    #[getter]
    fn claims<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
        let (py, this) = (slf.py(), slf.get());
        Decision::raise_for_denial(slf)?;
        let claims = this.claims.get_or_try_init(py, || match this.get()?.claims() {
            Some(claims) => claims::dict(py, claims).map(Bound::unbind),
            None => Ok(PyDict::new(py).unbind()),
        })?;
        Ok(claims.bind(py).clone())
    }

    /// The text of the claims as it was signed, white space outside strings removed; None for a request that was let
    /// through without a token. Raises as `claims` does.
    #[getter]
    fn claims_json<'py>(slf: &Bound<'py, Self>) -> PyResult<Option<Bound<'py, PyString>>> {
        Decision::raise_for_denial(slf)?;
        let Some(claims) = slf.get().get()?.claims() else { return Ok(None) };
        let mut text = Vec::new();
        claims.write_compact(&mut text);
        Ok(Some(PyString::from_bytes(slf.py(), &text)?))
    }

    /// Raises `AuthenticationError` unless the request is let through.
    fn raise_for_denial(slf: &Bound<'_, Self>) -> PyResult<()> {
        if slf.get().get()?.allowed() { Ok(()) } else { Err(errors::authentication_error(slf)) }
    }

    /// Refused: a denial would be as true as an object is.
    #[expect(clippy::unused_self, reason = "a method of Python's")]
    fn __bool__(&self) -> PyResult<bool> {
        Err(PyTypeError::new_err("a Decision has no truth value: ask `allowed`, or call raise_for_denial()"))
    }

    fn __repr__(&self) -> PyResult<String> {
        let decision = self.get()?;
        Ok(format!("<Decision {} {}>", decision.http_status(), decision.reason().name()))
    }
}

/// What the host must do before the same request can pass.
///
///     >>> import base64, countersign
///     >>> issuer = {"issuer": "https://login.example.com", "audience": "api", "jwks_uri": "https://login.example.com/keys"}
///     >>> verifier = countersign.Verifier(countersign.Policy({"realm": "api", "bearer": {"issuers": [issuer]}}))
///     >>> parts = b'{"alg":"ES256","kid":"a"}', b'{"iss":"https://login.example.com"}', bytes(64)
///     >>> token = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
///     >>> decision = verifier.check_bearer(f"Bearer {token}")
///     >>> decision.status, decision.need.kind, decision.need.jwks_uri
///     (503, 'keys', 'https://login.example.com/keys')
#[pyclass(module = "countersign", frozen, get_all)]
pub(crate) struct Need {
    /// `keys`: another key set; `slow_hash`: the hash of a password.
    kind: &'static str,
    /// The issuer as the policy names it.
    issuer: Option<String>,
    /// Where its JWK Set is; None if its metadata tell.
    jwks_uri: Option<String>,
    /// Which of the issuer's sets judged the token; 0 for none.
    generation: u64,
}

#[pymethods]
impl Need {
    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let this = slf.get();
        let issuer = this.issuer.as_deref().map(|issuer| PyString::new(slf.py(), issuer).repr()).transpose()?;
        let issuer = issuer.as_ref().map_or(Ok("None"), |issuer| issuer.to_str())?;
        Ok(format!("Need(kind='{}', issuer={issuer})", this.kind))
    }
}

/// A password to be hashed, wiped when it is dropped. Of use once or often, on any thread.
///
///     >>> import countersign
///     >>> stored = "$2b$10$QBKezP5DCrQHDbrdHfCAVOES5lVdr7hB55hzK4NciOZ8AbeUJ5fr2"
///     >>> verifier = countersign.Verifier(countersign.Policy({"realm": "api", "basic": {"users": {"alice": stored}}}))
///     >>> fields = {"Authorization": "Basic YWxpY2U6c2VjcmV0"}
///     >>> pending = verifier.check(fields)
///     >>> pending.need.kind
///     'slow_hash'
///     >>> answer = verifier.slow_hash(pending).run()
///     >>> verifier.resume(fields, answer).subject
///     'alice'
#[pyclass(module = "countersign", frozen)]
pub(crate) struct SlowHash(pub(crate) countersign::SlowHash);

#[pymethods]
impl SlowHash {
    /// Hashes the password and compares: tens to hundreds of milliseconds, without the interpreter's lock.
    fn run(&self, py: Python<'_>) -> HashAnswer {
        HashAnswer(py.detach(|| self.0.run()))
    }
}

/// What came of a `SlowHash`; goes to `Verifier.resume`.
///
///     >>> import countersign
///     >>> stored = "$2b$10$QBKezP5DCrQHDbrdHfCAVOES5lVdr7hB55hzK4NciOZ8AbeUJ5fr2"
///     >>> verifier = countersign.Verifier(countersign.Policy({"realm": "api", "basic": {"users": {"alice": stored}}}))
///     >>> fields = {"Authorization": "Basic YWxpY2U6b3RoZXI="}
///     >>> answer = verifier.slow_hash(verifier.check(fields)).run()
///     >>> verifier.resume(fields, answer).detail
///     <Detail.PASSWORD_WRONG: 'password_wrong'>
#[pyclass(module = "countersign", frozen)]
pub(crate) struct HashAnswer(pub(crate) countersign::HashAnswer);
