//! Challenges and credentials on their own
//!
//! Read and written by the grammar of RFC 9110 section 11, for clients, proxies and tools.

use core::ffi::c_char;

use super::boundary::{borrow, call, check_place, fill, give, put, put_if_wanted, read, take_back};
use super::sized::write_struct;
use super::status::{COUNTERSIGN_MALFORMED, Failure, countersign_status};
use super::types::{countersign_field, countersign_str, list};
use crate::client::{Reading, Warning, read_challenges};
use crate::http::{self, Param};

/// What was read of WWW-Authenticate lines or of an Authorization value. One thread at a time.
pub struct countersign_challenges {
    read: Vec<Read>,
    fault: Option<(usize, usize)>,
    warnings: Vec<Warning>,
}

struct Read {
    scheme: String,
    token68: Option<String>,
    params: Vec<(String, Vec<u8>)>,
}

/// One challenge, or the one credentials. The texts are lent until the reading is freed.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct countersign_challenge {
    /// sizeof(countersign_challenge), set by the caller.
    pub struct_size: u64,
    /// The scheme as written; compare it without case.
    pub scheme: countersign_str,
    /// The token68; NULL if there is none.
    pub token68: countersign_str,
    /// How many auth-params it has.
    pub param_count: usize,
}

/// Where the reading of challenges ended early.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct countersign_challenge_fault {
    /// sizeof(countersign_challenge_fault), set by the caller.
    pub struct_size: u64,
    /// The index of the value.
    pub value: usize,
    /// The offset in that value, in bytes.
    pub offset: usize,
}

/// Something that a server should not have sent, and a tolerant reading met.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct countersign_challenge_warning {
    /// sizeof(countersign_challenge_warning), set by the caller.
    pub struct_size: u64,
    /// What it is, one of COUNTERSIGN_TOLERANCE_.
    pub tolerance: u32,
    /// Zero.
    pub reserved: u32,
    /// The index of the value.
    pub value: usize,
    /// The offset in that value, in bytes.
    pub offset: usize,
}

/// Reads WWW-Authenticate field values (RFC 9110 section 11.6.1), each one line, several challenges in each.
///
/// At a fault the reading ends: the challenges before it are there, and countersign_challenges_fault tells where. On
/// success *out is the caller's; give it back with countersign_challenges_free. The values are copied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_challenges_new(
    values: *const countersign_str,
    value_count: usize,
    out: *mut *mut countersign_challenges,
) -> countersign_status {
    call(|| {
        // SAFETY: the caller vouches for the list.
        let values = unsafe { list(values, value_count) }?;
        // SAFETY: the caller vouches for each text.
        let lines = values.iter().map(|value| unsafe { value.bytes() }).collect::<Result<Vec<_>, _>>()?;
        let mut reading = countersign_challenges { read: Vec::new(), fault: None, warnings: Vec::new() };
        for challenge in http::Challenges::new(&lines) {
            match challenge {
                Ok(challenge) => reading.read.push(own(challenge.scheme, challenge.token68, challenge.params())),
                Err(fault) => reading.fault = Some((fault.value, fault.offset)),
            }
        }
        // SAFETY: NULL or a place for a pointer.
        unsafe { give(out, reading) }
    })
}

/// Reads what servers really send in WWW-Authenticate, for clients: where countersign_challenges_new ends at a fault,
/// this goes on, and names each tolerance in a warning. Quoted text stays one value, a parameter belongs to the
/// challenge before it, and what cannot be told apart is left out.
///
/// Bytes of a value that are no UTF-8 are replaced. On success *out is the caller's; give it back with
/// countersign_challenges_free. The values are copied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_challenges_new_tolerant(
    values: *const countersign_str,
    value_count: usize,
    out: *mut *mut countersign_challenges,
) -> countersign_status {
    call(|| {
        // SAFETY: the caller vouches for the list.
        let values = unsafe { list(values, value_count) }?;
        // SAFETY: the caller vouches for each text.
        let lines = values.iter().map(|value| unsafe { value.bytes() }).collect::<Result<Vec<_>, _>>()?;
        // SAFETY: NULL or a place for a pointer.
        unsafe { give(out, countersign_challenges::of_reading(&read_challenges(&lines))) }
    })
}

/// Reads one Authorization field value by its grammar alone (RFC 9110 section 11.4) as a reading of one.
///
/// COUNTERSIGN_MALFORMED if it is not of the grammar; *reason, if reason is not NULL, then becomes the reason that a
/// check would give. On success *out is the caller's; give it back with countersign_challenges_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_credentials_new(
    value: countersign_str,
    out: *mut *mut countersign_challenges,
    reason: *mut u32,
) -> countersign_status {
    call(|| {
        check_place(out)?;
        // SAFETY: the caller vouches for the text.
        match http::parse_credentials(unsafe { value.bytes() }?) {
            Ok(credentials) => {
                let read = vec![own(credentials.scheme, credentials.token68, credentials.params())];
                // SAFETY: NULL or a place for a pointer.
                unsafe { give(out, countersign_challenges { read, fault: None, warnings: Vec::new() }) }
            }
            Err(found) => {
                // SAFETY: NULL or a place for a number.
                unsafe { put_if_wanted(reason, found.number()) }?;
                Err(Failure(COUNTERSIGN_MALFORMED))
            }
        }
    })
}

/// How many challenges were read; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_challenges_count(challenges: *const countersign_challenges) -> usize {
    // SAFETY: NULL or a living reading.
    read(0, || unsafe { borrow(challenges) }.map_or(0, |reading| reading.read.len()))
}

/// The challenge at index. COUNTERSIGN_NOT_FOUND past the end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_challenges_at(
    challenges: *const countersign_challenges,
    index: usize,
    out: *mut countersign_challenge,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living reading.
        let found = unsafe { borrow(challenges) }?.read.get(index).ok_or(Failure::NOT_FOUND)?;
        let challenge = countersign_challenge {
            struct_size: 0,
            scheme: countersign_str::lend(&found.scheme),
            token68: countersign_str::lend_or_absent(found.token68.as_deref()),
            param_count: found.params.len(),
        };
        // SAFETY: the caller hands in a struct that starts with its size.
        unsafe { write_struct(out, challenge) }
    })
}

/// An auth-param of the challenge at index: its name in lower case, its value unquoted, which may be any bytes.
/// COUNTERSIGN_NOT_FOUND past the end. Lent until the reading is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_challenges_param_at(
    challenges: *const countersign_challenges,
    index: usize,
    param: usize,
    out: *mut countersign_field,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living reading.
        let reading = unsafe { borrow(challenges) }?;
        let found = reading.read.get(index).and_then(|read| read.params.get(param));
        let (name, value) = found.ok_or(Failure::NOT_FOUND)?;
        let field = countersign_field { name: countersign_str::lend(name), value: countersign_str::lend_bytes(value) };
        // SAFETY: NULL or a place for a field.
        unsafe { put(out, field) }
    })
}

/// Where the reading ended early. COUNTERSIGN_NOT_FOUND if it did not.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_challenges_fault(
    challenges: *const countersign_challenges,
    out: *mut countersign_challenge_fault,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living reading.
        let (value, offset) = unsafe { borrow(challenges) }?.fault.ok_or(Failure::NOT_FOUND)?;
        // SAFETY: the caller hands in a struct that starts with its size.
        unsafe { write_struct(out, countersign_challenge_fault { struct_size: 0, value, offset }) }
    })
}

/// How many warnings a tolerant reading has; 0 for any other and for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_challenges_warning_count(challenges: *const countersign_challenges) -> usize {
    // SAFETY: NULL or a living reading.
    read(0, || unsafe { borrow(challenges) }.map_or(0, |reading| reading.warnings.len()))
}

/// The warning at index, in the order of the values. COUNTERSIGN_NOT_FOUND past the end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_challenges_warning_at(
    challenges: *const countersign_challenges,
    index: usize,
    out: *mut countersign_challenge_warning,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living reading.
        let found = unsafe { borrow(challenges) }?.warnings.get(index).ok_or(Failure::NOT_FOUND)?;
        let warning = countersign_challenge_warning {
            struct_size: 0,
            tolerance: found.tolerance.number(),
            reserved: 0,
            value: found.value,
            offset: found.offset,
        };
        // SAFETY: the caller hands in a struct that starts with its size.
        unsafe { write_struct(out, warning) }
    })
}

/// Gives a reading back. NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_challenges_free(challenges: *mut countersign_challenges) {
    // SAFETY: NULL or a reading that was given out and not taken back.
    unsafe { take_back(challenges) };
}

/// Writes one challenge to the caller's memory, names and order as given.
///
/// *needed, if needed is not NULL, becomes the length, also with COUNTERSIGN_BUFFER_TOO_SMALL. COUNTERSIGN_MALFORMED
/// for what cannot be written: a control character, a name that is no token or stands twice, a quote in error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_challenge_write(
    scheme: countersign_str,
    params: *const countersign_field,
    param_count: usize,
    text: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> countersign_status {
    call(|| {
        // SAFETY: the caller vouches for the text.
        let scheme = unsafe { scheme.text() }?.ok_or(Failure::NULL)?;
        // SAFETY: the caller vouches for the list.
        let params = unsafe { list(params, param_count) }?;
        let pairs = params.iter().map(|param| {
            // SAFETY: the caller vouches for the text.
            let name = unsafe { param.name.text() }?.unwrap_or("");
            // SAFETY: the caller vouches for the text.
            Ok((name, unsafe { param.value.text() }?.unwrap_or("")))
        });
        let pairs = pairs.collect::<Result<Vec<(&str, &str)>, Failure>>()?;
        let mut line = Vec::new();
        http::write_challenge(&mut line, scheme, pairs.iter().copied()).map_err(|_| Failure(COUNTERSIGN_MALFORMED))?;
        // SAFETY: the caller vouches for the memory and the place.
        unsafe { fill(text, capacity, needed, &line) }
    })
}

impl countersign_challenges {
    /// What a client has heard.
    pub(super) fn of_reading(reading: &Reading) -> Self {
        let read = reading.challenges.iter().map(|heard| Read {
            scheme: heard.scheme.clone(),
            token68: heard.token68.clone(),
            params: heard.params.iter().map(|(name, value)| (name.clone(), value.clone().into_bytes())).collect(),
        });
        countersign_challenges { read: read.collect(), fault: None, warnings: reading.warnings.clone() }
    }
}

fn own<'a>(scheme: &str, token68: Option<&str>, params: impl Iterator<Item = Param<'a>>) -> Read {
    let params = params.map(|param| {
        let mut value = Vec::new();
        param.value.write(&mut value);
        (param.name.to_ascii_lowercase(), value)
    });
    Read { scheme: scheme.to_owned(), token68: token68.map(str::to_owned), params: params.collect() }
}
