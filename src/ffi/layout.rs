//! What the header promises about memory, held at compile time: every offset and size, no hole in
//! any struct, and which objects threads may share.
//!
//! The offsets are those of 64-bit machines; `tests/c/tables.c` asserts the same from C.

#![cfg(target_pointer_width = "64")]

use core::mem::{offset_of, size_of};

use super::catalogue::countersign_reason_info;
use super::challenge::{
    countersign_challenge, countersign_challenge_fault, countersign_challenge_warning, countersign_challenges,
};
use super::claims::countersign_claim;
use super::client::{
    countersign_abilities, countersign_response, countersign_sent, countersign_step, countersign_step_info,
};
use super::decision::{countersign_decision, countersign_need};
use super::explain::{countersign_exchange, countersign_explained, countersign_explanation, countersign_redirect};
use super::export::{countersign_export, countersign_keys};
use super::fetch::{countersign_fetch, countersign_fetch_info, countersign_fetch_result};
use super::jws::{countersign_token, countersign_token_info};
use super::key_set::{countersign_key, countersign_key_set};
use super::metrics::{countersign_metric_info, countersign_source_state};
use super::policy::{countersign_policy, countersign_policy_options};
use super::report::{countersign_finding, countersign_report};
use super::request::countersign_request;
use super::revocation::countersign_revoked_subject;
use super::store::{countersign_store, countersign_store_options};
use super::types::{countersign_field, countersign_str, countersign_time};
use super::verifier::countersign_verifier;

/// Asserts offsets and size of a struct, and that each field starts where the one before it ends.
macro_rules! layout {
    ($($name:ident { $($offset:literal $field:ident: $kind:ty,)* } $size:literal)*) => {$(
        const _: () = {
            assert!(size_of::<$name>() == $size);
            let mut end = 0;
            $(
                let _: fn(&$name) -> &$kind = |it| &it.$field;
                assert!(offset_of!($name, $field) == $offset && end == $offset);
                end += size_of::<$kind>();
            )*
            assert!(end == $size);
        };
    )*};
}

layout! {
    countersign_str { 0 data: *const core::ffi::c_char, 8 len: usize, } 16
    countersign_field { 0 name: countersign_str, 16 value: countersign_str, } 32
    countersign_time { 0 wall_seconds: i64, 8 wall_nanos: u32, 12 reserved: u32, 16 monotonic_nanos: u64, } 24
    countersign_reason_info {
        0 struct_size: u64, 8 number: u32, 12 http_status: u32, 16 malformed: u32, 20 refresh_helps: u32,
        24 name: countersign_str, 40 error: countersign_str, 56 text: countersign_str, 72 next_step: countersign_str,
    } 88
    countersign_finding {
        0 struct_size: u64, 8 severity: u32, 12 reserved: u32,
        16 code: countersign_str, 32 pointer: countersign_str, 48 text: countersign_str,
    } 64
    countersign_policy_options { 0 struct_size: u64, 8 refs: *const countersign_field, 16 ref_count: usize, } 24
    countersign_store_options { 0 struct_size: u64, 8 entropy: countersign_str, } 24
    countersign_fetch_info {
        0 struct_size: u64, 8 ticket: u64, 16 kind: u32, 20 reason: u32, 24 issuer: countersign_str,
        40 url: countersign_str, 56 etag: countersign_str, 72 deadline_nanos: u64, 80 max_bytes: u64,
        88 cooldown_nanos: u64,
    } 96
    countersign_fetch_result {
        0 struct_size: u64, 8 ticket: u64, 16 outcome: u32, 20 reserved: u32, 24 body: countersign_str,
        40 etag: countersign_str, 56 cache_control: countersign_str, 72 age_seconds: u64, 80 failure: countersign_str,
    } 96
    countersign_keys {
        0 struct_size: u64, 8 jwks: countersign_str, 24 etag: countersign_str,
        40 fetched_at_seconds: i64, 48 fetched_at_nanos: u32, 52 reserved: u32,
    } 56
    countersign_revoked_subject { 0 subject: countersign_str, 16 before_seconds: i64, } 24
    countersign_request {
        0 struct_size: u64, 8 method: countersign_str, 24 target: countersign_str,
        40 fields: *const countersign_field, 48 field_count: usize,
        56 now_seconds: i64, 64 now_nanos: u32, 68 reserved: u32,
        72 profile: countersign_str, 88 scopes: countersign_str, 104 client_cert_sha256: countersign_str,
        120 counters: *mut u64, 128 counter_count: usize, 136 monotonic_nanos: u64,
    } 144
    countersign_need {
        0 struct_size: u64, 8 kind: u32, 12 reserved: u32, 16 issuer: countersign_str, 32 jwks_uri: countersign_str,
        48 generation: u64,
    } 56
    countersign_claim {
        0 struct_size: u64, 8 kind: u32, 12 reserved: u32, 16 raw: countersign_str, 32 raw_name: countersign_str,
        48 count: usize,
    } 56
    countersign_metric_info {
        0 struct_size: u64, 8 name: countersign_str, 24 kind: countersign_str, 40 help: countersign_str,
    } 56
    countersign_source_state {
        0 struct_size: u64, 8 issuer: countersign_str, 24 url: countersign_str, 40 fetches: u64, 48 failures: u64,
        56 unknown_kids: u64, 64 fetched_at_nanos: i64, 72 expires_at_nanos: u64, 80 dead_at_nanos: u64, 88 asked: u32,
        92 reserved: u32,
    } 96
    countersign_key {
        0 struct_size: u64, 8 usable: u32, 12 reason: u32,
        16 kid: countersign_str, 32 kty: countersign_str, 48 alg: countersign_str, 64 thumbprint: countersign_str,
    } 80
    countersign_token_info {
        0 struct_size: u64, 8 reason: u32, 12 reserved: u32,
        16 key_id: countersign_str, 32 header: countersign_str, 48 payload: countersign_str,
    } 64
    countersign_challenge {
        0 struct_size: u64, 8 scheme: countersign_str, 24 token68: countersign_str, 40 param_count: usize,
    } 48
    countersign_challenge_fault { 0 struct_size: u64, 8 value: usize, 16 offset: usize, } 24
    countersign_challenge_warning {
        0 struct_size: u64, 8 tolerance: u32, 12 reserved: u32, 16 value: usize, 24 offset: usize,
    } 32
    countersign_response {
        0 struct_size: u64, 8 http_status: u32, 12 reserved: u32, 16 fields: *const countersign_field,
        24 field_count: usize, 32 url: countersign_str,
    } 48
    countersign_sent {
        0 struct_size: u64, 8 scheme: u32, 12 superseded: u32, 16 expires_known: u32, 20 reserved: u32,
        24 expires_seconds: i64, 32 url: countersign_str,
    } 48
    countersign_abilities {
        0 struct_size: u64, 8 refresh: u32, 12 interactive: u32, 16 replay: u32, 20 idempotent: u32, 24 strict: u32,
        28 downgrade: u32, 32 schemes: *const u32, 40 scheme_count: usize,
    } 48
    countersign_step_info {
        0 struct_size: u64, 8 kind: u32, 12 reason: u32, 16 replay: u32, 20 state: u32, 24 scheme: u32,
        28 max_age_known: u32, 32 seconds_known: u32, 36 reserved: u32, 40 max_age: u64, 48 seconds: u64,
        56 scope: countersign_str, 72 acr_values: countersign_str, 88 resource_metadata: countersign_str,
        104 nonce: countersign_str,
    } 120
    countersign_redirect { 0 http_status: u32, 4 reserved: u32, 8 from: countersign_str, 24 location: countersign_str, } 40
    countersign_exchange {
        0 struct_size: u64, 8 method: countersign_str, 24 target: countersign_str,
        40 request_fields: *const countersign_field, 48 request_field_count: usize,
        56 client_cert_sha256: countersign_str, 72 http_status: u32, 76 now_known: u32,
        80 response_fields: *const countersign_field, 88 response_field_count: usize, 96 response_body: countersign_str,
        112 redirects: *const countersign_redirect, 120 redirect_count: usize, 128 token: countersign_str,
        144 policy: countersign_str, 160 policy_refs: *const countersign_field, 168 policy_ref_count: usize,
        176 keys: *const countersign_field, 184 key_count: usize, 192 profile: countersign_str,
        208 scopes: countersign_str, 224 revoked: *const countersign_str, 232 revoked_count: usize,
        240 now_seconds: i64, 248 now_nanos: u32, 252 reserved: u32, 256 reason: u32, 260 reserved_behind: u32,
    } 264
    countersign_explained {
        0 struct_size: u64, 8 number: u32, 12 severity: u32, 16 offset_known: u32, 20 reserved: u32, 24 offset: usize,
        32 name: countersign_str, 48 certainty: countersign_str, 64 part: countersign_str, 80 place: countersign_str,
        96 evidence: countersign_str, 112 cause: countersign_str, 128 advice: countersign_str,
        144 would_pass_if: countersign_str, 160 requirement: countersign_str, 176 section: countersign_str,
    } 192
}

const fn shared_by_threads<T: Send + Sync>() {}
const fn moved_between_threads<T: Send>() {}

const _: () = {
    shared_by_threads::<countersign_policy>();
    shared_by_threads::<countersign_store>();
    shared_by_threads::<countersign_verifier>();
    shared_by_threads::<countersign_key_set>();
    moved_between_threads::<countersign_decision>();
    moved_between_threads::<countersign_report>();
    moved_between_threads::<countersign_fetch>();
    moved_between_threads::<countersign_export>();
    moved_between_threads::<countersign_token>();
    moved_between_threads::<countersign_challenges>();
    moved_between_threads::<countersign_step>();
    moved_between_threads::<countersign_explanation>();
};
