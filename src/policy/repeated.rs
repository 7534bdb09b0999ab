//! Finds the first member name of the document that stands twice in its object.
//!
//! The inside of an inline `jwks` is left to the loading of keys, where a repeated name costs the key
//! that holds it and not the document (RFC 7517 section 5).

use std::collections::HashSet;

use super::place::Place;

/// The pointer to the first repeated name at or below `place`, in document order.
pub(super) fn first_repeated(place: &Place<'_, '_>) -> Option<String> {
    if !place.value.repeats_within() || place.is_at(&INLINE_JWKS) {
        return None;
    }
    if let Some(mut elements) = place.value.as_array().map(Iterator::enumerate) {
        return elements.find_map(|(index, value)| first_repeated(&place.element(index, value)));
    }
    let mut names = HashSet::new();
    for (name, value) in place.value.as_object()? {
        let inner = place.member(name, value);
        if !names.insert(name.to_owned_string()) {
            return Some(inner.pointer());
        }
        if let Some(found) = first_repeated(&inner) {
            return Some(found);
        }
    }
    None
}

/// Where an inline key set stands; the empty name is any element of a list.
const INLINE_JWKS: [&str; 4] = ["bearer", "issuers", "", "jwks"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Document, Duplicates};

    #[test]
    fn the_first_in_document_order_is_found_at_every_depth() {
        for (text, pointer) in [
            (r#"{"a":1,"b":2}"#, None),
            (r#"{"a":1,"b":{"x":1,"x":2},"a":3}"#, Some("/b/x")),
            (r#"{"a":1,"a":{"x":1,"x":2}}"#, Some("/a")),
            (r#"{"a":[{},{"p/q":1,"\u0070/q":2}]}"#, Some("/a/1/p~1q")),
            (r#"{"bearer":{"issuers":[{"jwks":{"keys":[{"kty":1,"kty":2}],"keys":1}}]}}"#, None),
            (r#"{"bearer":{"issuers":[{"jwks":{},"jwks":{}}]}}"#, Some("/bearer/issuers/0/jwks")),
            (r#"{"bearer":{"jwks":{"x":1,"x":2}}}"#, Some("/bearer/jwks/x")),
            (r#"{"bearer":{"issuers":{"0":{"jwks":{"x":1,"x":2}}}}}"#, Some("/bearer/issuers/0/jwks/x")),
        ] {
            let document = Document::parse(text.as_bytes(), Duplicates::Mark).unwrap();
            assert_eq!(first_repeated(&Place::root(document.root())).as_deref(), pointer, "{text}");
        }
    }
}
