/*
 * A test harness of one header: CHECK counts and reports, RUN names, FINISH is main's return value.
 * A failed check does not end its test, so that a run shows every fault.
 */

#ifndef HARNESS_H
#define HARNESS_H

#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <countersign.h>

#include "fixtures.h"

static unsigned checks_made;
static unsigned checks_failed;
static unsigned tests_run;

static inline void check_at(int held, const char *what, const char *file, int line)
{
    checks_made++;
    if (!held) {
        checks_failed++;
        fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
    }
}

#define CHECK(what) check_at(!!(what), #what, __FILE__, __LINE__)

/* A call and the status that it must give. */
static inline void status_at(countersign_status got, countersign_status wanted, const char *what, const char *file,
                             int line)
{
    checks_made++;
    if (got != wanted) {
        countersign_str name = countersign_status_name(got);
        checks_failed++;
        fprintf(stderr, "%s:%d: %s gave %u %.*s, not %u\n", file, line, what, (unsigned)got, (int)name.len, name.data,
                (unsigned)wanted);
    }
}

#define GIVES(status, call) status_at((call), (status), #call, __FILE__, __LINE__)

#define RUN(test)                                                                                                     \
    do {                                                                                                              \
        test();                                                                                                       \
        tests_run++;                                                                                                  \
    } while (0)

static inline int finish(const char *file)
{
    printf("%-28s %3u tests, %6u checks, %u failed\n", file, tests_run, checks_made, checks_failed);
    return checks_failed ? 1 : 0;
}

#define FINISH() finish(__FILE__)

/* Ends the program: for what the tests themselves stand on. */
static inline void need(int held, const char *what)
{
    if (!held) {
        fprintf(stderr, "cannot go on: %s\n", what);
        exit(2);
    }
}

static inline countersign_str str(const char *text)
{
    countersign_str view;

    view.data = text;
    view.len = text ? strlen(text) : 0;
    return view;
}

static inline countersign_str bytes(const char *data, size_t len)
{
    countersign_str view;

    view.data = data;
    view.len = len;
    return view;
}

static inline int is(countersign_str view, const char *text)
{
    return view.len == strlen(text) && memcmp(view.data, text, view.len) == 0;
}

static inline int holds(countersign_str view, const char *text)
{
    size_t len = strlen(text);
    size_t at;

    for (at = 0; at + len <= view.len; at++) {
        if (memcmp(view.data + at, text, len) == 0) {
            return 1;
        }
    }
    return 0;
}

static inline countersign_policy *policy_of(const char *json)
{
    countersign_policy *policy = NULL;

    need(countersign_policy_new(NULL, str(json), &policy, NULL) == COUNTERSIGN_OK, "a policy of the fixtures loads");
    return policy;
}

static inline countersign_store *store_of(const countersign_policy *policy)
{
    countersign_store_options options;
    countersign_store *store = NULL;

    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.entropy = str("sixteen bytes or more");
    need(countersign_store_new(&options, policy, &store) == COUNTERSIGN_OK, "a store is made");
    return store;
}

static inline countersign_verifier *verifier_of(const char *json)
{
    countersign_verifier *verifier = NULL;

    need(countersign_verifier_from_json(NULL, str(json), &verifier, NULL) == COUNTERSIGN_OK, "a verifier is made");
    return verifier;
}

static inline countersign_decision *decision_of(void)
{
    countersign_decision *decision = NULL;

    need(countersign_decision_new(&decision) == COUNTERSIGN_OK, "a decision is made");
    return decision;
}

/* A GET with at most one line, Authorization. */
typedef struct call {
    countersign_request request;
    countersign_field line;
    char value[4096];
} call;

static inline const countersign_request *call_with(call *it, const char *authorization)
{
    memset(it, 0, sizeof *it);
    it->request.struct_size = sizeof it->request;
    it->request.method = str("GET");
    it->request.target = str("/v1/reports");
    it->request.now_seconds = NOW;
    if (authorization) {
        need(strlen(authorization) < sizeof it->value, "a line fits");
        strcpy(it->value, authorization);
        it->line.name = str("Authorization");
        it->line.value = str(it->value);
        it->request.fields = &it->line;
        it->request.field_count = 1;
    }
    return &it->request;
}

#define BEARER(token) ("Bearer " token)

/* Whether a decision denies by everything that it says. */
static inline int denies(const countersign_decision *decision)
{
    countersign_str claims;

    return countersign_decision_allowed(decision) == 0 && countersign_decision_authenticated(decision) == 0 &&
           countersign_decision_http_status(decision) >= 400 &&
           countersign_decision_claims(decision, &claims) != COUNTERSIGN_OK;
}

/* Whether a decision is as one that was never used. */
static inline int rests(const countersign_decision *decision)
{
    return denies(decision) && countersign_decision_reason(decision) == COUNTERSIGN_REASON_UNDECIDED &&
           countersign_decision_http_status(decision) == 500 && countersign_decision_field_count(decision) == 0;
}

#endif
