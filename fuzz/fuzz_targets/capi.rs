//! The C calls, as a careless C program makes them: stray sizes and lengths, NULL, blocks of any bytes.
#![no_main]

use core::ffi::c_char;
use core::ptr;
use std::sync::LazyLock;

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
#[derive(Clone, Copy)]
struct Field {
    name: Str,
    value: Str,
}

#[repr(C)]
struct RequestHead {
    struct_size: u64,
    method: Str,
    target: Str,
    fields: *const Field,
    field_count: usize,
    now_seconds: i64,
    now_nanos: u32,
    /// Room for the rest of the struct and for versions to come; zero reads as absent.
    rest: [u32; 63],
}

#[repr(C)]
struct Time {
    wall_seconds: i64,
    wall_nanos: u32,
    reserved: u32,
    monotonic_nanos: u64,
}

#[repr(C)]
struct StoreOptions {
    struct_size: u64,
    entropy: Str,
}

#[repr(C)]
struct FetchResult {
    struct_size: u64,
    ticket: u64,
    outcome: u32,
    reserved: u32,
    body: Str,
    etag: Str,
    cache_control: Str,
    age_seconds: u64,
    failure: Str,
}

unsafe extern "C" {
    fn countersign_policy_new(options: *const u8, json: Str, out: *mut *mut u8, report: *mut *mut u8) -> u32;
    fn countersign_store_new(options: *const StoreOptions, policy: *const u8, out: *mut *mut u8) -> u32;
    fn countersign_store_free(store: *mut u8);
    fn countersign_store_next_fetch(store: *mut u8, now: *const Time, out: *mut *mut u8) -> u32;
    fn countersign_store_fetch_done(
        store: *mut u8,
        result: *const FetchResult,
        now: *const Time,
        done: *mut u32,
        report: *mut *mut u8,
    ) -> u32;
    fn countersign_store_is_fetching(store: *const u8, issuer: Str) -> u32;
    fn countersign_fetch_free(fetch: *mut u8);
    fn countersign_verifier_from_json(options: *const u8, json: Str, out: *mut *mut u8, report: *mut *mut u8) -> u32;
    fn countersign_decision_new(out: *mut *mut u8) -> u32;
    fn countersign_decision_free(decision: *mut u8);
    fn countersign_check(verifier: *const u8, request: *const RequestHead, decision: *mut u8) -> u32;
    fn countersign_decision_allowed(decision: *const u8) -> u32;
    fn countersign_decision_http_status(decision: *const u8) -> u32;
    fn countersign_decision_field_at(decision: *const u8, index: usize, name: *mut Str, value: *mut Str) -> u32;
    fn countersign_decision_save(decision: *const u8, block: *mut c_char, capacity: usize, needed: *mut usize) -> u32;
    fn countersign_decision_load(decision: *mut u8, block: *const c_char, len: usize) -> u32;
    fn countersign_challenges_new(values: *const Str, count: usize, out: *mut *mut u8) -> u32;
    fn countersign_challenges_free(challenges: *mut u8);
    fn countersign_key_set_new(jwks: Str, out: *mut *mut u8, report: *mut *mut u8) -> u32;
    fn countersign_key_set_free(set: *mut u8);
    fn countersign_token_read_unverified(token: Str, out: *mut *mut u8) -> u32;
    fn countersign_token_free(token: *mut u8);
    fn countersign_report_free(report: *mut u8);
}

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    size: Option<u16>,
    method: Option<&'a [u8]>,
    target: &'a [u8],
    lines: Vec<(&'a [u8], Option<&'a [u8]>)>,
    null_with_length: bool,
    seconds: i64,
    nanos: u32,
    capacity: u16,
    text: &'a [u8],
    outcome: u8,
}

struct Shared(*mut u8);
// SAFETY: a verifier may be used by any number of threads.
unsafe impl Send for Shared {}
// SAFETY: as above.
unsafe impl Sync for Shared {}

static VERIFIER: LazyLock<Shared> = LazyLock::new(|| {
    let policy = br#"{"realm":"fuzz","bearer":{"issuers":[{"issuer":"https://login.example.com","audience":false,
        "jwks":{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}}]}}"#;
    let mut verifier = ptr::null_mut();
    // SAFETY: a text, a place for a pointer, and NULL where the header allows it.
    let status = unsafe { countersign_verifier_from_json(ptr::null(), text(policy), &mut verifier, ptr::null_mut()) };
    assert_eq!(status, 0);
    Shared(verifier)
});

static POLICY: LazyLock<Shared> = LazyLock::new(|| {
    let policy = br#"{"realm":"fuzz","bearer":{"issuers":[{"issuer":"https://login.example.com","audience":false,
        "jwks_uri":"https://login.example.com/keys","keys":{"prefetch":true}}]}}"#;
    let mut made = ptr::null_mut();
    // SAFETY: as above.
    assert_eq!(unsafe { countersign_policy_new(ptr::null(), text(policy), &mut made, ptr::null_mut()) }, 0);
    Shared(made)
});

fn text(bytes: &[u8]) -> Str {
    Str { data: bytes.as_ptr().cast(), len: bytes.len() }
}

fn optional(bytes: Option<&[u8]>) -> Str {
    bytes.map_or(Str { data: ptr::null(), len: 0 }, text)
}

fuzz_target!(|input: Input<'_>| {
    let mut fields: Vec<Field> =
        input.lines.iter().map(|(name, value)| Field { name: text(name), value: optional(*value) }).collect();
    if input.null_with_length {
        fields.push(Field { name: text(b"authorization"), value: Str { data: ptr::null(), len: 7 } });
    }
    let known = core::mem::size_of::<RequestHead>();
    let request = RequestHead {
        struct_size: input.size.map_or(known as u64, u64::from).min(known as u64),
        method: optional(input.method),
        target: text(input.target),
        fields: fields.as_ptr(),
        field_count: fields.len(),
        now_seconds: input.seconds,
        now_nanos: input.nanos,
        rest: [0; 63],
    };
    // SAFETY: every pointer is to living memory of the length given with it, or NULL; sizes never reach past a struct.
    unsafe { drive(&input, &request) };
    // SAFETY: as above.
    unsafe { fetch(&input) };
});

/// A ticket answered with stray bytes: a call that was carried out has closed it, any other leaves it open. An attempt
/// whose ticket was given back is still under way.
unsafe fn fetch(input: &Input<'_>) {
    unsafe {
        let (mut store, mut ticket, mut report, mut done) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut(), 0);
        let options = StoreOptions { struct_size: 24, entropy: text(b"16 random bytes.") };
        assert_eq!(countersign_store_new(&options, POLICY.0, &mut store), 0);
        let now = Time { wall_seconds: input.seconds, wall_nanos: 0, reserved: 0, monotonic_nanos: 1 };
        assert_eq!(countersign_store_next_fetch(store, &now, &mut ticket), 0);
        countersign_fetch_free(ticket);
        // The first ticket of a store of one source is its first number.
        let result = FetchResult {
            struct_size: 96,
            ticket: 1,
            outcome: u32::from(input.outcome % 6),
            reserved: 0,
            body: text(input.text),
            etag: optional(input.method),
            cache_control: text(input.target),
            age_seconds: u64::from(input.nanos),
            failure: optional(input.method),
        };
        let status = countersign_store_fetch_done(store, &result, &now, &mut done, &mut report);
        assert_eq!(matches!(status, 0 | 6), matches!(result.outcome, 1..=4));
        assert!(status != 0 || matches!(done, 3 | 6 | 7));
        let is_open = countersign_store_is_fetching(store, text(b"https://login.example.com")) == 1;
        assert_eq!(is_open, !matches!(status, 0 | 6) || done == 7);
        countersign_report_free(report);
        countersign_store_free(store);
    }
}

unsafe fn drive(input: &Input<'_>, request: &RequestHead) {
    unsafe {
        let mut decision = ptr::null_mut();
        assert_eq!(countersign_decision_new(&mut decision), 0);
        let status = countersign_check(VERIFIER.0, request, decision);
        assert_eq!(countersign_decision_allowed(decision), u32::from(status == 0));
        assert!(status != 0 || countersign_decision_http_status(decision) == 200);
        let (mut name, mut value) = (text(b""), text(b""));
        let mut index = 0;
        while countersign_decision_field_at(decision, index, &mut name, &mut value) == 0 {
            index += 1;
        }
        let mut block = vec![0_u8; usize::from(input.capacity)];
        let mut needed = 0;
        let saved = countersign_decision_save(decision, block.as_mut_ptr().cast(), block.len(), &mut needed);
        assert_eq!(saved == 0, needed <= block.len());
        if saved == 0 {
            assert_eq!(countersign_decision_load(decision, block.as_ptr().cast(), needed), 0);
        }
        countersign_decision_load(decision, input.text.as_ptr().cast(), input.text.len());
        countersign_decision_free(decision);

        let mut object = ptr::null_mut();
        let values = [text(input.text), text(input.target)];
        assert_eq!(countersign_challenges_new(values.as_ptr(), values.len(), &mut object), 0);
        countersign_challenges_free(object);
        let (mut set, mut report) = (ptr::null_mut(), ptr::null_mut());
        countersign_key_set_new(text(input.text), &mut set, &mut report);
        countersign_key_set_free(set);
        countersign_report_free(report);
        let mut token = ptr::null_mut();
        assert_eq!(countersign_token_read_unverified(text(input.text), &mut token), 0);
        countersign_token_free(token);
    }
}
