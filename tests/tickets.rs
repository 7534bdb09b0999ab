//! Tickets: one at a time for a source, closed once, and never faster than the policy lets them be.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops at the first surprise")]

mod live_support;

use countersign::time::{Now, Wall};
use countersign::{Done, FetchKind, FetchReason, KeysRefused, Need, Outcome, Reason, limits};
use live_support::*;

#[test]
fn the_first_fetch_comes_at_the_first_use() {
    let verifier = verifier(&fetched(""));
    let store = verifier.store();
    assert_eq!((store.due_at(), store.next_fetch(at(5))), (u64::MAX, None));
    let denied = check(&verifier, &token_of(ISSUER, 1, ""), at(7));
    assert_eq!((denied.http_status(), denied.reason()), (503, Reason::KeysUnavailable));
    let uri = format!("{ISSUER}/keys");
    assert_eq!(denied.need(), Some(Need::Keys { issuer: ISSUER, jwks_uri: Some(&uri), generation: 0 }));
    assert_eq!(store.due_at(), 7 * SECOND);
    let fetch = store.next_fetch(at(7)).unwrap();
    assert_eq!((fetch.kind, fetch.reason), (FetchKind::KeySet, FetchReason::FirstUse));
    assert_eq!((fetch.issuer.as_str(), fetch.url, fetch.etag), (ISSUER, uri, None));
    assert_eq!((fetch.max_bytes, fetch.deadline), (limits::SET_BYTES, 12 * SECOND), "REQ-ROTATION-18, REQ-ROTATION-20");
    assert_eq!(fetch.cooldown, 30 * SECOND, "the policy's, which says nothing");
    assert_eq!(store.due_at(), fetch.deadline);
    assert!(store.is_fetching(ISSUER));
    assert!(matches!(store.fetch_done(fetch.ticket, body(&jwks(&[1])), at(8)), Ok(Done::Loaded(_))));
    assert_eq!((store.generation(ISSUER), store.is_fetching(ISSUER)), (Some(1), false));
    assert_eq!(reason(&verifier, 1, at(8)), Reason::Ok);
}

#[test]
fn prefetch_asks_before_the_first_token() {
    let verifier = verifier(&fetched(r#""prefetch":true"#));
    assert_eq!(verifier.store().due_at(), 0);
    assert_eq!(fetch(verifier.store(), &[1], at(0)).reason, FetchReason::Prefetch);
    assert_eq!(reason(&verifier, 1, at(0)), Reason::Ok);
}

#[test]
fn req_rotation_10_one_ticket_is_open_at_a_time() {
    let verifier = verifier(&fetched(r#""prefetch":true"#));
    let store = verifier.store();
    let first = store.next_fetch(at(0)).unwrap();
    for second in 0..5 {
        reason(&verifier, 1, at(second));
        assert_eq!(store.next_fetch(at(second)), None);
    }
    answer(store, &first, &[1], at(5)).unwrap();
    assert!(matches!(answer(store, &first, &[2], at(5)), Ok(Done::Ignored)), "closed");
    for unknown in [0, first.ticket + 1, first.ticket - 1, u64::MAX] {
        assert!(matches!(answer(store, &first, &[2], at(5)), Ok(Done::Ignored)));
        assert!(matches!(store.fetch_done(unknown, body(&jwks(&[2])), at(5)), Ok(Done::Ignored)));
    }
    assert_eq!((reason(&verifier, 1, at(5)), reason(&verifier, 2, at(5))), (Reason::Ok, Reason::KidUnknown));
}

#[test]
fn a_late_answer_changes_nothing_and_counts_as_a_failure() {
    let verifier = verifier(&fetched(r#""prefetch":true"#));
    let store = verifier.store();
    let late = store.next_fetch(at(0)).unwrap();
    assert!(matches!(answer(store, &late, &[1], at(6)), Ok(Done::Late)));
    assert_eq!(reason(&verifier, 1, at(6)), Reason::KeysUnavailable);
    assert_eq!(store.next_fetch(at(29)), None, "the cooldown counts from the start of the attempt");
    let due = store.due_at();
    let unanswered = store.next_fetch(at_nanos(due)).unwrap();
    assert_eq!(unanswered.reason, FetchReason::Retry);
    assert_eq!(store.due_at(), unanswered.deadline);
    assert_eq!(store.next_fetch(at_nanos(unanswered.deadline + 1)), None, "a ticket past its deadline has failed");
    assert!(!store.is_fetching(ISSUER) && store.due_at() > unanswered.deadline);
    assert!(matches!(answer(store, &unanswered, &[1], at(100)), Ok(Done::Ignored)));
}

#[test]
fn an_abandoned_ticket_is_handed_out_again_a_few_times() {
    let verifier = verifier(&fetched(r#""prefetch":true"#));
    let store = verifier.store();
    let mut ticket = store.next_fetch(at(0)).unwrap();
    for _ in 0..limits::ABANDONED_IN_A_ROW {
        assert!(matches!(store.fetch_done(ticket.ticket, Outcome::Abandoned, at(1)), Ok(Done::Again)));
        assert!(store.due_at() <= SECOND, "at once");
        let again = store.next_fetch(at(1)).unwrap();
        assert_eq!(again.reason, FetchReason::Abandoned);
        assert_ne!(again.ticket, ticket.ticket);
        ticket = again;
    }
    assert!(matches!(store.fetch_done(ticket.ticket, Outcome::Abandoned, at(1)), Ok(Done::Noted)));
    assert_eq!(store.next_fetch(at(29)), None);
    assert!((30 * SECOND..=38 * SECOND).contains(&store.due_at()));
}

#[test]
fn req_rotation_22_failures_back_off_and_a_success_ends_that() {
    let verifier = verifier(&fetched(r#""prefetch":true"#));
    let store = verifier.store();
    let mut last = 0;
    for base in [30, 60, 120, 240, 300, 300, 300] {
        let fetch = store.next_fetch(at_nanos(store.due_at())).unwrap();
        assert!(matches!(store.fetch_done(fetch.ticket, Outcome::Failed("HTTP 500"), at_nanos(last)), Ok(Done::Noted)));
        let delay = store.due_at() - last;
        assert!((base * SECOND..=base * SECOND * 5 / 4).contains(&delay), "{delay}");
        last = store.due_at();
    }
    fetch(store, &[1], at_nanos(last));
    let lifetime = store.due_at() - last;
    assert!((450 * SECOND..=540 * SECOND).contains(&lifetime), "REQ-ROTATION-21: ahead of expiry: {lifetime}");
    let refresh = store.next_fetch(at_nanos(store.due_at())).unwrap();
    assert_eq!(refresh.reason, FetchReason::Refresh);
}

#[test]
fn req_rotation_25_the_etag_goes_along_and_304_renews() {
    let verifier = verifier(&fetched(r#""prefetch":true"#));
    let store = verifier.store();
    let first = store.next_fetch(at(0)).unwrap();
    assert!(store.fetch_done(first.ticket, Outcome::NotModified { max_age: None }, at(0)).is_ok());
    assert_eq!(reason(&verifier, 1, at(0)), Reason::KeysUnavailable, "a 304 to nothing is a failure");
    let now = at_nanos(store.due_at());
    let text = jwks(&[1]);
    let second = store.next_fetch(now).unwrap();
    let outcome = Outcome::Body { bytes: text.as_bytes(), etag: Some("W/\"a\""), max_age: Some(7200) };
    store.fetch_done(second.ticket, outcome, now).unwrap();
    let due = store.due_at() - now.monotonic;
    assert!((5400 * SECOND..=6480 * SECOND).contains(&due), "REQ-ROTATION-11: {due}");
    let now = at_nanos(store.due_at());
    let third = store.next_fetch(now).unwrap();
    assert_eq!(third.etag.as_deref(), Some("W/\"a\""));
    let outcome = Outcome::NotModified { max_age: Some(0) };
    assert!(matches!(store.fetch_done(third.ticket, outcome, now), Ok(Done::Renewed)));
    assert_eq!(store.generation(ISSUER), Some(1), "the set did not change");
    let due = store.due_at() - now.monotonic;
    assert!((45 * SECOND..=54 * SECOND).contains(&due), "{due}");
}

#[test]
fn a_pushed_set_needs_no_ticket_and_has_its_age() {
    let verifier = verifier(&fetched(""));
    let store = verifier.store();
    let push = |seed, fetched: u64, now: u64| {
        let set = jwks(&[seed]);
        store.set_keys_fetched(ISSUER, set.as_bytes(), at(fetched).wall, at(now))
    };
    push(1, 0, 400).unwrap();
    assert_eq!(reason(&verifier, 1, at(400)), Reason::Ok);
    assert!((450 * SECOND..=540 * SECOND).contains(&store.due_at()), "it is 400 s old already");
    assert!(push(2, 399, 400).is_ok());
    assert!(matches!(push(1, 398, 400), Err(KeysRefused::Older)));
    assert_eq!(reason(&verifier, 2, at(400)), Reason::Ok);
    push(3, 500, 400).unwrap();
    assert!(store.due_at() >= 850 * SECOND, "a time to come counts as now");
    assert!(matches!(store.set_keys("https://other.example", b"{}"), Err(KeysRefused::IssuerUnknown)));
    // A whole day and ten minutes: too old on arrival.
    let old = Now::new(Wall::from_nanos(EPOCH), 5 * SECOND);
    let before = Wall::from_nanos(EPOCH - i128::from(87_001 * SECOND));
    let other = live_support::verifier(&fetched(""));
    other.store().set_keys_fetched(ISSUER, jwks(&[1]).as_bytes(), before, old).unwrap();
    assert_eq!(reason(&other, 1, at(5)), Reason::KeysUnavailable);
}

#[test]
fn a_set_pushed_without_a_time_lives_from_when_the_time_is_heard() {
    let verifier = verifier(&fetched(""));
    let store = verifier.store();
    store.set_keys(ISSUER, jwks(&[1]).as_bytes()).unwrap();
    assert_eq!(reason(&verifier, 1, at(1_000_000)), Reason::Ok, "the host that fetches nothing keeps it");
    assert_eq!(store.due_at(), 0);
    assert_eq!(store.next_fetch(at(1_000_000)), None);
    assert!((1_000_450 * SECOND..=1_000_540 * SECOND).contains(&store.due_at()));
    assert_eq!(reason(&verifier, 1, at(1_000_000 + 87_001)), Reason::KeysUnavailable);
}

#[test]
fn keys_of_the_policy_serve_until_the_first_fetch_and_are_never_too_old() {
    let inline = format!(r#","jwks":{},"jwks_uri":"{ISSUER}/keys""#, jwks(&[1]));
    let verifier = verifier(&policy_of(&inline));
    let store = verifier.store();
    assert_eq!((store.due_at(), store.generation(ISSUER)), (u64::MAX, Some(1)));
    assert_eq!(reason(&verifier, 1, at(1_000_000)), Reason::Ok);
    assert_eq!(fetch(store, &[2], at(1_000_000)).reason, FetchReason::FirstUse);
    assert_eq!(reason(&verifier, 1, at(1_000_000)), Reason::KidUnknown);
    assert_eq!(reason(&verifier, 2, at(1_000_000)), Reason::Ok);
}

#[test]
fn every_source_gets_its_turn() {
    let issuers: Vec<String> = (0..50)
        .map(|n| {
            format!(r#"{{"issuer":"https://i{n}.example","audience":"api","jwks_uri":"https://i{n}.example/k","keys":{{"prefetch":true}}}}"#)
        })
        .collect();
    let verifier = verifier(&format!(r#"{{"realm":"api","bearer":{{"issuers":[{}]}}}}"#, issuers.join(",")));
    let store = verifier.store();
    let fetches: Vec<_> = std::iter::from_fn(|| store.next_fetch(at(0))).collect();
    assert_eq!(fetches.len(), 50);
    let mut tickets: Vec<u64> = fetches.iter().map(|fetch| fetch.ticket).collect();
    tickets.dedup();
    assert_eq!(tickets.len(), 50);
    assert_eq!(store.due_at(), 5 * SECOND, "the deadlines");
    for fetch in fetches.iter().rev() {
        assert!(matches!(answer(store, fetch, &[1], at(1)), Ok(Done::Loaded(_))));
        assert_eq!(store.generation(&fetch.issuer), Some(1));
    }
    assert!(store.due_at() >= 450 * SECOND);
}
