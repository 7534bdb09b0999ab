//! JWK Sets: what is listed, what is usable, and why not (requirements JWK and BCP).
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod jose_support;

use countersign::Reason;
use countersign::jose::{Algorithm, BACKEND_NAME, KeySet, KeySetFaultKind, ListedKey, Origin};
use countersign::json::{Document, Duplicates, FaultKind};
use jose_support::{RFC7515_A2_KEY, RFC7515_A3_KEY, b64, oct, okp, set};

fn reason(key: &str) -> Reason {
    set(&[key]).keys()[0].reason()
}

/// An RSA key of `bits` bits; not a product of primes, which nobody checks here.
fn rsa(bits: usize, e: &[u8], more: &str) -> String {
    let mut n = vec![0xA5; bits.div_ceil(8)];
    let top = (bits - 1) % 8;
    n[0] = 1 << top;
    format!(r#"{{"kty":"RSA","n":"{}","e":"{}"{more}}}"#, b64(n), b64(e))
}

#[test]
fn rsa_thumbprint_is_that_of_rfc_7638() {
    // REQ-JWK-21, REQ-JWK-23, REQ-JWK-25; RFC 7638 section 3.1.
    let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n\
             3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZ\
             Hzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8\
             awapJzKnqDKgw";
    let plain = format!(r#"{{"kty":"RSA","n":"{n}","e":"AQAB","alg":"RS256","kid":"2011-04-29"}}"#);
    let other = format!(r#"{{ "x5t":"zz", "e" : "\u0041QAB", "n":"{n}", "use":"sig", "kty":"RSA" }}"#);
    let mut zero = vec![0];
    zero.extend(base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, n).unwrap());
    let padded = format!(r#"{{"kty":"RSA","n":"{}","e":"AAEAAQ"}}"#, b64(zero));
    let keys = set(&[&plain, &other, &padded]);
    for key in keys.keys() {
        assert_eq!(key.thumbprint(), Some("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"));
        assert_eq!(key.reason(), Reason::Ok);
    }
}

#[test]
fn okp_thumbprint_is_that_of_rfc_8037() {
    // REQ-JWK-22; RFC 8037 appendix A.3.
    let key = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    assert_eq!(set(&[key]).keys()[0].thumbprint(), Some("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"));
}

#[test]
fn rsa_sizes_have_bounds() {
    // REQ-JWK-08, REQ-JWK-09: under, at and over each.
    for (bits, expected) in [
        (1024, Reason::KeyTooWeak),
        (2047, Reason::KeyTooWeak),
        (2048, Reason::Ok),
        (2049, Reason::Ok),
        (8191, Reason::Ok),
        (8192, Reason::Ok),
        (8193, Reason::KeyTooLarge),
    ] {
        assert_eq!(reason(&rsa(bits, &[1, 0, 1], "")), expected, "{bits}");
    }
    for (e, expected) in [
        (&[][..], Reason::KeyMalformed),
        (&[0], Reason::KeyMalformed),
        (&[1], Reason::KeyMalformed),
        (&[2], Reason::KeyMalformed),
        (&[3], Reason::Ok),
        (&[4], Reason::KeyMalformed),
        (&[1, 0, 1], Reason::Ok),
        (&[1, 0xFF, 0xFF, 0xFF, 0xFF], Reason::Ok),
        (&[2, 0, 0, 0, 1], Reason::KeyTooLarge),
        (&[1, 0, 0, 0, 0, 0, 0, 0, 1], Reason::KeyTooLarge),
    ] {
        assert_eq!(reason(&rsa(2048, e, "")), expected, "{e:?}");
    }
    let even = format!(r#"{{"kty":"RSA","n":"{}","e":"AQAB"}}"#, b64([0xFE; 256]));
    assert_eq!(reason(&even), Reason::KeyMalformed);
}

#[test]
fn a_secret_is_at_least_as_long_as_its_hash() {
    // REQ-JWK-10, REQ-BCP-08.
    for (alg, shortest) in [("HS256", 32), ("HS384", 48), ("HS512", 64)] {
        for (len, expected) in [
            (0, Reason::KeyTooWeak),
            (1, Reason::KeyTooWeak),
            (shortest - 1, Reason::KeyTooWeak),
            (shortest, Reason::Ok),
        ] {
            let key = format!(r#"{{"kty":"oct","alg":"{alg}","k":"{}"}}"#, b64(vec![9; len]));
            assert_eq!(reason(&key), expected, "{alg} {len}");
        }
    }
    assert!(set(&[&oct(b'p', "")]).keys()[0].has_printable_secret());
    assert!(!set(&[&oct(7, "")]).keys()[0].has_printable_secret());
}

#[test]
fn points_have_the_full_width_and_lie_on_the_curve() {
    // REQ-JWK-12, REQ-BCP-07.
    let (x, y) = ("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
    let ec = |crv: &str, x: &str, y: &str| format!(r#"{{"kty":"EC","crv":"{crv}","x":"{x}","y":"{y}"}}"#);
    assert_eq!(reason(&ec("P-256", x, y)), Reason::Ok);
    assert_eq!(reason(&ec("P-256", y, x)), Reason::KeyMalformed, "off the curve");
    assert_eq!(reason(&ec("P-256", &b64([0; 32]), &b64([0; 32]))), Reason::KeyMalformed);
    assert_eq!(reason(&ec("P-256", &b64([0xFF; 32]), y)), Reason::KeyMalformed, "not below the prime");
    assert_eq!(reason(&ec("P-256", &b64([1; 31]), y)), Reason::KeyMalformed);
    assert_eq!(reason(&ec("P-256", &b64([1; 33]), y)), Reason::KeyMalformed);
    assert_eq!(reason(&ec("P-384", &b64([1; 48]), &b64([2; 48]))), Reason::KeyMalformed);
    assert_eq!(reason(&ec("P-384", x, y)), Reason::KeyMalformed);
    assert_eq!(reason(&ec("P-521", &b64([1; 65]), &b64([2; 66]))), Reason::KeyMalformed);
    assert_eq!(reason(&ec("p-256", x, y)), Reason::KeyTypeUnknown, "REQ-JWK-04");
    assert_eq!(reason(&ec("secp256k1", x, y)), Reason::KeyTypeUnknown);
    let unfinished = format!(r#"{{"kty":"EC","x":"{x}","y":"{y}"}}"#);
    assert_eq!(reason(&unfinished), Reason::KeyMalformed);
    let okp = |crv: &str, len: usize| format!(r#"{{"kty":"OKP","crv":"{crv}","x":"{}"}}"#, b64(vec![9; len]));
    assert_eq!(reason(&okp("Ed25519", 31)), Reason::KeyMalformed, "REQ-JWK-13");
    assert_eq!(reason(&okp("Ed25519", 33)), Reason::KeyMalformed, "REQ-JWK-13");
    assert_eq!(reason(&okp("X25519", 32)), Reason::KeyTypeUnknown, "REQ-JWK-13");
    assert_eq!(reason(&okp("Ed448", 57)), Reason::KeyTypeUnknown);
}

#[test]
fn the_first_fault_is_the_one_that_is_told() {
    // docs/CONFORMANCE.md, load_keys: form, type, private part, members, too large or weak, use, alg.
    for (key, expected) in [
        ("[]", Reason::KeyMalformed),
        ("{}", Reason::KeyMalformed),
        (r#"{"kty":"RSA","kty":"RSA"}"#, Reason::KeyMalformed),
        (r#"{"kty":"XYZ","ext":{"a":1,"a":1}}"#, Reason::KeyMalformed),
        (r#"{"kty":"XYZ","kid":1}"#, Reason::KeyMalformed),
        (r#"{"kty":"XYZ","use":1}"#, Reason::KeyMalformed),
        (r#"{"kty":"XYZ","alg":null}"#, Reason::KeyMalformed),
        (r#"{"kty":"XYZ","key_ops":"verify"}"#, Reason::KeyMalformed),
        (r#"{"kty":"XYZ","key_ops":["verify",1]}"#, Reason::KeyMalformed),
        (r#"{"kty":"XYZ","d":"AA"}"#, Reason::KeyTypeUnknown),
        (r#"{"kty":"rsa"}"#, Reason::KeyTypeUnknown),
        (r#"{"kty":"RSA","d":"AA"}"#, Reason::KeyHasPrivatePart),
        (r#"{"kty":"RSA","oth":[]}"#, Reason::KeyHasPrivatePart),
        (r#"{"kty":"EC","crv":"P-521","d":7}"#, Reason::KeyHasPrivatePart),
        (r#"{"kty":"EC","crv":"secp256k1","d":"AA"}"#, Reason::KeyHasPrivatePart),
        (r#"{"kty":"RSA","x5c":["MIIB"]}"#, Reason::KeyMalformed),
        (r#"{"kty":"oct","use":"enc"}"#, Reason::KeyMalformed),
    ] {
        assert_eq!(reason(key), expected, "{key}");
    }
    assert_eq!(reason(&rsa(1024, &[1, 0, 1], r#","use":"enc""#)), Reason::KeyTooWeak);
    assert_eq!(reason(&rsa(2048, &[1, 0, 1], r#","use":"enc","alg":"RSA-OAEP""#)), Reason::KeyNotForSignatures);
    assert_eq!(reason(&rsa(2048, &[1, 0, 1], r#","use":"Sig""#)), Reason::KeyNotForSignatures);
    assert_eq!(reason(&rsa(2048, &[1, 0, 1], r#","key_ops":[]"#)), Reason::KeyNotForSignatures);
    assert_eq!(reason(&rsa(2048, &[1, 0, 1], r#","use":"sig","key_ops":["sign"]"#)), Reason::KeyNotForSignatures);
    assert_eq!(reason(&rsa(2048, &[1, 0, 1], r#","use":"sig","key_ops":["verify"]"#)), Reason::Ok);
    for alg in ["RSA-OAEP", "none", "HS256", "ES256", "rs256", ""] {
        let key = rsa(2048, &[1, 0, 1], &format!(r#","alg":"{alg}""#));
        assert_eq!(reason(&key), Reason::KeyAlgUnusable, "REQ-JWK-07 {alg}");
    }
    assert_eq!(reason(&okp(1, r#","alg":"ES256""#)), Reason::KeyAlgUnusable);
    assert_eq!(reason(&oct(7, r#","alg":"RS256""#)), Reason::KeyAlgUnusable);
    let es384 = RFC7515_A3_KEY.replace('}', r#","alg":"ES384"}"#);
    assert_eq!(reason(&es384), Reason::KeyAlgUnusable, "REQ-JWK-11");
}

#[test]
fn names_that_are_repeated_or_no_strings_are_listed_as_null() {
    // REQ-JWK-03, reason 9111.
    let keys =
        set(&[r#"{"kid":"a","kid":"a","kty":"RSA","alg":7}"#, r#"{"kid":"b","kty":"EC","kty":"EC","alg":"XX"}"#]);
    let [first, second] = keys.keys() else { panic!("two keys") };
    assert_eq!([first.kid(), first.kty(), first.alg()], [None, Some("RSA"), None]);
    assert_eq!([second.kid(), second.kty(), second.alg()], [Some("b"), None, Some("XX")]);
    assert!(keys.keys().iter().all(|key| key.reason() == Reason::KeyMalformed && key.thumbprint().is_none()));
}

#[test]
fn a_set_from_the_network_holds_no_secrets() {
    // REQ-JWK-19, REQ-JWK-20.
    let text = format!(r#"{{"keys":[{},{},{}]}}"#, oct(7, ""), okp(1, ""), okp(2, r#","d":"AA""#));
    let keys = KeySet::load(text.as_bytes(), Origin::Pushed).unwrap();
    let reasons = keys.keys().iter().map(ListedKey::reason).collect::<Vec<_>>();
    assert_eq!(reasons, [Reason::KeySymmetricFromNetwork, Reason::Ok, Reason::KeyHasPrivatePart]);
    assert_eq!(keys.keys()[0].thumbprint(), None, "a thumbprint of a secret is a hash of it");
    assert!(!format!("{keys:?} {:?}", keys.keys()).contains(&b64([7; 32])));
}

#[test]
fn what_is_no_set_is_refused_whole() {
    // REQ-JWK-01.
    let key = oct(7, "");
    let many = |count: usize| format!(r#"{{"keys":[{}]}}"#, vec!["{}"; count].join(","));
    for (text, kind) in [
        (String::new(), KeySetFaultKind::Json(FaultKind::Syntax)),
        ("[]".to_owned(), KeySetFaultKind::NotAnObject),
        (key.clone(), KeySetFaultKind::NoKeys),
        (r#"{"keys":{}}"#.to_owned(), KeySetFaultKind::NoKeys),
        (r#"{"Keys":[]}"#.to_owned(), KeySetFaultKind::NoKeys),
        (r#"{"keys":[],"keys":[]}"#.to_owned(), KeySetFaultKind::RepeatedName),
        (r#"{"a":1,"keys":[],"\u0061":1}"#.to_owned(), KeySetFaultKind::RepeatedName),
        (many(129), KeySetFaultKind::TooManyKeys),
        (format!(r#"{{"keys":[]{}}}"#, " ".repeat(512 * 1024)), KeySetFaultKind::TooLong),
    ] {
        assert_eq!(KeySet::load(text.as_bytes(), Origin::Inline).unwrap_err().kind, kind);
    }
    for text in [r#"{"keys":[]}"#.to_owned(), r#"{"keys":[],"x":{"a":1,"a":1}}"#.to_owned(), many(128)] {
        let keys = KeySet::load(text.as_bytes(), Origin::Inline).unwrap();
        assert!(!keys.has_usable_key());
    }
}

#[test]
fn a_bad_key_spoils_no_other() {
    // REQ-JWK-02, REQ-JWK-28.
    let keys = set(&["7", r#"{"kty":"XYZ"}"#, RFC7515_A2_KEY, r#"{"kty":"RSA","n":"A=","e":"AQAB"}"#, RFC7515_A3_KEY]);
    let usable = keys.keys().iter().map(ListedKey::is_usable).collect::<Vec<_>>();
    assert_eq!(usable, [false, false, true, false, true]);
    assert!(keys.has_usable_key());
}

#[test]
fn a_secret_may_stand_beside_the_document() {
    let text = r#"{"keys":[{"kty":"oct","k":{"ref":"main"}},{"kty":"oct","k":{"ref":"gone"}},{"kty":"oct","k":{"ref":"main","x":1}}]}"#;
    let document = Document::parse(text.as_bytes(), Duplicates::Mark).unwrap();
    let secret = [7_u8; 32];
    let refs = |name: &str| (name == "main").then_some(&secret[..]);
    let keys = KeySet::from_value(document.root(), Origin::Inline, &refs).unwrap();
    let reasons = keys.keys().iter().map(ListedKey::reason).collect::<Vec<_>>();
    assert_eq!(reasons, [Reason::Ok, Reason::KeyMalformed, Reason::KeyMalformed]);
    assert_eq!(keys.keys()[0].thumbprint(), set(&[&oct(7, "")]).keys()[0].thumbprint());
    assert_ne!(keys.keys()[0].fingerprint(), set(&[&oct(7, "")]).keys()[0].fingerprint());
    assert!(!set(&[r#"{"kty":"oct","k":{"ref":"main"}}"#]).has_usable_key(), "no secrets, no key");
}

#[test]
fn byte_identical_keys_are_known_again() {
    let mut old = set(&[&oct(7, ""), &okp(1, "")]);
    let mut next = 0;
    old.assign_numbers(|_| {
        next += 1;
        next
    });
    let mut new = set(&[&okp(1, ""), &okp(1, r#","kid":"x""#)]);
    new.assign_numbers(|key| {
        let known = old.keys().iter().find(|old| old.fingerprint() == key.fingerprint());
        known.map_or(99, ListedKey::number)
    });
    assert_eq!(new.keys().iter().map(ListedKey::number).collect::<Vec<_>>(), [2, 99]);
    assert!(new.by_number(2).is_some());
    assert!(new.by_number(1).is_none());
}

#[test]
fn only_es512_depends_on_the_backend() {
    for algorithm in Algorithm::ALL {
        let expected = algorithm != Algorithm::Es512 || BACKEND_NAME == "aws-lc-rs";
        assert_eq!(algorithm.is_supported(), expected, "{algorithm:?}");
    }
}
