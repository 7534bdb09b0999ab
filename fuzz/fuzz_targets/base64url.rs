//! Strict base64url against the `base64` crate.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::base64url;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let theirs = URL_SAFE_NO_PAD.decode(text).ok();
    assert_eq!(base64url::decode_to_vec(text), theirs);
    assert_eq!(base64url::is_base64url(text), theirs.is_some());
    let mut written = Vec::new();
    base64url::encode(text, &mut written);
    assert_eq!(written, URL_SAFE_NO_PAD.encode(text).into_bytes());
});
