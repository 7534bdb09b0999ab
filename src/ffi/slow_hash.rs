//! Passwords
//!
//! Hashing a password takes as long as it was made to. countersign_check never does it: it denies with
//! COUNTERSIGN_NEED_SLOW_HASH, and the host runs the hash where it may block.

use super::boundary::{Undecided, borrow, borrow_mut, call, check_place, give, take_back};
use super::decision::countersign_decision;
use super::request::{countersign_request, with_request};
use super::status::{COUNTERSIGN_DENIED, Failure, countersign_status};
use super::verifier::countersign_verifier;
use crate::verifier::{HashAnswer, SlowHash};

/// A password to be hashed, and then what came of it. Needs neither verifier nor decision while it runs. Belongs to
/// one thread at a time.
pub struct countersign_slow_hash {
    work: SlowHash,
    answer: Option<HashAnswer>,
}

/// Takes the hash that a decision of this verifier asks for, with the password, which the decision no longer holds.
///
/// On success *out is the caller's; give it back with countersign_slow_hash_free. COUNTERSIGN_NOT_FOUND if the decision
/// asks for none, or it was taken, or the decision was saved and loaded since. The decision goes on denying.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_slow_hash_new(
    verifier: *const countersign_verifier,
    decision: *mut countersign_decision,
    out: *mut *mut countersign_slow_hash,
) -> countersign_status {
    call(|| {
        check_place(out)?;
        // SAFETY: NULL or a living verifier.
        let verifier = unsafe { borrow(verifier) }?;
        // SAFETY: NULL or a living decision that this thread alone uses.
        let decision = unsafe { borrow_mut(decision) }?;
        let work = verifier.inner.slow_hash(&mut decision.inner).ok_or(Failure::NOT_FOUND)?;
        // SAFETY: NULL or a place for a pointer.
        unsafe { give(out, countersign_slow_hash { work, answer: None }) }
    })
}

/// Runs the hash: tens to hundreds of milliseconds, and the memory that it asks for. On any thread.
///
/// Whether the password was right is for countersign_resume to say.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_slow_hash_run(work: *mut countersign_slow_hash) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living object that this thread alone uses.
        let work = unsafe { borrow_mut(work) }?;
        work.answer = Some(work.work.run());
        Ok(())
    })
}

/// Judges the request again with what came of its hash; else as countersign_check.
///
/// COUNTERSIGN_ARGUMENT_INVALID for work that was not run. Work of other credentials or of another verifier is of no
/// use: the decision then asks for a hash again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_resume(
    verifier: *const countersign_verifier,
    request: *const countersign_request,
    work: *const countersign_slow_hash,
    decision: *mut countersign_decision,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living decision that this thread alone uses.
        let undecided = Undecided::new(&mut unsafe { borrow_mut(decision) }?.inner);
        // SAFETY: NULL or a living verifier.
        let verifier = unsafe { borrow(verifier) }?;
        // SAFETY: NULL or a living object that nobody changes.
        let answer = unsafe { borrow(work) }?.answer.as_ref().ok_or(Failure::INVALID)?;
        // SAFETY: as the header says of `countersign_request`.
        unsafe { with_request(request, |request| verifier.inner.resume(request, answer, undecided.decision)) }?;
        finish(undecided)
    })
}

/// Judges one request as countersign_check does, and runs a slow hash at once, on this thread: for hosts that may block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_check_blocking(
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
        unsafe { with_request(request, |request| verifier.inner.check_blocking(request, undecided.decision)) }?;
        finish(undecided)
    })
}

/// Gives a slow hash back; its password is wiped. NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_slow_hash_free(work: *mut countersign_slow_hash) {
    // SAFETY: NULL or an object that was given out and not taken back.
    unsafe { take_back(work) };
}

fn finish(undecided: Undecided<'_>) -> Result<(), Failure> {
    let allowed = undecided.decision.allowed();
    undecided.keep();
    if allowed { Ok(()) } else { Err(Failure(COUNTERSIGN_DENIED)) }
}
