//! JSON of a token as Python objects: integers exactly, everything else as `json.loads` has it.

use countersign::json::{Kind, Text, Value};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString};

/// The members of an object; none of what is no object.
pub(crate) fn dict<'py>(py: Python<'py>, value: Value<'_>) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (name, value) in value.as_object().into_iter().flatten() {
        dict.set_item(name_of(py, &name), object(py, value)?)?;
    }
    Ok(dict)
}

/// Depth is bounded by the scanner.
fn object<'py>(py: Python<'py>, value: Value<'_>) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value.kind() {
        Kind::Null => py.None().into_bound(py),
        Kind::Boolean => PyBool::new(py, value.as_bool() == Some(true)).to_owned().into_any(),
        Kind::Number => number(py, value.as_number().unwrap_or("0"))?,
        Kind::String => match value.as_text() {
            Some(text) => string(py, &text).into_any(),
            None => py.None().into_bound(py),
        },
        Kind::Array => {
            let list = PyList::empty(py);
            for element in value.as_array().into_iter().flatten() {
                list.append(object(py, element)?)?;
            }
            list.into_any()
        }
        Kind::Object => dict(py, value)?.into_any(),
    })
}

fn string<'py>(py: Python<'py>, text: &Text<'_>) -> Bound<'py, PyString> {
    match text.as_str() {
        Some(plain) => PyString::new(py, plain),
        None => PyString::new(py, &text.to_owned_string()),
    }
}

/// The names that most tokens have are made once.
fn name_of<'py>(py: Python<'py>, name: &Text<'_>) -> Bound<'py, PyString> {
    let known = match name.as_str() {
        Some("iss") => intern!(py, "iss"),
        Some("sub") => intern!(py, "sub"),
        Some("aud") => intern!(py, "aud"),
        Some("exp") => intern!(py, "exp"),
        Some("nbf") => intern!(py, "nbf"),
        Some("iat") => intern!(py, "iat"),
        Some("jti") => intern!(py, "jti"),
        Some("scope") => intern!(py, "scope"),
        Some("client_id") => intern!(py, "client_id"),
        Some("azp") => intern!(py, "azp"),
        _ => return string(py, name),
    };
    known.clone()
}

fn number<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    if text.contains(['.', 'e', 'E']) {
        return Ok(PyFloat::new(py, text.parse().unwrap_or(f64::NAN)).into_any());
    }
    match text.parse::<i64>() {
        Ok(whole) => Ok(PyInt::new(py, whole).into_any()),
        // `int` takes no more than 4,300 digits from a text; this way takes what a token can hold.
        Err(_) => py.import("decimal")?.getattr("Decimal")?.call1((text,))?.call_method0(intern!(py, "__int__")),
    }
}
