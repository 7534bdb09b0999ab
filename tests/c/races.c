/*
 * Two threads at the same moment: for one ticket, for closing it, for pushing a set. One of them wins, whichever, and
 * a third that checks tokens meanwhile never sees anything but keys that are there.
 */

#include <pthread.h>

#include "live.h"

static unsigned rounds = 2000;

typedef struct arena {
    live it;
    pthread_barrier_t gate;
    /* Written by whoever won the ticket, read by both behind the gate. */
    ticket won;
    unsigned winners[2];
    unsigned closers[2];
    unsigned older[2];
    unsigned wrong[3];
} arena;

typedef struct racer {
    arena *field;
    unsigned number;
} racer;

/* The time of a round: a day later than the round before, so that the set has expired. */
static countersign_time time_of(const arena *field, unsigned round)
{
    countersign_time now = field->it.now;

    now.wall_seconds += 86400 * (int64_t)round;
    now.monotonic_nanos += 86400 * SECOND * round;
    return now;
}

static void *race(void *argument)
{
    racer *self = argument;
    arena *field = self->field;
    unsigned me = self->number, round;

    for (round = 1; round <= rounds; round++) {
        countersign_time now = time_of(field, round);
        countersign_fetch *fetch = NULL;
        countersign_fetch_result result;
        countersign_status status;
        uint32_t done = 0;

        pthread_barrier_wait(&field->gate);
        status = countersign_store_next_fetch(field->it.store, &now, &fetch);
        if (status == COUNTERSIGN_OK) {
            field->winners[me]++;
            memset(&field->won, 0, sizeof field->won);
            field->won.info.struct_size = sizeof field->won.info;
            field->won.fetch = fetch;
            field->wrong[me] += countersign_fetch_describe(fetch, &field->won.info) != COUNTERSIGN_OK;
        } else {
            field->wrong[me] += status != COUNTERSIGN_NOT_FOUND || fetch != NULL;
        }
        pthread_barrier_wait(&field->gate);
        result = result_of(&field->won, COUNTERSIGN_OUTCOME_BODY);
        result.body = str(round % 2 ? KEYS_AB : KEYS_A);
        status = countersign_store_fetch_done(field->it.store, &result, &now, &done, NULL);
        field->wrong[me] += status != COUNTERSIGN_OK;
        field->closers[me] += done == COUNTERSIGN_DONE_LOADED;
        field->wrong[me] += done != COUNTERSIGN_DONE_LOADED && done != COUNTERSIGN_DONE_IGNORED;
        pthread_barrier_wait(&field->gate);
        if (fetch != NULL) {
            countersign_fetch_free(fetch);
        }
    }
    return NULL;
}

static void *check_meanwhile(void *argument)
{
    racer *self = argument;
    arena *field = self->field;
    countersign_decision *decision = decision_of();
    char status[4096];
    size_t needed;
    unsigned round;
    call made;

    call_with(&made, BEARER(TOKEN));
    for (round = 0; round < rounds; round++) {
        field->wrong[2] += countersign_check(field->it.verifier, &made.request, decision) != COUNTERSIGN_OK;
        field->wrong[2] += countersign_store_write_status(field->it.store, &field->it.now, status, sizeof status,
                                                          &needed) != COUNTERSIGN_OK;
    }
    countersign_decision_free(decision);
    return NULL;
}

static void a_ticket_is_won_and_closed_once(void)
{
    arena field;
    racer racers[3];
    pthread_t threads[3];
    unsigned at;

    memset(&field, 0, sizeof field);
    field.it = live_of(POLICY_LIVE);
    load(&field.it, KEYS_A);
    need(pthread_barrier_init(&field.gate, NULL, 2) == 0, "a barrier is made");
    for (at = 0; at < 3; at++) {
        racers[at].field = &field;
        racers[at].number = at;
        need(pthread_create(&threads[at], NULL, at < 2 ? race : check_meanwhile, &racers[at]) == 0,
             "a thread starts");
    }
    for (at = 0; at < 3; at++) {
        need(pthread_join(threads[at], NULL) == 0, "a thread ends");
        CHECK(field.wrong[at] == 0);
    }
    CHECK(field.winners[0] + field.winners[1] == rounds);
    CHECK(field.closers[0] + field.closers[1] == rounds);
    CHECK(generation_of(&field.it) == rounds + 1);
    printf("races: %u to %u tickets, %u to %u closed\n", field.winners[0], field.winners[1], field.closers[0],
           field.closers[1]);
    pthread_barrier_destroy(&field.gate);
    end_of(&field.it);
}

/* Two threads push sets of other ages at once: the later one is there in the end, whoever came first. */
static void *push(void *argument)
{
    racer *self = argument;
    arena *field = self->field;
    unsigned round;

    for (round = 1; round <= rounds; round++) {
        countersign_time now = time_of(field, round);
        countersign_keys keys;
        countersign_status status;

        memset(&keys, 0, sizeof keys);
        keys.struct_size = sizeof keys;
        keys.jwks = str(self->number ? KEYS_B : KEYS_A);
        keys.fetched_at_seconds = now.wall_seconds - (self->number ? 0 : 10);
        pthread_barrier_wait(&field->gate);
        status = countersign_store_set_keys_fetched(field->it.store, str(ISSUER), &keys, &now, NULL);
        field->wrong[self->number] += status != COUNTERSIGN_OK && (self->number || status != COUNTERSIGN_KEYS_OLDER);
        field->older[self->number] += status == COUNTERSIGN_KEYS_OLDER;
        pthread_barrier_wait(&field->gate);
        if (self->number == 0) {
            call made;

            call_with(&made, BEARER(TOKEN_B));
            field->wrong[0] += countersign_check(field->it.verifier, &made.request, field->it.decision);
        }
    }
    return NULL;
}

static void the_later_of_two_pushed_sets_stays(void)
{
    arena field;
    racer racers[2];
    pthread_t threads[2];
    unsigned at;

    memset(&field, 0, sizeof field);
    field.it = live_of(POLICY_LIVE);
    need(pthread_barrier_init(&field.gate, NULL, 2) == 0, "a barrier is made");
    for (at = 0; at < 2; at++) {
        racers[at].field = &field;
        racers[at].number = at;
        need(pthread_create(&threads[at], NULL, push, &racers[at]) == 0, "a thread starts");
    }
    for (at = 0; at < 2; at++) {
        need(pthread_join(threads[at], NULL) == 0, "a thread ends");
        CHECK(field.wrong[at] == 0);
    }
    CHECK(field.older[1] == 0);
    printf("races: %u of %u older sets came second\n", field.older[0], rounds);
    pthread_barrier_destroy(&field.gate);
    end_of(&field.it);
}

int main(int count, char **arguments)
{
    if (count > 1) {
        rounds = (unsigned)strtoul(arguments[1], NULL, 10);
    }
    RUN(a_ticket_is_won_and_closed_once);
    RUN(the_later_of_two_pushed_sets_stays);
    return FINISH();
}
