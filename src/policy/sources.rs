//! Where a token may stand: `bearer.sources`.
//!
//! Refuses a source that stands there twice, and fields that are read by rules of their own.

use super::compiled::{CookieSource, Sources};
use super::field_names::is_credential_field;
use super::kind::Kind;
use super::place::Place;
use super::read::Reader;
use super::report::Code;
use crate::http;

/// A list of one or more sources.
pub(super) fn read_sources(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> Option<Sources> {
    let mut sources = Sources::default();
    let mut whole = true;
    for (index, value) in reader.list(place, &Kind::Sources)?.enumerate() {
        let place = place.element(index, value);
        let source = read_source(reader, &place);
        whole &= source.is_some();
        if source.is_some_and(|source| !add(&mut sources, source, index)) {
            reader.refuse(&place, Code::ValueRefused, "the source stands in the list twice");
            whole = false;
        }
    }
    whole.then_some(sources)
}

enum Source {
    Authorization,
    Header(String),
    Query(String),
    Cookie(String),
}

fn read_source(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> Option<Source> {
    if let Some(text) = place.value.as_text() {
        if text.is("header") {
            return Some(Source::Authorization);
        }
        reader.refuse_value(place, &Kind::Source);
        return None;
    }
    let Some(mut members) = place.value.as_object() else {
        reader.refuse_type(place, &Kind::Source);
        return None;
    };
    let (Some((name, value)), None) = (members.next(), members.next()) else {
        reader.refuse_value(place, &Kind::Source);
        return None;
    };
    let inner = place.member(name, value);
    if name.is("header") {
        reader.text(&inner, &Kind::FieldName, |text| is_credential_field(&text).then_some(text)).map(Source::Header)
    } else if name.is("query") {
        reader.text(&inner, &Kind::ParameterName, |text| (!text.is_empty()).then_some(text)).map(Source::Query)
    } else if name.is("cookie") {
        read_cookie(reader, &inner).map(Source::Cookie)
    } else {
        reader.refuse_unknown(&inner, name, &["header", "query", "cookie"]);
        None
    }
}

/// A cookie's name is a token, and its prefix is spelt as browsers honour it (REQ-COOKIE-02, REQ-COOKIE-04).
fn read_cookie(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> Option<String> {
    let name = reader.text(place, &Kind::CookieName, |text| http::is_http_token(text.as_bytes()).then_some(text))?;
    for prefix in COOKIE_PREFIXES {
        let written = name.get(..prefix.len()).unwrap_or_default();
        if written.eq_ignore_ascii_case(prefix) && written != prefix {
            let text = format!("found {written}; browsers honour the prefix as `{prefix}` alone");
            reader.refuse(place, Code::ValueRefused, text);
            return None;
        }
    }
    Some(name)
}

/// Prefixes that make a browser keep a cookie to what came over TLS (RFC 6265bis section 4.1.3).
pub(super) const COOKIE_PREFIXES: [&str; 2] = ["__Host-", "__Secure-"];

/// Adds a source; `false` if it is there already.
fn add(sources: &mut Sources, source: Source, place: usize) -> bool {
    match source {
        Source::Authorization => !core::mem::replace(&mut sources.authorization, true),
        Source::Header(name) => {
            let is_new = !sources.headers.iter().any(|known| known.eq_ignore_ascii_case(&name));
            sources.headers.push(name);
            is_new
        }
        Source::Cookie(name) => {
            let is_new = !sources.cookies.iter().any(|cookie| cookie.name == name);
            sources.cookies.push(CookieSource { place, name });
            is_new
        }
        Source::Query(name) => {
            let is_new = !sources.queries.contains(&name);
            sources.queries.push(name);
            is_new
        }
    }
}
