/* Checks from beginning to end: what a host sees of an allowed request and of each kind of denial. */

#include "harness.h"

static countersign_str field(const countersign_decision *decision, const char *name)
{
    countersign_str found = {NULL, 0};
    countersign_str line_name, value;
    size_t at;

    for (at = 0; countersign_decision_field_at(decision, at, &line_name, &value) == COUNTERSIGN_OK; at++) {
        if (is(line_name, name)) {
            found = value;
        }
    }
    CHECK(at == countersign_decision_field_count(decision));
    return found;
}

static void an_allowed_request_has_an_identity(void)
{
    countersign_verifier *verifier = verifier_of(POLICY);
    countersign_decision *decision = decision_of();
    countersign_str text;
    call it;

    GIVES(COUNTERSIGN_OK, countersign_check(verifier, call_with(&it, BEARER(TOKEN)), decision));
    CHECK(countersign_decision_allowed(decision) == 1);
    CHECK(countersign_decision_authenticated(decision) == 1);
    CHECK(countersign_decision_reason(decision) == COUNTERSIGN_REASON_OK);
    CHECK(countersign_decision_http_status(decision) == 200);
    CHECK(countersign_decision_scheme(decision) == COUNTERSIGN_SCHEME_BEARER);
    CHECK(is(countersign_scheme_name(COUNTERSIGN_SCHEME_BEARER), "Bearer"));
    CHECK(countersign_decision_field_count(decision) == 0);
    GIVES(COUNTERSIGN_OK, countersign_decision_issuer(decision, &text));
    CHECK(is(text, ISSUER));
    GIVES(COUNTERSIGN_OK, countersign_decision_subject(decision, &text));
    CHECK(is(text, "alice"));
    GIVES(COUNTERSIGN_OK, countersign_decision_key_id(decision, &text));
    CHECK(is(text, "k1"));
    GIVES(COUNTERSIGN_OK, countersign_decision_claims(decision, &text));
    CHECK(holds(text, "\"sub\":\"alice\""));
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_decision_body(decision, &text));
    countersign_decision_free(decision);
    countersign_verifier_free(verifier);
}

static void a_denial_says_what_to_send(void)
{
    countersign_verifier *verifier = verifier_of(POLICY);
    countersign_decision *decision = decision_of();
    countersign_str text;
    call it;

    GIVES(COUNTERSIGN_DENIED, countersign_check(verifier, call_with(&it, BEARER(TOKEN_EXPIRED)), decision));
    CHECK(denies(decision));
    CHECK(countersign_decision_reason(decision) == COUNTERSIGN_REASON_TOKEN_EXPIRED);
    CHECK(countersign_decision_http_status(decision) == 401);
    CHECK(is(field(decision, "WWW-Authenticate"), "Bearer realm=\"api\", error=\"invalid_token\", "
                                                  "error_description=\"The access token expired\""));
    CHECK(is(field(decision, "Cache-Control"), "no-store"));
    CHECK(is(field(decision, "Access-Control-Expose-Headers"), "WWW-Authenticate"));
    GIVES(COUNTERSIGN_OK, countersign_decision_body(decision, &text));
    CHECK(is(text, "{\"type\":\"about:blank\",\"title\":\"Unauthorized\",\"status\":401,"
                   "\"error\":\"invalid_token\",\"detail\":\"The access token expired\"}"));
    /* The signature held, so the log may say whose token it was; the claims are not for a denied request. */
    GIVES(COUNTERSIGN_OK, countersign_decision_subject(decision, &text));
    CHECK(is(text, "alice"));
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_decision_claims(decision, &text));
    countersign_decision_free(decision);
    countersign_verifier_free(verifier);
}

/* What stands in Authorization, and what comes of it. */
static void one_row_a_reason(void)
{
    static const struct {
        const char *authorization;
        uint32_t reason;
        uint32_t status;
        uint32_t scheme;
    } rows[] = {
        {NULL, COUNTERSIGN_REASON_CREDENTIALS_MISSING, 401, COUNTERSIGN_SCHEME_NONE},
        {"Basic YTpi", COUNTERSIGN_REASON_SCHEME_UNSUPPORTED, 401, COUNTERSIGN_SCHEME_NONE},
        {"Bearer", COUNTERSIGN_REASON_BEARER_EMPTY, 401, COUNTERSIGN_SCHEME_BEARER},
        {"Bearer undefined", COUNTERSIGN_REASON_BEARER_PLACEHOLDER, 401, COUNTERSIGN_SCHEME_BEARER},
        {"Bearer: abc", COUNTERSIGN_REASON_BEARER_COLON, 401, COUNTERSIGN_SCHEME_BEARER},
        {"Bearer abc", COUNTERSIGN_REASON_TOKEN_NOT_JWT, 401, COUNTERSIGN_SCHEME_BEARER},
        {BEARER(TOKEN_EXPIRED), COUNTERSIGN_REASON_TOKEN_EXPIRED, 401, COUNTERSIGN_SCHEME_BEARER},
        {BEARER(TOKEN_POOR), COUNTERSIGN_REASON_INSUFFICIENT_SCOPE, 403, COUNTERSIGN_SCHEME_BEARER},
        {BEARER(TOKEN_B), COUNTERSIGN_REASON_KID_UNKNOWN, 401, COUNTERSIGN_SCHEME_BEARER},
        {"Bearer x" TOKEN, COUNTERSIGN_REASON_JWT_MALFORMED, 401, COUNTERSIGN_SCHEME_BEARER},
        {BEARER(TOKEN), COUNTERSIGN_REASON_OK, 200, COUNTERSIGN_SCHEME_BEARER},
        {BEARER(TOKEN_RICH), COUNTERSIGN_REASON_OK, 200, COUNTERSIGN_SCHEME_BEARER},
    };
    countersign_verifier *verifier = verifier_of(POLICY);
    countersign_decision *decision = decision_of();
    size_t at;
    call it;

    for (at = 0; at < sizeof rows / sizeof rows[0]; at++) {
        int allowed = rows[at].status == 200;
        countersign_status status = countersign_check(verifier, call_with(&it, rows[at].authorization), decision);

        CHECK(status == (allowed ? COUNTERSIGN_OK : COUNTERSIGN_DENIED));
        CHECK(countersign_decision_reason(decision) == rows[at].reason);
        CHECK(countersign_decision_http_status(decision) == rows[at].status);
        CHECK(countersign_decision_scheme(decision) == rows[at].scheme);
        CHECK(countersign_decision_allowed(decision) == (uint32_t)allowed);
        CHECK(allowed || field(decision, "WWW-Authenticate").len > 0);
        CHECK(allowed || denies(decision));
    }
    countersign_decision_free(decision);
    countersign_verifier_free(verifier);
}

static void a_decision_is_reused_and_keeps_nothing(void)
{
    countersign_verifier *verifier = verifier_of(POLICY);
    countersign_decision *decision = decision_of();
    countersign_str text;
    unsigned round;
    call it;

    for (round = 0; round < 50; round++) {
        GIVES(COUNTERSIGN_OK, countersign_check(verifier, call_with(&it, BEARER(TOKEN_RICH)), decision));
        GIVES(COUNTERSIGN_DENIED, countersign_check(verifier, call_with(&it, NULL), decision));
        GIVES(COUNTERSIGN_NOT_FOUND, countersign_decision_subject(decision, &text));
        GIVES(COUNTERSIGN_NOT_FOUND, countersign_decision_claims(decision, &text));
        CHECK(denies(decision));
        GIVES(COUNTERSIGN_OK, countersign_check(verifier, call_with(&it, BEARER(TOKEN)), decision));
        countersign_decision_reset(decision);
        countersign_decision_reset(decision);
        CHECK(rests(decision));
    }
    countersign_decision_free(decision);
    countersign_verifier_free(verifier);
}

static void a_request_can_name_a_profile_and_scopes(void)
{
    countersign_verifier *verifier = verifier_of(POLICY);
    countersign_decision *decision = decision_of();
    countersign_str text;
    call it;

    call_with(&it, BEARER(TOKEN));
    it.request.profile = str("admin");
    GIVES(COUNTERSIGN_DENIED, countersign_check(verifier, &it.request, decision));
    CHECK(countersign_decision_reason(decision) == COUNTERSIGN_REASON_INSUFFICIENT_SCOPE);
    CHECK(holds(field(decision, "WWW-Authenticate"), "scope=\"admin\""));
    call_with(&it, BEARER(TOKEN_ADMIN));
    it.request.profile = str("admin");
    GIVES(COUNTERSIGN_OK, countersign_check(verifier, &it.request, decision));

    /* Scopes: NULL asks for the policy's, "" for none. */
    call_with(&it, BEARER(TOKEN_POOR));
    GIVES(COUNTERSIGN_DENIED, countersign_check(verifier, &it.request, decision));
    it.request.scopes = str("");
    GIVES(COUNTERSIGN_OK, countersign_check(verifier, &it.request, decision));
    it.request.scopes = str("write:reports");
    GIVES(COUNTERSIGN_OK, countersign_check(verifier, &it.request, decision));
    it.request.scopes = str("write:reports delete:reports");
    GIVES(COUNTERSIGN_DENIED, countersign_check(verifier, &it.request, decision));
    CHECK(countersign_decision_http_status(decision) == 403);

    /* What the host asks for and cannot be is a fault of ours, not of the caller of the API. */
    it.request.scopes = str("\"quoted\"");
    GIVES(COUNTERSIGN_DENIED, countersign_check(verifier, &it.request, decision));
    CHECK(countersign_decision_reason(decision) == COUNTERSIGN_REASON_INTERNAL_ERROR);
    call_with(&it, BEARER(TOKEN));
    it.request.profile = str("nobody");
    GIVES(COUNTERSIGN_DENIED, countersign_check(verifier, &it.request, decision));
    CHECK(countersign_decision_reason(decision) == COUNTERSIGN_REASON_INTERNAL_ERROR);
    CHECK(countersign_decision_http_status(decision) == 500);

    /* No credentials where they are optional: let through, and nobody. */
    call_with(&it, NULL);
    it.request.profile = str("public");
    GIVES(COUNTERSIGN_OK, countersign_check(verifier, &it.request, decision));
    CHECK(countersign_decision_allowed(decision) == 1);
    CHECK(countersign_decision_authenticated(decision) == 0);
    CHECK(countersign_decision_reason(decision) == COUNTERSIGN_REASON_ANONYMOUS_ALLOWED);
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_decision_claims(decision, &text));
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_decision_subject(decision, &text));
    countersign_decision_free(decision);
    countersign_verifier_free(verifier);
}

static void a_preflight_passes_without_credentials(void)
{
    countersign_verifier *verifier = verifier_of(POLICY);
    countersign_decision *decision = decision_of();
    countersign_field lines[2];
    call it;

    call_with(&it, NULL);
    lines[0].name = str("Origin");
    lines[0].value = str("https://app.example.com");
    lines[1].name = str("access-control-request-method");
    lines[1].value = str("POST");
    it.request.method = str("OPTIONS");
    it.request.fields = lines;
    it.request.field_count = 2;
    GIVES(COUNTERSIGN_OK, countersign_check(verifier, &it.request, decision));
    CHECK(countersign_decision_reason(decision) == COUNTERSIGN_REASON_PREFLIGHT_EXEMPT);
    CHECK(countersign_decision_authenticated(decision) == 0);
    it.request.field_count = 1;
    GIVES(COUNTERSIGN_DENIED, countersign_check(verifier, &it.request, decision));
    countersign_decision_free(decision);
    countersign_verifier_free(verifier);
}

static void many_lines_are_read_as_few(void)
{
    enum { MANY = 300 };
    countersign_verifier *verifier = verifier_of(POLICY);
    countersign_decision *decision = decision_of();
    countersign_field *lines = calloc(MANY, sizeof *lines);
    size_t count;
    call it;

    need(lines != NULL, "there is memory");
    for (count = 0; count < MANY; count++) {
        lines[count].name = str("X-Other");
        lines[count].value = bytes("\0\xff", 2);
    }
    for (count = 60; count < MANY; count += 3) {
        call_with(&it, NULL);
        lines[count - 1].name = str("authorization");
        lines[count - 1].value = str(BEARER(TOKEN));
        it.request.fields = lines;
        it.request.field_count = count;
        GIVES(COUNTERSIGN_OK, countersign_check(verifier, &it.request, decision));
        lines[0] = lines[count - 1];
        GIVES(COUNTERSIGN_DENIED, countersign_check(verifier, &it.request, decision));
        CHECK(countersign_decision_reason(decision) == COUNTERSIGN_REASON_AUTHORIZATION_REPEATED);
        lines[0].name = lines[count - 1].name = str("X-Other");
    }
    free(lines);
    countersign_decision_free(decision);
    countersign_verifier_free(verifier);
}

static void the_clock_is_the_hosts(void)
{
    countersign_verifier *verifier = verifier_of(POLICY);
    countersign_decision *decision = decision_of();
    call it;

    /* exp is NOW + 600 and the leeway 30: the last moment that passes, and the next nanosecond. */
    call_with(&it, BEARER(TOKEN));
    it.request.now_seconds = NOW + 629;
    it.request.now_nanos = 999999999;
    GIVES(COUNTERSIGN_OK, countersign_check(verifier, &it.request, decision));
    it.request.now_seconds = NOW + 630;
    it.request.now_nanos = 0;
    GIVES(COUNTERSIGN_DENIED, countersign_check(verifier, &it.request, decision));
    CHECK(countersign_decision_reason(decision) == COUNTERSIGN_REASON_TOKEN_EXPIRED);
    it.request.now_seconds = 0;
    GIVES(COUNTERSIGN_DENIED, countersign_check(verifier, &it.request, decision));
    CHECK(countersign_decision_reason(decision) == COUNTERSIGN_REASON_INTERNAL_ERROR);
    it.request.now_seconds = INT64_MIN;
    GIVES(COUNTERSIGN_DENIED, countersign_check(verifier, &it.request, decision));
    CHECK(countersign_decision_reason(decision) == COUNTERSIGN_REASON_INTERNAL_ERROR);
    it.request.now_seconds = INT64_MAX;
    GIVES(COUNTERSIGN_DENIED, countersign_check(verifier, &it.request, decision));
    CHECK(countersign_decision_reason(decision) == COUNTERSIGN_REASON_TOKEN_EXPIRED);
    it.request.now_nanos = 1000000000;
    GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_check(verifier, &it.request, decision));
    CHECK(rests(decision));
    countersign_decision_free(decision);
    countersign_verifier_free(verifier);
}

static void a_bound_token_asks_for_its_certificate(void)
{
    countersign_verifier *verifier = verifier_of(POLICY);
    countersign_decision *decision = decision_of();
    call it;

    call_with(&it, BEARER(TOKEN_BOUND));
    GIVES(COUNTERSIGN_DENIED, countersign_check(verifier, &it.request, decision));
    CHECK(countersign_decision_http_status(decision) == 401);
    it.request.client_cert_sha256 = str("bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2");
    GIVES(COUNTERSIGN_OK, countersign_check(verifier, &it.request, decision));
    it.request.client_cert_sha256 = str("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    GIVES(COUNTERSIGN_DENIED, countersign_check(verifier, &it.request, decision));
    countersign_decision_free(decision);
    countersign_verifier_free(verifier);
}

static void keys_come_from_the_host_and_are_swapped(void)
{
    countersign_policy *policy = policy_of(POLICY_REMOTE);
    countersign_store *store = store_of(policy);
    countersign_verifier *verifier = NULL;
    countersign_decision *decision = decision_of();
    countersign_report *report = NULL;
    countersign_need needs;
    countersign_str ids[2];
    call it;

    memset(&needs, 0, sizeof needs);
    needs.struct_size = sizeof needs;
    GIVES(COUNTERSIGN_OK, countersign_verifier_new(policy, store, &verifier));

    GIVES(COUNTERSIGN_DENIED, countersign_check(verifier, call_with(&it, BEARER(TOKEN)), decision));
    CHECK(countersign_decision_reason(decision) == COUNTERSIGN_REASON_KEYS_UNAVAILABLE);
    CHECK(countersign_decision_http_status(decision) == 503);
    CHECK(is(field(decision, "Retry-After"), "30"));
    GIVES(COUNTERSIGN_OK, countersign_decision_need(decision, &needs));
    CHECK(needs.struct_size == sizeof needs && needs.kind == COUNTERSIGN_NEED_KEYS && needs.reserved == 0);
    CHECK(is(needs.issuer, ISSUER) && is(needs.jwks_uri, "https://login.example.com/jwks.json"));

    GIVES(COUNTERSIGN_OK, countersign_store_set_keys(store, str(ISSUER), str(KEYS_A), &report));
    CHECK(report == NULL);
    GIVES(COUNTERSIGN_OK, countersign_check(verifier, &it.request, decision));
    GIVES(COUNTERSIGN_OK, countersign_decision_need(decision, &needs));
    CHECK(needs.kind == COUNTERSIGN_NEED_NONE && needs.issuer.data == NULL && needs.jwks_uri.data == NULL);

    /* What is no good set leaves the good one in place, and says why. */
    GIVES(COUNTERSIGN_KEYS_INVALID, countersign_store_set_keys(store, str(ISSUER), str("{}"), &report));
    CHECK(countersign_report_count(report) == 1);
    countersign_report_free(report);
    GIVES(COUNTERSIGN_KEYS_INVALID, countersign_store_set_keys(store, str(ISSUER), str("{\"keys\":[]}"), NULL));
    GIVES(COUNTERSIGN_KEYS_INVALID, countersign_store_set_keys(store, str(ISSUER), bytes(NULL, 0), NULL));
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_store_set_keys(store, str("https://nobody.example"), str(KEYS_A), NULL));
    GIVES(COUNTERSIGN_OK, countersign_check(verifier, &it.request, decision));

    GIVES(COUNTERSIGN_OK, countersign_store_set_keys(store, str(ISSUER), str(KEYS_B), NULL));
    GIVES(COUNTERSIGN_DENIED, countersign_check(verifier, &it.request, decision));
    CHECK(countersign_decision_reason(decision) == COUNTERSIGN_REASON_KID_UNKNOWN);
    GIVES(COUNTERSIGN_OK, countersign_decision_need(decision, &needs));
    CHECK(needs.kind == COUNTERSIGN_NEED_KEYS);
    GIVES(COUNTERSIGN_OK, countersign_check(verifier, call_with(&it, BEARER(TOKEN_B)), decision));

    ids[0] = str("j-0");
    ids[1] = str("j-1");
    GIVES(COUNTERSIGN_OK, countersign_store_set_revoked(store, ids, 1));
    GIVES(COUNTERSIGN_OK, countersign_check(verifier, &it.request, decision));
    GIVES(COUNTERSIGN_OK, countersign_store_set_revoked(store, ids, 2));
    GIVES(COUNTERSIGN_DENIED, countersign_check(verifier, &it.request, decision));
    CHECK(countersign_decision_reason(decision) == COUNTERSIGN_REASON_TOKEN_REVOKED);
    GIVES(COUNTERSIGN_OK, countersign_store_set_revoked(store, NULL, 0));
    GIVES(COUNTERSIGN_OK, countersign_check(verifier, &it.request, decision));

    countersign_decision_free(decision);
    countersign_verifier_free(verifier);
    countersign_store_free(store);
    countersign_policy_free(policy);
}

static void objects_are_freed_in_any_order(void)
{
    unsigned order;

    for (order = 0; order < 6; order++) {
        countersign_policy *policy = policy_of(POLICY);
        countersign_store *store = store_of(policy);
        countersign_verifier *verifier = NULL;
        countersign_decision *decision = decision_of();
        call it;

        GIVES(COUNTERSIGN_OK, countersign_verifier_new(policy, store, &verifier));
        if (order % 2) {
            countersign_policy_free(policy);
            policy = NULL;
        }
        if (order / 2 == 1) {
            countersign_store_free(store);
            store = NULL;
        }
        GIVES(COUNTERSIGN_OK, countersign_check(verifier, call_with(&it, BEARER(TOKEN)), decision));
        countersign_verifier_free(verifier);
        if (order / 2 == 2) {
            countersign_store_free(store);
            store = NULL;
        }
        /* The decision owns what it says: request, verifier, store and policy may all be gone. */
        memset(&it, 0x5a, sizeof it);
        countersign_store_free(store);
        countersign_policy_free(policy);
        CHECK(countersign_decision_allowed(decision) == 1);
        {
            countersign_str subject;

            GIVES(COUNTERSIGN_OK, countersign_decision_subject(decision, &subject));
            CHECK(is(subject, "alice"));
        }
        countersign_decision_free(decision);
    }
}

static void counters_are_counted_by_reason(void)
{
    size_t count = countersign_reason_count();
    uint64_t *counters = calloc(count, sizeof *counters);
    countersign_verifier *verifier = verifier_of(POLICY);
    countersign_decision *decision = decision_of();
    countersign_reason_info info;
    char text[1024];
    size_t at, needed = 0, again = 0;
    call it;

    need(counters != NULL, "there is memory");
    call_with(&it, BEARER(TOKEN));
    it.request.counters = counters;
    it.request.counter_count = count;
    for (at = 0; at < 3; at++) {
        GIVES(COUNTERSIGN_OK, countersign_check(verifier, &it.request, decision));
    }
    call_with(&it, BEARER(TOKEN_EXPIRED));
    it.request.counters = counters;
    it.request.counter_count = count;
    GIVES(COUNTERSIGN_DENIED, countersign_check(verifier, &it.request, decision));
    /* An array of an older host has no place for later reasons, and one of none counts nothing. */
    it.request.counter_count = 2;
    GIVES(COUNTERSIGN_DENIED, countersign_check(verifier, &it.request, decision));
    it.request.counter_count = 0;
    GIVES(COUNTERSIGN_DENIED, countersign_check(verifier, &it.request, decision));

    memset(&info, 0, sizeof info);
    info.struct_size = sizeof info;
    for (at = 0; at < count; at++) {
        uint64_t wanted;

        GIVES(COUNTERSIGN_OK, countersign_reason_at(at, &info));
        wanted = info.number == COUNTERSIGN_REASON_OK ? 3 : info.number == COUNTERSIGN_REASON_TOKEN_EXPIRED ? 1 : 0;
        CHECK(counters[at] == wanted);
    }

    GIVES(COUNTERSIGN_BUFFER_TOO_SMALL, countersign_metrics_write(counters, count, NULL, 0, &needed));
    CHECK(needed > 100 && needed < sizeof text);
    memset(text, '#', sizeof text);
    GIVES(COUNTERSIGN_BUFFER_TOO_SMALL, countersign_metrics_write(counters, count, text, needed - 1, &again));
    CHECK(again == needed && text[0] == '#');
    GIVES(COUNTERSIGN_OK, countersign_metrics_write(counters, count, text, needed, &again));
    CHECK(again == needed && text[needed] == '#');
    CHECK(holds(bytes(text, needed), "\ncountersign_decisions_total{reason=\"ok\",status=\"200\"} 3\n"));
    CHECK(holds(bytes(text, needed), "\ncountersign_decisions_total{reason=\"token_expired\",status=\"401\"} 1\n"));
    GIVES(COUNTERSIGN_OK, countersign_metrics_write(NULL, 0, text, sizeof text, &needed));
    CHECK(holds(bytes(text, needed), "# TYPE countersign_decisions_total counter\n"));
    CHECK(!holds(bytes(text, needed), "{"));
    GIVES(COUNTERSIGN_OK, countersign_metrics_write(counters, count, text, sizeof text, NULL));

    free(counters);
    countersign_decision_free(decision);
    countersign_verifier_free(verifier);
}

int main(void)
{
    RUN(an_allowed_request_has_an_identity);
    RUN(a_denial_says_what_to_send);
    RUN(one_row_a_reason);
    RUN(a_decision_is_reused_and_keeps_nothing);
    RUN(a_request_can_name_a_profile_and_scopes);
    RUN(a_preflight_passes_without_credentials);
    RUN(many_lines_are_read_as_few);
    RUN(the_clock_is_the_hosts);
    RUN(a_bound_token_asks_for_its_certificate);
    RUN(keys_come_from_the_host_and_are_swapped);
    RUN(objects_are_freed_in_any_order);
    RUN(counters_are_counted_by_reason);
    return FINISH();
}
