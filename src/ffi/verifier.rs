//! Verifiers
//!
//! What a host asks, once a request.

use std::sync::Arc;

use super::boundary::{Undecided, borrow, borrow_mut, call, check_place, give, take_back};
use super::decision::countersign_decision;
use super::policy::{countersign_policy, countersign_policy_options, load};
use super::report::{countersign_report, give_report};
use super::request::{countersign_request, with_request};
use super::status::{COUNTERSIGN_DENIED, COUNTERSIGN_KEYS_INVALID, Failure, countersign_status};
use super::store::countersign_store;
use super::types::countersign_str;
use crate::verifier::Verifier;

/// A policy with its live keys. Any number of threads may use it at once.
pub struct countersign_verifier {
    pub(super) inner: Verifier,
}

/// Makes a verifier of a policy and the store that was made of it.
///
/// It keeps both alive: they may be freed before it. On success *out is the caller's; give it back with
/// countersign_verifier_free. A store of another policy gives COUNTERSIGN_ARGUMENT_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_verifier_new(
    policy: *const countersign_policy,
    store: *const countersign_store,
    out: *mut *mut countersign_verifier,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living policy.
        let policy = unsafe { borrow(policy) }?;
        // SAFETY: NULL or a living store.
        let store = unsafe { borrow(store) }?;
        let inner = Verifier::with_store(policy.inner.clone(), Arc::clone(&store.inner)).ok_or(Failure::INVALID)?;
        // SAFETY: NULL or a place for a pointer.
        unsafe { give(out, countersign_verifier { inner }) }
    })
}

/// Makes a verifier of a document alone, for policies whose keys all stand inline.
///
/// The same as countersign_policy_new, countersign_store_new and countersign_verifier_new together.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_verifier_from_json(
    options: *const countersign_policy_options,
    json: countersign_str,
    out: *mut *mut countersign_verifier,
    report: *mut *mut countersign_report,
) -> countersign_status {
    call(|| {
        check_place(out)?;
        // SAFETY: as the header says of `countersign_policy_new`.
        let policy = unsafe { load(options, json, report) }?;
        // SAFETY: NULL or a place for a pointer.
        unsafe { give(out, countersign_verifier { inner: Verifier::new(policy.inner) }) }
    })
}

/// Judges one request: COUNTERSIGN_OK if it is allowed, COUNTERSIGN_DENIED if not.
///
/// Any other status says that it could not be judged: treat it as a denial. What decision held before is gone in
/// every case; it denies until the check has allowed. On a decision that has met a token of this size before,
/// nothing is allocated. The verifier may be shared by threads, the decision not.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_check(
    verifier: *const countersign_verifier,
    request: *const countersign_request,
    decision: *mut countersign_decision,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living decision that this thread alone uses.
        let undecided = Undecided::new(&mut unsafe { borrow_mut(decision) }?.inner);
        // SAFETY: NULL or a living verifier.
        let verifier = unsafe { borrow(verifier) }?;
        // SAFETY: as the header says of `countersign_request`.
        unsafe { with_request(request, |request| verifier.inner.check(request, undecided.decision)) }?;
        #[cfg(feature = "panic-injection")]
        panic_if_asked(request);
        let allowed = undecided.decision.allowed();
        undecided.keep();
        if allowed { Ok(()) } else { Err(Failure(COUNTERSIGN_DENIED)) }
    })
}

/// Puts these API keys in place of the present ones: the bytes that `api_key.keys` of a policy may refer to, a JSON list
/// of key objects or one object a line.
///
/// Checks under way finish with the old ones; no thread waits. COUNTERSIGN_KEYS_INVALID for keys that cannot be taken:
/// the present ones stay. *report, if report is not NULL, becomes the caller's; it says why, or holds warnings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_verifier_set_api_keys(
    verifier: *const countersign_verifier,
    keys: countersign_str,
    report: *mut *mut countersign_report,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living verifier.
        let verifier = unsafe { borrow(verifier) }?;
        // SAFETY: the caller vouches for the bytes.
        let (told, outcome) = match verifier.inner.set_api_keys(unsafe { keys.bytes() }?) {
            Ok(told) => (told, Ok(())),
            Err(told) => (told, Err(Failure(COUNTERSIGN_KEYS_INVALID))),
        };
        // SAFETY: NULL or a place for a pointer.
        unsafe { give_report(report, told) };
        outcome
    })
}

/// Gives a verifier back. No thread may be in a check with it. NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_verifier_free(verifier: *mut countersign_verifier) {
    // SAFETY: NULL or a verifier that was given out and not taken back.
    unsafe { take_back(verifier) };
}

/// Panics behind a finished check if the method is `PANIC`, so that a test sees what a fault of ours leaves behind.
#[cfg(feature = "panic-injection")]
fn panic_if_asked(request: *const countersign_request) {
    // SAFETY: the check has just read it.
    let method = unsafe { (*request).method };
    // SAFETY: the check has just read it.
    assert!(!unsafe { method.bytes() }.is_ok_and(|method| method == b"PANIC"), "injected");
}
