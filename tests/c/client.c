/* The client's side: steps after responses, tolerant reading, where a credential may go, and calls that are none. */

#include "harness.h"

static const uint32_t EVERY_SCHEME[] = {COUNTERSIGN_SCHEME_BEARER, COUNTERSIGN_SCHEME_DPOP, COUNTERSIGN_SCHEME_DIGEST,
                                        COUNTERSIGN_SCHEME_BASIC, COUNTERSIGN_SCHEME_API_KEY};

/* Everything that a call is made of. */
typedef struct meeting {
    countersign_response response;
    countersign_sent sent;
    countersign_abilities can;
    countersign_field lines[2];
    countersign_step *step;
    countersign_step_info info;
} meeting;

/* A 401 with this challenge (NULL: with none), in answer to a token. */
static meeting meeting_of(const char *challenge)
{
    meeting it;

    memset(&it, 0, sizeof it);
    it.response.struct_size = sizeof it.response;
    it.response.http_status = 401;
    it.sent.struct_size = sizeof it.sent;
    it.sent.scheme = COUNTERSIGN_SCHEME_BEARER;
    it.can.struct_size = sizeof it.can;
    it.can.refresh = it.can.interactive = it.can.replay = it.can.idempotent = 1;
    it.can.schemes = EVERY_SCHEME;
    it.can.scheme_count = sizeof EVERY_SCHEME / sizeof EVERY_SCHEME[0];
    it.info.struct_size = sizeof it.info;
    if (challenge) {
        it.lines[0].name = str("WWW-Authenticate");
        it.lines[0].value = str(challenge);
        it.response.field_count = 1;
    }
    return it;
}

static countersign_status ask(meeting *it, uint32_t state)
{
    countersign_status status;

    /* A meeting is copied when it is made, so its lines have their place here. */
    it->response.fields = it->response.field_count ? it->lines : NULL;
    countersign_step_free(it->step);
    it->step = NULL;
    status = countersign_next_step(&it->response, &it->sent, &it->can, state, NOW, 7, &it->step);
    if (status == COUNTERSIGN_OK) {
        GIVES(COUNTERSIGN_OK, countersign_step_describe(it->step, &it->info));
    }
    return status;
}

/* Whether the step is this one, for this reason. */
static int gives(meeting *it, uint32_t state, uint32_t kind, uint32_t reason)
{
    return ask(it, state) == COUNTERSIGN_OK && it->info.kind == kind && it->info.reason == reason;
}

static void a_token_that_is_refused_is_refreshed_once(void)
{
    /* REQ-CLIENT-04, REQ-CLIENT-10 */
    meeting it = meeting_of("Bearer realm=\"a\" error=\"invalid_token\"");
    countersign_challenge_warning warning;
    const countersign_challenges *reading;

    CHECK(gives(&it, 0, COUNTERSIGN_STEP_REFRESH, COUNTERSIGN_STEP_REASON_INVALID_TOKEN));
    CHECK(it.info.replay == 1 && it.info.scheme == COUNTERSIGN_SCHEME_NONE && it.info.reserved == 0);
    CHECK(it.info.scope.data == NULL && it.info.nonce.data == NULL && it.info.seconds_known == 0);
    reading = countersign_step_challenges(it.step);
    CHECK(countersign_challenges_count(reading) == 1 && countersign_challenges_warning_count(reading) == 1);
    memset(&warning, 0, sizeof warning);
    warning.struct_size = sizeof warning;
    GIVES(COUNTERSIGN_OK, countersign_challenges_warning_at(reading, 0, &warning));
    CHECK(warning.tolerance == COUNTERSIGN_TOLERANCE_COMMA_MISSING && warning.value == 0 && warning.offset == 17);
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_challenges_warning_at(reading, 1, &warning));
    CHECK(gives(&it, it.info.state, COUNTERSIGN_STEP_STOP, COUNTERSIGN_STEP_REASON_REFUSED_AGAIN));
    countersign_step_free(it.step);
}

static void what_the_server_asks_for_is_told(void)
{
    /* REQ-STEPUP-03, REQ-CLIENT-09, REQ-CLIENT-18 */
    meeting it = meeting_of("Bearer error=insufficient_user_authentication, acr_values=\"gold silver\", max_age=300, scope=pay");

    CHECK(gives(&it, 0, COUNTERSIGN_STEP_STEP_UP, COUNTERSIGN_STEP_REASON_AUTHENTICATION_INSUFFICIENT));
    CHECK(is(it.info.acr_values, "gold silver") && is(it.info.scope, "pay"));
    CHECK(it.info.max_age_known == 1 && it.info.max_age == 300);
    countersign_step_free(it.step);

    it = meeting_of("DPoP error=\"use_dpop_nonce\"");
    it.sent.scheme = COUNTERSIGN_SCHEME_DPOP;
    it.lines[1].name = str("dpop-nonce");
    it.lines[1].value = str("n-1");
    it.response.field_count = 2;
    CHECK(gives(&it, 0, COUNTERSIGN_STEP_RETRY, COUNTERSIGN_STEP_REASON_DPOP_NONCE) && is(it.info.nonce, "n-1"));
    countersign_step_free(it.step);

    it = meeting_of(NULL);
    it.response.http_status = 503;
    it.lines[0].name = str("Retry-After");
    it.lines[0].value = str("7");
    it.response.field_count = 1;
    CHECK(gives(&it, 0, COUNTERSIGN_STEP_WAIT, COUNTERSIGN_STEP_REASON_OUTAGE));
    CHECK(it.info.seconds_known == 1 && it.info.seconds == 7);
    countersign_step_free(it.step);

    it = meeting_of("Basic realm=a");
    CHECK(gives(&it, 0, COUNTERSIGN_STEP_SWITCH_SCHEME, COUNTERSIGN_STEP_REASON_SCHEME_REFUSED));
    CHECK(it.info.scheme == COUNTERSIGN_SCHEME_BASIC);
    countersign_step_free(it.step);
}

static void the_end_of_the_token_and_the_origin_count(void)
{
    /* REQ-CLIENT-05, REQ-CLIENT-19 */
    meeting it = meeting_of(NULL);

    it.can.strict = 1;
    CHECK(gives(&it, 0, COUNTERSIGN_STEP_STOP, COUNTERSIGN_STEP_REASON_UNEXPLAINED));
    it.sent.expires_known = 1;
    it.sent.expires_seconds = NOW;
    CHECK(gives(&it, 0, COUNTERSIGN_STEP_REFRESH, COUNTERSIGN_STEP_REASON_TOKEN_EXPIRED));
    it.sent.expires_seconds = NOW + 1;
    CHECK(gives(&it, 0, COUNTERSIGN_STEP_STOP, COUNTERSIGN_STEP_REASON_UNEXPLAINED));
    it.can.strict = 0;
    it.sent.url = str("https://api.example.com/v1");
    it.response.url = str("https://cdn.example.com/v1");
    CHECK(gives(&it, 0, COUNTERSIGN_STEP_STOP, COUNTERSIGN_STEP_REASON_OTHER_ORIGIN));
    countersign_step_free(it.step);
}

static void a_server_that_never_stops_sees_four_requests(void)
{
    /* REQ-CLIENT-28 */
    static const char *const challenges[] = {"DPoP error=use_dpop_nonce", "DPoP error=invalid_token"};
    meeting it = meeting_of(NULL);
    uint32_t state = 0, requests = 0;

    it.sent.scheme = COUNTERSIGN_SCHEME_DPOP;
    it.lines[0].name = str("WWW-Authenticate");
    it.lines[1].name = str("DPoP-Nonce");
    it.lines[1].value = str("n");
    it.response.field_count = 2;
    do {
        it.lines[0].value = str(challenges[requests++ % 2]);
        GIVES(COUNTERSIGN_OK, ask(&it, state));
        state = it.info.state;
    } while (it.info.kind != COUNTERSIGN_STEP_STOP && requests < 100);
    CHECK(requests == 4 && it.info.reason == COUNTERSIGN_STEP_REASON_REFUSED_AGAIN);
    CHECK(countersign_state_for_next_request(state) == UINT32_C(1) << 19);
    CHECK(countersign_state_for_next_request(0) == 0);
    countersign_step_free(it.step);
}

static void nothing_sent_and_nothing_possible_are_null(void)
{
    meeting it = meeting_of("Bearer error=invalid_token");
    countersign_step *step = NULL;

    it.response.fields = it.lines;
    GIVES(COUNTERSIGN_OK, countersign_next_step(&it.response, NULL, &it.can, 0, NOW, 0, &step));
    GIVES(COUNTERSIGN_OK, countersign_step_describe(step, &it.info));
    CHECK(it.info.kind == COUNTERSIGN_STEP_AUTHORIZE);
    countersign_step_free(step);
    GIVES(COUNTERSIGN_OK, countersign_next_step(&it.response, &it.sent, NULL, 0, NOW, 0, &step));
    GIVES(COUNTERSIGN_OK, countersign_step_describe(step, &it.info));
    CHECK(it.info.kind == COUNTERSIGN_STEP_STOP && it.info.reason == COUNTERSIGN_STEP_REASON_INVALID_TOKEN);
    countersign_step_free(step);
}

static void calls_that_are_none_give_a_status(void)
{
    static const uint32_t stray[] = {6};
    meeting it = meeting_of("Bearer"), good = it;
    countersign_step_info small;

    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_next_step(NULL, NULL, NULL, 0, NOW, 0, &it.step));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_next_step(&it.response, NULL, NULL, 0, NOW, 0, NULL));
    CHECK(it.step == NULL);
#define REFUSES(status, member, value)                                                                                \
    do {                                                                                                              \
        it = good;                                                                                                    \
        it.member = (value);                                                                                          \
        GIVES(status, ask(&it, 0));                                                                                   \
        CHECK(it.step == NULL);                                                                                       \
    } while (0)
    REFUSES(COUNTERSIGN_ARGUMENT_INVALID, response.http_status, 65536);
    REFUSES(COUNTERSIGN_ARGUMENT_INVALID, response.reserved, 1);
    REFUSES(COUNTERSIGN_STRUCT_SIZE, response.struct_size, 8);
    REFUSES(COUNTERSIGN_ARGUMENT_INVALID, response.url, bytes("\xff", 1));
    REFUSES(COUNTERSIGN_NULL_ARGUMENT, lines[0].value, bytes(NULL, 1));
    REFUSES(COUNTERSIGN_ARGUMENT_INVALID, sent.scheme, 6);
    REFUSES(COUNTERSIGN_ARGUMENT_INVALID, sent.superseded, 2);
    REFUSES(COUNTERSIGN_ARGUMENT_INVALID, sent.expires_known, 2);
    REFUSES(COUNTERSIGN_ARGUMENT_INVALID, sent.reserved, 1);
    REFUSES(COUNTERSIGN_STRUCT_SIZE, sent.struct_size, 0);
    REFUSES(COUNTERSIGN_ARGUMENT_INVALID, can.refresh, 2);
    REFUSES(COUNTERSIGN_ARGUMENT_INVALID, can.interactive, 2);
    REFUSES(COUNTERSIGN_ARGUMENT_INVALID, can.replay, 2);
    REFUSES(COUNTERSIGN_ARGUMENT_INVALID, can.idempotent, 2);
    REFUSES(COUNTERSIGN_ARGUMENT_INVALID, can.strict, 2);
    REFUSES(COUNTERSIGN_ARGUMENT_INVALID, can.downgrade, 2);
    REFUSES(COUNTERSIGN_NULL_ARGUMENT, can.schemes, NULL);
    REFUSES(COUNTERSIGN_STRUCT_SIZE, can.struct_size, 4097);
    it = good;
    it.can.schemes = stray;
    it.can.scheme_count = 1;
    GIVES(COUNTERSIGN_ARGUMENT_INVALID, ask(&it, 0));
    CHECK(gives(&good, UINT32_MAX, COUNTERSIGN_STEP_STOP, COUNTERSIGN_STEP_REASON_REFUSED_AGAIN));
    memset(&small, 0, sizeof small);
    small.struct_size = 16;
    GIVES(COUNTERSIGN_STRUCT_SIZE, countersign_step_describe(good.step, &small));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_step_describe(good.step, NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_step_describe(NULL, &good.info));
    CHECK(countersign_step_challenges(NULL) == NULL);
    CHECK(countersign_challenges_warning_count(NULL) == 0);
    countersign_step_free(NULL);
    countersign_step_free(good.step);
}

static void what_servers_send_is_read(void)
{
    /* REQ-CLIENT-01, REQ-CLIENT-29 */
    countersign_str lines[2];
    countersign_challenges *reading = NULL;
    countersign_field param;

    lines[0] = str("Bearer realm=\"x, Basic y=\\\"z\"; error=invalid_token, resource_metadata=https://a.example/m");
    lines[1] = str("Basic realm=\"open");
    GIVES(COUNTERSIGN_OK, countersign_challenges_new_tolerant(lines, 2, &reading));
    CHECK(countersign_challenges_count(reading) == 1 && countersign_challenges_warning_count(reading) == 3);
    GIVES(COUNTERSIGN_OK, countersign_challenges_param_at(reading, 0, 0, &param));
    CHECK(is(param.value, "x, Basic y=\"z"));
    GIVES(COUNTERSIGN_OK, countersign_challenges_param_at(reading, 0, 2, &param));
    CHECK(is(param.name, "resource_metadata") && is(param.value, "https://a.example/m"));
    countersign_challenges_free(reading);
    GIVES(COUNTERSIGN_OK, countersign_challenges_new_tolerant(NULL, 0, &reading));
    CHECK(countersign_challenges_count(reading) == 0);
    countersign_challenges_free(reading);
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_challenges_new_tolerant(NULL, 1, &reading));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_challenges_new_tolerant(lines, 2, NULL));
    /* The strict reading has a fault where this one has warnings. */
    GIVES(COUNTERSIGN_OK, countersign_challenges_new(lines, 2, &reading));
    CHECK(countersign_challenges_warning_count(reading) == 0);
    countersign_challenges_free(reading);
}

static void a_credential_stays_with_its_origin(void)
{
    /* REQ-CLIENT-15, REQ-CLIENT-19, REQ-CLIENT-20 */
    CHECK(countersign_token_fresh(NOW + 31, 0, NOW) == 1 && countersign_token_fresh(NOW + 30, 0, NOW) == 0);
    CHECK(countersign_token_fresh(NOW + 6, 10, NOW) == 1 && countersign_token_fresh(NOW + 5, 10, NOW) == 0);
    CHECK(countersign_token_fresh(INT64_MIN, -1, INT64_MAX) == 0);
    CHECK(countersign_may_send_to(str("https://a.example"), str("https://A.example:443/x"), 0) == 1);
    CHECK(countersign_may_send_to(str("https://a.example"), str("https://b.example"), 0) == 0);
    CHECK(countersign_may_send_to(str("http://a.example"), str("http://a.example"), 1) == 0);
    CHECK(countersign_may_send_to(str("http://127.0.0.1:1"), str("http://127.0.0.1:1/x"), 0) == 0);
    CHECK(countersign_may_send_to(str("http://127.0.0.1:1"), str("http://127.0.0.1:1/x"), 1) == 1);
    CHECK(countersign_may_send_to(bytes(NULL, 0), bytes(NULL, 0), 1) == 0);
    CHECK(countersign_may_send_to(bytes(NULL, 1), str("https://a.example"), 1) == 0);
    CHECK(countersign_may_send_to(bytes("\xff", 1), str("https://a.example"), 1) == 0);
    CHECK(countersign_same_origin(str("http://a.example/x"), str("http://a.example:80/y")) == 1);
    CHECK(countersign_same_origin(str("http://a.example"), str("https://a.example")) == 0);
    CHECK(countersign_same_origin(bytes(NULL, 0), bytes(NULL, 0)) == 0);
}

int main(void)
{
    RUN(a_token_that_is_refused_is_refreshed_once);
    RUN(what_the_server_asks_for_is_told);
    RUN(the_end_of_the_token_and_the_origin_count);
    RUN(a_server_that_never_stops_sees_four_requests);
    RUN(nothing_sent_and_nothing_possible_are_null);
    RUN(calls_that_are_none_give_a_status);
    RUN(what_servers_send_is_read);
    RUN(a_credential_stays_with_its_origin);
    return FINISH();
}
