/*
 * Offsets and sizes of the header's structs as a C compiler lays them out on a 64-bit machine, held against the numbers
 * that src/ffi/layout.rs holds the library to. Adding a member means a row here; a changed number breaks programs.
 */

#include "harness.h"

#define AT(offset, type, member) CHECK(offsetof(type, member) == (offset))
#define SIZE(size, type) CHECK(sizeof(type) == (size))

#if UINTPTR_MAX == UINT64_MAX
static void members_stand_where_they_stood(void)
{
    AT(0, countersign_str, data);
    AT(8, countersign_str, len);
    SIZE(16, countersign_str);

    AT(0, countersign_field, name);
    AT(16, countersign_field, value);
    SIZE(32, countersign_field);

    AT(0, countersign_time, wall_seconds);
    AT(8, countersign_time, wall_nanos);
    AT(12, countersign_time, reserved);
    AT(16, countersign_time, monotonic_nanos);
    SIZE(24, countersign_time);

    AT(0, countersign_reason_info, struct_size);
    AT(8, countersign_reason_info, number);
    AT(12, countersign_reason_info, http_status);
    AT(16, countersign_reason_info, malformed);
    AT(20, countersign_reason_info, refresh_helps);
    AT(24, countersign_reason_info, name);
    AT(40, countersign_reason_info, error);
    AT(56, countersign_reason_info, text);
    AT(72, countersign_reason_info, next_step);
    SIZE(88, countersign_reason_info);

    AT(0, countersign_finding, struct_size);
    AT(8, countersign_finding, severity);
    AT(12, countersign_finding, reserved);
    AT(16, countersign_finding, code);
    AT(32, countersign_finding, pointer);
    AT(48, countersign_finding, text);
    SIZE(64, countersign_finding);

    AT(0, countersign_policy_options, struct_size);
    AT(8, countersign_policy_options, refs);
    AT(16, countersign_policy_options, ref_count);
    SIZE(24, countersign_policy_options);

    AT(0, countersign_store_options, struct_size);
    AT(8, countersign_store_options, entropy);
    SIZE(24, countersign_store_options);

    AT(0, countersign_fetch_info, struct_size);
    AT(8, countersign_fetch_info, ticket);
    AT(16, countersign_fetch_info, kind);
    AT(20, countersign_fetch_info, reason);
    AT(24, countersign_fetch_info, issuer);
    AT(40, countersign_fetch_info, url);
    AT(56, countersign_fetch_info, etag);
    AT(72, countersign_fetch_info, deadline_nanos);
    AT(80, countersign_fetch_info, max_bytes);
    SIZE(88, countersign_fetch_info);

    AT(0, countersign_fetch_result, struct_size);
    AT(8, countersign_fetch_result, ticket);
    AT(16, countersign_fetch_result, outcome);
    AT(20, countersign_fetch_result, reserved);
    AT(24, countersign_fetch_result, body);
    AT(40, countersign_fetch_result, etag);
    AT(56, countersign_fetch_result, cache_control);
    AT(72, countersign_fetch_result, age_seconds);
    AT(80, countersign_fetch_result, failure);
    SIZE(96, countersign_fetch_result);

    AT(0, countersign_keys, struct_size);
    AT(8, countersign_keys, jwks);
    AT(24, countersign_keys, etag);
    AT(40, countersign_keys, fetched_at_seconds);
    AT(48, countersign_keys, fetched_at_nanos);
    AT(52, countersign_keys, reserved);
    SIZE(56, countersign_keys);

    AT(0, countersign_revoked_subject, subject);
    AT(16, countersign_revoked_subject, before_seconds);
    SIZE(24, countersign_revoked_subject);

    AT(0, countersign_request, struct_size);
    AT(8, countersign_request, method);
    AT(24, countersign_request, target);
    AT(40, countersign_request, fields);
    AT(48, countersign_request, field_count);
    AT(56, countersign_request, now_seconds);
    AT(64, countersign_request, now_nanos);
    AT(68, countersign_request, reserved);
    AT(72, countersign_request, profile);
    AT(88, countersign_request, scopes);
    AT(104, countersign_request, client_cert_sha256);
    AT(120, countersign_request, counters);
    AT(128, countersign_request, counter_count);
    AT(136, countersign_request, monotonic_nanos);
    SIZE(144, countersign_request);

    AT(0, countersign_need, struct_size);
    AT(8, countersign_need, kind);
    AT(12, countersign_need, reserved);
    AT(16, countersign_need, issuer);
    AT(32, countersign_need, jwks_uri);
    AT(48, countersign_need, generation);
    SIZE(56, countersign_need);

    AT(0, countersign_claim, struct_size);
    AT(8, countersign_claim, kind);
    AT(12, countersign_claim, reserved);
    AT(16, countersign_claim, raw);
    AT(32, countersign_claim, raw_name);
    AT(48, countersign_claim, count);
    SIZE(56, countersign_claim);

    AT(0, countersign_key, struct_size);
    AT(8, countersign_key, usable);
    AT(12, countersign_key, reason);
    AT(16, countersign_key, kid);
    AT(32, countersign_key, kty);
    AT(48, countersign_key, alg);
    AT(64, countersign_key, thumbprint);
    SIZE(80, countersign_key);

    AT(0, countersign_token_info, struct_size);
    AT(8, countersign_token_info, reason);
    AT(12, countersign_token_info, reserved);
    AT(16, countersign_token_info, key_id);
    AT(32, countersign_token_info, header);
    AT(48, countersign_token_info, payload);
    SIZE(64, countersign_token_info);

    AT(0, countersign_challenge, struct_size);
    AT(8, countersign_challenge, scheme);
    AT(24, countersign_challenge, token68);
    AT(40, countersign_challenge, param_count);
    SIZE(48, countersign_challenge);

    AT(0, countersign_challenge_fault, struct_size);
    AT(8, countersign_challenge_fault, value);
    AT(16, countersign_challenge_fault, offset);
    SIZE(24, countersign_challenge_fault);
}
#endif

int main(void)
{
#if UINTPTR_MAX == UINT64_MAX
    RUN(members_stand_where_they_stood);
#else
    puts("layout: not a 64-bit machine, nothing was looked at");
#endif
    return FINISH();
}
