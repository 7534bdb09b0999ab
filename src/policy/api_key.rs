//! The section `api_key`: where keys stand in a request, and the hashes of the keys that are good.
//!
//! The keys are a list in the document, or bytes beside it: the same list, or one object a line, so that
//! millions are read without holding them all as text. No text here repeats a hash.

use std::sync::Arc;

use super::compiled::{ApiKeyRule, Policy};
use super::field_names::is_credential_field;
use super::kind::Kind;
use super::members::{API_KEY, Member, STORED_KEY};
use super::place::Place;
use super::read::{Reader, Reference};
use super::report::{Code, Report};
use super::scopes::read_scopes;
use crate::claims::ScopeList;
use crate::http;
use crate::json::{Document, Duplicates};
use crate::limits;
use crate::secret::{AddFault, ApiKeys, ApiKeysBuilder, KeyEntry};

/// A member that may be null, read without a fault.
enum Nullable<T> {
    Null,
    Value(T),
}

impl<T> Nullable<T> {
    fn into_option(self) -> Option<T> {
        match self {
            Nullable::Null => None,
            Nullable::Value(value) => Some(value),
        }
    }
}

/// What was read of the section; an absent member is told from one that is null.
#[derive(Default)]
pub(super) struct ApiKeyDraft {
    header: Option<Nullable<String>>,
    scheme: Option<Nullable<String>>,
    query: Option<String>,
    prefix: Option<String>,
    checksum: bool,
    environment: Option<String>,
    keys: Option<ApiKeys>,
}

/// Reads the section.
pub(super) fn read_api_key(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> ApiKeyDraft {
    let mut draft = ApiKeyDraft::default();
    reader.object(place, &API_KEY, |reader, member, place| match member.name {
        "header" => draft.header = nullable(reader, member, place, |text| is_credential_field(&text).then_some(text)),
        "scheme" => draft.scheme = nullable(reader, member, place, |text| is_key_scheme(&text).then_some(text)),
        "query" => {
            draft.query = nullable(reader, member, place, not_empty).and_then(Nullable::into_option);
        }
        "prefix" => {
            draft.prefix = nullable(reader, member, place, |text| is_visible(&text, 32).then_some(text))
                .and_then(Nullable::into_option);
        }
        "environment" => {
            draft.environment = nullable(reader, member, place, not_empty).and_then(Nullable::into_option);
        }
        "checksum" => draft.checksum = reader.boolean(place, member).unwrap_or_default(),
        _ => draft.keys = read_keys(reader, place),
    });
    draft
}

impl ApiKeyDraft {
    pub(super) fn finish(self, reader: &mut Reader<'_>) -> Option<ApiKeyRule> {
        let rule = ApiKeyRule {
            header: self.header.map_or_else(|| Some("X-API-Key".into()), Nullable::into_option),
            scheme: self.scheme.map_or_else(|| Some("Api-Key".into()), Nullable::into_option),
            query: self.query,
            prefix: self.prefix,
            checksum: self.checksum,
            environment: self.environment,
            keys: Arc::new(self.keys?),
        };
        if rule.header.is_none() && rule.scheme.is_none() && rule.query.is_none() {
            let text = "`header`, `scheme` and `query` are null, so a key has no place to stand in";
            reader.refuse_at("/api_key".into(), Code::Contradiction, text);
        }
        if rule.query.is_some() {
            let text = "addresses end up in logs, histories and referrers, and their keys with them";
            reader.warn("/api_key/query".into(), Code::KeyInAddress, text);
        }
        Some(rule)
    }
}

impl Policy {
    /// Reads API keys as `api_key.keys` of this policy would: a JSON list of key objects, or one object a line.
    ///
    /// # Errors
    /// The report, with the deciding error first; its pointers begin at the list.
    pub(crate) fn read_api_keys(bytes: &[u8]) -> Result<(ApiKeys, Report), Report> {
        let mut reader = Reader::new(&[]);
        let keys = read_bytes(&mut reader, None, bytes);
        let has_errors = reader.has_errors();
        let report = reader.into_report();
        keys.filter(|_| !has_errors).map(|keys| (keys, report.clone())).ok_or(report)
    }
}

fn read_keys(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> Option<ApiKeys> {
    match reader.reference(place) {
        Reference::Unknown => None,
        Reference::Bytes(bytes) => read_bytes(reader, Some(place), bytes),
        Reference::Other => read_list(reader, place),
    }
}

/// The bytes of a reference: a list, or one object a line.
fn read_bytes(reader: &mut Reader<'_>, place: Option<&Place<'_, '_>>, bytes: &[u8]) -> Option<ApiKeys> {
    let base = place.map(Place::pointer).unwrap_or_default();
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return match Document::parse(bytes, Duplicates::Refuse) {
            Ok(document) => {
                read_list(reader, &place.map_or(Place::root(document.root()), |place| place.in_place(document.root())))
            }
            Err(fault) => {
                reader.refuse_at(
                    base,
                    Code::Syntax,
                    format!(
                        "the bytes are no list of keys: {fault}; a large set stands one object a line, without brackets"
                    ),
                );
                None
            }
        };
    }
    if bytes.trim_ascii().is_empty() {
        // What is left of a file that was cut, or was not there.
        reader.refuse_at(base, Code::ValueRefused, "found no bytes; an empty list is written []");
        return None;
    }
    let mut builder = ApiKeysBuilder::new();
    let lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).enumerate();
    for (index, line) in lines.filter(|(_, line)| !line.is_empty()) {
        let document = match Document::parse(line, Duplicates::Refuse) {
            Ok(document) => document,
            Err(fault) => {
                reader.refuse_at(base, Code::Syntax, format!("line {} is no JSON object: {fault}", index + 1));
                return None;
            }
        };
        let outer = place.map_or(Place::root(document.root()), |place| place.in_place(document.root()));
        // One line is enough to find the fault; a file of millions could have as many.
        add_key(reader, &outer.element(index, document.root()), &mut builder)?;
    }
    Some(builder.finish())
}

fn read_list(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> Option<ApiKeys> {
    let Some(elements) = place.value.as_array() else {
        reader.refuse_type(place, &Kind::ApiKeys);
        return None;
    };
    let mut builder = ApiKeysBuilder::new();
    let mut whole = true;
    if elements.clone().next().is_none() {
        reader.warn(place.pointer(), Code::KeysEmpty, "the list is empty: no key is good");
    }
    for (index, value) in elements.enumerate() {
        whole &= add_key(reader, &place.element(index, value), &mut builder).is_some();
    }
    whole.then(|| builder.finish())
}

/// Reads one key object into the table.
fn add_key(reader: &mut Reader<'_>, place: &Place<'_, '_>, builder: &mut ApiKeysBuilder) -> Option<()> {
    let (mut id, mut digest) = (None, None);
    let (mut scopes, mut environment) = (Some(ScopeList::default()), Some(Nullable::Null));
    let (mut not_before, mut expires, mut revoked) = (Some(Nullable::Null), Some(Nullable::Null), Some(false));
    reader.object(place, &STORED_KEY, |reader, member, place| match member.name {
        "id" => id = reader.text(place, &member.kind, |text| is_key_id(&text).then_some(text)),
        "sha256" => digest = reader.text(place, &member.kind, |text| read_digest(&text)),
        "scopes" => scopes = read_scopes(reader, place),
        "environment" => environment = nullable(reader, member, place, not_empty),
        "not_before" => not_before = moment(reader, member, place),
        "expires" => expires = moment(reader, member, place),
        _ => revoked = reader.boolean(place, member),
    });
    let (id, scopes, environment) = (id?, scopes?, environment?.into_option());
    let entry = KeyEntry {
        id: &id,
        sha256: digest?,
        scopes: scopes.as_str(),
        environment: environment.as_deref(),
        not_before: not_before?.into_option(),
        expires: expires?.into_option(),
        revoked: revoked?,
    };
    if let (Some(from), Some(until)) = (entry.not_before, entry.expires)
        && from >= until
    {
        let pointer = format!("{}/expires", place.pointer());
        reader.warn(pointer, Code::KeyNeverGood, "the key expires before it is good");
    }
    let (member, text) = match builder.add(entry) {
        Ok(()) => return Some(()),
        Err(AddFault::IdRepeated) => ("/id", "the id stands in the list twice"),
        Err(AddFault::DigestRepeated) => ("/sha256", "the hash stands in the list twice"),
        Err(AddFault::TooMany) => ("", "there are more keys than one table holds"),
    };
    reader.refuse_at(format!("{}{member}", place.pointer()), Code::ValueRefused, text);
    None
}

/// A string that `accept` makes something of, or null.
fn nullable(
    reader: &mut Reader<'_>,
    member: &'static Member,
    place: &Place<'_, '_>,
    accept: impl FnOnce(String) -> Option<String>,
) -> Option<Nullable<String>> {
    if place.value.is_null() {
        Some(Nullable::Null)
    } else {
        reader.text(place, &member.kind, accept).map(Nullable::Value)
    }
}

/// Seconds since 1970, or null.
fn moment(reader: &mut Reader<'_>, member: &'static Member, place: &Place<'_, '_>) -> Option<Nullable<i64>> {
    if place.value.is_null() {
        return Some(Nullable::Null);
    }
    if place.value.as_number().is_none() {
        reader.refuse_type(place, &member.kind);
        return None;
    }
    let found = place.value.as_i64().filter(|seconds| (0..=limits::NUMERIC_DATE_MAX_SECONDS).contains(seconds));
    if found.is_none() {
        reader.refuse_value(place, &member.kind);
    }
    found.map(Nullable::Value)
}

fn read_digest(text: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    for (byte, pair) in digest.iter_mut().zip(digits.chunks(2)) {
        let pair =
            core::str::from_utf8(pair).ok().filter(|pair| pair.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(digest)
}

/// The schemes that have sections of their own, or a protocol, carry no API keys.
fn is_key_scheme(name: &str) -> bool {
    let reserved = ["basic", "digest", "dpop", "negotiate", "ntlm"];
    let name = name.to_ascii_lowercase();
    // What begins with the word Bearer may be a slip behind it.
    http::is_http_token(name.as_bytes()) && !name.starts_with("bearer") && !reserved.contains(&name.as_str())
}

/// Printable, since it stands in logs.
fn is_key_id(text: &str) -> bool {
    (1..=limits::API_KEY_ID_BYTES).contains(&text.len()) && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

fn not_empty(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

fn is_visible(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}
