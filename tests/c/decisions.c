/* Decisions in the host's memory: saved, moved, loaded, cut short and damaged. */

#include "harness.h"

/* Reads everything that a decision can tell; under a sanitizer this touches all that it lends. */
static unsigned read_all(const countersign_decision *decision)
{
    static const char *const pointers[] = {"", "/sub", "/realm_access/roles", "/name", "/list"};
    countersign_str text, value;
    countersign_need needs;
    countersign_claim claim;
    unsigned sum = 0;
    size_t at, inner;
    char copy[256];

#define ADD(view)                                                                                                     \
    do {                                                                                                              \
        size_t byte;                                                                                                  \
        for (byte = 0; byte < (view).len; byte++) {                                                                   \
            sum += (unsigned char)(view).data[byte];                                                                  \
        }                                                                                                             \
    } while (0)

    sum += countersign_decision_reason(decision) + countersign_decision_http_status(decision);
    sum += countersign_decision_scheme(decision);
    if (countersign_decision_issuer(decision, &text) == COUNTERSIGN_OK) {
        ADD(text);
    }
    if (countersign_decision_subject(decision, &text) == COUNTERSIGN_OK) {
        ADD(text);
    }
    if (countersign_decision_key_id(decision, &text) == COUNTERSIGN_OK) {
        ADD(text);
    }
    if (countersign_decision_body(decision, &text) == COUNTERSIGN_OK) {
        ADD(text);
    }
    if (countersign_decision_claims(decision, &text) == COUNTERSIGN_OK) {
        ADD(text);
    }
    for (at = 0; countersign_decision_field_at(decision, at, &text, &value) == COUNTERSIGN_OK; at++) {
        ADD(text);
        ADD(value);
    }
    memset(&needs, 0, sizeof needs);
    needs.struct_size = sizeof needs;
    if (countersign_decision_need(decision, &needs) == COUNTERSIGN_OK) {
        ADD(needs.issuer);
        ADD(needs.jwks_uri);
    }
    memset(&claim, 0, sizeof claim);
    claim.struct_size = sizeof claim;
    for (at = 0; at < sizeof pointers / sizeof pointers[0]; at++) {
        for (inner = 0; inner < 40; inner++) {
            if (countersign_decision_claim_at(decision, str(pointers[at]), inner, &claim) != COUNTERSIGN_OK) {
                break;
            }
            ADD(claim.raw);
            ADD(claim.raw_name);
        }
        if (countersign_decision_claim_text(decision, str(pointers[at]), copy, sizeof copy, &inner) == COUNTERSIGN_OK) {
            ADD(bytes(copy, inner));
        }
    }
#undef ADD
    return sum;
}

static char *save(const countersign_decision *decision, size_t *len)
{
    char *block;

    GIVES(COUNTERSIGN_BUFFER_TOO_SMALL, countersign_decision_save(decision, NULL, 0, len));
    block = malloc(*len);
    need(block != NULL, "there is memory");
    GIVES(COUNTERSIGN_OK, countersign_decision_save(decision, block, *len, len));
    return block;
}

/* One decision of each kind: allowed with claims, anonymous, denied with an identity, denied with a need, at rest. */
static countersign_decision *sample(unsigned kind)
{
    countersign_verifier *verifier = verifier_of(kind == 3 ? POLICY_REMOTE : POLICY);
    countersign_decision *decision = decision_of();
    call it;

    switch (kind) {
    case 0:
        call_with(&it, BEARER(TOKEN_RICH));
        break;
    case 1:
        call_with(&it, NULL);
        it.request.profile = str("public");
        break;
    case 2:
        call_with(&it, BEARER(TOKEN_EXPIRED));
        break;
    default:
        call_with(&it, BEARER(TOKEN));
        break;
    }
    if (kind < 4) {
        CHECK(countersign_check(verifier, &it.request, decision) == (kind < 2 ? COUNTERSIGN_OK : COUNTERSIGN_DENIED));
    }
    countersign_verifier_free(verifier);
    return decision;
}

enum { KINDS = 5 };

/* How much is tried; an argument makes it less, for slow machines. */
static unsigned damages = 4000;
static size_t step = 1;

static void a_saved_decision_is_the_same_when_loaded(void)
{
    unsigned kind;

    for (kind = 0; kind < KINDS; kind++) {
        countersign_decision *decision = sample(kind);
        countersign_decision *loaded = decision_of();
        size_t len, again;
        char *block = save(decision, &len);
        char *moved = malloc(len + 1);

        need(moved != NULL, "there is memory");
        memcpy(moved + 1, block, len);
        memset(block, 0x5a, len);
        GIVES(COUNTERSIGN_OK, countersign_decision_load(loaded, moved + 1, len));
        memset(moved, 0x5a, len + 1);
        CHECK(read_all(loaded) == read_all(decision));
        CHECK(countersign_decision_allowed(loaded) == countersign_decision_allowed(decision));
        CHECK(countersign_decision_authenticated(loaded) == (kind == 0));
        free(moved);
        /* What was loaded can be saved again, to the same bytes. */
        GIVES(COUNTERSIGN_OK, countersign_decision_save(decision, block, len, NULL));
        moved = save(loaded, &again);
        CHECK(again == len && memcmp(moved, block, len) == 0);
        free(moved);
        free(block);
        countersign_decision_free(loaded);
        countersign_decision_free(decision);
    }
}

static void a_short_buffer_stays_untouched_and_tells_the_length(void)
{
    countersign_decision *decision = sample(0);
    size_t len, needed, at;
    char *block = save(decision, &len);

    for (at = 0; at < len; at++) {
        memset(block, '#', len);
        needed = 0;
        GIVES(COUNTERSIGN_BUFFER_TOO_SMALL, countersign_decision_save(decision, block, at, &needed));
        CHECK(needed == len && block[0] == '#' && block[len - 1] == '#');
    }
    GIVES(COUNTERSIGN_OK, countersign_decision_save(decision, block, len, NULL));
    free(block);
    countersign_decision_free(decision);
}

static void a_block_cut_anywhere_is_refused_and_denies(void)
{
    unsigned kind;

    for (kind = 0; kind < KINDS; kind++) {
        countersign_decision *decision = sample(kind);
        countersign_decision *loaded = sample(0);
        size_t len, cut;
        char *block = save(decision, &len);

        for (cut = 0; cut < len; cut += step) {
            /* An allocation of just that size, so that a sanitizer sees one byte too many. */
            char *front = malloc(cut ? cut : 1);

            need(front != NULL, "there is memory");
            memcpy(front, block, cut);
            GIVES(COUNTERSIGN_MALFORMED, countersign_decision_load(loaded, front, cut));
            CHECK(rests(loaded));
            free(front);
        }
        GIVES(COUNTERSIGN_MALFORMED, countersign_decision_load(loaded, NULL, 0));
        GIVES(COUNTERSIGN_OK, countersign_decision_load(loaded, block, len));
        GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_decision_load(loaded, NULL, len));
        CHECK(rests(loaded));
        free(block);
        countersign_decision_free(loaded);
        countersign_decision_free(decision);
    }
}

static void no_flipped_bit_crashes_or_turns_a_denial(void)
{
    unsigned kind;

    for (kind = 0; kind < KINDS; kind++) {
        countersign_decision *decision = sample(kind);
        countersign_decision *loaded = decision_of();
        uint32_t allowed = countersign_decision_allowed(decision);
        uint32_t authenticated = countersign_decision_authenticated(decision);
        size_t len, at;
        unsigned bit;
        char *block = save(decision, &len);

        for (at = 0; at < len; at += step) {
            for (bit = 0; bit < 8; bit++) {
                block[at] = (char)(block[at] ^ (1 << bit));
                if (countersign_decision_load(loaded, block, len) == COUNTERSIGN_OK) {
                    read_all(loaded);
                    CHECK(allowed || !countersign_decision_allowed(loaded));
                    CHECK(authenticated || !countersign_decision_authenticated(loaded));
                } else {
                    CHECK(rests(loaded));
                }
                block[at] = (char)(block[at] ^ (1 << bit));
            }
        }
        free(block);
        countersign_decision_free(loaded);
        countersign_decision_free(decision);
    }
}

/* A small generator of our own, so that a run can be made again. */
static uint64_t next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void no_damage_crashes(void)
{
    uint64_t state = UINT64_C(0x9e3779b97f4a7c15);
    countersign_decision *loaded = decision_of();
    unsigned round, kind;

    for (kind = 0; kind < KINDS; kind++) {
        countersign_decision *decision = sample(kind);
        size_t len;
        char *block = save(decision, &len);
        char *damaged = malloc(len);

        need(damaged != NULL, "there is memory");
        for (round = 0; round < damages; round++) {
            unsigned faults = 1 + (unsigned)(next(&state) % 6);
            size_t used = round % 3 ? len : (size_t)(next(&state) % (len + 1));

            memcpy(damaged, block, len);
            while (faults--) {
                size_t at = (size_t)(next(&state) % len);

                /* Words in the front decide about lengths and places: damage those more often. */
                if (next(&state) % 2) {
                    at %= 100;
                }
                damaged[at % len] = (char)(next(&state) % 4 ? next(&state) : 0xff * (next(&state) % 2));
            }
            if (countersign_decision_load(loaded, damaged, used) == COUNTERSIGN_OK) {
                read_all(loaded);
            } else {
                CHECK(rests(loaded));
            }
        }
        for (round = 0; round < damages / 4; round++) {
            size_t at;

            for (at = 0; at < len; at++) {
                damaged[at] = (char)next(&state);
            }
            memcpy(damaged, block, 4);
            if (countersign_decision_load(loaded, damaged, len) == COUNTERSIGN_OK) {
                read_all(loaded);
            }
        }
        free(damaged);
        free(block);
        countersign_decision_free(decision);
    }
    countersign_decision_free(loaded);
    CHECK(1);
}

static void a_new_decision_and_zeroed_structs_deny(void)
{
    countersign_decision *decision = decision_of();
    countersign_request request;
    countersign_str text;

    CHECK(rests(decision));
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_decision_body(decision, &text));
    CHECK(COUNTERSIGN_REASON_UNDECIDED == 0 && COUNTERSIGN_REASON_OK != 0);
    memset(&request, 0, sizeof request);
    {
        countersign_verifier *verifier = verifier_of(POLICY);

        GIVES(COUNTERSIGN_STRUCT_SIZE, countersign_check(verifier, &request, decision));
        request.struct_size = sizeof request;
        GIVES(COUNTERSIGN_DENIED, countersign_check(verifier, &request, decision));
        CHECK(countersign_decision_reason(decision) == COUNTERSIGN_REASON_INTERNAL_ERROR);
        countersign_verifier_free(verifier);
    }
    countersign_decision_free(decision);
}

int main(int count, char **arguments)
{
    if (count > 1) {
        damages = (unsigned)strtoul(arguments[1], NULL, 10);
        step = 7;
    }
    RUN(a_new_decision_and_zeroed_structs_deny);
    RUN(a_saved_decision_is_the_same_when_loaded);
    RUN(a_short_buffer_stays_untouched_and_tells_the_length);
    RUN(a_block_cut_anywhere_is_refused_and_denies);
    RUN(no_flipped_bit_crashes_or_turns_a_denial);
    RUN(no_damage_crashes);
    return FINISH();
}
