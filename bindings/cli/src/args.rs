//! The commands and their options.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::LazyLock;

use clap::{Args, Parser, Subcommand};

static VERSION: LazyLock<String> =
    LazyLock::new(|| format!("{} ({})", env!("CARGO_PKG_VERSION"), countersign::jose::BACKEND_NAME));

/// Checks HTTP credentials, says why they fail, and answers 401 properly.
#[derive(Parser)]
#[command(name = "countersign", version = VERSION.as_str(), max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Exit codes: 0 allowed, loaded or readable; 1 denied, refused or not readable;
2 usage or an input that cannot be worked with.")]
pub(crate) struct Cli {
    /// Write one JSON object for programs instead of text for people.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Look at a policy document.
    #[command(subcommand)]
    Policy(PolicyCommand),
}

#[derive(Subcommand)]
pub(crate) enum PolicyCommand {
    /// Load a policy and tell what is wrong with it, or what deserves a look.
    ///
    /// Exit code 0 if it loads, 1 if it is refused, 2 if it cannot be read.
    #[command(after_help = "Example:\n  countersign policy check policy.json")]
    Check(PolicyCheckArgs),
}

#[derive(Args)]
pub(crate) struct PolicyCheckArgs {
    /// The policy document, or `-` for standard input.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Bytes that the policy names with {"ref": "NAME"}.
    #[arg(long = "ref", value_name = "NAME=FILE")]
    pub(crate) refs: Vec<String>,
    /// Count warnings as refusals.
    #[arg(long)]
    pub(crate) deny_warnings: bool,
}
