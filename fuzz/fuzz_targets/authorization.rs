//! The fast look at a Bearer token against the alphabet taken byte by byte, and credentials of any scheme.
#![no_main]

use countersign::http::{self, Whitespace};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|value: &[u8]| {
    for whitespace in [Whitespace::Lenient, Whitespace::Strict] {
        if let Ok(token) = http::parse_bearer(value, whitespace) {
            assert!(is_token68(token));
            assert!(value.len() >= "Bearer ".len() + token.len());
        }
        if let Ok(token) = http::parse_token(value, whitespace) {
            assert!(is_token68(token));
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
    let _ = http::select_scheme(value);
    let _ = http::select_query_parameter(value, b"access_token");
    let _ = http::is_https(value);
});

fn is_token68(token: &[u8]) -> bool {
    let core = token.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(byte)).count();
    core > 0 && token[core..].iter().all(|byte| *byte == b'=')
}
