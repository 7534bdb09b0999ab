/* Sets that the host brings without a ticket: with their age, from another store, from a clock that lies. */

#include "live.h"

static countersign_keys keys_of(const char *jwks, int64_t fetched_at)
{
    countersign_keys keys;

    memset(&keys, 0, sizeof keys);
    keys.struct_size = sizeof keys;
    keys.jwks = str(jwks);
    keys.fetched_at_seconds = fetched_at;
    return keys;
}

static countersign_status push(live *it, const countersign_keys *keys)
{
    return countersign_store_set_keys_fetched(it->store, str(ISSUER), keys, &it->now, NULL);
}

static void an_ageing_set_is_refreshed_and_given_up_in_its_time(void)
{
    live it = live_of(POLICY_LIVE);
    countersign_keys keys = keys_of(KEYS_A, NOW - 400);
    uint64_t due;
    call made;

    GIVES(COUNTERSIGN_OK, push(&it, &keys));
    CHECK(generation_of(&it) == 1 && reason_for(&it, BEARER(TOKEN)) == COUNTERSIGN_REASON_OK);
    /* Of 600 seconds 400 are over: its refresh is due between 450 and 540. */
    due = countersign_store_due_at(it.store) - it.now.monotonic_nanos;
    CHECK(due >= 50 * SECOND && due <= 140 * SECOND);
    /* 600 seconds fresh and 1000 more: it dies 1200 from now. */
    pass(&it, 1199);
    CHECK(reason_for(&it, BEARER(TOKEN)) == COUNTERSIGN_REASON_OK);
    pass(&it, 1);
    CHECK(reason_for(&it, BEARER(TOKEN)) == COUNTERSIGN_REASON_KEYS_UNAVAILABLE);
    CHECK(need_of(&it).kind == COUNTERSIGN_NEED_KEYS && need_of(&it).generation == 1);
    /* A request without the monotonic clock cannot know. */
    GIVES(COUNTERSIGN_OK, countersign_check(it.verifier, call_with(&made, BEARER(TOKEN)), it.decision));
    end_of(&it);
}

static void what_was_fetched_earlier_does_not_replace_what_came_later(void)
{
    live it = live_of(POLICY_LIVE);
    countersign_report *report = NULL;
    countersign_keys keys = keys_of(KEYS_A, NOW - 100);

    GIVES(COUNTERSIGN_OK, push(&it, &keys));
    keys = keys_of(KEYS_B, NOW - 101);
    GIVES(COUNTERSIGN_KEYS_OLDER,
          countersign_store_set_keys_fetched(it.store, str(ISSUER), &keys, &it.now, &report));
    CHECK(report == NULL && generation_of(&it) == 1);
    CHECK(is(countersign_status_name(COUNTERSIGN_KEYS_OLDER), "keys_older"));
    keys.fetched_at_seconds = NOW - 101;
    keys.fetched_at_nanos = 999999999;
    GIVES(COUNTERSIGN_KEYS_OLDER, push(&it, &keys));
    keys.fetched_at_seconds = NOW - 100;
    keys.fetched_at_nanos = 1;
    GIVES(COUNTERSIGN_OK, push(&it, &keys));
    CHECK(generation_of(&it) == 2 && reason_for(&it, BEARER(TOKEN_B)) == COUNTERSIGN_REASON_OK);
    end_of(&it);
}

static void a_time_to_come_and_an_unknown_one_count_as_now(void)
{
    static const int64_t times[] = {NOW + 100000, 0, -5, INT64_MAX, INT64_MIN};
    size_t at;

    for (at = 0; at < sizeof times / sizeof times[0]; at++) {
        live it = live_of(POLICY_LIVE);
        countersign_keys keys = keys_of(KEYS_A, times[at]);
        uint64_t due;

        GIVES(COUNTERSIGN_OK, push(&it, &keys));
        due = countersign_store_due_at(it.store) - it.now.monotonic_nanos;
        CHECK(due >= 450 * SECOND && due <= 540 * SECOND);
        end_of(&it);
    }
}

static void a_set_goes_from_store_to_store(void)
{
    live first = live_of(POLICY_LIVE), second = live_of(POLICY_LIVE);
    countersign_export *export = NULL;
    countersign_keys keys;
    ticket taken;

    GIVES(COUNTERSIGN_NOT_FOUND, countersign_store_export(first.store, str(ISSUER), &export));
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_store_export(first.store, str("https://nobody.example"), &export));
    CHECK(export == NULL);
    load(&first, KEYS_A);
    GIVES(COUNTERSIGN_OK, countersign_store_export(first.store, str(ISSUER), &export));
    /* The copy leans on nothing. */
    end_of(&first);
    keys = keys_of("", 7);
    keys.fetched_at_nanos = keys.reserved = 7;
    GIVES(COUNTERSIGN_OK, countersign_export_describe(export, &keys));
    CHECK(is(keys.jwks, KEYS_A) && is(keys.etag, "\"v1\"") && keys.struct_size == sizeof keys);
    CHECK(keys.fetched_at_seconds == NOW && keys.fetched_at_nanos == 0 && keys.reserved == 0);

    /* Another process: its monotonic clock starts elsewhere. */
    second.now.wall_seconds += 300;
    second.now.monotonic_nanos = 5 * SECOND;
    GIVES(COUNTERSIGN_OK, push(&second, &keys));
    countersign_export_free(export);
    CHECK(reason_for(&second, BEARER(TOKEN)) == COUNTERSIGN_REASON_OK && generation_of(&second) == 1);
    pass_until_due(&second);
    taken = take(&second);
    CHECK(taken.info.reason == COUNTERSIGN_FETCH_REASON_REFRESH && is(taken.info.etag, "\"v1\""));
    {
        countersign_fetch_result result = result_of(&taken, COUNTERSIGN_OUTCOME_NOT_MODIFIED);

        CHECK(hand_in(&second, &taken, &result) == COUNTERSIGN_DONE_RENEWED);
    }
    end_of(&second);
}

static void a_set_pushed_without_a_time_has_none(void)
{
    live it = live_of(POLICY_LIVE);
    countersign_export *export = NULL;
    countersign_keys keys = keys_of("", 7);

    GIVES(COUNTERSIGN_OK, countersign_store_set_keys(it.store, str(ISSUER), str(KEYS_A), NULL));
    GIVES(COUNTERSIGN_OK, countersign_store_export(it.store, str(ISSUER), &export));
    GIVES(COUNTERSIGN_OK, countersign_export_describe(export, &keys));
    CHECK(is(keys.jwks, KEYS_A) && keys.etag.data == NULL && keys.fetched_at_seconds == 0);
    countersign_export_free(export);
    end_of(&it);
}

static void a_broken_set_changes_nothing(void)
{
    live it = live_of(POLICY_LIVE);
    countersign_report *report = NULL;
    countersign_keys keys = keys_of(KEYS_A, NOW);

    GIVES(COUNTERSIGN_OK, push(&it, &keys));
    keys = keys_of("{\"keys\":[]}", NOW);
    GIVES(COUNTERSIGN_KEYS_INVALID,
          countersign_store_set_keys_fetched(it.store, str(ISSUER), &keys, &it.now, &report));
    CHECK(countersign_report_count(report) == 1);
    countersign_report_free(report);
    keys = keys_of(KEYS_B, NOW);
    GIVES(COUNTERSIGN_NOT_FOUND,
          countersign_store_set_keys_fetched(it.store, str("https://nobody.example"), &keys, &it.now, NULL));
    keys.reserved = 1;
    GIVES(COUNTERSIGN_ARGUMENT_INVALID, push(&it, &keys));
    keys.reserved = 0;
    keys.fetched_at_nanos = 1000000000;
    GIVES(COUNTERSIGN_ARGUMENT_INVALID, push(&it, &keys));
    CHECK(generation_of(&it) == 1 && reason_for(&it, BEARER(TOKEN)) == COUNTERSIGN_REASON_OK);
    end_of(&it);
}

int main(void)
{
    RUN(an_ageing_set_is_refreshed_and_given_up_in_its_time);
    RUN(what_was_fetched_earlier_does_not_replace_what_came_later);
    RUN(a_time_to_come_and_an_unknown_one_count_as_now);
    RUN(a_set_goes_from_store_to_store);
    RUN(a_set_pushed_without_a_time_has_none);
    RUN(a_broken_set_changes_nothing);
    return FINISH();
}
