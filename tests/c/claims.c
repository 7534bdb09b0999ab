/* The claims of an allowed decision: found by pointer, told apart by kind, copied without a cut. */

#include "harness.h"

static countersign_decision *rich(void)
{
    countersign_verifier *verifier = verifier_of(POLICY);
    countersign_decision *decision = decision_of();
    call it;

    need(countersign_check(verifier, call_with(&it, BEARER(TOKEN_RICH)), decision) == COUNTERSIGN_OK,
         "the token is good");
    countersign_verifier_free(verifier);
    return decision;
}

static countersign_claim claim_of(void)
{
    countersign_claim claim;

    memset(&claim, 0, sizeof claim);
    claim.struct_size = sizeof claim;
    return claim;
}

static void every_kind_is_told_apart(void)
{
    static const struct {
        const char *pointer;
        uint32_t kind;
        const char *raw;
        size_t count;
    } rows[] = {
        {"/sub", COUNTERSIGN_KIND_STRING, "\"alice\"", 0},
        {"/empty", COUNTERSIGN_KIND_STRING, "\"\"", 0},
        {"/n", COUNTERSIGN_KIND_NUMBER, "42", 0},
        {"/half", COUNTERSIGN_KIND_NUMBER, "1.50", 0},
        {"/thousand", COUNTERSIGN_KIND_NUMBER, "1e3", 0},
        {"/yes", COUNTERSIGN_KIND_BOOLEAN, "true", 0},
        {"/nothing", COUNTERSIGN_KIND_NULL, "null", 0},
        {"/a~1b~0c", COUNTERSIGN_KIND_STRING, "\"slash\"", 0},
        {"/realm_access/roles", COUNTERSIGN_KIND_ARRAY, "[\"user\",\"admin\"]", 2},
        {"/realm_access/roles/1", COUNTERSIGN_KIND_STRING, "\"admin\"", 0},
        {"/list/2/0", COUNTERSIGN_KIND_NUMBER, "3", 0},
        {"", COUNTERSIGN_KIND_OBJECT, RICH, 17},
    };
    countersign_decision *decision = rich();
    countersign_claim claim = claim_of();
    size_t at;

    for (at = 0; at < sizeof rows / sizeof rows[0]; at++) {
        GIVES(COUNTERSIGN_OK, countersign_decision_claim(decision, str(rows[at].pointer), &claim));
        CHECK(claim.kind == rows[at].kind && claim.count == rows[at].count && claim.reserved == 0);
        CHECK(is(claim.raw, rows[at].raw));
        CHECK(claim.raw_name.data == NULL && claim.raw_name.len == 0);
    }
    GIVES(COUNTERSIGN_OK, countersign_decision_claim(decision, bytes(NULL, 0), &claim));
    CHECK(claim.kind == COUNTERSIGN_KIND_OBJECT);
    countersign_decision_free(decision);
}

static void what_is_not_there_is_not_found(void)
{
    static const char *const rows[] = {"/absent",  "sub",    "/SUB",  "/sub/0", "/list/3", "/list/-", "/list/01", "/a/b~c",
                                       "/a~2b~0c", "/sub/",  "/",     "/list/", "/n/n",    "//sub",   "/list/1e0"};
    countersign_decision *decision = rich();
    countersign_claim claim = claim_of();
    size_t at, needed = 7;
    int64_t number = 7;
    char text[8] = "#######";

    for (at = 0; at < sizeof rows / sizeof rows[0]; at++) {
        GIVES(COUNTERSIGN_NOT_FOUND, countersign_decision_claim(decision, str(rows[at]), &claim));
        GIVES(COUNTERSIGN_NOT_FOUND, countersign_decision_claim_at(decision, str(rows[at]), 0, &claim));
        GIVES(COUNTERSIGN_NOT_FOUND, countersign_decision_claim_text(decision, str(rows[at]), text, 7, &needed));
        GIVES(COUNTERSIGN_NOT_FOUND, countersign_decision_claim_integer(decision, str(rows[at]), &number));
    }
    CHECK(claim.kind == 0 && needed == 7 && number == 7 && text[0] == '#');
    countersign_decision_free(decision);
}

static void members_and_elements_come_in_signed_order(void)
{
    static const char *const names[] = {"iss",  "sub",  "aud", "exp",     "scope",  "name",         "empty", "n",   "minus",
                                        "thousand", "half", "huge", "yes", "nothing", "a/b~c", "realm_access", "list"};
    countersign_decision *decision = rich();
    countersign_claim claim = claim_of();
    size_t at;

    for (at = 0; countersign_decision_claim_at(decision, str(""), at, &claim) == COUNTERSIGN_OK; at++) {
        CHECK(at < sizeof names / sizeof names[0] && is(claim.raw_name, names[at]));
    }
    CHECK(at == 17);
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_decision_claim_at(decision, str(""), at, &claim));
    GIVES(COUNTERSIGN_OK, countersign_decision_claim_at(decision, str("/list"), 1, &claim));
    CHECK(is(claim.raw, "\"two\"") && claim.raw_name.data == NULL);
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_decision_claim_at(decision, str("/list"), 3, &claim));
    GIVES(COUNTERSIGN_WRONG_KIND, countersign_decision_claim_at(decision, str("/sub"), 0, &claim));
    GIVES(COUNTERSIGN_WRONG_KIND, countersign_decision_claim_at(decision, str("/nothing"), 0, &claim));
    countersign_decision_free(decision);
}

static void text_is_copied_with_its_escapes_resolved(void)
{
    static const char name[] = "Al\xc3\xaf" "ce \"A\"\0!";
    countersign_decision *decision = rich();
    size_t len = sizeof name - 1, needed, capacity;
    char text[32];

    GIVES(COUNTERSIGN_BUFFER_TOO_SMALL, countersign_decision_claim_text(decision, str("/name"), NULL, 0, &needed));
    CHECK(needed == len);
    for (capacity = 0; capacity < len; capacity++) {
        memset(text, '#', sizeof text);
        needed = 0;
        GIVES(COUNTERSIGN_BUFFER_TOO_SMALL,
              countersign_decision_claim_text(decision, str("/name"), text, capacity, &needed));
        CHECK(needed == len && text[0] == '#');
    }
    GIVES(COUNTERSIGN_OK, countersign_decision_claim_text(decision, str("/name"), text, len, NULL));
    CHECK(memcmp(text, name, len) == 0 && text[len] == '#');
    GIVES(COUNTERSIGN_OK, countersign_decision_claim_text(decision, str("/empty"), NULL, 0, &needed));
    CHECK(needed == 0);
    GIVES(COUNTERSIGN_WRONG_KIND, countersign_decision_claim_text(decision, str("/n"), text, sizeof text, &needed));
    GIVES(COUNTERSIGN_WRONG_KIND, countersign_decision_claim_text(decision, str("/list"), text, sizeof text, &needed));
    CHECK(needed == 0);
    countersign_decision_free(decision);
}

static void integers_fit_or_are_of_another_kind(void)
{
    static const struct {
        const char *pointer;
        countersign_status status;
        int64_t number;
    } rows[] = {
        {"/n", COUNTERSIGN_OK, 42},
        {"/minus", COUNTERSIGN_OK, -7},
        {"/thousand", COUNTERSIGN_OK, 1000},
        {"/exp", COUNTERSIGN_OK, 1700000600},
        {"/realm_access/count", COUNTERSIGN_OK, 2},
        {"/half", COUNTERSIGN_WRONG_KIND, 99},
        {"/huge", COUNTERSIGN_WRONG_KIND, 99},
        {"/sub", COUNTERSIGN_WRONG_KIND, 99},
        {"/yes", COUNTERSIGN_WRONG_KIND, 99},
        {"", COUNTERSIGN_WRONG_KIND, 99},
    };
    countersign_decision *decision = rich();
    size_t at;

    for (at = 0; at < sizeof rows / sizeof rows[0]; at++) {
        int64_t number = 99;

        GIVES(rows[at].status, countersign_decision_claim_integer(decision, str(rows[at].pointer), &number));
        CHECK(number == rows[at].number);
    }
    countersign_decision_free(decision);
}

static void a_denied_request_has_no_claims(void)
{
    countersign_verifier *verifier = verifier_of(POLICY);
    countersign_decision *decision = rich();
    countersign_claim claim = claim_of();
    countersign_str text;
    int64_t number;
    char copy[8];
    size_t needed;
    call it;

    GIVES(COUNTERSIGN_DENIED, countersign_check(verifier, call_with(&it, BEARER(TOKEN_EXPIRED)), decision));
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_decision_claims(decision, &text));
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_decision_claim(decision, str("/sub"), &claim));
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_decision_claim_at(decision, str(""), 0, &claim));
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_decision_claim_integer(decision, str("/exp"), &number));
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_decision_claim_text(decision, str("/sub"), copy, 8, &needed));
    countersign_decision_free(decision);
    countersign_verifier_free(verifier);
}

int main(void)
{
    RUN(every_kind_is_told_apart);
    RUN(what_is_not_there_is_not_found);
    RUN(members_and_elements_come_in_signed_order);
    RUN(text_is_copied_with_its_escapes_resolved);
    RUN(integers_fit_or_are_of_another_kind);
    RUN(a_denied_request_has_no_claims);
    return FINISH();
}
