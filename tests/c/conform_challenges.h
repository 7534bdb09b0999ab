/* The operations on challenges and credentials. */

#ifndef CONFORM_CHALLENGES_H
#define CONFORM_CHALLENGES_H

#include "conform_answer.h"

static int is_ascii(countersign_str bytes)
{
    size_t at;

    for (at = 0; at < bytes.len; at++) {
        if ((unsigned char)bytes.data[at] > 0x7f) {
            return 0;
        }
    }
    return 1;
}

static void put_params(const countersign_challenges *reading, size_t index, size_t count, int raw)
{
    size_t at;

    put(",\"params\":[");
    for (at = 0; at < count; at++) {
        countersign_field param;

        MUST(countersign_challenges_param_at(reading, index, at, &param));
        put(at ? ",[" : "[");
        put_string(param.name);
        put(",");
        if (raw && !is_ascii(param.value)) {
            put("{\"b64\":");
            put_base64(param.value);
            put("}");
        } else {
            put_string(param.value);
        }
        put("]");
    }
    put("]");
}

static countersign_challenge challenge_at(const countersign_challenges *reading, size_t at)
{
    countersign_challenge challenge;

    memset(&challenge, 0, sizeof challenge);
    challenge.struct_size = sizeof challenge;
    MUST(countersign_challenges_at(reading, at, &challenge));
    return challenge;
}

static void parse_challenges(countersign_str id)
{
    uint32_t raw = read_u32(), count;
    countersign_str *values = read_strs(&count);
    countersign_challenges *reading = NULL;
    countersign_challenge_fault fault;
    size_t at;

    MUST(countersign_challenges_new(values, count, &reading));
    begin(id);
    put(",\"challenges\":[");
    for (at = 0; at < countersign_challenges_count(reading); at++) {
        countersign_challenge challenge = challenge_at(reading, at);

        put(at ? ",{\"scheme\":" : "{\"scheme\":");
        put_string(challenge.scheme);
        put_text_or_null("token68", challenge.token68);
        put_params(reading, at, challenge.param_count, (int)raw);
        put("}");
    }
    put("]");
    put_member("error");
    memset(&fault, 0, sizeof fault);
    fault.struct_size = sizeof fault;
    if (countersign_challenges_fault(reading, &fault) == COUNTERSIGN_OK) {
        printf("{\"reason\":\"challenge_malformed\",\"value\":%" PRIu64 ",\"offset\":%" PRIu64 "}",
               (uint64_t)fault.value, (uint64_t)fault.offset);
    } else {
        put("null");
    }
    countersign_challenges_free(reading);
    end();
}

static void parse_authorization(countersign_str id)
{
    countersign_str value = read_str();
    countersign_challenges *reading = NULL;
    uint32_t reason = COUNTERSIGN_REASON_OK;

    begin(id);
    if (countersign_credentials_new(value, &reading, &reason) == COUNTERSIGN_OK) {
        countersign_challenge challenge = challenge_at(reading, 0);

        put_text("scheme", challenge.scheme);
        put_text_or_null("token68", challenge.token68);
        put_params(reading, 0, challenge.param_count, 0);
    } else {
        put(",\"scheme\":null,\"token68\":null,\"params\":[]");
    }
    put_reason(reason);
    countersign_challenges_free(reading);
    end();
}

static void build_challenge(countersign_str id)
{
    countersign_str scheme = read_str();
    uint32_t count;
    countersign_field *params = read_fields(&count);
    size_t needed = 0;
    countersign_status status = countersign_challenge_write(scheme, params, count, NULL, 0, &needed);

    begin(id);
    if (status == COUNTERSIGN_BUFFER_TOO_SMALL) {
        countersign_str line;
        char *text = take(needed);

        MUST(countersign_challenge_write(scheme, params, count, text, needed, &needed));
        line.data = text;
        line.len = needed;
        put_text("value", line);
        put(",\"error\":null");
    } else if (status == COUNTERSIGN_MALFORMED) {
        put(",\"value\":null");
        put_error("challenge_invalid", NULL, 0);
    } else {
        must(status, "countersign_challenge_write");
    }
    end();
}

#endif
