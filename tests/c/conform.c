/*
 * The conformance driver of the C ABI: reads cases in a plain binary form (tests/conformance_capi.rs makes it
 * from the corpus), calls the library and writes one JSON answer a line.
 *
 * The form: a byte for the operation, then its operands in the order in which they are read below. A text is
 * its length in 32 bits and its bytes, an absent one the length 2^32 - 1; numbers are 32 or 64 bits; all in
 * the machine's byte order.
 */

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <countersign.h>

#include "conform_json.h"
#include "conform_wire.h"

static void begin(countersign_str id)
{
    put("{\"id\":");
    put_string(id);
}

static void end(void)
{
    put("}\n");
}

static void put_reason(uint32_t reason)
{
    put_text("reason", countersign_reason_name(reason));
}

/* The deciding finding of a report as an error; a check's has a pointer. */
static void put_error(const char *reason, const countersign_report *report, int with_pointer)
{
    countersign_finding finding;

    memset(&finding, 0, sizeof finding);
    finding.struct_size = sizeof finding;
    if (report && countersign_report_at(report, 0, &finding) != COUNTERSIGN_OK) {
        give_up("a report is empty");
    }
    printf(",\"error\":{\"reason\":\"%s\"", reason);
    put_text("message", finding.text);
    if (with_pointer) {
        put_text("pointer", finding.pointer);
    }
    put("}");
}

static void must(countersign_status status, const char *what)
{
    if (status != COUNTERSIGN_OK) {
        countersign_str name = countersign_status_name(status);

        fprintf(stderr, "conform: %s gave %.*s\n", what, (int)name.len, name.data);
        exit(2);
    }
}

#define MUST(call) must((call), #call)

/* ---- operations ---- */

static void write_decision(const countersign_decision *decision)
{
    countersign_str text, value;
    countersign_need need;
    size_t at;

    printf(",\"status\":%" PRIu32, countersign_decision_http_status(decision));
    put_reason(countersign_decision_reason(decision));
    text = countersign_scheme_name(countersign_decision_scheme(decision));
    if (countersign_decision_scheme(decision) == COUNTERSIGN_SCHEME_NONE) {
        text.data = NULL;
    }
    put_text_or_null("scheme", text);
    text.data = NULL;
    countersign_decision_issuer(decision, &text);
    put_text_or_null("issuer", text);
    text.data = NULL;
    countersign_decision_subject(decision, &text);
    put_text_or_null("subject", text);
    text.data = NULL;
    countersign_decision_key_id(decision, &text);
    put_text_or_null("key_id", text);
    put(",\"headers\":[");
    for (at = 0; countersign_decision_field_at(decision, at, &text, &value) == COUNTERSIGN_OK; at++) {
        put(at ? ",[" : "[");
        put_string(text);
        put(",");
        put_string(value);
        put("]");
    }
    put("]");
    put_member("claims");
    if (countersign_decision_claims(decision, &text) == COUNTERSIGN_OK) {
        put_compact(text);
    } else {
        put("null");
    }
    memset(&need, 0, sizeof need);
    need.struct_size = sizeof need;
    MUST(countersign_decision_need(decision, &need));
    put_member("need");
    if (need.kind == COUNTERSIGN_NEED_KEYS && need.jwks_uri.data != NULL) {
        put("{\"keys\":{\"issuer\":");
        put_string(need.issuer);
        put_text_or_null("jwks_uri", need.jwks_uri);
        put("}}");
    } else {
        put("null");
    }
}

/* The same decision by way of a block that is moved: what a front that pools memory does. */
static void by_way_of_a_block(countersign_decision *decision)
{
    size_t needed;
    char *block;

    if (countersign_decision_save(decision, NULL, 0, &needed) != COUNTERSIGN_BUFFER_TOO_SMALL) {
        give_up("a decision fits into nothing");
    }
    block = take(needed);
    MUST(countersign_decision_save(decision, block, needed, NULL));
    countersign_decision_reset(decision);
    MUST(countersign_decision_load(decision, block, needed));
}

static void check(countersign_str id, countersign_decision *decision)
{
    countersign_store_options options;
    countersign_request request;
    countersign_policy *policy = NULL;
    countersign_store *store = NULL;
    countersign_verifier *verifier = NULL;
    countersign_report *report = NULL;
    countersign_str json = read_str();
    uint32_t key_count, field_count, id_count, at;
    countersign_field *keys = read_fields(&key_count);
    countersign_field *fields;
    countersign_str *ids;
    countersign_status status;

    memset(&request, 0, sizeof request);
    request.struct_size = sizeof request;
    request.method = read_str();
    request.target = read_str();
    fields = read_fields(&field_count);
    request.fields = fields;
    request.field_count = field_count;
    request.client_cert_sha256 = read_str();
    request.profile = read_str();
    request.scopes = read_str();
    ids = read_strs(&id_count);
    read_exactly(&request.now_seconds, sizeof request.now_seconds);
    request.now_nanos = read_u32();

    begin(id);
    if (countersign_policy_new(NULL, json, &policy, &report) != COUNTERSIGN_OK) {
        put_error("policy_invalid", report, 1);
        countersign_report_free(report);
        end();
        return;
    }
    countersign_report_free(report);
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.entropy.data = "the same sixteen bytes";
    options.entropy.len = 16;
    MUST(countersign_store_new(&options, policy, &store));
    for (at = 0; at < key_count; at++) {
        /* A set that cannot be taken is ignored, as a host ignores a broken fetch. */
        countersign_store_set_keys(store, keys[at].name, keys[at].value, NULL);
    }
    MUST(countersign_store_set_revoked(store, ids, id_count));
    MUST(countersign_verifier_new(policy, store, &verifier));
    countersign_policy_free(policy);
    countersign_store_free(store);
    status = countersign_check(verifier, &request, decision);
    countersign_verifier_free(verifier);
    if (status != COUNTERSIGN_OK && status != COUNTERSIGN_DENIED) {
        must(status, "countersign_check");
    }
    if (countersign_decision_allowed(decision) != (status == COUNTERSIGN_OK)) {
        give_up("status and decision disagree");
    }
    by_way_of_a_block(decision);
    write_decision(decision);
    end();
}

static void put_token(countersign_token *token, const char *payload)
{
    countersign_token_info info;

    memset(&info, 0, sizeof info);
    info.struct_size = sizeof info;
    MUST(countersign_token_describe(token, &info));
    if (payload) {
        put_member("valid");
        put(info.reason == COUNTERSIGN_REASON_OK ? "true" : "false");
        put_reason(info.reason);
        put_text_or_null("key_id", info.key_id);
        put_json_or_null("header", info.header);
        put_text_or_null(payload, info.payload);
    } else {
        put_json_or_null("header", info.header);
        put_json_or_null("claims", info.payload);
        put_reason(info.reason);
    }
    countersign_token_free(token);
}

static void verify_jws(countersign_str id)
{
    countersign_str token = read_str();
    countersign_str jwks = read_str();
    uint32_t listed = read_u32(), count = 0;
    countersign_str *names = listed ? read_strs(&count) : NULL;
    countersign_key_set *keys = NULL;
    countersign_token *read = NULL;

    begin(id);
    if (countersign_key_set_new(jwks, &keys, NULL) != COUNTERSIGN_OK) {
        put(",\"valid\":false");
        put_reason(COUNTERSIGN_REASON_JWKS_INVALID);
        put(",\"key_id\":null,\"header\":null,\"payload\":null");
    } else {
        MUST(countersign_token_verify(keys, token, names, count, &read));
        countersign_key_set_free(keys);
        put_token(read, "payload");
    }
    end();
}

static void load_keys(countersign_str id)
{
    countersign_str jwks = read_str();
    countersign_key_set *keys = NULL;
    countersign_report *report = NULL;
    size_t at;

    begin(id);
    if (countersign_key_set_new(jwks, &keys, &report) != COUNTERSIGN_OK) {
        put_error("jwks_invalid", report, 0);
        countersign_report_free(report);
        end();
        return;
    }
    put(",\"keys\":[");
    for (at = 0; at < countersign_key_set_count(keys); at++) {
        countersign_key key;

        memset(&key, 0, sizeof key);
        key.struct_size = sizeof key;
        MUST(countersign_key_set_at(keys, at, &key));
        put(at ? ",{\"kid\":" : "{\"kid\":");
        if (key.kid.data) {
            put_string(key.kid);
        } else {
            put("null");
        }
        put_text_or_null("kty", key.kty);
        put_text_or_null("alg", key.alg);
        put_text_or_null("thumbprint", key.thumbprint);
        put_member("usable");
        put(key.usable ? "true" : "false");
        put_reason(key.reason);
        put("}");
    }
    put("]");
    countersign_key_set_free(keys);
    end();
}

static int is_ascii(countersign_str bytes)
{
    size_t at;

    for (at = 0; at < bytes.len; at++) {
        if ((unsigned char)bytes.data[at] > 0x7f) {
            return 0;
        }
    }
    return 1;
}

static void put_params(const countersign_challenges *reading, size_t index, size_t count, int raw)
{
    size_t at;

    put(",\"params\":[");
    for (at = 0; at < count; at++) {
        countersign_field param;

        MUST(countersign_challenges_param_at(reading, index, at, &param));
        put(at ? ",[" : "[");
        put_string(param.name);
        put(",");
        if (raw && !is_ascii(param.value)) {
            put("{\"b64\":");
            put_base64(param.value);
            put("}");
        } else {
            put_string(param.value);
        }
        put("]");
    }
    put("]");
}

static countersign_challenge challenge_at(const countersign_challenges *reading, size_t at)
{
    countersign_challenge challenge;

    memset(&challenge, 0, sizeof challenge);
    challenge.struct_size = sizeof challenge;
    MUST(countersign_challenges_at(reading, at, &challenge));
    return challenge;
}

static void parse_challenges(countersign_str id)
{
    uint32_t raw = read_u32(), count;
    countersign_str *values = read_strs(&count);
    countersign_challenges *reading = NULL;
    countersign_challenge_fault fault;
    size_t at;

    MUST(countersign_challenges_new(values, count, &reading));
    begin(id);
    put(",\"challenges\":[");
    for (at = 0; at < countersign_challenges_count(reading); at++) {
        countersign_challenge challenge = challenge_at(reading, at);

        put(at ? ",{\"scheme\":" : "{\"scheme\":");
        put_string(challenge.scheme);
        put_text_or_null("token68", challenge.token68);
        put_params(reading, at, challenge.param_count, (int)raw);
        put("}");
    }
    put("]");
    put_member("error");
    memset(&fault, 0, sizeof fault);
    fault.struct_size = sizeof fault;
    if (countersign_challenges_fault(reading, &fault) == COUNTERSIGN_OK) {
        printf("{\"reason\":\"challenge_malformed\",\"value\":%" PRIu64 ",\"offset\":%" PRIu64 "}",
               (uint64_t)fault.value, (uint64_t)fault.offset);
    } else {
        put("null");
    }
    countersign_challenges_free(reading);
    end();
}

static void parse_authorization(countersign_str id)
{
    countersign_str value = read_str();
    countersign_challenges *reading = NULL;
    uint32_t reason = COUNTERSIGN_REASON_OK;

    begin(id);
    if (countersign_credentials_new(value, &reading, &reason) == COUNTERSIGN_OK) {
        countersign_challenge challenge = challenge_at(reading, 0);

        put_text("scheme", challenge.scheme);
        put_text_or_null("token68", challenge.token68);
        put_params(reading, 0, challenge.param_count, 0);
    } else {
        put(",\"scheme\":null,\"token68\":null,\"params\":[]");
    }
    put_reason(reason);
    countersign_challenges_free(reading);
    end();
}

static void build_challenge(countersign_str id)
{
    countersign_str scheme = read_str();
    uint32_t count;
    countersign_field *params = read_fields(&count);
    size_t needed = 0;
    countersign_status status = countersign_challenge_write(scheme, params, count, NULL, 0, &needed);

    begin(id);
    if (status == COUNTERSIGN_BUFFER_TOO_SMALL) {
        countersign_str line;
        char *text = take(needed);

        MUST(countersign_challenge_write(scheme, params, count, text, needed, &needed));
        line.data = text;
        line.len = needed;
        put_text("value", line);
        put(",\"error\":null");
    } else if (status == COUNTERSIGN_MALFORMED) {
        put(",\"value\":null");
        put_error("challenge_invalid", NULL, 0);
    } else {
        must(status, "countersign_challenge_write");
    }
    end();
}

static void decode(countersign_str id)
{
    countersign_str token = read_str();
    countersign_token *read = NULL;

    begin(id);
    MUST(countersign_token_read_unverified(token, &read));
    put_token(read, NULL);
    end();
}

int main(void)
{
    countersign_decision *decision = NULL;
    int operation;

    MUST(countersign_decision_new(&decision));
    while ((operation = getchar()) != EOF) {
        countersign_str id = read_str();

        switch (operation) {
        case 'c':
            check(id, decision);
            break;
        case 'v':
            verify_jws(id);
            break;
        case 'k':
            load_keys(id);
            break;
        case 'p':
            parse_challenges(id);
            break;
        case 'a':
            parse_authorization(id);
            break;
        case 'b':
            build_challenge(id);
            break;
        case 'd':
            decode(id);
            break;
        default:
            give_up("an operation is not known");
        }
        while (taken_count > 0) {
            free(taken[--taken_count]);
        }
    }
    countersign_decision_free(decision);
    return 0;
}
