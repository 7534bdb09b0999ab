//! The Node addon: converts types and owns handles; `ts/` stands on it.
//!
//! One call a check: the request goes in and the decision comes out through one block of bytes
//! (`block`), because each value that crosses on its own costs as much as a part of the check.

mod block;
mod catalogue;
mod challenges;
mod client;
mod explain;
mod keys;
mod slow_hash;
mod store;
mod tokens;
mod verifier;
