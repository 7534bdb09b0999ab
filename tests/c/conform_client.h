/* The operation on responses: what a client does next. */

#ifndef CONFORM_CLIENT_H
#define CONFORM_CLIENT_H

#include "conform_challenges.h"

static int64_t read_i64(void)
{
    int64_t number;

    read_exactly(&number, sizeof number);
    return number;
}

static countersign_sent read_sent(void)
{
    countersign_sent sent;

    memset(&sent, 0, sizeof sent);
    sent.struct_size = sizeof sent;
    sent.scheme = read_u32();
    sent.superseded = read_u32();
    sent.expires_known = read_u32();
    sent.expires_seconds = read_i64();
    sent.url = read_str();
    return sent;
}

static countersign_abilities read_abilities(void)
{
    countersign_abilities can;
    uint32_t count, at, *schemes;

    memset(&can, 0, sizeof can);
    can.struct_size = sizeof can;
    can.refresh = read_u32();
    can.interactive = read_u32();
    can.replay = read_u32();
    can.idempotent = read_u32();
    can.strict = read_u32();
    can.downgrade = read_u32();
    count = read_u32();
    schemes = take(count * sizeof *schemes);
    for (at = 0; at < count; at++) {
        schemes[at] = read_u32();
    }
    can.schemes = schemes;
    can.scheme_count = count;
    return can;
}

static void put_number_or_null(const char *name, uint32_t known, uint64_t number)
{
    put_member(name);
    if (known) {
        printf("%" PRIu64, number);
    } else {
        put("null");
    }
}

static void put_heard(const countersign_challenges *reading)
{
    size_t at;

    put(",\"offered\":[");
    for (at = 0; at < countersign_challenges_count(reading); at++) {
        put(at ? "," : "");
        put_string(challenge_at(reading, at).scheme);
    }
    put("],\"warnings\":[");
    for (at = 0; at < countersign_challenges_warning_count(reading); at++) {
        countersign_challenge_warning warning;

        memset(&warning, 0, sizeof warning);
        warning.struct_size = sizeof warning;
        MUST(countersign_challenges_warning_at(reading, at, &warning));
        put(at ? ",{\"tolerance\":" : "{\"tolerance\":");
        put_string(countersign_tolerance_name(warning.tolerance));
        printf(",\"value\":%" PRIu64 ",\"offset\":%" PRIu64 "}", (uint64_t)warning.value, (uint64_t)warning.offset);
    }
    put("]");
}

static void put_step(const countersign_step *step, const countersign_step_info *info)
{
    countersign_str scheme = countersign_scheme_name(info->scheme);

    put("{\"step\":");
    put_string(countersign_step_name(info->kind));
    put_text("reason", countersign_step_reason_name(info->reason));
    put_member("replay");
    put(info->replay ? "true" : "false");
    printf(",\"state\":%" PRIu32, info->state);
    scheme.data = info->scheme == COUNTERSIGN_SCHEME_NONE ? NULL : scheme.data;
    put_text_or_null("scheme", scheme);
    put_text_or_null("scope", info->scope);
    put_text_or_null("acr_values", info->acr_values);
    put_number_or_null("max_age", info->max_age_known, info->max_age);
    put_text_or_null("resource_metadata", info->resource_metadata);
    put_text_or_null("nonce", info->nonce);
    put_number_or_null("seconds", info->seconds_known, info->seconds);
    put_heard(countersign_step_challenges(step));
    put("}");
}

static void next_step(countersign_str id)
{
    countersign_sent sent = read_sent();
    countersign_abilities can = read_abilities();
    uint32_t state = read_u32(), count, at;
    int64_t now = read_i64(), seed = read_i64();

    count = read_u32();
    begin(id);
    put(",\"steps\":[");
    for (at = 0; at < count; at++) {
        countersign_response response;
        countersign_step *step = NULL;
        countersign_step_info info;
        uint32_t fields;

        memset(&response, 0, sizeof response);
        response.struct_size = sizeof response;
        response.http_status = read_u32();
        response.fields = read_fields(&fields);
        response.field_count = fields;
        response.url = read_str();
        memset(&info, 0, sizeof info);
        info.struct_size = sizeof info;
        MUST(countersign_next_step(&response, &sent, &can, state, now, (uint64_t)seed, &step));
        MUST(countersign_step_describe(step, &info));
        put(at ? "," : "");
        put_step(step, &info);
        state = info.state;
        countersign_step_free(step);
    }
    put("]");
    end();
}

#endif
