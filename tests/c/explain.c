/* The diagnosis: what an exchange is explained by, and calls that are none. */

#include "harness.h"

/* Everything that a call is made of. */
typedef struct asked {
    countersign_exchange exchange;
    countersign_field sent;
    countersign_field got;
    countersign_explanation *explanation;
    countersign_explained first;
} asked;

/* A request with this Authorization, and a 401 with this challenge; NULL for none. */
static asked exchange_of(const char *authorization, const char *challenge)
{
    asked it;

    memset(&it, 0, sizeof it);
    it.exchange.struct_size = sizeof it.exchange;
    it.exchange.method = str("GET");
    it.exchange.target = str("https://api.example.com/v1/reports");
    it.exchange.http_status = 401;
    it.exchange.now_known = 1;
    it.exchange.now_seconds = NOW;
    it.first.struct_size = sizeof it.first;
    it.sent.name = str("Authorization");
    it.sent.value = str(authorization);
    it.exchange.request_field_count = authorization != NULL;
    it.got.name = str("WWW-Authenticate");
    it.got.value = str(challenge);
    it.exchange.response_field_count = challenge != NULL;
    return it;
}

static countersign_status ask(asked *it)
{
    countersign_status status;

    /* It is copied when it is made, so its lines have their place here. */
    it->exchange.request_fields = it->exchange.request_field_count ? &it->sent : NULL;
    it->exchange.response_fields = it->exchange.response_field_count ? &it->got : NULL;
    countersign_explanation_free(it->explanation);
    it->explanation = NULL;
    status = countersign_explain(&it->exchange, &it->explanation);
    if (status == COUNTERSIGN_OK && countersign_explanation_count(it->explanation) > 0) {
        GIVES(COUNTERSIGN_OK, countersign_explanation_at(it->explanation, 0, &it->first));
    }
    return status;
}

static void a_slip_is_named_with_its_place(void)
{
    asked it = exchange_of("Bearer \"mF_9.B5f-4.1JqM\"", "Bearer realm=\"api\", error=\"invalid_request\"");
    countersign_str json;

    GIVES(COUNTERSIGN_OK, ask(&it));
    CHECK(is(it.first.name, "bearer_quoted") && is(it.first.part, "request") && is(it.first.place, "Authorization"));
    CHECK(it.first.offset_known == 1 && it.first.offset == 7);
    CHECK(it.first.severity == COUNTERSIGN_EXPLAINED_ERROR && is(it.first.certainty, "observed"));
    CHECK(it.first.number > 0 && it.first.cause.len > 0 && it.first.advice.len > 0);
    CHECK(it.first.requirement.len > 0 && it.first.section.len > 0);
    GIVES(COUNTERSIGN_OK, countersign_explanation_json(it.explanation, &json));
    CHECK(json.len > 40 && memcmp(json.data, "[{\"id\":\"bearer_quoted\",", 23) == 0);
    countersign_explanation_free(it.explanation);
}

static void the_check_is_run_where_policy_and_keys_are(void)
{
    asked it = exchange_of("Bearer " TOKEN, NULL);

    it.exchange.policy = str(POLICY);
    it.exchange.http_status = 0;
    it.exchange.now_seconds = NOW + 86400;
    GIVES(COUNTERSIGN_OK, ask(&it));
    CHECK(is(it.first.name, "token_expired") && is(it.first.certainty, "proved"));
    CHECK(it.first.would_pass_if.len > 0);
    countersign_explanation_free(it.explanation);

    it = exchange_of("Bearer " TOKEN, NULL);
    it.exchange.policy = str(POLICY);
    it.exchange.http_status = 0;
    GIVES(COUNTERSIGN_OK, ask(&it));
    CHECK(is(it.first.name, "would_pass") && it.first.severity == COUNTERSIGN_EXPLAINED_NOTE);
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_explanation_at(it.explanation, 1, &it.first));
    countersign_explanation_free(it.explanation);
}

static void what_is_not_at_hand_may_be_missing(void)
{
    asked it = exchange_of(NULL, NULL);

    memset(&it.exchange, 0, sizeof it.exchange);
    it.exchange.struct_size = sizeof it.exchange;
    GIVES(COUNTERSIGN_OK, ask(&it));
    CHECK(countersign_explanation_count(it.explanation) == 0);
    it.exchange.token = str("undefined");
    GIVES(COUNTERSIGN_OK, ask(&it));
    CHECK(is(it.first.name, "bearer_placeholder") && is(it.first.part, "token") && it.first.place.data == NULL);
    countersign_explanation_free(it.explanation);
}

static void the_reason_given_proves_what_is_seen(void)
{
    asked it = exchange_of("Bearer " TOKEN, "Bearer realm=\"api\", error=\"invalid_token\"");

    it.exchange.reason = COUNTERSIGN_REASON_TOKEN_EXPIRED;
    it.exchange.now_seconds = NOW + 86400;
    GIVES(COUNTERSIGN_OK, ask(&it));
    CHECK(is(it.first.name, "token_expired") && is(it.first.certainty, "proved") && is(it.first.place, "exp"));
    it.exchange.reason = COUNTERSIGN_REASON_SIGNATURE_INVALID;
    GIVES(COUNTERSIGN_OK, ask(&it));
    CHECK(is(it.first.name, "signature_invalid") && is(it.first.certainty, "proved"));
    countersign_explanation_free(it.explanation);
}

static void redirects_are_read(void)
{
    asked it = exchange_of(NULL, "Bearer realm=\"api\"");
    countersign_redirect hop;

    memset(&hop, 0, sizeof hop);
    hop.http_status = 302;
    hop.from = str("https://www.example.com/v1/reports");
    hop.location = str("https://api.example.com/v1/reports");
    it.exchange.redirects = &hop;
    it.exchange.redirect_count = 1;
    GIVES(COUNTERSIGN_OK, ask(&it));
    CHECK(is(it.first.name, "header_stripped_on_redirect"));
    hop.reserved = 1;
    GIVES(COUNTERSIGN_ARGUMENT_INVALID, ask(&it));
    hop.reserved = 0;
    hop.location = bytes(NULL, 0);
    GIVES(COUNTERSIGN_NULL_ARGUMENT, ask(&it));
}

static void calls_that_are_none_give_a_status(void)
{
    asked good = exchange_of("Bearer", "Bearer"), it = good;
    countersign_str json;

    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_explain(NULL, &it.explanation));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_explain(&it.exchange, NULL));
    CHECK(it.explanation == NULL);
#define REFUSES(status, member, value)                                                                                \
    do {                                                                                                              \
        it = good;                                                                                                    \
        it.exchange.member = (value);                                                                                 \
        GIVES(status, ask(&it));                                                                                      \
        CHECK(it.explanation == NULL);                                                                                \
    } while (0)
    REFUSES(COUNTERSIGN_STRUCT_SIZE, struct_size, 8);
    REFUSES(COUNTERSIGN_STRUCT_SIZE, struct_size, 4097);
    REFUSES(COUNTERSIGN_ARGUMENT_INVALID, reserved, 1);
    REFUSES(COUNTERSIGN_ARGUMENT_INVALID, reserved_behind, 1);
    REFUSES(COUNTERSIGN_ARGUMENT_INVALID, reason, 999);
    REFUSES(COUNTERSIGN_ARGUMENT_INVALID, now_known, 2);
    REFUSES(COUNTERSIGN_ARGUMENT_INVALID, now_nanos, 1000000000);
    REFUSES(COUNTERSIGN_ARGUMENT_INVALID, http_status, 65536);
    REFUSES(COUNTERSIGN_ARGUMENT_INVALID, method, bytes("\xff", 1));
    REFUSES(COUNTERSIGN_NULL_ARGUMENT, target, bytes(NULL, 0));
    REFUSES(COUNTERSIGN_NULL_ARGUMENT, key_count, 1);
    REFUSES(COUNTERSIGN_NULL_ARGUMENT, revoked_count, 1);
    REFUSES(COUNTERSIGN_NULL_ARGUMENT, policy_ref_count, 1);
    REFUSES(COUNTERSIGN_NULL_ARGUMENT, redirect_count, 1);
    REFUSES(COUNTERSIGN_NULL_ARGUMENT, response_body, bytes(NULL, 1));
    it = good;
    GIVES(COUNTERSIGN_OK, ask(&it));
    it.first.struct_size = 16;
    GIVES(COUNTERSIGN_STRUCT_SIZE, countersign_explanation_at(it.explanation, 0, &it.first));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_explanation_at(it.explanation, 0, NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_explanation_at(NULL, 0, &it.first));
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_explanation_at(it.explanation, SIZE_MAX, &it.first));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_explanation_json(NULL, &json));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_explanation_json(it.explanation, NULL));
    CHECK(countersign_explanation_count(NULL) == 0);
    countersign_explanation_free(NULL);
    countersign_explanation_free(it.explanation);
}

int main(void)
{
    RUN(a_slip_is_named_with_its_place);
    RUN(the_check_is_run_where_policy_and_keys_are);
    RUN(what_is_not_at_hand_may_be_missing);
    RUN(the_reason_given_proves_what_is_seen);
    RUN(redirects_are_read);
    RUN(calls_that_are_none_give_a_status);
    return FINISH();
}
