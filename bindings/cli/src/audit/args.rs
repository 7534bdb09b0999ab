//! The options of `audit`.

use std::path::PathBuf;

use clap::Args;

/// Read HAR files and access logs and tell what they say about 401, 403, 407 and 503.
///
/// Takes HAR files, JSON lines and access logs of the common or combined format, also as gzip; which of them a file is
/// shows in its bytes. Files are read as streams, so a day of logs is no problem. Groups refusals by route and
/// challenge, and finds spikes, refresh storms, loops, refusals from caches, and statuses and challenges that are not as
/// the standards want them. No query, token, address or name of a user gets into a report. Exit code 0 if nothing was
/// found, 1 if something was, 2 if nothing could be read.
#[derive(Args)]
#[command(after_help = "Examples:
  countersign audit /var/log/nginx/access.log*
  countersign audit session.har --json
  zstdcat day.log.zst | countersign audit --html report.html -")]
pub(crate) struct AuditArgs {
    /// HAR files and logs, or `-` for standard input.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Write a page with plots, which needs no network and no script.
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Groups in the report; the others are summed.
    #[arg(long, value_name = "COUNT", default_value_t = 20, value_parser = top)]
    pub(crate) top: usize,
    /// A path where clients get tokens, beside those that end with `token` or `refresh`; may be repeated.
    #[arg(long = "token-endpoint", value_name = "PATH")]
    pub(crate) token_endpoints: Vec<String>,
}

fn top(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|count| (1..=1000).contains(count))
        .ok_or_else(|| "wants a number from 1 to 1000".to_owned())
}
