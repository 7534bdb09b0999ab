//! Tokens: split, decoded and verified; none that was not signed by us is ever valid.
#![no_main]

use std::sync::LazyLock;

use countersign::jose::{AlgorithmRule, CompactJws, HeaderMemory, KeySet, Origin, decode_unverified, verify_jws};
use libfuzzer_sys::fuzz_target;

/// The keys of RFC 8037 appendix A.2 and of RFC 7515 appendix A.1: fuzzers do not find their signatures.
static KEYS: LazyLock<KeySet> = LazyLock::new(|| {
    let text = br#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
    KeySet::load(text, Origin::Inline).unwrap()
});
const SIGNED: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.";

fuzz_target!(|token: &[u8]| {
    if let Ok(parts) = CompactJws::parse(token) {
        assert_eq!(parts.header.len() + parts.payload.len() + parts.signature.len() + 2, token.len());
        assert!(token.starts_with(parts.signing_input));
        let mut memory = HeaderMemory::new();
        let first = memory.read(parts.header).map(|header| (header.check_members(), header.algorithm()));
        let again = memory.read(parts.header).map(|header| (header.check_members(), header.algorithm()));
        assert_eq!(first, again);
    }
    let verdict = verify_jws(token, &KEYS, AlgorithmRule::KeysDecideAll);
    assert!(verdict.outcome.is_err() || token.starts_with(SIGNED.as_bytes()));
    let _ = decode_unverified(token);
});
