//! The token, read without any check of who made it: for telling what is wrong with it, never for trusting it.

use super::collect::shown;
use crate::base64url;
use crate::jose::decode_unverified;
use crate::json::{Document, Duplicates, Value};
use crate::reason::Reason;
use crate::time::NumericDate;

/// A token with what can be read of it.
pub(super) struct ReadToken {
    text: Vec<u8>,
    header: Option<Document>,
    claims: Option<Document>,
    /// [`Reason::Ok`] if all parts can be read.
    pub(super) reason: Reason,
}

impl ReadToken {
    pub(super) fn read(text: &[u8]) -> Self {
        let decoded = decode_unverified(text);
        let document = |text: Option<String>| Document::parse(text?.as_bytes(), Duplicates::Refuse).ok();
        let (header, claims) = (document(decoded.header), document(decoded.claims));
        ReadToken { text: text.to_vec(), header, claims, reason: decoded.reason }
    }

    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// The parts between the dots.
    pub(super) fn parts(&self) -> Vec<&[u8]> {
        self.text.split(|byte| *byte == b'.').take(8).collect()
    }

    /// How long the decoded signature is.
    pub(super) fn signature_bytes(&self) -> Option<usize> {
        match self.parts()[..] {
            [_, _, signature] => base64url::decode_to_vec(signature).map(|bytes| bytes.len()),
            _ => None,
        }
    }

    /// A member of the JOSE header.
    pub(super) fn header(&self, name: &str) -> Option<Value<'_>> {
        self.header.as_ref()?.root().member(name)
    }

    /// A member of the JOSE header that is a string.
    pub(super) fn header_text(&self, name: &str) -> Option<String> {
        self.header(name)?.as_text().map(|text| text.to_owned_string())
    }

    pub(super) fn claim(&self, name: &str) -> Option<Value<'_>> {
        self.claims.as_ref()?.root().member(name)
    }

    /// A claim that is a string.
    pub(super) fn claim_text(&self, name: &str) -> Option<String> {
        self.claim(name)?.as_text().map(|text| text.to_owned_string())
    }

    /// A claim that is a date, in nanoseconds.
    pub(super) fn date(&self, name: &str) -> Option<i128> {
        NumericDate::parse(self.claim(name)?.as_number()?).ok().map(|date| date.floor_nanos)
    }

    /// The strings of a claim that is one or a list of them.
    pub(super) fn names(&self, claim: &str) -> Vec<String> {
        let Some(value) = self.claim(claim) else { return Vec::new() };
        let text = |value: Value<'_>| value.as_text().map(|text| text.to_owned_string());
        match value.as_array() {
            Some(list) => list.take(16).filter_map(text).collect(),
            None => text(value).into_iter().collect(),
        }
    }

    /// The words of the claims that hold scopes or rights.
    pub(super) fn words(&self, claim: &str) -> Vec<String> {
        self.names(claim).iter().flat_map(|name| name.split(' ').map(str::to_owned)).collect()
    }

    /// The names of a list as they are shown.
    pub(super) fn shown_names(names: &[String]) -> String {
        let names: Vec<String> = names.iter().take(4).map(|name| format!("`{}`", shown(name))).collect();
        names.join(", ")
    }

    pub(super) fn is_readable(&self) -> bool {
        self.claims.is_some()
    }
}
