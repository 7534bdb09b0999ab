//! The options of `explain`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;
use countersign::Reason;

use super::Form;

/// Say why a request was denied: what went wrong, where, and what to do.
///
/// Reads what curl -v, -i or both wrote, an HTTP exchange, a HAR file, or one token, challenge or
/// Authorization field. Nothing is sent. With --policy and --keys the check is run, so that the cause is
/// proved. Exit code 0 if nothing is wrong, 1 if an error was found, 2 if the input cannot be read, 3 if there
/// are warnings at worst.
#[derive(Args)]
#[command(after_help = "Examples:
  curl -v https://api.example.com/v1 2>&1 | countersign explain -
  countersign explain --policy policy.json --keys jwks.json trace.txt
  countersign explain --entry 7 recording.har
  countersign explain 'Bearer error=\"invalid_token\", error_description=\"The access token expired\"'")]
pub(crate) struct ExplainArgs {
    /// A file, `-` for standard input, or the text itself; a token is better kept out of lists of processes.
    #[arg(value_name = "FILE|TEXT", default_value = "-", hide_default_value = true, allow_hyphen_values = true)]
    pub(crate) input: OsString,
    /// As what to read the input [default: what it looks like].
    #[arg(long, value_parser = PossibleValuesParser::new(Form::WORDS.map(|(word, _)| word)))]
    pub(crate) form: Option<String>,
    /// Which exchange of several, counted from 1 [default: of a HAR file the first denied, else the last].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) entry: Option<u64>,
    /// The address that was called, where the input does not tell it.
    #[arg(long)]
    pub(crate) url: Option<String>,
    /// A file with the token that was sent, where the input does not hold it.
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// The policy that judges such requests.
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// An issuer's JWK Set; the issuer may be left out if the policy has only one.
    #[arg(long, value_name = "[ISSUER=]FILE", requires = "policy")]
    pub(crate) keys: Vec<OsString>,
    /// Bytes that the policy names with {"ref": "NAME"}.
    #[arg(long = "ref", value_name = "NAME=FILE", requires = "policy")]
    pub(crate) refs: Vec<String>,
    /// The policy's profile to judge by.
    #[arg(long, requires = "policy")]
    pub(crate) profile: Option<String>,
    /// Scopes to ask for in place of the policy's, separated by spaces; '' asks for none.
    #[arg(long, requires = "policy")]
    pub(crate) scopes: Option<String>,
    /// A token id (`jti`) that was revoked; may be repeated.
    #[arg(long, value_name = "JTI", requires = "policy")]
    pub(crate) revoked: Vec<String>,
    /// SHA-256 of the client certificate in base64url, as in `x5t#S256`.
    #[arg(long, value_name = "THUMBPRINT", requires = "policy")]
    pub(crate) client_cert_sha256: Option<String>,
    /// The reason that the server's log gives, as in `token_expired`; it counts where the check cannot be run.
    #[arg(long, value_name = "NAME", value_parser = read_reason)]
    pub(crate) reason: Option<Reason>,
    /// When the request was judged, in seconds since 1970 [default: the response's Date, else the clock].
    #[arg(long, value_name = "SECONDS", allow_hyphen_values = true)]
    pub(crate) now: Option<String>,
    /// Show every finding, not the likeliest alone.
    #[arg(long)]
    pub(crate) all: bool,
}

/// Names are too many for a list in the help: docs/REASONS.md has them.
fn read_reason(name: &str) -> Result<Reason, String> {
    Reason::from_name(name).ok_or_else(|| "no such reason; docs/REASONS.md lists them".to_owned())
}
