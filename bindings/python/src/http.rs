//! The grammar of RFC 9110 and RFC 9111 that hosts of this front need from the core.

use pyo3::prelude::*;

use crate::request::Held;

/// The seconds for which a response is still fresh: the max-age of its Cache-Control, less its Age; None if it does
/// not say (RFC 9111 section 5.2.2).
///
///     >>> import countersign
///     >>> countersign.cache_control_max_age("public, max-age=600", 60)
///     540
#[pyfunction]
#[pyo3(signature = (value, age=0))]
pub(crate) fn cache_control_max_age(value: &Bound<'_, PyAny>, age: u64) -> PyResult<Option<u64>> {
    Ok(countersign::http::cache_control_max_age(Held::field_value(value)?.as_bytes(), age))
}
