//! Issuers whose metadata tell where their keys are.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops at the first surprise")]

mod live_support;

use countersign::{Done, FetchKind, FetchReason, KeyStore, KeysRefused, MetadataFault, Need, Outcome, Reason};
use live_support::*;

fn metadata(issuer: &str, address: &str) -> String {
    format!(r#"{{"issuer":"{issuer}","authorization_endpoint":"{issuer}/auth","jwks_uri":"{address}"}}"#)
}

/// Takes the next ticket, which has to be for metadata at `issuer` and this path, and answers it.
fn meet(store: &KeyStore, path: &str, outcome: Outcome<'_>, second: u64) -> Result<Done, KeysRefused> {
    let fetch = store.next_fetch(at(second)).unwrap();
    assert_eq!((fetch.kind, fetch.url, fetch.etag), (FetchKind::Metadata, format!("{ISSUER}{path}"), None));
    store.fetch_done(fetch.ticket, outcome, at(second))
}

const OPENID: &str = "/.well-known/openid-configuration";
const OAUTH: &str = "/.well-known/oauth-authorization-server";

#[test]
fn metadata_come_first_and_then_the_set() {
    let verifier = verifier(&policy_of(""));
    let store = verifier.store();
    let denied = check(&verifier, &token_of(ISSUER, 1, ""), at(0));
    assert_eq!(denied.reason(), Reason::KeysUnavailable);
    assert_eq!(denied.need(), Some(Need::Keys { issuer: ISSUER, jwks_uri: None, generation: 0 }));
    let good = metadata(ISSUER, "https://login.example.com/keys");
    assert!(matches!(meet(store, OPENID, body(&good), 0), Ok(Done::Located)));
    assert!(store.due_at() == 0 && store.is_fetching(ISSUER), "one attempt, two tickets");
    let set = fetch(store, &[1], at(1));
    assert_eq!((set.kind, set.reason), (FetchKind::KeySet, FetchReason::FirstUse));
    assert_eq!(set.url, "https://login.example.com/keys");
    assert_eq!(reason(&verifier, 1, at(1)), Reason::Ok);
    // The address is known now: an unknown kid costs one request.
    reason(&verifier, 2, at(40));
    let set = fetch(store, &[1, 2], at(40));
    assert_eq!((set.kind, set.reason), (FetchKind::KeySet, FetchReason::UnknownKid));
    assert_eq!(reason(&verifier, 2, at(40)), Reason::Ok);
}

#[test]
fn req_rotation_01_the_second_address_is_tried_when_the_first_has_nothing() {
    let verifier = verifier(&policy_of(""));
    let store = verifier.store();
    reason(&verifier, 1, at(0));
    assert!(matches!(meet(store, OPENID, Outcome::Failed("HTTP 404"), 0), Ok(Done::Noted)));
    let good = metadata(ISSUER, "https://login.example.com/keys");
    assert!(matches!(meet(store, OAUTH, body(&good), 1), Ok(Done::Located)));
    fetch(store, &[1], at(1));
    assert_eq!(reason(&verifier, 1, at(1)), Reason::Ok);
    // A day later the metadata are read again, first where they were.
    let mut asked = Vec::new();
    while asked.last() != Some(&FetchKind::Metadata) {
        let now = at_nanos(store.due_at());
        let fetch = store.next_fetch(now).unwrap();
        asked.push(fetch.kind);
        if fetch.kind == FetchKind::Metadata {
            assert_eq!(fetch.url, format!("{ISSUER}{OAUTH}"));
            assert!(now.monotonic >= 86_400 * SECOND);
        } else {
            answer(store, &fetch, &[1], now).unwrap();
        }
    }
}

#[test]
fn an_address_of_metadata_that_brings_nothing_counts_as_a_failed_fetch() {
    let verifier = verifier(&policy_of(""));
    let store = verifier.store();
    reason(&verifier, 1, at(0));
    let counted = |now| {
        let mut text = Vec::new();
        store.write_prometheus(at(now), &mut text);
        let text = String::from_utf8(text).unwrap();
        ["fetches", "fetch_failures"].map(|name| {
            let line = text.lines().find(|line| line.starts_with(&format!("countersign_key_{name}_total{{"))).unwrap();
            line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()
        })
    };
    // The first address hangs, and the next ticket stands behind its deadline.
    store.next_fetch(at(0)).unwrap();
    let good = metadata(ISSUER, "https://login.example.com/keys");
    assert!(matches!(meet(store, OAUTH, body(&good), 6), Ok(Done::Located)));
    assert_eq!(counted(6), [2, 1]);
    fetch(store, &[1], at(7));
    assert_eq!((counted(7), reason(&verifier, 1, at(7))), ([3, 1], Reason::Ok));
}

#[test]
fn an_attempt_that_ends_counts_each_of_its_fetches_once() {
    let verifier = verifier(&policy_of(""));
    let store = verifier.store();
    reason(&verifier, 1, at(0));
    assert!(matches!(meet(store, OPENID, Outcome::Failed("HTTP 404"), 0), Ok(Done::Noted)));
    assert!(meet(store, OAUTH, body("{}"), 0).is_err());
    let mut text = Vec::new();
    store.write_status(at(0), &mut text);
    let status: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let source = &status["sources"][0];
    assert_eq!((&source["counters"]["tickets"], &source["counters"]["failures"]), (&2.into(), &2.into()));
    assert_eq!(source["failures_in_a_row"], 1, "attempts, by which the next one waits");
}

#[test]
fn req_rotation_02_metadata_that_lie_are_refused_and_change_nothing() {
    let verifier = verifier(&policy_of(""));
    let store = verifier.store();
    reason(&verifier, 1, at(0));
    let lies = [
        (metadata("https://login.example.org", "https://login.example.com/keys"), MetadataFault::IssuerDiffers),
        (metadata(ISSUER, "https://keys.example.net/keys"), MetadataFault::OtherHost),
    ];
    for ((text, fault), path) in lies.iter().zip([OPENID, OAUTH]) {
        let refused = meet(store, path, body(text), 0).unwrap_err();
        assert!(matches!(refused, KeysRefused::Metadata(found) if found == *fault), "{refused}");
    }
    assert_eq!((store.next_fetch(at(29)), store.is_fetching(ISSUER)), (None, false), "the attempt is over");
    let good = metadata(ISSUER, "https://login.example.com/keys");
    let now = store.due_at().div_ceil(SECOND);
    assert!(matches!(meet(store, OPENID, body(&good), now), Ok(Done::Located)));
    fetch(store, &[1], at(now));
    // Later lies: the set is fetched from where it was, and goes on serving.
    let now = at_nanos(store.due_at());
    let failed = store.next_fetch(now).unwrap();
    assert_eq!(failed.kind, FetchKind::KeySet);
    store.fetch_done(failed.ticket, Outcome::Failed("HTTP 410"), now).unwrap();
    let now = store.due_at().div_ceil(SECOND);
    assert!(meet(store, OPENID, body(&lies[0].0), now).is_err());
    assert!(meet(store, OAUTH, body(&lies[1].0), now).is_err());
    assert_eq!(reason(&verifier, 1, at(now)), Reason::Ok);
    assert_eq!(fetch(store, &[1, 2], at(now)).url, "https://login.example.com/keys");
    assert_eq!(reason(&verifier, 2, at(now)), Reason::Ok);
}

#[test]
fn the_policy_may_allow_another_host() {
    let verifier = verifier(&policy_of(r#","discovery":{"other_host":true},"keys":{"prefetch":true}"#));
    let store = verifier.store();
    let moved = metadata(ISSUER, "https://keys.example.net/keys");
    assert!(matches!(meet(store, OPENID, body(&moved), 0), Ok(Done::Located)));
    assert_eq!(fetch(store, &[1], at(0)).url, "https://keys.example.net/keys");
}

#[test]
fn a_tenant_s_token_asks_for_the_one_set_of_all_tenants() {
    let members = r#","tenants":"any","jwks_uri":"https://login.example.com/common/keys""#;
    let policy = policy_of(members).replace(ISSUER, "https://login.example.com/{tid}");
    let policy = policy.replace("\"https://login.example.com/{tid}/common", "\"https://login.example.com/common");
    let verifier = verifier(&policy);
    let store = verifier.store();
    let token =
        |tenant: u32| token_of(&format!("https://login.example.com/t{tenant}"), 1, &format!(r#","tid":"t{tenant}""#));
    let denied = check(&verifier, &token(0), at(0));
    let name = "https://login.example.com/{tid}";
    assert!(matches!(denied.need(), Some(Need::Keys { issuer, .. }) if issuer == name));
    fetch(store, &[1], at(0));
    for tenant in 0..2000 {
        assert_eq!(check(&verifier, &token(tenant), at(1)).reason(), Reason::Ok);
    }
    assert_eq!(store.next_fetch(at(1)), None);
}
