//! The fast look at a Bearer token against its slow twin, by itself and through a whole check; credentials of any scheme.
#![no_main]

#[path = "../../tests/twin/bearer.rs"]
mod twin;

use std::sync::LazyLock;

use countersign::http::{self, SchemeWord, Whitespace};
use countersign::time::Wall;
use countersign::{Decision, FieldLine, Policy, Reason, Request, Verifier};
use libfuzzer_sys::fuzz_target;

static LENIENT: LazyLock<Verifier> = LazyLock::new(|| verifier("lenient"));
static STRICT: LazyLock<Verifier> = LazyLock::new(|| verifier("strict"));

fuzz_target!(|value: &[u8]| {
    for (whitespace, verifier) in [(Whitespace::Lenient, &LENIENT), (Whitespace::Strict, &STRICT)] {
        let expected = twin::read(value, whitespace);
        assert_eq!(http::parse_bearer(value, whitespace).map(<[u8]>::to_vec), expected);
        check_tells_the_same(verifier, value, expected);
        if let Ok(token) = http::parse_token(value, whitespace) {
            let mut line = b"Bearer ".to_vec();
            line.extend_from_slice(token);
            assert_eq!(twin::read(&line, whitespace), Ok(token.to_vec()));
        }
    }
    if let Ok(credentials) = http::parse_credentials(value) {
        assert!(http::is_http_token(credentials.scheme.as_bytes()));
        for param in credentials.params() {
            let mut text = Vec::new();
            param.value.write(&mut text);
            assert_eq!(text.len(), param.value.len());
        }
    }
    let _ = http::select_query_parameter(value, b"access_token");
    let _ = http::is_https(value);
});

/// A check looks at the alphabet of a token only if it does not decode; nobody can tell.
fn check_tells_the_same(verifier: &Verifier, value: &[u8], expected: Result<Vec<u8>, Reason>) {
    let lines = [FieldLine::new("Authorization", value)];
    let mut decision = Decision::new();
    verifier.check(&Request::new("GET", "/", &lines, Wall::from_nanos(1)), &mut decision);
    let reason = decision.reason();
    match (http::select_scheme(value), expected) {
        (SchemeWord::Bearer, Err(slip)) => assert_eq!(reason, slip),
        (SchemeWord::Bearer, Ok(token)) if token.len() > 64 => assert_eq!(reason, Reason::TokenTooLarge),
        (SchemeWord::Bearer, Ok(token)) => {
            let dots = token.iter().filter(|byte| **byte == b'.').count();
            match dots {
                0 => assert_eq!(reason, Reason::TokenNotJwt),
                2 => assert!((2000..4000).contains(&reason.number()), "{reason}"),
                4 => assert_eq!(reason, Reason::JweGiven),
                _ => assert_eq!(reason, Reason::JwtMalformed),
            }
        }
        (SchemeWord::LoneToken, _) => assert_eq!(reason, Reason::BearerSchemeMissing),
        (SchemeWord::Malformed, _) => assert_eq!(reason, Reason::AuthorizationMalformed),
        (SchemeWord::Other(_), _) => {
            assert_eq!(reason, http::parse_credentials(value).err().unwrap_or(Reason::SchemeUnsupported));
        }
    }
}

fn verifier(whitespace: &str) -> Verifier {
    let policy = format!(
        r#"{{"realm":"fuzz","whitespace":"{whitespace}","bearer":{{"max_token_bytes":64,"issuers":[{{
        "issuer":"https://login.example.com","audience":false,"jwks":{{"keys":[
        {{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}}]}}}}]}}}}"#
    );
    Verifier::new(Policy::load(policy.as_bytes(), &[]).unwrap().0)
}
