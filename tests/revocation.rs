//! What the host has revoked is refused, whatever else holds.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops at the first surprise")]

mod live_support;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use countersign::time::Wall;
use countersign::{Decision, Reason, Verifier};
use live_support::jose_support::{ed25519, token};
use live_support::*;

fn ready() -> Verifier {
    let verifier = verifier(&policy_of(&format!(r#","jwks":{}"#, jwks(&[1]))));
    assert_eq!(of(&verifier, ""), Reason::Ok);
    verifier
}

/// The reason for a token with these claims.
fn of(verifier: &Verifier, claims: &str) -> Reason {
    let payload = format!(r#"{{"iss":"{ISSUER}","aud":"api","exp":1800000000{claims}}}"#);
    let token = token(r#"{"alg":"EdDSA","kid":"k1"}"#, payload, ed25519(1));
    check(verifier, &token, at(0)).reason()
}

#[test]
fn ids_and_sessions_are_added_to_and_replaced() {
    let verifier = ready();
    let store = verifier.store();
    let (id, session) = (r#","jti":"a""#, r#","sid":"a""#);
    store.revoke_ids(["a"]);
    assert_eq!((of(&verifier, id), of(&verifier, session)), (Reason::TokenRevoked, Reason::Ok));
    store.revoke_ids(["b"]);
    assert_eq!(of(&verifier, r#","jti":"\u0061""#), Reason::TokenRevoked, "seen through escapes");
    store.set_revoked(["b"]);
    assert_eq!((of(&verifier, id), of(&verifier, r#","jti":"b""#)), (Reason::Ok, Reason::TokenRevoked));
    store.revoke_sessions(["a"]);
    assert_eq!((of(&verifier, id), of(&verifier, session)), (Reason::Ok, Reason::TokenRevoked));
    store.set_revoked_sessions(Vec::<String>::new());
    store.set_revoked(Vec::<String>::new());
    assert_eq!((of(&verifier, session), of(&verifier, r#","sid":1"#)), (Reason::Ok, Reason::Ok));
}

#[test]
fn a_subject_is_revoked_before_a_moment() {
    let verifier = ready();
    let store = verifier.store();
    store.revoke_subject_before("alice", Wall::from_nanos(1_600_000_000_500_000_000));
    for (claims, reason) in [
        (r#","sub":"alice","iat":1600000000"#, Reason::TokenRevoked),
        (r#","sub":"alice","iat":1600000000.4999999999"#, Reason::TokenRevoked),
        (r#","sub":"alice","iat":1600000000.5"#, Reason::Ok),
        (r#","sub":"alice","iat":1600000001"#, Reason::Ok),
        (r#","sub":"alice""#, Reason::TokenRevoked),
        (r#","sub":"al\u0069ce""#, Reason::TokenRevoked),
        (r#","sub":"bob","iat":1"#, Reason::Ok),
        (r#","iat":1"#, Reason::Ok),
    ] {
        assert_eq!(of(&verifier, claims), reason, "{claims}");
    }
    store.revoke_subject_before("alice", Wall::from_nanos(1));
    assert_eq!(of(&verifier, r#","sub":"alice","iat":1600000000"#), Reason::TokenRevoked, "the later moment stays");
    store.set_revoked_subjects([("bob", Wall::from_nanos(2_000_000_000))]);
    assert_eq!(of(&verifier, r#","sub":"alice","iat":1600000000"#), Reason::Ok);
    assert_eq!(of(&verifier, r#","sub":"bob","iat":1"#), Reason::TokenRevoked);
}

#[test]
fn a_hundred_thousand_ids_come_one_by_one_while_readers_look() {
    let verifier = ready();
    let store = verifier.store();
    let stop = AtomicBool::new(false);
    store.revoke_ids(["first"]);
    let payload = format!(r#"{{"iss":"{ISSUER}","aud":"api","exp":1800000000,"jti":"first"}}"#);
    let first = token(r#"{"alg":"EdDSA","kid":"k1"}"#, payload, ed25519(1));
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut decision = Decision::new();
            while !stop.load(Ordering::Relaxed) {
                assert_eq!(check_into(&verifier, &first, at(0), &mut decision), Reason::TokenRevoked);
            }
        });
        for number in 0..100_000 {
            store.revoke_ids([number.to_string()]);
        }
        stop.store(true, Ordering::Relaxed);
    });
    for number in [0, 1, 63, 64, 65, 50_000, 99_999] {
        assert_eq!(of(&verifier, &format!(r#","jti":"{number}""#)), Reason::TokenRevoked, "{number}");
    }
    assert_eq!(of(&verifier, r#","jti":"100000""#), Reason::Ok);
}
