//! Entity tags (RFC 9110 section 8.8.3), which come with a response and go back with the next request.
//!
//! Refuses what could not stand in a field of ours: anything but visible ASCII between the quotes. Never allocates.

use crate::limits;

/// Whether `tag` is an entity-tag, weak ones included, of at most [`limits::ENTITY_TAG_BYTES`]. The obs-text that
/// RFC 9110 lets into one is not taken.
///
/// ```
/// use countersign::http::is_entity_tag;
///
/// assert!(is_entity_tag(b"W/\"v1\"") && is_entity_tag(b"\"\""));
/// assert!(!is_entity_tag(b"v1") && !is_entity_tag(b"\"v1\"\r\nX: y"));
/// ```
pub fn is_entity_tag(tag: &[u8]) -> bool {
    let opaque = tag.strip_prefix(b"W/").unwrap_or(tag);
    let inner = opaque.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
    tag.len() <= limits::ENTITY_TAG_BYTES
        && inner.is_some_and(|inner| inner.iter().all(|byte| byte.is_ascii_graphic() && *byte != b'"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_quoted_visible_and_bounded() {
        for tag in ["\"\"", "\"a\"", "W/\"a\"", "\"!#\\~\""] {
            assert!(is_entity_tag(tag.as_bytes()), "{tag}");
        }
        for tag in ["", "\"", "a", "w/\"a\"", "W/", "W/\"", "\"a", "a\"", "\"a\"b\"", "\"a b\"", "\"\u{e9}\"", "\"\n\""]
        {
            assert!(!is_entity_tag(tag.as_bytes()), "{tag}");
        }
        let long = |length: usize| format!("\"{}\"", "a".repeat(length - 2));
        assert!(is_entity_tag(long(limits::ENTITY_TAG_BYTES).as_bytes()));
        assert!(!is_entity_tag(long(limits::ENTITY_TAG_BYTES + 1).as_bytes()));
    }
}
