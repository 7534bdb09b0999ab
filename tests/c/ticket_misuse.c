/* The functions of live keys in the wrong hands: NULL, sizes, lengths, clocks. Nothing of it loses a ticket. */

#include "live.h"

static void null_is_refused_or_reads_as_nothing(void)
{
    live it = live_of(POLICY_LIVE);
    countersign_fetch *fetch = NULL;
    countersign_export *copy = NULL;
    countersign_fetch_info info;
    countersign_fetch_result result;
    countersign_keys keys;
    countersign_source_state source;
    char url[64];
    countersign_str text = {"untouched", 9};
    uint64_t number = 7;
    uint32_t done = 7;
    size_t needed = 7;

    memset(&source, 0, sizeof source);
    source.struct_size = sizeof source;
    memset(&info, 0, sizeof info);
    info.struct_size = sizeof info;
    memset(&result, 0, sizeof result);
    result.struct_size = sizeof result;
    result.outcome = COUNTERSIGN_OUTCOME_ABANDONED;
    memset(&keys, 0, sizeof keys);
    keys.struct_size = sizeof keys;
    CHECK(countersign_store_due_at(NULL) == UINT64_MAX);
    CHECK(countersign_store_is_fetching(NULL, str(ISSUER)) == 0);
    CHECK(countersign_store_is_fetching(it.store, bytes(NULL, 0)) == 0);
    CHECK(countersign_store_is_fetching(it.store, bytes(NULL, 5)) == 0);
    CHECK(countersign_store_is_fetching(it.store, str("\xff")) == 0);
    CHECK(countersign_store_is_fetching(it.store, str("https://nobody.example")) == 0);
    CHECK(countersign_store_issuer_count(NULL) == 0 && countersign_policy_parameter_count(NULL) == 0);
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_next_fetch(NULL, &it.now, &fetch));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_next_fetch(it.store, NULL, &fetch));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_fetch_describe(NULL, &info));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_fetch_done(NULL, &result, &it.now, &done, NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_fetch_done(it.store, NULL, &it.now, &done, NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_fetch_done(it.store, &result, NULL, &done, NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_generation(NULL, str(ISSUER), &number));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_generation(it.store, bytes(NULL, 0), &number));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_generation(it.store, str(ISSUER), NULL));
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_store_generation(it.store, str("https://nobody.example"), &number));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_issuer_at(NULL, 0, &text));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_issuer_at(it.store, 0, NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_policy_parameter_at(NULL, 0, &text));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_policy_parameter_at(it.policy, 0, NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_write_status(NULL, &it.now, NULL, 0, &needed));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_write_status(it.store, NULL, NULL, 0, &needed));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_write_status(it.store, &it.now, NULL, 5, &needed));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_write_metrics(NULL, &it.now, NULL, 0, &needed));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_write_metrics(it.store, NULL, NULL, 0, &needed));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_write_metrics(it.store, &it.now, NULL, 5, &needed));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_source_at(NULL, 0, &source, url, sizeof url, &needed));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_source_at(it.store, 0, NULL, url, sizeof url, NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_source_at(it.store, 0, &source, NULL, 5, NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_next_changed(NULL, 0, &needed));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_next_changed(it.store, 0, NULL));
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_store_next_changed(it.store, 1, &needed));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_sources_write_metrics(NULL, 1, &it.now, NULL, 0, &needed));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_sources_write_metrics(NULL, 0, NULL, NULL, 0, &needed));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_export(NULL, str(ISSUER), &copy));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_export(it.store, bytes(NULL, 0), &copy));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_export(it.store, str(ISSUER), NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_export_describe(NULL, &keys));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_set_keys_fetched(NULL, str(ISSUER), &keys, &it.now, NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_set_keys_fetched(it.store, str(ISSUER), NULL, &it.now, NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_set_keys_fetched(it.store, str(ISSUER), &keys, NULL, NULL));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_revoke_ids(NULL, NULL, 0));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_set_revoked_sessions(NULL, NULL, 0));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_revoke_sessions(NULL, NULL, 0));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_set_revoked_subjects(NULL, NULL, 0));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_revoke_subject_before(NULL, str("alice"), NOW));
    CHECK(fetch == NULL && copy == NULL && number == 7 && done == 7 && needed == 7 && is(text, "untouched"));
    CHECK(info.ticket == 0 && keys.jwks.data == NULL);
    countersign_fetch_free(NULL);
    countersign_export_free(NULL);
    end_of(&it);
}

static void a_failed_call_loses_no_ticket(void)
{
    live it = live_of(POLICY_LIVE);
    countersign_fetch *fetch = NULL;
    countersign_fetch_result result;
    uint64_t room[16];
    void *odd = (char *)room + 1;
    uint32_t done = 7;
    ticket taken;

    memset(room, 0, sizeof room);
    reason_for(&it, BEARER(TOKEN));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_next_fetch(it.store, &it.now, NULL));
    GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_store_next_fetch(it.store, &it.now, odd));
    GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_store_next_fetch(it.store, odd, &fetch));
    it.now.reserved = 1;
    GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_store_next_fetch(it.store, &it.now, &fetch));
    it.now.reserved = 0;
    it.now.wall_nanos = 1000000000;
    GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_store_next_fetch(it.store, &it.now, &fetch));
    it.now.wall_nanos = 999999999;
    CHECK(fetch == NULL && countersign_store_is_fetching(it.store, str(ISSUER)) == 0);
    taken = take(&it);

    result = result_of(&taken, COUNTERSIGN_OUTCOME_BODY);
    result.body = bytes(NULL, 5);
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_fetch_done(it.store, &result, &it.now, &done, NULL));
    result.body = bytes("x", SIZE_MAX);
    GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_store_fetch_done(it.store, &result, &it.now, &done, NULL));
    result.body = str(KEYS_A);
    result.etag = bytes(NULL, 1);
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_fetch_done(it.store, &result, &it.now, &done, NULL));
    result.etag = bytes(NULL, 0);
    result.cache_control = bytes(NULL, 1);
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_fetch_done(it.store, &result, &it.now, &done, NULL));
    result.cache_control = bytes(NULL, 0);
    result.failure = bytes(NULL, 1);
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_fetch_done(it.store, &result, &it.now, &done, NULL));
    result.failure = bytes(NULL, 0);
    result.reserved = 1;
    GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_store_fetch_done(it.store, &result, &it.now, &done, NULL));
    result.reserved = 0;
    for (result.outcome = 0; result.outcome < 10; result.outcome += 5) {
        GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_store_fetch_done(it.store, &result, &it.now, &done, NULL));
    }
    result.outcome = UINT32_MAX;
    GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_store_fetch_done(it.store, &result, &it.now, &done, NULL));
    result.outcome = COUNTERSIGN_OUTCOME_BODY;
    GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_store_fetch_done(it.store, &result, &it.now, odd, NULL));
    CHECK(done == 7 && countersign_store_is_fetching(it.store, str(ISSUER)) == 1 && generation_of(&it) == 0);

    /* What the issuer wrote badly does not make the call fail. */
    result.etag = str("\"\xff\"");
    result.cache_control = str("\xff\xfe, max-age=\"\xff\"");
    result.age_seconds = UINT64_MAX;
    CHECK(hand_in(&it, &taken, &result) == COUNTERSIGN_DONE_LOADED);
    end_of(&it);
}

static void sizes_are_checked_in_both_directions(void)
{
    live it = live_of(POLICY_LIVE);
    countersign_fetch_result result;
    countersign_keys keys;
    uint64_t size;
    ticket taken;

    reason_for(&it, BEARER(TOKEN));
    taken = take(&it);
    result = result_of(&taken, COUNTERSIGN_OUTCOME_ABANDONED);
    memset(&keys, 0, sizeof keys);
    keys.jwks = str(KEYS_A);
    for (size = 0; size < sizeof result; size++) {
        result.struct_size = size;
        GIVES(COUNTERSIGN_STRUCT_SIZE, countersign_store_fetch_done(it.store, &result, &it.now, NULL, NULL));
    }
    for (size = 0; size < sizeof taken.info; size++) {
        taken.info.struct_size = size;
        if (size != offsetof(countersign_fetch_info, cooldown_nanos)) {
            GIVES(COUNTERSIGN_STRUCT_SIZE, countersign_fetch_describe(taken.fetch, &taken.info));
        }
    }
    for (size = 0; size < sizeof keys; size++) {
        keys.struct_size = size;
        GIVES(COUNTERSIGN_STRUCT_SIZE,
              countersign_store_set_keys_fetched(it.store, str(ISSUER), &keys, &it.now, NULL));
    }
    CHECK(generation_of(&it) == 0 && countersign_store_is_fetching(it.store, str(ISSUER)) == 1);
    result.struct_size = sizeof result;
    CHECK(hand_in(&it, &taken, &result) == COUNTERSIGN_DONE_AGAIN);
    end_of(&it);
}

static void a_failure_may_be_any_bytes(void)
{
    static const char long_text[] = "0123456789012345678901234567890123456789012345678901234567890123456789"
                                    "0123456789012345678901234567890123456789012345678901234567890123456789"
                                    "0123456789012345678901234567890123456789012345678901234567890123456789";
    static const struct {
        const char *said;
        const char *kept;
    } rows[] = {{"timeout", "\"text\":\"timeout\""},
                {"odd \xff byte", "\"text\":\"odd \""},
                {"a \"quote\"\n", "\"text\":\"a \\\"quote\\\"\\u000a\""},
                {"", "\"text\":\"\""},
                {long_text, "\"text\":\"0123456789"}};
    size_t at;

    for (at = 0; at < sizeof rows / sizeof rows[0]; at++) {
        live it = live_of(POLICY_LIVE);
        countersign_fetch_result result;
        ticket taken;
        char *status;

        reason_for(&it, BEARER(TOKEN));
        taken = take(&it);
        result = result_of(&taken, COUNTERSIGN_OUTCOME_FAILED);
        result.failure = str(rows[at].said);
        CHECK(hand_in(&it, &taken, &result) == COUNTERSIGN_DONE_NOTED);
        status = status_of(&it);
        CHECK(holds(str(status), rows[at].kept) && !holds(str(status), long_text));
        free(status);
        end_of(&it);
    }
}

int main(void)
{
    RUN(null_is_refused_or_reads_as_nothing);
    RUN(a_failed_call_loses_no_ticket);
    RUN(sizes_are_checked_in_both_directions);
    RUN(a_failure_may_be_any_bytes);
    return FINISH();
}
