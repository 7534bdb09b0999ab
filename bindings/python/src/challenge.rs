//! Challenges and credentials on their own.

use countersign::SchemeName;
use countersign::http::{self, Challenges, Params};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};

use crate::errors;
use crate::request::Held;

/// Names in lower case, and raw values.
pub(crate) type Pairs = Vec<(String, Vec<u8>)>;

/// One challenge: a scheme with a token68, with parameters, or alone (RFC 9110 section 11.3).
///
///     >>> import countersign
///     >>> challenge, = countersign.parse_challenges('Bearer realm="api", error="invalid_token"')
///     >>> challenge.is_scheme("bearer"), challenge.params["error"]
///     (True, 'invalid_token')
#[pyclass(module = "countersign", frozen)]
pub(crate) struct Challenge {
    scheme: String,
    token68: Option<String>,
    params: Pairs,
}

impl Challenge {
    pub(crate) fn new(scheme: String, token68: Option<String>, params: Pairs) -> Self {
        Challenge { scheme, token68, params }
    }
}

#[pymethods]
impl Challenge {
    /// The scheme as written; schemes compare without case.
    #[getter]
    fn scheme(&self) -> &str {
        &self.scheme
    }

    /// What stands behind the scheme in place of parameters, as with Negotiate.
    #[getter]
    fn token68(&self) -> Option<&str> {
        self.token68.as_deref()
    }

    /// The parameters in the order sent: names in lower case, values unquoted. What is no UTF-8 is replaced.
    #[getter]
    fn params<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        text_dict(py, &self.params)
    }

    /// The parameters with the bytes of their values.
    #[getter]
    fn raw_params<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        raw_dict(py, &self.params)
    }

    /// Whether the scheme is this one, without regard to case.
    fn is_scheme(&self, scheme: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("<Challenge {} {}>", self.scheme, text_dict(py, &self.params)?.repr()?))
    }
}

/// The credentials of one Authorization field value. Their repr holds no secret.
///
///     >>> import countersign
///     >>> credentials = countersign.parse_credentials('Digest username="alice", qop=auth')
///     >>> credentials, credentials.params["username"]
///     (<Credentials Digest with 2 params>, 'alice')
#[pyclass(module = "countersign", frozen)]
pub(crate) struct Credentials {
    scheme: String,
    token68: Option<String>,
    params: Pairs,
}

#[pymethods]
impl Credentials {
    /// The scheme as written; schemes compare without case.
    #[getter]
    fn scheme(&self) -> &str {
        &self.scheme
    }

    /// What stands behind the scheme in place of parameters, as with Basic and Bearer.
    #[getter]
    fn token68(&self) -> Option<&str> {
        self.token68.as_deref()
    }

    /// The parameters in the order sent: names in lower case, values unquoted. What is no UTF-8 is replaced.
    #[getter]
    fn params<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        text_dict(py, &self.params)
    }

    fn __repr__(&self) -> String {
        // A token that was sent without its scheme stands in the scheme's place.
        let scheme = SchemeName::parse(&self.scheme).map_or("of another scheme", SchemeName::as_str);
        format!("<Credentials {scheme} with {} params>", self.params.len())
    }
}

/// Reads `WWW-Authenticate`: one field line, or an iterable of them in the order received.
///
/// Raises `ChallengeError` at the first fault, with the challenges before it.
///
///     >>> import countersign
///     >>> countersign.parse_challenges(['Basic realm="a, b"', "Bearer scope=read"])
///     [<Challenge Basic {'realm': 'a, b'}>, <Challenge Bearer {'scope': 'read'}>]
#[pyfunction]
#[pyo3(signature = (values, /))]
pub(crate) fn parse_challenges(values: &Bound<'_, PyAny>) -> PyResult<Vec<Challenge>> {
    let held = held_lines(values)?;
    let lines: Vec<&[u8]> = held.iter().map(Held::as_bytes).collect();
    let mut read = Vec::new();
    for challenge in Challenges::new(&lines) {
        match challenge {
            Ok(challenge) => read.push(Challenge {
                scheme: challenge.scheme.to_owned(),
                token68: challenge.token68.map(str::to_owned),
                params: pairs(challenge.params()),
            }),
            Err(fault) => {
                let place = Some((fault.value, fault.offset));
                return Err(errors::challenge_error(values.py(), &fault.to_string(), read, place));
            }
        }
    }
    Ok(read)
}

/// One field line, or an iterable of them.
pub(crate) fn held_lines(values: &Bound<'_, PyAny>) -> PyResult<Vec<Held>> {
    if values.is_instance_of::<PyString>() || values.is_instance_of::<PyBytes>() {
        return Ok(vec![Held::field_value(values)?]);
    }
    values.try_iter()?.map(|value| Held::field_value(&value?)).collect()
}

/// Writes one challenge. `params` is a mapping or an iterable of pairs; every value is quoted, except Digest's
/// `stale`, `algorithm` and `userhash`.
///
/// Raises `ChallengeError` for what cannot be written.
///
///     >>> import countersign
///     >>> countersign.build_challenge("Bearer", {"realm": "api", "error": "invalid_token"})
///     'Bearer realm="api", error="invalid_token"'
#[pyfunction]
#[pyo3(signature = (scheme, params=None, /))]
pub(crate) fn build_challenge(py: Python<'_>, scheme: &str, params: Option<&Bound<'_, PyAny>>) -> PyResult<String> {
    let mut held: Vec<(String, String)> = Vec::new();
    if let Some(params) = params {
        let pairs = if params.hasattr("items")? { params.call_method0("items")? } else { params.clone() };
        for pair in pairs.try_iter()? {
            held.push(pair?.extract()?);
        }
    }
    let mut line = Vec::new();
    let params = held.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    http::write_challenge(&mut line, scheme, params)
        .map_err(|fault| errors::challenge_error(py, &fault.to_string(), Vec::new(), None))?;
    Ok(String::from_utf8_lossy(&line).into_owned())
}

/// Reads the value of one Authorization field, without any policy.
///
/// Raises `CredentialsError` with the reason.
///
///     >>> import countersign
///     >>> countersign.parse_credentials("Bearer abc").scheme
///     'Bearer'
///     >>> countersign.parse_credentials("Bearer: abc")
///     Traceback (most recent call last):
///         ...
///     countersign._errors.CredentialsError: bearer_colon
#[pyfunction]
#[pyo3(signature = (value, /))]
pub(crate) fn parse_credentials(value: &Bound<'_, PyAny>) -> PyResult<Credentials> {
    let held = Held::field_value(value)?;
    let read = http::parse_credentials(held.as_bytes());
    let read = read.map_err(|reason| errors::credentials_error(value.py(), reason))?;
    Ok(Credentials {
        scheme: read.scheme.to_owned(),
        token68: read.token68.map(str::to_owned),
        params: pairs(read.params()),
    })
}

fn pairs(params: Params<'_>) -> Pairs {
    params
        .map(|param| {
            let mut value = Vec::new();
            param.value.write(&mut value);
            (param.name.to_ascii_lowercase(), value)
        })
        .collect()
}

fn text_dict<'py>(py: Python<'py>, pairs: &Pairs) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (name, value) in pairs {
        dict.set_item(name, String::from_utf8_lossy(value))?;
    }
    Ok(dict)
}

fn raw_dict<'py>(py: Python<'py>, pairs: &Pairs) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (name, value) in pairs {
        dict.set_item(name, PyBytes::new(py, value))?;
    }
    Ok(dict)
}
