/*
 * Structs that grew: a caller that was compiled against an older header hands in the older, shorter struct.
 *
 * Each lies in memory of its own that ends where it ends, so that AddressSanitizer and valgrind see a byte too many.
 */

#include "live.h"

#define REQUEST_FIRST offsetof(countersign_request, monotonic_nanos)
#define NEED_FIRST offsetof(countersign_need, generation)
#define EXCHANGE_FIRST offsetof(countersign_exchange, reason)
#define FETCH_FIRST offsetof(countersign_fetch_info, cooldown_nanos)

/* A copy of the front of a struct, as long as it says it is. */
static void *cut(const void *whole, uint64_t size)
{
    void *copy = malloc((size_t)size);

    need(copy != NULL, "there is memory");
    memcpy(copy, whole, (size_t)size);
    memcpy(copy, &size, sizeof size);
    return copy;
}

static void an_older_request_has_no_monotonic_clock(void)
{
    live it = live_of(POLICY_LIVE);
    countersign_keys keys;
    void *older;
    uint64_t size;
    call made;

    memset(&keys, 0, sizeof keys);
    keys.struct_size = sizeof keys;
    keys.jwks = str(KEYS_A);
    keys.fetched_at_seconds = NOW - 400;
    GIVES(COUNTERSIGN_OK, countersign_store_set_keys_fetched(it.store, str(ISSUER), &keys, &it.now, NULL));
    pass(&it, 1200);
    CHECK(sizeof(countersign_request) == REQUEST_FIRST + 8 && REQUEST_FIRST == 136);
    call_with(&made, BEARER(TOKEN));
    made.request.monotonic_nanos = it.now.monotonic_nanos;
    /* The set is too old for who tells the time, and an older caller cannot. */
    GIVES(COUNTERSIGN_DENIED, countersign_check(it.verifier, &made.request, it.decision));
    CHECK(countersign_decision_reason(it.decision) == COUNTERSIGN_REASON_KEYS_UNAVAILABLE);
    older = cut(&made.request, REQUEST_FIRST);
    GIVES(COUNTERSIGN_OK, countersign_check(it.verifier, older, it.decision));
    free(older);
    /* Any size that is none of a version is refused. */
    for (size = 8; size < sizeof(countersign_request); size++) {
        if (size != REQUEST_FIRST) {
            older = cut(&made.request, size);
            GIVES(COUNTERSIGN_STRUCT_SIZE, countersign_check(it.verifier, older, it.decision));
            CHECK(rests(it.decision));
            free(older);
        }
    }
    end_of(&it);
}

static void an_older_need_has_no_generation(void)
{
    live it = live_of(POLICY_LIVE);
    countersign_need whole;
    void *older;
    uint64_t size;

    CHECK(sizeof(countersign_need) == NEED_FIRST + 8 && NEED_FIRST == 48);
    load(&it, KEYS_A);
    pass(&it, 30);
    CHECK(reason_for(&it, BEARER(TOKEN_B)) == COUNTERSIGN_REASON_KID_UNKNOWN);
    memset(&whole, 0, sizeof whole);
    older = cut(&whole, NEED_FIRST);
    GIVES(COUNTERSIGN_OK, countersign_decision_need(it.decision, older));
    /* Looked at in a struct of today, because no member may be named in one that is cut. */
    memcpy(&whole, older, NEED_FIRST);
    free(older);
    CHECK(whole.struct_size == NEED_FIRST && whole.kind == COUNTERSIGN_NEED_KEYS && is(whole.issuer, ISSUER));
    CHECK(is(whole.jwks_uri, "https://login.example.com/jwks.json") && whole.generation == 0);
    whole.struct_size = sizeof whole;
    GIVES(COUNTERSIGN_OK, countersign_decision_need(it.decision, &whole));
    CHECK(whole.generation == 1);
    for (size = 8; size < sizeof(countersign_need); size++) {
        if (size != NEED_FIRST) {
            memset(&whole, 0, sizeof whole);
            older = cut(&whole, size);
            GIVES(COUNTERSIGN_STRUCT_SIZE, countersign_decision_need(it.decision, older));
            memcpy(&whole, older, (size_t)size);
            CHECK(whole.struct_size == size && whole.kind == COUNTERSIGN_NEED_NONE && whole.issuer.data == NULL);
            free(older);
        }
    }
    end_of(&it);
}

static void an_older_fetch_has_no_cooldown(void)
{
    live it = live_of(POLICY_LIVE);
    countersign_fetch_info whole;
    void *older;
    ticket taken;

    CHECK(sizeof(countersign_fetch_info) == FETCH_FIRST + 8 && FETCH_FIRST == 88);
    reason_for(&it, BEARER(TOKEN));
    taken = take(&it);
    memset(&whole, 0, sizeof whole);
    older = cut(&whole, FETCH_FIRST);
    GIVES(COUNTERSIGN_OK, countersign_fetch_describe(taken.fetch, older));
    memcpy(&whole, older, FETCH_FIRST);
    free(older);
    CHECK(whole.struct_size == FETCH_FIRST && whole.ticket == taken.info.ticket && whole.max_bytes == 512 * 1024);
    CHECK(whole.cooldown_nanos == 0 && taken.info.cooldown_nanos == 30 * SECOND);
    countersign_fetch_free(taken.fetch);
    end_of(&it);
}

static void an_older_exchange_has_no_reason(void)
{
    countersign_exchange whole;
    countersign_explanation *explanation = NULL;
    void *older;
    uint64_t size;

    CHECK(sizeof(countersign_exchange) == EXCHANGE_FIRST + 8 && EXCHANGE_FIRST == 256);
    memset(&whole, 0, sizeof whole);
    whole.struct_size = sizeof whole;
    whole.reason = COUNTERSIGN_REASON_TOKEN_REVOKED;
    GIVES(COUNTERSIGN_OK, countersign_explain(&whole, &explanation));
    CHECK(countersign_explanation_count(explanation) == 1);
    countersign_explanation_free(explanation);
    older = cut(&whole, EXCHANGE_FIRST);
    GIVES(COUNTERSIGN_OK, countersign_explain(older, &explanation));
    CHECK(countersign_explanation_count(explanation) == 0);
    countersign_explanation_free(explanation);
    free(older);
    for (size = 8; size < sizeof whole; size += 4) {
        if (size != EXCHANGE_FIRST) {
            explanation = NULL;
            older = cut(&whole, size);
            GIVES(COUNTERSIGN_STRUCT_SIZE, countersign_explain(older, &explanation));
            CHECK(explanation == NULL);
            free(older);
        }
    }
}

static void what_a_later_need_has_is_left_alone(void)
{
    live it = live_of(POLICY_LIVE);
    struct {
        countersign_need needs;
        uint64_t later[2];
    } longer;

    reason_for(&it, BEARER(TOKEN));
    memset(&longer, 0, sizeof longer);
    longer.needs.struct_size = sizeof longer;
    GIVES(COUNTERSIGN_OK, countersign_decision_need(it.decision, &longer.needs));
    CHECK(longer.needs.kind == COUNTERSIGN_NEED_KEYS && longer.needs.struct_size == sizeof longer);
    CHECK(longer.later[0] == 0 && longer.later[1] == 0);
    longer.later[1] = 1;
    GIVES(COUNTERSIGN_STRUCT_SIZE, countersign_decision_need(it.decision, &longer.needs));
    end_of(&it);
}

int main(void)
{
    RUN(an_older_request_has_no_monotonic_clock);
    RUN(an_older_need_has_no_generation);
    RUN(an_older_fetch_has_no_cooldown);
    RUN(an_older_exchange_has_no_reason);
    RUN(what_a_later_need_has_is_left_alone);
    return FINISH();
}
