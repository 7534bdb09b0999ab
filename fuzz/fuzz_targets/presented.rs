//! Which credential counts: two are never taken for one, a cookie counts beside none, and Basic is read as a twin reads it.
#![no_main]

use std::cell::RefCell;
use std::sync::LazyLock;

use arbitrary::Arbitrary;
use countersign::time::Wall;
use countersign::{Decision, FieldLine, Need, Policy, Reason, Request, Verifier};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    method: u8,
    query: Option<&'a str>,
    lines: Vec<(u8, Value<'a>)>,
}

#[derive(Arbitrary, Debug)]
enum Value<'a> {
    Key,
    KeyByScheme,
    Password(&'a str),
    Cookie(&'a str),
    SameOrigin,
    Raw(&'a [u8]),
    Basic(&'a [u8]),
}

const NAMES: [&str; 8] =
    ["Authorization", "X-API-Key", "Cookie", "Sec-Fetch-Site", "Origin", "X-CSRF-Token", "X-Access-Token", "x-api-key"];
const METHODS: [&str; 4] = ["GET", "POST", "OPTIONS", "get"];
const KEY: &str = "key-one-0123456789";

static VERIFIER: LazyLock<Verifier> = LazyLock::new(|| {
    let policy = br#"{"realm":"fuzz","preflight":"check",
        "basic":{"users":{"alice":"$pbkdf2-sha256$i=10000$c2FsdCBmb3IgdGVzdHMhIQ$ZhIQH2QGgP4rX5EPif89NYHG0IQKj4Fa5A0hfVS47mQ"}},
        "api_key":{"query":"k","keys":[{"id":"one","sha256":"0b20e07813282290c90adcf617955399bb5822b6d8589be3f6a488227e45e30e"}]},
        "session":{"csrf":{"header":"X-CSRF-Token"},"origins":["https://app.example.com"]},
        "bearer":{"sources":["header",{"header":"X-Access-Token"},{"cookie":"__Host-s"}],
        "issuers":[{"issuer":"https://login.example.com","audience":false,
        "jwks":{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}}]}}"#;
    let verifier = Verifier::new(Policy::load(policy, &[]).unwrap().0);
    // The password is right once, and remembered from then on: no slow hash is run below.
    let line = [FieldLine::new("Authorization", b"Basic YWxpY2U6c2VjcmV0")];
    let request = Request::new("GET", "/", &line, Wall::from_nanos(1_700_000_000_000_000_000));
    let mut decision = Decision::new();
    verifier.check_blocking(&request, &mut decision);
    assert!(decision.authenticated());
    verifier
});

thread_local! {
    static DECISION: RefCell<Decision> = RefCell::default();
}

fuzz_target!(|input: Input<'_>| {
    let values: Vec<(&str, Vec<u8>)> = input
        .lines
        .iter()
        .take(8)
        .map(|(name, value)| (NAMES[usize::from(*name) % NAMES.len()], text(value)))
        .collect();
    let lines: Vec<FieldLine<'_>> = values.iter().map(|(name, value)| FieldLine::new(name, value)).collect();
    // The key is too long to be found by chance, and stands there with escapes too.
    let query = input.query.map(|query| query.replace('!', KEY).replace('~', "key%2Done%2d0123456789"));
    let target = query.as_ref().map_or_else(|| "/v1".to_owned(), |query| format!("/v1?{query}"));
    let method = METHODS[usize::from(input.method) % METHODS.len()];
    let request = Request::new(method, &target, &lines, Wall::from_nanos(1_700_000_000_000_000_000));
    DECISION.with_borrow_mut(|decision| {
        VERIFIER.check(&request, decision);
        let count = |name: &str| values.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name)).count();
        let certain = count("X-API-Key") + count("X-Access-Token");
        if count("Authorization") > 1 {
            assert_eq!(decision.reason(), Reason::AuthorizationRepeated);
        } else if certain > 1 {
            assert!(!decision.allowed(), "{} of {certain}", decision.reason());
        }
        if decision.authenticated() {
            // Nobody but us can sign, so it was the key or the password.
            let subject = decision.subject().unwrap();
            assert!(["one", "alice"].contains(&subject), "{subject}");
            assert!(decision.claims().is_none() && decision.issuer().is_none());
            assert!(certain + count("Authorization") <= 2);
        }
        if decision.need() == Some(Need::SlowHash) {
            assert!(VERIFIER.slow_hash(decision).is_some() && VERIFIER.slow_hash(decision).is_none());
        }
        if let ([(name, value)], None) = (values.as_slice(), input.query)
            && *name == "Authorization"
        {
            basic_is_read_as_the_twin_reads_it(value, decision);
        }
        if let ([], Some(query)) = (values.as_slice(), &query)
            && let Some(value) = query.strip_prefix("k=").filter(|value| value.len() <= 3072 && !value.contains(['&', '#']))
        {
            let is_key = unescaped(value).is_some_and(|key| key.trim_matches([' ', '\t']) == KEY);
            assert_eq!(decision.authenticated(), is_key, "{query}");
        }
        let challenges = decision.fields().filter(|(name, _)| *name == "WWW-Authenticate").count();
        let wanted = match decision.reason() {
            Reason::CsrfRejected => 0,
            _ if matches!(decision.http_status(), 401 | 403) => 3,
            _ => 0,
        };
        assert_eq!(challenges, wanted, "{}", decision.reason());
        let mut block = vec![0; decision.saved_len()];
        decision.save(&mut block).unwrap();
        Decision::new().load(&block).unwrap();
    });
});

/// The slow, obvious decoder of percent escapes; a byte over 127 is in no key.
fn unescaped(value: &str) -> Option<String> {
    let mut pieces = value.split('%');
    let mut out = pieces.next().unwrap().to_owned();
    for piece in pieces {
        let digits = piece.get(..2).filter(|two| two.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
        out.push(char::from(u8::from_str_radix(digits, 16).unwrap()));
        out.push_str(&piece[2..]);
    }
    Some(out)
}

fn text(value: &Value<'_>) -> Vec<u8> {
    match value {
        Value::Key => KEY.into(),
        Value::KeyByScheme => format!("Api-Key {KEY}").into(),
        Value::Password(password) => basic(format!("alice:{password}").as_bytes()),
        Value::Cookie(value) => format!("a=1; __Host-s={value}; b=2").into(),
        Value::SameOrigin => b"same-origin".to_vec(),
        Value::Raw(bytes) => bytes.to_vec(),
        Value::Basic(bytes) => basic(bytes),
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The slow, obvious encoder.
fn basic(bytes: &[u8]) -> Vec<u8> {
    let mut out = b"Basic ".to_vec();
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for place in 0..4 {
            let sextet = usize::try_from(bits >> (18 - 6 * place) & 63).unwrap();
            out.push(if place <= three.len() { ALPHABET[sextet] } else { b'=' });
        }
    }
    out
}

/// What stands in well-formed Basic credentials: decoded bit by bit, encoded again, compared.
fn basic_is_read_as_the_twin_reads_it(value: &[u8], decision: &Decision) {
    let Some(rest) = value.strip_prefix(b"Basic ") else { return };
    let core: Vec<u8> = rest.iter().copied().filter(|byte| *byte != b'=').collect();
    let sextets: Option<Vec<u32>> =
        core.iter().map(|byte| ALPHABET.iter().position(|letter| letter == byte)?.try_into().ok()).collect();
    let decoded: Option<Vec<u8>> = sextets.map(|sextets| {
        let bits = sextets.len() * 6;
        let bit = |at: usize| sextets[at / 6] >> (5 - at % 6) & 1;
        (0..bits / 8).map(|byte| (0..8).fold(0, |sum, at| sum << 1 | u8::try_from(bit(8 * byte + at)).unwrap())).collect()
    });
    let is_spelt_so = decoded.as_ref().is_some_and(|decoded| basic(decoded) == value);
    let pair = decoded.filter(|_| is_spelt_so).and_then(|decoded| String::from_utf8(decoded).ok());
    let pair = pair.filter(|text| !text.bytes().any(|byte| byte < b' ' || byte == 0x7F));
    let pair = pair.as_deref().and_then(|text| text.split_once(':'));
    match (decision.reason(), pair) {
        (Reason::Ok, pair) => assert_eq!(pair, Some(("alice", "secret"))),
        (Reason::CheckPending, Some((user, password))) => assert!(!user.is_empty() && !password.is_empty()),
        (Reason::PasswordRejected, Some((user, password))) => assert!(user.is_empty() || password.is_empty()),
        (Reason::TokenTooLarge, _) => assert!(rest.len() > 4096),
        (reason, Some(_)) => panic!("{reason} for what is well-formed"),
        // Missing padding is let through.
        (Reason::CheckPending | Reason::PasswordRejected, None) => assert!(!is_spelt_so && !rest.ends_with(b"=")),
        (reason, None) => assert!(matches!(reason, Reason::BasicMalformed | Reason::AuthorizationRepeated), "{reason}"),
    }
}
