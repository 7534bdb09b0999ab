//! Tokens: form, header, algorithm, signature (requirements JWS and BCP).
#![allow(clippy::unwrap_used)]

mod jose_support;

use countersign::Reason;
use countersign::jose::{
    AlgorithmRule, AlgorithmSet, HeaderMemory, HeaderType, KeySet, decode_signature, decode_unverified, media_type,
    verify_jws,
};
use jose_support::{
    RFC7515_A2, RFC7515_A2_KEY, RFC7515_A3, RFC7515_A3_KEY, RFC8037_A4, RFC8037_A4_KEY, b64, ed25519, hs256, oct, okp,
    set, token,
};

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
fn the_examples_of_the_rfcs_hold() {
    let keys = set(&[RFC7515_A2_KEY, RFC7515_A3_KEY, RFC8037_A4_KEY]);
    for token in [RFC7515_A2, RFC7515_A3, RFC8037_A4] {
        assert_eq!(verdict(token, &keys, ALL), Reason::Ok);
        assert_eq!(verdict(token, &keys, AlgorithmRule::KeysDecide), Reason::Ok);
        let cut = &token[..=token.rfind('.').unwrap()];
        assert_eq!(verdict(cut, &keys, ALL), Reason::SignatureInvalid, "REQ-JWS-09");
        let altered = token.replacen(".e", ".f", 1).replacen(".R", ".S", 1);
        assert_eq!(verdict(&altered, &keys, ALL), Reason::SignatureInvalid, "REQ-JWS-25");
    }
}

#[test]
fn a_public_key_is_never_an_hmac_secret() {
    // REQ-JWK-07, REQ-BCP-01; attacks 1 to 14.
    let raw = |text: &str| base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, text).unwrap();
    let member = |key: &str, name: &str| {
        serde_json::from_str::<serde_json::Value>(key).unwrap()[name].as_str().unwrap_or("").to_owned()
    };
    for key in [RFC7515_A2_KEY, RFC7515_A3_KEY, RFC8037_A4_KEY] {
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{key}\n-----END PUBLIC KEY-----\n");
        let number = member(key, "n") + &member(key, "x");
        let secrets = [
            &b""[..],
            key.as_bytes(),
            pem.as_bytes(),
            number.as_bytes(),
            &raw(&number),
            format!(r#"{{"keys":[{key}]}}"#).as_bytes(),
        ]
        .map(<[u8]>::to_vec);
        for secret in &secrets {
            let forged = token(r#"{"alg":"HS256"}"#, "{}", hs256(secret));
            let keys = set(&[key]);
            assert_eq!(verdict(&forged, &keys, AlgorithmRule::KeysDecide), Reason::AlgNotAllowed, "REQ-JWK-27");
            assert_eq!(verdict(&forged, &keys, listed(&["HS256"])), Reason::KidUnknown);
            assert_eq!(verdict(&forged, &keys, ALL), Reason::KidUnknown);
            let named = token(r#"{"alg":"HS256","kid":"a"}"#, "{}", hs256(secret));
            let keys = set(&[&key.replacen('{', r#"{"kid":"a","#, 1)]);
            assert_eq!(verdict(&named, &keys, listed(&["HS256"])), Reason::KeyMismatch);
        }
    }
}

#[test]
fn empty_keys_verify_nothing() {
    // Attacks 13 to 15.
    for key in [r#"{"kty":"oct","k":""}"#, r#"{"kty":"oct"}"#, r#"{"kty":"RSA"}"#] {
        let forged = token(r#"{"alg":"HS256"}"#, "{}", hs256(b""));
        assert_eq!(verdict(&forged, &set(&[key]), ALL), Reason::KidUnknown);
    }
}

#[test]
fn none_is_refused_in_every_spelling() {
    // REQ-JWS-08, REQ-BCP-02; attack 53.
    let keys = set(&[&oct(7, "")]);
    for (name, expected) in [
        ("none", Reason::AlgNotAllowed),
        ("None", Reason::AlgNotAllowed),
        ("NONE", Reason::AlgNotAllowed),
        ("nOnE", Reason::AlgNotAllowed),
        ("n\\u006fne", Reason::AlgNotAllowed),
        ("none ", Reason::AlgUnsupported),
        ("", Reason::AlgUnsupported),
        ("hs256", Reason::AlgUnsupported),
        ("HS256 ", Reason::AlgUnsupported),
        ("ESP256", Reason::AlgUnsupported),
    ] {
        for rule in [ALL, AlgorithmRule::KeysDecide, listed(&["none", "HS256"])] {
            let signed = with_header(&format!(r#"{{"alg":"{name}"}}"#));
            assert_eq!(verdict(&signed, &keys, rule), expected, "{name}");
            let bare = token(&format!(r#"{{"alg":"{name}"}}"#), "{}", |_| Vec::new());
            assert_eq!(verdict(&bare, &keys, rule), expected, "{name}");
        }
    }
    let escaped = with_header(r#"{"alg":"\u0048S256"}"#);
    assert_eq!(verdict(&escaped, &keys, ALL), Reason::Ok);
}

#[test]
fn signatures_of_zeros_and_of_other_lengths_fail() {
    // REQ-JWS-20 to REQ-JWS-23; attack 16.
    for (example, key, bytes) in
        [(RFC7515_A2, RFC7515_A2_KEY, 256), (RFC7515_A3, RFC7515_A3_KEY, 64), (RFC8037_A4, RFC8037_A4_KEY, 64)]
    {
        let input = &example[..example.rfind('.').unwrap()];
        let keys = set(&[key]);
        for len in [0, 1, bytes - 1, bytes, bytes + 1, 1024, 1025, 5000] {
            for fill in [0, 0xFF] {
                let forged = format!("{input}.{}", b64(vec![fill; len]));
                assert_eq!(verdict(&forged, &keys, ALL), Reason::SignatureInvalid, "{len} of {fill}");
            }
        }
    }
}

#[test]
fn a_cut_or_longer_mac_fails() {
    // REQ-JWS-24.
    let keys = set(&[&oct(7, "")]);
    let whole = hs256(&[7; 32]);
    for len in 0..40 {
        let forged = token(r#"{"alg":"HS256"}"#, "{}", |input| {
            let mut mac = whole(input);
            mac.resize(len, 0);
            mac
        });
        let expected = if len == 32 { Reason::Ok } else { Reason::SignatureInvalid };
        assert_eq!(verdict(&forged, &keys, ALL), expected, "{len}");
    }
}

#[test]
fn a_key_in_the_header_is_not_looked_at() {
    // REQ-JWS-14; attacks 18 to 20.
    let keys = set(&[&okp(1, r#","kid":"a""#)]);
    for extra in [
        format!(r#","jwk":{}"#, okp(2, "")),
        r#","jku":"https://evil.example/jwks.json""#.to_owned(),
        r#","x5u":"https://evil.example/cert""#.to_owned(),
        r#","x5c":["MIIB"]"#.to_owned(),
        r#","x5t":"AAAA","x5t#S256":"AAAA""#.to_owned(),
    ] {
        for header in [format!(r#"{{"alg":"EdDSA"{extra}}}"#), format!(r#"{{"alg":"EdDSA","kid":"a"{extra}}}"#)] {
            assert_eq!(verdict(&token(&header, "{}", ed25519(2)), &keys, ALL), Reason::SignatureInvalid);
            assert_eq!(verdict(&token(&header, "{}", ed25519(1)), &keys, ALL), Reason::Ok);
        }
    }
}

#[test]
fn faults_of_the_header_come_in_their_order() {
    // REQ-JWS-04 to -06, -10 to -12; docs/REASONS.md.
    let keys = set(&[&oct(7, "")]);
    for (header, expected) in [
        (r#"{"alg":"HS256"}"#, Reason::Ok),
        (r#"{"alg":"HS256","typ":7,"cty":"JWT"}"#, Reason::Ok),
        (r#"{"alg":"HS256","b64":true}"#, Reason::Ok),
        ("", Reason::JwtMalformed),
        ("[]", Reason::JwtMalformed),
        (r#""HS256""#, Reason::JwtMalformed),
        ("{}", Reason::JwtMalformed),
        (r#"{"alg":null}"#, Reason::JwtMalformed),
        (r#"{"alg":["HS256"]}"#, Reason::JwtMalformed),
        (r#"{"ALG":"HS256"}"#, Reason::JwtMalformed),
        (r#"{"alg":"HS256","alg":"HS256"}"#, Reason::JwtMalformed),
        (r#"{"alg":"none","\u0061lg":"HS256"}"#, Reason::JwtMalformed),
        (r#"{"alg":"HS256","x":{"a":1,"a":2}}"#, Reason::JwtMalformed),
        (r#"{"alg":"HS256"}x"#, Reason::JwtMalformed),
        ("\u{feff}{\"alg\":\"HS256\"}", Reason::JwtMalformed),
        (r#"{"crit":["exp"]}"#, Reason::JwtMalformed),
        (r#"{"alg":"HS256","kid":7,"crit":[]}"#, Reason::JwtMalformed),
        (r#"{"alg":"HS256","crit":[]}"#, Reason::CritUnsupported),
        (r#"{"alg":"HS256","crit":null}"#, Reason::CritUnsupported),
        (r#"{"alg":"HS256","crit":"exp"}"#, Reason::CritUnsupported),
        (r#"{"alg":"HS256","crit":["alg"]}"#, Reason::CritUnsupported),
        (r#"{"alg":"HS256","crit":["x","x"],"x":1}"#, Reason::CritUnsupported),
        (r#"{"alg":"HS256","crit":["x"],"x":1}"#, Reason::CritUnsupported),
        (r#"{"alg":"HS256","\u0063rit":["x"],"x":1}"#, Reason::CritUnsupported),
        (r#"{"alg":"HS256","crit":["b64"],"b64":true}"#, Reason::CritUnsupported),
        (r#"{"alg":"HS256","b64":false}"#, Reason::CritUnsupported),
        (r#"{"alg":"HS256","b64":"true"}"#, Reason::CritUnsupported),
        (r#"{"alg":"HS256","b64":null}"#, Reason::CritUnsupported),
        (r#"{"alg":"none","crit":["x"]}"#, Reason::CritUnsupported),
        (r#"{"alg":"HS256","p2c":2147483647,"zip":"DEF"}"#, Reason::Ok),
    ] {
        assert_eq!(verdict(&with_header(header), &keys, ALL), expected, "{header}");
    }
    let crit_and_bad_payload = with_header(r#"{"alg":"HS256","crit":["x"]}"#).replacen(".e30.", ".e3.", 1);
    assert_eq!(verdict(&crit_and_bad_payload, &keys, ALL), Reason::JwtMalformed, "form before members");
}

#[test]
fn headers_have_bounds() {
    // REQ-JWS-28: at and over each.
    let keys = set(&[&oct(7, "")]);
    let filled = |bytes: usize| {
        let frame = r#"{"alg":"HS256","x":""}"#.len();
        format!(r#"{{"alg":"HS256","x":"{}"}}"#, "x".repeat(bytes - frame))
    };
    let deep = |depth: usize| format!(r#"{{"alg":"HS256","x":{}{}}}"#, "[".repeat(depth - 1), "]".repeat(depth - 1));
    let wide = |members: usize| {
        let more = (1..members).map(|at| format!(r#""m{at}":0,"#)).collect::<Vec<_>>();
        format!(r#"{{{}"alg":"HS256"}}"#, more.concat())
    };
    for (header, expected) in [
        (filled(4096), Reason::Ok),
        (filled(4097), Reason::JwtMalformed),
        (deep(16), Reason::Ok),
        (deep(17), Reason::JwtMalformed),
        (wide(256), Reason::Ok),
        (wide(257), Reason::JwtMalformed),
    ] {
        assert_eq!(verdict(&with_header(&header), &keys, ALL), expected, "{} bytes", header.len());
    }
}

#[test]
fn a_remembered_header_is_the_one_asked_for() {
    let mut memory = HeaderMemory::new();
    let good = b64(r#"{"alg":"HS256","kid":"\u0061","typ":"Application/AT+jwt"}"#);
    let plain = b64(r#"{"alg":"HS256","typ":7,"cty":"application/jwt"}"#);
    for _ in 0..3 {
        for _ in 0..2 {
            let header = memory.read(good.as_bytes()).unwrap();
            assert_eq!(header.kid(), Some(&b"a"[..]));
            assert_eq!(header.typ(), HeaderType::Named(&media_type("at+jwt")), "REQ-JWS-18");
            assert!(!header.is_nested());
            assert_eq!(header.check_members(), Ok(()));
        }
        for _ in 0..2 {
            assert_eq!(memory.read(b"e30=").unwrap_err(), Reason::JwtMalformed);
        }
        let header = memory.read(plain.as_bytes()).unwrap();
        assert_eq!((header.kid(), header.typ()), (None, HeaderType::NotText));
        assert!(header.is_nested(), "REQ-JWS-19");
        assert_eq!(header.value().unwrap().member("cty").unwrap().raw(), r#""application/jwt""#);
        assert_eq!(memory.read(b"").unwrap_err(), Reason::JwtMalformed);
        assert_eq!(memory.read(b64([b'{', b'"', 0xFF]).as_bytes()).unwrap_err(), Reason::JwtMalformed);
        assert_eq!(memory.read(b64("{}").as_bytes()).unwrap().typ(), HeaderType::Absent);
        assert_eq!(memory.read(&vec![b'A'; 100_000]).unwrap_err(), Reason::JwtMalformed);
    }
}

#[test]
fn the_answer_shows_header_and_key() {
    let keys = set(&[&oct(7, r#","kid":"a""#)]);
    let good = token("{ \"alg\" : \"HS256\" , \"x\" : 1.0e2 }", [0xFF, 0], hs256(&[7; 32]));
    let answer = verify_jws(good.as_bytes(), &keys, ALL);
    assert_eq!(answer.outcome.unwrap().kid(), Some("a"));
    assert_eq!(answer.header.as_deref(), Some(r#"{"alg":"HS256","x":1.0e2}"#));
    for (bad, header) in [("a.b", None), ("e30.e30.", Some("{}")), ("e30.=.", Some("{}")), ("e.e30.", None)] {
        let answer = verify_jws(bad.as_bytes(), &keys, ALL);
        assert_eq!(answer.outcome.unwrap_err(), Reason::JwtMalformed, "{bad}");
        assert_eq!(answer.header.as_deref(), header, "{bad}");
    }
    let long = "a".repeat(65_537);
    assert_eq!(verdict(&long, &keys, ALL), Reason::TokenTooLarge);
    assert_eq!(verdict(&long[..65_536], &keys, ALL), Reason::TokenNotJwt);
}

#[test]
fn decoding_reads_what_can_be_read() {
    // docs/CONFORMANCE.md, decode.
    let (header, claims) = (b64(r#"{ "alg": "none", "crit": 7 }"#), b64("{\"a\": [1, 2]}"));
    for (token, expected) in [
        (format!("{header}.{claims}."), (true, true, Reason::Ok)),
        (format!("{header}.{claims}.AA"), (true, true, Reason::Ok)),
        (format!("{header}.{claims}.A"), (true, true, Reason::JwtMalformed)),
        (format!("{header}.{}.", b64("[]")), (true, false, Reason::JwtMalformed)),
        (format!("{header}.{}.", b64(r#"{"a":1,"a":1}"#)), (true, false, Reason::JwtMalformed)),
        (format!("{header}..AA"), (true, false, Reason::JwtMalformed)),
        (format!("AA.{claims}."), (false, true, Reason::JwtMalformed)),
        ("abc".to_owned(), (false, false, Reason::TokenNotJwt)),
        ("a.b.c.d.e".to_owned(), (false, false, Reason::JweGiven)),
        ("{}".to_owned(), (false, false, Reason::JwsJsonGiven)),
        (format!("{header}.{claims}"), (false, false, Reason::JwtMalformed)),
    ] {
        let decoded = decode_unverified(token.as_bytes());
        assert_eq!((decoded.header.is_some(), decoded.claims.is_some(), decoded.reason), expected, "{token}");
        assert!(decoded.header.is_none_or(|text| text == r#"{"alg":"none","crit":7}"#));
        assert!(decoded.claims.is_none_or(|text| text == r#"{"a":[1,2]}"#));
    }
}

#[test]
fn a_signature_longer_than_any_key_makes_is_empty_if_well_formed() {
    let mut memory = [0; 1024];
    assert_eq!(decode_signature(b"AAAA", &mut memory), Ok(&[0, 0, 0][..]));
    assert_eq!(decode_signature(&[b'A'; 1366], &mut memory).map(<[u8]>::len), Ok(1024));
    assert_eq!(decode_signature(&[b'A'; 1368], &mut memory), Ok(&[][..]));
    assert_eq!(decode_signature(&[b'='; 1368], &mut memory), Err(Reason::JwtMalformed));
    assert_eq!(decode_signature(&[b'A'; 1369], &mut memory), Err(Reason::JwtMalformed));
}
