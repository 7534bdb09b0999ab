//! The tables of the core, so that the front has no second list of anything.

use countersign::metrics::ATTRIBUTES;
use countersign::{Detail, Reason, SchemeName};
use napi_derive::napi;

use crate::block::FIELDS;

/// One reason of the table.
#[napi(object, object_from_js = false)]
pub struct ReasonRow {
    /// The stable number.
    pub number: u32,
    /// The stable name.
    pub name: &'static str,
    /// The default HTTP status.
    pub status: u32,
    /// The `error` of a Bearer challenge, if the reason has one.
    pub error: Option<&'static str>,
    /// The public text.
    pub text: &'static str,
    /// Whether a fresh token can be expected to help.
    pub refresh_helps: bool,
    /// What the operator does next.
    pub next_step: &'static str,
    /// The everyday cause.
    pub cause: &'static str,
}

/// Every reason, in the order of the numbers that a block holds.
#[napi]
pub fn reasons() -> Vec<ReasonRow> {
    let row = |reason: Reason| ReasonRow {
        number: reason.number(),
        name: reason.name(),
        status: u32::from(reason.http_status()),
        error: reason.error(),
        text: reason.text(),
        refresh_helps: reason.refresh_helps(),
        next_step: reason.next_step(),
        cause: reason.cause(),
    };
    Reason::all().map(row).collect()
}

/// The words of the details, by their numbers; 0 is no detail.
#[napi]
pub fn details() -> Vec<&'static str> {
    core::iter::once("").chain(Detail::ALL.iter().map(|detail| detail.name())).collect()
}

/// The names of the schemes, by their numbers; 0 is no scheme.
#[napi]
pub fn schemes() -> Vec<&'static str> {
    core::iter::once("").chain(SchemeName::ALL.iter().map(|scheme| scheme.as_str())).collect()
}

/// The names of what a span says of a decision.
#[napi]
pub fn attributes() -> Vec<&'static str> {
    ATTRIBUTES.iter().map(|attribute| attribute.name).collect()
}

/// The names of the fields, by their numbers in a block.
#[napi]
pub fn fields() -> Vec<&'static str> {
    FIELDS.to_vec()
}
