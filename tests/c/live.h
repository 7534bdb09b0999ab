/*
 * A store with keys to fetch, a clock that the test moves, and answers in place of a network.
 *
 * Requests are judged at the wall time NOW, at which the tokens of the fixtures are good; only the monotonic clock of
 * a request moves. The store hears both.
 */

#ifndef LIVE_H
#define LIVE_H

#include "harness.h"

#define SECOND UINT64_C(1000000000)

typedef struct live {
    countersign_policy *policy;
    countersign_store *store;
    countersign_verifier *verifier;
    countersign_decision *decision;
    countersign_time now;
} live;

/* A ticket as it was taken. */
typedef struct ticket {
    countersign_fetch *fetch;
    countersign_fetch_info info;
} ticket;

static inline live live_of(const char *json)
{
    live it;

    memset(&it, 0, sizeof it);
    it.policy = policy_of(json);
    it.store = store_of(it.policy);
    it.decision = decision_of();
    it.now.wall_seconds = NOW;
    it.now.monotonic_nanos = 1000 * SECOND;
    need(countersign_verifier_new(it.policy, it.store, &it.verifier) == COUNTERSIGN_OK, "a verifier is made");
    return it;
}

static inline void end_of(live *it)
{
    countersign_decision_free(it->decision);
    countersign_verifier_free(it->verifier);
    countersign_store_free(it->store);
    countersign_policy_free(it->policy);
}

/* Lets time pass on both clocks. */
static inline void pass(live *it, unsigned seconds)
{
    it->now.wall_seconds += seconds;
    it->now.monotonic_nanos += seconds * SECOND;
}

/* Lets time pass until the store has something due. */
static inline void pass_until_due(live *it)
{
    uint64_t due = countersign_store_due_at(it->store);

    need(due != UINT64_MAX, "something is due");
    if (due > it->now.monotonic_nanos) {
        pass(it, (unsigned)((due - it->now.monotonic_nanos + SECOND - 1) / SECOND));
    }
}

/* The reason for a request with this Authorization. */
static inline uint32_t reason_for(live *it, const char *authorization)
{
    call made;

    call_with(&made, authorization);
    made.request.monotonic_nanos = it->now.monotonic_nanos;
    countersign_check(it->verifier, &made.request, it->decision);
    return countersign_decision_reason(it->decision);
}

static inline countersign_need need_of(const live *it)
{
    countersign_need needs;

    memset(&needs, 0, sizeof needs);
    needs.struct_size = sizeof needs;
    GIVES(COUNTERSIGN_OK, countersign_decision_need(it->decision, &needs));
    return needs;
}

static inline uint64_t generation_of(const live *it)
{
    uint64_t generation = UINT64_MAX;

    GIVES(COUNTERSIGN_OK, countersign_store_generation(it->store, str(ISSUER), &generation));
    return generation;
}

static inline int nothing_is_due(live *it)
{
    countersign_fetch *fetch = NULL;

    return countersign_store_next_fetch(it->store, &it->now, &fetch) == COUNTERSIGN_NOT_FOUND && fetch == NULL;
}

/* Takes the ticket that must be due. */
static inline ticket take(live *it)
{
    ticket taken;

    memset(&taken, 0, sizeof taken);
    taken.info.struct_size = sizeof taken.info;
    need(countersign_store_next_fetch(it->store, &it->now, &taken.fetch) == COUNTERSIGN_OK, "a ticket is due");
    GIVES(COUNTERSIGN_OK, countersign_fetch_describe(taken.fetch, &taken.info));
    return taken;
}

/* The start of a result for a ticket. */
static inline countersign_fetch_result result_of(const ticket *taken, uint32_t outcome)
{
    countersign_fetch_result result;

    memset(&result, 0, sizeof result);
    result.struct_size = sizeof result;
    result.ticket = taken->info.ticket;
    result.outcome = outcome;
    return result;
}

/* Hands a result in; gives what became of it, 0 for a refused body. The ticket is used up. */
static inline uint32_t hand_in(live *it, ticket *taken, const countersign_fetch_result *result)
{
    uint32_t done = 0;
    countersign_status status = countersign_store_fetch_done(it->store, result, &it->now, &done, NULL);

    CHECK(status == COUNTERSIGN_OK || (status == COUNTERSIGN_KEYS_INVALID && done == 0));
    countersign_fetch_free(taken->fetch);
    taken->fetch = NULL;
    return done;
}

/* Answers with a body that has a tag and an hour to live. */
static inline uint32_t answer(live *it, ticket *taken, const char *body, const char *etag)
{
    countersign_fetch_result result = result_of(taken, COUNTERSIGN_OUTCOME_BODY);

    result.body = str(body);
    result.etag = str(etag);
    result.cache_control = str("public, max-age=3600");
    return hand_in(it, taken, &result);
}

/* Fetches the set that a token asks for. */
static inline void load(live *it, const char *body)
{
    ticket taken;

    reason_for(it, BEARER(TOKEN));
    taken = take(it);
    need(answer(it, &taken, body, "\"v1\"") == COUNTERSIGN_DONE_LOADED, "a set is loaded");
}

/* The status as a text that ends with a zero; the caller frees it. */
static inline char *status_of(const live *it)
{
    size_t needed = 0, again = 0;
    char *text;

    GIVES(COUNTERSIGN_BUFFER_TOO_SMALL, countersign_store_write_status(it->store, &it->now, NULL, 0, &needed));
    text = malloc(needed + 1);
    need(text != NULL, "there is memory");
    GIVES(COUNTERSIGN_OK, countersign_store_write_status(it->store, &it->now, text, needed, &again));
    CHECK(needed == again);
    text[needed] = '\0';
    return text;
}

#endif
