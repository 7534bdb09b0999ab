//! The options of `api-key`.

use clap::{Args, Subcommand};

#[derive(Subcommand)]
pub(crate) enum ApiKeyCommand {
    /// Make an API key and its entry for the policy.
    ///
    /// The key comes from the system's randomness and is shown once. The entry holds its SHA-256 alone: it goes
    /// into the policy's `api_key.keys`, or as a line into the file behind {"ref": "NAME"}. A key's last six
    /// characters are check digits, which `"checksum": true` in the policy holds every key to.
    #[command(after_help = "Examples:
  countersign api-key new --prefix acme_live_ --id billing-prod --scopes 'invoices:read invoices:write'
  countersign api-key new --id billing-prod --environment prod --expires-in 7776000 --json")]
    New(NewArgs),
    /// Write the entry of a key that is there already.
    ///
    /// The key is read from standard input, where no list of processes shows it; white space around it is left
    /// out. Standard output gets the entry alone, one line of JSON.
    #[command(after_help = "Example:\n  countersign api-key hash --id billing-prod < key.txt >> keys.jsonl")]
    Hash(EntryArgs),
}

#[derive(Args)]
pub(crate) struct NewArgs {
    /// What the key begins with: at most 32 letters, digits, `-`, `.`, `_` and `~`.
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) prefix: String,
    #[command(flatten)]
    pub(crate) entry: EntryArgs,
}

/// What an entry says beside the digest.
#[derive(Args)]
pub(crate) struct EntryArgs {
    /// The key's name in the policy, and the subject of its requests [default: made of the digest].
    #[arg(long)]
    pub(crate) id: Option<String>,
    /// What the key permits, separated by spaces.
    #[arg(long)]
    pub(crate) scopes: Option<String>,
    /// What the key is for, such as prod.
    #[arg(long, value_name = "NAME")]
    pub(crate) environment: Option<String>,
    /// The second since 1970 from which on the key is good.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) not_before: Option<i64>,
    /// The second since 1970 from which on it is not good any more.
    #[arg(long, value_name = "SECONDS", conflicts_with = "expires_in")]
    pub(crate) expires: Option<i64>,
    /// The same, in seconds from now.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) expires_in: Option<i64>,
    /// The time in seconds since 1970 [default: the system's clock].
    #[arg(long, value_name = "SECONDS", allow_hyphen_values = true)]
    pub(crate) now: Option<String>,
}
