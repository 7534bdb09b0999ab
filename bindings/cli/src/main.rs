//! The countersign command line: what the core decides and reads, for people and for scripts.
//!
//! A front: it reads files and the clock, hands bytes to the core and writes what comes back. The
//! one thing it does of its own is making keys and tokens for trying things out (`mint`).

mod api_key;
mod api_key_args;
mod args;
mod audit;
mod challenge;
mod check;
mod conform;
mod dates;
mod decode;
mod der;
mod explain;
mod fault;
mod fetch;
mod fetched_keys;
mod get;
mod get_fault;
mod input;
mod json;
mod keys;
mod known;
#[cfg(feature = "aws-lc-rs")]
mod mint;
mod next;
mod next_args;
mod output;
mod path_words;
mod pem;
mod policy;
mod probe;
mod public_key;
mod request;
mod response;
mod run;
#[cfg(feature = "aws-lc-rs")]
mod signing_key;
mod tls;

use std::process::ExitCode;

fn main() -> ExitCode {
    run::run()
}
