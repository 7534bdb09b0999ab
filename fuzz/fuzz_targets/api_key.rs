//! Presented API keys against a slow twin, and made ones: read back, their number found again, mistyped, printed.
#![no_main]

#[path = "../../tests/twin/api_key.rs"]
mod twin;

use arbitrary::Arbitrary;
use countersign::api_key::{KeyForm, KeySlip, PresentedKey, Redacted, is_key_prefix, make_key, read_key};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    random: [u8; 32],
    /// Where a made key is mistyped, and how.
    at: u16,
    byte: u8,
    /// How much of the value is the prefix.
    prefix: u8,
    value: &'a [u8],
}

fuzz_target!(|input: Input<'_>| {
    let start = input.value.get(..usize::from(input.prefix % 34)).unwrap_or_default();
    let prefix = std::str::from_utf8(start).unwrap_or_default();
    for (prefix, checksum) in [("", false), ("", true), (prefix, false), (prefix, true)] {
        let read = read_key(input.value, &KeyForm { prefix, checksum });
        assert_eq!(read.map(|read| read.key.to_vec()), twin::read(input.value, prefix, checksum));
        if let Ok(PresentedKey { key, trimmed }) = read {
            assert_eq!(trimmed, key.len() < input.value.len());
        }
    }
    printing_shows_the_ends_alone(input.value);
    let Some(key) = make_key(prefix, &input.random) else {
        assert!(!is_key_prefix(prefix));
        return;
    };
    made_keys_are_read(&key, prefix, &input);
});

fn made_keys_are_read(key: &str, prefix: &str, input: &Input<'_>) {
    let form = KeyForm { prefix, checksum: true };
    assert_eq!(read_key(key.as_bytes(), &form), Ok(PresentedKey { key: key.as_bytes(), trimmed: false }));
    assert_eq!(twin::read(key.as_bytes(), prefix, true).as_deref(), Ok(key.as_bytes()));
    let mut number = twin::number_of(&key.as_bytes()[prefix.len()..key.len() - 6]).unwrap();
    while number.len() < 32 {
        number.insert(0, 0);
    }
    assert_eq!(number, input.random);
    let mut mistyped = key.as_bytes().to_vec();
    let at = usize::from(input.at) % key.len();
    if mistyped[at] == input.byte {
        return;
    }
    mistyped[at] = input.byte;
    let is_at_an_end = at == 0 || at + 1 == key.len();
    let expected = match input.byte {
        // White space at an end is cut off, and then a character is missing.
        b' ' | b'\t' if !is_at_an_end => KeySlip::WhiteSpace,
        b'!'..=b'~' | b' ' | b'\t' if at < prefix.len() => KeySlip::Prefix,
        b'!'..=b'~' | b' ' | b'\t' => KeySlip::Checksum,
        0x80.. => KeySlip::NonAscii,
        _ => KeySlip::Control,
    };
    let slip = read_key(&mistyped, &form).err();
    // A key without its first or last character has other check digits, but for one in 2^32.
    assert!(slip == Some(expected) || (is_at_an_end && slip == twin::read(&mistyped, prefix, true).err()));
}

fn printing_shows_the_ends_alone(value: &[u8]) {
    let printed = Redacted(value).to_string();
    assert!(printed.is_ascii() && !printed.bytes().any(|byte| byte.is_ascii_control()));
    match value.len() {
        0..=15 => assert_eq!(printed, "..."),
        length => {
            let ends = [&value[..4], &value[length - 4..]].map(|end| end.escape_ascii().to_string());
            assert_eq!(printed, ends.join("..."));
        }
    }
}
