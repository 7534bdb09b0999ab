/* What a host keeps around the checks: keys that it brings and swaps, objects that it frees, counters. */

#include "harness.h"

static countersign_str field(const countersign_decision *decision, const char *name)
{
    countersign_str found = {NULL, 0};
    countersign_str line_name, value;
    size_t at;

    for (at = 0; countersign_decision_field_at(decision, at, &line_name, &value) == COUNTERSIGN_OK; at++) {
        if (is(line_name, name)) {
            found = value;
        }
    }
    CHECK(at == countersign_decision_field_count(decision));
    return found;
}

static void keys_come_from_the_host_and_are_swapped(void)
{
    countersign_policy *policy = policy_of(POLICY_REMOTE);
    countersign_store *store = store_of(policy);
    countersign_verifier *verifier = NULL;
    countersign_decision *decision = decision_of();
    countersign_report *report = NULL;
    countersign_need needs;
    countersign_str ids[2];
    call it;

    memset(&needs, 0, sizeof needs);
    needs.struct_size = sizeof needs;
    GIVES(COUNTERSIGN_OK, countersign_verifier_new(policy, store, &verifier));

    GIVES(COUNTERSIGN_DENIED, countersign_check(verifier, call_with(&it, BEARER(TOKEN)), decision));
    CHECK(countersign_decision_reason(decision) == COUNTERSIGN_REASON_KEYS_UNAVAILABLE);
    CHECK(countersign_decision_http_status(decision) == 503);
    CHECK(is(field(decision, "Retry-After"), "30"));
    GIVES(COUNTERSIGN_OK, countersign_decision_need(decision, &needs));
    CHECK(needs.struct_size == sizeof needs && needs.kind == COUNTERSIGN_NEED_KEYS && needs.reserved == 0);
    CHECK(is(needs.issuer, ISSUER) && is(needs.jwks_uri, "https://login.example.com/jwks.json"));

    GIVES(COUNTERSIGN_OK, countersign_store_set_keys(store, str(ISSUER), str(KEYS_A), &report));
    CHECK(report == NULL);
    GIVES(COUNTERSIGN_OK, countersign_check(verifier, &it.request, decision));
    GIVES(COUNTERSIGN_OK, countersign_decision_need(decision, &needs));
    CHECK(needs.kind == COUNTERSIGN_NEED_NONE && needs.issuer.data == NULL && needs.jwks_uri.data == NULL);

    /* What is no good set leaves the good one in place, and says why. */
    GIVES(COUNTERSIGN_KEYS_INVALID, countersign_store_set_keys(store, str(ISSUER), str("{}"), &report));
    CHECK(countersign_report_count(report) == 1);
    countersign_report_free(report);
    GIVES(COUNTERSIGN_KEYS_INVALID, countersign_store_set_keys(store, str(ISSUER), str("{\"keys\":[]}"), NULL));
    GIVES(COUNTERSIGN_KEYS_INVALID, countersign_store_set_keys(store, str(ISSUER), bytes(NULL, 0), NULL));
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_store_set_keys(store, str("https://nobody.example"), str(KEYS_A), NULL));
    GIVES(COUNTERSIGN_OK, countersign_check(verifier, &it.request, decision));

    GIVES(COUNTERSIGN_OK, countersign_store_set_keys(store, str(ISSUER), str(KEYS_B), NULL));
    GIVES(COUNTERSIGN_DENIED, countersign_check(verifier, &it.request, decision));
    CHECK(countersign_decision_reason(decision) == COUNTERSIGN_REASON_KID_UNKNOWN);
    GIVES(COUNTERSIGN_OK, countersign_decision_need(decision, &needs));
    CHECK(needs.kind == COUNTERSIGN_NEED_KEYS);
    GIVES(COUNTERSIGN_OK, countersign_check(verifier, call_with(&it, BEARER(TOKEN_B)), decision));

    ids[0] = str("j-0");
    ids[1] = str("j-1");
    GIVES(COUNTERSIGN_OK, countersign_store_set_revoked(store, ids, 1));
    GIVES(COUNTERSIGN_OK, countersign_check(verifier, &it.request, decision));
    GIVES(COUNTERSIGN_OK, countersign_store_set_revoked(store, ids, 2));
    GIVES(COUNTERSIGN_DENIED, countersign_check(verifier, &it.request, decision));
    CHECK(countersign_decision_reason(decision) == COUNTERSIGN_REASON_TOKEN_REVOKED);
    GIVES(COUNTERSIGN_OK, countersign_store_set_revoked(store, NULL, 0));
    GIVES(COUNTERSIGN_OK, countersign_check(verifier, &it.request, decision));

    countersign_decision_free(decision);
    countersign_verifier_free(verifier);
    countersign_store_free(store);
    countersign_policy_free(policy);
}

static void objects_are_freed_in_any_order(void)
{
    unsigned order;

    for (order = 0; order < 6; order++) {
        countersign_policy *policy = policy_of(POLICY);
        countersign_store *store = store_of(policy);
        countersign_verifier *verifier = NULL;
        countersign_decision *decision = decision_of();
        call it;

        GIVES(COUNTERSIGN_OK, countersign_verifier_new(policy, store, &verifier));
        if (order % 2) {
            countersign_policy_free(policy);
            policy = NULL;
        }
        if (order / 2 == 1) {
            countersign_store_free(store);
            store = NULL;
        }
        GIVES(COUNTERSIGN_OK, countersign_check(verifier, call_with(&it, BEARER(TOKEN)), decision));
        countersign_verifier_free(verifier);
        if (order / 2 == 2) {
            countersign_store_free(store);
            store = NULL;
        }
        /* The decision owns what it says: request, verifier, store and policy may all be gone. */
        memset(&it, 0x5a, sizeof it);
        countersign_store_free(store);
        countersign_policy_free(policy);
        CHECK(countersign_decision_allowed(decision) == 1);
        {
            countersign_str subject;

            GIVES(COUNTERSIGN_OK, countersign_decision_subject(decision, &subject));
            CHECK(is(subject, "alice"));
        }
        countersign_decision_free(decision);
    }
}

static void counters_are_counted_by_reason(void)
{
    size_t count = countersign_reason_count();
    uint64_t *counters = calloc(count, sizeof *counters);
    countersign_verifier *verifier = verifier_of(POLICY);
    countersign_decision *decision = decision_of();
    countersign_reason_info info;
    char text[1024];
    size_t at, needed = 0, again = 0;
    call it;

    need(counters != NULL, "there is memory");
    call_with(&it, BEARER(TOKEN));
    it.request.counters = counters;
    it.request.counter_count = count;
    for (at = 0; at < 3; at++) {
        GIVES(COUNTERSIGN_OK, countersign_check(verifier, &it.request, decision));
    }
    call_with(&it, BEARER(TOKEN_EXPIRED));
    it.request.counters = counters;
    it.request.counter_count = count;
    GIVES(COUNTERSIGN_DENIED, countersign_check(verifier, &it.request, decision));
    /* An array of an older host has no place for later reasons, and one of none counts nothing. */
    it.request.counter_count = 2;
    GIVES(COUNTERSIGN_DENIED, countersign_check(verifier, &it.request, decision));
    it.request.counter_count = 0;
    GIVES(COUNTERSIGN_DENIED, countersign_check(verifier, &it.request, decision));

    memset(&info, 0, sizeof info);
    info.struct_size = sizeof info;
    for (at = 0; at < count; at++) {
        uint64_t wanted;

        GIVES(COUNTERSIGN_OK, countersign_reason_at(at, &info));
        wanted = info.number == COUNTERSIGN_REASON_OK ? 3 : info.number == COUNTERSIGN_REASON_TOKEN_EXPIRED ? 1 : 0;
        CHECK(counters[at] == wanted);
    }

    GIVES(COUNTERSIGN_BUFFER_TOO_SMALL, countersign_metrics_write(counters, count, NULL, 0, &needed));
    CHECK(needed > 100 && needed < sizeof text);
    memset(text, '#', sizeof text);
    GIVES(COUNTERSIGN_BUFFER_TOO_SMALL, countersign_metrics_write(counters, count, text, needed - 1, &again));
    CHECK(again == needed && text[0] == '#');
    GIVES(COUNTERSIGN_OK, countersign_metrics_write(counters, count, text, needed, &again));
    CHECK(again == needed && text[needed] == '#');
    CHECK(holds(bytes(text, needed), "\ncountersign_decisions_total{reason=\"ok\",status=\"200\"} 3\n"));
    CHECK(holds(bytes(text, needed), "\ncountersign_decisions_total{reason=\"token_expired\",status=\"401\"} 1\n"));
    GIVES(COUNTERSIGN_OK, countersign_metrics_write(NULL, 0, text, sizeof text, &needed));
    CHECK(holds(bytes(text, needed), "# TYPE countersign_decisions_total counter\n"));
    CHECK(!holds(bytes(text, needed), "{"));
    GIVES(COUNTERSIGN_OK, countersign_metrics_write(counters, count, text, sizeof text, NULL));

    free(counters);
    countersign_decision_free(decision);
    countersign_verifier_free(verifier);
}

int main(void)
{
    RUN(keys_come_from_the_host_and_are_swapped);
    RUN(objects_are_freed_in_any_order);
    RUN(counters_are_counted_by_reason);
    return FINISH();
}
