//! The section `session`: what shows that a request with a cookie was sent by a page of ours.
//!
//! Refuses an origin that no browser would write that way, since it would never match.

use std::collections::HashSet;

use super::compiled::Session;
use super::field_names::is_telling_field;
use super::kind::Kind;
use super::members::{CSRF, SESSION};
use super::place::Place;
use super::read::Reader;
use super::report::Code;
use crate::http::is_serialized_origin;

/// Reads the section.
pub(super) fn read_session(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> Session {
    let mut session = Session { csrf_header: None, origins: Vec::new() };
    reader.object(place, &SESSION, |reader, member, place| match member.name {
        "csrf" => reader.object(place, &CSRF, |reader, member, place| {
            session.csrf_header = reader.text(place, &member.kind, |text| is_telling_field(&text).then_some(text));
        }),
        _ => session.origins = read_origins(reader, place).unwrap_or_default(),
    });
    session
}

fn read_origins(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> Option<Vec<String>> {
    let Some(elements) = place.value.as_array() else {
        reader.refuse_type(place, &Kind::Origins);
        return None;
    };
    let origins =
        reader.each_text(place, &Kind::Origin, elements, |text| is_serialized_origin(&text).then_some(text))?;
    let mut seen = HashSet::new();
    if let Some(at) = origins.iter().position(|origin| !seen.insert(origin)) {
        // It harms nothing; perhaps another one was meant.
        reader.warn(format!("{}/{at}", place.pointer()), Code::OriginRepeated, "the origin stands in the list twice");
    }
    Some(origins)
}
