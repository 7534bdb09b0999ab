/*
 * fetch POLICY.json < script: plays the loop of a host that fetches keys, with a clock and a network from the script.
 *
 *   network FILE       from now on every fetch gets this file with 200
 *   network down       from now on none gets an answer
 *   wait SECONDS       time passes
 *   check STATUS REASON TOKEN   judges a request, and compares
 *
 * Other lines are printed. Ends with 1 if an answer is not the announced one. A server does the same with real clocks
 * and a client of its own, in its event loop or a thread: see keep_keys_fresh.
 */

#include <countersign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TEXT(text) ((countersign_str){(text), strlen(text)})
#define SHOWN(view) (int)(view).len, (view).data

static char document[1 << 16];   /* the policy, then what the network answers with */
static char network[256] = "down";
static countersign_time now;

static countersign_str contents(const char *path)
{
    FILE *file = fopen(path, "rb");
    countersign_str text = {document, file ? fread(document, 1, sizeof document, file) : 0};

    if (file)
        fclose(file);
    return text;
}

/* The place of an HTTP client: GET url, nothing but the tag along, max_bytes at most, an answer before the deadline. */
static void get(const countersign_fetch_info *wanted, countersign_fetch_result *result)
{
    result->ticket = wanted->ticket;
    if (strcmp(network, "down") == 0) {
        result->outcome = COUNTERSIGN_OUTCOME_FAILED;
        result->failure = TEXT("no route to host");
        return;
    }
    result->outcome = COUNTERSIGN_OUTCOME_BODY;
    result->body = contents(network);
    result->cache_control = TEXT("public, max-age=900");
}

/*
 * The loop. A server calls it when countersign_store_due_at has come, and after a check whose decision has a need; it
 * starts all fetches that are due, and each calls countersign_store_fetch_done when it ends.
 */
static void keep_keys_fresh(countersign_store *store)
{
    countersign_fetch *fetch;

    while (countersign_store_due_at(store) <= now.monotonic_nanos &&
           countersign_store_next_fetch(store, &now, &fetch) == COUNTERSIGN_OK) {
        countersign_fetch_info wanted = {.struct_size = sizeof wanted};
        countersign_fetch_result result = {.struct_size = sizeof result};
        countersign_report *report = NULL;
        countersign_finding finding = {.struct_size = sizeof finding};
        uint32_t done = 0;

        countersign_fetch_describe(fetch, &wanted);
        printf("   fetch %.*s (%.*s) ", SHOWN(wanted.url), SHOWN(countersign_fetch_reason_name(wanted.reason)));
        get(&wanted, &result);
        if (countersign_store_fetch_done(store, &result, &now, &done, &report) == COUNTERSIGN_OK)
            printf("-> %.*s\n", SHOWN(countersign_done_name(done)));
        else if (countersign_report_at(report, 0, &finding) == COUNTERSIGN_OK)
            printf("-> refused: %.*s\n", SHOWN(finding.text));
        countersign_report_free(report);
        countersign_fetch_free(fetch);
    }
}

/* Judges a request with this token; gives whether the answer is the announced one. */
static int check(const countersign_verifier *verifier, countersign_decision *decision, const char *expected,
                 const char *token)
{
    static char value[1 << 14];
    char answer[128];
    countersign_field line = {TEXT("Authorization"), {value, 0}};
    countersign_request request = {.struct_size = sizeof request, .method = TEXT("GET"), .target = TEXT("/v1/reports"),
                                   .fields = &line, .field_count = 1, .now_seconds = now.wall_seconds,
                                   .now_nanos = now.wall_nanos, .monotonic_nanos = now.monotonic_nanos};

    line.value.len = (size_t)snprintf(value, sizeof value, "Bearer %s", token);
    countersign_check(verifier, &request, decision);
    snprintf(answer, sizeof answer, "%u %.*s", (unsigned)countersign_decision_http_status(decision),
             SHOWN(countersign_reason_name(countersign_decision_reason(decision))));
    printf("   %s\n", answer);
    if (strcmp(answer, expected) != 0)
        fprintf(stderr, "fetch: announced was %s\n", expected);
    return strcmp(answer, expected) == 0;
}

int main(int argc, char **argv)
{
    static char line[1 << 14], token[1 << 14];
    char status[8], reason[64], expected[128];
    unsigned seconds;
    int good = 1, checks = 0;
    countersign_store_options options = {.struct_size = sizeof options, .entropy = TEXT("a server takes random bytes")};
    countersign_policy *policy = NULL;
    countersign_store *store = NULL;
    countersign_verifier *verifier = NULL;
    countersign_decision *decision = NULL;

    if (argc != 2 || countersign_policy_new(NULL, contents(argv[1]), &policy, NULL) ||
        countersign_store_new(&options, policy, &store) || countersign_verifier_new(policy, store, &verifier) ||
        countersign_decision_new(&decision)) {
        fprintf(stderr, "fetch: no good policy\n");
        return 2;
    }
    now.wall_seconds = time(NULL);
    now.monotonic_nanos = 1;
    while (fgets(line, sizeof line, stdin)) {
        if (sscanf(line, "network %255s", network) == 1) {
            continue;
        } else if (sscanf(line, "wait %u", &seconds) == 1) {
            now.wall_seconds += seconds;
            now.monotonic_nanos += seconds * UINT64_C(1000000000);
            printf("   %u seconds pass\n", seconds);
        } else if (sscanf(line, "check %7s %63s %16383s", status, reason, token) == 3) {
            snprintf(expected, sizeof expected, "%s %s", status, reason);
            good &= check(verifier, decision, expected, token);
            checks++;
        } else {
            fputs(line, stdout);
        }
        keep_keys_fresh(store);
    }
    countersign_decision_free(decision);
    countersign_verifier_free(verifier);
    countersign_store_free(store);
    countersign_policy_free(policy);
    return good && checks > 0 ? 0 : 1;
}
