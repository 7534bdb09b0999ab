/* guard POLICY.json 'Authorization value': judges one request, as a server does for each of its own. */

#include <countersign.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define TEXT(text) ((countersign_str){(text), strlen(text)})
#define SHOWN(view) (int)(view).len, (view).data

int main(int argc, char **argv)
{
    static char document[1 << 16];
    FILE *file = argc == 3 ? fopen(argv[1], "rb") : NULL;
    countersign_str json = {document, file ? fread(document, 1, sizeof document, file) : 0};
    countersign_verifier *verifier = NULL;
    countersign_decision *decision = NULL;
    countersign_report *report = NULL;

    /* Once per process: policy, keys and verifier in one call. The report says what is wrong with the document. */
    if (countersign_verifier_from_json(NULL, json, &verifier, &report) || countersign_decision_new(&decision)) {
        countersign_finding finding = {.struct_size = sizeof finding};
        countersign_report_at(report, 0, &finding);
        fprintf(stderr, "policy%.*s: %.*s\n", SHOWN(finding.pointer), SHOWN(finding.text));
        return 2;
    }

    /* For every request: its header lines and the time, into a decision that is kept and reused. */
    countersign_field line = {TEXT("Authorization"), TEXT(argv[2])};
    countersign_request request = {.struct_size = sizeof request, .method = TEXT("GET"), .target = TEXT("/v1/reports"),
                                   .fields = &line, .field_count = 1, .now_seconds = time(NULL)};
    countersign_status status = countersign_check(verifier, &request, decision);

    /* What to send: status and fields always, the problem body with a denial. */
    countersign_str name, value;
    printf("%u\n", (unsigned)countersign_decision_http_status(decision));
    for (size_t i = 0; countersign_decision_field_at(decision, i, &name, &value) == COUNTERSIGN_OK; i++)
        printf("%.*s: %.*s\n", SHOWN(name), SHOWN(value));
    if (status == COUNTERSIGN_OK && countersign_decision_subject(decision, &value) == COUNTERSIGN_OK)
        printf("hello, %.*s\n", SHOWN(value));
    else if (countersign_decision_body(decision, &value) == COUNTERSIGN_OK)
        printf("Content-Type: application/problem+json\n\n%.*s\n", SHOWN(value));

    countersign_report_free(report);
    countersign_decision_free(decision);
    countersign_verifier_free(verifier);
    return status == COUNTERSIGN_OK ? 0 : 1;
}
