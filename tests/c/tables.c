/* The tables of the library against those of the header: version, ABI, statuses, reasons, schemes, layout. */

#include "harness.h"

static void the_header_is_the_librarys(void)
{
    unsigned major, minor, patch;
    char text[32];
    countersign_str version = countersign_version();

    CHECK(countersign_abi() == COUNTERSIGN_ABI);
    CHECK(is(version, COUNTERSIGN_VERSION));
    CHECK(version.len < sizeof text);
    memcpy(text, version.data, version.len);
    text[version.len] = '\0';
    CHECK(sscanf(text, "%u.%u.%u", &major, &minor, &patch) == 3);
    CHECK(COUNTERSIGN_VERSION_NUMBER == ((major << 16) | (minor << 8) | patch));
#if COUNTERSIGN_VERSION_NUMBER < 0x000100 || COUNTERSIGN_ABI != 0
#error "the preprocessor cannot compare the version"
#endif
    CHECK(is(countersign_backend(), "aws-lc-rs") || is(countersign_backend(), "ring"));
}

static void every_status_has_a_name(void)
{
    static const struct {
        countersign_status status;
        const char *name;
    } rows[] = {
        {COUNTERSIGN_OK, "ok"},
        {COUNTERSIGN_DENIED, "denied"},
        {COUNTERSIGN_NULL_ARGUMENT, "null_argument"},
        {COUNTERSIGN_ARGUMENT_INVALID, "argument_invalid"},
        {COUNTERSIGN_STRUCT_SIZE, "struct_size"},
        {COUNTERSIGN_POLICY_INVALID, "policy_invalid"},
        {COUNTERSIGN_KEYS_INVALID, "keys_invalid"},
        {COUNTERSIGN_BUFFER_TOO_SMALL, "buffer_too_small"},
        {COUNTERSIGN_NOT_FOUND, "not_found"},
        {COUNTERSIGN_WRONG_KIND, "wrong_kind"},
        {COUNTERSIGN_MALFORMED, "malformed"},
        {COUNTERSIGN_PANIC, "panic"},
        {COUNTERSIGN_KEYS_OLDER, "keys_older"},
    };
    uint32_t number;

    for (number = 0; number < sizeof rows / sizeof rows[0]; number++) {
        CHECK(rows[number].status == number);
        CHECK(is(countersign_status_name(number), rows[number].name));
    }
    CHECK(countersign_status_name(number).len == 0);
    CHECK(countersign_status_name(UINT32_MAX).len == 0);
}

static void every_metric_has_its_row(void)
{
    countersign_metric_info info;
    size_t at;

    memset(&info, 0, sizeof info);
    info.struct_size = sizeof info;
    for (at = 0; countersign_metric_at(at, &info) == COUNTERSIGN_OK; at++) {
        CHECK(memcmp(info.name.data, "countersign_", 12) == 0 && info.help.len > 0);
        CHECK(is(info.kind, "counter") || is(info.kind, "gauge"));
        CHECK(is(info.name, "countersign_decisions_total") == (at == COUNTERSIGN_METRIC_DECISIONS));
    }
    CHECK(at == 7);
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_metric_at(0, NULL));
}

static void every_reason_has_its_row(void)
{
    size_t count = countersign_reason_count(), at;
    uint32_t before = 0;

    CHECK(count > 60);
    for (at = 0; at < count; at++) {
        countersign_reason_info info;
        size_t byte;

        memset(&info, 0, sizeof info);
        info.struct_size = sizeof info;
        GIVES(COUNTERSIGN_OK, countersign_reason_at(at, &info));
        CHECK(at == 0 ? info.number == 0 : info.number > before || info.number > 1000);
        before = info.number;
        CHECK(countersign_reason_name(info.number).len == info.name.len);
        CHECK(memcmp(countersign_reason_name(info.number).data, info.name.data, info.name.len) == 0);
        CHECK(info.name.len > 0 && info.next_step.len > 0);
        CHECK(info.malformed <= 1 && info.refresh_helps <= 1);
        CHECK(info.http_status == 0 || info.http_status == 200 || info.http_status == 401 ||
              info.http_status == 403 || info.http_status == 500 || info.http_status == 503);
        for (byte = 0; byte < info.text.len; byte++) {
            CHECK(info.text.data[byte] >= 0x20 && info.text.data[byte] < 0x7f && info.text.data[byte] != '"');
        }
    }
    CHECK(countersign_reason_name(4).len == 0 && countersign_reason_name(UINT32_MAX).len == 0);
    CHECK(is(countersign_reason_name(COUNTERSIGN_REASON_TOKEN_EXPIRED), "token_expired"));
}

static void every_scheme_has_its_spelling(void)
{
    CHECK(is(countersign_scheme_name(COUNTERSIGN_SCHEME_NONE), ""));
    CHECK(is(countersign_scheme_name(COUNTERSIGN_SCHEME_BEARER), "Bearer"));
    CHECK(is(countersign_scheme_name(COUNTERSIGN_SCHEME_DPOP), "DPoP"));
    CHECK(is(countersign_scheme_name(COUNTERSIGN_SCHEME_DIGEST), "Digest"));
    CHECK(is(countersign_scheme_name(COUNTERSIGN_SCHEME_BASIC), "Basic"));
    CHECK(is(countersign_scheme_name(COUNTERSIGN_SCHEME_API_KEY), "Api-Key"));
    CHECK(countersign_scheme_name(6).len == 0);
}

/* Walks over a set of words from 1 to its end: each has one, and the number behind the last has none. */
static void words_to(uint32_t last, countersign_str (*name)(uint32_t))
{
    uint32_t number;

    for (number = 1; number <= last; number++) {
        CHECK(name(number).len > 0);
    }
    CHECK(name(0).len == 0 && name(last + 1).len == 0 && name(UINT32_MAX).len == 0);
}

static void the_words_of_the_clients_side_have_their_numbers(void)
{
    words_to(COUNTERSIGN_STEP_STOP, countersign_step_name);
    words_to(COUNTERSIGN_STEP_REASON_SERVER_ERROR, countersign_step_reason_name);
    words_to(COUNTERSIGN_STEP_REASON_SERVER_ERROR, countersign_step_reason_text);
    words_to(COUNTERSIGN_TOLERANCE_TOO_MUCH, countersign_tolerance_name);
    words_to(COUNTERSIGN_TOLERANCE_TOO_MUCH, countersign_tolerance_text);
    CHECK(is(countersign_step_name(COUNTERSIGN_STEP_STEP_UP), "step_up"));
    CHECK(is(countersign_step_reason_name(COUNTERSIGN_STEP_REASON_INVALID_DPOP_PROOF), "invalid_dpop_proof"));
    CHECK(is(countersign_tolerance_name(COUNTERSIGN_TOLERANCE_QUOTE_STRAY), "quote_stray"));
}

/* Checks that a member starts where the one before it ended; `end` walks along. */
#define MEMBER(type, member)                                                                                          \
    do {                                                                                                              \
        CHECK(offsetof(type, member) == end);                                                                         \
        end += sizeof(((type *)0)->member);                                                                           \
    } while (0)
#define STRUCT_OF(type, size)                                                                                         \
    do {                                                                                                              \
        CHECK(end == sizeof(type));                                                                                   \
        CHECK(sizeof(void *) != 8 || sizeof(type) == (size));                                                         \
        end = 0;                                                                                                      \
    } while (0)

static void no_struct_has_a_hole(void)
{
    size_t end = 0;

    MEMBER(countersign_str, data);
    MEMBER(countersign_str, len);
    STRUCT_OF(countersign_str, 16);
    MEMBER(countersign_field, name);
    MEMBER(countersign_field, value);
    STRUCT_OF(countersign_field, 32);
    MEMBER(countersign_time, wall_seconds);
    MEMBER(countersign_time, wall_nanos);
    MEMBER(countersign_time, reserved);
    MEMBER(countersign_time, monotonic_nanos);
    STRUCT_OF(countersign_time, 24);
    MEMBER(countersign_reason_info, struct_size);
    MEMBER(countersign_reason_info, number);
    MEMBER(countersign_reason_info, http_status);
    MEMBER(countersign_reason_info, malformed);
    MEMBER(countersign_reason_info, refresh_helps);
    MEMBER(countersign_reason_info, name);
    MEMBER(countersign_reason_info, error);
    MEMBER(countersign_reason_info, text);
    MEMBER(countersign_reason_info, next_step);
    STRUCT_OF(countersign_reason_info, 88);
    MEMBER(countersign_finding, struct_size);
    MEMBER(countersign_finding, severity);
    MEMBER(countersign_finding, reserved);
    MEMBER(countersign_finding, code);
    MEMBER(countersign_finding, pointer);
    MEMBER(countersign_finding, text);
    STRUCT_OF(countersign_finding, 64);
    MEMBER(countersign_policy_options, struct_size);
    MEMBER(countersign_policy_options, refs);
    MEMBER(countersign_policy_options, ref_count);
    STRUCT_OF(countersign_policy_options, 24);
    MEMBER(countersign_store_options, struct_size);
    MEMBER(countersign_store_options, entropy);
    STRUCT_OF(countersign_store_options, 24);
    MEMBER(countersign_fetch_info, struct_size);
    MEMBER(countersign_fetch_info, ticket);
    MEMBER(countersign_fetch_info, kind);
    MEMBER(countersign_fetch_info, reason);
    MEMBER(countersign_fetch_info, issuer);
    MEMBER(countersign_fetch_info, url);
    MEMBER(countersign_fetch_info, etag);
    MEMBER(countersign_fetch_info, deadline_nanos);
    MEMBER(countersign_fetch_info, max_bytes);
    MEMBER(countersign_fetch_info, cooldown_nanos);
    STRUCT_OF(countersign_fetch_info, 96);
    MEMBER(countersign_fetch_result, struct_size);
    MEMBER(countersign_fetch_result, ticket);
    MEMBER(countersign_fetch_result, outcome);
    MEMBER(countersign_fetch_result, reserved);
    MEMBER(countersign_fetch_result, body);
    MEMBER(countersign_fetch_result, etag);
    MEMBER(countersign_fetch_result, cache_control);
    MEMBER(countersign_fetch_result, age_seconds);
    MEMBER(countersign_fetch_result, failure);
    STRUCT_OF(countersign_fetch_result, 96);
    MEMBER(countersign_keys, struct_size);
    MEMBER(countersign_keys, jwks);
    MEMBER(countersign_keys, etag);
    MEMBER(countersign_keys, fetched_at_seconds);
    MEMBER(countersign_keys, fetched_at_nanos);
    MEMBER(countersign_keys, reserved);
    STRUCT_OF(countersign_keys, 56);
    MEMBER(countersign_revoked_subject, subject);
    MEMBER(countersign_revoked_subject, before_seconds);
    STRUCT_OF(countersign_revoked_subject, 24);
    MEMBER(countersign_request, struct_size);
    MEMBER(countersign_request, method);
    MEMBER(countersign_request, target);
    MEMBER(countersign_request, fields);
    MEMBER(countersign_request, field_count);
    MEMBER(countersign_request, now_seconds);
    MEMBER(countersign_request, now_nanos);
    MEMBER(countersign_request, reserved);
    MEMBER(countersign_request, profile);
    MEMBER(countersign_request, scopes);
    MEMBER(countersign_request, client_cert_sha256);
    MEMBER(countersign_request, counters);
    MEMBER(countersign_request, counter_count);
    MEMBER(countersign_request, monotonic_nanos);
    STRUCT_OF(countersign_request, 144);
    MEMBER(countersign_need, struct_size);
    MEMBER(countersign_need, kind);
    MEMBER(countersign_need, reserved);
    MEMBER(countersign_need, issuer);
    MEMBER(countersign_need, jwks_uri);
    MEMBER(countersign_need, generation);
    STRUCT_OF(countersign_need, 56);
    MEMBER(countersign_claim, struct_size);
    MEMBER(countersign_claim, kind);
    MEMBER(countersign_claim, reserved);
    MEMBER(countersign_claim, raw);
    MEMBER(countersign_claim, raw_name);
    MEMBER(countersign_claim, count);
    STRUCT_OF(countersign_claim, 56);
    MEMBER(countersign_metric_info, struct_size);
    MEMBER(countersign_metric_info, name);
    MEMBER(countersign_metric_info, kind);
    MEMBER(countersign_metric_info, help);
    STRUCT_OF(countersign_metric_info, 56);
    MEMBER(countersign_source_state, struct_size);
    MEMBER(countersign_source_state, issuer);
    MEMBER(countersign_source_state, url);
    MEMBER(countersign_source_state, fetches);
    MEMBER(countersign_source_state, failures);
    MEMBER(countersign_source_state, unknown_kids);
    MEMBER(countersign_source_state, fetched_at_nanos);
    MEMBER(countersign_source_state, expires_at_nanos);
    MEMBER(countersign_source_state, dead_at_nanos);
    MEMBER(countersign_source_state, asked);
    MEMBER(countersign_source_state, reserved);
    STRUCT_OF(countersign_source_state, 96);
    MEMBER(countersign_key, struct_size);
    MEMBER(countersign_key, usable);
    MEMBER(countersign_key, reason);
    MEMBER(countersign_key, kid);
    MEMBER(countersign_key, kty);
    MEMBER(countersign_key, alg);
    MEMBER(countersign_key, thumbprint);
    STRUCT_OF(countersign_key, 80);
    MEMBER(countersign_token_info, struct_size);
    MEMBER(countersign_token_info, reason);
    MEMBER(countersign_token_info, reserved);
    MEMBER(countersign_token_info, key_id);
    MEMBER(countersign_token_info, header);
    MEMBER(countersign_token_info, payload);
    STRUCT_OF(countersign_token_info, 64);
    MEMBER(countersign_challenge, struct_size);
    MEMBER(countersign_challenge, scheme);
    MEMBER(countersign_challenge, token68);
    MEMBER(countersign_challenge, param_count);
    STRUCT_OF(countersign_challenge, 48);
    MEMBER(countersign_challenge_fault, struct_size);
    MEMBER(countersign_challenge_fault, value);
    MEMBER(countersign_challenge_fault, offset);
    STRUCT_OF(countersign_challenge_fault, 24);
    MEMBER(countersign_challenge_warning, struct_size);
    MEMBER(countersign_challenge_warning, tolerance);
    MEMBER(countersign_challenge_warning, reserved);
    MEMBER(countersign_challenge_warning, value);
    MEMBER(countersign_challenge_warning, offset);
    STRUCT_OF(countersign_challenge_warning, 32);
    MEMBER(countersign_response, struct_size);
    MEMBER(countersign_response, http_status);
    MEMBER(countersign_response, reserved);
    MEMBER(countersign_response, fields);
    MEMBER(countersign_response, field_count);
    MEMBER(countersign_response, url);
    STRUCT_OF(countersign_response, 48);
    MEMBER(countersign_sent, struct_size);
    MEMBER(countersign_sent, scheme);
    MEMBER(countersign_sent, superseded);
    MEMBER(countersign_sent, expires_known);
    MEMBER(countersign_sent, reserved);
    MEMBER(countersign_sent, expires_seconds);
    MEMBER(countersign_sent, url);
    STRUCT_OF(countersign_sent, 48);
    MEMBER(countersign_abilities, struct_size);
    MEMBER(countersign_abilities, refresh);
    MEMBER(countersign_abilities, interactive);
    MEMBER(countersign_abilities, replay);
    MEMBER(countersign_abilities, idempotent);
    MEMBER(countersign_abilities, strict);
    MEMBER(countersign_abilities, downgrade);
    MEMBER(countersign_abilities, schemes);
    MEMBER(countersign_abilities, scheme_count);
    STRUCT_OF(countersign_abilities, 48);
    MEMBER(countersign_step_info, struct_size);
    MEMBER(countersign_step_info, kind);
    MEMBER(countersign_step_info, reason);
    MEMBER(countersign_step_info, replay);
    MEMBER(countersign_step_info, state);
    MEMBER(countersign_step_info, scheme);
    MEMBER(countersign_step_info, max_age_known);
    MEMBER(countersign_step_info, seconds_known);
    MEMBER(countersign_step_info, reserved);
    MEMBER(countersign_step_info, max_age);
    MEMBER(countersign_step_info, seconds);
    MEMBER(countersign_step_info, scope);
    MEMBER(countersign_step_info, acr_values);
    MEMBER(countersign_step_info, resource_metadata);
    MEMBER(countersign_step_info, nonce);
    STRUCT_OF(countersign_step_info, 120);
    MEMBER(countersign_redirect, http_status);
    MEMBER(countersign_redirect, reserved);
    MEMBER(countersign_redirect, from);
    MEMBER(countersign_redirect, location);
    STRUCT_OF(countersign_redirect, 40);
    MEMBER(countersign_exchange, struct_size);
    MEMBER(countersign_exchange, method);
    MEMBER(countersign_exchange, target);
    MEMBER(countersign_exchange, request_fields);
    MEMBER(countersign_exchange, request_field_count);
    MEMBER(countersign_exchange, client_cert_sha256);
    MEMBER(countersign_exchange, http_status);
    MEMBER(countersign_exchange, now_known);
    MEMBER(countersign_exchange, response_fields);
    MEMBER(countersign_exchange, response_field_count);
    MEMBER(countersign_exchange, response_body);
    MEMBER(countersign_exchange, redirects);
    MEMBER(countersign_exchange, redirect_count);
    MEMBER(countersign_exchange, token);
    MEMBER(countersign_exchange, policy);
    MEMBER(countersign_exchange, policy_refs);
    MEMBER(countersign_exchange, policy_ref_count);
    MEMBER(countersign_exchange, keys);
    MEMBER(countersign_exchange, key_count);
    MEMBER(countersign_exchange, profile);
    MEMBER(countersign_exchange, scopes);
    MEMBER(countersign_exchange, revoked);
    MEMBER(countersign_exchange, revoked_count);
    MEMBER(countersign_exchange, now_seconds);
    MEMBER(countersign_exchange, now_nanos);
    MEMBER(countersign_exchange, reserved);
    MEMBER(countersign_exchange, reason);
    MEMBER(countersign_exchange, reserved_behind);
    STRUCT_OF(countersign_exchange, 264);
    MEMBER(countersign_explained, struct_size);
    MEMBER(countersign_explained, number);
    MEMBER(countersign_explained, severity);
    MEMBER(countersign_explained, offset_known);
    MEMBER(countersign_explained, reserved);
    MEMBER(countersign_explained, offset);
    MEMBER(countersign_explained, name);
    MEMBER(countersign_explained, certainty);
    MEMBER(countersign_explained, part);
    MEMBER(countersign_explained, place);
    MEMBER(countersign_explained, evidence);
    MEMBER(countersign_explained, cause);
    MEMBER(countersign_explained, advice);
    MEMBER(countersign_explained, would_pass_if);
    MEMBER(countersign_explained, requirement);
    MEMBER(countersign_explained, section);
    STRUCT_OF(countersign_explained, 192);
}

int main(void)
{
    RUN(the_header_is_the_librarys);
    RUN(every_status_has_a_name);
    RUN(every_reason_has_its_row);
    RUN(every_metric_has_its_row);
    RUN(every_scheme_has_its_spelling);
    RUN(the_words_of_the_clients_side_have_their_numbers);
    RUN(no_struct_has_a_hole);
    return FINISH();
}
