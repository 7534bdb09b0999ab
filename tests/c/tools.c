/* What stands on its own: key sets, tokens, challenges and credentials. */

#include "harness.h"

static void a_key_set_lists_every_key(void)
{
    static const struct {
        const char *kid, *kty, *alg;
        uint32_t usable;
    } rows[] = {{"k1", "EC", "ES256", 1}, {"k3", "RSA", "RS256", 1}, {"k4", "OKP", "EdDSA", 1}, {"odd", "nonsense", NULL, 0}};
    countersign_key_set *keys = NULL;
    countersign_report *report = NULL;
    countersign_key key;
    size_t at;

    memset(&key, 0, sizeof key);
    key.struct_size = sizeof key;
    GIVES(COUNTERSIGN_OK, countersign_key_set_new(str(KEYS_MIXED), &keys, &report));
    CHECK(report == NULL && countersign_key_set_count(keys) == 4);
    for (at = 0; at < 4; at++) {
        GIVES(COUNTERSIGN_OK, countersign_key_set_at(keys, at, &key));
        CHECK(is(key.kid, rows[at].kid) && is(key.kty, rows[at].kty));
        CHECK(rows[at].alg ? is(key.alg, rows[at].alg) : key.alg.data == NULL);
        CHECK(key.usable == rows[at].usable);
        CHECK(key.reason == (rows[at].usable ? COUNTERSIGN_REASON_OK : COUNTERSIGN_REASON_KEY_TYPE_UNKNOWN));
        CHECK(rows[at].usable ? key.thumbprint.len == 43 : key.thumbprint.data == NULL);
    }
    countersign_key_set_free(keys);
    keys = NULL;
    GIVES(COUNTERSIGN_KEYS_INVALID, countersign_key_set_new(str("[]"), &keys, &report));
    CHECK(keys == NULL && countersign_report_count(report) == 1);
    countersign_report_free(report);
    GIVES(COUNTERSIGN_KEYS_INVALID, countersign_key_set_new(bytes(NULL, 0), &keys, NULL));
    CHECK(keys == NULL);
}

static uint32_t verify(const countersign_key_set *keys, const char *text, const countersign_str *names, size_t count)
{
    countersign_token *token = NULL;
    countersign_token_info info;

    memset(&info, 0, sizeof info);
    info.struct_size = sizeof info;
    GIVES(COUNTERSIGN_OK, countersign_token_verify(keys, str(text), names, count, &token));
    GIVES(COUNTERSIGN_OK, countersign_token_describe(token, &info));
    CHECK(info.reserved == 0);
    CHECK((info.reason == COUNTERSIGN_REASON_OK) == (info.payload.data != NULL));
    CHECK((info.reason == COUNTERSIGN_REASON_OK) == (info.key_id.data != NULL));
    countersign_token_free(token);
    return info.reason;
}

static void a_signature_is_checked_by_the_names_allowed(void)
{
    countersign_key_set *keys = NULL;
    countersign_str names[2];

    GIVES(COUNTERSIGN_OK, countersign_key_set_new(str(KEYS_MIXED), &keys, NULL));
    CHECK(verify(keys, TOKEN, NULL, 0) == COUNTERSIGN_REASON_OK);
    CHECK(verify(keys, TOKEN_RSA, NULL, 0) == COUNTERSIGN_REASON_OK);
    CHECK(verify(keys, TOKEN_ED, NULL, 0) == COUNTERSIGN_REASON_OK);
    CHECK(verify(keys, TOKEN_B, NULL, 0) == COUNTERSIGN_REASON_KID_UNKNOWN);
    CHECK(verify(keys, TOKEN "A", NULL, 0) != COUNTERSIGN_REASON_OK);
    names[0] = str("RS256");
    names[1] = str("ES256");
    CHECK(verify(keys, TOKEN, names, 1) == COUNTERSIGN_REASON_ALG_NOT_ALLOWED);
    CHECK(verify(keys, TOKEN, names, 2) == COUNTERSIGN_REASON_OK);
    /* A list of none lets nothing through; no list lets each key decide. */
    CHECK(verify(keys, TOKEN, names, 0) == COUNTERSIGN_REASON_ALG_NOT_ALLOWED);
    names[0] = str("XS256");
    CHECK(verify(keys, TOKEN, names, 1) == COUNTERSIGN_REASON_ALG_NOT_ALLOWED);
    CHECK(verify(keys, "", NULL, 0) != COUNTERSIGN_REASON_OK);
    countersign_key_set_free(keys);
}

static void a_token_is_read_without_a_key(void)
{
    countersign_token *token = NULL;
    countersign_token_info info;

    memset(&info, 0, sizeof info);
    info.struct_size = sizeof info;
    GIVES(COUNTERSIGN_OK, countersign_token_read_unverified(str(TOKEN_B), &token));
    GIVES(COUNTERSIGN_OK, countersign_token_describe(token, &info));
    CHECK(info.reason == COUNTERSIGN_REASON_OK && info.key_id.data == NULL);
    CHECK(is(info.header, "{\"alg\":\"ES256\",\"kid\":\"k2\"}"));
    CHECK(holds(info.payload, "\"sub\":\"bob\""));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_token_describe(token, NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_token_describe(NULL, &info));
    countersign_token_free(token);
    GIVES(COUNTERSIGN_OK, countersign_token_read_unverified(str("a.b"), &token));
    GIVES(COUNTERSIGN_OK, countersign_token_describe(token, &info));
    CHECK(info.reason == COUNTERSIGN_REASON_JWT_MALFORMED && info.header.data == NULL && info.payload.data == NULL);
    countersign_token_free(token);
}

static void challenges_are_read(void)
{
    countersign_challenges *reading = NULL;
    countersign_challenge challenge;
    countersign_challenge_fault fault;
    countersign_field param;
    countersign_str lines[2];

    memset(&challenge, 0, sizeof challenge);
    challenge.struct_size = sizeof challenge;
    memset(&fault, 0, sizeof fault);
    fault.struct_size = sizeof fault;
    lines[0] = str("Basic realm=\"a \\\"b\\\"\", Bearer, Negotiate YTpi==");
    lines[1] = str("Digest REALM=x, =");
    GIVES(COUNTERSIGN_OK, countersign_challenges_new(lines, 2, &reading));
    lines[0] = lines[1] = bytes(NULL, 0);
    CHECK(countersign_challenges_count(reading) == 3);
    GIVES(COUNTERSIGN_OK, countersign_challenges_at(reading, 0, &challenge));
    CHECK(is(challenge.scheme, "Basic") && challenge.token68.data == NULL && challenge.param_count == 1);
    GIVES(COUNTERSIGN_OK, countersign_challenges_param_at(reading, 0, 0, &param));
    CHECK(is(param.name, "realm") && is(param.value, "a \"b\""));
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_challenges_param_at(reading, 0, 1, &param));
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_challenges_param_at(reading, 3, 0, &param));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_challenges_param_at(reading, 0, 0, NULL));
    GIVES(COUNTERSIGN_OK, countersign_challenges_at(reading, 2, &challenge));
    CHECK(is(challenge.scheme, "Negotiate") && is(challenge.token68, "YTpi==") && challenge.param_count == 0);
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_challenges_at(reading, 3, &challenge));
    GIVES(COUNTERSIGN_OK, countersign_challenges_fault(reading, &fault));
    CHECK(fault.value == 1);
    countersign_challenges_free(reading);
    lines[0] = str("Bearer");
    GIVES(COUNTERSIGN_OK, countersign_challenges_new(lines, 1, &reading));
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_challenges_fault(reading, &fault));
    countersign_challenges_free(reading);
}

static void credentials_are_read(void)
{
    countersign_challenges *reading = NULL;
    countersign_challenge challenge;
    uint32_t reason = 7;

    memset(&challenge, 0, sizeof challenge);
    challenge.struct_size = sizeof challenge;
    GIVES(COUNTERSIGN_OK, countersign_credentials_new(str("bearer abc "), &reading, &reason));
    CHECK(reason == 7 && countersign_challenges_count(reading) == 1);
    GIVES(COUNTERSIGN_OK, countersign_challenges_at(reading, 0, &challenge));
    CHECK(is(challenge.scheme, "bearer") && is(challenge.token68, "abc"));
    countersign_challenges_free(reading);
    reading = NULL;
    GIVES(COUNTERSIGN_MALFORMED, countersign_credentials_new(str("Bearer: abc"), &reading, &reason));
    CHECK(reading == NULL && reason == COUNTERSIGN_REASON_BEARER_COLON);
    GIVES(COUNTERSIGN_MALFORMED, countersign_credentials_new(str("Bearer \"abc"), &reading, NULL));
    CHECK(reading == NULL);
}

static void a_challenge_is_written_whole_or_not_at_all(void)
{
    static const char line[] = "Bearer realm=\"a \\\"b\\\"\", error=\"invalid_token\"";
    countersign_field params[2];
    size_t len = sizeof line - 1, needed, capacity;
    char text[64];

    params[0].name = str("realm");
    params[0].value = str("a \"b\"");
    params[1].name = str("error");
    params[1].value = str("invalid_token");
    for (capacity = 0; capacity < len; capacity++) {
        memset(text, '#', sizeof text);
        GIVES(COUNTERSIGN_BUFFER_TOO_SMALL,
              countersign_challenge_write(str("Bearer"), params, 2, text, capacity, &needed));
        CHECK(needed == len && text[0] == '#');
    }
    GIVES(COUNTERSIGN_OK, countersign_challenge_write(str("Bearer"), params, 2, text, len, &needed));
    CHECK(needed == len && memcmp(text, line, len) == 0 && text[len] == '#');
    needed = 7;
    text[0] = '#';
    params[1].value = str("invalid\ntoken");
    GIVES(COUNTERSIGN_MALFORMED, countersign_challenge_write(str("Bearer"), params, 2, text, sizeof text, &needed));
    params[1].name = str("Realm");
    params[1].value = str("b");
    GIVES(COUNTERSIGN_MALFORMED, countersign_challenge_write(str("Bearer"), params, 2, text, sizeof text, &needed));
    params[1].name = bytes(NULL, 0);
    GIVES(COUNTERSIGN_MALFORMED, countersign_challenge_write(str("Bearer"), params, 2, text, sizeof text, &needed));
    GIVES(COUNTERSIGN_MALFORMED, countersign_challenge_write(str("Be arer"), params, 1, text, sizeof text, &needed));
    CHECK(needed == 7 && text[0] == '#');
    GIVES(COUNTERSIGN_OK, countersign_challenge_write(str("Bearer"), NULL, 0, text, sizeof text, &needed));
    CHECK(is(bytes(text, needed), "Bearer"));
}

int main(void)
{
    RUN(a_key_set_lists_every_key);
    RUN(a_signature_is_checked_by_the_names_allowed);
    RUN(a_token_is_read_without_a_key);
    RUN(challenges_are_read);
    RUN(credentials_are_read);
    RUN(a_challenge_is_written_whole_or_not_at_all);
    return FINISH();
}
