//! The options of `probe`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::requests::Method;
use super::rule::Severity;

/// Send a URL a fixed set of harmless requests and hold the answers to the standards.
///
/// At most 19 requests, one behind the other: without credentials, with malformed and made-up ones, as a browser's
/// preflight, and with --token-file with a real token too. No redirect is followed, no cookie kept, no body sent. The
/// token goes to URL and ORIGIN alone, over https or within this machine, and is never shown.
///
/// Exit code 0 if no rule is broken, or only ones of severity note; 1 if one of severity error is, 3 if warnings are
/// the worst; 2 if the URL could not be probed.
#[derive(Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[command(after_help = "Examples:
  countersign probe https://api.example.com/v1/reports
  countersign probe https://api.example.com/v1/reports --token-file token.txt --origin https://app.example.com
  countersign probe https://api.example.com/v1/reports --against https://origin.internal:8443
  countersign probe https://api.example.com/v1/reports --junit probe.xml --fail-on error
  countersign probe --rules")]
pub(crate) struct ProbeArgs {
    /// What asks for credentials: an https URL, or an http one within this machine.
    #[arg(required_unless_present = "rules", value_name = "URL")]
    pub(crate) url: Option<String>,
    /// Send the same to the origin behind URL, and tell what is lost on the way.
    ///
    /// A scheme, a host and a port, to which URL's path is added, or a whole URL.
    #[arg(long, value_name = "ORIGIN", conflicts_with = "rules")]
    pub(crate) against: Option<String>,
    /// A file with a good token, or `-` for standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// Also send a token in the query, where access logs keep it: the real one if there is one.
    #[arg(long)]
    pub(crate) query_token: bool,
    /// The method of the requests.
    #[arg(long, value_name = "METHOD", default_value = "GET", ignore_case = true)]
    pub(crate) method: Method,
    /// A field line for every request; may be repeated. Its value is shown nowhere.
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    pub(crate) headers: Vec<OsString>,
    /// The origin of a web page that calls this API; without it, rules of CORS count only where CORS is seen.
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) origin: Option<String>,
    /// Trust the certificates in this PEM file for https, in place of the system's.
    #[arg(long, value_name = "FILE")]
    pub(crate) cacert: Option<PathBuf>,
    /// Seconds that one request may take, its answer included.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=30))]
    pub(crate) timeout: u64,
    /// Probe over plain http beyond this machine; a real token is not sent then.
    #[arg(long, conflicts_with = "token_file")]
    pub(crate) insecure_http: bool,
    /// The least severity that the exit code tells of: warning, or error alone, or notes too (as 3).
    #[arg(long, value_name = "SEVERITY", default_value = "warning")]
    pub(crate) fail_on: Severity,
    /// Write the results for a pipeline as `JUnit` XML.
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// Tell each request on standard error as it is answered.
    #[arg(short, long)]
    pub(crate) verbose: bool,
    /// List the requests and the rules, and send nothing.
    #[arg(long)]
    pub(crate) rules: bool,
}

impl ValueEnum for Severity {
    fn value_variants<'a>() -> &'a [Severity] {
        &[Severity::Error, Severity::Warning, Severity::Note]
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.name()))
    }
}

impl ValueEnum for Method {
    fn value_variants<'a>() -> &'a [Method] {
        &[Method::Get, Method::Head, Method::Options]
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.name()))
    }
}
