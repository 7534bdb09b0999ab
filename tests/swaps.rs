//! Swapping sets under load: seen whole or not at all, flat memory, and readers that free nothing.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops at the first surprise")]
#![allow(unsafe_code, reason = "an allocator is unsafe to write; this one hands on to the system's")]

mod live_support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicIsize, AtomicUsize, Ordering};
use std::thread;

use countersign::{Decision, Reason};
use live_support::*;

/// Counts the bytes that live, and how often each thread took or gave back memory.
struct Counting;

static LIVE: AtomicIsize = AtomicIsize::new(0);

thread_local! {
    static CALLS: Cell<usize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    LIVE.fetch_add(bytes, Ordering::Relaxed);
    let _ = CALLS.try_with(|calls| calls.set(calls.get() + 1));
}

// SAFETY: every call is handed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(isize::try_from(layout.size()).unwrap_or(0));
        // SAFETY: the caller's promise, handed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count(-isize::try_from(layout.size()).unwrap_or(0));
        // SAFETY: the caller's promise, handed on.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn a_hundred_thousand_swaps_under_load_leave_memory_flat_and_readers_free_nothing() {
    // Tokens that are refused behind the choice of the key, so that a check costs little but holds the set.
    let verifier = verifier(&fetched(""));
    let store = verifier.store();
    let sets = [jwks(&[1, 2]), jwks(&[2, 1, 3])];
    store.set_keys(ISSUER, sets[0].as_bytes()).unwrap();
    let header = r#"{"alg":"EdDSA","kid":"k1"}"#;
    let payload = format!(r#"{{"iss":"{ISSUER}","aud":"api","exp":1800000000}}"#);
    let unsigned = live_support::jose_support::token(header, &payload, |_| Vec::new());
    let (stop, judged, warm) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let mut decision = Decision::new();
                let value = format!("Bearer {unsigned}");
                let lines = [countersign::FieldLine::new("Authorization", value.as_bytes())];
                let request = countersign::Request::new("GET", "/", &lines, at(1).wall).monotonic(1);
                verifier.check(&request, &mut decision);
                verifier.check(&request, &mut decision);
                warm.fetch_add(1, Ordering::SeqCst);
                let before = CALLS.with(Cell::get);
                while !stop.load(Ordering::Relaxed) {
                    verifier.check(&request, &mut decision);
                    assert_eq!(decision.reason(), Reason::SignatureInvalid, "key k1 is in every set");
                    judged.fetch_add(1, Ordering::Relaxed);
                }
                assert_eq!(CALLS.with(Cell::get), before, "a reader took or gave back memory");
            });
        }
        while warm.load(Ordering::SeqCst) < 3 {
            thread::yield_now();
        }
        let mut lowest = [isize::MAX; 10];
        for swap in 0..100_000 {
            store.set_keys(ISSUER, sets[swap % 2].as_bytes()).unwrap();
            if swap % 2 == 1 {
                let live = LIVE.load(Ordering::Relaxed);
                lowest[swap / 10_000] = lowest[swap / 10_000].min(live);
            }
        }
        stop.store(true, Ordering::Relaxed);
        let (first, last) = (lowest[0], lowest[9]);
        assert!(last <= first + 4096, "memory grew from {first} to {last} bytes");
    });
    assert!(judged.load(Ordering::Relaxed) > 1000);
    assert_eq!(store.generation(ISSUER), Some(100_000), "the first of them brought the text that was there");
}

#[test]
fn a_number_is_never_used_again_and_the_same_bytes_keep_theirs() {
    let verifier = verifier(&policy_of(&format!(r#","jwks":{},"jwks_uri":"{ISSUER}/keys""#, jwks(&[1, 2]))));
    let store = verifier.store();
    let numbers = |seeds: &[u8]| -> Vec<u64> {
        let set = store.set_keys(ISSUER, jwks(seeds).as_bytes()).unwrap();
        set.keys().iter().map(countersign::jose::ListedKey::number).collect()
    };
    let first = numbers(&[1, 2, 3]);
    assert_eq!(first[..2], [1, 2], "the keys of the policy are numbered with it");
    let second = numbers(&[3, 1, 4]);
    assert_eq!(second[..2], [first[2], first[0]]);
    let third = numbers(&[2, 3]);
    assert_eq!(third[1], first[2]);
    assert!(!first.contains(&third[0]) && !second.contains(&third[0]), "key 2 was away: it is another key now");
    let mut all = [&first[..], &second[2..], &third[..1]].concat();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 5);
    // The same kid over other bytes is another key.
    let renamed = jwks(&[3]).replace("k3", "k2");
    let set = store.set_keys(ISSUER, renamed.as_bytes()).unwrap();
    assert!(!all.contains(&set.keys()[0].number()));
}
