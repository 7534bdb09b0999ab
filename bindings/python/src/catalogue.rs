//! The core's tables, and their rows as members of the enums in `countersign._catalogue`.

use countersign::client::{StepKind, StepReason, Tolerance};
use countersign::metrics::ATTRIBUTES;
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

/// Every attribute of a decision on a span: name, type of the value, text.
#[pyfunction]
pub(crate) fn attributes() -> Vec<(&'static str, &'static str, &'static str)> {
    ATTRIBUTES.iter().map(|attribute| (attribute.name, attribute.kind, attribute.help)).collect()
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
static STEP_KINDS: Members = Members { cell: PyOnceLock::new(), class: "StepKind" };
static STEP_REASONS: Members = Members { cell: PyOnceLock::new(), class: "StepReason" };
static TOLERANCES: Members = Members { cell: PyOnceLock::new(), class: "Tolerance" };

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
    DETAILS.member(py, place(Detail::ALL, detail), Detail::ALL.iter().map(|detail| detail.name()))
}

/// The member of `Scheme`.
pub(crate) fn scheme_member(py: Python<'_>, scheme: SchemeName) -> PyResult<Bound<'_, PyAny>> {
    SCHEMES.member(py, place(&SchemeName::ALL, scheme), SchemeName::ALL.iter().map(|scheme| scheme.as_str()))
}

/// The member of `StepKind`.
pub(crate) fn step_kind_member(py: Python<'_>, kind: StepKind) -> PyResult<Bound<'_, PyAny>> {
    STEP_KINDS.member(py, place(StepKind::ALL, kind), StepKind::ALL.iter().map(|kind| kind.name()))
}

/// The member of `StepReason`.
pub(crate) fn step_reason_member(py: Python<'_>, reason: StepReason) -> PyResult<Bound<'_, PyAny>> {
    STEP_REASONS.member(py, place(StepReason::ALL, reason), StepReason::ALL.iter().map(|reason| reason.name()))
}

/// The member of `Tolerance`.
pub(crate) fn tolerance_member(py: Python<'_>, tolerance: Tolerance) -> PyResult<Bound<'_, PyAny>> {
    TOLERANCES.member(py, place(Tolerance::ALL, tolerance), Tolerance::ALL.iter().map(|tolerance| tolerance.name()))
}

fn place<T: PartialEq>(all: &[T], wanted: T) -> usize {
    all.iter().position(|other| *other == wanted).unwrap_or(usize::MAX)
}
