//! The section `session`: what shows that a request with a cookie was sent by a page of ours.
//!
//! Refuses an origin that no browser would write that way, since it would never match.

use super::compiled::Session;
use super::kind::Kind;
use super::members::{CSRF, SESSION};
use super::place::Place;
use super::read::Reader;
use super::sources::is_token_field;
use crate::http::is_serialized_origin;

/// Reads the section.
pub(super) fn read_session(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> Session {
    let mut session = Session { csrf_header: None, origins: Vec::new() };
    reader.object(place, &SESSION, |reader, member, place| match member.name {
        "csrf" => reader.object(place, &CSRF, |reader, member, place| {
            session.csrf_header = reader.text(place, &member.kind, |text| is_telling(&text).then_some(text));
        }),
        _ => session.origins = read_origins(reader, place).unwrap_or_default(),
    });
    session
}

/// Whether a page of another site cannot send the field: what browsers send of themselves, and what Fetch lets any form
/// or script set without asking first, tells nothing of who made the page.
fn is_telling(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let anybodys = [
        "accept",
        "connection",
        "content-",
        "cookie",
        "date",
        "dnt",
        "downlink",
        "dpr",
        "expect",
        "forwarded",
        "host",
        "if-",
        "keep-alive",
        "origin",
        "pragma",
        "priority",
        "proxy-",
        "range",
        "referer",
        "save-data",
        "sec-",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "via",
        "viewport-width",
        "width",
        "x-forwarded-",
        "access-control-",
        "cache-control",
    ];
    let is_anybodys = |prefix: &&str| match prefix.strip_suffix('-') {
        Some(_) => name.starts_with(*prefix),
        None => name == **prefix || *prefix == "accept" && name.starts_with("accept-"),
    };
    is_token_field(&name) && !anybodys.iter().any(is_anybodys)
}

fn read_origins(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> Option<Vec<String>> {
    let Some(elements) = place.value.as_array() else {
        reader.refuse_type(place, &Kind::Origins);
        return None;
    };
    reader.each_text(place, &Kind::Origin, elements, |text| is_serialized_origin(&text).then_some(text))
}
