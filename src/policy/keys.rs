//! An inline key set: in the document, or named by `{"ref": "name"}` in whole or in the `k` of a key.
//!
//! A key that cannot be used costs a warning; a set without a usable one is refused, since no token
//! could ever pass. No text here repeats any part of a key but its `kid`.

use std::sync::Arc;

use super::kind::Kind;
use super::place::{Place, push_token};
use super::read::{Reader, Reference};
use super::report::Code;
use crate::jose::{KeySet, Origin};

/// A JWK Set, or a reference to one.
pub(super) fn read_key_set(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> Option<Arc<KeySet>> {
    if place.value.as_object().is_none() {
        reader.refuse_type(place, &Kind::KeySet);
        return None;
    }
    let loaded = match reader.reference(place) {
        Reference::Bytes(bytes) => KeySet::load(bytes, Origin::Inline),
        Reference::Unknown => return None,
        Reference::Other => {
            let known = check_secret_references(reader, place);
            let refs = reader.refs();
            let secret = |name: &str| refs.iter().find(|(known, _)| *known == name).map(|(_, bytes)| *bytes);
            let loaded = KeySet::from_value(place.value, Origin::Inline, &secret);
            known.then_some(loaded)?
        }
    };
    match loaded {
        Err(fault) => {
            reader.refuse(place, Code::ValueRefused, format!("not a JWK Set: {fault}"));
            None
        }
        Ok(mut keys) => {
            keys.assign_numbers(|_| reader.key_number());
            warn_of_keys(reader, place, &keys);
            if !keys.has_usable_key() {
                let text = format!("none of the {} keys can be used; a set needs at least one", keys.keys().len());
                reader.refuse(place, Code::ValueRefused, text);
                return None;
            }
            Some(Arc::new(keys))
        }
    }
}

/// Whether every `{"ref": "name"}` that stands for the `k` of a key is known.
fn check_secret_references(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> bool {
    let mut known = true;
    for (set_name, keys) in place.value.as_object().into_iter().flatten().filter(|(name, _)| name.is("keys")) {
        let list = place.member(set_name, keys);
        for (index, key) in keys.as_array().into_iter().flatten().enumerate() {
            let key_place = list.element(index, key);
            for (name, value) in key.as_object().into_iter().flatten().filter(|(name, _)| name.is("k")) {
                known &= !matches!(reader.reference(&key_place.member(name, value)), Reference::Unknown);
            }
        }
    }
    known
}

fn warn_of_keys(reader: &mut Reader<'_>, place: &Place<'_, '_>, keys: &KeySet) {
    for (index, key) in keys.keys().iter().enumerate() {
        let mut pointer = place.pointer();
        push_token(&mut pointer, "keys");
        push_token(&mut pointer, &index.to_string());
        let kid = key.kid().map_or_else(|| "the key has no kid".into(), |kid| format!("kid {kid:?}"));
        if !key.is_usable() {
            let reason = key.reason();
            reader.warn(pointer, Code::KeyUnusable, format!("the key is skipped: {} ({kid})", reason.name()));
        } else if key.has_printable_secret() {
            let text = format!("the secret is made of printable characters alone; a password is no key ({kid})");
            reader.warn(pointer, Code::KeyPrintable, text);
        }
    }
}
