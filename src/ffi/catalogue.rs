//! What this library is, and the table of reasons
//!
//! Static data; any thread may read it at any time.

use super::boundary::{call, read};
use super::sized::write_struct;
use super::status::{Failure, countersign_status};
use super::types::countersign_str;
use crate::reason::Reason;

/// The number of the ABI, which is also that of the SONAME.
pub const COUNTERSIGN_ABI: u32 = 0;

/// One row of the table of reasons. All texts are static.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct countersign_reason_info {
    /// sizeof(countersign_reason_info), set by the caller.
    pub struct_size: u64,
    /// The stable number, one of COUNTERSIGN_REASON_.
    pub number: u32,
    /// The default HTTP status; 200 lets through, 0 decides nothing.
    pub http_status: u32,
    /// 1 if the policy's malformed_status decides between 401 and 400.
    pub malformed: u32,
    /// 1 if a fresh access token can be expected to cure the fault.
    pub refresh_helps: u32,
    /// The stable name, as in "token_expired".
    pub name: countersign_str,
    /// The error of Bearer and DPoP challenges (RFC 6750 section 3.1); empty if there is none.
    pub error: countersign_str,
    /// The public text; empty if there is none.
    pub text: countersign_str,
    /// What the operator does next; never for the caller of the API.
    pub next_step: countersign_str,
}

/// The version of this library, as in "0.1.0". Static text. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn countersign_version() -> countersign_str {
    countersign_str::lend(env!("CARGO_PKG_VERSION"))
}

/// The number of the ABI that this library has; it goes with the header whose COUNTERSIGN_ABI is the same.
#[unsafe(no_mangle)]
pub extern "C" fn countersign_abi() -> u32 {
    COUNTERSIGN_ABI
}

/// The cryptography that this library was built with: "ring" or "aws-lc-rs". Static text.
#[unsafe(no_mangle)]
pub extern "C" fn countersign_backend() -> countersign_str {
    countersign_str::lend(crate::jose::BACKEND_NAME)
}

/// How many reasons this library knows; the length of an array of counters.
#[unsafe(no_mangle)]
pub extern "C" fn countersign_reason_count() -> usize {
    Reason::COUNT
}

/// The row of the table of reasons at index, which is also the place of the reason's counter.
///
/// COUNTERSIGN_NOT_FOUND past the end. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_reason_at(index: usize, out: *mut countersign_reason_info) -> countersign_status {
    call(|| {
        let reason = Reason::all().nth(index).ok_or(Failure::NOT_FOUND)?;
        let info = countersign_reason_info {
            struct_size: 0,
            number: reason.number(),
            http_status: u32::from(reason.http_status()),
            malformed: u32::from(reason.is_malformed_credential()),
            refresh_helps: u32::from(reason.refresh_helps()),
            name: countersign_str::lend(reason.name()),
            error: countersign_str::lend(reason.error().unwrap_or("")),
            text: countersign_str::lend(reason.text()),
            next_step: countersign_str::lend(reason.next_step()),
        };
        // SAFETY: the caller hands in a struct that starts with its size.
        unsafe { write_struct(out, info) }
    })
}

/// The name of a reason, as in "token_expired"; empty for a number that this library does not know.
/// Static text. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn countersign_reason_name(reason: u32) -> countersign_str {
    read(countersign_str::ABSENT, || countersign_str::lend(Reason::from_number(reason).map_or("", Reason::name)))
}
