//! Statuses
//!
//! How a call ended. A reason, why a request was denied, is something else.

use super::types::countersign_str;

/// How a call ended: COUNTERSIGN_OK, or one of the other COUNTERSIGN_ statuses.
pub type countersign_status = u32;

/// The call was carried out; for countersign_check: the request is allowed.
pub const COUNTERSIGN_OK: u32 = 0;
/// countersign_check: the request is denied. The decision says why and what to send.
pub const COUNTERSIGN_DENIED: u32 = 1;
/// A pointer that must not be NULL is.
pub const COUNTERSIGN_NULL_ARGUMENT: u32 = 2;
/// An argument is out of range, not UTF-8 where text is asked, or contradicts another.
pub const COUNTERSIGN_ARGUMENT_INVALID: u32 = 3;
/// A struct_size is none that the struct has or had, or what lies behind what this library knows is not zero.
pub const COUNTERSIGN_STRUCT_SIZE: u32 = 4;
/// The policy is refused; the report says where and why.
pub const COUNTERSIGN_POLICY_INVALID: u32 = 5;
/// The key set is refused; the report says why. The present set stays.
pub const COUNTERSIGN_KEYS_INVALID: u32 = 6;
/// The memory handed in is too short; the needed length was written.
pub const COUNTERSIGN_BUFFER_TOO_SMALL: u32 = 7;
/// There is no such thing: an index past the end, a claim that is not there.
pub const COUNTERSIGN_NOT_FOUND: u32 = 8;
/// The claim is there and of another kind.
pub const COUNTERSIGN_WRONG_KIND: u32 = 9;
/// The text cannot be read or written; nothing was changed.
pub const COUNTERSIGN_MALFORMED: u32 = 10;
/// A fault inside the library was caught. Report it; what the call touched denies.
pub const COUNTERSIGN_PANIC: u32 = 11;
/// The key set that is there stays: it was fetched later than this one, or serves while this one is too old to.
pub const COUNTERSIGN_KEYS_OLDER: u32 = 12;

/// A status other than `COUNTERSIGN_OK`, on its way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Failure(pub(super) u32);

impl Failure {
    pub(super) const NULL: Failure = Failure(COUNTERSIGN_NULL_ARGUMENT);
    pub(super) const INVALID: Failure = Failure(COUNTERSIGN_ARGUMENT_INVALID);
    pub(super) const NOT_FOUND: Failure = Failure(COUNTERSIGN_NOT_FOUND);
}

fn name(status: countersign_status) -> &'static str {
    match status {
        COUNTERSIGN_OK => "ok",
        COUNTERSIGN_DENIED => "denied",
        COUNTERSIGN_NULL_ARGUMENT => "null_argument",
        COUNTERSIGN_ARGUMENT_INVALID => "argument_invalid",
        COUNTERSIGN_STRUCT_SIZE => "struct_size",
        COUNTERSIGN_POLICY_INVALID => "policy_invalid",
        COUNTERSIGN_KEYS_INVALID => "keys_invalid",
        COUNTERSIGN_BUFFER_TOO_SMALL => "buffer_too_small",
        COUNTERSIGN_NOT_FOUND => "not_found",
        COUNTERSIGN_WRONG_KIND => "wrong_kind",
        COUNTERSIGN_MALFORMED => "malformed",
        COUNTERSIGN_PANIC => "panic",
        COUNTERSIGN_KEYS_OLDER => "keys_older",
        _ => "",
    }
}

/// The name of a status, as in "policy_invalid"; empty for a number that this library does not know.
/// Static text.
#[unsafe(no_mangle)]
pub extern "C" fn countersign_status_name(status: countersign_status) -> countersign_str {
    countersign_str::lend(name(status))
}
