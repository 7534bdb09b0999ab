//! The Decision: what a check found, in memory of its own.

mod decision;
mod saved;

pub use decision::{Decision, Fields, Need};
pub use saved::SavedFault;

pub(crate) use decision::{Facts, FieldName, Memory, PendingHash, Span};
