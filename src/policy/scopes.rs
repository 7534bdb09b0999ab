//! Scopes in the document: a string with single spaces between, or a list of words.

use super::kind::Kind;
use super::place::Place;
use super::read::Reader;
use super::report::Code;
use crate::claims::ScopeList;

/// Scopes that a request needs; an empty string or list asks for none.
pub(super) fn read_scopes(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> Option<ScopeList> {
    let Some(elements) = place.value.as_array() else {
        return reader.text(place, &Kind::Scopes, |text| ScopeList::parse(&text));
    };
    let mut scopes = ScopeList::default();
    let mut whole = true;
    for (index, value) in elements.enumerate() {
        let place = place.element(index, value);
        match value.as_text().map(|text| scopes.push(&text.to_owned_string())) {
            Some(true) => {}
            found => {
                let code = if found.is_some() { Code::ValueRefused } else { Code::TypeWrong };
                reader.refuse(&place, code, format!("found {}; allowed: {WORD}", place.found()));
                whole = false;
            }
        }
    }
    whole.then_some(scopes)
}

const WORD: &str = "a scope, made of printable ASCII without space, \" and \\ (RFC 6749 section 3.3)";
