//! Stored secrets that a request's credentials are compared with: hashes, never the secret itself.

pub(crate) mod htpasswd;
pub(crate) mod password;
pub(crate) mod users;

#[cfg(feature = "bench-internals")]
pub mod password_stages;
