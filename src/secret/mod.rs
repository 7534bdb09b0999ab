//! Stored secrets that a request's credentials are compared with: hashes, never the secret itself.

pub mod api_key;
mod api_keys;
mod htpasswd;
mod password;
mod users;

#[cfg(feature = "bench-internals")]
pub mod api_key_stages;
#[cfg(feature = "bench-internals")]
pub mod password_stages;

pub(crate) use api_keys::{AddFault, ApiKeys, Builder as ApiKeysBuilder, KeyEntry};
pub(crate) use htpasswd::read_htpasswd;
pub(crate) use password::PasswordHash;
pub(crate) use users::Users;
