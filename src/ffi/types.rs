//! Text, bytes and fields
//!
//! Two frozen views of what belongs to somebody else.

use core::ffi::c_char;
use core::slice;

use super::status::{COUNTERSIGN_STRUCT_SIZE, Failure};

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

/// Copies a struct that starts with its size, if it is at least what we know and zero behind it.
///
/// # Safety
/// `from` points to as many readable bytes as its first eight say.
pub(super) unsafe fn read_struct<T: Copy>(from: *const T) -> Result<T, Failure> {
    // SAFETY: handed on to the caller.
    unsafe { check_struct(from) }?;
    // SAFETY: not NULL and at least as long as `T`; `T` is plain data of any bit pattern.
    Ok(unsafe { from.read() })
}

/// Fills a struct that starts with its size; the size itself stays.
///
/// # Safety
/// `to` points to as many writable bytes as its first eight say.
pub(super) unsafe fn write_struct<T: Copy>(to: *mut T, value: T) -> Result<(), Failure> {
    // SAFETY: handed on to the caller.
    let size = unsafe { check_struct(to.cast_const()) }?;
    // SAFETY: not NULL and at least as long as `T`.
    unsafe { to.write(value) };
    // SAFETY: the first member of every such struct is its size.
    unsafe { to.cast::<u64>().write(size) };
    Ok(())
}

/// # Safety
/// `from` points to as many readable bytes as its first eight say.
unsafe fn check_struct<T>(from: *const T) -> Result<u64, Failure> {
    if from.is_null() {
        return Err(Failure::NULL);
    }
    if !from.is_aligned() {
        return Err(Failure::INVALID);
    }
    // SAFETY: aligned, not NULL, and every such struct starts with its size.
    let size = unsafe { from.cast::<u64>().read() };
    let known = size_of::<T>();
    let given = usize::try_from(size).map_err(|_| Failure(COUNTERSIGN_STRUCT_SIZE))?;
    if given < known || given > LONGEST_STRUCT {
        return Err(Failure(COUNTERSIGN_STRUCT_SIZE));
    }
    // SAFETY: the caller vouches for `given` bytes, of which the first `known` are passed over.
    let behind = unsafe { slice::from_raw_parts(from.cast::<u8>().add(known), given - known) };
    if behind.iter().any(|&byte| byte != 0) { Err(Failure(COUNTERSIGN_STRUCT_SIZE)) } else { Ok(size) }
}

/// No struct of a later version will be longer; a larger size is a stray number.
/// When a struct grows, the least size that is taken stays that of version 0.1 (`check_struct` then asks a table).
const LONGEST_STRUCT: usize = 4096;
