//! `countersign` decides who is asking, and answers a 401 properly.
//!
//! An embeddable core that does no I/O, keeps no clock and starts no thread. A host hands a
//! [`Verifier`] a request's header lines and the time; it verifies signature and claims against a
//! [`Policy`] and live keys, decides 200, 401 or 403, says why with a stable [`Reason`], and writes
//! the exact `WWW-Authenticate` challenge and problem body to send into a [`Decision`].
//!
//! Start at [`Verifier`]. [`http`] reads and writes challenges on their own, [`jose`] key sets and tokens,
//! [`api_key`] makes and reads API keys.

pub mod arena;
mod base64_standard;
pub mod base64url;
pub mod claims;
pub mod client;
#[cfg(feature = "conform")]
pub mod conform;
mod constant_time;
mod detail;
pub mod explain;
#[cfg(feature = "capi")]
mod ffi;
pub mod http;
pub mod jose;
pub mod json;
pub mod limits;
pub mod metrics;
pub mod policy;
mod reason;
mod request;
mod respond;
mod result;
mod scheme;
mod scheme_name;
mod secret;
mod store;
pub mod time;
mod verifier;
mod words;

pub use detail::Detail;
pub use policy::{Policy, Report};
pub use reason::Reason;
pub use request::{FieldLine, Request};
pub use result::{Decision, Fields, Need, SavedFault};
pub use scheme_name::SchemeName;
pub use secret::api_key;
#[cfg(feature = "bench-internals")]
#[doc(hidden)]
pub use secret::api_key_stages;
#[cfg(feature = "bench-internals")]
#[doc(hidden)]
pub use secret::password_stages;
pub use store::{Done, Exported, Fetch, FetchKind, FetchReason, KeyStore, KeysRefused, MetadataFault, Outcome};
#[cfg(feature = "bench-internals")]
#[doc(hidden)]
pub use verifier::stages;
pub use verifier::{HashAnswer, SlowHash, Verifier};

#[cfg(not(any(feature = "ring", feature = "aws-lc-rs")))]
compile_error!("countersign needs a cryptography backend: switch on the feature `ring` (the default) or `aws-lc-rs`");

/// The programs of README.md are run with the examples of the code.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

/// And that of the client's page.
#[cfg(doctest)]
#[doc = include_str!("../docs/CLIENT.md")]
mod client_page {}
