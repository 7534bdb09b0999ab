//! The diagnosis: never panics, answers the same twice, stays within its bounds, and shows no piece of the credential
//! that stands in the exchange, wherever the fuzzer puts it.
#![no_main]

use arbitrary::Arbitrary;
use countersign::explain::{Exchange, PolicyText, Redirect, RequestHead, ResponseHead, explain, write_json};
use countersign::limits;
use countersign::time::Wall;
use countersign::{FieldLine, Reason};
use libfuzzer_sys::fuzz_target;

/// In no text of the table, of any rule or of the policies: found in an output it came from the exchange.
const CANARY: &str = "Zq7Vx2Kw9Jm4Lt8R";

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    target: &'a str,
    preflight: bool,
    authorization: Option<&'a [u8]>,
    scheme: u8,
    request: Vec<(u8, &'a [u8])>,
    status: u16,
    response: Vec<(u8, &'a [u8])>,
    body: &'a [u8],
    redirects: Vec<(&'a str, &'a str)>,
    token: Option<&'a [u8]>,
    policy: u8,
    policy_text: &'a str,
    now: Option<u32>,
    reason: u8,
}

const SCHEMES: [&str; 8] =
    ["", "Bearer ", "Basic ", "Bearer", "Token ", "Digest response=", "Bearer \"", "Bearer eyJhbGciOiJFUzI1NiJ9."];

const REQUEST_FIELDS: [&str; 12] = [
    "Cookie",
    "X-API-Key",
    "Authorisation",
    "X-Forwarded-Authorization",
    "Origin",
    "Access-Control-Request-Method",
    "Access-Control-Request-Headers",
    "Via",
    "Proxy-Authorization",
    "DPoP",
    "Sec-Fetch-Site",
    "X-Access-Token",
];

const RESPONSE_FIELDS: [&str; 12] = [
    "WWW-Authenticate",
    "Set-Cookie",
    "Location",
    "Server",
    "Date",
    "Age",
    "X-Cache",
    "Cache-Control",
    "Access-Control-Allow-Origin",
    "x-amzn-ErrorType",
    "Retry-After",
    "Content-Type",
];

const POLICY: &str = r#"{"realm":"api","bearer":{"sources":["header",{"query":"access_token"}],"issuers":[{"issuer":"https://login.example.com","audience":"https://api.example.com","jwks":{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}}]},"api_key":{"keys":[]}}"#;

fuzz_target!(|input: Input| {
    let scheme = SCHEMES[usize::from(input.scheme) % SCHEMES.len()];
    let authorization = input.authorization.map(|rest| [scheme.as_bytes(), rest, CANARY.as_bytes()].concat());
    let with_canary = |bytes: &[u8]| [bytes, CANARY.as_bytes()].concat();
    let request: Vec<(&str, Vec<u8>)> = input
        .request
        .iter()
        .take(16)
        .map(|(field, value)| (REQUEST_FIELDS[usize::from(*field) % REQUEST_FIELDS.len()], with_canary(value)))
        .collect();
    let mut sent: Vec<FieldLine<'_>> = request.iter().map(|(name, value)| FieldLine::new(name, value)).collect();
    if let Some(value) = &authorization {
        sent.push(FieldLine::new("Authorization", value));
    }
    let response: Vec<(&str, &[u8])> = input
        .response
        .iter()
        .take(16)
        .map(|(field, value)| (RESPONSE_FIELDS[usize::from(*field) % RESPONSE_FIELDS.len()], *value))
        .collect();
    let got: Vec<FieldLine<'_>> = response.iter().map(|(name, value)| FieldLine::new(name, value)).collect();
    // Servers echo what they were sent.
    let body = [input.body, b" ", authorization.as_deref().unwrap_or_default()].concat();
    let target = format!("{}?access_token={CANARY}", input.target);
    let redirects: Vec<Redirect<'_>> = input
        .redirects
        .iter()
        .take(4)
        .map(|(from, location)| Redirect { status: 302, from: Some(from), location })
        .collect();
    let token = input.token.map(with_canary);
    let policy = match input.policy % 3 {
        0 => None,
        1 => Some(PolicyText { json: POLICY.as_bytes(), refs: &[] }),
        _ => Some(PolicyText { json: input.policy_text.as_bytes(), refs: &[] }),
    };
    let exchange = Exchange {
        request: Some(RequestHead {
            method: if input.preflight { "OPTIONS" } else { "GET" },
            target: &target,
            headers: &sent,
            client_cert_sha256: None,
        }),
        response: Some(ResponseHead { status: input.status, headers: &got, body: &body }),
        redirects: &redirects,
        token: token.as_deref(),
        policy,
        // A number beyond the table is none.
        reason: Reason::all().nth(usize::from(input.reason)),
        now: input.now.map(|seconds| Wall::from_nanos(i128::from(seconds) * 1_000_000_000)),
        ..Exchange::default()
    };
    let findings = explain(&exchange);
    assert!(findings.len() <= limits::EXPLAIN_FINDINGS);
    assert!(findings.is_sorted_by(|one, other| one.score() >= other.score()));
    let mut json = String::new();
    write_json(&findings, &mut json);
    serde_json::from_str::<serde_json::Value>(&json).unwrap();
    for piece in CANARY.as_bytes().windows(8) {
        let piece = std::str::from_utf8(piece).unwrap();
        assert!(!json.contains(piece) && !format!("{exchange:?}{findings:?}").contains(piece), "{json}");
    }
    assert_eq!(explain(&exchange), findings);
});
