/*
 * Built against a release library with the feature panic-injection, which panics behind a finished check
 * if the method is PANIC: the worst moment, when the decision already allows.
 */

#include "harness.h"

static void a_panic_is_a_status_and_the_decision_denies(void)
{
    countersign_verifier *verifier = verifier_of(POLICY);
    countersign_decision *decision = decision_of();
    unsigned round;
    call it;

    for (round = 0; round < 20; round++) {
        GIVES(COUNTERSIGN_OK, countersign_check(verifier, call_with(&it, BEARER(TOKEN)), decision));
        it.request.method = str("PANIC");
        GIVES(COUNTERSIGN_PANIC, countersign_check(verifier, &it.request, decision));
        CHECK(rests(decision));
        /* Nothing is stuck: the same verifier and decision go on working. */
        it.request.method = str("GET");
        GIVES(COUNTERSIGN_OK, countersign_check(verifier, &it.request, decision));
        CHECK(countersign_decision_allowed(decision) == 1);
    }
    countersign_decision_free(decision);
    countersign_verifier_free(verifier);
}

int main(void)
{
    RUN(a_panic_is_a_status_and_the_decision_denies);
    return FINISH();
}
