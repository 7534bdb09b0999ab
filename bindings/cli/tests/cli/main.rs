//! The built binary, asked as a person or a script would ask it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that meets the unexpected fails")]

mod api_key;
mod audit;
#[cfg(target_os = "linux")]
mod audit_memory;
mod audit_secrets;
mod canary;
mod challenge;
mod check;
mod conform;
mod decode;
mod explain;
mod explain_canary;
mod explain_curl;
mod explain_forms;
mod fetch;
#[cfg(feature = "aws-lc-rs")]
mod fetch_discovery;
mod fetch_keys;
mod keys;
#[cfg(feature = "aws-lc-rs")]
mod mint;
mod next;
mod policy;
mod probe;
mod server;
mod stream;
mod support;
