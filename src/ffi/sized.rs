//! Structs that start with their size: how one that grew meets callers of another age.
//!
//! A caller's struct may be as long as ours was in any version: what it lacks reads as zero and is not
//! written. It may be longer, if what we do not know is zero.

use core::mem::{MaybeUninit, offset_of};
use core::{ptr, slice};

use super::catalogue::countersign_reason_info;
use super::challenge::{countersign_challenge, countersign_challenge_fault, countersign_challenge_warning};
use super::claims::countersign_claim;
use super::client::{countersign_abilities, countersign_response, countersign_sent, countersign_step_info};
use super::decision::countersign_need;
use super::explain::{countersign_exchange, countersign_explained};
use super::export::countersign_keys;
use super::fetch::{countersign_fetch_info, countersign_fetch_result};
use super::jws::countersign_token_info;
use super::key_set::countersign_key;
use super::metrics::{countersign_metric_info, countersign_source_state};
use super::policy::countersign_policy_options;
use super::report::countersign_finding;
use super::request::countersign_request;
use super::status::{COUNTERSIGN_STRUCT_SIZE, Failure};
use super::store::countersign_store_options;

/// A struct that starts with its size.
///
/// # Safety
/// `repr(C)` without padding, a `u64` first, and every bit pattern is a value: integers and raw pointers alone.
pub(super) unsafe trait SizedStruct: Copy {
    /// Where the members start that were appended since the struct's first version, in order. As nothing lies between
    /// members, each is a size that the struct once had.
    const APPENDED: &'static [usize];
}

/// Names each struct once, with what was appended to it. The first member that is named here was no part of the
/// struct's first version; all that stand in front of it were.
macro_rules! structs {
    ($($name:ident { $($appended:ident),* })*) => {$(
        // SAFETY: the header's structs are made of integers, pointers and lengths; `layout.rs` asserts that no
        // padding lies between them.
        unsafe impl SizedStruct for $name {
            const APPENDED: &'static [usize] = &[$(offset_of!($name, $appended)),*];
        }
    )*};
}

structs! {
    countersign_reason_info {}
    countersign_finding {}
    countersign_policy_options {}
    countersign_store_options {}
    countersign_keys {}
    countersign_fetch_info { cooldown_nanos }
    countersign_fetch_result {}
    countersign_request { monotonic_nanos }
    countersign_need { generation }
    countersign_claim {}
    countersign_key {}
    countersign_token_info {}
    countersign_challenge {}
    countersign_challenge_fault {}
    countersign_challenge_warning {}
    countersign_response {}
    countersign_sent {}
    countersign_abilities {}
    countersign_step_info {}
    countersign_exchange { reason }
    countersign_explained {}
    countersign_metric_info {}
    countersign_source_state {}
}

/// Copies a struct that starts with its size; members that the caller does not know are zero.
///
/// # Safety
/// `from` points to as many readable bytes as its first eight say.
pub(super) unsafe fn read_struct<T: SizedStruct>(from: *const T) -> Result<T, Failure> {
    // SAFETY: handed on to the caller.
    let given = unsafe { check_struct(from) }?;
    let mut copy = MaybeUninit::<T>::zeroed();
    // SAFETY: both are at least so long, and a copy of our own overlaps nothing.
    unsafe { ptr::copy_nonoverlapping(from.cast::<u8>(), copy.as_mut_ptr().cast::<u8>(), given.min(size_of::<T>())) };
    // SAFETY: every byte is set, and every bit pattern is a value of such a struct.
    Ok(unsafe { copy.assume_init() })
}

/// Fills what the caller knows of a struct that starts with its size; the size itself stays.
///
/// # Safety
/// `to` points to as many writable bytes as its first eight say.
pub(super) unsafe fn write_struct<T: SizedStruct>(to: *mut T, value: T) -> Result<(), Failure> {
    // SAFETY: handed on to the caller.
    let given = unsafe { check_struct(to.cast_const()) }?;
    let (front, length) = (size_of::<u64>(), given.min(size_of::<T>()));
    // SAFETY: the first member is the size, and behind it both are as long as is copied.
    let (from, place) = unsafe { (ptr::from_ref(&value).cast::<u8>().add(front), to.cast::<u8>().add(front)) };
    // SAFETY: as above; a value of our own overlaps nothing.
    unsafe { ptr::copy_nonoverlapping(from, place, length.saturating_sub(front)) };
    Ok(())
}

/// The size that the caller gave, if it is one that the struct has or had, or longer and zero behind what we know.
///
/// # Safety
/// `from` points to as many readable bytes as its first eight say.
unsafe fn check_struct<T: SizedStruct>(from: *const T) -> Result<usize, Failure> {
    const REFUSED: Failure = Failure(COUNTERSIGN_STRUCT_SIZE);
    if from.is_null() {
        return Err(Failure::NULL);
    }
    if !from.is_aligned() {
        return Err(Failure::INVALID);
    }
    // SAFETY: aligned, not NULL, and every such struct starts with its size.
    let given = usize::try_from(unsafe { from.cast::<u64>().read() }).map_err(|_| REFUSED)?;
    let known = size_of::<T>();
    if given < known {
        return if T::APPENDED.contains(&given) { Ok(given) } else { Err(REFUSED) };
    }
    if given > LONGEST_STRUCT {
        return Err(REFUSED);
    }
    // SAFETY: the caller vouches for `given` bytes, of which the first `known` are passed over.
    let behind = unsafe { slice::from_raw_parts(from.cast::<u8>().add(known), given - known) };
    if behind.iter().any(|&byte| byte != 0) { Err(REFUSED) } else { Ok(given) }
}

/// No struct of a later version will be longer; a larger size is a stray number.
const LONGEST_STRUCT: usize = 4096;
