//! Reports
//!
//! What a loader found, for the person who wrote the document.

use super::boundary::{borrow, call, read, take_back};
use super::sized::write_struct;
use super::status::{Failure, countersign_status};
use super::types::countersign_str;
use crate::policy::{Report, Severity};

/// What a loader found: one error, or any number of warnings. Belongs to one thread at a time.
pub struct countersign_report {
    pub(super) inner: Report,
}

/// A finding without which the document would have loaded.
pub const COUNTERSIGN_SEVERITY_ERROR: u32 = 1;
/// A finding that the document's author should know of.
pub const COUNTERSIGN_SEVERITY_WARNING: u32 = 2;

/// One finding. The texts are lent until the report is freed.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct countersign_finding {
    /// sizeof(countersign_finding), set by the caller.
    pub struct_size: u64,
    /// COUNTERSIGN_SEVERITY_ERROR or COUNTERSIGN_SEVERITY_WARNING.
    pub severity: u32,
    /// Zero.
    pub reserved: u32,
    /// A stable word for the kind of finding, as in "member_unknown".
    pub code: countersign_str,
    /// The place in the document, a JSON Pointer (RFC 6901); empty for the whole document.
    pub pointer: countersign_str,
    /// What was found and what is allowed, for a person. Never holds a secret.
    pub text: countersign_str,
}

/// How many findings there are; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_report_count(report: *const countersign_report) -> usize {
    // SAFETY: NULL or a living report.
    read(0, || unsafe { borrow(report) }.map_or(0, |report| report.inner.entries().len()))
}

/// The finding at index. COUNTERSIGN_NOT_FOUND past the end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_report_at(
    report: *const countersign_report,
    index: usize,
    out: *mut countersign_finding,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living report.
        let entry = unsafe { borrow(report) }?.inner.entries().get(index).ok_or(Failure::NOT_FOUND)?;
        let finding = countersign_finding {
            struct_size: 0,
            severity: match entry.severity {
                Severity::Error => COUNTERSIGN_SEVERITY_ERROR,
                Severity::Warning => COUNTERSIGN_SEVERITY_WARNING,
            },
            reserved: 0,
            code: countersign_str::lend(entry.code.name()),
            pointer: countersign_str::lend(&entry.pointer),
            text: countersign_str::lend(&entry.text),
        };
        // SAFETY: the caller hands in a struct that starts with its size.
        unsafe { write_struct(out, finding) }
    })
}

/// Gives a report back. NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_report_free(report: *mut countersign_report) {
    // SAFETY: NULL or a report that was given out and not taken back.
    unsafe { take_back(report) };
}

/// Hands the report to a caller who asked for it.
///
/// # Safety
/// `out` is NULL or a place for a pointer.
pub(super) unsafe fn give_report(out: *mut *mut countersign_report, report: Report) {
    if !out.is_null() {
        // SAFETY: not NULL, so a place for a pointer. It cannot fail otherwise.
        let _ = unsafe { super::boundary::give(out, countersign_report { inner: report }) };
    }
}
