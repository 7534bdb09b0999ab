/*
 * One verifier shared by eight threads, each with a decision of its own, while a ninth swaps keys and
 * a tenth prints the counters. Whatever set a check meets, its answer is one of the two that are right.
 */

#include <pthread.h>

#include "harness.h"

enum { CHECKERS = 8 };

static unsigned rounds = 4000;

typedef struct world {
    countersign_verifier *verifier;
    countersign_store *store;
    uint64_t *counters;
    size_t counter_count;
    pthread_barrier_t start;
} world;

typedef struct worker {
    world *world;
    unsigned number;
    unsigned allowed;
    unsigned denied;
    unsigned wrong;
} worker;

static void *check_often(void *argument)
{
    worker *self = argument;
    countersign_decision *decision = decision_of();
    unsigned round;

    pthread_barrier_wait(&self->world->start);
    for (round = 0; round < rounds; round++) {
        int second = (round + self->number) % 2;
        countersign_str subject;
        call it;

        call_with(&it, second ? BEARER(TOKEN_B) : BEARER(TOKEN));
        it.request.counters = self->world->counters;
        it.request.counter_count = self->world->counter_count;
        switch (countersign_check(self->world->verifier, &it.request, decision)) {
        case COUNTERSIGN_OK:
            self->allowed++;
            self->wrong += countersign_decision_subject(decision, &subject) != COUNTERSIGN_OK ||
                           !is(subject, second ? "bob" : "alice");
            break;
        case COUNTERSIGN_DENIED:
            self->denied++;
            self->wrong += countersign_decision_reason(decision) != COUNTERSIGN_REASON_KID_UNKNOWN;
            break;
        default:
            self->wrong++;
        }
    }
    countersign_decision_free(decision);
    return NULL;
}

static void *swap_often(void *argument)
{
    static const char *const sets[] = {KEYS_A, KEYS_B, KEYS_AB, "no set", KEYS_B, KEYS_A};
    worker *self = argument;
    countersign_str id = str("j-0");
    unsigned round;

    pthread_barrier_wait(&self->world->start);
    for (round = 0; round < rounds; round++) {
        const char *set = sets[round % (sizeof sets / sizeof sets[0])];
        countersign_status status = countersign_store_set_keys(self->world->store, str(ISSUER), str(set), NULL);

        self->wrong += status != (set[0] == '{' ? COUNTERSIGN_OK : COUNTERSIGN_KEYS_INVALID);
        self->wrong += countersign_store_set_revoked(self->world->store, &id, round % 2) != COUNTERSIGN_OK;
    }
    return NULL;
}

static void *print_often(void *argument)
{
    worker *self = argument;
    char text[4096];
    size_t needed;
    unsigned round;

    pthread_barrier_wait(&self->world->start);
    for (round = 0; round < rounds / 4; round++) {
        self->wrong += countersign_metrics_write(self->world->counters, self->world->counter_count, text, sizeof text,
                                                 &needed) != COUNTERSIGN_OK;
    }
    return NULL;
}

static void threads_share_a_verifier_while_keys_are_swapped(void)
{
    world it;
    worker workers[CHECKERS + 2];
    pthread_t threads[CHECKERS + 2];
    countersign_policy *policy = policy_of(POLICY_REMOTE);
    unsigned at, allowed = 0, denied = 0;
    uint64_t counted = 0;

    memset(&it, 0, sizeof it);
    it.store = store_of(policy);
    it.counter_count = countersign_reason_count();
    it.counters = calloc(it.counter_count, sizeof *it.counters);
    need(it.counters != NULL, "there is memory");
    GIVES(COUNTERSIGN_OK, countersign_verifier_new(policy, it.store, &it.verifier));
    GIVES(COUNTERSIGN_OK, countersign_store_set_keys(it.store, str(ISSUER), str(KEYS_A), NULL));
    need(pthread_barrier_init(&it.start, NULL, CHECKERS + 2) == 0, "a barrier is made");
    for (at = 0; at < CHECKERS + 2; at++) {
        memset(&workers[at], 0, sizeof workers[at]);
        workers[at].world = &it;
        workers[at].number = at;
        need(pthread_create(&threads[at], NULL,
                            at < CHECKERS    ? check_often
                            : at == CHECKERS ? swap_often
                                             : print_often,
                            &workers[at]) == 0,
             "a thread starts");
    }
    /* The policy is not needed any more; the verifier keeps what it needs. */
    countersign_policy_free(policy);
    for (at = 0; at < CHECKERS + 2; at++) {
        need(pthread_join(threads[at], NULL) == 0, "a thread ends");
        CHECK(workers[at].wrong == 0);
        allowed += workers[at].allowed;
        denied += workers[at].denied;
    }
    CHECK(allowed + denied == CHECKERS * rounds);
    CHECK(allowed > 0);
    for (at = 0; at < it.counter_count; at++) {
        counted += it.counters[at];
    }
    CHECK(counted == CHECKERS * (uint64_t)rounds);
    printf("threads: %u allowed, %u denied\n", allowed, denied);
    pthread_barrier_destroy(&it.start);
    countersign_verifier_free(it.verifier);
    countersign_store_free(it.store);
    free(it.counters);
}

/* A decision may be handed from thread to thread, as long as one at a time has it. */
static void *reset_it(void *decision)
{
    countersign_decision_reset(decision);
    return NULL;
}

static void a_decision_may_change_threads(void)
{
    countersign_verifier *verifier = verifier_of(POLICY);
    countersign_decision *decision = decision_of();
    pthread_t thread;
    call it;

    GIVES(COUNTERSIGN_OK, countersign_check(verifier, call_with(&it, BEARER(TOKEN)), decision));
    need(pthread_create(&thread, NULL, reset_it, decision) == 0, "a thread starts");
    need(pthread_join(thread, NULL) == 0, "a thread ends");
    CHECK(rests(decision));
    countersign_decision_free(decision);
    countersign_verifier_free(verifier);
}

int main(int count, char **arguments)
{
    if (count > 1) {
        rounds = (unsigned)strtoul(arguments[1], NULL, 10);
    }
    RUN(threads_share_a_verifier_while_keys_are_swapped);
    RUN(a_decision_may_change_threads);
    return FINISH();
}
