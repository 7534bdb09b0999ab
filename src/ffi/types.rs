//! Text, bytes, fields and time
//!
//! Two frozen views of what belongs to somebody else, and the host's clocks.

use core::ffi::c_char;
use core::slice;

use super::status::Failure;
use crate::time::{Now, Wall};

/// Bytes that belong to somebody else: a pointer and a length. Frozen.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct countersign_str {
    /// The first byte; may be NULL if len is 0.
    pub data: *const c_char,
    /// Bytes, without a terminating zero.
    pub len: usize,
}

/// A field line, or an auth-param: a name and a value. Frozen.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct countersign_field {
    /// The name.
    pub name: countersign_str,
    /// The value.
    pub value: countersign_str,
}

/// Both clocks of the host, read together. Frozen.
///
/// The wall clock tells the age of what was fetched elsewhere; every duration is measured on the
/// monotonic one, so that setting the wall clock lengthens nothing.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct countersign_time {
    /// Seconds since 1970, as in the tv_sec of CLOCK_REALTIME.
    pub wall_seconds: i64,
    /// Nanoseconds below one second, as in its tv_nsec.
    pub wall_nanos: u32,
    /// Zero.
    pub reserved: u32,
    /// Nanoseconds on a clock that is never set, as CLOCK_MONOTONIC; where it starts does not matter.
    pub monotonic_nanos: u64,
}

impl countersign_time {
    /// Both clocks.
    ///
    /// # Safety
    /// `time` is NULL or a readable struct.
    pub(super) unsafe fn read(time: *const countersign_time) -> Result<Now, Failure> {
        if !time.is_null() && !time.is_aligned() {
            return Err(Failure::INVALID);
        }
        // SAFETY: aligned, and the caller vouches for the rest.
        let time = unsafe { time.as_ref() }.ok_or(Failure::NULL)?;
        if time.reserved != 0 {
            return Err(Failure::INVALID);
        }
        let wall = Wall::from_timespec(time.wall_seconds, time.wall_nanos).ok_or(Failure::INVALID)?;
        Ok(Now::new(wall, time.monotonic_nanos))
    }
}

impl countersign_str {
    pub(super) const ABSENT: countersign_str = countersign_str { data: core::ptr::null(), len: 0 };

    pub(super) const fn lend(text: &str) -> Self {
        countersign_str { data: text.as_ptr().cast(), len: text.len() }
    }

    pub(super) const fn lend_bytes(bytes: &[u8]) -> Self {
        countersign_str { data: bytes.as_ptr().cast(), len: bytes.len() }
    }

    pub(super) fn lend_or_absent(text: Option<&str>) -> Self {
        text.map_or(countersign_str::ABSENT, countersign_str::lend)
    }

    /// The bytes; empty for `{NULL, 0}`.
    ///
    /// # Safety
    /// `data` points to `len` readable bytes that do not change during `'a`.
    pub(super) unsafe fn bytes<'a>(self) -> Result<&'a [u8], Failure> {
        // SAFETY: handed on to the caller.
        unsafe { list(self.data.cast(), self.len) }
    }

    /// The text; `None` for NULL.
    ///
    /// # Safety
    /// As [`countersign_str::bytes`].
    pub(super) unsafe fn text<'a>(self) -> Result<Option<&'a str>, Failure> {
        // SAFETY: handed on to the caller.
        let bytes = unsafe { self.bytes() }?;
        if self.data.is_null() {
            return Ok(None);
        }
        core::str::from_utf8(bytes).map(Some).map_err(|_| Failure::INVALID)
    }
}

/// A list of `len` items; empty for NULL and 0.
///
/// # Safety
/// `data` points to `len` initialised items that do not change during `'a`.
pub(super) unsafe fn list<'a, T>(data: *const T, len: usize) -> Result<&'a [T], Failure> {
    if data.is_null() {
        return if len == 0 { Ok(&[]) } else { Err(Failure::NULL) };
    }
    if len.checked_mul(size_of::<T>().max(1)).is_none_or(|bytes| isize::try_from(bytes).is_err()) {
        return Err(Failure::INVALID);
    }
    if !data.is_aligned() {
        return Err(Failure::INVALID);
    }
    // SAFETY: not NULL, aligned, no longer than the address space, and the caller vouches for the items.
    Ok(unsafe { slice::from_raw_parts(data, len) })
}

/// Memory of `len` bytes that the caller hands in to be written; empty for NULL and 0.
///
/// # Safety
/// `data` points to `len` writable bytes that nobody else uses during `'a`.
pub(super) unsafe fn memory<'a>(data: *mut c_char, len: usize) -> Result<&'a mut [u8], Failure> {
    if data.is_null() {
        return if len == 0 { Ok(&mut []) } else { Err(Failure::NULL) };
    }
    if isize::try_from(len).is_err() {
        return Err(Failure::INVALID);
    }
    // SAFETY: not NULL, no longer than the address space, and the caller vouches for the memory.
    // Bytes of the caller's that were never written are only overwritten, never read.
    Ok(unsafe { slice::from_raw_parts_mut(data.cast(), len) })
}
