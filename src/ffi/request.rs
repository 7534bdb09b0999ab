//! Requests
//!
//! What HTTP handed over, borrowed for one check.

use core::sync::atomic::AtomicU64;

use super::sized::read_struct;
use super::status::Failure;
use super::types::{countersign_field, countersign_str, list};
use crate::request::{FieldLine, Request};
use crate::time::Wall;

/// One request. Everything it points to is read during countersign_check only.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct countersign_request {
    /// sizeof(countersign_request), set by the caller.
    pub struct_size: u64,
    /// The method, as in "GET".
    pub method: countersign_str,
    /// The target: a path with its query, or an absolute URI.
    pub target: countersign_str,
    /// The header lines, unmerged and in order: at least all those of the fields that
    /// countersign_policy_field_at names.
    pub fields: *const countersign_field,
    /// How many lines there are.
    pub field_count: usize,
    /// The wall time: seconds since 1970, as in the tv_sec of CLOCK_REALTIME. Zero or less is an internal_error.
    pub now_seconds: i64,
    /// The wall time: nanoseconds below one second, as in tv_nsec.
    pub now_nanos: u32,
    /// Zero.
    pub reserved: u32,
    /// The policy's profile to judge by; NULL for none.
    pub profile: countersign_str,
    /// Space-separated scopes in place of the policy's; NULL for the policy's, "" for none.
    pub scopes: countersign_str,
    /// The SHA-256 of the client certificate as base64url (RFC 8705 section 3.1), from the TLS layer; NULL for none.
    pub client_cert_sha256: countersign_str,
    /// An array of counters by reason, or NULL. They are counted up atomically and may lie in shared memory.
    pub counters: *mut u64,
    /// The length of the array; the places are those of countersign_reason_at.
    pub counter_count: usize,
    /// Nanoseconds on the clock of countersign_time's monotonic_nanos; 0 for a host that does not tell. Without it no
    /// key set grows too old to use, and a denial that waits for keys does not know when to come again.
    pub monotonic_nanos: u64,
}

/// How many header lines are read without allocating; browsers and proxies send fewer.
const LINES_ON_THE_STACK: usize = 64;

/// Reads a request and hands it to `then`.
///
/// # Safety
/// As the header says of `countersign_request`.
pub(super) unsafe fn with_request(
    request: *const countersign_request,
    then: impl FnOnce(&Request<'_>),
) -> Result<(), Failure> {
    // SAFETY: a struct that starts with its size.
    let request = unsafe { read_struct(request) }?;
    if request.reserved != 0 {
        return Err(Failure::INVALID);
    }
    // SAFETY: the caller vouches for the list.
    let fields = unsafe { list(request.fields, request.field_count) }?;
    let mut few = [FieldLine { name: b"", value: b"" }; LINES_ON_THE_STACK];
    let mut many;
    let lines = if let Some(lines) = few.get_mut(..fields.len()) {
        lines
    } else {
        many = vec![FieldLine { name: b"", value: b"" }; fields.len()];
        many.as_mut_slice()
    };
    for (line, field) in lines.iter_mut().zip(fields) {
        // SAFETY: the caller vouches for the bytes.
        line.name = unsafe { field.name.bytes() }?;
        // SAFETY: the caller vouches for the bytes.
        line.value = unsafe { field.value.bytes() }?;
    }
    // SAFETY: the caller vouches for the bytes.
    let method = unsafe { request.method.bytes() }?;
    // SAFETY: the caller vouches for the bytes.
    let target = unsafe { request.target.bytes() }?;
    let now = Wall::from_timespec(request.now_seconds, request.now_nanos).ok_or(Failure::INVALID)?;
    let mut view = Request::from_bytes(method, target, lines, now);
    // SAFETY: the caller vouches for the text.
    view.profile = unsafe { request.profile.text() }?;
    // SAFETY: the caller vouches for the text.
    view.scopes = unsafe { request.scopes.text() }?;
    // SAFETY: the caller vouches for the text.
    view.client_cert_sha256 = unsafe { request.client_cert_sha256.text() }?;
    // SAFETY: the caller vouches for the array, which is only ever touched atomically; `AtomicU64`
    // has the layout of `u64`.
    view.counters = unsafe { list(request.counters.cast_const().cast::<AtomicU64>(), request.counter_count) }?;
    view.monotonic = Some(request.monotonic_nanos).filter(|&nanos| nanos != 0);
    then(&view);
    Ok(())
}
