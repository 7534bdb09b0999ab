//! `probe`: a fixed set of harmless requests to a URL, and a table of the rules that its answers keep and break.
//!
//! What to send stands in one table ([`requests`]), what to hold answers to in another ([`rules`]). Challenges are read
//! by the core. Nothing that was sent as a credential is shown, and neither is a query.

mod answer;
pub(crate) mod args;
mod credentials;
mod junit;
mod listing;
mod report;
mod requests;
mod rule;
mod rules;
mod send;
mod tap;

use std::fs;
use std::time::{Duration, Instant};

use countersign::http::Url;
use ureq::http::{HeaderName, HeaderValue};

use crate::fault::{Fault, Outcome};
use crate::input;
use crate::output::{Output, WARN, note};
use crate::probe::args::ProbeArgs;
use crate::request::OwnedRequest;
use crate::tls;
use credentials::Credentials;
use report::Report;
use requests::NOBODYS_ORIGIN;
use rule::Evidence;
use send::Sender;

/// Probes a URL, beside the origin behind it if one is named, or lists what would be done.
pub(crate) fn run(args: &ProbeArgs, out: &mut Output) -> Outcome {
    if args.rules {
        return Ok(listing::write(out));
    }
    let url = check_url(args.url.as_deref().unwrap_or_default(), args)?;
    let behind = args.against.as_deref().map(|origin| behind(url, origin, args)).transpose()?;
    let mut sender = sender(args)?;
    for query in [Some(url), behind.as_deref()].into_iter().flatten().filter_map(|url| url.split_once('?')) {
        sender.credentials.keep_secret(query.1.as_bytes());
    }
    if args.insecure_http {
        note(WARN, "warning:", "--insecure-http: who is on the way can read and change what is sent and answered");
    }
    let started = Instant::now();
    let exchanges = sender.probe(url, shown(url))?;
    let behind_exchanges = behind.as_deref().map(|url| sender.probe(url, shown(url))).transpose()?;
    let evidence = Evidence {
        exchanges,
        behind: behind_exchanges,
        page: sender.origin.clone(),
        page_is_named: args.origin.is_some(),
        marks: sender.credentials.marks().into_iter().map(str::to_owned).collect(),
    };
    let report = Report::new(shown(url), behind.as_deref().map(shown), evidence, &sender.credentials)
        .took(started.elapsed(), args.fail_on);
    if let Some(path) = &args.junit {
        fs::write(path, junit::text(&report))
            .map_err(|error| Fault::new(format!("{}: {error}", input::name_of(path))).next("name a file to write"))?;
    }
    report.write(out);
    Ok(report.outcome())
}

fn sender(args: &ProbeArgs) -> Result<Sender, Fault> {
    let token = match &args.token_file {
        Some(path) => {
            let text = input::read(path, "a file with a token")?;
            Some(credentials::read_token(&text, &input::name_of(path))?)
        }
        None => None,
    };
    let mut credentials = Credentials::new(token, args.query_token);
    let mut request = OwnedRequest::default();
    let mut fields = Vec::new();
    for (index, line) in args.headers.iter().enumerate() {
        request.push_line(input::bytes_of(line), &format!("--header number {}", index + 1))?;
    }
    for (name, value) in &request.lines {
        let text = String::from_utf8_lossy(name);
        if credentials::is_own_field(name) {
            return Err(Fault::new(format!("--header does not take {text}, which the probe writes itself"))
                .next("a token goes into --token-file, a page's origin into --origin"));
        }
        let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) else {
            return Err(Fault::new(format!("--header {text}: the value holds a byte that no field may hold")));
        };
        if ![HOST, "accept", "accept-language"].contains(&name.as_str()) {
            credentials.keep_secret(value.as_bytes());
        }
        fields.push((name, value));
    }
    Ok(Sender {
        tls: tls::trusting(args.cacert.as_deref())?,
        method: args.method,
        fields,
        credentials,
        origin: args.origin.as_deref().map_or(Ok(NOBODYS_ORIGIN), check_origin)?.to_owned(),
        timeout: Duration::from_secs(args.timeout),
        verbose: args.verbose,
    })
}

/// Repeats no URL that is refused: what makes it one may be a password.
fn check_url<'a>(url: &'a str, args: &ProbeArgs) -> Result<&'a str, Fault> {
    match Url::parse(url) {
        Some(parts) if parts.is_https || parts.is_loopback() || args.insecure_http => Ok(url),
        Some(_) => Err(Fault::new("http is for this machine alone; others are probed by https")
            .next("write https://, or probe without a token by --insecure-http")),
        None => Err(Fault::new("no URL to probe: it wants a scheme and a host, and no user, password or fragment")
            .next("write https://api.example.com/v1/reports")),
    }
}

/// The URL at the origin: a whole one as it stands, else with the path and the query of the edge's.
fn behind(url: &str, origin: &str, args: &ProbeArgs) -> Result<String, Fault> {
    check_url(origin, args).map_err(|fault| Fault { message: format!("--against: {}", fault.message), ..fault })?;
    let has_path = Url::parse(origin).is_some_and(|parts| !parts.path.is_empty() || parts.has_query);
    if has_path {
        return Ok(origin.to_owned());
    }
    let rest = Url::parse(url).and_then(|parts| url.split_once(parts.authority)).map_or("", |(_, rest)| rest);
    Ok(format!("{origin}{rest}"))
}

/// RFC 6454 section 6.2: a scheme and a host, and nothing behind them.
fn check_origin(origin: &str) -> Result<&str, Fault> {
    let parts = Url::parse(origin).filter(|parts| parts.path.is_empty() && !parts.has_query);
    parts.map(|_| origin).ok_or_else(|| {
        Fault::new("--origin wants a scheme and a host, and nothing behind them")
            .next("write --origin https://app.example.com")
    })
}

/// A URL without its query, which may hold a credential.
fn shown(url: &str) -> &str {
    url.split('?').next().unwrap_or_default()
}

const HOST: &str = "host";
