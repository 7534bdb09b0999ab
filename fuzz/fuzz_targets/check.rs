//! Whole checks: a denial always, for nobody but us can sign; status, reason and fields go together.
#![no_main]

use std::cell::RefCell;
use std::sync::LazyLock;

use arbitrary::Arbitrary;
use countersign::time::Wall;
use countersign::{Decision, FieldLine, Policy, Reason, Request, Verifier};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    profile: bool,
    options: bool,
    target: String,
    scopes: Option<&'a str>,
    lines: Vec<(u8, &'a [u8])>,
    header: &'a [u8],
    payload: &'a [u8],
}

const NAMES: [&str; 6] =
    ["Authorization", "X-Access-Token", "Origin", "Access-Control-Request-Method", "authorization", "Cookie"];

static VERIFIER: LazyLock<Verifier> = LazyLock::new(|| {
    let policy =
        br#"{"realm":"fuzz \"quoted\"","cors":true,"profiles":{"p":{"optional":true,"scopes":"a b"}},"bearer":{
        "sources":["header",{"header":"X-Access-Token"},{"query":"access_token"}],"max_token_bytes":65536,
        "challenge":{"scope":"a","resource_metadata":"https://api.example/m"},
        "issuers":[{"issuer":"https://login.example.com","audience":false,
        "jwks":{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}}]}}"#;
    Verifier::new(Policy::load(policy, &[]).unwrap().0)
});

thread_local! {
    static DECISION: RefCell<Decision> = RefCell::default();
}

fuzz_target!(|input: Input<'_>| {
    let mut token = b"Bearer ".to_vec();
    countersign::base64url::encode(input.header, &mut token);
    token.push(b'.');
    countersign::base64url::encode(input.payload, &mut token);
    token.extend_from_slice(b".AAAA");
    let mut lines: Vec<FieldLine<'_>> = input
        .lines
        .iter()
        .map(|(name, value)| FieldLine::new(NAMES[usize::from(*name) % NAMES.len()], value))
        .collect();
    if lines.is_empty() && !input.header.is_empty() {
        lines.push(FieldLine::new("Authorization", &token));
    }
    let method = if input.options { "OPTIONS" } else { "GET" };
    let mut request = Request::new(method, &input.target, &lines, Wall::from_nanos(1_700_000_000_000_000_000));
    if input.profile {
        request = request.profile("p");
    }
    if let Some(scopes) = input.scopes {
        request = request.scopes(scopes);
    }
    DECISION.with_borrow_mut(|decision| {
        VERIFIER.check(&request, decision);
        assert!(!decision.authenticated(), "nobody but us can sign");
        assert!(decision.claims().is_none() && decision.subject().is_none());
        assert_eq!(decision.allowed(), decision.http_status() == 200);
        let challenges = decision.fields().filter(|(name, _)| *name == "WWW-Authenticate").count();
        assert_eq!(challenges, usize::from(matches!(decision.http_status(), 400 | 401 | 403)));
        assert!(decision.fields().all(|(_, value)| value.bytes().all(|byte| matches!(byte, b'\t' | 0x20..=0x7E))));
        assert_ne!(decision.reason(), Reason::Undecided);
        let mut block = vec![0; decision.saved_len()];
        decision.save(&mut block).unwrap();
        Decision::new().load(&block).unwrap();
        let _ = Decision::new().load(input.payload);
    });
});
