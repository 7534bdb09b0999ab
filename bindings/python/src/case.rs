//! Lines of the corpus for `countersign.conform`: read by the core's strict scanner, with the text of every value.
//!
//! No other part of the package reads JSON this way, and nothing here decides anything.

use countersign::claims::Scopes;
use countersign::json::{Document, Duplicates, Kind, Value};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString, PyTuple};

/// Reads one JSON text into tuples of kind, raw text and content: the content of a string is its text, that of an
/// array a list of tuples, that of an object a list of pairs of name and tuple (repeated names too).
///
/// Raises `ValueError` for what is no JSON.
#[pyfunction]
pub(crate) fn read_json<'py>(py: Python<'py>, text: &[u8]) -> PyResult<Bound<'py, PyTuple>> {
    let document = Document::parse(text, Duplicates::Mark).map_err(|fault| PyValueError::new_err(fault.to_string()))?;
    node(py, document.root())
}

/// Whether these are scopes that a request can ask for.
#[pyfunction]
pub(crate) fn are_scopes(text: &str) -> bool {
    Scopes::parse(text).is_some()
}

fn node<'py>(py: Python<'py>, value: Value<'_>) -> PyResult<Bound<'py, PyTuple>> {
    let (kind, content) = match value.kind() {
        Kind::Null => ("null", py.None().into_bound(py)),
        Kind::Boolean => ("boolean", py.None().into_bound(py)),
        Kind::Number => ("number", PyString::new(py, value.as_number().unwrap_or("")).into_any()),
        Kind::String => {
            let text = value.as_text().map(|text| text.to_owned_string()).unwrap_or_default();
            ("string", PyString::new(py, &text).into_any())
        }
        Kind::Array => {
            let list = PyList::empty(py);
            for element in value.as_array().into_iter().flatten() {
                list.append(node(py, element)?)?;
            }
            ("array", list.into_any())
        }
        Kind::Object => {
            let list = PyList::empty(py);
            for (name, member) in value.as_object().into_iter().flatten() {
                list.append((name.to_owned_string(), node(py, member)?))?;
            }
            ("object", list.into_any())
        }
    };
    (kind, value.raw(), content).into_pyobject(py)
}
