//! Which keys a token meets: `kid`, `alg`, the rule of the policy (requirements JWS and JWK).
#![allow(clippy::unwrap_used)]

mod jose_support;

use countersign::Reason;
use countersign::jose::{AlgorithmRule, AlgorithmSet, KeySet, Origin, verify_jws};
use jose_support::{RFC7515_A2_KEY, b64, ed25519, hs256, hs512, oct, okp, set, token};

const ALL: AlgorithmRule = AlgorithmRule::KeysDecideAll;

fn listed(names: &[&str]) -> AlgorithmRule {
    AlgorithmRule::Listed(AlgorithmSet::from_names(names.iter().copied()))
}

fn verdict(token: &str, keys: &KeySet, rule: AlgorithmRule) -> Reason {
    verify_jws(token.as_bytes(), keys, rule).outcome.map_or_else(|reason| reason, |_| Reason::Ok)
}

fn with_header(header: &str) -> String {
    token(header, "{}", hs256(&[7; 32]))
}

#[test]
fn kid_is_opaque_and_compared_byte_for_byte() {
    // REQ-JWS-15, REQ-JWS-16.
    let keys = set(&[&oct(7, r#","kid":"key-1""#)]);
    for (kid, expected) in [
        ("key-1", Reason::Ok),
        ("\\u006bey\\u002d1", Reason::Ok),
        ("KEY-1", Reason::KidUnknown),
        ("key-1 ", Reason::KidUnknown),
        ("key-1\\u0000", Reason::KidUnknown),
        ("", Reason::KidUnknown),
        ("../../../dev/null", Reason::KidUnknown),
        ("' OR 1=1 --", Reason::KidUnknown),
        ("*", Reason::KidUnknown),
    ] {
        let signed = with_header(&format!(r#"{{"alg":"HS256","kid":"{kid}"}}"#));
        assert_eq!(verdict(&signed, &keys, ALL), expected, "{kid}");
    }
    for kid in ["1", "null", "[]", "{}", "true", "[\"key-1\"]"] {
        let signed = with_header(&format!(r#"{{"alg":"HS256","kid":{kid}}}"#));
        assert_eq!(verdict(&signed, &keys, ALL), Reason::JwtMalformed, "{kid}");
    }
    let unnamed = set(&[&oct(7, "")]);
    let signed = with_header(r#"{"alg":"HS256","kid":"key-1"}"#);
    assert_eq!(verdict(&signed, &unnamed, ALL), Reason::KidUnknown, "a token with kid meets only keys with that kid");
    assert_eq!(verdict(&with_header(r#"{"alg":"HS256"}"#), &keys, ALL), Reason::Ok, "one without meets all that fit");
}

#[test]
fn kids_that_begin_and_end_alike_are_told_apart() {
    let kids = ["aaaaaaaa0bbbbbbbb", "aaaaaaaa1bbbbbbbb", "a", "\\u0000a", "aa", ""];
    let keys = kids.iter().zip(1..).map(|(kid, byte)| oct(byte, &format!(r#","kid":"{kid}""#))).collect::<Vec<_>>();
    let keys = set(&keys.iter().map(String::as_str).collect::<Vec<_>>());
    for (kid, byte) in kids.iter().zip(1..) {
        let header = format!(r#"{{"alg":"HS256","kid":"{kid}"}}"#);
        assert_eq!(verdict(&token(&header, "{}", hs256(&[byte; 32])), &keys, ALL), Reason::Ok, "{kid}");
    }
}

#[test]
fn four_keys_are_tried_without_kid() {
    // REQ-JWS-17, REQ-JWS-30: under, at and over.
    let header = r#"{"alg":"HS256"}"#;
    for count in 1..=6_u8 {
        let keys = (1..=count).map(|byte| oct(byte, "")).collect::<Vec<_>>();
        let keys = set(&keys.iter().map(String::as_str).collect::<Vec<_>>());
        for signer in 1..=count {
            let expected = if signer <= 4 { Reason::Ok } else { Reason::KidUnknown };
            assert_eq!(
                verdict(&token(header, "{}", hs256(&[signer; 32])), &keys, ALL),
                expected,
                "{signer} of {count}"
            );
        }
        let expected = if count <= 4 { Reason::SignatureInvalid } else { Reason::KidUnknown };
        assert_eq!(verdict(&token(header, "{}", hs256(&[99; 32])), &keys, ALL), expected, "{count}");
        assert_eq!(verdict(&token(header, "{}", |_| Vec::new()), &keys, ALL), Reason::SignatureInvalid, "REQ-JWS-09");
    }
    assert_eq!(verdict(&with_header(header), &set(&[]), ALL), Reason::KidUnknown);
    assert_eq!(verdict(&with_header(header), &set(&[&okp(1, "")]), ALL), Reason::KidUnknown, "none that fits");
}

#[test]
fn keys_of_one_kid_are_told_apart_by_type_and_alg() {
    // REQ-JWK-24.
    let a = r#","kid":"a""#;
    let keys = set(&[RFC7515_A2_KEY, &okp(1, a), &oct(1, a), &oct(7, a), &oct(7, r#","kid":"a","alg":"HS512""#)]);
    assert_eq!(verdict(&with_header(r#"{"alg":"HS256","kid":"a"}"#), &keys, ALL), Reason::Ok);
    assert_eq!(verdict(&token(r#"{"alg":"EdDSA","kid":"a"}"#, "{}", ed25519(1)), &keys, ALL), Reason::Ok);
    assert_eq!(verdict(&with_header(r#"{"alg":"RS256","kid":"a"}"#), &keys, ALL), Reason::KeyMismatch);
    assert_eq!(verdict(&with_header(r#"{"alg":"HS256","kid":"b"}"#), &keys, ALL), Reason::KidUnknown);
    let five = (1..=5).map(|byte| oct(byte, a)).collect::<Vec<_>>();
    let five = set(&five.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(verdict(&with_header(r#"{"alg":"HS256","kid":"a"}"#), &five, ALL), Reason::SignatureInvalid);
}

#[test]
fn a_key_that_cannot_be_used_is_a_mismatch_under_its_kid() {
    // REQ-JWK-05, REQ-JWK-08.
    for more in [r#","kid":"a","use":"enc""#, r#","kid":"a","key_ops":["sign"]"#, r#","kid":"a","alg":"A256GCM""#] {
        let signed = with_header(r#"{"alg":"HS256","kid":"a"}"#);
        assert_eq!(verdict(&signed, &set(&[&oct(7, more)]), ALL), Reason::KeyMismatch, "{more}");
    }
    let pushed =
        KeySet::load(format!(r#"{{"keys":[{}]}}"#, oct(7, r#","kid":"a""#)).as_bytes(), Origin::Pushed).unwrap();
    assert_eq!(verdict(&with_header(r#"{"alg":"HS256","kid":"a"}"#), &pushed, ALL), Reason::KeyMismatch);
}

#[test]
fn a_key_with_alg_verifies_that_algorithm_only() {
    // REQ-JWK-06.
    let secret = format!(r#"{{"kty":"oct","kid":"a","alg":"HS512","k":"{}"}}"#, b64([7; 64]));
    let keys = set(&[&secret]);
    let (short, long) = (r#"{"alg":"HS256","kid":"a"}"#, r#"{"alg":"HS512","kid":"a"}"#);
    for rule in [ALL, listed(&["HS256", "HS512"])] {
        assert_eq!(verdict(&token(short, "{}", hs256(&[7; 64])), &keys, rule), Reason::KeyMismatch);
        assert_eq!(verdict(&token(long, "{}", hs512(&[7; 64])), &keys, rule), Reason::Ok);
    }
    let valid = token(long, "{}", hs512(&[7; 64]));
    assert_eq!(verdict(&valid, &keys, listed(&["HS256"])), Reason::AlgNotAllowed, "REQ-JWS-31");
    assert_eq!(verdict(&valid, &keys, AlgorithmRule::KeysDecide), Reason::AlgNotAllowed, "REQ-JWK-27");
    assert_eq!(verdict(&valid, &keys, AlgorithmRule::Listed(AlgorithmSet::EMPTY)), Reason::AlgNotAllowed);
}

#[test]
fn a_key_without_alg_serves_the_usual_one_or_the_listed_ones() {
    // REQ-JWK-27, docs/POLICY.md.
    let rsa = set(&[&RFC7515_A2_KEY.replacen('{', r#"{"kid":"a","#, 1)]);
    for alg in ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] {
        let forged = token(&format!(r#"{{"alg":"{alg}","kid":"a"}}"#), "{}", |_| vec![1; 256]);
        let usual = if alg == "RS256" { Reason::SignatureInvalid } else { Reason::KeyMismatch };
        assert_eq!(verdict(&forged, &rsa, AlgorithmRule::KeysDecide), usual, "{alg}");
        assert_eq!(verdict(&forged, &rsa, listed(&[alg])), Reason::SignatureInvalid, "{alg}");
        assert_eq!(verdict(&forged, &rsa, ALL), Reason::SignatureInvalid, "{alg}");
    }
    let short = set(&[&oct(7, r#","kid":"a""#)]);
    for alg in ["HS384", "HS512"] {
        let forged = token(&format!(r#"{{"alg":"{alg}","kid":"a"}}"#), "{}", |_| vec![1; 48]);
        assert_eq!(verdict(&forged, &short, ALL), Reason::KeyMismatch, "REQ-JWK-10 {alg}");
    }
}

#[test]
fn eddsa_and_ed25519_are_two_names() {
    // REQ-JWK-14, REQ-JWK-15.
    let both = listed(&["EdDSA", "Ed25519"]);
    for (own, said, rule, expected) in [
        ("", "EdDSA", AlgorithmRule::KeysDecide, Reason::Ok),
        ("", "Ed25519", AlgorithmRule::KeysDecide, Reason::Ok),
        ("", "EdDSA", ALL, Reason::Ok),
        ("", "Ed25519", ALL, Reason::Ok),
        ("", "Ed25519", listed(&["EdDSA"]), Reason::AlgNotAllowed),
        ("", "EdDSA", listed(&["Ed25519"]), Reason::AlgNotAllowed),
        ("", "Ed25519", both, Reason::Ok),
        ("Ed25519", "Ed25519", AlgorithmRule::KeysDecide, Reason::Ok),
        ("Ed25519", "EdDSA", AlgorithmRule::KeysDecide, Reason::KeyMismatch),
        ("EdDSA", "Ed25519", AlgorithmRule::KeysDecide, Reason::KeyMismatch),
        ("EdDSA", "Ed25519", ALL, Reason::KeyMismatch),
        ("EdDSA", "Ed25519", listed(&["Ed25519"]), Reason::KeyMismatch),
        ("Ed25519", "EdDSA", listed(&["EdDSA", "ES256"]), Reason::KeyMismatch),
        ("EdDSA", "Ed25519", both, Reason::Ok),
        ("Ed25519", "EdDSA", both, Reason::Ok),
    ] {
        let own_member = if own.is_empty() { String::new() } else { format!(r#","alg":"{own}""#) };
        let keys = set(&[&okp(1, &format!(r#"{own_member},"kid":"a""#))]);
        let signed = token(&format!(r#"{{"alg":"{said}","kid":"a"}}"#), "{}", ed25519(1));
        assert_eq!(verdict(&signed, &keys, rule), expected, "key {own:?}, token {said}, {rule:?}");
    }
}
