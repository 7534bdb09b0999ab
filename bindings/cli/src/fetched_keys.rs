//! Where the set that `keys` lists comes from: a file, a URL, or where an issuer's metadata say.
//!
//! Discovery is the core's: a policy with this one issuer makes a store, and the store's tickets tell what
//! to fetch (OpenID Connect Discovery 1.0 section 4, RFC 8414 section 3). Only the order of guesses at an
//! issuer's name, for an address of metadata, is made here.

use std::time::Duration;

use countersign::http::Url;
use countersign::json::{Document, Duplicates};
use countersign::limits::{FETCH_SECONDS, SET_BYTES};
use countersign::{FetchKind, KeysRefused, MetadataFault, Policy, Reason};

use crate::args::FetchArgs;
use crate::fault::Fault;
use crate::fetch::{self, Attempt, Fetcher};
use crate::input::Clock;
use crate::json::string;
use crate::output::{FAINT, WARN, note, printable};

/// The text of a set, and the fetches that brought it.
pub(crate) struct Source {
    /// The file or the URL.
    pub(crate) name: String,
    pub(crate) text: Vec<u8>,
    /// In their order, failed ones too; none for a file.
    pub(crate) fetches: Vec<Attempt>,
}

impl Source {
    /// A set that was read.
    pub(crate) fn file(name: String, text: Vec<u8>) -> Source {
        Source { name, text, fetches: Vec::new() }
    }

    /// Whether the set came over the network.
    pub(crate) fn is_fetched(&self) -> bool {
        !self.fetches.is_empty()
    }

    /// Says on standard error where a fetched set was.
    pub(crate) fn tell(&self) {
        if let Some(last) = self.fetches.last() {
            note(FAINT, "fetched:", &printable(&format!("{}: {}", last.url, last.describe())));
        }
    }
}

/// Whether a word is to be fetched rather than read.
pub(crate) fn is_url(name: &str) -> bool {
    let starts = |scheme: &str| name.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    starts("https://") || starts("http://")
}

/// The set at `url`, or of the issuer whose metadata are there.
pub(crate) fn from_url(url: &str, options: &FetchArgs) -> Result<Source, Fault> {
    check_url(url)?;
    let fetcher = Fetcher::new(options)?;
    if let Some(issuer) = issuer_of_metadata(url) {
        // The address is the same with and without a slash at the issuer's end, and the names are not.
        let slashed = format!("{issuer}/");
        let found = match discover(&fetcher, &issuer) {
            Err(missed) if missed.named.as_ref() == Some(&slashed) => discover(&fetcher, &slashed),
            other => other,
        };
        return found.map_err(|missed| missed.fault);
    }
    let bound = Duration::from_secs(FETCH_SECONDS);
    let attempt = fetcher.get(FetchKind::KeySet, "asked for", url, None, SET_BYTES, bound);
    let Ok(answer) = &attempt.answer else { return Err(not_fetched(&[attempt])) };
    Ok(Source { name: url.to_owned(), text: answer.bytes.clone(), fetches: vec![attempt] })
}

/// The set that the metadata of `issuer` name.
pub(crate) fn from_issuer(issuer: &str, options: &FetchArgs) -> Result<Source, Fault> {
    check_url(issuer)?;
    discover(&Fetcher::new(options)?, issuer).map_err(|missed| missed.fault)
}

/// Repeats no URL that is refused: what makes it one may be a password.
fn check_url(url: &str) -> Result<(), Fault> {
    match Url::parse(url) {
        Some(parts) if parts.is_https || parts.is_loopback() => Ok(()),
        Some(_) => Err(Fault::new("keys are fetched by https; http is for loopback alone").next("write https://")),
        None => Err(Fault::new("no URL to fetch from: it wants a host, and no user, password or fragment")
            .next("write https://login.example.com/jwks")),
    }
}

/// Why discovery found no set.
struct Missed {
    fault: Fault,
    /// The issuer that the metadata name in place of the one that was asked for.
    named: Option<String>,
}

impl From<Fault> for Missed {
    fn from(fault: Fault) -> Missed {
        Missed { fault, named: None }
    }
}

fn discover(fetcher: &Fetcher, issuer: &str) -> Result<Source, Missed> {
    let (policy, _) = Policy::load(policy_of(issuer).as_bytes(), &[]).map_err(|report| {
        let text = report.first_error().map_or_else(String::new, |entry| entry.text.clone());
        Fault::new(format!("{issuer} names no issuer to discover: {text}"))
    })?;
    let store = policy.key_store(&fetch::entropy()?);
    let clock = Clock::new(None)?;
    let attempts = fetcher.fetch_due(&store, &|| clock.now());
    // A set that the store refuses, because no key can be used, is the very one to look at.
    let set = attempts.iter().rev().find(|attempt| attempt.kind == FetchKind::KeySet && attempt.answer.is_ok());
    let Some(Attempt { url, answer: Ok(answer), .. }) = set else {
        let named = attempts.iter().find_map(issuer_named);
        let mut fault = not_fetched(&attempts);
        if let Some(named) = &named {
            fault = fault.next(format!("names of issuers are compared byte for byte: the metadata name {named}"));
        }
        return Err(Missed { fault, named });
    };
    warn_of_other_host(issuer, url);
    Ok(Source { name: url.clone(), text: answer.bytes.clone(), fetches: attempts })
}

/// A policy with this one issuer, whose set is due at once; only its store is used, and no request judged by it.
fn policy_of(issuer: &str) -> String {
    let is_http = Url::parse(issuer).is_some_and(|parts| !parts.is_https);
    format!(
        r#"{{"realm":"keys","bearer":{{"issuers":[{{"issuer":{},"audience":"keys","keys":{{"prefetch":true}},"discovery":{{"http_loopback":{is_http},"other_host":true}}}}]}}}}"#,
        string(issuer)
    )
}

fn warn_of_other_host(issuer: &str, set: &str) {
    let is_same = Url::parse(issuer).zip(Url::parse(set)).is_some_and(|(issuer, set)| issuer.is_same_host(&set));
    if !is_same {
        let text = "the set is on another host than the issuer: a policy wants its jwks_uri, or discovery.other_host";
        note(WARN, "warning:", text);
    }
}

/// The issuer that metadata name, if they were refused for it.
fn issuer_named(attempt: &Attempt) -> Option<String> {
    let (Ok(answer), Some(KeysRefused::Metadata(MetadataFault::IssuerDiffers))) = (&attempt.answer, &attempt.refused)
    else {
        return None;
    };
    let document = Document::parse(&answer.bytes, Duplicates::Refuse).ok()?;
    Some(document.root().member("issuer")?.as_text()?.to_owned_string())
}

fn not_fetched(attempts: &[Attempt]) -> Fault {
    let lines: Vec<String> = attempts.iter().filter_map(Attempt::failure).collect();
    let fault = Fault::new(lines.join("\n")).reason(Reason::KeysUnavailable);
    match fetch::next_step(attempts) {
        Some(next) => fault.next(next),
        None => fault,
    }
}

/// The issuer, without a slash at its end, whose metadata are at this address; `None` for any other address.
fn issuer_of_metadata(url: &str) -> Option<String> {
    let parts = Url::parse(url).filter(|parts| !parts.has_query)?;
    let root = url.strip_suffix(parts.path)?;
    WELL_KNOWN.iter().find_map(|name| {
        // In front of the issuer's path by RFC 8414, behind it by OpenID Connect.
        let (before, behind) = parts.path.split_once(name)?;
        let is_end = behind.is_empty() || (before.is_empty() && behind.starts_with('/'));
        is_end.then(|| format!("{root}{before}{behind}"))
    })
}

const WELL_KNOWN: [&str; 2] = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_metadata_are_known_with_their_issuer() {
        for (url, issuer) in [
            ("https://a.example/.well-known/openid-configuration", Some("https://a.example")),
            ("https://a.example/t/.well-known/openid-configuration", Some("https://a.example/t")),
            ("https://a.example/.well-known/oauth-authorization-server", Some("https://a.example")),
            ("https://a.example/.well-known/oauth-authorization-server/t", Some("https://a.example/t")),
            ("https://a.example/.well-known/openid-configuration/t", Some("https://a.example/t")),
            ("https://a.example/.well-known/jwks.json", None),
            ("https://a.example/.well-known/openid-configuration2", None),
            ("https://a.example/t/.well-known/openid-configuration/t", None),
            ("https://a.example/?/.well-known/openid-configuration", None),
            ("https://a.example", None),
        ] {
            assert_eq!(issuer_of_metadata(url).as_deref(), issuer, "{url}");
        }
    }
}
