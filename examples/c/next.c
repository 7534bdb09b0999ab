/*
 * next < responses: what a client that holds a Bearer token does after each response to one request. A line is a status
 * and perhaps a WWW-Authenticate value: 401 Bearer error="invalid_token"
 */

#include <countersign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TEXT(text) ((countersign_str){(text), strlen(text)})
#define SHOWN(view) (int)(view).len, (view).data

int main(void)
{
    static char line[1 << 12];
    const uint32_t schemes[] = {COUNTERSIGN_SCHEME_BEARER};
    countersign_sent sent = {.struct_size = sizeof sent, .scheme = COUNTERSIGN_SCHEME_BEARER};
    countersign_abilities can = {.struct_size = sizeof can, .refresh = 1, .replay = 1, .schemes = schemes,
                                 .scheme_count = 1};
    uint32_t state = 0; /* of this one request: every response hands it on */

    while (fgets(line, sizeof line, stdin)) {
        char *challenge;
        countersign_response response = {.struct_size = sizeof response};
        countersign_step_info info = {.struct_size = sizeof info};
        countersign_field field = {TEXT("WWW-Authenticate"), {NULL, 0}};
        countersign_step *step = NULL;

        line[strcspn(line, "\r\n")] = '\0';
        response.http_status = (uint32_t)strtoul(line, &challenge, 10);
        challenge += strspn(challenge, " ");
        field.value = TEXT(challenge);
        response.fields = &field;
        response.field_count = *challenge != '\0';
        if (countersign_next_step(&response, &sent, &can, state, time(NULL), 7, &step) ||
            countersign_step_describe(step, &info)) {
            fprintf(stderr, "no response: %s\n", line);
            return 2;
        }
        state = info.state;
        printf("%.*s, because %.*s: %.*s%s\n", SHOWN(countersign_step_name(info.kind)),
               SHOWN(countersign_step_reason_name(info.reason)), SHOWN(countersign_step_reason_text(info.reason)),
               info.replay ? " Then send the request again." : "");
        countersign_step_free(step);
    }
    return 0;
}
