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
    return FINISH();
}
