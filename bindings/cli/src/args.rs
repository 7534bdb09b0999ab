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
    /// List a JWK Set and what is wrong with its keys, or make one of PEM.
    Keys(KeysArgs),
    /// Look at a policy document.
    #[command(subcommand)]
    Policy(PolicyCommand),
}

/// List a JWK Set and what is wrong with its keys, or make one of PEM.
///
/// Exit code 0 if at least one key can verify, 1 if none can, 2 if it is no JWK Set.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(after_help = "Examples:
  countersign keys jwks.json
  curl -s https://login.example.com/jwks | countersign keys --fetched -
  countersign keys from-pem public.pem > jwks.json")]
pub(crate) struct KeysArgs {
    #[command(subcommand)]
    pub(crate) command: Option<KeysCommand>,
    /// The JWK Set, or `-` for standard input.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Judge the set as one that came over the network, where a secret may not stand.
    #[arg(long)]
    pub(crate) fetched: bool,
}

#[derive(Subcommand)]
pub(crate) enum KeysCommand {
    /// Make a JWK Set of public keys and certificates in PEM.
    ///
    /// Takes PUBLIC KEY (RSA, P-256, P-384, P-521, Ed25519), RSA PUBLIC KEY and CERTIFICATE. Private keys
    /// are refused.
    #[command(after_help = "Examples:
  openssl pkey -in private.pem -pubout | countersign keys from-pem -
  countersign keys from-pem --kid k1 --alg RS256 public.pem")]
    FromPem(FromPemArgs),
}

#[derive(Args)]
pub(crate) struct FromPemArgs {
    /// PEM files, or `-` for standard input.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The `kid`, for one key alone [default: the thumbprint of RFC 7638].
    #[arg(long)]
    pub(crate) kid: Option<String>,
    /// The `alg` that each key is for [default: none, and the policy decides].
    #[arg(long)]
    pub(crate) alg: Option<String>,
    /// Write one bare JWK instead of a set.
    #[arg(long)]
    pub(crate) jwk: bool,
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
