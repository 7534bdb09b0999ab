//! Every call of a host at once, at random: what holds for one thread holds for all of them.
//!
//! Rounds of threads that check, fetch, answer, push, revoke and look; after each the store is quiet, and what it says
//! is due is held against what its sources say.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops at the first surprise")]

mod live_support;
mod numbers;

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use countersign::{Decision, Done, Fetch, FetchReason, KeyStore, KeysRefused, Outcome, Reason, Verifier};
use live_support::*;
use numbers::Numbers;
use serde_json::Value;

const ISSUERS: usize = 3;
const COOLDOWN: u64 = 3;
const ROUNDS: u64 = 400;

/// What the threads share.
struct Field {
    verifier: Verifier,
    /// Tokens of each issuer by a key that every set has, and by one that none has.
    tokens: Vec<[String; 2]>,
    sets: [String; 2],
    /// Seconds.
    clock: AtomicU64,
    /// Every ticket: its number, issuer, moment, and whether it starts an attempt.
    handed_out: Mutex<Vec<(u64, String, u64, bool)>>,
}

fn issuer(place: usize) -> String {
    format!("https://i{place}.example")
}

impl Field {
    fn new() -> Self {
        let members: Vec<String> = (0..ISSUERS)
            .map(|place| {
                let name = issuer(place);
                format!(
                    r#"{{"issuer":"{name}","audience":"api","jwks_uri":"{name}/k","keys":{{"ttl":100000,"cooldown":{COOLDOWN},"stale":100000}}}}"#
                )
            })
            .collect();
        let policy =
            format!(r#"{{"realm":"api","remember":{{"entries":8}},"bearer":{{"issuers":[{}]}}}}"#, members.join(","));
        let verifier = verifier(&policy);
        for place in 0..ISSUERS {
            verifier.store().set_keys_fetched(&issuer(place), jwks(&[1]).as_bytes(), at(1).wall, at(1)).unwrap();
        }
        let tokens = (0..ISSUERS).map(|place| [1, 9].map(|seed| token_of(&issuer(place), seed, ""))).collect();
        let sets = [jwks(&[1, 2]), jwks(&[3, 1])];
        Field { verifier, tokens, sets, clock: AtomicU64::new(1), handed_out: Mutex::default() }
    }

    fn store(&self) -> &KeyStore {
        self.verifier.store()
    }

    fn now(&self) -> countersign::time::Now {
        at(self.clock.load(Ordering::SeqCst))
    }

    fn check(&self, numbers: &mut Numbers, decision: &mut Decision) {
        let place = usize::try_from(numbers.below(3)).unwrap();
        let made_up = numbers.below(3) == 0;
        let reason = check_into(&self.verifier, &self.tokens[place][usize::from(made_up)], self.now(), decision);
        assert_eq!(reason, if made_up { Reason::KidUnknown } else { Reason::Ok });
    }

    fn take(&self) -> Option<Fetch> {
        let now = self.now();
        let fetch = self.store().next_fetch(now)?;
        let starts = fetch.reason != FetchReason::Abandoned;
        self.handed_out.lock().unwrap().push((fetch.ticket, fetch.issuer.clone(), now.monotonic, starts));
        Some(fetch)
    }

    fn answer(&self, fetch: &Fetch, numbers: &mut Numbers) {
        let outcome = match numbers.below(6) {
            0 => Outcome::Failed("HTTP 500"),
            1 => Outcome::Abandoned,
            2 => Outcome::NotModified { max_age: Some(50_000 + numbers.below(100)) },
            3 => body("<html>"),
            way => Outcome::Body {
                bytes: self.sets[usize::try_from(way - 4).unwrap()].as_bytes(),
                etag: Some("\"a\""),
                max_age: None,
            },
        };
        let done = self.store().fetch_done(fetch.ticket, outcome, self.now());
        assert!(!matches!(done, Ok(Done::Located) | Err(KeysRefused::IssuerUnknown | KeysRefused::Older)), "{done:?}");
        // What was closed stays closed.
        let again = self.store().fetch_done(fetch.ticket, body(&jwks(&[7])), self.now());
        assert!(matches!(again, Ok(Done::Ignored)), "{again:?}");
    }

    fn push(&self, numbers: &mut Numbers) {
        let name = issuer(usize::try_from(numbers.below(3)).unwrap());
        let set = self.sets[usize::try_from(numbers.below(2)).unwrap()].as_bytes();
        let pushed = match numbers.below(2) {
            0 => self.store().set_keys_fetched(&name, set, self.now().wall, self.now()),
            _ => self.store().set_keys(&name, set),
        };
        assert!(matches!(pushed, Ok(_) | Err(KeysRefused::Older)), "{pushed:?}");
    }

    fn look(&self, numbers: &mut Numbers) {
        let store = self.store();
        match numbers.below(4) {
            0 => drop(self.status()),
            1 => store.write_prometheus(self.now(), &mut Vec::new()),
            2 => assert!(!store.export(&issuer(0)).unwrap().text.is_empty()),
            _ => store.revoke_ids([format!("other-{}", numbers.below(50))]),
        }
    }

    fn status(&self) -> Value {
        let mut text = Vec::new();
        self.store().write_status(self.now(), &mut text);
        serde_json::from_slice(&text).unwrap()
    }

    fn round(&self, seed: u64) {
        thread::scope(|scope| {
            for number in 0..5 {
                scope.spawn(move || {
                    let (mut numbers, mut decision) = (Numbers(seed * 8 + number), Decision::new());
                    let mut open = Vec::new();
                    for _ in 0..100 {
                        match (number, numbers.below(12)) {
                            (0 | 1, _) => self.check(&mut numbers, &mut decision),
                            (_, 0) => self.push(&mut numbers),
                            (_, 1) => self.look(&mut numbers),
                            (_, 2) => drop(self.clock.fetch_add(numbers.below(4), Ordering::SeqCst)),
                            (_, 3..=7) => open.extend(self.take()),
                            _ if open.is_empty() => {}
                            _ => self.answer(&open.swap_remove(0), &mut numbers),
                        }
                    }
                });
            }
        });
    }
}

#[test]
fn whatever_threads_do_nothing_due_is_forgotten_and_no_attempt_comes_early() {
    let field = Field::new();
    let mut waiting = 0;
    for round in 0..ROUNDS {
        field.round(round);
        // A need, old or new, is due as soon as an attempt may start: now, behind the longest back-off.
        field.clock.fetch_add(400, Ordering::SeqCst);
        let mut decision = Decision::new();
        for tokens in &field.tokens {
            check_into(&field.verifier, &tokens[1], field.now(), &mut decision);
        }
        let status = field.status();
        let sources = status["sources"].as_array().unwrap();
        for source in sources.iter().filter(|source| source["fetching"] == false) {
            assert_eq!(source["due_in"], 0, "round {round}: {source}");
            waiting += 1;
        }
        // What is due first is what the host is told: no mark was lost.
        let first = sources.iter().filter_map(|source| source["due_in"].as_u64()).min();
        assert_eq!(status["due_in"].as_u64(), first, "round {round}: {status}");
        for source in sources {
            let keys = source["keys"].as_array().unwrap();
            assert!(keys.iter().any(|key| key["kid"] == "k1"), "{source}");
        }
    }
    let mut handed_out = field.handed_out.into_inner().unwrap();
    handed_out.sort_unstable();
    let (mut last, mut in_a_row) = (HashMap::new(), HashMap::new());
    for pair in handed_out.windows(2) {
        assert!(pair[0].0 < pair[1].0, "a number given twice: {pair:?}");
    }
    for (_, name, moment, starts) in &handed_out {
        let row = in_a_row.entry(name).or_insert(0);
        *row = if *starts { 0 } else { *row + 1 };
        assert!(*row <= u32::from(countersign::limits::ABANDONED_IN_A_ROW), "{name} at {moment}");
        if *starts {
            let before = last.insert(name, *moment);
            assert!(before.is_none_or(|before| moment - before >= COOLDOWN * SECOND), "{name}: {before:?}, {moment}");
        }
    }
    assert!(handed_out.len() > 100 && waiting > 100, "{} tickets, {waiting} needs", handed_out.len());
}
