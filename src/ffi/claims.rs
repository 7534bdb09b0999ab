//! Claims
//!
//! Those of an allowed decision, found by JSON Pointer; a denied one has none.

use core::ffi::c_char;

use super::boundary::{borrow, call, put, put_if_wanted};
use super::decision::countersign_decision;
use super::sized::write_struct;
use super::status::{COUNTERSIGN_BUFFER_TOO_SMALL, COUNTERSIGN_WRONG_KIND, Failure, countersign_status};
use super::types::{countersign_str, memory};
use crate::arena::SliceSink;
use crate::json::{Kind, Value};

/// null.
pub const COUNTERSIGN_KIND_NULL: u32 = 1;
/// true or false.
pub const COUNTERSIGN_KIND_BOOLEAN: u32 = 2;
/// A number.
pub const COUNTERSIGN_KIND_NUMBER: u32 = 3;
/// A string.
pub const COUNTERSIGN_KIND_STRING: u32 = 4;
/// An array.
pub const COUNTERSIGN_KIND_ARRAY: u32 = 5;
/// An object.
pub const COUNTERSIGN_KIND_OBJECT: u32 = 6;

/// One claim, or one value inside a claim. The texts are lent as the decision says.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct countersign_claim {
    /// sizeof(countersign_claim), set by the caller.
    pub struct_size: u64,
    /// One of COUNTERSIGN_KIND_.
    pub kind: u32,
    /// Zero.
    pub reserved: u32,
    /// The JSON text as it was signed, quotes and escapes included.
    pub raw: countersign_str,
    /// The name, for a member found by countersign_decision_claim_at: JSON text without its quotes, else NULL.
    pub raw_name: countersign_str,
    /// How many members or elements it has.
    pub count: usize,
}

/// The whole payload of an allowed token, the JSON text as it was signed. Lent as the decision says.
/// COUNTERSIGN_NOT_FOUND for a denial and for an anonymous request.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_decision_claims(
    decision: *const countersign_decision,
    out: *mut countersign_str,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living decision.
        let claims = unsafe { borrow(decision) }?.inner.claims().ok_or(Failure::NOT_FOUND)?;
        // SAFETY: NULL or a place for a view.
        unsafe { put(out, countersign_str::lend(claims.raw())) }
    })
}

/// The value that a JSON Pointer (RFC 6901), as in "/realm_access/roles", leads to in the claims.
/// COUNTERSIGN_NOT_FOUND if there is none, for a denial and for an anonymous request.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_decision_claim(
    decision: *const countersign_decision,
    pointer: countersign_str,
    out: *mut countersign_claim,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living decision, and a text that the caller vouches for.
        let value = unsafe { find(decision, pointer) }?;
        // SAFETY: the caller hands in a struct that starts with its size.
        unsafe { write_struct(out, describe(value, countersign_str::ABSENT)) }
    })
}

/// The member or element at index of the object or array that a JSON Pointer leads to, in signed order.
/// COUNTERSIGN_NOT_FOUND past the end, COUNTERSIGN_WRONG_KIND if it is neither.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_decision_claim_at(
    decision: *const countersign_decision,
    pointer: countersign_str,
    index: usize,
    out: *mut countersign_claim,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living decision, and a text that the caller vouches for.
        let value = unsafe { find(decision, pointer) }?;
        let (name, value) = match (value.as_object(), value.as_array()) {
            (Some(mut members), _) => {
                let (name, value) = members.nth(index).ok_or(Failure::NOT_FOUND)?;
                (countersign_str::lend(name.raw()), value)
            }
            (_, Some(mut elements)) => (countersign_str::ABSENT, elements.nth(index).ok_or(Failure::NOT_FOUND)?),
            _ => return Err(Failure(COUNTERSIGN_WRONG_KIND)),
        };
        // SAFETY: the caller hands in a struct that starts with its size.
        unsafe { write_struct(out, describe(value, name)) }
    })
}

/// Copies the text of a string claim, escapes resolved, to the caller's memory, without a terminating zero.
///
/// *needed, if needed is not NULL, becomes the length of the text, also with COUNTERSIGN_BUFFER_TOO_SMALL; text may be
/// NULL with a capacity of 0 to ask for it. The text can hold any code point, U+0000 too.
/// COUNTERSIGN_NOT_FOUND if there is no such claim, COUNTERSIGN_WRONG_KIND if it is no string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_decision_claim_text(
    decision: *const countersign_decision,
    pointer: countersign_str,
    text: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living decision, and a text that the caller vouches for.
        let value = unsafe { find(decision, pointer) }?;
        let found = value.as_text().ok_or(Failure(COUNTERSIGN_WRONG_KIND))?;
        let mut counting = SliceSink::new(&mut []);
        found.write(&mut counting);
        // SAFETY: the caller vouches for the memory.
        let text = unsafe { memory(text, capacity) }?;
        // SAFETY: NULL or a place for a length.
        unsafe { put_if_wanted(needed, counting.needed()) }?;
        let place = text.get_mut(..counting.needed()).ok_or(Failure(COUNTERSIGN_BUFFER_TOO_SMALL))?;
        found.write(&mut SliceSink::new(place));
        Ok(())
    })
}

/// The value of a number claim that is an integer and fits; 1e3 and 1000.0 are integers too.
/// COUNTERSIGN_NOT_FOUND if there is no such claim, COUNTERSIGN_WRONG_KIND if it is not such a number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_decision_claim_integer(
    decision: *const countersign_decision,
    pointer: countersign_str,
    out: *mut i64,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living decision, and a text that the caller vouches for.
        let value = unsafe { find(decision, pointer) }?;
        let integer = value.as_i64().ok_or(Failure(COUNTERSIGN_WRONG_KIND))?;
        // SAFETY: NULL or a place for an integer.
        unsafe { put(out, integer) }
    })
}

/// # Safety
/// `decision` is NULL or living during `'a`, `pointer` as the header says.
unsafe fn find<'a>(decision: *const countersign_decision, pointer: countersign_str) -> Result<Value<'a>, Failure> {
    // SAFETY: NULL or a living decision.
    let decision = unsafe { borrow(decision) }?;
    // SAFETY: the caller vouches for the text.
    let pointer = unsafe { pointer.text() }?.unwrap_or("");
    decision.inner.claims().and_then(|claims| claims.pointer(pointer)).ok_or(Failure::NOT_FOUND)
}

fn describe(value: Value<'_>, raw_name: countersign_str) -> countersign_claim {
    let (kind, count) = match value.kind() {
        Kind::Null => (COUNTERSIGN_KIND_NULL, 0),
        Kind::Boolean => (COUNTERSIGN_KIND_BOOLEAN, 0),
        Kind::Number => (COUNTERSIGN_KIND_NUMBER, 0),
        Kind::String => (COUNTERSIGN_KIND_STRING, 0),
        Kind::Array => (COUNTERSIGN_KIND_ARRAY, value.as_array().map_or(0, Iterator::count)),
        Kind::Object => (COUNTERSIGN_KIND_OBJECT, value.as_object().map_or(0, Iterator::count)),
    };
    countersign_claim { struct_size: 0, kind, reserved: 0, raw: countersign_str::lend(value.raw()), raw_name, count }
}
