//! The core's tables, and their rows as members of the enums in `countersign._catalogue`.

use countersign::{Detail, Reason, SchemeName};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// What a row of the table of reasons says, the name first.
type ReasonRow = (&'static str, u32, u16, Option<&'static str>, &'static str, bool, &'static str, &'static str);

/// Every reason: name, number, status, OAuth error, text, whether a refresh helps, next step, cause.
#[pyfunction]
pub(crate) fn reasons() -> Vec<ReasonRow> {
    Reason::all()
        .map(|reason| {
            (
                reason.name(),
                reason.number(),
                reason.http_status(),
                reason.error(),
                reason.text(),
                reason.refresh_helps(),
                reason.next_step(),
                reason.cause(),
            )
        })
        .collect()
}

/// Every detail: name, number, text.
#[pyfunction]
pub(crate) fn details() -> Vec<(&'static str, u32, &'static str)> {
    Detail::ALL.iter().map(|detail| (detail.name(), detail.number(), detail.text())).collect()
}

/// Every scheme: name, number.
#[pyfunction]
pub(crate) fn schemes() -> Vec<(&'static str, u32)> {
    SchemeName::ALL.iter().map(|scheme| (scheme.as_str(), scheme.number())).collect()
}

/// The name of the cryptography backend.
///
///     >>> import countersign
///     >>> countersign.backend()
///     'aws-lc-rs'
#[pyfunction]
pub(crate) fn backend() -> &'static str {
    countersign::jose::BACKEND_NAME
}

/// The members of one enum, in the order of the core's table.
struct Members {
    cell: PyOnceLock<Vec<Py<PyAny>>>,
    class: &'static str,
}

static REASONS: Members = Members { cell: PyOnceLock::new(), class: "Reason" };
static DETAILS: Members = Members { cell: PyOnceLock::new(), class: "Detail" };
static SCHEMES: Members = Members { cell: PyOnceLock::new(), class: "Scheme" };

impl Members {
    fn member<'py>(
        &'static self,
        py: Python<'py>,
        place: usize,
        names: impl Iterator<Item = &'static str>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let members = self.cell.get_or_try_init(py, || {
            let class = py.import("countersign._catalogue")?.getattr(self.class)?;
            names.map(|name| class.call1((name,)).map(Bound::unbind)).collect::<PyResult<Vec<_>>>()
        })?;
        let member = members.get(place).map(|member| member.bind(py).clone());
        member.ok_or_else(|| pyo3::exceptions::PyLookupError::new_err("a row beyond the table"))
    }
}

/// The member of `Reason`.
pub(crate) fn reason_member(py: Python<'_>, reason: Reason) -> PyResult<Bound<'_, PyAny>> {
    REASONS.member(py, reason.counter_index(), Reason::all().map(Reason::name))
}

/// The member of `Detail`.
pub(crate) fn detail_member(py: Python<'_>, detail: Detail) -> PyResult<Bound<'_, PyAny>> {
    let place = Detail::ALL.iter().position(|other| *other == detail).unwrap_or(usize::MAX);
    DETAILS.member(py, place, Detail::ALL.iter().map(|detail| detail.name()))
}

/// The member of `Scheme`.
pub(crate) fn scheme_member(py: Python<'_>, scheme: SchemeName) -> PyResult<Bound<'_, PyAny>> {
    let place = SchemeName::ALL.iter().position(|other| *other == scheme).unwrap_or(usize::MAX);
    SCHEMES.member(py, place, SchemeName::ALL.iter().map(|scheme| scheme.as_str()))
}
