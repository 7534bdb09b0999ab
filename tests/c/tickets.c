/* Tickets: what is handed out when, and what becomes of the answers. */

#include "live.h"

static void the_first_token_asks_for_the_set(void)
{
    live it = live_of(POLICY_LIVE);
    countersign_fetch_result result;
    countersign_need needs;
    ticket first;
    uint64_t due;

    CHECK(countersign_store_due_at(it.store) == UINT64_MAX && nothing_is_due(&it));
    CHECK(reason_for(&it, BEARER(TOKEN)) == COUNTERSIGN_REASON_KEYS_UNAVAILABLE);
    needs = need_of(&it);
    CHECK(needs.kind == COUNTERSIGN_NEED_KEYS && needs.generation == 0 && is(needs.issuer, ISSUER));
    CHECK(countersign_store_due_at(it.store) == it.now.monotonic_nanos);
    CHECK(countersign_store_is_fetching(it.store, str(ISSUER)) == 0);

    first = take(&it);
    CHECK(first.info.struct_size == sizeof first.info && first.info.ticket != 0);
    CHECK(first.info.kind == COUNTERSIGN_FETCH_KIND_KEY_SET);
    CHECK(first.info.reason == COUNTERSIGN_FETCH_REASON_FIRST_USE);
    CHECK(is(first.info.issuer, ISSUER) && is(first.info.url, "https://login.example.com/jwks.json"));
    CHECK(first.info.etag.data == NULL && first.info.max_bytes == 512 * 1024);
    CHECK(first.info.cooldown_nanos == 30 * SECOND);
    CHECK(first.info.deadline_nanos == it.now.monotonic_nanos + 5 * SECOND);
    CHECK(countersign_store_is_fetching(it.store, str(ISSUER)) == 1);
    CHECK(nothing_is_due(&it) && countersign_store_due_at(it.store) == first.info.deadline_nanos);

    result = result_of(&first, COUNTERSIGN_OUTCOME_BODY);
    result.body = str(KEYS_A);
    result.etag = str("\"v1\"");
    result.cache_control = str("public, max-age=\"3600\", ext=\"max-age=1, no-store\"");
    result.age_seconds = 600;
    CHECK(hand_in(&it, &first, &result) == COUNTERSIGN_DONE_LOADED);
    CHECK(generation_of(&it) == 1 && countersign_store_is_fetching(it.store, str(ISSUER)) == 0);
    CHECK(reason_for(&it, BEARER(TOKEN)) == COUNTERSIGN_REASON_OK);
    CHECK(need_of(&it).kind == COUNTERSIGN_NEED_NONE);
    /* 3000 seconds are left of its life, and it is refreshed when 75 to 90 % of them are over. */
    due = countersign_store_due_at(it.store) - it.now.monotonic_nanos;
    CHECK(due >= 2250 * SECOND && due <= 2700 * SECOND);
    pass_until_due(&it);
    first = take(&it);
    CHECK(first.info.reason == COUNTERSIGN_FETCH_REASON_REFRESH && is(first.info.etag, "\"v1\""));
    countersign_fetch_free(first.fetch);
    end_of(&it);
}

static void an_unknown_kid_waits_for_the_cooldown(void)
{
    live it = live_of(POLICY_LIVE);
    uint64_t loaded_at;
    ticket second;

    load(&it, KEYS_A);
    loaded_at = it.now.monotonic_nanos;
    pass(&it, 1);
    CHECK(reason_for(&it, BEARER(TOKEN_B)) == COUNTERSIGN_REASON_KID_UNKNOWN);
    CHECK(need_of(&it).kind == COUNTERSIGN_NEED_NONE);
    CHECK(nothing_is_due(&it) && countersign_store_due_at(it.store) == loaded_at + 30 * SECOND);
    pass(&it, 29);
    CHECK(reason_for(&it, BEARER(TOKEN_B)) == COUNTERSIGN_REASON_KID_UNKNOWN);
    CHECK(need_of(&it).kind == COUNTERSIGN_NEED_KEYS && need_of(&it).generation == 1);
    second = take(&it);
    CHECK(second.info.reason == COUNTERSIGN_FETCH_REASON_UNKNOWN_KID && is(second.info.etag, "\"v1\""));
    CHECK(answer(&it, &second, KEYS_AB, "\"v2\"") == COUNTERSIGN_DONE_LOADED);
    CHECK(generation_of(&it) == 2);
    CHECK(reason_for(&it, BEARER(TOKEN)) == COUNTERSIGN_REASON_OK);
    CHECK(reason_for(&it, BEARER(TOKEN_B)) == COUNTERSIGN_REASON_OK);
    end_of(&it);
}

/* A source that a host takes from the store and hands in again reads as the store itself writes it. */
static void the_sources_of_a_host_are_written_alike(live *it, const char *expected)
{
    countersign_source_state state;
    const countersign_source_state *list[2];
    char url[64], text[4096];
    size_t needed = 0, index = 9;

    memset(&state, 0, sizeof state);
    state.struct_size = sizeof state;
    GIVES(COUNTERSIGN_BUFFER_TOO_SMALL, countersign_store_source_at(it->store, 0, &state, url, 3, &needed));
    CHECK(needed == strlen("https://login.example.com/jwks.json") && state.issuer.data == NULL);
    GIVES(COUNTERSIGN_OK, countersign_store_source_at(it->store, 0, &state, url, sizeof url, &needed));
    CHECK(state.url.data == url && is(state.url, "https://login.example.com/jwks.json") && is(state.issuer, ISSUER));
    CHECK(state.asked == 1 && state.dead_at_nanos > state.expires_at_nanos && state.failures == 4);
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_store_source_at(it->store, 1, &state, url, sizeof url, &needed));
    GIVES(COUNTERSIGN_OK, countersign_store_next_changed(it->store, 0, &index));
    CHECK(index == 0);
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_store_next_changed(it->store, 0, &index));
    CHECK(reason_for(it, BEARER(TOKEN_B)) == COUNTERSIGN_REASON_KID_UNKNOWN);
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_store_next_changed(it->store, 1, &index));
    GIVES(COUNTERSIGN_OK, countersign_store_next_changed(it->store, 0, &index));
    list[0] = &state;
    GIVES(COUNTERSIGN_OK, countersign_sources_write_metrics(list, 1, &it->now, text, sizeof text - 1, &needed));
    text[needed] = '\0';
    CHECK(strcmp(text, expected) == 0);
    state.dead_at_nanos = 0;
    state.asked = 0;
    GIVES(COUNTERSIGN_OK, countersign_sources_write_metrics(list, 1, &it->now, text, sizeof text - 1, &needed));
    text[needed] = '\0';
    CHECK(!holds(str(text), "countersign_key_set_usable{"));
    state.asked = 1;
    GIVES(COUNTERSIGN_OK, countersign_sources_write_metrics(list, 1, &it->now, text, sizeof text - 1, &needed));
    text[needed] = '\0';
    CHECK(holds(str(text), "countersign_key_set_usable{") && holds(str(text), "jwks.json\"} 0\n"));
    list[1] = NULL;
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_sources_write_metrics(list, 2, &it->now, text, sizeof text, &needed));
    state.url = bytes("\xff", 1);
    GIVES(COUNTERSIGN_ARGUMENT_INVALID,
          countersign_sources_write_metrics(list, 1, &it->now, text, sizeof text, &needed));
    state.struct_size = 8;
    GIVES(COUNTERSIGN_STRUCT_SIZE, countersign_sources_write_metrics(list, 1, &it->now, text, sizeof text, &needed));
}

static void failures_back_off_and_the_last_good_set_goes_on(void)
{
    live it = live_of(POLICY_LIVE);
    uint64_t started, wait;
    unsigned at;

    load(&it, KEYS_A);
    for (at = 0; at < 4; at++) {
        ticket taken;
        countersign_fetch_result result;

        pass_until_due(&it);
        taken = take(&it);
        CHECK(taken.info.reason == (at ? COUNTERSIGN_FETCH_REASON_RETRY : COUNTERSIGN_FETCH_REASON_REFRESH));
        started = it.now.monotonic_nanos;
        result = result_of(&taken, COUNTERSIGN_OUTCOME_FAILED);
        result.failure = str("HTTP 500");
        CHECK(hand_in(&it, &taken, &result) == COUNTERSIGN_DONE_NOTED);
        /* 30, 60, 120, 240 seconds, and up to a quarter more. */
        wait = countersign_store_due_at(it.store) - started;
        CHECK(wait >= (30 * SECOND << at) && wait <= (30 * SECOND << at) * 5 / 4);
        CHECK(reason_for(&it, BEARER(TOKEN)) == COUNTERSIGN_REASON_OK);
    }
    {
        char *status = status_of(&it);

        CHECK(holds(str(status), "\"failures_in_a_row\":4") && holds(str(status), "\"text\":\"HTTP 500\""));
        free(status);
    }
    {
        size_t needed = 0;
        char metrics[4096];

        GIVES(COUNTERSIGN_BUFFER_TOO_SMALL, countersign_store_write_metrics(it.store, &it.now, NULL, 0, &needed));
        need(needed < sizeof metrics, "there is room");
        GIVES(COUNTERSIGN_OK, countersign_store_write_metrics(it.store, &it.now, metrics, sizeof metrics - 1, &needed));
        metrics[needed] = '\0';
        CHECK(holds(str(metrics), "# TYPE countersign_key_fetch_failures_total counter\n"));
        CHECK(holds(str(metrics), "countersign_key_set_usable{issuer="));
        the_sources_of_a_host_are_written_alike(&it, metrics);
    }
    pass_until_due(&it);
    {
        ticket taken = take(&it);

        CHECK(answer(&it, &taken, KEYS_AB, NULL) == COUNTERSIGN_DONE_LOADED);
    }
    CHECK(countersign_store_due_at(it.store) - it.now.monotonic_nanos >= 2700 * SECOND);
    end_of(&it);
}

static void of_a_set_in_the_policy_there_is_nothing_to_tell(void)
{
    live it = live_of(POLICY);
    countersign_source_state state;

    memset(&state, 0, sizeof state);
    state.struct_size = sizeof state;
    GIVES(COUNTERSIGN_OK, countersign_store_source_at(it.store, 0, &state, NULL, 0, NULL));
    CHECK(state.url.len == 0 && state.asked == 0 && is(state.issuer, ISSUER));
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_store_source_at(it.store, 1, &state, NULL, 0, NULL));
    end_of(&it);
}

static void an_abandoned_ticket_comes_again_a_few_times(void)
{
    live it = live_of(POLICY_LIVE);
    unsigned at;

    reason_for(&it, BEARER(TOKEN));
    for (at = 0; at < 4; at++) {
        ticket taken = take(&it);
        countersign_fetch_result result = result_of(&taken, COUNTERSIGN_OUTCOME_ABANDONED);

        CHECK((taken.info.reason == COUNTERSIGN_FETCH_REASON_ABANDONED) == (at > 0));
        CHECK(hand_in(&it, &taken, &result) == (at < 3 ? COUNTERSIGN_DONE_AGAIN : COUNTERSIGN_DONE_NOTED));
    }
    CHECK(nothing_is_due(&it) && countersign_store_due_at(it.store) > it.now.monotonic_nanos);
    end_of(&it);
}

static void late_unknown_and_closed_tickets_change_nothing(void)
{
    live it = live_of(POLICY_LIVE);
    countersign_fetch_result result;
    uint32_t done = 0;
    ticket taken;

    reason_for(&it, BEARER(TOKEN));
    taken = take(&it);
    result = result_of(&taken, COUNTERSIGN_OUTCOME_BODY);
    result.body = str(KEYS_A);
    pass(&it, 6);
    CHECK(hand_in(&it, &taken, &result) == COUNTERSIGN_DONE_LATE);
    CHECK(generation_of(&it) == 0);
    CHECK(reason_for(&it, BEARER(TOKEN)) == COUNTERSIGN_REASON_KEYS_UNAVAILABLE);
    pass_until_due(&it);
    taken = take(&it);
    result.ticket = taken.info.ticket;
    CHECK(hand_in(&it, &taken, &result) == COUNTERSIGN_DONE_LOADED);
    result.body = str(KEYS_B);
    GIVES(COUNTERSIGN_OK, countersign_store_fetch_done(it.store, &result, &it.now, &done, NULL));
    CHECK(done == COUNTERSIGN_DONE_IGNORED);
    result.ticket = 0;
    GIVES(COUNTERSIGN_OK, countersign_store_fetch_done(it.store, &result, &it.now, &done, NULL));
    CHECK(done == COUNTERSIGN_DONE_IGNORED);
    result.ticket = UINT64_MAX;
    GIVES(COUNTERSIGN_OK, countersign_store_fetch_done(it.store, &result, &it.now, NULL, NULL));
    CHECK(generation_of(&it) == 1 && reason_for(&it, BEARER(TOKEN)) == COUNTERSIGN_REASON_OK);
    end_of(&it);
}

static void a_304_renews_the_set_that_is_there(void)
{
    live it = live_of(POLICY_LIVE);
    countersign_fetch_result result;
    uint64_t due;
    ticket taken;

    load(&it, KEYS_A);
    pass_until_due(&it);
    taken = take(&it);
    result = result_of(&taken, COUNTERSIGN_OUTCOME_NOT_MODIFIED);
    /* Sixty seconds are the least that a set lives. */
    result.cache_control = str("no-cache");
    CHECK(hand_in(&it, &taken, &result) == COUNTERSIGN_DONE_RENEWED);
    due = countersign_store_due_at(it.store) - it.now.monotonic_nanos;
    CHECK(due >= 45 * SECOND && due <= 54 * SECOND && generation_of(&it) == 1);
    pass_until_due(&it);
    taken = take(&it);
    /* A tag that is no entity-tag is not sent back, and a body with one is as good as without. */
    CHECK(answer(&it, &taken, KEYS_AB, "v2\r\nX-Injected: y") == COUNTERSIGN_DONE_LOADED);
    pass_until_due(&it);
    taken = take(&it);
    CHECK(taken.info.etag.data == NULL);
    result = result_of(&taken, COUNTERSIGN_OUTCOME_NOT_MODIFIED);
    CHECK(hand_in(&it, &taken, &result) == COUNTERSIGN_DONE_NOTED);
    CHECK(reason_for(&it, BEARER(TOKEN)) == COUNTERSIGN_REASON_OK);
    end_of(&it);
}

static void a_broken_body_keeps_the_set_and_says_why(void)
{
    static const char *const broken[] = {"", "<html>", "{\"keys\":[]}", "{\"keys\":[{\"kty\":\"nonsense\"}]}", "\xff"};
    live it = live_of(POLICY_LIVE);
    size_t at;

    load(&it, KEYS_A);
    for (at = 0; at < sizeof broken / sizeof broken[0]; at++) {
        countersign_report *report = NULL;
        countersign_finding finding;
        countersign_fetch_result result;
        uint32_t done = 77;
        ticket taken;

        pass_until_due(&it);
        taken = take(&it);
        result = result_of(&taken, COUNTERSIGN_OUTCOME_BODY);
        result.body = str(broken[at]);
        GIVES(COUNTERSIGN_KEYS_INVALID, countersign_store_fetch_done(it.store, &result, &it.now, &done, &report));
        CHECK(done == 77 && countersign_report_count(report) == 1);
        memset(&finding, 0, sizeof finding);
        finding.struct_size = sizeof finding;
        GIVES(COUNTERSIGN_OK, countersign_report_at(report, 0, &finding));
        CHECK(finding.severity == COUNTERSIGN_SEVERITY_ERROR && is(finding.code, "jwks_invalid"));
        CHECK(finding.text.len > 0);
        countersign_report_free(report);
        countersign_fetch_free(taken.fetch);
        CHECK(generation_of(&it) == 1 && reason_for(&it, BEARER(TOKEN)) == COUNTERSIGN_REASON_OK);
        CHECK(nothing_is_due(&it));
    }
    end_of(&it);
}

static void metadata_tell_where_the_set_is(void)
{
    live it = live_of(POLICY_DISCOVERED);
    countersign_report *report = NULL;
    countersign_finding finding;
    countersign_fetch_result result;
    uint32_t done = 0;
    ticket taken = take(&it);

    CHECK(taken.info.kind == COUNTERSIGN_FETCH_KIND_METADATA);
    CHECK(taken.info.reason == COUNTERSIGN_FETCH_REASON_PREFETCH);
    CHECK(is(taken.info.url, ISSUER "/.well-known/openid-configuration"));
    result = result_of(&taken, COUNTERSIGN_OUTCOME_BODY);
    result.body = str(METADATA_OTHER);
    GIVES(COUNTERSIGN_KEYS_INVALID, countersign_store_fetch_done(it.store, &result, &it.now, &done, &report));
    memset(&finding, 0, sizeof finding);
    finding.struct_size = sizeof finding;
    GIVES(COUNTERSIGN_OK, countersign_report_at(report, 0, &finding));
    CHECK(is(finding.code, "metadata_invalid") && holds(finding.text, "another issuer"));
    countersign_report_free(report);
    countersign_fetch_free(taken.fetch);

    /* The next address at once. */
    taken = take(&it);
    CHECK(is(taken.info.url, ISSUER "/.well-known/oauth-authorization-server"));
    CHECK(answer(&it, &taken, METADATA, NULL) == COUNTERSIGN_DONE_LOCATED);
    taken = take(&it);
    CHECK(taken.info.kind == COUNTERSIGN_FETCH_KIND_KEY_SET && is(taken.info.url, ISSUER "/keys"));
    CHECK(answer(&it, &taken, KEYS_A, NULL) == COUNTERSIGN_DONE_LOADED);
    CHECK(reason_for(&it, BEARER(TOKEN)) == COUNTERSIGN_REASON_OK);
    end_of(&it);
}

static void every_number_has_its_word(void)
{
    static const char *const kinds[] = {"", "metadata", "key_set", ""};
    static const char *const reasons[] = {"",        "first_use",   "prefetch", "refresh",  "expired",
                                          "unknown_kid", "retry", "abandoned", ""};
    static const char *const dones[] = {"", "ignored", "late", "loaded", "renewed", "located", "noted", "again", ""};
    uint32_t at;

    for (at = 0; at < sizeof kinds / sizeof kinds[0]; at++) {
        CHECK(is(countersign_fetch_kind_name(at), kinds[at]));
    }
    for (at = 0; at < sizeof reasons / sizeof reasons[0]; at++) {
        CHECK(is(countersign_fetch_reason_name(at), reasons[at]));
    }
    for (at = 0; at < sizeof dones / sizeof dones[0]; at++) {
        CHECK(is(countersign_done_name(at), dones[at]));
    }
    CHECK(countersign_fetch_kind_name(UINT32_MAX).len == 0 && countersign_done_name(UINT32_MAX).len == 0);
}

int main(void)
{
    RUN(the_first_token_asks_for_the_set);
    RUN(an_unknown_kid_waits_for_the_cooldown);
    RUN(failures_back_off_and_the_last_good_set_goes_on);
    RUN(of_a_set_in_the_policy_there_is_nothing_to_tell);
    RUN(an_abandoned_ticket_comes_again_a_few_times);
    RUN(late_unknown_and_closed_tickets_change_nothing);
    RUN(a_304_renews_the_set_that_is_there);
    RUN(a_broken_body_keeps_the_set_and_says_why);
    RUN(metadata_tell_where_the_set_is);
    RUN(every_number_has_its_word);
    return FINISH();
}
