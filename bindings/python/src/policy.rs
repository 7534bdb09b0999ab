//! The policy: a document that was checked and compiled.

use countersign::Report;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString, PyTuple};

use crate::errors;
use crate::request::each_item;
use crate::store::KeyStore;

/// What an operator asks of requests, checked and compiled once.
///
/// The document is a dict, a JSON text (str or bytes) or the path of a file (any `os.PathLike`, never a str).
/// `refs` maps the names of `{"ref": "name"}` to the bytes that they stand for. Immutable; shared by threads.
///
/// Raises `PolicyError` for a document that was refused, `OSError` for a file that cannot be read.
///
///     >>> import countersign
///     >>> issuer = {"issuer": "https://login.example.com", "audience": "api", "jwks_uri": "https://login.example.com/keys"}
///     >>> policy = countersign.Policy({"realm": "api", "bearer": {"issuers": [issuer]}})
///     >>> policy.warnings
///     ()
///     >>> countersign.Policy('{"realm": "api", "bearer": {"issuers": []}}')
///     Traceback (most recent call last):
///         ...
///     countersign._errors.PolicyError: ...
#[pyclass(module = "countersign", frozen)]
pub(crate) struct Policy {
    pub(crate) inner: countersign::Policy,
    report: Report,
}

#[pymethods]
impl Policy {
    #[new]
    #[pyo3(signature = (document, /, *, refs=None))]
    fn new(py: Python<'_>, document: &Bound<'_, PyAny>, refs: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let json = document_bytes(document)?;
        let mut held = Vec::new();
        if let Some(refs) = refs {
            each_item(refs, |name, bytes| {
                held.push((name.extract::<String>()?, text_or_bytes(bytes)?));
                Ok(())
            })?;
        }
        let refs: Vec<(&str, &[u8])> = held.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        match py.detach(|| countersign::Policy::load(&json, &refs)) {
            Ok((inner, report)) => Ok(Policy { inner, report }),
            Err(report) => Err(errors::policy_error(py, &report)),
        }
    }

    /// What the loader warned of, as `Entry` tuples.
    #[getter]
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        errors::entries(py, &self.report)
    }

    /// The names of the header fields, in lower case, of which every line has to be passed to a check.
    #[getter]
    fn wanted_fields(&self) -> Vec<String> {
        self.inner.wanted_fields().collect()
    }

    /// The names of the query parameters that can carry a credential, to be scrubbed from logs.
    #[getter]
    fn credential_parameters(&self) -> Vec<&str> {
        self.inner.credential_parameters().collect()
    }

    /// A store of the live keys of this policy's issuers.
    ///
    /// `entropy` spreads the fetches of several processes; 16 random bytes of the system's if it is not given.
    #[pyo3(signature = (entropy=None))]
    pub(crate) fn key_store(&self, py: Python<'_>, entropy: Option<Vec<u8>>) -> PyResult<KeyStore> {
        let entropy = match entropy {
            Some(entropy) => entropy,
            None => py.import("os")?.call_method1("urandom", (16,))?.extract()?,
        };
        Ok(KeyStore::new(self.inner.key_store(&entropy)))
    }

    fn __repr__(&self) -> String {
        format!("<Policy with {} warnings>", self.report.entries().len())
    }
}

/// The JSON text of a document in any of its forms.
pub(crate) fn document_bytes(document: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    if document.is_instance_of::<PyString>() || document.is_instance_of::<PyBytes>() {
        return text_or_bytes(document);
    }
    if document.hasattr("__fspath__")? {
        let path = document.py().import("pathlib")?.call_method1("Path", (document,))?;
        return path.call_method0("read_bytes")?.extract();
    }
    let json = document.py().import("json")?;
    json.call_method1("dumps", (document,))?.extract::<String>().map(String::into_bytes)
}

/// The UTF-8 of a str, or the bytes.
pub(crate) fn text_or_bytes(value: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    match value.cast::<PyString>() {
        Ok(text) => Ok(text.to_str()?.as_bytes().to_vec()),
        Err(_) => Ok(value.cast::<PyBytes>()?.as_bytes().to_vec()),
    }
}
