//! Stored secrets that a request's credentials are compared with: hashes, never the secret itself.

pub mod api_key;
pub(crate) mod api_keys;

#[cfg(feature = "bench-internals")]
pub mod api_key_stages;
