/*
 * What is made before a fork and used behind it (docs/ABI.md, "Threads and processes"): a policy, a verifier, and the
 * copy that each process then has of the keys.
 */

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "live.h"

enum { CHILDREN = 4, CHECKS = 200 };

/* Each child sets off from the parent's keys, and what it changes is its own. */
static int in_a_child(live *it, unsigned number)
{
    live own;
    unsigned round;

    for (round = 0; round < CHECKS; round++) {
        CHECK(reason_for(it, BEARER(TOKEN)) == COUNTERSIGN_REASON_OK);
    }
    if (number % 2 == 0) {
        GIVES(COUNTERSIGN_OK, countersign_store_set_keys(it->store, str(ISSUER), str(KEYS_B), NULL));
        CHECK(reason_for(it, BEARER(TOKEN)) == COUNTERSIGN_REASON_KID_UNKNOWN);
        CHECK(reason_for(it, BEARER(TOKEN_B)) == COUNTERSIGN_REASON_OK);
    }
    /* A store of its own over the parent's policy, as a worker makes it. */
    memset(&own, 0, sizeof own);
    own.policy = it->policy;
    own.now = it->now;
    own.store = store_of(own.policy);
    own.decision = decision_of();
    need(countersign_verifier_new(own.policy, own.store, &own.verifier) == COUNTERSIGN_OK, "a verifier is made");
    CHECK(reason_for(&own, BEARER(TOKEN)) == COUNTERSIGN_REASON_KEYS_UNAVAILABLE);
    load(&own, KEYS_A);
    CHECK(reason_for(&own, BEARER(TOKEN)) == COUNTERSIGN_REASON_OK);
    countersign_decision_free(own.decision);
    countersign_verifier_free(own.verifier);
    countersign_store_free(own.store);
    end_of(it);
    return checks_failed != 0;
}

static void each_process_has_its_own_copy_of_the_keys(void)
{
    live it = live_of(POLICY_LIVE);
    pid_t children[CHILDREN];
    unsigned number;

    load(&it, KEYS_A);
    CHECK(reason_for(&it, BEARER(TOKEN)) == COUNTERSIGN_REASON_OK);
    for (number = 0; number < CHILDREN; number++) {
        children[number] = fork();
        need(children[number] >= 0, "a process is forked");
        if (children[number] == 0) {
            _exit(in_a_child(&it, number));
        }
    }
    for (number = 0; number < CHECKS; number++) {
        CHECK(reason_for(&it, BEARER(TOKEN)) == COUNTERSIGN_REASON_OK);
        CHECK(reason_for(&it, BEARER(TOKEN_B)) == COUNTERSIGN_REASON_KID_UNKNOWN);
    }
    for (number = 0; number < CHILDREN; number++) {
        int status = -1;

        need(waitpid(children[number], &status, 0) == children[number], "a process ends");
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    CHECK(generation_of(&it) == 1);
    end_of(&it);
}

int main(void)
{
    RUN(each_process_has_its_own_copy_of_the_keys);
    return FINISH();
}
