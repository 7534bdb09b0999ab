//! Where a token may stand: `bearer.sources`.
//!
//! Refuses a source that stands there twice, and fields that are read by rules of their own.

use super::compiled::Sources;
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
        if source.is_some_and(|source| !add(&mut sources, source)) {
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
        reader.text(&inner, &Kind::FieldName, |text| is_token_field(&text).then_some(text)).map(Source::Header)
    } else if name.is("query") {
        reader.text(&inner, &Kind::ParameterName, |text| (!text.is_empty()).then_some(text)).map(Source::Query)
    } else if name.is("cookie") {
        // Pointing at the source: it is what needs a section that is not there.
        reader.refuse(place, Code::NotSupported, "a cookie source is not yet supported");
        None
    } else {
        reader.refuse_unknown(&inner, name, &["header", "query"]);
        None
    }
}

/// `Authorization` is the source `"header"`, with its scheme; a proxy's credentials are the proxy's
/// (REQ-HTTP-40); cookies have rules of their own.
fn is_token_field(name: &str) -> bool {
    let reserved = ["authorization", "proxy-authorization", "cookie"];
    http::is_http_token(name.as_bytes()) && !reserved.iter().any(|reserved| name.eq_ignore_ascii_case(reserved))
}

/// Adds a source; `false` if it is there already.
fn add(sources: &mut Sources, source: Source) -> bool {
    match source {
        Source::Authorization => !core::mem::replace(&mut sources.authorization, true),
        Source::Header(name) => {
            let is_new = !sources.headers.iter().any(|known| known.eq_ignore_ascii_case(&name));
            sources.headers.push(name);
            is_new
        }
        Source::Query(name) => {
            let is_new = !sources.queries.contains(&name);
            sources.queries.push(name);
            is_new
        }
    }
}
