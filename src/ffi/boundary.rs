//! Where panics end, and how handles cross.

use core::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

use super::status::{COUNTERSIGN_OK, COUNTERSIGN_PANIC, Failure, countersign_status};

/// Carries out `body`; a panic in it becomes `COUNTERSIGN_PANIC`.
pub(super) fn call(body: impl FnOnce() -> Result<(), Failure>) -> countersign_status {
    // What a panic may leave half done is a decision, which denies until its last step, or an
    // object that was never handed out.
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

/// Hands a new object to the caller, who becomes its owner.
///
/// # Safety
/// `out` is NULL or a place for a pointer.
pub(super) unsafe fn give<T>(out: *mut *mut T, object: T) -> Result<(), Failure> {
    if out.is_null() {
        return Err(Failure::NULL);
    }
    // SAFETY: not NULL, and the caller vouches for the place.
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
    if out.is_null() {
        return Err(Failure::NULL);
    }
    // SAFETY: not NULL, and the caller vouches for the place.
    unsafe { out.write(value) };
    Ok(())
}
