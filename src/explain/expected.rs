//! What the policy document expects, as far as the rules compare it with the token: issuers, audiences, where they stand.

use crate::json::{Document, Duplicates, Value};

/// One of `bearer.issuers`, by its names alone.
pub(super) struct ExpectedIssuer {
    pub(super) place: usize,
    pub(super) name: String,
    pub(super) audience: Vec<String>,
}

impl ExpectedIssuer {
    /// Whether the configured name is `iss`, or a template that it fits.
    pub(super) fn fits(&self, iss: &str) -> bool {
        let template = self.name.split_once('{').and_then(|(front, rest)| Some((front, rest.split_once('}')?.1)));
        match template {
            Some((front, back)) => {
                let inner = iss.strip_prefix(front).and_then(|rest| rest.strip_suffix(back));
                inner.is_some_and(|tenant| !tenant.is_empty() && !tenant.contains('/'))
            }
            None => self.name == iss,
        }
    }
}

/// The issuers that a token with this `iss` may be judged by: the one that fits it, or else the first few.
pub(super) fn candidates(json: &[u8], iss: &str) -> Vec<ExpectedIssuer> {
    let mut all = issuers(json);
    if all.iter().any(|issuer| issuer.fits(iss)) {
        all.retain(|issuer| issuer.fits(iss));
        all.truncate(1);
    }
    all.truncate(4);
    all
}

/// The issuers of a policy document; none if it cannot be read.
pub(super) fn issuers(json: &[u8]) -> Vec<ExpectedIssuer> {
    let Ok(document) = Document::parse(json, Duplicates::Refuse) else { return Vec::new() };
    let list = document.root().pointer("/bearer/issuers").and_then(|list| list.as_array());
    let read = |(place, issuer): (usize, Value<'_>)| {
        let name = issuer.member("issuer")?.as_text()?.to_owned_string();
        Some(ExpectedIssuer { place, name, audience: issuer.member("audience").map(texts).unwrap_or_default() })
    };
    list.into_iter().flatten().take(64).enumerate().filter_map(read).collect()
}

/// The strings of a value that is one or a list of them.
pub(super) fn texts(value: Value<'_>) -> Vec<String> {
    let text = |value: Value<'_>| value.as_text().map(|text| text.to_owned_string());
    match value.as_array() {
        Some(list) => list.filter_map(text).collect(),
        None => text(value).into_iter().collect(),
    }
}
