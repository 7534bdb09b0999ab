//! The options of `next`.

use std::path::PathBuf;

use clap::Args;
use countersign::SchemeName;

/// Say what a client does after a response: refresh, retry, step up, wait, stop, and why.
///
/// Reads what `curl -i` prints, header lines alone, or what `curl -v` prints. Of several responses (100, redirects, a
/// proxy's) the last one counts; no body is read. Nothing is sent. Exit code 0 if there is a step to take or the
/// response is no denial, 1 if all that is left is to hand the response to the caller, 2 if it cannot be read.
#[derive(Args)]
#[command(after_help = "Examples:
  curl -si https://api.example.com/v1 -H @token.txt | countersign next --scheme bearer --refresh
  countersign next --scheme dpop --schemes dpop,bearer --interactive --json response.txt
  countersign next --status 401 --token-file token.txt --refresh --strict - < headers.txt")]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(crate) struct NextArgs {
    /// The response: a file, or `-` for standard input.
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) file: PathBuf,
    /// The status, where the input has header lines alone; 0 if no response came.
    #[arg(long, value_name = "STATUS", value_parser = clap::value_parser!(u16).range(0..=999))]
    pub(crate) status: Option<u16>,
    /// The scheme of the credential that was sent: Bearer, DPoP, Digest, Basic or Api-Key [default: none, or Bearer
    /// with --token-file].
    #[arg(long, value_parser = scheme)]
    pub(crate) scheme: Option<SchemeName>,
    /// When the token ends, in seconds since 1970.
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    pub(crate) expires: Option<i64>,
    /// The token that was sent, to read its `exp` unverified; `-` for standard input. It is never shown.
    #[arg(long, value_name = "FILE", conflicts_with = "expires")]
    pub(crate) token_file: Option<PathBuf>,
    /// There is a newer token by now than the one that was sent.
    #[arg(long)]
    pub(crate) superseded: bool,
    /// Where the credential was sent; redirects to another origin are then told by the responses.
    #[arg(long)]
    pub(crate) url: Option<String>,
    /// Where the response came from [default: --url, and from there where the redirects lead].
    #[arg(long, value_name = "URL", requires = "url")]
    pub(crate) response_url: Option<String>,
    /// There is a refresh token.
    #[arg(long)]
    pub(crate) refresh: bool,
    /// A person can be asked to log in or to consent.
    #[arg(long)]
    pub(crate) interactive: bool,
    /// Schemes that the client has credentials for or could get them, with commas between [default: the one sent].
    #[arg(long, value_delimiter = ',', value_parser = scheme)]
    pub(crate) schemes: Vec<SchemeName>,
    /// The request cannot be sent again: its body is gone.
    #[arg(long)]
    pub(crate) no_replay: bool,
    /// The request may be carried out twice, as one by GET or PUT may.
    #[arg(long)]
    pub(crate) idempotent: bool,
    /// Take a 401 that says nothing for no ground to refresh.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Let a password go to an origin that offered more before.
    #[arg(long)]
    pub(crate) downgrade: bool,
    /// The state that the step before gave; 0 for a request's first response.
    #[arg(long, default_value_t = 0)]
    pub(crate) state: u32,
    /// What waits without a Retry-After are mixed from [default: the system's randomness].
    #[arg(long, value_name = "NUMBER")]
    pub(crate) seed: Option<u64>,
    /// The time in seconds since 1970 [default: the system's clock].
    #[arg(long, value_name = "SECONDS", allow_hyphen_values = true)]
    pub(crate) now: Option<String>,
}

fn scheme(name: &str) -> Result<SchemeName, String> {
    let known = SchemeName::ALL.map(SchemeName::as_str).join(", ");
    SchemeName::parse(name).ok_or_else(|| format!("no scheme of these: {known}"))
}
