//! The C boundary: the only room with `unsafe`, and nothing else in it.
//!
//! Each exported body is one safe call inside [`boundary::call`], which turns a panic into a status.
//! The contract that a C caller keeps stands at the top of the generated header and on each item.

#![allow(unsafe_code)]
#![allow(non_camel_case_types, reason = "the names are those of the header")]
#![allow(unreachable_pub, dead_code, reason = "exported to C, where functions and constants are used")]
#![allow(clippy::missing_safety_doc, reason = "the header's conventions are the contract of every function")]
#![allow(clippy::doc_markdown, reason = "the comments become those of the header, where backticks are noise")]

mod boundary;
mod catalogue;
mod challenge;
mod claims;
mod client;
mod decision;
mod explain;
mod export;
mod fetch;
mod jws;
mod key_set;
mod layout;
mod metrics;
mod policy;
mod report;
mod request;
mod revocation;
mod sized;
mod slow_hash;
mod status;
mod store;
mod types;
mod verifier;
