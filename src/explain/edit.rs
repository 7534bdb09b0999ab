//! Changes to a policy document as text: one member set or taken out, everything else as it stood.

use zeroize::Zeroizing;

use crate::json::{Document, Duplicates, Value};

/// A document's text, wiped when it goes: it may hold a secret.
pub(super) type PolicyJson = Zeroizing<String>;

/// The document with the member `name` of the object at `parent` (a JSON Pointer) being `value`, which is JSON.
pub(super) fn set(json: &str, parent: &str, name: &str, value: &str) -> Option<PolicyJson> {
    let document = Document::parse(json.as_bytes(), Duplicates::Refuse).ok()?;
    let object = document.root().pointer(parent).filter(|value| value.as_object().is_some())?;
    let (start, end, text) = if let Some(old) = object.member(name) {
        (old.offset(), old.offset() + old.raw().len(), value.to_owned())
    } else {
        let at = object.offset() + 1;
        let is_empty = object.as_object().is_none_or(|mut members| members.next().is_none());
        (at, at, format!("\"{name}\":{value}{}", if is_empty { "" } else { "," }))
    };
    let (front, back) = (json.get(..start)?, json.get(end..)?);
    Some(Zeroizing::new([front, &text, back].concat()))
}

/// The document without that member; `None` if it has none.
pub(super) fn without(json: &str, parent: &str, name: &str) -> Option<PolicyJson> {
    let document = Document::parse(json.as_bytes(), Duplicates::Refuse).ok()?;
    let object = document.root().pointer(parent)?;
    object.member(name)?;
    let kept: Vec<String> = object
        .as_object()?
        .filter(|(other, _)| !other.is(name))
        .map(|(other, value)| format!("\"{}\":{}", other.raw(), value.raw()))
        .collect();
    let (start, end) = (object.offset(), object.offset() + object.raw().len());
    Some(Zeroizing::new([json.get(..start)?, "{", &kept.join(","), "}", json.get(end..)?].concat()))
}

/// Reads something of a document.
pub(super) fn read<T>(json: &str, read: impl FnOnce(Value<'_>) -> Option<T>) -> Option<T> {
    let document = Document::parse(json.as_bytes(), Duplicates::Refuse).ok()?;
    read(document.root())
}

/// A text as a JSON string.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::new();
    super::json::put_text(&mut out, text);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_member_changes_and_the_rest_stands() {
        let json = r#"{ "a": {"b": [1, 2], "c": "x"}, "d": {} }"#;
        let text = |json: Option<PolicyJson>| json.map(|json| json.to_string());
        assert_eq!(text(set(json, "/a", "b", "3")).unwrap(), r#"{ "a": {"b": 3, "c": "x"}, "d": {} }"#);
        assert_eq!(text(set(json, "", "e", "4")).unwrap(), r#"{"e":4, "a": {"b": [1, 2], "c": "x"}, "d": {} }"#);
        assert_eq!(text(set(json, "/d", "e", "4")).unwrap(), r#"{ "a": {"b": [1, 2], "c": "x"}, "d": {"e":4} }"#);
        assert_eq!(text(without(json, "/a", "b")).unwrap(), r#"{ "a": {"c":"x"}, "d": {} }"#);
        assert_eq!(text(without(json, "/a", "z")), None);
        assert_eq!(text(set(json, "/z", "b", "3")), None);
        assert_eq!(text(set("nonsense", "", "b", "3")), None);
    }
}
