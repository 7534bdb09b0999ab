/*
 * The conformance driver of the C ABI: reads cases in a plain binary form (tests/conform_wire makes it
 * from the corpus), calls the library and writes one JSON answer a line.
 *
 * The form: a byte for the operation, then its operands in the order in which they are read. A text is
 * its length in 32 bits and its bytes, an absent one the length 2^32 - 1; numbers are 32 or 64 bits; all in
 * the machine's byte order.
 */

#include "conform_challenges.h"
#include "conform_check.h"
#include "conform_client.h"
#include "conform_explain.h"
#include "conform_store.h"
#include "conform_tokens.h"

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
        case 's':
            store_steps(id, decision);
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
        case 'n':
            next_step(id);
            break;
        case 'e':
            explain(id);
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
