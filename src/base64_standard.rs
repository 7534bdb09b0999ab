//! Base64 in the standard alphabet, for Basic (RFC 7617 section 2, RFC 4648 section 4).
//!
//! Refuses the URL-safe alphabet, white space and stray trailing bits, so that a byte string has one
//! spelling, with its padding or without. Fills the caller's memory; never allocates.

use base64_simd::{AsOut as _, STANDARD_NO_PAD};

/// Decodes `text`, whose padding was taken off, into the front of `out`; `None` if it is not base64 or `out` is too short.
pub(crate) fn decode<'o>(text: &[u8], out: &'o mut [u8]) -> Option<&'o mut [u8]> {
    let place = out.get_mut(..crate::base64url::decoded_len(text.len()))?;
    STANDARD_NO_PAD.decode(text, place.as_out()).ok()
}

/// `text` without its padding, and whether that was right: two signs, one or none, to a multiple of four.
pub(crate) fn split_padding(text: &[u8]) -> (&[u8], bool) {
    let core = text.strip_suffix(b"==").or_else(|| text.strip_suffix(b"=")).unwrap_or(text);
    (core, text.len().is_multiple_of(4))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> Option<Vec<u8>> {
        let mut out = [0; 64];
        decode(text.as_bytes(), &mut out).map(|bytes| bytes.to_vec())
    }

    #[test]
    fn one_spelling_a_byte_string() {
        // REQ-BASIC-04; the examples of RFC 4648 section 10.
        for (text, bytes) in
            [("", ""), ("Zg", "f"), ("Zm8", "fo"), ("Zm9v", "foo"), ("Zm9vYg", "foob"), ("Zm9vYmE", "fooba")]
        {
            assert_eq!(decoded(text).as_deref(), Some(bytes.as_bytes()));
        }
        assert_eq!(decoded("+/+/").as_deref(), Some(&[0xFB, 0xFF, 0xBF][..]));
        for text in ["-_-_", "Zm9v\n", "Zm 9v", "Z", "Zh", "Zm9", "Zg==", "Zm9vY", "Zm9v\u{e9}"] {
            assert_eq!(decoded(text), None, "{text}");
        }
    }

    #[test]
    fn padding_is_right_or_missing() {
        for (text, core, right) in [
            ("Zg==", "Zg", true),
            ("Zm8=", "Zm8", true),
            ("Zm9v", "Zm9v", true),
            ("Zg", "Zg", false),
            ("Zg=", "Zg", false),
        ] {
            assert_eq!(split_padding(text.as_bytes()), (core.as_bytes(), right), "{text}");
        }
        assert_eq!(split_padding(b"Zg==="), (&b"Zg="[..], false));
    }
}
