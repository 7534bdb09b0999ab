//! The key store: sets are swapped whole, and what is broken never replaces what is good.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use countersign::{Decision, KeysRefused, Policy, Reason, Verifier};
use support::Case;

const ISSUER: &str = "https://login.example.com";

fn inline_jwks(case: &Case) -> String {
    let policy: serde_json::Value = serde_json::from_str(&case.policy).unwrap();
    policy["bearer"]["issuers"][0]["jwks"].to_string()
}

#[test]
fn what_is_no_good_set_never_replaces_a_good_one() {
    let case = Case::named("aud-string");
    let (verifier, mut decision) = (case.verifier(), Decision::new());
    let store = verifier.store();
    for broken in
        ["", "{", "[]", "{}", r#"{"keys":[]}"#, r#"{"keys":[{"kty":"oct","k":"AAAA"}]}"#, r#"{"keys":[],"keys":[]}"#]
    {
        assert!(store.set_keys(ISSUER, broken.as_bytes()).is_err(), "{broken}");
        case.check(&verifier, &mut decision);
        assert_eq!(decision.reason(), Reason::Ok, "{broken}");
    }
    assert!(matches!(store.set_keys("https://other.example", b"{}"), Err(KeysRefused::IssuerUnknown)));
    assert!(matches!(store.set_keys(ISSUER, br#"{"keys":[]}"#), Err(KeysRefused::NoUsableKey)));
}

#[test]
fn a_symmetric_key_from_outside_the_policy_is_listed_and_not_used() {
    // REQ-JWK-19.
    let case = Case::named("aud-string");
    let good = inline_jwks(&case);
    let secret = r#"{"kty":"oct","kid":"hs","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#;
    let set = case
        .verifier()
        .store()
        .set_keys(ISSUER, good.replace("\"keys\":[", &format!("\"keys\":[{secret},")).as_bytes());
    let set = set.unwrap();
    let first = &set.keys()[0];
    assert_eq!((first.is_usable(), first.reason()), (false, Reason::KeySymmetricFromNetwork));
    assert!(set.keys()[1].is_usable());
}

#[test]
fn revoked_ids_are_replaced_whole() {
    let case = Case::named("aud-string");
    let (verifier, mut decision) = (case.verifier(), Decision::new());
    verifier.store().set_revoked(["other", "j-1"]);
    case.check(&verifier, &mut decision);
    assert_eq!(decision.reason(), Reason::TokenRevoked);
    assert_eq!(decision.subject(), Some("alice"), "who was denied is there for logs");
    verifier.store().set_revoked(["other"]);
    case.check(&verifier, &mut decision);
    assert_eq!(decision.reason(), Reason::Ok);
}

#[test]
fn a_store_serves_its_own_policy_only() {
    let case = Case::named("aud-string");
    let (policy, _) = Policy::load(case.policy.as_bytes(), &[]).unwrap();
    // The same text, and so the same issuers: a bad key taken out of a policy must not live on in an old store.
    let (other, _) = Policy::load(case.policy.as_bytes(), &[]).unwrap();
    assert!(Verifier::with_store(policy.clone(), Arc::new(policy.key_store(b""))).is_some());
    assert!(Verifier::with_store(policy, Arc::new(other.key_store(b""))).is_none());
}

#[test]
fn readers_see_one_set_or_the_other_and_never_wait() {
    let case = Case::named("aud-string");
    let verifier = case.verifier();
    let good = inline_jwks(&case);
    let other = good.replace("\"kid\":\"k1\"", "\"kid\":\"k2\"");
    let (stop, judged) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let mut decision = Decision::new();
                while !stop.load(Ordering::Relaxed) {
                    case.check(&verifier, &mut decision);
                    assert!(matches!(decision.reason(), Reason::Ok | Reason::KidUnknown), "{}", decision.reason());
                    judged.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for swap in 0..2_000 {
            let set = if swap % 2 == 0 { &other } else { &good };
            verifier.store().set_keys(ISSUER, set.as_bytes()).unwrap();
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert!(judged.load(Ordering::Relaxed) > 0);
    let mut decision = Decision::new();
    case.check(&verifier, &mut decision);
    assert_eq!(decision.reason(), Reason::Ok, "the last set stands");
}
