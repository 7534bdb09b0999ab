/* The operation store: the calls of a host to one live store, step by step. */

#ifndef CONFORM_STORE_H
#define CONFORM_STORE_H

#include "conform_check.h"

enum { STEPS = 256 };

/* In place of a ticket's place: the one that was handed out last. */
#define LAST UINT32_MAX

static countersign_time read_time(void)
{
    countersign_time now;

    memset(&now, 0, sizeof now);
    read_exactly(&now.wall_seconds, sizeof now.wall_seconds);
    now.wall_nanos = read_u32();
    read_exactly(&now.monotonic_nanos, sizeof now.monotonic_nanos);
    return now;
}

/* A host with nothing of its own but the numbers of its tickets. */
typedef struct play {
    countersign_store *store;
    countersign_verifier *verifier;
    countersign_decision *decision;
    uint64_t tickets[STEPS];
    uint32_t ticket_count;
} play;

static void next_fetch(play *host)
{
    countersign_time now = read_time();
    countersign_fetch *fetch = NULL;
    countersign_fetch_info info;
    countersign_status status = countersign_store_next_fetch(host->store, &now, &fetch);

    put("{\"next_fetch\":");
    if (status == COUNTERSIGN_NOT_FOUND) {
        put("null}");
        return;
    }
    must(status, "countersign_store_next_fetch");
    memset(&info, 0, sizeof info);
    info.struct_size = sizeof info;
    MUST(countersign_fetch_describe(fetch, &info));
    printf("{\"ticket\":%" PRIu32, host->ticket_count);
    host->tickets[host->ticket_count++] = info.ticket;
    put_text("kind", countersign_fetch_kind_name(info.kind));
    put_text("reason", countersign_fetch_reason_name(info.reason));
    put_text("issuer", info.issuer);
    put_text("url", info.url);
    put_text_or_null("etag", info.etag);
    printf(",\"deadline_in\":%" PRIu64, (info.deadline_nanos - now.monotonic_nanos) / UINT64_C(1000000000));
    printf(",\"max_bytes\":%" PRIu64 "}}", info.max_bytes);
    countersign_fetch_free(fetch);
}

/* The number of a ticket; 0, which no store gives, for one that was never handed out. */
static uint64_t number_of(const play *host, uint32_t place)
{
    if (place == LAST) {
        place = host->ticket_count - 1;
    }
    return place < host->ticket_count ? host->tickets[place] : 0;
}

static void fetch_done(play *host)
{
    countersign_fetch_result result;
    countersign_time now;
    countersign_status status;
    uint32_t done = 0;

    memset(&result, 0, sizeof result);
    result.struct_size = sizeof result;
    result.ticket = number_of(host, read_u32());
    result.outcome = read_u32();
    result.body = read_str();
    result.etag = read_str();
    result.cache_control = read_str();
    now = read_time();
    status = countersign_store_fetch_done(host->store, &result, &now, &done, NULL);
    put("{\"fetch_done\":");
    if (status == COUNTERSIGN_KEYS_INVALID) {
        put("\"refused\"}");
        return;
    }
    must(status, "countersign_store_fetch_done");
    put_string(countersign_done_name(done));
    put("}");
}

static void check_now(play *host)
{
    countersign_request request = read_request();

    read_exactly(&request.monotonic_nanos, sizeof request.monotonic_nanos);
    judge(host->verifier, &request, host->decision);
    put("{\"check\":{");
    write_decision(host->decision, 1);
    put("}}");
}

static void set_keys(play *host)
{
    countersign_str issuer = read_str(), jwks = read_str();
    countersign_status status;

    if (read_u32()) {
        countersign_keys keys;
        countersign_time now;

        memset(&keys, 0, sizeof keys);
        keys.struct_size = sizeof keys;
        keys.jwks = jwks;
        read_exactly(&keys.fetched_at_seconds, sizeof keys.fetched_at_seconds);
        keys.fetched_at_nanos = read_u32();
        now = read_time();
        status = countersign_store_set_keys_fetched(host->store, issuer, &keys, &now, NULL);
    } else {
        status = countersign_store_set_keys(host->store, issuer, jwks, NULL);
    }
    switch (status) {
    case COUNTERSIGN_NOT_FOUND:
        put("{\"set_keys\":\"issuer_unknown\"}");
        break;
    case COUNTERSIGN_KEYS_OLDER:
        put("{\"set_keys\":\"older\"}");
        break;
    case COUNTERSIGN_KEYS_INVALID:
        put("{\"set_keys\":\"refused\"}");
        break;
    default:
        must(status, "countersign_store_set_keys");
        put("{\"set_keys\":\"taken\"}");
    }
}

static countersign_revoked_subject *read_subjects(uint32_t *count)
{
    countersign_revoked_subject *list;
    uint32_t at;

    *count = read_u32();
    list = take(*count * sizeof *list);
    for (at = 0; at < *count; at++) {
        list[at].subject = read_str();
        read_exactly(&list[at].before_seconds, sizeof list[at].before_seconds);
    }
    return list;
}

/* Each of the three lists has a number in front that tells whether the case speaks of it. */
static void revoke(play *host)
{
    uint32_t count, at;

    if (read_u32()) {
        countersign_str *ids = read_strs(&count);

        MUST(countersign_store_revoke_ids(host->store, ids, count));
    }
    if (read_u32()) {
        countersign_str *sessions = read_strs(&count);

        MUST(countersign_store_revoke_sessions(host->store, sessions, count));
    }
    if (read_u32()) {
        countersign_revoked_subject *subjects = read_subjects(&count);

        for (at = 0; at < count; at++) {
            MUST(countersign_store_revoke_subject_before(host->store, subjects[at].subject,
                                                         subjects[at].before_seconds));
        }
    }
    put("{\"revoke\":null}");
}

static void set_revoked(play *host)
{
    uint32_t count;

    if (read_u32()) {
        countersign_str *ids = read_strs(&count);

        MUST(countersign_store_set_revoked(host->store, ids, count));
    }
    if (read_u32()) {
        countersign_str *sessions = read_strs(&count);

        MUST(countersign_store_set_revoked_sessions(host->store, sessions, count));
    }
    if (read_u32()) {
        countersign_revoked_subject *subjects = read_subjects(&count);

        MUST(countersign_store_set_revoked_subjects(host->store, subjects, count));
    }
    put("{\"set_revoked\":null}");
}

static void generation(play *host)
{
    uint64_t count = 0;
    countersign_status status = countersign_store_generation(host->store, read_str(), &count);

    if (status == COUNTERSIGN_NOT_FOUND) {
        put("{\"generation\":null}");
        return;
    }
    must(status, "countersign_store_generation");
    printf("{\"generation\":%" PRIu64 "}", count);
}

static void step(play *host)
{
    switch (read_u32()) {
    case 'n':
        next_fetch(host);
        break;
    case 'd':
        fetch_done(host);
        break;
    case 'c':
        check_now(host);
        break;
    case 'k':
        set_keys(host);
        break;
    case 'r':
        revoke(host);
        break;
    case 'R':
        set_revoked(host);
        break;
    case 'g':
        generation(host);
        break;
    default:
        give_up("a step is not known");
    }
}

static void store_steps(countersign_str id, countersign_decision *decision)
{
    countersign_policy *policy = NULL;
    countersign_str json = read_str();
    uint32_t length = read_u32(), count, at;
    play host;

    memset(&host, 0, sizeof host);
    host.decision = decision;
    begin(id);
    if (!load(json, &policy, &host.store)) {
        /* Nothing to take them. */
        while (length-- > 0) {
            getchar();
        }
    } else {
        MUST(countersign_verifier_new(policy, host.store, &host.verifier));
        countersign_policy_free(policy);
        count = read_u32();
        if (count > STEPS) {
            give_up("too many steps");
        }
        put(",\"steps\":[");
        for (at = 0; at < count; at++) {
            put(at ? "," : "");
            step(&host);
        }
        put("]");
        countersign_verifier_free(host.verifier);
        countersign_store_free(host.store);
    }
    end();
}

#endif
