//! `countersign` decides who is asking, and answers a 401 properly.

pub mod arena;
pub mod base64url;
pub mod claims;
pub mod http;
pub mod jose;
pub mod json;
pub mod limits;
pub mod policy;
mod reason;
pub mod time;

pub use reason::Reason;

#[cfg(not(any(feature = "ring", feature = "aws-lc-rs")))]
compile_error!("countersign needs a cryptography backend: switch on the feature `ring` (the default) or `aws-lc-rs`");
