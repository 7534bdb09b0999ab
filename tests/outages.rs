//! Keys that change and issuers that fail: who is let in meanwhile, and for how long.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops at the first surprise")]

mod live_support;

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use countersign::time::{Now, Wall};
use countersign::{Decision, Done, FetchReason, KeysRefused, Need, Outcome, Reason};
use live_support::*;

#[test]
fn req_rotation_07_an_unknown_kid_asks_for_the_set_once() {
    let verifier = verifier(&fetched(""));
    let store = verifier.store();
    reason(&verifier, 1, at(0));
    fetch(store, &[1], at(0));
    let waiting = check(&verifier, &token_of(ISSUER, 2, ""), at(40));
    assert_eq!(waiting.reason(), Reason::KidUnknown);
    let Some(Need::Keys { generation, .. }) = waiting.need() else { panic!("no need") };
    let ticket = store.next_fetch(at(40)).unwrap();
    assert_eq!(ticket.reason, FetchReason::UnknownKid);
    assert_eq!((store.generation(ISSUER), store.is_fetching(ISSUER)), (Some(generation), true));
    answer(store, &ticket, &[1, 2], at(41)).unwrap();
    assert!(store.generation(ISSUER) > Some(generation), "who waits is checked once more");
    assert_eq!(reason(&verifier, 2, at(41)), Reason::Ok);
    // REQ-ROTATION-08: within the cooldown nothing is fetched, and nobody is asked to wait.
    let refused = check(&verifier, &token_of(ISSUER, 3, ""), at(42));
    assert_eq!((refused.reason(), refused.need()), (Reason::KidUnknown, None));
    assert_eq!((store.next_fetch(at(69)), store.due_at()), (None, 70 * SECOND));
    assert!(store.next_fetch(at(70)).is_some());
}

#[test]
fn req_rotation_09_a_million_made_up_kids_cause_one_fetch_a_cooldown() {
    let verifier = verifier(&fetched(""));
    let store = verifier.store();
    reason(&verifier, 1, at(0));
    fetch(store, &[1], at(0));
    // Tokens of any form that names a key: their signature is never looked at.
    let made_up: Vec<String> = (0..1000)
        .map(|n| {
            let header = format!(r#"{{"alg":"EdDSA","kid":"made-up-{n}"}}"#);
            let payload = format!(r#"{{"iss":"{ISSUER}","exp":1800000000}}"#);
            live_support::jose_support::token(&header, payload, |_| vec![0; 64])
        })
        .collect();
    let (clock, fetches) = (AtomicU64::new(0), AtomicU64::new(0));
    // A million over 300 seconds, from four threads; a fifth fetches, and fails from the middle on.
    let (threads, rounds) = (4, 250);
    thread::scope(|scope| {
        for _ in 0..threads {
            let (verifier, clock, made_up) = (&verifier, &clock, &made_up);
            scope.spawn(move || {
                let mut decision = Decision::new();
                for round in 0..rounds {
                    for (n, token) in made_up.iter().enumerate() {
                        let share = (round * made_up.len() + n) * 300 / (rounds * made_up.len());
                        let now = clock.fetch_max(u64::try_from(share).unwrap() * SECOND, Ordering::SeqCst);
                        assert_eq!(check_into(verifier, token, at_nanos(now), &mut decision), Reason::KidUnknown);
                    }
                }
            });
        }
        scope.spawn(|| {
            while clock.load(Ordering::SeqCst) < 299 * SECOND {
                let now = clock.load(Ordering::SeqCst);
                if let Some(fetch) = store.next_fetch(at_nanos(now)) {
                    fetches.fetch_add(1, Ordering::SeqCst);
                    let outcome = if now < 150 * SECOND { body("{}") } else { Outcome::Failed("down") };
                    let _ = store.fetch_done(fetch.ticket, outcome, at_nanos(now));
                }
                thread::yield_now();
            }
        });
    });
    let fetches = fetches.load(Ordering::SeqCst);
    assert!((1..=300 / 30).contains(&fetches), "{fetches}");
}

#[test]
fn req_rotation_17_what_names_no_key_of_a_known_issuer_causes_no_fetch() {
    let verifier = verifier(&fetched(""));
    let store = verifier.store();
    store.set_keys_fetched(ISSUER, jwks(&[1]).as_bytes(), at(0).wall, at(0)).unwrap();
    let due = store.due_at();
    let forged = |header: &str, payload: &str| live_support::jose_support::token(header, payload, |_| vec![0; 64]);
    let payload = format!(r#"{{"iss":"{ISSUER}"}}"#);
    for token in [
        token_of("https://other.example", 2, ""),
        forged(r#"{"alg":"EdDSA"}"#, &payload),
        forged(r#"{"alg":"none","kid":"k9"}"#, &payload),
        forged(r#"{"alg":"HS256","kid":"k9"}"#, &payload),
        forged(r#"{"alg":"XX256","kid":"k9"}"#, &payload),
        forged(r#"{"alg":"EdDSA","kid":"k9","crit":["x"]}"#, &payload),
        forged(r#"{"alg":"EdDSA","kid":"k9"}"#, "[]"),
        forged(r#"{"alg":"EdDSA","kid":9}"#, &payload),
        forged(r#"{"alg":"EdDSA","kid":"k1"}"#, &payload),
        "a.b".to_owned(),
        "a.b.c".to_owned(),
    ] {
        let denied = check(&verifier, &token, at(1));
        assert!(!denied.allowed() && denied.need().is_none(), "{token}: {}", denied.reason());
        assert_eq!((store.due_at(), store.next_fetch(at(1))), (due, None), "{token}");
    }
}

#[test]
fn req_rotation_13_the_last_good_set_serves_until_stale_runs_out() {
    let verifier = verifier(&fetched(r#""ttl":600,"stale":3600"#));
    let store = verifier.store();
    reason(&verifier, 1, at(0));
    fetch(store, &[1], at(0));
    let mut refused = 0;
    for second in (0..5000).step_by(5) {
        if let Some(fetch) = store.next_fetch(at(second)) {
            let _ = store.fetch_done(fetch.ticket, Outcome::Failed("timeout"), at(second));
        }
        let decision = check(&verifier, &token_of(ISSUER, 1, ""), at(second));
        if second < 4200 {
            assert_eq!(decision.reason(), Reason::Ok, "at {second}");
        } else {
            assert_eq!((decision.http_status(), decision.reason()), (503, Reason::KeysUnavailable), "at {second}");
            let wait: u64 = field(&decision, "Retry-After").unwrap().parse().unwrap();
            let left = store.due_at().saturating_sub(second * SECOND).div_ceil(SECOND).max(1);
            assert_eq!(wait, left, "Retry-After is what is left until the next attempt");
            assert_eq!(field(&decision, "WWW-Authenticate"), None);
            refused += 1;
        }
    }
    assert!(refused > 100);
    let now = at_nanos(store.due_at());
    assert_eq!(fetch(store, &[1], now).reason, FetchReason::Retry);
    assert_eq!(reason(&verifier, 1, now), Reason::Ok, "it is back");
}

#[test]
fn req_rotation_12_what_is_no_good_set_never_replaces_a_good_one() {
    let verifier = verifier(&fetched(""));
    let store = verifier.store();
    reason(&verifier, 1, at(0));
    fetch(store, &[1], at(0));
    let many = format!(r#"{{"keys":[{}]}}"#, vec!["{}"; 129].join(","));
    let long = " ".repeat(512 * 1024 + 1);
    for broken in ["", "<html>", "{}", "[]", r#"{"keys":[]}"#, r#"{"keys":[{"kty":"oct","k":"AAAA"}]}"#, &many, &long] {
        let now = at_nanos(store.due_at());
        let fetch = store.next_fetch(now).unwrap();
        let refused = store.fetch_done(fetch.ticket, body(broken), now).unwrap_err();
        assert!(matches!(refused, KeysRefused::Set(_) | KeysRefused::NoUsableKey), "{refused}");
        assert_eq!(reason(&verifier, 1, now), Reason::Ok);
        assert_eq!(store.generation(ISSUER), Some(1));
        assert!(store.due_at() >= now.monotonic + 30 * SECOND, "it counts as a failure");
    }
}

#[test]
fn req_rotation_15_a_withdrawn_key_stops_at_the_next_load() {
    let verifier = verifier(&fetched(""));
    let store = verifier.store();
    reason(&verifier, 1, at(0));
    fetch(store, &[1, 2], at(0));
    assert_eq!((reason(&verifier, 1, at(1)), reason(&verifier, 2, at(1))), (Reason::Ok, Reason::Ok));
    fetch(store, &[2], at_nanos(store.due_at()));
    let now = at_nanos(store.due_at() - 1);
    assert_eq!((reason(&verifier, 1, now), reason(&verifier, 2, now)), (Reason::KidUnknown, Reason::Ok));
}

#[test]
fn req_rotation_24_a_wall_clock_that_steps_changes_no_lifetime() {
    let verifier = verifier(&fetched(r#""ttl":600,"stale":0"#));
    let store = verifier.store();
    let skewed = |seconds: u64, step: i128| {
        let Now { wall, monotonic } = at(seconds);
        Now::new(Wall::from_nanos(wall.nanos() + step * 1_000_000_000), monotonic)
    };
    reason(&verifier, 1, at(0));
    fetch(store, &[1], at(0));
    let due = store.due_at();
    for step in [-10_000, 0, 10_000, 50_000_000] {
        assert_eq!(store.next_fetch(skewed(400, step)), None);
        assert_eq!(reason(&verifier, 1, skewed(599, step)), Reason::Ok, "{step}");
        assert_eq!(store.due_at(), due);
        assert_eq!(reason(&verifier, 1, skewed(600, step)), Reason::KeysUnavailable, "{step}");
    }
}

#[test]
fn an_attempt_that_fails_while_a_kid_is_unknown_is_made_again() {
    let verifier = verifier(&fetched(""));
    let store = verifier.store();
    reason(&verifier, 1, at(0));
    fetch(store, &[1], at(0));
    reason(&verifier, 2, at(40));
    let ticket = store.next_fetch(at(40)).unwrap();
    assert!(matches!(store.fetch_done(ticket.ticket, Outcome::Failed("reset"), at(41)), Ok(Done::Noted)));
    let due = store.due_at();
    assert!((70 * SECOND..=78 * SECOND).contains(&due), "{due}");
    assert_eq!(fetch(store, &[2], at_nanos(due)).reason, FetchReason::Retry);
    assert_eq!(reason(&verifier, 2, at_nanos(due)), Reason::Ok);
}

#[test]
fn without_a_monotonic_clock_no_set_grows_too_old() {
    let verifier = verifier(&fetched(""));
    // Older than the clock has run: its end lies before the start.
    let ancient = Wall::from_nanos(at(0).wall.nanos() - 40 * 86_400 * 1_000_000_000);
    verifier.store().set_keys_fetched(ISSUER, jwks(&[1]).as_bytes(), ancient, at(1)).unwrap();
    let token = token_of(ISSUER, 1, "");
    let line = format!("Bearer {token}");
    let lines = [countersign::FieldLine::new("Authorization", line.as_bytes())];
    let request = countersign::Request::new("GET", "/", &lines, at(1).wall);
    let mut decision = Decision::new();
    verifier.check(&request, &mut decision);
    assert_eq!(decision.reason(), Reason::Ok);
    verifier.check(&request.monotonic(at(1).monotonic), &mut decision);
    assert_eq!(decision.reason(), Reason::KeysUnavailable);
}
