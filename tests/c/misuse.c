/* What a caller can get wrong with NULL, indexes and strangers: refused by name, and whatever was touched denies. */

#include "harness.h"

/* A decision that allows, to see that a refused call leaves nothing of that. */
static countersign_decision *allowing(const countersign_verifier *verifier)
{
    countersign_decision *decision = decision_of();
    call it;

    need(countersign_check(verifier, call_with(&it, BEARER(TOKEN)), decision) == COUNTERSIGN_OK, "the token is good");
    return decision;
}

static void null_is_refused_by_every_maker(void)
{
    countersign_policy *policy = policy_of(POLICY);
    countersign_store *store = store_of(policy);
    countersign_store_options options;
    countersign_verifier *verifier = NULL;
    countersign_store *other = NULL;
    countersign_key_set *keys = NULL;
    countersign_token *token = NULL;
    countersign_challenges *reading = NULL;
    countersign_report *report = NULL;

    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.entropy = str("sixteen bytes or more");
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_policy_new(NULL, str(POLICY), NULL, &report));
    CHECK(report == NULL);
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_new(NULL, policy, &other));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_new(&options, NULL, &other));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_new(&options, policy, NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_verifier_new(NULL, store, &verifier));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_verifier_new(policy, NULL, &verifier));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_verifier_new(policy, store, NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_verifier_from_json(NULL, str(POLICY), NULL, &report));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_decision_new(NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_key_set_new(str(KEYS_A), NULL, &report));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_token_verify(NULL, str(TOKEN), NULL, 0, &token));
    GIVES(COUNTERSIGN_OK, countersign_key_set_new(str(KEYS_A), &keys, NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_token_verify(keys, str(TOKEN), NULL, 0, NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_token_read_unverified(str(TOKEN), NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_challenges_new(NULL, 0, NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_credentials_new(str("Bearer a"), NULL, NULL));
    CHECK(!report && !verifier && !other && !token && !reading);
    countersign_key_set_free(keys);
    countersign_store_free(store);
    countersign_policy_free(policy);
}

static void null_is_ignored_by_every_free(void)
{
    countersign_policy_free(NULL);
    countersign_store_free(NULL);
    countersign_verifier_free(NULL);
    countersign_decision_free(NULL);
    countersign_decision_reset(NULL);
    countersign_report_free(NULL);
    countersign_key_set_free(NULL);
    countersign_token_free(NULL);
    countersign_challenges_free(NULL);
    CHECK(1);
}

static void null_reads_as_a_denial_or_as_nothing(void)
{
    countersign_str text = {"untouched", 9}, other = {"untouched", 9};
    countersign_need needs;
    countersign_claim claim;
    countersign_field field;
    int64_t number = 7;
    size_t needed = 7;
    char memory[8] = "#######";

    memset(&needs, 0, sizeof needs);
    needs.struct_size = sizeof needs;
    memset(&claim, 0, sizeof claim);
    claim.struct_size = sizeof claim;
    CHECK(countersign_decision_allowed(NULL) == 0);
    CHECK(countersign_decision_authenticated(NULL) == 0);
    CHECK(countersign_decision_reason(NULL) == COUNTERSIGN_REASON_UNDECIDED);
    CHECK(countersign_decision_http_status(NULL) == 500);
    CHECK(countersign_decision_scheme(NULL) == COUNTERSIGN_SCHEME_NONE);
    CHECK(countersign_decision_field_count(NULL) == 0);
    CHECK(countersign_policy_field_count(NULL) == 0);
    CHECK(countersign_report_count(NULL) == 0);
    CHECK(countersign_key_set_count(NULL) == 0);
    CHECK(countersign_challenges_count(NULL) == 0);
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_decision_issuer(NULL, &text));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_decision_subject(NULL, &text));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_decision_key_id(NULL, &text));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_decision_body(NULL, &text));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_decision_claims(NULL, &text));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_decision_field_at(NULL, 0, &text, &other));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_decision_need(NULL, &needs));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_decision_claim(NULL, str("/sub"), &claim));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_decision_claim_at(NULL, str(""), 0, &claim));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_decision_claim_text(NULL, str("/sub"), memory, 8, &needed));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_decision_claim_integer(NULL, str("/exp"), &number));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_decision_save(NULL, memory, sizeof memory, &needed));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_decision_load(NULL, memory, sizeof memory));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_policy_field_at(NULL, 0, &text));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_set_keys(NULL, str(ISSUER), str(KEYS_A), NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_set_revoked(NULL, NULL, 0));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_challenges_param_at(NULL, 0, 0, &field));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_reason_at(0, NULL));
    CHECK(is(text, "untouched") && is(other, "untouched"));
    CHECK(number == 7 && needed == 7 && memory[0] == '#' && needs.kind == 0 && claim.kind == 0);
}

static void null_outputs_of_a_good_decision_are_refused(void)
{
    countersign_verifier *verifier = verifier_of(POLICY);
    countersign_decision *good = allowing(verifier);
    countersign_decision *denied = decision_of();
    countersign_str text = {"untouched", 9};
    size_t needed;
    call it;

    GIVES(COUNTERSIGN_DENIED, countersign_check(verifier, call_with(&it, NULL), denied));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_decision_issuer(good, NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_decision_subject(good, NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_decision_key_id(good, NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_decision_claims(good, NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_decision_body(denied, NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_decision_field_at(denied, 0, NULL, &text));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_decision_field_at(denied, 0, &text, NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_decision_need(good, NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_decision_claim(good, str("/sub"), NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_decision_claim_at(good, str(""), 0, NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_decision_claim_integer(good, str("/exp"), NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_decision_claim_text(good, str("/sub"), NULL, 5, &needed));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_decision_save(good, NULL, 5, &needed));
    CHECK(is(text, "untouched"));
    countersign_decision_free(good);
    countersign_decision_free(denied);
    countersign_verifier_free(verifier);
}

static void null_with_a_length_is_refused_and_without_is_empty(void)
{
    countersign_verifier *verifier = verifier_of(POLICY);
    countersign_decision *decision = allowing(verifier);
    countersign_policy *policy = NULL;
    countersign_report *report = NULL;
    countersign_challenges *reading = NULL;
    countersign_policy_options options;
    countersign_field field;
    size_t needed;
    call it;

    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_policy_new(NULL, bytes(NULL, 3), &policy, &report));
    CHECK(policy == NULL && report == NULL);
    GIVES(COUNTERSIGN_POLICY_INVALID, countersign_policy_new(NULL, bytes(NULL, 0), &policy, &report));
    CHECK(policy == NULL && countersign_report_count(report) == 1);
    countersign_report_free(report);
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.ref_count = 1;
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_policy_new(&options, str(POLICY), &policy, NULL));
    options.refs = &field;
    field.name = bytes(NULL, 0);
    field.value = str("secret");
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_policy_new(&options, str(POLICY), &policy, NULL));
    field.name = bytes("\xff", 1);
    GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_policy_new(&options, str(POLICY), &policy, NULL));
    CHECK(policy == NULL);

    call_with(&it, BEARER(TOKEN));
    it.request.fields = NULL;
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_check(verifier, &it.request, decision));
    CHECK(rests(decision));
    it.request.field_count = 0;
    GIVES(COUNTERSIGN_DENIED, countersign_check(verifier, &it.request, decision));
    CHECK(countersign_decision_reason(decision) == COUNTERSIGN_REASON_CREDENTIALS_MISSING);

    call_with(&it, BEARER(TOKEN));
    it.line.value = bytes(NULL, 9);
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_check(verifier, &it.request, decision));
    it.line.value = bytes(NULL, 0);
    GIVES(COUNTERSIGN_DENIED, countersign_check(verifier, &it.request, decision));
    call_with(&it, BEARER(TOKEN));
    it.line.name = bytes(NULL, 13);
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_check(verifier, &it.request, decision));
    call_with(&it, BEARER(TOKEN));
    it.request.method = bytes(NULL, 1);
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_check(verifier, &it.request, decision));
    call_with(&it, BEARER(TOKEN));
    it.request.method = it.request.target = bytes(NULL, 0);
    GIVES(COUNTERSIGN_OK, countersign_check(verifier, &it.request, decision));
    it.request.target = bytes(NULL, 1);
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_check(verifier, &it.request, decision));
    CHECK(rests(decision));
    call_with(&it, BEARER(TOKEN));
    it.request.profile = bytes(NULL, 1);
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_check(verifier, &it.request, decision));
    call_with(&it, BEARER(TOKEN));
    it.request.scopes = bytes(NULL, 1);
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_check(verifier, &it.request, decision));
    call_with(&it, BEARER(TOKEN));
    it.request.client_cert_sha256 = bytes(NULL, 1);
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_check(verifier, &it.request, decision));
    call_with(&it, BEARER(TOKEN));
    it.request.counter_count = 1;
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_check(verifier, &it.request, decision));
    CHECK(rests(decision));

    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_challenges_new(NULL, 1, &reading));
    GIVES(COUNTERSIGN_OK, countersign_challenges_new(NULL, 0, &reading));
    CHECK(countersign_challenges_count(reading) == 0);
    countersign_challenges_free(reading);
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_metrics_write(NULL, 1, NULL, 0, &needed));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_challenge_write(bytes(NULL, 0), NULL, 0, NULL, 0, &needed));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_challenge_write(str("Bearer"), NULL, 1, NULL, 0, &needed));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_challenge_write(str("Bearer"), NULL, 0, NULL, 1, &needed));
    countersign_decision_free(decision);
    countersign_verifier_free(verifier);
}

static void a_failed_check_denies_whatever_failed(void)
{
    countersign_verifier *verifier = verifier_of(POLICY);
    countersign_decision *decision = allowing(verifier);
    call it;

    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_check(verifier, call_with(&it, BEARER(TOKEN)), NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_check(NULL, &it.request, decision));
    CHECK(rests(decision));
    GIVES(COUNTERSIGN_OK, countersign_check(verifier, &it.request, decision));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_check(verifier, NULL, decision));
    CHECK(rests(decision));
    GIVES(COUNTERSIGN_OK, countersign_check(verifier, &it.request, decision));
    it.request.reserved = 1;
    GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_check(verifier, &it.request, decision));
    CHECK(rests(decision));
    countersign_decision_free(decision);
    countersign_verifier_free(verifier);
}

static void an_index_past_the_end_is_not_found(void)
{
    static const size_t past[] = {1000, SIZE_MAX / 2, SIZE_MAX};
    countersign_policy *policy = policy_of(POLICY);
    countersign_verifier *verifier = verifier_of(POLICY);
    countersign_decision *decision = allowing(verifier);
    countersign_key_set *keys = NULL;
    countersign_key key;
    countersign_claim claim;
    countersign_reason_info reason;
    countersign_str text, other;
    size_t at;

    GIVES(COUNTERSIGN_OK, countersign_key_set_new(str(KEYS_A), &keys, NULL));
    memset(&key, 0, sizeof key);
    key.struct_size = sizeof key;
    memset(&claim, 0, sizeof claim);
    claim.struct_size = sizeof claim;
    memset(&reason, 0, sizeof reason);
    reason.struct_size = sizeof reason;
    for (at = 0; at < sizeof past / sizeof past[0]; at++) {
        GIVES(COUNTERSIGN_NOT_FOUND, countersign_policy_field_at(policy, past[at], &text));
        GIVES(COUNTERSIGN_NOT_FOUND, countersign_decision_field_at(decision, past[at], &text, &other));
        GIVES(COUNTERSIGN_NOT_FOUND, countersign_key_set_at(keys, past[at], &key));
        GIVES(COUNTERSIGN_NOT_FOUND, countersign_decision_claim_at(decision, str(""), past[at], &claim));
        GIVES(COUNTERSIGN_NOT_FOUND, countersign_reason_at(past[at], &reason));
    }
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_reason_at(countersign_reason_count(), &reason));
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_key_set_at(keys, 1, &key));
    CHECK(key.usable == 0 && reason.number == 0);
    countersign_key_set_free(keys);
    countersign_decision_free(decision);
    countersign_verifier_free(verifier);
    countersign_policy_free(policy);
}

static void a_store_of_another_policy_is_refused(void)
{
    countersign_policy *policy = policy_of(POLICY);
    countersign_policy *other = policy_of(POLICY_OTHER);
    countersign_store *store = store_of(other);
    countersign_store_options options;
    countersign_store *made = NULL;
    countersign_verifier *verifier = NULL;

    GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_verifier_new(policy, store, &verifier));
    CHECK(verifier == NULL);
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.entropy = str("fifteen bytes..");
    GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_store_new(&options, policy, &made));
    options.entropy = bytes(NULL, 0);
    GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_store_new(&options, policy, &made));
    options.entropy = str("sixteen bytes...");
    options.struct_size--;
    GIVES(COUNTERSIGN_STRUCT_SIZE, countersign_store_new(&options, policy, &made));
    CHECK(made == NULL);
    countersign_store_free(store);
    countersign_policy_free(other);
    countersign_policy_free(policy);
}

int main(void)
{
    RUN(null_is_refused_by_every_maker);
    RUN(null_is_ignored_by_every_free);
    RUN(null_reads_as_a_denial_or_as_nothing);
    RUN(null_outputs_of_a_good_decision_are_refused);
    RUN(null_with_a_length_is_refused_and_without_is_empty);
    RUN(a_failed_check_denies_whatever_failed);
    RUN(an_index_past_the_end_is_not_found);
    RUN(a_store_of_another_policy_is_refused);
    return FINISH();
}
