//! A check on a warm Decision allocates nothing of ours, whatever it comes to.
//!
//! The allocator of this program counts. What the cryptography library takes from it for one
//! signature is counted on the bare signature check and told apart; all else has to be nothing.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail loudly")]
#![allow(unsafe_code, reason = "an allocator is unsafe to write; this one hands on to the system's")]
#![expect(clippy::print_stdout, reason = "told once a run: what the library allocates")]

mod mint;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::AtomicU64;

use countersign::arena::{Sink as _, SliceSink};
use countersign::http::{Challenges, parse_credentials, write_challenge};
use countersign::time::Wall;
use countersign::{Decision, FieldLine, Policy, Reason, Request, Verifier};
use mint::{ALGORITHMS, AUDIENCE, Bare, ISSUER, NOW, Signer, signed_parts};

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

fn count() {
    // No count is lost but while a thread ends.
    let _ = ALLOCATIONS.try_with(|allocations| allocations.set(allocations.get() + 1));
}

// SAFETY: every call is handed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise, handed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise, handed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller's promise, handed on.
        unsafe { System.realloc(memory, layout, size) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise, handed on.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How many allocations `work` makes on this thread.
fn allocations<T>(work: impl FnOnce() -> T) -> (usize, T) {
    let before = ALLOCATIONS.get();
    let result = work();
    (ALLOCATIONS.get() - before, result)
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| std::hint::black_box(Box::new(7))).0, 1);
    assert_eq!(allocations(|| std::hint::black_box(vec![0_u8; 64])).0, 1, "zeroed memory");
    let mut grown = vec![1_u8];
    grown.shrink_to_fit();
    assert_eq!(allocations(|| grown.reserve_exact(4096)).0, 1, "memory that grows");
    assert_eq!(allocations(|| std::hint::black_box(7)).0, 0);
    // And a check on a cold Decision, so that zero below is no accident of the measuring.
    let signer = Signer::new("ES256");
    let case = Case::bearer("cold", Reason::Ok, &signer.token(&claims("reports:read", "")));
    let verifier = verifier(&signer);
    assert!(allocations(|| check(&verifier, &case, &mut Decision::new())).0 > 0);
}

/// One request and what it comes to.
struct Case {
    name: &'static str,
    reason: Reason,
    target: &'static str,
    lines: Vec<(&'static str, Vec<u8>)>,
    /// The token, if its signature is looked at.
    signed: Option<String>,
}

impl Case {
    /// A request that is decided before any signature is looked at.
    fn early(name: &'static str, reason: Reason, lines: &[(&'static str, &[u8])]) -> Case {
        let lines = lines.iter().map(|(name, value)| (*name, value.to_vec())).collect();
        Case { name, reason, target: "/v1/reports?page=2", lines, signed: None }
    }

    fn unseen(name: &'static str, reason: Reason, token: &str) -> Case {
        Case::early(name, reason, &[("Authorization", format!("Bearer {token}").as_bytes())])
    }

    /// A request whose token gets as far as its signature.
    fn bearer(name: &'static str, reason: Reason, token: &str) -> Case {
        Case { signed: Some(token.to_owned()), ..Case::unseen(name, reason, token) }
    }
}

fn claims(scope: &str, more: &str) -> String {
    let (iat, exp) = (NOW - 60, NOW + 300);
    format!(
        r#"{{"iss":"{ISSUER}","aud":["{AUDIENCE}","account"],"sub":"f:5a:alice","exp":{exp},"iat":{iat},"nbf":{iat},"jti":"j-1","scope":"{scope}","realm_access":{{"roles":["user","offline_access"]}}{more}}}"#
    )
}

fn cases(signer: &Signer) -> Vec<Case> {
    use Reason as R;
    let good = claims("openid reports:read", "");
    let groups: Vec<String> = (0..90).map(|n| format!("\"6f0c2a7e-{n:04}-4c5d-9f10-2b1f0a9d7c11\"")).collect();
    let large = claims("openid reports:read", &format!(r#","groups":[{}]"#, groups.join(",")));
    let escaped = good.replace("f:5a:alice", r"\u0061lice \ud83d\ude00");
    let header = |members: &str| format!(r#"{{"alg":"{}"{members}}}"#, signer.algorithm);
    let good_token = signer.token(&good);
    let other_header = header(
        r#","typ":"application/at+jwt","kid":"k1","x5t":"a longer header than the usual one","jku":"https://a.example""#,
    );
    let raw_header = |bytes: &[u8]| {
        let mut header = Vec::new();
        countersign::base64url::encode(bytes, &mut header);
        good_token.replacen(good_token.split('.').next().unwrap(), &String::from_utf8(header).unwrap(), 1)
    };
    let with_signature = |signature: &[u8]| {
        let mut text = Vec::new();
        countersign::base64url::encode(signature, &mut text);
        format!("{}.{}", good_token.rsplit_once('.').unwrap().0, String::from_utf8(text).unwrap())
    };
    let (_, foreign) = signed_parts(&signer.token(&claims("", "")));
    let bearer = |text: &str| format!("Bearer {text}").into_bytes();
    vec![
        Case::bearer("allowed", R::Ok, &good_token),
        Case::bearer("allowed, large", R::Ok, &signer.token(&large)),
        Case::bearer("allowed, escapes", R::Ok, &signer.token(&escaped)),
        Case::bearer("allowed, another header", R::Ok, &signer.token_with(&other_header, good.as_bytes())),
        Case::bearer("allowed, no kid", R::Ok, &signer.token_with(&header(""), good.as_bytes())),
        Case::early("missing", R::CredentialsMissing, &[]),
        Case::early("missing among others", R::CredentialsMissing, &[("Accept", b"*/*"), ("Host", b"api.example.com")]),
        Case::early("unsupported scheme", R::SchemeUnsupported, &[("Authorization", b"Basic YWxpY2U6cGFzc3dvcmQ=")]),
        Case::early(
            "digest",
            R::SchemeUnsupported,
            &[("Authorization", b"Digest username=\"a\", realm=\"b\", uri=\"/\"")],
        ),
        Case::early("no scheme", R::BearerSchemeMissing, &[("Authorization", good_token.as_bytes())]),
        Case::early("no credentials", R::AuthorizationMalformed, &[("Authorization", b"\x01")]),
        Case::early(
            "twice",
            R::AuthorizationRepeated,
            &[("Authorization", b"Bearer a"), ("authorization", b"Bearer b")],
        ),
        Case::early("empty", R::BearerEmpty, &[("Authorization", b"Bearer ")]),
        Case::early("colon", R::BearerColon, &[("Authorization", b"Bearer: abc")]),
        Case::early("no space", R::BearerSpaceMissing, &[("Authorization", b"Bearer\tabc")]),
        Case::early("quoted", R::BearerQuoted, &[("Authorization", &bearer("\"abc\""))]),
        Case::early("newline", R::BearerNewline, &[("Authorization", &bearer("abc\\n"))]),
        Case::early("prefix twice", R::BearerPrefixRepeated, &[("Authorization", &bearer("Bearer abc"))]),
        Case::early("placeholder", R::BearerPlaceholder, &[("Authorization", &bearer("undefined"))]),
        Case::early("bad character", R::BearerBadCharacter, &[("Authorization", &bearer("abc%20def"))]),
        Case::early("joined", R::AuthorizationRepeated, &[("Authorization", &bearer("a, Bearer b"))]),
        Case::unseen("too large", R::TokenTooLarge, &"a".repeat(9000)),
        Case::unseen("opaque", R::TokenNotJwt, "2YotnFZFEjr1zCsicMWpAA"),
        Case::unseen("JSON", R::JwsJsonGiven, r#"{"payload":"x"}"#),
        Case::unseen("encrypted", R::JweGiven, "eyJh.eyJh.eyJh.eyJh.eyJh"),
        Case::unseen("header no base64url", R::JwtMalformed, &raw_header(b"{}").replacen("e30", "e3~", 1)),
        Case::unseen("header no UTF-8", R::JwtMalformed, &raw_header(&[b'"', 0xFF, 0xFE, b'"'])),
        Case::unseen("header no JSON", R::JwtMalformed, &raw_header(b"{\"alg\":")),
        Case::unseen("header no object", R::JwtMalformed, &raw_header(b"[]")),
        Case::unseen("header with a name twice", R::JwtMalformed, &raw_header(br#"{"alg":"RS256","alg":"none"}"#)),
        Case::unseen("header without alg", R::JwtMalformed, &raw_header(br#"{"typ":"at+jwt"}"#)),
        Case::unseen("crit", R::CritUnsupported, &raw_header(header(r#","crit":["b64"],"b64":false"#).as_bytes())),
        Case::unseen("alg none", R::AlgNotAllowed, &raw_header(br#"{"alg":"none","typ":"at+jwt"}"#)),
        Case::unseen("alg unknown", R::AlgUnsupported, &raw_header(br#"{"alg":"XS256"}"#)),
        Case::unseen("alg not listed", R::AlgNotAllowed, &raw_header(br#"{"alg":"HS512"}"#)),
        Case::unseen("typ", R::TokenTypeMismatch, &raw_header(header(r#","typ":"logout+jwt""#).as_bytes())),
        Case::unseen("kid unknown", R::KidUnknown, &raw_header(header(r#","kid":"k2""#).as_bytes())),
        Case::unseen("payload no UTF-8", R::JwtMalformed, &signer.token_with(&header(""), b"{\"iss\":\"\xFF\"}")),
        Case::unseen("payload no JSON", R::JwtMalformed, &signer.token(&good[1..])),
        Case::unseen("payload with a name twice", R::JwtMalformed, &signer.token(&claims("", r#","sub":"mallory""#))),
        Case::unseen(
            "payload too deep",
            R::JwtMalformed,
            &signer.token(&claims("", &format!(",\"a\":{}1{}", "[".repeat(20), "]".repeat(20)))),
        ),
        Case::unseen("issuer missing", R::ClaimMissing, &signer.token("{}")),
        Case::unseen(
            "issuer unknown",
            R::IssuerMismatch,
            &signer.token(&good.replace(ISSUER, "https://other.example")),
        ),
        Case::bearer("bad signature", R::SignatureInvalid, &with_signature(&foreign)),
        Case::unseen("short signature", R::SignatureInvalid, &with_signature(&foreign[1..])),
        Case::bearer(
            "expired",
            R::TokenExpired,
            &signer.token(&good.replace(&(NOW + 300).to_string(), &(NOW - 300).to_string())),
        ),
        Case::bearer(
            "not yet valid",
            R::TokenNotYetValid,
            &signer.token(&good.replace(&(NOW - 60).to_string(), &(NOW + 200).to_string())),
        ),
        Case::bearer(
            "date of the wrong type",
            R::ClaimRejected,
            &signer.token(&good.replace(&(NOW + 300).to_string(), "\"1\"")),
        ),
        Case::bearer(
            "wrong audience",
            R::AudienceMismatch,
            &signer.token(&good.replace(AUDIENCE, "https://other.example")),
        ),
        Case::bearer("insufficient scope", R::InsufficientScope, &signer.token(&claims("openid", ""))),
        Case::bearer("revoked", R::TokenRevoked, &signer.token(&good.replace("j-1", "j-revoked"))),
        Case::bearer("bound to DPoP", R::DpopDowngrade, &signer.token(&claims("", r#","cnf":{"jkt":"x"}"#))),
        Case::bearer(
            "bound to a certificate",
            R::CertificateMissing,
            &signer.token(&claims("", r#","cnf":{"x5t#S256":"x"}"#)),
        ),
    ]
}

fn verifier(signer: &Signer) -> Verifier {
    let policy = signer.policy(r#","typ":["at+jwt",null]"#, r#","scopes":["reports:read"]"#);
    let (policy, _) = Policy::load(policy.as_bytes(), &[]).unwrap();
    let verifier = Verifier::new(policy);
    verifier.store().set_revoked(["j-revoked"]);
    verifier
}

fn check(verifier: &Verifier, case: &Case, decision: &mut Decision) {
    static COUNTERS: [AtomicU64; Reason::COUNT] = [const { AtomicU64::new(0) }; Reason::COUNT];
    let mut lines = [FieldLine::new("", b""); 4];
    for (line, (name, value)) in lines.iter_mut().zip(&case.lines) {
        *line = FieldLine::new(name, value);
    }
    let now = Wall::from_timespec(NOW, 0).unwrap();
    let request = Request::new("GET", case.target, &lines[..case.lines.len()], now).counters(&COUNTERS);
    verifier.check(&request, decision);
}

/// What the library itself takes for the signature of this case.
fn of_the_library(case: &Case, bare: &Bare) -> usize {
    case.signed.as_ref().map_or(0, |token| {
        let (input, signature) = signed_parts(token);
        allocations(|| bare.verify(&input, &signature)).0
    })
}

#[test]
fn a_check_on_a_warm_decision_allocates_nothing_of_ours() {
    for algorithm in ALGORITHMS {
        let signer = Signer::new(algorithm);
        let (verifier, bare, cases) = (verifier(&signer), signer.bare(), cases(&signer));
        let mut decision = Decision::new();
        for case in &cases {
            check(&verifier, case, &mut decision);
            assert_eq!(decision.reason(), case.reason, "{algorithm} {}", case.name);
        }
        // Every case behind every other one: no outcome may leave memory that the next has to grow.
        let mut library = 0;
        for before in &cases {
            for case in &cases {
                check(&verifier, before, &mut decision);
                let (all, ()) = allocations(|| check(&verifier, case, &mut decision));
                library = of_the_library(case, &bare);
                assert_eq!(all - library, 0, "{algorithm}: {} behind {}", case.name, before.name);
                assert_eq!(decision.reason(), case.reason);
                if signer.algorithm != "HS256" && before.signed.is_some() {
                    break; // One such pair is enough where a signature takes its time.
                }
            }
        }
        println!("{algorithm} with {}: the library's own {library}, ours 0", countersign::jose::BACKEND_NAME);
    }
}

#[test]
fn a_remembered_verdict_allocates_nothing() {
    for algorithm in ["RS256", "ES256", "EdDSA"] {
        let signer = Signer::new(algorithm);
        let bare = signer.bare();
        let mut cases = cases(&signer);
        cases.retain(|case| case.reason == Reason::Ok);
        assert!(cases.len() > 4);
        for entries in [1, 100] {
            let policy = signer.policy(
                r#","typ":["at+jwt",null]"#,
                &format!(r#","scopes":["reports:read"],"remember":{{"entries":{entries}}}"#),
            );
            let verifier = Verifier::new(Policy::load(policy.as_bytes(), &[]).unwrap().0);
            let mut decision = Decision::new();
            let run = |case: &Case, decision: &mut Decision| {
                let (all, ()) = allocations(|| check(&verifier, case, decision));
                assert_eq!(decision.reason(), Reason::Ok, "{algorithm} {}", case.name);
                let claims = decision.claims().unwrap();
                assert!(claims.member("exp").is_some_and(|exp| exp.as_i64() == Some(NOW + 300)));
                all
            };
            // Decoded and remembered once each, so that both ways have their memory.
            for case in cases.iter().chain(&cases) {
                run(case, &mut decision);
                run(case, &mut decision);
            }
            for case in &cases {
                // Found where there is room for all; else missed, and kept in place of the one before.
                let library = if entries == 1 { of_the_library(case, &bare) } else { 0 };
                assert_eq!(run(case, &mut decision), library, "{algorithm} {}, {entries} entries", case.name);
                assert_eq!(run(case, &mut decision), 0, "{algorithm} {}, {entries} entries, again", case.name);
            }
        }
    }
}

/// Of "key-one-0123456789" and "key-two-0123456789".
const KEYS: &str = r#"[
    {"id": "one", "sha256": "0b20e07813282290c90adcf617955399bb5822b6d8589be3f6a488227e45e30e", "scopes": "reports:read"},
    {"id": "two", "sha256": "bddf9699d691b9e1dca55302c88695ccf3da92bf74543804363977e1c3b4e93d", "revoked": true}]"#;
/// Of "alice" with the password "secret".
const USERS: &str = r#"{"alice": {"scopes": "reports:read", "hash":
    "$pbkdf2-sha256$i=10000$c2FsdCBmb3IgdGVzdHMhIQ$ZhIQH2QGgP4rX5EPif89NYHG0IQKj4Fa5A0hfVS47mQ"}}"#;

#[test]
fn passwords_keys_and_cookies_allocate_nothing_of_ours() {
    let signer = Signer::new("ES256");
    let others = format!(r#""basic":{{"users":{USERS}}},"api_key":{{"query":"k","keys":{KEYS}}}"#);
    let policy = signer.policy(r#","typ":["at+jwt",null]"#, r#","scopes":["reports:read"]"#);
    let policy = policy.replacen(r#""bearer":{"#, &format!(r#"{others},"session":{{}},"bearer":{{{SOURCES}"#), 1);
    let verifier = Verifier::new(Policy::load(policy.as_bytes(), &[]).unwrap().0);
    let token = signer.token(&claims("reports:read", ""));
    let cookie = format!("a=1; __Host-s={token}; b=2");
    let cookie_of =
        |name, reason, value: &str| Case { signed: Some(token.clone()), ..early(name, reason, "Cookie", value) };
    let cases = [
        early("key", Reason::Ok, "X-API-Key", "key-one-0123456789"),
        early("key by its scheme", Reason::Ok, "Authorization", "Api-Key key-one-0123456789"),
        early("key revoked", Reason::ApiKeyRevoked, "X-API-Key", "key-two-0123456789"),
        early("key unknown", Reason::ApiKeyUnknown, "X-API-Key", "key-three"),
        early("key malformed", Reason::ApiKeyMalformed, "X-API-Key", "key one"),
        Case { target: "/?k=key-one-0123456789", ..Case::early("key in the query", Reason::Ok, &[]) },
        Case { target: "/?k=key%2Done-0123456789", ..Case::early("key escaped", Reason::Ok, &[]) },
        Case { target: "/?k=key%zz", ..Case::early("escape broken", Reason::ApiKeyMalformed, &[]) },
        early("password", Reason::Ok, "Authorization", "Basic YWxpY2U6c2VjcmV0"),
        early("password to be hashed", Reason::CheckPending, "Authorization", "Basic YWxpY2U6d3Jvbmc="),
        early("user unknown", Reason::CheckPending, "Authorization", "Basic bWFsbG9yeTpzZWNyZXQ="),
        early("no colon", Reason::BasicMalformed, "Authorization", "Basic YWJj"),
        early("no base64", Reason::BasicMalformed, "Authorization", "Basic a-_b"),
        early("empty password", Reason::PasswordRejected, "Authorization", "Basic YTo="),
        cookie_of("cookie", Reason::Ok, &cookie),
        early("cookie twice", Reason::SessionInvalid, "Cookie", &format!("{cookie}; __Host-s=x")),
        early("cookie empty", Reason::BearerEmpty, "Cookie", "__Host-s="),
        Case::early(
            "two ways",
            Reason::MultipleTokenMethods,
            &[("Authorization", b"Basic YWxpY2U6c2VjcmV0"), ("X-API-Key", b"key-one-0123456789")],
        ),
    ];
    let bare = signer.bare();
    let mut decision = Decision::new();
    // The password is right once, and remembered from then on.
    let line = [FieldLine::new("Authorization", b"Basic YWxpY2U6c2VjcmV0")];
    verifier.check_blocking(&Request::new("GET", "/", &line, Wall::from_timespec(NOW, 0).unwrap()), &mut decision);
    for case in &cases {
        check(&verifier, case, &mut decision);
        assert_eq!(decision.reason(), case.reason, "{}", case.name);
    }
    for before in &cases {
        for case in &cases {
            check(&verifier, before, &mut decision);
            let (all, ()) = allocations(|| check(&verifier, case, &mut decision));
            assert_eq!(all, of_the_library(case, &bare), "{} behind {}", case.name, before.name);
            assert_eq!(decision.reason(), case.reason);
        }
    }
}

/// REQ-BASIC-08, told by what it takes from the allocator, since a clock tells something else on every machine:
/// argon2id asks for the memory of its hash, and nobody else does.
#[test]
fn an_unknown_user_costs_the_work_of_a_user() {
    let hash = "$argon2id$v=19$m=7168,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    let policy = format!(r#"{{"realm":"api","basic":{{"users":{{"alice":"{hash}"}}}}}}"#);
    let verifier = Verifier::new(Policy::load(policy.as_bytes(), &[]).unwrap().0);
    let mut decision = Decision::new();
    let mut work_of = |credentials: &str| {
        check(&verifier, &early("", Reason::CheckPending, "Authorization", credentials), &mut decision);
        assert_eq!(decision.reason(), Reason::CheckPending, "{credentials}");
        let work = verifier.slow_hash(&mut decision).unwrap();
        allocations(|| work.run()).0
    };
    let known = work_of("Basic YWxpY2U6d3Jvbmc=");
    assert!(known > 0);
    for unknown in ["Basic bWFsbG9yeTpzZWNyZXQ=", "Basic YWxpY2VYOng="] {
        assert_eq!(work_of(unknown), known, "{unknown}");
    }
}

const SOURCES: &str = r#""sources":["header",{"cookie":"__Host-s"}],"#;

fn early(name: &'static str, reason: Reason, field: &'static str, value: &str) -> Case {
    Case::early(name, reason, &[(field, value.as_bytes())])
}

#[test]
fn reading_and_saving_a_decision_allocate_nothing() {
    let signer = Signer::new("HS256");
    let (verifier, cases) = (verifier(&signer), cases(&signer));
    let mut decision = Decision::new();
    let mut block = vec![0; 16_384];
    let mut text = vec![0; 4096];
    for case in &cases {
        check(&verifier, case, &mut decision);
        let (count, ()) = allocations(|| {
            let needed = decision.save(&mut block).unwrap();
            assert_eq!(decision.saved_len(), needed);
            assert_eq!(decision.save(&mut []), Err(needed));
            let fields = decision.fields().map(|(name, value)| name.len() + value.len()).sum::<usize>();
            assert!(decision.allowed() || fields > 0);
            std::hint::black_box((decision.issuer(), decision.subject(), decision.key_id(), decision.body()));
            assert_eq!(decision.claims().is_some(), decision.authenticated());
            let Some(claims) = decision.claims() else { return };
            assert_eq!(claims.pointer("/realm_access/roles/1").unwrap().as_text().unwrap().raw(), "offline_access");
            assert_eq!(claims.member("exp").unwrap().as_i64(), Some(NOW + 300));
            let mut sink = SliceSink::new(&mut text);
            claims.pointer("/sub").unwrap().as_text().unwrap().write(&mut sink);
            sink.put(b" ");
            claims.write_compact(&mut sink);
            assert!(claims.as_object().unwrap().count() >= 9 && sink.needed() > 100);
        });
        assert_eq!(count, 0, "{}", case.name);
        // Into a decision that has met this block before: what a host does for each subrequest.
        let mut loaded = Decision::new();
        loaded.load(&block).unwrap();
        assert_eq!(allocations(|| loaded.load(&block).unwrap()).0, 0, "{}", case.name);
        assert_eq!(loaded.reason(), case.reason);
    }
}

#[test]
fn challenges_and_credentials_are_read_and_written_without_allocating() {
    let lines = [
        &b"Negotiate, Basic realm=\"a, \\\"b\\\"\", charset=\"UTF-8\""[..],
        b"Bearer realm=\"api\", error=\"invalid_token\", scope=\"a b\", Digest realm=\"x\", nonce=\"abc\", qop=\"auth\"",
        b"Broken \"",
    ];
    let mut memory = [0; 512];
    let (count, ()) = allocations(|| {
        let mut read = Challenges::new(&lines);
        assert_eq!(read.by_ref().map_while(Result::ok).map(|challenge| challenge.params().count()).sum::<usize>(), 8);
        let mut sink = SliceSink::new(&mut memory);
        let params = [("realm", "a \"quoted\" one"), ("error", "invalid_token"), ("scope", "a b")];
        write_challenge(&mut sink, "Bearer", params.iter().copied()).unwrap();
        write_challenge(&mut sink, "Bearer", [("realm", "\n")].iter().copied()).unwrap_err();
        for value in [
            &b"Digest username=\"a\\\"b\", realm=\"c\", uri=\"/\""[..],
            b"Basic YTpi",
            b"Bearer abc",
            b"\"",
            b"Bearer \"a\"",
        ] {
            std::hint::black_box(parse_credentials(value).map(|read| read.params().count()).ok());
        }
        let params = Challenges::new(&lines).flatten().filter(|challenge| challenge.is_scheme("basic")).count();
        assert_eq!(params, 1);
    });
    assert_eq!(count, 0);
}
