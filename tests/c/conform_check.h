/* The operation check: one request against one policy. */

#ifndef CONFORM_CHECK_H
#define CONFORM_CHECK_H

#include "conform_answer.h"

/* The members for a decision; `all_needs` tells a need without an address too. */
static void write_decision(const countersign_decision *decision, int all_needs)
{
    countersign_str text, value;
    countersign_need need;
    size_t at;

    printf("\"status\":%" PRIu32, countersign_decision_http_status(decision));
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
    if (need.kind == COUNTERSIGN_NEED_KEYS && (all_needs || need.jwks_uri.data != NULL)) {
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

/* A request as the case holds it; a monotonic clock is the caller's to add. */
static countersign_request read_request(void)
{
    countersign_request request;
    uint32_t field_count;

    memset(&request, 0, sizeof request);
    request.struct_size = sizeof request;
    request.method = read_str();
    request.target = read_str();
    request.fields = read_fields(&field_count);
    request.field_count = field_count;
    request.client_cert_sha256 = read_str();
    request.profile = read_str();
    request.scopes = read_str();
    read_exactly(&request.now_seconds, sizeof request.now_seconds);
    request.now_nanos = read_u32();
    return request;
}

/* Runs the slow hash that a decision asks for and judges again. */
static countersign_status resumed(const countersign_verifier *verifier, const countersign_request *request,
                                 countersign_decision *decision)
{
    countersign_slow_hash *work;
    countersign_status status;

    MUST(countersign_slow_hash_new(verifier, decision, &work));
    MUST(countersign_slow_hash_run(work));
    status = countersign_resume(verifier, request, work, decision);
    countersign_slow_hash_free(work);
    return status;
}

static void judge(const countersign_verifier *verifier, const countersign_request *request,
                  countersign_decision *decision)
{
    countersign_status status = countersign_check(verifier, request, decision);

    if (countersign_decision_reason(decision) == COUNTERSIGN_REASON_CHECK_PENDING) {
        status = resumed(verifier, request, decision);
    }
    if (status != COUNTERSIGN_OK && status != COUNTERSIGN_DENIED) {
        must(status, "countersign_check");
    }
    if (countersign_decision_allowed(decision) != (status == COUNTERSIGN_OK)) {
        give_up("status and decision disagree");
    }
    by_way_of_a_block(decision);
}

/* The policy of a case and its store; 0 if the policy is refused, which is then answered. */
static int load(countersign_str json, countersign_policy **policy, countersign_store **store)
{
    countersign_store_options options;
    countersign_report *report = NULL;
    countersign_status status = countersign_policy_new(NULL, json, policy, &report);

    if (status != COUNTERSIGN_OK) {
        put_error("policy_invalid", report, 1);
    } else {
        memset(&options, 0, sizeof options);
        options.struct_size = sizeof options;
        options.entropy.data = "the same sixteen bytes";
        options.entropy.len = 16;
        MUST(countersign_store_new(&options, *policy, store));
    }
    countersign_report_free(report);
    return status == COUNTERSIGN_OK;
}

static void check(countersign_str id, countersign_decision *decision)
{
    countersign_policy *policy = NULL;
    countersign_store *store = NULL;
    countersign_verifier *verifier = NULL;
    countersign_str json = read_str();
    uint32_t key_count, id_count, at;
    countersign_field *keys = read_fields(&key_count);
    countersign_request request = read_request();
    countersign_str *ids = read_strs(&id_count);

    begin(id);
    if (load(json, &policy, &store)) {
        for (at = 0; at < key_count; at++) {
            /* A set that cannot be taken is ignored, as a host ignores a broken fetch. */
            countersign_store_set_keys(store, keys[at].name, keys[at].value, NULL);
        }
        MUST(countersign_store_set_revoked(store, ids, id_count));
        MUST(countersign_verifier_new(policy, store, &verifier));
        countersign_policy_free(policy);
        countersign_store_free(store);
        judge(verifier, &request, decision);
        countersign_verifier_free(verifier);
        put(",");
        write_decision(decision, 0);
    }
    end();
}

#endif
