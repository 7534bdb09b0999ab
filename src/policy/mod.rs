//! The policy: what an operator asks of requests, as one JSON document.
//!
//! [`Policy::load`] checks the document in full and compiles it into slots that the ladder of checks
//! reads without searching. What is wrong with it comes back as a [`Report`]; nothing of it is ever
//! found out at a request. Loading allocates, a loaded policy never changes.

mod algorithms;
mod api_key;
mod basic;
mod challenge;
mod compiled;
mod document;
mod field_names;
mod issuers;
mod keys;
mod kind;
mod members;
mod place;
mod read;
mod reference;
mod repeated;
mod report;
mod route;
mod rules;
mod schema;
mod scopes;
mod select;
mod session;
mod sources;
mod suggest;
#[cfg(test)]
mod tests;
mod types;
pub(crate) use compiled::{Bearer, Compiled, Issuer, Route, Session};
pub use compiled::{Describe, Policy, Preflight, SchemeName, Transport};
pub use reference::reference;
pub use report::{Code, Entry, Report, Severity};
pub use schema::schema;
