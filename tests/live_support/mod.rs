//! What the tests of live keys share: a policy with issuers to fetch from, their key sets, and tokens.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

#[path = "../jose_support/mod.rs"]
pub(crate) mod jose_support;

use countersign::time::{Now, Wall};
use countersign::{
    Decision, Done, Fetch, FieldLine, KeyStore, KeysRefused, Outcome, Policy, Reason, Request, Verifier,
};
use jose_support::{ed25519, okp, token};

pub(crate) const ISSUER: &str = "https://login.example.com";
pub(crate) const SECOND: u64 = 1_000_000_000;
/// The wall time at second 0 of a test's monotonic clock.
pub(crate) const EPOCH: i128 = 1_700_000_000_000_000_000;
pub(crate) const ENTROPY: &[u8] = b"0123456789abcdef";

/// Both clocks, so many seconds into the test.
pub(crate) fn at(seconds: u64) -> Now {
    at_nanos(seconds * SECOND)
}

pub(crate) fn at_nanos(nanos: u64) -> Now {
    Now::new(Wall::from_nanos(EPOCH + i128::from(nanos)), nanos)
}

/// A JWK Set with one Ed25519 key for each seed, named `k` and the seed.
pub(crate) fn jwks(seeds: &[u8]) -> String {
    let keys: Vec<String> = seeds.iter().map(|seed| okp(*seed, &format!(r#","kid":"k{seed}""#))).collect();
    format!(r#"{{"keys":[{}]}}"#, keys.join(","))
}

/// A policy of one issuer with these members more.
pub(crate) fn policy_of(members: &str) -> String {
    format!(r#"{{"realm":"api","bearer":{{"issuers":[{{"issuer":"{ISSUER}","audience":"api"{members}}}]}}}}"#)
}

/// The usual one: keys at an address.
pub(crate) fn fetched(timing: &str) -> String {
    policy_of(&format!(r#","jwks_uri":"{ISSUER}/keys","keys":{{{timing}}}"#))
}

pub(crate) fn verifier(policy: &str) -> Verifier {
    let (policy, _) = Policy::load(policy.as_bytes(), &[]).unwrap_or_else(|report| panic!("{report}"));
    let store = policy.key_store(ENTROPY).into();
    Verifier::with_store(policy, store).unwrap()
}

/// A token of `issuer` with these claims more, signed by the key of this seed.
pub(crate) fn token_of(issuer: &str, seed: u8, claims: &str) -> String {
    let header = format!(r#"{{"alg":"EdDSA","kid":"k{seed}"}}"#);
    let payload = format!(
        r#"{{"iss":"{issuer}","sub":"alice","aud":"api","iat":1600000000,"exp":1800000000,"jti":"j{seed}"{claims}}}"#
    );
    token(&header, payload, ed25519(seed))
}

/// Checks a token; the decision tells more.
pub(crate) fn check_into(verifier: &Verifier, token: &str, now: Now, decision: &mut Decision) -> Reason {
    let value = format!("Bearer {token}");
    let lines = [FieldLine::new("Authorization", value.as_bytes())];
    verifier.check(&Request::new("GET", "/", &lines, now.wall).monotonic(now.monotonic), decision);
    decision.reason()
}

pub(crate) fn check(verifier: &Verifier, token: &str, now: Now) -> Decision {
    let mut decision = Decision::new();
    check_into(verifier, token, now, &mut decision);
    decision
}

/// The reason for a token of the issuer signed by the key of this seed.
pub(crate) fn reason(verifier: &Verifier, seed: u8, now: Now) -> Reason {
    check(verifier, &token_of(ISSUER, seed, ""), now).reason()
}

pub(crate) fn field<'d>(decision: &'d Decision, name: &str) -> Option<&'d str> {
    decision.fields().find(|(known, _)| *known == name).map(|(_, value)| value)
}

pub(crate) fn body(text: &str) -> Outcome<'_> {
    Outcome::Body { bytes: text.as_bytes(), etag: None, max_age: None }
}

/// Answers a ticket with a set of these seeds.
pub(crate) fn answer(store: &KeyStore, fetch: &Fetch, seeds: &[u8], now: Now) -> Result<Done, KeysRefused> {
    store.fetch_done(fetch.ticket, body(&jwks(seeds)), now)
}

/// Fetches a set of these seeds, which has to be due.
pub(crate) fn fetch(store: &KeyStore, seeds: &[u8], now: Now) -> Fetch {
    let fetch = store.next_fetch(now).unwrap_or_else(|| panic!("nothing is due at {now:?}"));
    assert!(matches!(answer(store, &fetch, seeds, now), Ok(Done::Loaded(_) | Done::Renewed)));
    fetch
}
