/* The operations on tokens and key sets: verify_jws, load_keys, decode. */

#ifndef CONFORM_TOKENS_H
#define CONFORM_TOKENS_H

#include "conform_answer.h"

static void put_token(countersign_token *token, const char *payload)
{
    countersign_token_info info;

    memset(&info, 0, sizeof info);
    info.struct_size = sizeof info;
    MUST(countersign_token_describe(token, &info));
    if (payload) {
        put_member("valid");
        put(info.reason == COUNTERSIGN_REASON_OK ? "true" : "false");
        put_reason(info.reason);
        put_text_or_null("key_id", info.key_id);
        put_json_or_null("header", info.header);
        put_text_or_null(payload, info.payload);
    } else {
        put_json_or_null("header", info.header);
        put_json_or_null("claims", info.payload);
        put_reason(info.reason);
    }
    countersign_token_free(token);
}

static void verify_jws(countersign_str id)
{
    countersign_str token = read_str();
    countersign_str jwks = read_str();
    uint32_t listed = read_u32(), count = 0;
    countersign_str *names = listed ? read_strs(&count) : NULL;
    countersign_key_set *keys = NULL;
    countersign_token *read = NULL;

    begin(id);
    if (countersign_key_set_new(jwks, &keys, NULL) != COUNTERSIGN_OK) {
        put(",\"valid\":false");
        put_reason(COUNTERSIGN_REASON_JWKS_INVALID);
        put(",\"key_id\":null,\"header\":null,\"payload\":null");
    } else {
        MUST(countersign_token_verify(keys, token, names, count, &read));
        countersign_key_set_free(keys);
        put_token(read, "payload");
    }
    end();
}

static void load_keys(countersign_str id)
{
    countersign_str jwks = read_str();
    countersign_key_set *keys = NULL;
    countersign_report *report = NULL;
    size_t at;

    begin(id);
    if (countersign_key_set_new(jwks, &keys, &report) != COUNTERSIGN_OK) {
        put_error("jwks_invalid", report, 0);
        countersign_report_free(report);
        end();
        return;
    }
    put(",\"keys\":[");
    for (at = 0; at < countersign_key_set_count(keys); at++) {
        countersign_key key;

        memset(&key, 0, sizeof key);
        key.struct_size = sizeof key;
        MUST(countersign_key_set_at(keys, at, &key));
        put(at ? ",{\"kid\":" : "{\"kid\":");
        if (key.kid.data) {
            put_string(key.kid);
        } else {
            put("null");
        }
        put_text_or_null("kty", key.kty);
        put_text_or_null("alg", key.alg);
        put_text_or_null("thumbprint", key.thumbprint);
        put_member("usable");
        put(key.usable ? "true" : "false");
        put_reason(key.reason);
        put("}");
    }
    put("]");
    countersign_key_set_free(keys);
    end();
}

static void decode(countersign_str id)
{
    countersign_str token = read_str();
    countersign_token *read = NULL;

    begin(id);
    MUST(countersign_token_read_unverified(token, &read));
    put_token(read, NULL);
    end();
}

#endif
