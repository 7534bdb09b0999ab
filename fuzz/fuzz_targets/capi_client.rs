//! The C calls of the client's side and of the diagnosis, as a careless C program makes them: stray sizes, numbers and
//! lengths, NULL, any bytes. What comes out has to be readable to its last byte.
#![no_main]

use core::ffi::c_char;
use core::mem::size_of;
use core::{ptr, slice};

use arbitrary::Arbitrary;
// Linked for its exported functions.
use countersign as _;
use libfuzzer_sys::fuzz_target;

#[repr(C)]
#[derive(Clone, Copy)]
struct Str {
    data: *const c_char,
    len: usize,
}

#[repr(C)]
struct Field {
    name: Str,
    value: Str,
}

#[repr(C)]
struct Response {
    struct_size: u64,
    http_status: u32,
    reserved: u32,
    fields: *const Field,
    field_count: usize,
    url: Str,
}

#[repr(C)]
struct Sent {
    struct_size: u64,
    scheme: u32,
    superseded: u32,
    expires_known: u32,
    reserved: u32,
    expires_seconds: i64,
    url: Str,
}

#[repr(C)]
struct Abilities {
    struct_size: u64,
    flags: [u32; 6],
    schemes: *const u32,
    scheme_count: usize,
}

#[repr(C)]
struct StepInfo {
    struct_size: u64,
    kind: u32,
    reason: u32,
    replay: u32,
    state: u32,
    rest: [u32; 4],
    numbers: [u64; 2],
    texts: [Str; 4],
}

#[repr(C)]
struct Redirect {
    http_status: u32,
    reserved: u32,
    from: Str,
    location: Str,
}

#[repr(C)]
struct Exchange {
    struct_size: u64,
    method: Str,
    target: Str,
    request_fields: *const Field,
    request_field_count: usize,
    client_cert_sha256: Str,
    http_status: u32,
    now_known: u32,
    response_fields: *const Field,
    response_field_count: usize,
    response_body: Str,
    redirects: *const Redirect,
    redirect_count: usize,
    token: Str,
    policy: Str,
    policy_refs: *const Field,
    policy_ref_count: usize,
    keys: *const Field,
    key_count: usize,
    profile: Str,
    scopes: Str,
    revoked: *const Str,
    revoked_count: usize,
    now_seconds: i64,
    now_nanos: u32,
    reserved: u32,
    reason: u32,
    /// Zero, or whatever a later header has in its place.
    last: u32,
}

#[repr(C)]
struct Explained {
    struct_size: u64,
    numbers: [u32; 4],
    offset: usize,
    texts: [Str; 10],
}

unsafe extern "C" {
    fn countersign_next_step(
        response: *const Response,
        sent: *const Sent,
        can: *const Abilities,
        state: u32,
        now_seconds: i64,
        seed: u64,
        out: *mut *mut u8,
    ) -> u32;
    fn countersign_step_describe(step: *const u8, out: *mut StepInfo) -> u32;
    fn countersign_step_challenges(step: *const u8) -> *const u8;
    fn countersign_step_free(step: *mut u8);
    fn countersign_challenges_count(challenges: *const u8) -> usize;
    fn countersign_step_name(kind: u32) -> Str;
    fn countersign_step_reason_name(reason: u32) -> Str;
    fn countersign_state_for_next_request(state: u32) -> u32;
    fn countersign_may_send_to(granted: Str, target: Str, http_loopback: u32) -> u32;
    fn countersign_same_origin(one: Str, other: Str) -> u32;
    fn countersign_explain(exchange: *const Exchange, out: *mut *mut u8) -> u32;
    fn countersign_explanation_count(explanation: *const u8) -> usize;
    fn countersign_explanation_at(explanation: *const u8, index: usize, out: *mut Explained) -> u32;
    fn countersign_explanation_json(explanation: *const u8, out: *mut Str) -> u32;
    fn countersign_explanation_free(explanation: *mut u8);
}

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    size: Option<u16>,
    numbers: [u32; 4],
    seconds: i64,
    state: u32,
    lines: Vec<(&'a [u8], Option<&'a [u8]>)>,
    null_with_length: bool,
    one: Option<&'a [u8]>,
    other: Option<&'a [u8]>,
    text: &'a [u8],
}

fn text(bytes: &[u8]) -> Str {
    Str { data: bytes.as_ptr().cast(), len: bytes.len() }
}

fn optional(bytes: Option<&[u8]>) -> Str {
    bytes.map_or(Str { data: ptr::null(), len: 0 }, text)
}

const NONE: Str = Str { data: ptr::null(), len: 0 };

/// The whole size of a struct, or one below it that a careless caller gives.
fn size<T>(input: &Input<'_>) -> u64 {
    let whole = size_of::<T>() as u64;
    input.size.map_or(whole, |size| u64::from(size).min(whole))
}

fuzz_target!(|input: Input<'_>| {
    let mut fields: Vec<Field> =
        input.lines.iter().map(|(name, value)| Field { name: text(name), value: optional(*value) }).collect();
    if input.null_with_length {
        fields.push(Field { name: text(b"www-authenticate"), value: Str { data: ptr::null(), len: 7 } });
    }
    // SAFETY: every pointer is to living memory of the length given with it, or NULL; sizes never reach past a struct.
    unsafe {
        step(&input, &fields);
        explain(&input, &fields);
    }
});

/// Reads every byte, so that a text that is not all there is seen.
unsafe fn read(lent: Str) -> u64 {
    if lent.data.is_null() {
        assert_eq!(lent.len, 0);
        return 0;
    }
    let bytes = unsafe { slice::from_raw_parts(lent.data.cast::<u8>(), lent.len) };
    assert!(core::str::from_utf8(bytes).is_ok());
    bytes.iter().map(|byte| u64::from(*byte)).sum()
}

unsafe fn step(input: &Input<'_>, fields: &[Field]) {
    let response = Response {
        struct_size: size::<Response>(input),
        http_status: input.numbers[0] % 1000,
        reserved: 0,
        fields: fields.as_ptr(),
        field_count: fields.len(),
        url: optional(input.one),
    };
    let sent = Sent {
        struct_size: size_of::<Sent>() as u64,
        scheme: input.numbers[1] % 9,
        superseded: input.numbers[2] & 1,
        expires_known: (input.numbers[2] >> 1) & 1,
        reserved: 0,
        expires_seconds: input.seconds.wrapping_add(1),
        url: optional(input.other),
    };
    let schemes = [input.numbers[3] % 9, 1];
    let can = Abilities {
        struct_size: size_of::<Abilities>() as u64,
        flags: core::array::from_fn(|bit| (input.numbers[3] >> bit) & 1),
        schemes: schemes.as_ptr(),
        scheme_count: schemes.len(),
    };
    let mut info = StepInfo {
        struct_size: size_of::<StepInfo>() as u64,
        kind: 0,
        reason: 0,
        replay: 0,
        state: 0,
        rest: [0; 4],
        numbers: [0; 2],
        texts: [NONE; 4],
    };
    unsafe {
        let (mut state, mut rounds) = (input.state, 0);
        loop {
            let mut made = ptr::null_mut();
            if countersign_next_step(&response, &sent, &can, state, input.seconds, 7, &mut made) != 0 {
                assert!(made.is_null());
                break;
            }
            assert_eq!(countersign_step_describe(made, &mut info), 0);
            assert!(countersign_step_name(info.kind).len > 0 && countersign_step_reason_name(info.reason).len > 0);
            countersign_challenges_count(countersign_step_challenges(made));
            for lent in info.texts {
                read(lent);
            }
            countersign_step_free(made);
            if info.replay == 0 {
                break;
            }
            // Whatever state a host hands in, the loop ends.
            state = info.state;
            rounds += 1;
            assert!(rounds < 16, "a loop without end");
        }
        countersign_state_for_next_request(input.state);
        countersign_step_name(input.numbers[0]);
        countersign_step_reason_name(input.numbers[0]);
        let (one, other) = (optional(input.one), optional(input.other));
        let is_same = countersign_same_origin(one, other);
        assert!(countersign_may_send_to(one, other, input.numbers[0] & 1) <= is_same);
    }
}

unsafe fn explain(input: &Input<'_>, fields: &[Field]) {
    let policy = br#"{"realm":"fuzz","bearer":{"issuers":[{"issuer":"https://login.example.com","audience":"api",
        "jwks_uri":"https://login.example.com/keys"}]}}"#;
    let redirects = [Redirect {
        http_status: input.numbers[1],
        reserved: 0,
        from: optional(input.other),
        location: text(input.text),
    }];
    let keys = [Field { name: text(b"https://login.example.com"), value: text(input.text) }];
    let revoked = [text(input.text), optional(input.one)];
    let exchange = Exchange {
        struct_size: size::<Exchange>(input),
        method: optional(input.one),
        target: optional(input.other),
        request_fields: fields.as_ptr(),
        request_field_count: fields.len(),
        client_cert_sha256: NONE,
        http_status: input.numbers[0] % 1000,
        now_known: input.numbers[2] & 1,
        response_fields: fields.as_ptr(),
        response_field_count: fields.len(),
        response_body: text(input.text),
        redirects: redirects.as_ptr(),
        redirect_count: redirects.len(),
        token: optional(input.one),
        policy: if input.numbers[3] & 1 == 0 { text(policy) } else { text(input.text) },
        policy_refs: ptr::null(),
        policy_ref_count: 0,
        keys: keys.as_ptr(),
        key_count: keys.len(),
        profile: NONE,
        scopes: optional(input.other),
        revoked: revoked.as_ptr(),
        revoked_count: revoked.len(),
        now_seconds: input.seconds,
        now_nanos: input.numbers[1],
        reserved: 0,
        // One of the table more often than chance would have it.
        reason: [0, 1001, 3001, 3102, input.numbers[2]][(input.numbers[3] >> 8) as usize % 5],
        last: 0,
    };
    unsafe {
        let mut made = ptr::null_mut();
        if countersign_explain(&exchange, &mut made) != 0 {
            assert!(made.is_null());
            return;
        }
        let mut found =
            Explained { struct_size: size_of::<Explained>() as u64, numbers: [0; 4], offset: 0, texts: [NONE; 10] };
        let count = countersign_explanation_count(made);
        for index in 0..count {
            assert_eq!(countersign_explanation_at(made, index, &mut found), 0);
            for lent in found.texts {
                read(lent);
            }
        }
        assert_ne!(countersign_explanation_at(made, count, &mut found), 0);
        let mut json = NONE;
        assert_eq!(countersign_explanation_json(made, &mut json), 0);
        assert!(read(json) > 0);
        countersign_explanation_free(made);
    }
}
