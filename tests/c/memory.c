/* Sizes of structs, alignment, lengths and bytes: what does not fit is refused, and whatever was touched denies. */

#include "harness.h"

/* A decision that allows, to see that a refused call leaves nothing of that. */
static countersign_decision *allowing(const countersign_verifier *verifier)
{
    countersign_decision *decision = decision_of();
    call it;

    need(countersign_check(verifier, call_with(&it, BEARER(TOKEN)), decision) == COUNTERSIGN_OK, "the token is good");
    return decision;
}

static void struct_sizes_are_checked_going_in(void)
{
    static const uint64_t refused[] = {0, 1, 8, sizeof(countersign_request) - 1, 4097, UINT64_MAX, INT64_MAX};
    countersign_verifier *verifier = verifier_of(POLICY);
    countersign_decision *decision = allowing(verifier);
    struct {
        countersign_request request;
        uint64_t later[8];
    } longer;
    size_t at;
    call it;

    call_with(&it, BEARER(TOKEN));
    for (at = 0; at < sizeof refused / sizeof refused[0]; at++) {
        it.request.struct_size = refused[at];
        GIVES(COUNTERSIGN_STRUCT_SIZE, countersign_check(verifier, &it.request, decision));
        CHECK(rests(decision));
    }
    /* A struct of a later version: the same if what we do not know is zero, else refused. */
    memset(&longer, 0, sizeof longer);
    longer.request = *call_with(&it, BEARER(TOKEN));
    longer.request.struct_size = sizeof longer;
    GIVES(COUNTERSIGN_OK, countersign_check(verifier, &longer.request, decision));
    for (at = 0; at < sizeof longer.later; at++) {
        ((unsigned char *)longer.later)[at] = 1;
        GIVES(COUNTERSIGN_STRUCT_SIZE, countersign_check(verifier, &longer.request, decision));
        CHECK(rests(decision));
        ((unsigned char *)longer.later)[at] = 0;
    }
    longer.later[7] = 1;
    longer.request.struct_size = sizeof longer - 8;
    GIVES(COUNTERSIGN_OK, countersign_check(verifier, &longer.request, decision));
    countersign_decision_free(decision);
    countersign_verifier_free(verifier);
}

static void struct_sizes_are_checked_coming_out(void)
{
    countersign_verifier *verifier = verifier_of(POLICY);
    countersign_decision *decision = allowing(verifier);
    struct {
        countersign_claim claim;
        uint64_t later[2];
    } longer;

    memset(&longer, 0, sizeof longer);
    GIVES(COUNTERSIGN_STRUCT_SIZE, countersign_decision_claim(decision, str("/sub"), &longer.claim));
    longer.claim.struct_size = sizeof longer.claim - 1;
    GIVES(COUNTERSIGN_STRUCT_SIZE, countersign_decision_claim(decision, str("/sub"), &longer.claim));
    CHECK(longer.claim.kind == 0);
    longer.claim.struct_size = sizeof longer;
    longer.later[1] = 1;
    GIVES(COUNTERSIGN_STRUCT_SIZE, countersign_decision_claim(decision, str("/sub"), &longer.claim));
    longer.later[1] = 0;
    GIVES(COUNTERSIGN_OK, countersign_decision_claim(decision, str("/sub"), &longer.claim));
    CHECK(longer.claim.kind == COUNTERSIGN_KIND_STRING && longer.claim.struct_size == sizeof longer);
    /* What was filled once can be filled again. */
    GIVES(COUNTERSIGN_OK, countersign_decision_claim(decision, str("/exp"), &longer.claim));
    CHECK(longer.claim.kind == COUNTERSIGN_KIND_NUMBER && longer.claim.struct_size == sizeof longer);
    countersign_decision_free(decision);
    countersign_verifier_free(verifier);
}

static void unaligned_places_are_refused(void)
{
    countersign_verifier *verifier = verifier_of(POLICY);
    countersign_decision *decision = allowing(verifier);
    uint64_t room[64];
    char *odd = (char *)room + 1;
    void *place = odd;
    size_t needed;
    call it;

    memset(room, 0, sizeof room);
    GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_check(verifier, place, decision));
    CHECK(rests(decision));
    GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_decision_new(place));
    call_with(&it, BEARER(TOKEN));
    it.request.fields = place;
    GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_check(verifier, &it.request, decision));
    call_with(&it, BEARER(TOKEN));
    it.request.counters = place;
    it.request.counter_count = 4;
    GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_check(verifier, &it.request, decision));
    CHECK(rests(decision));
    GIVES(COUNTERSIGN_OK, countersign_check(verifier, call_with(&it, BEARER(TOKEN)), decision));
    GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_decision_subject(decision, place));
    GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_decision_claim_integer(decision, str("/exp"), place));
    /* Bytes have no alignment. */
    GIVES(COUNTERSIGN_BUFFER_TOO_SMALL, countersign_decision_save(decision, odd, 1, &needed));
    GIVES(COUNTERSIGN_OK, countersign_decision_claim_text(decision, str("/sub"), odd, 5, &needed));
    CHECK(memcmp(odd, "alice", 5) == 0);
    countersign_decision_free(decision);
    countersign_verifier_free(verifier);
}

static void lengths_beyond_the_address_space_are_refused(void)
{
    countersign_verifier *verifier = verifier_of(POLICY);
    countersign_decision *decision = allowing(verifier);
    countersign_policy *policy = NULL;
    size_t needed;
    char memory[8];
    call it;

    GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_policy_new(NULL, bytes("x", SIZE_MAX), &policy, NULL));
    GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_decision_save(decision, memory, SIZE_MAX, &needed));
    GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_decision_claim_text(decision, str("/sub"), memory, SIZE_MAX, NULL));
    call_with(&it, BEARER(TOKEN));
    it.request.field_count = SIZE_MAX / sizeof(countersign_field);
    GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_check(verifier, &it.request, decision));
    it.request.field_count = SIZE_MAX;
    GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_check(verifier, &it.request, decision));
    CHECK(rests(decision));
    countersign_decision_free(decision);
    countersign_verifier_free(verifier);
}

static void text_that_is_not_utf_8_is_refused_and_bytes_are_not(void)
{
    static const char *const broken[] = {"\xff", "a\xc3", "\xed\xa0\x80", "\xc0\xaf", "\xf4\x90\x80\x80"};
    countersign_policy *policy = policy_of(POLICY);
    countersign_store *store = store_of(policy);
    countersign_verifier *verifier = NULL;
    countersign_decision *decision = decision_of();
    countersign_key_set *keys = NULL;
    countersign_claim claim;
    countersign_str text;
    size_t at;
    call it;

    GIVES(COUNTERSIGN_OK, countersign_verifier_new(policy, store, &verifier));
    GIVES(COUNTERSIGN_OK, countersign_key_set_new(str(KEYS_A), &keys, NULL));
    memset(&claim, 0, sizeof claim);
    claim.struct_size = sizeof claim;
    for (at = 0; at < sizeof broken / sizeof broken[0]; at++) {
        countersign_token *token = NULL;
        countersign_field param;

        text = str(broken[at]);
        call_with(&it, BEARER(TOKEN));
        it.request.profile = text;
        GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_check(verifier, &it.request, decision));
        call_with(&it, BEARER(TOKEN));
        it.request.scopes = text;
        GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_check(verifier, &it.request, decision));
        call_with(&it, BEARER(TOKEN));
        it.request.client_cert_sha256 = text;
        GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_check(verifier, &it.request, decision));
        CHECK(rests(decision));
        GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_store_set_keys(store, text, str(KEYS_A), NULL));
        GIVES(COUNTERSIGN_KEYS_INVALID, countersign_store_set_keys(store, str(ISSUER), text, NULL));
        GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_store_set_revoked(store, &text, 1));
        GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_token_verify(keys, str(TOKEN), &text, 1, &token));
        param.name = str("realm");
        param.value = text;
        GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_challenge_write(str("Basic"), &param, 1, NULL, 0, NULL));

        /* Method, target and header lines are bytes, as they are on the wire. */
        call_with(&it, BEARER(TOKEN));
        it.request.method = it.request.target = text;
        GIVES(COUNTERSIGN_OK, countersign_check(verifier, &it.request, decision));
        GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_decision_claim(decision, text, &claim));
        it.line.value = text;
        GIVES(COUNTERSIGN_DENIED, countersign_check(verifier, &it.request, decision));
    }
    countersign_key_set_free(keys);
    countersign_decision_free(decision);
    countersign_verifier_free(verifier);
    countersign_store_free(store);
    countersign_policy_free(policy);
}

int main(void)
{
    RUN(struct_sizes_are_checked_going_in);
    RUN(struct_sizes_are_checked_coming_out);
    RUN(unaligned_places_are_refused);
    RUN(lengths_beyond_the_address_space_are_refused);
    RUN(text_that_is_not_utf_8_is_refused_and_bytes_are_not);
    return FINISH();
}
