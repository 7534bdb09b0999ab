//! Media types as `typ` and `cty` write them (RFC 7515 sections 4.1.9 and 4.1.10).
//!
//! One spelling for each: ASCII letters in lower case, `application/` left out where no other slash
//! follows. Parameters are not looked into. Writes into the caller's memory.

/// Appends the one spelling of `text`; two media types are the same if it is.
pub(super) fn write_media_type(text: impl Iterator<Item = u8>, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend(text.map(|byte| byte.to_ascii_lowercase()));
    let written = out.get(start..).unwrap_or(&[]);
    if written.strip_prefix(PREFIX).is_some_and(|rest| !rest.contains(&b'/')) {
        out.drain(start..start + PREFIX.len());
    }
}

/// The one spelling of `text`, to be compared with [`super::HeaderType::Named`].
pub fn media_type(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    write_media_type(text.bytes(), &mut out);
    out
}

const PREFIX: &[u8] = b"application/";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_without_a_slash_reads_as_if_application_stood_in_front() {
        // REQ-JWS-18.
        for same in ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+JWT"] {
            assert_eq!(media_type(same), b"at+jwt", "{same}");
        }
        for other in ["at+jwt ", "text/at+jwt", "application/application/at+jwt", "at+jwt; a=b", "at"] {
            assert_ne!(media_type(other), b"at+jwt", "{other}");
        }
        assert_eq!(media_type("application/a/b"), b"application/a/b");
        assert_eq!(media_type(""), b"");
    }
}
