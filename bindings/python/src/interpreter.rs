//! Keeps the module out of sub-interpreters.
//!
//! Classes and enums of the package are looked up once and kept for the process, so another interpreter would be
//! handed those of the first one, and dead ones behind its end. From 3.12 on the interpreter refuses by itself a
//! module that does not declare support; before, nobody does.

use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;

/// An `ImportError` in a sub-interpreter.
pub(crate) fn refuse_sub_interpreter(py: Python<'_>) -> PyResult<()> {
    if py.version_info() >= (3, 12) {
        return Ok(());
    }
    // The standard library's own name for it until 3.12; an implementation without it has no sub-interpreters.
    let Ok(interpreters) = py.import("_xxsubinterpreters") else { return Ok(()) };
    let id = |name: &str| interpreters.call_method0(name)?.call_method0("__int__")?.extract::<i64>();
    if id("get_current")? == id("get_main")? {
        return Ok(());
    }
    Err(PyImportError::new_err("countersign does not support loading in subinterpreters"))
}
