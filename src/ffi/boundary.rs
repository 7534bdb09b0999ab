//! Where panics end, and how handles and results cross.

use core::ffi::c_char;
use core::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

use super::status::{COUNTERSIGN_BUFFER_TOO_SMALL, COUNTERSIGN_OK, COUNTERSIGN_PANIC, Failure, countersign_status};
use super::types::memory;
use crate::result::Decision;

/// Carries out `body`; a panic in it becomes `COUNTERSIGN_PANIC`.
pub(super) fn call(body: impl FnOnce() -> Result<(), Failure>) -> countersign_status {
    // What a panic may leave half done is a decision, which [`Undecided`] takes back to its resting
    // state, or an object that was never handed out.
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => COUNTERSIGN_OK,
        Ok(Err(failure)) => failure.0,
        Err(_) => COUNTERSIGN_PANIC,
    }
}

/// Carries out `body`, which cannot fail; a panic in it gives `resting`.
pub(super) fn read<T>(resting: T, body: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(resting)
}

/// A decision under way. Whatever ends the call before [`Undecided::keep`], a panic among it, leaves it denying.
pub(super) struct Undecided<'a> {
    pub(super) decision: &'a mut Decision,
    kept: bool,
}

impl<'a> Undecided<'a> {
    pub(super) fn new(decision: &'a mut Decision) -> Self {
        decision.reset();
        Undecided { decision, kept: false }
    }

    /// Leaves the decision as it is.
    pub(super) fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Undecided<'_> {
    fn drop(&mut self) {
        if !self.kept {
            self.decision.reset();
        }
    }
}

/// Hands a new object to the caller, who becomes its owner.
///
/// # Safety
/// `out` is NULL or a place for a pointer.
pub(super) unsafe fn give<T>(out: *mut *mut T, object: T) -> Result<(), Failure> {
    check_place(out)?;
    // SAFETY: not NULL and aligned, and the caller vouches for the place.
    unsafe { out.write(Box::into_raw(Box::new(object))) };
    Ok(())
}

/// Takes an object back and drops it; NULL is ignored.
///
/// # Safety
/// `object` is NULL or came from [`give`] and was not taken back yet.
pub(super) unsafe fn take_back<T>(object: *mut T) {
    if !object.is_null() {
        // SAFETY: it was made by `Box::into_raw` in `give` and this is its only way back.
        let object = unsafe { Box::from_raw(object) };
        read((), || drop(object));
    }
}

/// Borrows an object.
///
/// # Safety
/// `object` is NULL or a living object of this type that nobody changes during `'a`.
pub(super) unsafe fn borrow<'a, T>(object: *const T) -> Result<&'a T, Failure> {
    // SAFETY: handed on to the caller.
    unsafe { object.as_ref() }.ok_or(Failure::NULL)
}

/// Borrows an object to change it.
///
/// # Safety
/// `object` is NULL or a living object of this type that nobody else uses during `'a`.
pub(super) unsafe fn borrow_mut<'a, T>(object: *mut T) -> Result<&'a mut T, Failure> {
    // SAFETY: handed on to the caller.
    unsafe { object.as_mut() }.ok_or(Failure::NULL)
}

/// Writes a plain value.
///
/// # Safety
/// `out` is NULL or a place for a `T`.
pub(super) unsafe fn put<T: Copy>(out: *mut T, value: T) -> Result<(), Failure> {
    check_place(out)?;
    // SAFETY: not NULL and aligned, and the caller vouches for the place.
    unsafe { out.write(value) };
    Ok(())
}

/// Writes a plain value where the caller wants it; NULL is a caller who does not.
///
/// # Safety
/// `out` is NULL or a place for a `T`.
pub(super) unsafe fn put_if_wanted<T: Copy>(out: *mut T, value: T) -> Result<(), Failure> {
    // SAFETY: handed on to the caller.
    if out.is_null() { Ok(()) } else { unsafe { put(out, value) } }
}

/// Copies bytes to the caller's memory and tells their number, also if they do not fit; then nothing is copied.
///
/// # Safety
/// `to` points to `capacity` writable bytes apart from `bytes`, or is NULL; `needed` is NULL or a place for a length.
pub(super) unsafe fn fill(to: *mut c_char, capacity: usize, needed: *mut usize, bytes: &[u8]) -> Result<(), Failure> {
    // SAFETY: handed on to the caller.
    let memory = unsafe { memory(to, capacity) }?;
    // SAFETY: handed on to the caller.
    unsafe { put_if_wanted(needed, bytes.len()) }?;
    let place = memory.get_mut(..bytes.len()).ok_or(Failure(COUNTERSIGN_BUFFER_TOO_SMALL))?;
    place.copy_from_slice(bytes);
    Ok(())
}

/// Refuses a place that nothing can be written to.
pub(super) fn check_place<T>(out: *mut T) -> Result<(), Failure> {
    if out.is_null() {
        return Err(Failure::NULL);
    }
    if out.is_aligned() { Ok(()) } else { Err(Failure::INVALID) }
}
