//! API keys in the fields where they are sent by convention: form and environment, as far as a key tells them.

use super::super::address;
use super::super::collect::{Findings, finding};
use super::super::finding::{Certainty, FindingId, Part};
use super::super::view::{KEY_FIELDS, View, is_redacted};
use crate::secret::api_key::Redacted;

pub(super) fn find(view: &View<'_>, findings: &mut Findings) {
    for name in KEY_FIELDS {
        let values: Vec<&[u8]> = view.request_values(name).collect();
        if values.len() > 1 {
            let seen = format!("{} lines", values.len());
            findings.add(finding(FindingId::ApiKeyMalformed, Certainty::Observed, Part::Request).at(name).seen(seen));
        }
        let Some(value) = values.first().filter(|value| !is_redacted(value)) else { continue };
        form(name, value, findings);
        if view.is_denied() {
            environment(name, value, view, findings);
        }
        let asks_again = view.challenges.challenges.iter().any(|challenge| {
            let scheme = challenge.scheme.to_ascii_lowercase();
            scheme.contains("key") || challenge.param("header").is_some_and(|header| header.eq_ignore_ascii_case(name))
        });
        if view.status() == 401 && asks_again && !findings.has(FindingId::ApiKeyMalformed) {
            let seen = format!("a key was sent ({}), and a key is asked for again", Redacted(value));
            let draft = finding(FindingId::ApiKeyUnknown, Certainty::Said, Part::Response).at("WWW-Authenticate");
            findings.add(draft.seen(seen));
        }
    }
}

/// What no key can be.
fn form(name: &str, value: &[u8], findings: &mut Findings) {
    let text = String::from_utf8_lossy(value).to_ascii_lowercase();
    let is_placeholder = ["undefined", "null", "none", "nan", "your-api-key", "your_api_key"].contains(&text.as_str())
        || ["${", "{{", "<"].iter().any(|front| text.starts_with(front));
    let at = value.iter().position(|byte| !matches!(byte, 0x21..=0x7E) || matches!(byte, b'"' | b'\''));
    let seen = match (value.len(), at) {
        (0, _) => "0 bytes".to_owned(),
        (length, _) if is_placeholder => format!("a placeholder of {length} bytes"),
        (length, Some(at)) => {
            format!("a blank, a quote or another character that keys do not have, at {at} of {length}")
        }
        _ => return,
    };
    findings.add(
        finding(FindingId::ApiKeyMalformed, Certainty::Observed, Part::Request)
            .at(name)
            .offset(at.unwrap_or(0))
            .seen(seen),
    );
}

/// Words for environments that try things out, in keys and in hosts.
const TRYING: &[&str] = &["test", "sandbox", "staging", "stage", "dev", "demo", "preview"];
/// Words for the one that counts, in keys.
const REAL: &[&str] = &["live", "prod", "production"];

fn environment(name: &str, value: &[u8], view: &View<'_>, findings: &mut Findings) {
    let key = String::from_utf8_lossy(value).to_ascii_lowercase();
    let Some(host) = address::host(view.target()) else { return };
    // The last word of a key is the key itself.
    let words: Vec<&str> = key.split(['_', '-', '.']).collect();
    let front = words.split_last().map_or(&[][..], |(_, front)| front);
    let key_has = |wanted: &[&'static str]| wanted.iter().copied().find(|word| front.contains(word));
    let host_words: Vec<&str> = host.split(['.', '-']).collect();
    let host_tries = TRYING.iter().copied().find(|word| host_words.contains(word));
    let seen = match (key_has(TRYING), key_has(REAL), host_tries) {
        (Some(word), None, None) => format!("a key marked `{word}` ({}), and a host that is not", Redacted(value)),
        (None, Some(word), Some(host)) => {
            format!("a key marked `{word}` ({}), and a host marked `{host}`", Redacted(value))
        }
        _ => return,
    };
    findings.add(finding(FindingId::ApiKeyEnvironment, Certainty::Observed, Part::Request).at(name).seen(seen));
}
