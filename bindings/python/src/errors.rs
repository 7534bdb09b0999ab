//! Maps reports and denials to the exceptions of `countersign._errors`.

use countersign::Report;
use countersign::policy::Severity;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyTuple, PyType};

use crate::decision::Decision;

/// The class of this name.
fn class<'py>(py: Python<'py>, cell: &'static PyOnceLock<Py<PyType>>, name: &str) -> PyResult<Bound<'py, PyType>> {
    cell.import(py, "countersign._errors", name).cloned()
}

fn raise(made: PyResult<Bound<'_, PyAny>>) -> PyErr {
    made.map_or_else(|fault| fault, PyErr::from_value)
}

/// The entries of a report as tuples `Entry`.
pub(crate) fn entries<'py>(py: Python<'py>, report: &Report) -> PyResult<Bound<'py, PyTuple>> {
    static ENTRY: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let entry = class(py, &ENTRY, "Entry")?;
    let made = report.entries().iter().map(|found| {
        let severity = if found.severity == Severity::Error { "error" } else { "warning" };
        entry.call1((severity, found.code.name(), &found.pointer, &found.text))
    });
    PyTuple::new(py, made.collect::<PyResult<Vec<_>>>()?)
}

/// A `PolicyError` with what the loader found.
pub(crate) fn policy_error(py: Python<'_>, report: &Report) -> PyErr {
    static POLICY_ERROR: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let pointer = report.first_error().map_or("", |entry| entry.pointer.as_str());
    raise(
        entries(py, report)
            .and_then(|entries| class(py, &POLICY_ERROR, "PolicyError")?.call1((report.to_string(), pointer, entries))),
    )
}

/// An `AuthenticationError` of a decision that denies.
pub(crate) fn authentication_error(decision: &Bound<'_, Decision>) -> PyErr {
    static AUTHENTICATION_ERROR: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    raise(class(decision.py(), &AUTHENTICATION_ERROR, "AuthenticationError").and_then(|class| class.call1((decision,))))
}

/// A `ChallengeError`; `fault` is where reading ended, if reading failed.
pub(crate) fn challenge_error(
    py: Python<'_>,
    text: &str,
    challenges: Vec<crate::challenge::Challenge>,
    fault: Option<(usize, usize)>,
) -> PyErr {
    static CHALLENGE_ERROR: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let make = || {
        let kwargs = PyDict::new(py);
        kwargs.set_item("challenges", challenges)?;
        kwargs.set_item("value", fault.map(|(value, _)| value))?;
        kwargs.set_item("offset", fault.map(|(_, offset)| offset))?;
        class(py, &CHALLENGE_ERROR, "ChallengeError")?.call((text,), Some(&kwargs))
    };
    raise(make())
}

/// A `CredentialsError` with the reason.
pub(crate) fn credentials_error(py: Python<'_>, reason: countersign::Reason) -> PyErr {
    static CREDENTIALS_ERROR: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    raise(
        crate::catalogue::reason_member(py, reason)
            .and_then(|member| class(py, &CREDENTIALS_ERROR, "CredentialsError")?.call1((member,))),
    )
}

/// A `KeysRefused` with a stable word for the kind of fault.
pub(crate) fn keys_refused(py: Python<'_>, text: &str, kind: &str) -> PyErr {
    static KEYS_REFUSED: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    raise(class(py, &KEYS_REFUSED, "KeysRefused").and_then(|class| class.call1((text, kind))))
}
