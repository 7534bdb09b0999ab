//! The form of keys, with values computed by zlib and by integers of any size.

use proptest::prelude::*;

use super::*;

const ANY: KeyForm<'_> = KeyForm { prefix: "", checksum: false };
const FORM: KeyForm<'_> = KeyForm { prefix: "acme_live_", checksum: true };

fn slip(value: &[u8], form: &KeyForm<'_>) -> Option<KeySlip> {
    read_key(value, form).err()
}

#[test]
fn made_keys_are_the_numbers_that_they_were_made_of() {
    let counted: [u8; 32] = core::array::from_fn(|at| u8::try_from(at).unwrap());
    for (prefix, random, key) in [
        ("acme_live_", [7; 32], "acme_live_1fJjkkpe9PiTw9KSulA8Ghct30vZz4HpdQ5c5b9cPF1269FCf"),
        ("", [0; 32], "00000000000000000000000000000000000000000002CZclj"),
        ("", [255; 32], "yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp13sRzl1"),
        ("x-", counted, "x-003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf2lbQ8B"),
    ] {
        assert_eq!(make_key(prefix, &random).unwrap(), key);
    }
}

#[test]
fn prefixes_are_unreserved_and_short() {
    for good in ["", "acme_live_", "A.b-c~9_", &"p".repeat(32)] {
        assert!(is_key_prefix(good) && make_key(good, &[1; 32]).is_some(), "{good}");
    }
    for bad in ["a b", "a\n", "é", "a&b", "a%20", "\"", "a:", &"p".repeat(33)] {
        assert!(!is_key_prefix(bad) && make_key(bad, &[1; 32]).is_none(), "{bad}");
    }
}

#[test]
fn white_space_around_a_key_is_trimmed_and_told() {
    // REQ-APIKEY-13
    for (value, trimmed) in [(&b"key"[..], false), (b" key", true), (b"key\t", true), (b" \t key\t ", true)] {
        assert_eq!(read_key(value, &ANY), Ok(PresentedKey { key: b"key", trimmed }));
    }
    for empty in [&b""[..], b" ", b"\t \t"] {
        assert_eq!(slip(empty, &ANY), Some(KeySlip::Empty));
    }
}

#[test]
fn what_no_key_holds_is_named() {
    // REQ-APIKEY-13: by the first such byte.
    for byte in 0..=u8::MAX {
        let expected = match byte {
            b' ' | b'\t' => Some(KeySlip::WhiteSpace),
            0..=31 | 127 => Some(KeySlip::Control),
            128.. => Some(KeySlip::NonAscii),
            _ => None,
        };
        assert_eq!(slip(&[b'a', byte, b'b'], &ANY), expected, "{byte}");
        if byte != b' ' && byte != b'\t' {
            assert_eq!(slip(&[b'a', byte], &ANY), expected, "{byte}");
        }
    }
    assert_eq!(slip(b"a\x7F\xFF b", &ANY), Some(KeySlip::Control));
    assert_eq!(slip(b"key\r\n", &ANY), Some(KeySlip::Control));
}

#[test]
fn a_key_has_at_most_1024_bytes() {
    for (length, expected) in [(1023, None), (1024, None), (1025, Some(KeySlip::TooLong))] {
        let value = [b"  ", vec![b'k'; length].as_slice(), b"  "].concat();
        assert_eq!(slip(&value, &ANY), expected, "{length}");
    }
    assert!(KeySlip::TooLong.to_string().contains(&limits::API_KEY_BYTES.to_string()));
}

#[test]
fn prefix_and_check_digits_are_looked_at_in_turn() {
    // REQ-APIKEY-06
    let key = make_key("acme_live_", &[9; 32]).unwrap();
    assert_eq!(slip(key.as_bytes(), &FORM), None);
    assert_eq!(slip(make_key("acme_test_", &[9; 32]).unwrap().as_bytes(), &FORM), Some(KeySlip::Prefix));
    assert_eq!(slip(key.to_uppercase().as_bytes(), &FORM), Some(KeySlip::Prefix));
    assert_eq!(slip(b"acme_live", &FORM), Some(KeySlip::Prefix));
    for short in ["acme_live_", "acme_live_12345", "acme_live_123456"] {
        assert_eq!(slip(short.as_bytes(), &FORM), Some(KeySlip::Checksum), "{short}");
        assert_eq!(slip(short.as_bytes(), &KeyForm { checksum: false, ..FORM }), None, "{short}");
    }
    for cut in 11..key.len() {
        assert_eq!(slip(&key.as_bytes()[..cut], &FORM), Some(KeySlip::Checksum), "{cut}");
    }
}

#[test]
fn a_key_is_never_printed_whole() {
    // REQ-APIKEY-09
    let printed = |key: &[u8]| Redacted(key).to_string();
    assert_eq!(printed(b"0123456789abcdef"), "0123...cdef");
    for short in [&b""[..], b"0123", b"01234567", b"0123456789abcde"] {
        assert_eq!(printed(short), "...");
    }
    assert_eq!(printed(b"\x1b[0mffffffffffff\n\xFF\"\\"), r#"\x1b[0m...\n\xff\"\\"#);
    let key = make_key("acme_live_", &[9; 32]).unwrap();
    let read = read_key(key.as_bytes(), &FORM).unwrap();
    let told = format!("{read:?} {:?} {:#?}", Redacted(key.as_bytes()), read);
    assert!(told.contains("acme...") && !told.contains(&key[4..key.len() - 4]), "{told}");
    assert!((5..key.len() - 8).all(|at| !told.contains(&key[at..at + 8])), "{told}");
}

proptest! {
    /// REQ-APIKEY-06: what is made is read, and one character otherwise is a slip.
    #[test]
    fn one_mistyped_character_is_seen(random: [u8; 32], prefix in "[a-zA-Z0-9._~-]{0,32}", at: prop::sample::Index, other in "[!-~]") {
        let key = make_key(&prefix, &random).unwrap();
        let form = KeyForm { prefix: &prefix, checksum: true };
        prop_assert_eq!(slip(key.as_bytes(), &form), None);
        let at = at.index(key.len());
        let mistyped = [&key[..at], &other, &key[at + 1..]].concat();
        let expected = match at {
            _ if mistyped == key => None,
            _ if at < prefix.len() => Some(KeySlip::Prefix),
            _ => Some(KeySlip::Checksum),
        };
        prop_assert_eq!(slip(mistyped.as_bytes(), &form), expected);
    }
}
