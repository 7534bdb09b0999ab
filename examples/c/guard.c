/*
 * Judges one Authorization value by a policy: the whole of what a host does, without a server around it.
 *
 *   cc guard.c $(pkg-config --cflags --libs countersign) -o guard
 *   countersign mint --out-dir demo
 *   ./guard demo/policy.json "Bearer $(cat demo/token.txt)"
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <countersign.h>

int main(int count, char **arguments)
{
    static char document[1 << 16];
    FILE *file = count == 3 ? fopen(arguments[1], "rb") : NULL;
    countersign_str json = {document, file ? fread(document, 1, sizeof document, file) : 0};
    countersign_verifier *verifier = NULL;
    countersign_decision *decision = NULL;
    countersign_report *report = NULL;

    /* Once per process: policy, keys and verifier in one call. The report says what is wrong with the document. */
    if (countersign_verifier_from_json(NULL, json, &verifier, &report) != COUNTERSIGN_OK ||
        countersign_decision_new(&decision) != COUNTERSIGN_OK) {
        countersign_finding finding = {.struct_size = sizeof finding};
        countersign_report_at(report, 0, &finding);
        fprintf(stderr, "guard: %.*s: %.*s\n", (int)finding.pointer.len, finding.pointer.data, (int)finding.text.len,
                finding.text.data);
        return 2;
    }

    /* For every request: its header lines and the time, judged into a decision that is kept and reused. */
    countersign_field line = {{"Authorization", 13}, {arguments[2], strlen(arguments[2])}};
    countersign_request request = {.struct_size = sizeof request};
    request.method = (countersign_str){"GET", 3};
    request.target = (countersign_str){"/v1/reports", 11};
    request.fields = &line;
    request.field_count = 1;
    request.now_seconds = time(NULL);
    countersign_status status = countersign_check(verifier, &request, decision);

    countersign_str name, value;
    printf("%" PRIu32 "\n", countersign_decision_http_status(decision));
    for (size_t i = 0; countersign_decision_field_at(decision, i, &name, &value) == COUNTERSIGN_OK; i++) {
        printf("%.*s: %.*s\n", (int)name.len, name.data, (int)value.len, value.data);
    }
    if (status == COUNTERSIGN_OK && countersign_decision_subject(decision, &value) == COUNTERSIGN_OK) {
        printf("hello, %.*s\n", (int)value.len, value.data);
    } else if (countersign_decision_body(decision, &value) == COUNTERSIGN_OK) {
        printf("Content-Type: application/problem+json\n\n%.*s\n", (int)value.len, value.data);
    }

    countersign_report_free(report);
    countersign_decision_free(decision);
    countersign_verifier_free(verifier);
    return status == COUNTERSIGN_OK ? 0 : 1;
}
