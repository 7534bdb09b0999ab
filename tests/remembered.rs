//! Remembered verdicts: a verifier with them and one without never differ.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops at the first surprise")]

mod live_support;

use countersign::time::Wall;
use countersign::{Decision, FieldLine, Reason, Request};
use live_support::jose_support::{ed25519, hs256, oct, token};
use live_support::*;

/// Numbers that repeat with their seed (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(bound).unwrap()).unwrap()
    }

    fn one<'t, T: ?Sized>(&mut self, of: &[&'t T]) -> &'t T {
        of[self.below(of.len())]
    }
}

fn policy(remember: &str) -> String {
    format!(
        r#"{{"realm":"api","leeway":0{remember},
        "profiles":{{"admin":{{"scopes":"admin"}},"fresh":{{"max_age":60}},"role":{{"access":{{"role":"boss"}}}}}},
        "bearer":{{"issuers":[
            {{"issuer":"{ISSUER}","audience":"api","jwks_uri":"{ISSUER}/keys"}},
            {{"issuer":"https://hs.example","audience":"api","algorithms":["HS256"],"jwks":{{"keys":[{}]}}}}
        ]}}}}"#,
        oct(7, r#","kid":"h""#)
    )
}

/// Tokens that pass and tokens that fail, by every check behind the signature.
fn tokens() -> Vec<String> {
    let mut tokens = Vec::new();
    let claims = [
        r#""exp":1700000500"#,
        r#""exp":1700001000,"scope":"admin read","role":"boss","iat":1700000000"#,
        r#""exp":1800000000,"iat":1700000100,"sid":"s1","jti":"x1""#,
        r#""exp":1800000000,"nbf":1700000300,"jti":"x2","role":"clerk""#,
        r#""exp":1800000000,"cnf":{"x5t#S256":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#,
        r#""exp":"soon""#,
    ];
    for claims in claims {
        let payload = format!(r#"{{"iss":"{ISSUER}","sub":"al\u0069ce","aud":["api","b"],{claims}}}"#);
        for seed in 1..=4 {
            tokens.push(token(&format!(r#"{{"alg":"EdDSA","kid":"k{seed}"}}"#), &payload, ed25519(seed)));
            tokens.push(token(r#"{"alg":"EdDSA","kid":"same"}"#, &payload, ed25519(seed)));
            tokens.push(token(r#"{"alg":"EdDSA"}"#, &payload, ed25519(seed)));
        }
        tokens.push(token(r#"{"alg":"EdDSA","kid":"k1"}"#, &payload, ed25519(9)));
        let payload = payload.replace(ISSUER, "https://hs.example");
        tokens.push(token(r#"{"alg":"HS256","kid":"h"}"#, &payload, hs256(&[7; 32])));
    }
    tokens
}

/// A set of some keys in some order, under their names or under one name.
fn random_set(numbers: &mut Numbers) -> String {
    let mut seeds: Vec<u8> = (0..=numbers.below(6)).map(|_| u8::try_from(1 + numbers.below(6)).unwrap()).collect();
    if numbers.below(4) == 0 {
        seeds.dedup();
    }
    let set = jwks(&seeds);
    match numbers.below(3) {
        0 => (1..=6).fold(set, |set, seed| set.replace(&format!("\"k{seed}\""), "\"same\"")),
        1 => (1..=6).fold(set, |set, seed| set.replace(&format!(",\"kid\":\"k{seed}\""), "")),
        _ => set,
    }
}

fn told(decision: &Decision) -> String {
    let fields: Vec<_> = decision.fields().collect();
    format!(
        "{} {} {:?} {:?} {:?} {fields:?} {} {:?} {:?}",
        decision.http_status(),
        decision.reason(),
        decision.issuer(),
        decision.subject(),
        decision.key_id(),
        decision.body(),
        decision.need(),
        decision.claims().map(|claims| claims.raw().to_owned()),
    )
}

fn saved(decision: &Decision) -> Vec<u8> {
    let mut block = vec![0; decision.saved_len()];
    decision.save(&mut block).unwrap();
    block
}

fn change(numbers: &mut Numbers, stores: [&countersign::KeyStore; 2], now: u64) {
    let (kind, set) = (numbers.below(8), random_set(numbers));
    let name = numbers.one(&["x1", "x2", "s1", "alice", "other"]);
    let moment = Wall::from_nanos(EPOCH + i128::from(SECOND) * i128::try_from(numbers.below(300)).unwrap());
    for store in stores {
        match kind {
            0..=2 => drop(store.set_keys_fetched(ISSUER, set.as_bytes(), at(now).wall, at(now))),
            3 => store.revoke_ids([name]),
            4 => store.revoke_sessions([name]),
            5 => store.revoke_subject_before(name, moment),
            6 => {
                store.set_revoked(["none"]);
                store.set_revoked_sessions(["none"]);
                store.set_revoked_subjects(Vec::<(String, Wall)>::new());
            }
            _ => while store.next_fetch(at(now)).is_some() {},
        }
    }
}

fn run(entries: usize, seed: u64, steps: usize) -> [usize; 2] {
    let plain = verifier(&policy(""));
    let remembering = verifier(&policy(&format!(r#","remember":{{"entries":{entries}}}"#)));
    let stores = [plain.store(), remembering.store()];
    let (tokens, mut numbers) = (tokens(), Numbers(seed));
    let (mut first, mut second) = (Decision::new(), Decision::new());
    let (mut allowed, mut denied, mut now) = (0, 0, 0);
    for store in stores {
        store.set_keys(ISSUER, jwks(&[1, 2, 3, 4]).as_bytes()).unwrap();
    }
    for step in 0..steps {
        if numbers.below(12) == 0 {
            now += u64::try_from(numbers.below(30)).unwrap();
            change(&mut numbers, stores, now);
        }
        // The wall clock steps as it likes.
        let wall = Wall::from_nanos(EPOCH + i128::from(SECOND) * i128::try_from(numbers.below(600)).unwrap());
        let value = format!("Bearer {}", tokens[numbers.below(tokens.len())]);
        let lines = [FieldLine::new("Authorization", value.as_bytes())];
        let mut request = Request::new("GET", "/", &lines, wall).monotonic(now * SECOND);
        match numbers.below(8) {
            0 => request = request.profile(numbers.one(&["admin", "fresh", "role"])),
            1 => request = request.scopes(numbers.one(&["admin", "read write", ""])),
            2 => request = request.client_cert_sha256("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            _ => {}
        }
        plain.check(&request, &mut first);
        remembering.check(&request, &mut second);
        assert_eq!(told(&first), told(&second), "entries {entries}, seed {seed}, step {step}");
        assert_eq!(saved(&first), saved(&second), "entries {entries}, seed {seed}, step {step}");
        if first.allowed() { allowed += 1 } else { denied += 1 }
    }
    [allowed, denied]
}

#[test]
fn with_and_without_never_differ() {
    let mut totals = [0, 0];
    for seed in 0..5 {
        for entries in [1, 6, 1000] {
            let counts = run(entries, seed, 1500);
            totals = [totals[0] + counts[0], totals[1] + counts[1]];
        }
    }
    assert!(totals.iter().all(|&count| count > 2000), "both kinds are met: {totals:?}");
}

#[test]
fn a_withdrawn_key_is_seen_at_once() {
    let verifier = verifier(&policy(r#","remember":{"entries":100}"#));
    let store = verifier.store();
    store.set_keys(ISSUER, jwks(&[1, 2]).as_bytes()).unwrap();
    let token = token_of(ISSUER, 1, "");
    for _ in 0..3 {
        assert_eq!(check(&verifier, &token, at(0)).reason(), Reason::Ok);
    }
    store.set_keys(ISSUER, jwks(&[2]).as_bytes()).unwrap();
    assert_eq!(check(&verifier, &token, at(0)).reason(), Reason::KidUnknown);
    // Another key under the same name: the remembered verdict is not for it.
    store.set_keys(ISSUER, jwks(&[3]).replace("k3", "k1").as_bytes()).unwrap();
    assert_eq!(check(&verifier, &token, at(0)).reason(), Reason::SignatureInvalid);
    store.set_keys(ISSUER, jwks(&[1]).as_bytes()).unwrap();
    assert_eq!(check(&verifier, &token, at(0)).reason(), Reason::Ok);
}

#[test]
fn threads_that_share_verdicts_agree() {
    let plain = verifier(&policy(""));
    let remembering = verifier(&policy(r#","remember":{"entries":16}"#));
    for verifier in [&plain, &remembering] {
        verifier.store().set_keys(ISSUER, jwks(&[1, 2, 3, 4]).as_bytes()).unwrap();
    }
    let tokens = tokens();
    let expected: Vec<String> = tokens.iter().map(|token| told(&check(&plain, token, at(400)))).collect();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (remembering, tokens, expected) = (&remembering, &tokens, &expected);
            scope.spawn(move || {
                let (mut decision, mut numbers) = (Decision::new(), Numbers(thread));
                for _ in 0..2000 {
                    let place = numbers.below(tokens.len());
                    check_into(remembering, &tokens[place], at(400), &mut decision);
                    assert_eq!(told(&decision), expected[place]);
                }
            });
        }
    });
}
