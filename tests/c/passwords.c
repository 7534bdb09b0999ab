/* Passwords, whose slow hash the host runs, and API keys that are replaced while the program runs. */

#include "harness.h"

/* The password is "secret"; the key is "key-one-0123456789". */
#define USERS                                                                                                         \
    "{\"realm\":\"api\",\"basic\":{\"users\":{\"alice\":\"$pbkdf2-sha256$i=10000$c2FsdCBmb3IgdGVzdHMhIQ"               \
    "$ZhIQH2QGgP4rX5EPif89NYHG0IQKj4Fa5A0hfVS47mQ\"}}}"
#define KEY_ONE "{\"id\":\"one\",\"sha256\":\"0b20e07813282290c90adcf617955399bb5822b6d8589be3f6a488227e45e30e\"}"
#define KEY_TWO "{\"id\":\"two\",\"sha256\":\"bddf9699d691b9e1dca55302c88695ccf3da92bf74543804363977e1c3b4e93d\"}"
#define KEYS "{\"realm\":\"api\",\"api_key\":{\"keys\":[" KEY_ONE "]}}"

#define RIGHT "Basic YWxpY2U6c2VjcmV0"
#define WRONG "Basic YWxpY2U6d3Jvbmc="
#define UNKNOWN "Basic bWFsbG9yeTpzZWNyZXQ="

static uint32_t need_of(const countersign_decision *decision)
{
    countersign_need need;

    memset(&need, 0, sizeof need);
    need.struct_size = sizeof need;
    GIVES(COUNTERSIGN_OK, countersign_decision_need(decision, &need));
    return need.kind;
}

/* The work of one check, which asks for it. */
static countersign_slow_hash *work_of(const countersign_verifier *verifier, const countersign_request *request,
                                      countersign_decision *decision)
{
    countersign_slow_hash *work = NULL;

    GIVES(COUNTERSIGN_DENIED, countersign_check(verifier, request, decision));
    CHECK(countersign_decision_reason(decision) == COUNTERSIGN_REASON_CHECK_PENDING);
    CHECK(countersign_decision_http_status(decision) == 503 && need_of(decision) == COUNTERSIGN_NEED_SLOW_HASH);
    GIVES(COUNTERSIGN_OK, countersign_slow_hash_new(verifier, decision, &work));
    return work;
}

static void a_hash_is_run_between_two_checks(void)
{
    static const struct {
        const char *authorization;
        uint32_t reason;
        const char *detail;
    } rows[] = {
        {WRONG, COUNTERSIGN_REASON_PASSWORD_REJECTED, "password_wrong"},
        {UNKNOWN, COUNTERSIGN_REASON_PASSWORD_REJECTED, "user_unknown"},
        {RIGHT, COUNTERSIGN_REASON_OK, ""},
    };
    countersign_verifier *verifier = verifier_of(USERS);
    countersign_decision *decision = decision_of();
    countersign_str text;
    size_t at;

    for (at = 0; at < sizeof rows / sizeof rows[0]; at++) {
        call it;
        const countersign_request *request = call_with(&it, rows[at].authorization);
        countersign_slow_hash *work = work_of(verifier, request, decision), *none = NULL;

        GIVES(COUNTERSIGN_NOT_FOUND, countersign_slow_hash_new(verifier, decision, &none));
        GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_resume(verifier, request, work, decision));
        CHECK(denies(decision));
        GIVES(COUNTERSIGN_OK, countersign_slow_hash_run(work));
        countersign_resume(verifier, request, work, decision);
        CHECK(countersign_decision_reason(decision) == rows[at].reason);
        CHECK(is(countersign_detail_name(countersign_decision_detail(decision)), rows[at].detail));
        CHECK((countersign_detail_text(countersign_decision_detail(decision)).len > 0) == (rows[at].detail[0] != 0));
        GIVES(COUNTERSIGN_OK, countersign_decision_attempt_key(decision, &text));
        CHECK(text.len == 32);
        countersign_slow_hash_free(work);
    }
    CHECK(countersign_decision_authenticated(decision) == 1);
    GIVES(COUNTERSIGN_OK, countersign_decision_subject(decision, &text));
    CHECK(is(text, "alice"));
    countersign_decision_free(decision);
    countersign_verifier_free(verifier);
}

static void a_blocking_check_asks_for_nothing(void)
{
    countersign_verifier *verifier = verifier_of(USERS);
    countersign_decision *decision = decision_of();
    call it;

    GIVES(COUNTERSIGN_DENIED, countersign_check_blocking(verifier, call_with(&it, WRONG), decision));
    CHECK(countersign_decision_reason(decision) == COUNTERSIGN_REASON_PASSWORD_REJECTED);
    GIVES(COUNTERSIGN_OK, countersign_check_blocking(verifier, call_with(&it, RIGHT), decision));
    /* The password is remembered. */
    GIVES(COUNTERSIGN_OK, countersign_check(verifier, call_with(&it, RIGHT), decision));
    CHECK(need_of(decision) == COUNTERSIGN_NEED_NONE);
    countersign_decision_free(decision);
    countersign_verifier_free(verifier);
}

static void misuse_is_told(void)
{
    countersign_verifier *verifier = verifier_of(USERS);
    countersign_decision *decision = decision_of();
    countersign_slow_hash *work = NULL;
    countersign_str text;
    call it;

    GIVES(COUNTERSIGN_NOT_FOUND, countersign_slow_hash_new(verifier, decision, &work));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_slow_hash_new(NULL, decision, &work));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_slow_hash_new(verifier, NULL, &work));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_slow_hash_new(verifier, decision, NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_slow_hash_run(NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_resume(verifier, call_with(&it, RIGHT), NULL, decision));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_check_blocking(NULL, call_with(&it, RIGHT), decision));
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_decision_attempt_key(decision, &text));
    CHECK(countersign_decision_detail(decision) == 0 && countersign_decision_detail(NULL) == 0);
    CHECK(countersign_detail_name(0).len == 0 && countersign_detail_name(9999).len == 0);
    countersign_slow_hash_free(NULL);
    /* Work of another verifier, in another store, is of no use here. */
    {
        countersign_verifier *other = verifier_of(KEYS);
        countersign_slow_hash *foreign = work_of(verifier, call_with(&it, RIGHT), decision);

        GIVES(COUNTERSIGN_OK, countersign_slow_hash_run(foreign));
        GIVES(COUNTERSIGN_DENIED, countersign_resume(other, call_with(&it, RIGHT), foreign, decision));
        CHECK(countersign_decision_reason(decision) == COUNTERSIGN_REASON_SCHEME_UNSUPPORTED);
        countersign_slow_hash_free(foreign);
        countersign_verifier_free(other);
    }
    countersign_decision_free(decision);
    countersign_verifier_free(verifier);
}

static uint32_t reason_of(const countersign_verifier *verifier, countersign_decision *decision, const char *authorization)
{
    call it;

    countersign_check(verifier, call_with(&it, authorization), decision);
    return countersign_decision_reason(decision);
}

static void keys_are_replaced(void)
{
    static const char *const one = "Api-Key key-one-0123456789", *const two = "Api-Key key-two-0123456789";
    countersign_verifier *verifier = verifier_of(KEYS), *without = verifier_of(USERS);
    countersign_decision *decision = decision_of();
    countersign_report *report = NULL;

    CHECK(reason_of(verifier, decision, one) == COUNTERSIGN_REASON_OK);
    CHECK(reason_of(verifier, decision, two) == COUNTERSIGN_REASON_API_KEY_UNKNOWN);
    GIVES(COUNTERSIGN_KEYS_INVALID, countersign_verifier_set_api_keys(verifier, str(KEY_ONE "\n{}"), &report));
    CHECK(countersign_report_count(report) > 0);
    countersign_report_free(report);
    CHECK(reason_of(verifier, decision, one) == COUNTERSIGN_REASON_OK);
    GIVES(COUNTERSIGN_OK, countersign_verifier_set_api_keys(verifier, str("[" KEY_TWO "]"), NULL));
    CHECK(reason_of(verifier, decision, one) == COUNTERSIGN_REASON_API_KEY_UNKNOWN);
    CHECK(reason_of(verifier, decision, two) == COUNTERSIGN_REASON_OK);
    GIVES(COUNTERSIGN_OK, countersign_verifier_set_api_keys(verifier, str(KEY_ONE "\n" KEY_TWO "\n"), NULL));
    CHECK(reason_of(verifier, decision, one) == COUNTERSIGN_REASON_OK);
    GIVES(COUNTERSIGN_KEYS_INVALID, countersign_verifier_set_api_keys(without, str("[]"), NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_verifier_set_api_keys(NULL, str("[]"), NULL));
    countersign_decision_free(decision);
    countersign_verifier_free(verifier);
    countersign_verifier_free(without);
}

int main(void)
{
    RUN(a_hash_is_run_between_two_checks);
    RUN(a_blocking_check_asks_for_nothing);
    RUN(misuse_is_told);
    RUN(keys_are_replaced);
    return FINISH();
}
