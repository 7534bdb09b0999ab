//! The commands and their options.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::LazyLock;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand};
use countersign::limits::FETCH_SECONDS;

use crate::api_key_args::ApiKeyCommand;
use crate::audit::args::AuditArgs;
use crate::explain::args::ExplainArgs;
use crate::next_args::NextArgs;
use crate::probe::args::ProbeArgs;

static VERSION: LazyLock<String> =
    LazyLock::new(|| format!("{} ({})", env!("CARGO_PKG_VERSION"), countersign::jose::BACKEND_NAME));

/// Checks HTTP credentials, says why they fail, and answers 401 properly.
#[derive(Parser)]
#[command(name = "countersign", version = VERSION.as_str(), max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Exit codes: 0 allowed, loaded, readable or a step to take; 1 denied, refused, not readable or
nothing left to do; 2 usage or an input that cannot be worked with; 3 warnings at worst (explain, probe).

Try it:
  countersign mint --out-dir demo
  countersign check --policy demo/policy.json - < demo/token.txt")]
pub(crate) struct Cli {
    /// Write one JSON object for programs instead of text for people.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// When to colour: on a terminal and without `NO_COLOR`, always, or never.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto",
        value_parser = PossibleValuesParser::new(["auto", "always", "never"]))]
    pub(crate) color: String,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
#[allow(clippy::large_enum_variant, reason = "there is one, and it lives as long as the process")]
pub(crate) enum Command {
    Check(CheckArgs),
    /// Answer the conformance corpus: JSON Lines in, one answer a line out.
    #[command(after_help = "Example:\n  countersign conform < cases.jsonl > answers.jsonl")]
    Conform,
    Decode(DecodeArgs),
    Explain(ExplainArgs),
    /// Read or write WWW-Authenticate challenges.
    #[command(subcommand)]
    Challenge(ChallengeCommand),
    Keys(KeysArgs),
    Next(NextArgs),
    /// Look at a policy document.
    #[command(subcommand)]
    Policy(PolicyCommand),
    Probe(ProbeArgs),
    /// Make API keys and their entries for a policy.
    #[command(subcommand)]
    ApiKey(ApiKeyCommand),
    Audit(AuditArgs),
    #[cfg(feature = "aws-lc-rs")]
    Mint(MintArgs),
}

/// Judge one request by a policy and show the response.
///
/// The request comes from -H, --request or `-`, and may have no credentials at all. Exit code 0 if it
/// is allowed, 1 if it is denied, 2 if it could not be judged.
#[derive(Args)]
#[command(after_help = "Examples:
  countersign check --policy policy.json -H 'Authorization: Bearer eyJ...' --target /v1/reports
  countersign check --policy policy.json --keys jwks.json --request head.txt --json
  countersign check --policy policy.json --fetch --verbose - < token.txt
  countersign check --policy policy.json - < token.txt")]
pub(crate) struct CheckArgs {
    /// The policy document.
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: PathBuf,
    /// A JWK Set in place of an issuer's own; the issuer may be left out if the policy has only one.
    #[arg(long, value_name = "[ISSUER=]FILE")]
    pub(crate) keys: Vec<OsString>,
    /// Bytes that the policy names with {"ref": "NAME"}.
    #[arg(long = "ref", value_name = "NAME=FILE")]
    pub(crate) refs: Vec<String>,
    /// The method [default: GET, or that of the request read].
    #[arg(long)]
    pub(crate) method: Option<String>,
    /// A path or an absolute URI [default: /, or that of the request read].
    #[arg(long, value_name = "URI")]
    pub(crate) target: Option<String>,
    /// A header field line; may be repeated. Lists of processes show it: `-` keeps a token out of them.
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    pub(crate) headers: Vec<OsString>,
    /// A file with the head of an HTTP request.
    #[arg(long, value_name = "FILE")]
    pub(crate) request: Option<PathBuf>,
    /// `-`: read a request head, header lines or a token from standard input.
    #[arg(value_name = "-", conflicts_with = "request")]
    pub(crate) input: Option<OsString>,
    /// The policy's profile to judge by.
    #[arg(long)]
    pub(crate) profile: Option<String>,
    /// Scopes to ask for in place of the policy's, separated by spaces; '' asks for none.
    #[arg(long)]
    pub(crate) scopes: Option<String>,
    /// SHA-256 of the client certificate in base64url, as in `x5t#S256`.
    #[arg(long, value_name = "THUMBPRINT")]
    pub(crate) client_cert_sha256: Option<String>,
    /// A token id (`jti`) that was revoked; may be repeated.
    #[arg(long, value_name = "JTI")]
    pub(crate) revoked: Vec<String>,
    /// The time in seconds since 1970 [default: the system's clock].
    #[arg(long, value_name = "SECONDS", allow_hyphen_values = true)]
    pub(crate) now: Option<String>,
    /// Show the request's header lines in full, credentials too.
    #[arg(long)]
    pub(crate) show_token: bool,
    /// Fetch the keys that the token needs and the policy does not hold, and judge once more.
    ///
    /// By https, from the policy's `jwks_uri` or by discovery; http only on loopback, where the policy allows
    /// it. No credential, no cookie, no redirect to another origin, at most 512 KiB and 5 seconds a fetch.
    /// The proxy of `ALL_PROXY`, `HTTPS_PROXY` or `HTTP_PROXY` is used, but for `NO_PROXY` and this machine.
    #[arg(long)]
    pub(crate) fetch: bool,
    #[command(flatten)]
    pub(crate) fetching: FetchArgs,
}

/// How keys are fetched, wherever they are.
#[derive(Args)]
pub(crate) struct FetchArgs {
    /// Trust the certificates in this PEM file for https, in place of the system's.
    #[arg(long, value_name = "FILE")]
    pub(crate) cacert: Option<PathBuf>,
    /// Seconds that one fetch may take, redirects and body included.
    #[arg(long, value_name = "SECONDS", default_value_t = FETCH_SECONDS,
        value_parser = clap::value_parser!(u64).range(1..=FETCH_SECONDS))]
    pub(crate) timeout: u64,
    /// Tell each fetch on standard error: what, why, status, bytes, seconds.
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

/// Show header and claims of a token. Nothing is verified.
///
/// Anyone can write a token that looks like this: what it says holds only once `check` has allowed it.
#[derive(Args)]
#[command(after_help = "Example:\n  countersign decode - < token.txt")]
pub(crate) struct DecodeArgs {
    /// The token, or `-` to read it from standard input, where no list of processes shows it.
    #[arg(value_name = "TOKEN")]
    pub(crate) token: OsString,
    /// The time in seconds since 1970 that dates are set against [default: the system's clock].
    #[arg(long, value_name = "SECONDS", allow_hyphen_values = true)]
    pub(crate) now: Option<String>,
}

#[derive(Subcommand)]
pub(crate) enum ChallengeCommand {
    /// Read WWW-Authenticate field lines.
    #[command(after_help = "Examples:
  countersign challenge parse 'Basic realm=\"a\", Bearer'
  curl -sI https://api.example.com/ | countersign challenge parse -")]
    Parse {
        /// Field values, one line each, or `-` to read lines or a response head from standard input.
        #[arg(required = true, value_name = "VALUE")]
        values: Vec<OsString>,
    },
    /// Write a challenge, with its parameters in the order given.
    #[command(after_help = "Example:
  countersign challenge build Bearer realm=example error=invalid_token")]
    Build {
        /// The scheme.
        scheme: String,
        /// Parameters.
        #[arg(value_name = "NAME=VALUE")]
        params: Vec<String>,
    },
}

/// List a JWK Set and what is wrong with its keys, or make one of PEM.
///
/// The set is a file, or is fetched from a URL, or from where an issuer's metadata say it is. A fetch is by
/// https (http on loopback alone), without credentials, and follows no redirect to another origin; the proxy
/// of `ALL_PROXY`, `HTTPS_PROXY` or `HTTP_PROXY` is used, but for `NO_PROXY` and this machine. Exit code 0 if
/// at least one key can verify, 1 if none can, 2 if it is no JWK Set or could not be fetched.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(after_help = "Examples:
  countersign keys jwks.json
  countersign keys https://login.example.com/jwks
  countersign keys --issuer https://login.example.com --verbose
  countersign keys from-pem public.pem > jwks.json")]
pub(crate) struct KeysArgs {
    #[command(subcommand)]
    pub(crate) command: Option<KeysCommand>,
    /// The JWK Set, its URL or that of an issuer's metadata, or `-` for standard input.
    #[arg(required_unless_present = "issuer", value_name = "FILE|URL")]
    pub(crate) file: Option<PathBuf>,
    /// Find the set by the metadata of this issuer (OpenID Connect Discovery 1.0, RFC 8414).
    #[arg(long, value_name = "URL", conflicts_with = "file")]
    pub(crate) issuer: Option<String>,
    /// Judge the set as one that came over the network, where a secret may not stand; so is one from a URL.
    #[arg(long)]
    pub(crate) fetched: bool,
    #[command(flatten)]
    pub(crate) fetching: FetchArgs,
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

/// Make a key, a policy and a token for trying things out.
///
/// Not an issuer: nobody was asked who the subject is. The private key stays in the folder, readable by
/// you alone. With --key an earlier key signs another token.
#[cfg(feature = "aws-lc-rs")]
#[derive(Args)]
#[command(after_help = "Examples:
  countersign mint --out-dir demo --audience api://billing
  countersign mint --key demo/private.pem --expires-in=-60 --show-token
  countersign mint --key demo/private.pem --show-token --raw-header '{\"alg\":\"none\"}'")]
pub(crate) struct MintArgs {
    /// The algorithm [default: ES256, or what fits --key].
    #[arg(long)]
    pub(crate) alg: Option<String>,
    /// The claim `iss`.
    #[arg(long, default_value = "https://issuer.example")]
    pub(crate) issuer: String,
    /// The claim `aud`.
    #[arg(long, default_value = "api://example")]
    pub(crate) audience: String,
    /// The claim `sub`.
    #[arg(long, default_value = "alice")]
    pub(crate) subject: String,
    /// The claim `scope`, separated by spaces.
    #[arg(long)]
    pub(crate) scope: Option<String>,
    /// Seconds from now to `exp`; negative for a token that has expired.
    #[arg(long, value_name = "SECONDS", default_value_t = 3600, allow_negative_numbers = true)]
    pub(crate) expires_in: i64,
    /// Another claim, or another value for one of these; `NAME=` leaves it out; may be repeated.
    #[arg(long = "claim", value_name = "NAME=JSON")]
    pub(crate) claims: Vec<String>,
    /// The header's `typ`; '' leaves it out.
    #[arg(long, default_value = "at+jwt")]
    pub(crate) typ: String,
    /// The key's id [default: its thumbprint].
    #[arg(long)]
    pub(crate) kid: Option<String>,
    /// A private key to sign with (PEM, or the secret.jwk of an HS* run) instead of a new one.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// Text to sign as the header, whatever it is.
    #[arg(long, value_name = "TEXT")]
    pub(crate) raw_header: Option<String>,
    /// Text to sign as the claims, whatever it is.
    #[arg(long, value_name = "TEXT")]
    pub(crate) raw_claims: Option<String>,
    /// Where to write private.pem, jwks.json, policy.json and token.txt; made if it is not there.
    #[arg(long, value_name = "DIR")]
    pub(crate) out_dir: Option<PathBuf>,
    /// Replace files that are there already.
    #[arg(long, requires = "out_dir")]
    pub(crate) force: bool,
    /// Print the token.
    #[arg(long)]
    pub(crate) show_token: bool,
    /// The time in seconds since 1970 [default: the system's clock].
    #[arg(long, value_name = "SECONDS", allow_hyphen_values = true)]
    pub(crate) now: Option<String>,
}
