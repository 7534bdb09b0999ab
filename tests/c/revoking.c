/* Revocation by token, session and subject, and what an operator sees of a store. */

#include "live.h"

/* A store with keys in its policy, so that only revocation stands between a token and its 200. */
static live revoking(void)
{
    live it = live_of(POLICY);

    CHECK(reason_for(&it, BEARER(TOKEN)) == COUNTERSIGN_REASON_OK);
    CHECK(reason_for(&it, BEARER(TOKEN_SESSION)) == COUNTERSIGN_REASON_OK);
    return it;
}

static int is_revoked(live *it, const char *authorization)
{
    uint32_t reason = reason_for(it, authorization);

    CHECK(reason == COUNTERSIGN_REASON_OK || reason == COUNTERSIGN_REASON_TOKEN_REVOKED);
    return reason == COUNTERSIGN_REASON_TOKEN_REVOKED;
}

static void ids_are_set_and_added(void)
{
    live it = revoking();
    countersign_str ids[2];

    ids[0] = str("j-0");
    ids[1] = str("j-1");
    GIVES(COUNTERSIGN_OK, countersign_store_set_revoked(it.store, ids, 1));
    CHECK(!is_revoked(&it, BEARER(TOKEN)));
    GIVES(COUNTERSIGN_OK, countersign_store_revoke_ids(it.store, &ids[1], 1));
    CHECK(is_revoked(&it, BEARER(TOKEN)) && !is_revoked(&it, BEARER(TOKEN_SESSION)));
    GIVES(COUNTERSIGN_OK, countersign_store_revoke_ids(it.store, NULL, 0));
    CHECK(is_revoked(&it, BEARER(TOKEN)));
    GIVES(COUNTERSIGN_OK, countersign_store_set_revoked(it.store, NULL, 0));
    CHECK(!is_revoked(&it, BEARER(TOKEN)));
    end_of(&it);
}

static void sessions_are_set_and_added(void)
{
    live it = revoking();
    countersign_str session = str("s-1"), other = str("s-2");

    GIVES(COUNTERSIGN_OK, countersign_store_set_revoked_sessions(it.store, &other, 1));
    CHECK(!is_revoked(&it, BEARER(TOKEN_SESSION)));
    GIVES(COUNTERSIGN_OK, countersign_store_revoke_sessions(it.store, &session, 1));
    CHECK(is_revoked(&it, BEARER(TOKEN_SESSION)) && !is_revoked(&it, BEARER(TOKEN)));
    GIVES(COUNTERSIGN_OK, countersign_store_set_revoked_sessions(it.store, NULL, 0));
    CHECK(!is_revoked(&it, BEARER(TOKEN_SESSION)));
    end_of(&it);
}

static void subjects_are_revoked_before_a_moment(void)
{
    live it = revoking();
    countersign_revoked_subject rows[2];

    /* The tokens were issued at NOW - 60. */
    GIVES(COUNTERSIGN_OK, countersign_store_revoke_subject_before(it.store, str("alice"), NOW - 60));
    CHECK(!is_revoked(&it, BEARER(TOKEN)));
    GIVES(COUNTERSIGN_OK, countersign_store_revoke_subject_before(it.store, str("alice"), NOW - 59));
    CHECK(is_revoked(&it, BEARER(TOKEN)) && is_revoked(&it, BEARER(TOKEN_SESSION)));
    GIVES(COUNTERSIGN_OK, countersign_store_revoke_subject_before(it.store, str("alice"), NOW - 1000));
    CHECK(is_revoked(&it, BEARER(TOKEN)));
    rows[0].subject = rows[1].subject = str("alice");
    rows[0].before_seconds = NOW;
    rows[1].before_seconds = 1;
    GIVES(COUNTERSIGN_OK, countersign_store_set_revoked_subjects(it.store, &rows[1], 1));
    CHECK(!is_revoked(&it, BEARER(TOKEN)));
    GIVES(COUNTERSIGN_OK, countersign_store_set_revoked_subjects(it.store, rows, 2));
    CHECK(is_revoked(&it, BEARER(TOKEN)));
    GIVES(COUNTERSIGN_OK, countersign_store_set_revoked_subjects(it.store, NULL, 0));
    CHECK(!is_revoked(&it, BEARER(TOKEN)));
    end_of(&it);
}

static void a_list_with_a_fault_changes_nothing(void)
{
    live it = revoking();
    countersign_revoked_subject rows[2];
    countersign_str ids[2];

    ids[0] = str("j-1");
    GIVES(COUNTERSIGN_OK, countersign_store_set_revoked(it.store, ids, 1));
    ids[0] = str("j-7");
    ids[1] = str("\xff");
    GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_store_set_revoked(it.store, ids, 2));
    ids[1] = bytes(NULL, 0);
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_set_revoked(it.store, ids, 2));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_revoke_ids(it.store, ids, 2));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_set_revoked_sessions(it.store, ids, 2));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_revoke_sessions(it.store, ids, 2));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_revoke_sessions(it.store, NULL, 2));
    rows[0].subject = rows[1].subject = str("alice");
    rows[0].before_seconds = NOW;
    /* An unset clock would revoke nothing, and look as if it did. */
    rows[1].before_seconds = 0;
    GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_store_set_revoked_subjects(it.store, rows, 2));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_set_revoked_subjects(it.store, NULL, 2));
    GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_store_revoke_subject_before(it.store, str("alice"), 0));
    GIVES(COUNTERSIGN_ARGUMENT_INVALID, countersign_store_revoke_subject_before(it.store, str("alice"), -1));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_store_revoke_subject_before(it.store, bytes(NULL, 0), NOW));
    CHECK(is_revoked(&it, BEARER(TOKEN)) && !is_revoked(&it, BEARER(TOKEN_SESSION)));
    end_of(&it);
}

static void the_status_is_one_line_of_json_without_secrets(void)
{
    live it = live_of(POLICY_LIVE);
    countersign_str session = str("s-1");
    size_t needed = 0;
    char *status, *room;

    load(&it, KEYS_A);
    pass(&it, 7);
    GIVES(COUNTERSIGN_OK, countersign_store_revoke_sessions(it.store, &session, 1));
    status = status_of(&it);
    CHECK(status[0] == '{' && status[strlen(status) - 1] == '}' && strchr(status, '\n') == NULL);
    CHECK(holds(str(status), "\"issuer\":\"" ISSUER "\"") && holds(str(status), "\"age\":7"));
    CHECK(holds(str(status), "\"kid\":\"k1\"") && holds(str(status), "\"state\":\"good\""));
    CHECK(holds(str(status), "\"revoked\":{\"ids\":0,\"sessions\":1,\"subjects\":0}"));
    CHECK(!holds(str(status), "s-1") && !holds(str(status), "b6XsH-zsTwl8nkdmVp_XzV1ZCzMaTRg-O082uYPoj9k"));
    /* Too short by one: nothing is written, and the length is told. */
    room = malloc(strlen(status));
    need(room != NULL, "there is memory");
    memset(room, '#', strlen(status));
    GIVES(COUNTERSIGN_BUFFER_TOO_SMALL,
          countersign_store_write_status(it.store, &it.now, room, strlen(status) - 1, &needed));
    CHECK(needed == strlen(status) && room[0] == '#');
    free(room);
    free(status);
    end_of(&it);
}

static void issuers_and_parameters_are_listed(void)
{
    live it = live_of(POLICY_QUERY);
    countersign_str text = {"untouched", 9};

    CHECK(countersign_store_issuer_count(it.store) == 2);
    GIVES(COUNTERSIGN_OK, countersign_store_issuer_at(it.store, 0, &text));
    CHECK(is(text, ISSUER));
    GIVES(COUNTERSIGN_OK, countersign_store_issuer_at(it.store, 1, &text));
    CHECK(is(text, "https://other.example.com"));
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_store_issuer_at(it.store, 2, &text));
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_store_issuer_at(it.store, SIZE_MAX, &text));
    CHECK(countersign_policy_parameter_count(it.policy) == 2);
    GIVES(COUNTERSIGN_OK, countersign_policy_parameter_at(it.policy, 0, &text));
    CHECK(is(text, "access_token"));
    GIVES(COUNTERSIGN_OK, countersign_policy_parameter_at(it.policy, 1, &text));
    CHECK(is(text, "ticket"));
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_policy_parameter_at(it.policy, 2, &text));
    CHECK(is(text, "ticket"));
    end_of(&it);
}

int main(void)
{
    RUN(ids_are_set_and_added);
    RUN(sessions_are_set_and_added);
    RUN(subjects_are_revoked_before_a_moment);
    RUN(a_list_with_a_fault_changes_nothing);
    RUN(the_status_is_one_line_of_json_without_secrets);
    RUN(issuers_and_parameters_are_listed);
    return FINISH();
}
