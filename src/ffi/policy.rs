//! Policies
//!
//! What an operator asks of requests: one JSON document, checked and compiled once. docs/POLICY.md
//! tells its members, docs/policy.schema.json checks it in an editor.

use super::boundary::{borrow, call, check_place, give, put, read, take_back};
use super::report::{countersign_report, give_report};
use super::sized::read_struct;
use super::status::{COUNTERSIGN_POLICY_INVALID, Failure, countersign_status};
use super::types::{countersign_field, countersign_str, list};
use crate::policy::Policy;

/// A checked policy. Immutable; any number of threads and, after a fork, processes may use it.
pub struct countersign_policy {
    pub(super) inner: Policy,
    wanted: Vec<String>,
    parameters: Vec<String>,
}

/// What a policy is loaded with, beside its document.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct countersign_policy_options {
    /// sizeof(countersign_policy_options), set by the caller.
    pub struct_size: u64,
    /// What {"ref": "name"} in the document stands for: names and bytes. Read during the call only.
    pub refs: *const countersign_field,
    /// How many there are.
    pub ref_count: usize,
}

/// Loads a policy (docs/POLICY.md) from its JSON text.
///
/// options may be NULL. On success *out is the caller's; give it back with countersign_policy_free.
/// If report is not NULL, *report becomes the caller's on success (warnings, perhaps none) and with
/// COUNTERSIGN_POLICY_INVALID (the error); otherwise it is left alone. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_policy_new(
    options: *const countersign_policy_options,
    json: countersign_str,
    out: *mut *mut countersign_policy,
    report: *mut *mut countersign_report,
) -> countersign_status {
    call(|| {
        check_place(out)?;
        // SAFETY: the caller vouches for the options and everything they point to, during the call.
        let policy = unsafe { load(options, json, report) }?;
        // SAFETY: NULL or a place for a pointer.
        unsafe { give(out, policy) }
    })
}

/// # Safety
/// As the header says of the arguments of `countersign_policy_new`.
pub(super) unsafe fn load(
    options: *const countersign_policy_options,
    json: countersign_str,
    report: *mut *mut countersign_report,
) -> Result<countersign_policy, Failure> {
    let mut refs = Vec::new();
    if !options.is_null() {
        // SAFETY: not NULL, so a struct that starts with its size.
        let options = unsafe { read_struct(options) }?;
        // SAFETY: the caller vouches for the list.
        for item in unsafe { list(options.refs, options.ref_count) }? {
            // SAFETY: the caller vouches for the text.
            let name = unsafe { item.name.text() }?.ok_or(Failure::NULL)?;
            // SAFETY: the caller vouches for the bytes.
            refs.push((name, unsafe { item.value.bytes() }?));
        }
    }
    // SAFETY: the caller vouches for the text.
    let json = unsafe { json.bytes() }?;
    match Policy::load(json, &refs) {
        Ok((policy, warnings)) => {
            let wanted = policy.wanted_fields().collect();
            let parameters = policy.credential_parameters().map(str::to_owned).collect();
            // SAFETY: NULL or a place for a pointer.
            unsafe { give_report(report, warnings) };
            Ok(countersign_policy { inner: policy, wanted, parameters })
        }
        Err(error) => {
            // SAFETY: NULL or a place for a pointer.
            unsafe { give_report(report, error) };
            Err(Failure(COUNTERSIGN_POLICY_INVALID))
        }
    }
}

/// How many header fields the policy wants to see; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_policy_field_count(policy: *const countersign_policy) -> usize {
    // SAFETY: NULL or a living policy.
    read(0, || unsafe { borrow(policy) }.map_or(0, |policy| policy.wanted.len()))
}

/// The name, in lower case, of a header field that the policy wants to see: the host passes every line of
/// these fields, unmerged and in order, and need not pass others. Lent until the policy is freed.
///
/// COUNTERSIGN_NOT_FOUND past the end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_policy_field_at(
    policy: *const countersign_policy,
    index: usize,
    out: *mut countersign_str,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living policy.
        let name = unsafe { borrow(policy) }?.wanted.get(index).ok_or(Failure::NOT_FOUND)?;
        // SAFETY: NULL or a place for a view.
        unsafe { put(out, countersign_str::lend(name)) }
    })
}

/// How many query parameters can carry a credential; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_policy_parameter_count(policy: *const countersign_policy) -> usize {
    // SAFETY: NULL or a living policy.
    read(0, || unsafe { borrow(policy) }.map_or(0, |policy| policy.parameters.len()))
}

/// The name of a query parameter that can carry a credential: the host scrubs its value from logs and from what it
/// hands on. access_token is always one, because clients send it whether it is read or not. Names compare with case.
/// Lent until the policy is freed.
///
/// COUNTERSIGN_NOT_FOUND past the end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_policy_parameter_at(
    policy: *const countersign_policy,
    index: usize,
    out: *mut countersign_str,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living policy.
        let name = unsafe { borrow(policy) }?.parameters.get(index).ok_or(Failure::NOT_FOUND)?;
        // SAFETY: NULL or a place for a view.
        unsafe { put(out, countersign_str::lend(name)) }
    })
}

/// Gives a policy back. Stores and verifiers made of it go on working. NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_policy_free(policy: *mut countersign_policy) {
    // SAFETY: NULL or a policy that was given out and not taken back.
    unsafe { take_back(policy) };
}
