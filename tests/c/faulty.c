/*
 * Deliberately faulty, one fault a number: what watches the other tests must catch each of these, or it
 * was not on.
 */

#include "harness.h"

int main(int count, char **arguments)
{
    countersign_verifier *verifier = verifier_of(POLICY);
    countersign_decision *decision = decision_of();
    char *block;
    int fault = count > 1 ? atoi(arguments[1]) : 0;
    countersign_str subject;
    size_t needed;
    call it;

    need(countersign_check(verifier, call_with(&it, BEARER(TOKEN)), decision) == COUNTERSIGN_OK, "the token is good");
    countersign_decision_save(decision, NULL, 0, &needed);
    block = malloc(needed);
    need(block != NULL && countersign_decision_subject(decision, &subject) == COUNTERSIGN_OK, "there is a subject");
    switch (fault) {
    case 1: /* The library writes one byte behind the memory that it was told of. */
        free(block);
        block = malloc(needed - 1);
        countersign_decision_save(decision, block, needed, &needed);
        break;
    case 2: /* What the decision lent is read after it is gone. */
        countersign_decision_free(decision);
        decision = NULL;
        printf("%c\n", subject.data[0]);
        break;
    case 3: /* An object is never given back. */
        decision = NULL;
        break;
    default:
        break;
    }
    free(block);
    countersign_decision_free(decision);
    countersign_verifier_free(verifier);
    return 0;
}
