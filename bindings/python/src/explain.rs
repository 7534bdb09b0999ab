//! The diagnosis: why was a request denied, and what now? Everything is the core's `explain`.

use countersign::FieldLine;
use countersign::explain::{self, Exchange, PolicyText, Redirect, RequestHead, ResponseHead};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::clock;
use crate::policy::{document_bytes, text_or_bytes};
use crate::request::{Held, each_item, each_line, name_bytes, scopes as read_scopes};

/// One thing that went wrong, or is worth knowing, in an exchange. Made by `explain`.
///
/// No text of it holds a token, a key or a password.
///
///     >>> import countersign
///     >>> finding, *_ = countersign.explain(headers={"Authorization": "Bearer"}, status=401)
///     >>> finding.id, finding.part, finding.place, finding.advice
///     ('bearer_empty', 'request', 'Authorization', 'Check the variable or secret that the client fills in; it was empty.')
#[pyclass(module = "countersign", frozen)]
pub(crate) struct Finding(explain::Finding);

#[pymethods]
impl Finding {
    /// The stable name, as in `token_expired` (docs/FINDINGS.md).
    #[getter]
    fn id(&self) -> &'static str {
        self.0.id.name()
    }

    /// How bad it is: `error`, `warning` or `note`.
    #[getter]
    fn severity(&self) -> &'static str {
        self.0.severity().name()
    }

    /// How it is known: `proved`, `observed`, `said` or `suspected`.
    #[getter]
    fn certainty(&self) -> &'static str {
        self.0.certainty.name()
    }

    /// What it is about: `request`, `response`, `token`, `policy` or `keys`.
    #[getter]
    fn part(&self) -> &'static str {
        self.0.place.part.name()
    }

    /// The field name, the claim or the JSON Pointer; None for the part as a whole.
    #[getter]
    fn place(&self) -> Option<&str> {
        self.0.place.name.as_deref()
    }

    /// Bytes from the start of the field's value, or of the token.
    #[getter]
    fn offset(&self) -> Option<usize> {
        self.0.place.offset
    }

    /// What was seen.
    #[getter]
    fn evidence(&self) -> &str {
        &self.0.evidence
    }

    /// The cause, in words for people.
    #[getter]
    fn cause(&self) -> &'static str {
        self.0.cause()
    }

    /// What to do next.
    #[getter]
    fn advice(&self) -> &'static str {
        self.0.advice()
    }

    /// With what change the policy's check lets the request through; the check was run with it.
    #[getter]
    fn would_pass_if(&self) -> Option<&str> {
        self.0.would_pass_if.as_deref()
    }

    /// The project's requirement that it goes back to.
    #[getter]
    fn requirement(&self) -> &'static str {
        self.0.id.requirement()
    }

    /// The section of the standard.
    #[getter]
    fn section(&self) -> &'static str {
        self.0.id.section()
    }

    fn __repr__(&self) -> String {
        format!("<Finding {}: {}>", self.0.id.name(), self.0.cause())
    }
}

/// Explains one exchange: gives the findings about it, the likeliest first.
///
/// Everything may be missing; more gives better findings. `method`, `url` and `headers` are of the request, `status`,
/// `response_headers` and `response_body` of the response, fields as `Verifier.check` takes them. `redirects` are those
/// that came before the response, as `(status, location)` or `(status, location, address that was asked)`. `token` is
/// for requests that were recorded without it. With a `policy` (a dict, a JSON text or a path, with its `refs`) and
/// `keys` (key sets by the name of their issuer, each a dict or a JSON text) the check is run, and run again with
/// changes, so that the cause is proved; `profile`, `scopes` and `revoked` are as for a check. `now` is when the
/// request was judged, in seconds since 1970; the response's Date if it is not given. `reason` is the one that the
/// server's check gave, a member of `Reason` or its name, from its log or its decision.
///
/// For tools and for development, not for the way of every request. Does no I/O beyond reading a policy's path. Raises
/// `ValueError` for what is no field, status, time or reason.
///
///     >>> import countersign
///     >>> challenge = {"WWW-Authenticate": 'Bearer realm="api", error="invalid_token"'}
///     >>> countersign.explain(headers={"Authorization": 'Bearer "a.b.c"'}, status=401, response_headers=challenge)[0]
///     <Finding bearer_quoted: The token is in quotes.>
#[pyfunction]
#[pyo3(name = "explain", signature = (*, method="GET", url=None, headers=None, client_cert_sha256=None, status=None, response_headers=None, response_body=None, redirects=None, token=None, policy=None, refs=None, keys=None, profile=None, scopes=None, revoked=None, now=None, reason=None))]
#[expect(clippy::too_many_arguments, reason = "keyword-only in Python")]
pub(crate) fn explain_exchange(
    py: Python<'_>,
    method: &str,
    url: Option<&str>,
    headers: Option<&Bound<'_, PyAny>>,
    client_cert_sha256: Option<&str>,
    status: Option<u16>,
    response_headers: Option<&Bound<'_, PyAny>>,
    response_body: Option<&Bound<'_, PyAny>>,
    redirects: Option<&Bound<'_, PyAny>>,
    token: Option<&Bound<'_, PyAny>>,
    policy: Option<&Bound<'_, PyAny>>,
    refs: Option<&Bound<'_, PyDict>>,
    keys: Option<&Bound<'_, PyDict>>,
    profile: Option<&str>,
    scopes: Option<&Bound<'_, PyAny>>,
    revoked: Option<Vec<String>>,
    now: Option<&Bound<'_, PyAny>>,
    reason: Option<&str>,
) -> PyResult<Vec<Finding>> {
    let (sent, got) = (held_lines(headers)?, held_lines(response_headers)?);
    let (sent, got) = (field_lines(&sent), field_lines(&got));
    let hops = redirects.map(read_redirects).transpose()?.unwrap_or_default();
    let (body, token) = (response_body.map(text_or_bytes).transpose()?, token.map(text_or_bytes).transpose()?);
    let policy = policy.map(document_bytes).transpose()?;
    let (refs, keys) = (named(refs, text_or_bytes)?, named(keys, document_bytes)?);
    let (refs, keys) = (views(&refs), views(&keys));
    let scopes = scopes.map(read_scopes).transpose()?;
    let revoked = revoked.unwrap_or_default();
    let revoked: Vec<&str> = revoked.iter().map(String::as_str).collect();
    let now = now.map(clock::seconds).transpose()?;
    let reason = reason.map(|name| {
        countersign::Reason::from_name(name).ok_or_else(|| PyValueError::new_err("the reason is none of the table"))
    });
    let reason = reason.transpose()?;
    let redirects: Vec<Redirect<'_>> = hops
        .iter()
        .map(|(status, location, from)| Redirect { status: *status, from: from.as_deref(), location })
        .collect();
    let request = (url.is_some() || headers.is_some()).then(|| RequestHead {
        method,
        target: url.unwrap_or("/"),
        headers: &sent,
        client_cert_sha256,
    });
    let body = body.unwrap_or_default();
    let exchange = Exchange {
        request,
        response: status.map(|status| ResponseHead { status, headers: &got, body: &body }),
        redirects: &redirects,
        token: token.as_deref(),
        policy: policy.as_deref().map(|json| PolicyText { json, refs: &refs }),
        keys: &keys,
        profile,
        scopes: scopes.as_deref(),
        revoked: &revoked,
        now,
        reason,
    };
    Ok(py.detach(|| explain::explain(&exchange)).into_iter().map(Finding).collect())
}

/// Every line of a response or request, names among them.
fn held_lines(headers: Option<&Bound<'_, PyAny>>) -> PyResult<Vec<(Vec<u8>, Held)>> {
    let mut held = Vec::new();
    if let Some(headers) = headers {
        each_line(headers, |name, value| {
            held.push((name_bytes(name)?, Held::field_value(value)?));
            Ok(())
        })?;
    }
    Ok(held)
}

fn field_lines(held: &[(Vec<u8>, Held)]) -> Vec<FieldLine<'_>> {
    held.iter().map(|(name, value)| FieldLine { name, value: value.as_bytes() }).collect()
}

/// Status, location, and the address that was asked if it is known.
type Hop = (u16, String, Option<String>);

fn read_redirects(redirects: &Bound<'_, PyAny>) -> PyResult<Vec<Hop>> {
    let read = |hop: Bound<'_, PyAny>| match hop.len()? {
        2 => hop.extract::<(u16, String)>().map(|(status, location)| (status, location, None)),
        3 => hop.extract::<Hop>(),
        _ => Err(PyValueError::new_err("a redirect is (status, location) or (status, location, address)")),
    };
    redirects.try_iter()?.map(|hop| read(hop?)).collect()
}

fn named(
    dict: Option<&Bound<'_, PyDict>>,
    bytes: impl Fn(&Bound<'_, PyAny>) -> PyResult<Vec<u8>>,
) -> PyResult<Vec<(String, Vec<u8>)>> {
    let mut held = Vec::new();
    if let Some(dict) = dict {
        each_item(dict, |name, value| {
            held.push((name.extract::<String>()?, bytes(value)?));
            Ok(())
        })?;
    }
    Ok(held)
}

fn views(held: &[(String, Vec<u8>)]) -> Vec<(&str, &[u8])> {
    held.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect()
}
