/*
 * A server without sockets: reads request heads, asks the library about each and prints the response.
 *
 *   demo POLICY < SCRIPT
 *
 * A script is a row of requests. "== TITLE: STATUS REASON" starts one and says what must come of it; then the
 * head as HTTP/1.1 has it, up to an empty line. The exit code is 0 if everything came as announced.
 */

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <countersign.h>

enum { LONGEST_LINE = 8192, MOST_LINES = 32 };

typedef struct head {
    char title[LONGEST_LINE];
    char start[LONGEST_LINE];
    char lines[MOST_LINES][LONGEST_LINE];
    countersign_field fields[MOST_LINES];
    size_t count;
    countersign_str method, target;
} head;

static countersign_str str(const char *text)
{
    countersign_str view = {text, strlen(text)};

    return view;
}

/* ---- what a server has anyway: reading a request, writing a response ---- */

static int read_line(char *line)
{
    size_t len;

    if (!fgets(line, LONGEST_LINE, stdin)) {
        return 0;
    }
    len = strcspn(line, "\r\n");
    line[len] = '\0';
    return 1;
}

static int read_head(head *request)
{
    char *word;

    do {
        if (!read_line(request->title)) {
            return 0;
        }
    } while (strncmp(request->title, "== ", 3) != 0);
    if (!read_line(request->start)) {
        return 0;
    }
    request->method.data = request->start;
    request->method.len = strcspn(request->start, " ");
    word = request->start + request->method.len + 1;
    request->target.data = word;
    request->target.len = strcspn(word, " ");
    for (request->count = 0; request->count < MOST_LINES; request->count++) {
        char *line = request->lines[request->count];
        countersign_field *field = &request->fields[request->count];
        size_t name;

        if (!read_line(line) || line[0] == '\0') {
            break;
        }
        name = strcspn(line, ":");
        field->name.data = line;
        field->name.len = name;
        /* Exactly as it arrived, but for the blanks around it (RFC 9112 section 5). */
        field->value = str(line + name + (line[name] == ':') + strspn(line + name + (line[name] == ':'), " \t"));
    }
    return 1;
}

/* Long words are tokens: their middle is left out, for reading and for what ends up in logs. */
static void print_shortened(const char *line)
{
    while (*line) {
        size_t blank = strspn(line, " "), word = strcspn(line + blank, " ");

        if (word > 60) {
            printf("%.*s%.24s...%.8s", (int)blank, line, line + blank, line + blank + word - 8);
        } else {
            printf("%.*s", (int)(blank + word), line);
        }
        line += blank + word;
    }
    putchar('\n');
}

static void print_request(const head *request)
{
    size_t at;

    printf("\n%s\n\n", request->title);
    printf("> %s\n", request->start);
    for (at = 0; at < request->count; at++) {
        printf("> ");
        print_shortened(request->lines[at]);
    }
    printf(">\n");
}

static const char *phrase(uint32_t status)
{
    switch (status) {
    case 200:
        return "OK";
    case 204:
        return "No Content";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 503:
        return "Service Unavailable";
    default:
        return "Internal Server Error";
    }
}

static void print_start(uint32_t status)
{
    printf("< HTTP/1.1 %" PRIu32 " %s\n", status, phrase(status));
}

/* ---- what the library is for ---- */

/* The fields that the decision asks to send, then the body that goes with them. */
static void print_response(const countersign_decision *decision, const char *type, countersign_str body)
{
    countersign_str name, value;
    size_t at;

    print_start(countersign_decision_http_status(decision));
    for (at = 0; countersign_decision_field_at(decision, at, &name, &value) == COUNTERSIGN_OK; at++) {
        printf("< %.*s: %.*s\n", (int)name.len, name.data, (int)value.len, value.data);
    }
    printf("< Content-Type: %s\n< Content-Length: %lu\n<\n", type, (unsigned long)body.len);
    printf("< %.*s\n", (int)body.len, body.data);
}

/* What the resource itself answers: a little JSON about the caller, in the very text that was signed. */
static void print_resource(const countersign_decision *decision)
{
    countersign_claim subject = {0}, scope = {0};
    char body[512];
    int len;

    subject.struct_size = sizeof subject;
    scope.struct_size = sizeof scope;
    countersign_decision_claim(decision, str("/sub"), &subject);
    countersign_decision_claim(decision, str("/scope"), &scope);
    len = snprintf(body, sizeof body, "{\"subject\":%.*s,\"scope\":%.*s}", (int)subject.raw.len, subject.raw.data,
                   (int)scope.raw.len, scope.raw.data);
    if (len > 0 && (size_t)len < sizeof body) {
        countersign_str text = {body, (size_t)len};

        print_response(decision, "application/json", text);
    }
}

/* A preflight is let through to the part of the server that answers it. */
static void print_preflight(void)
{
    print_start(204);
    printf("< Access-Control-Allow-Origin: https://app.example.com\n");
    printf("< Access-Control-Allow-Methods: GET, DELETE\n");
    printf("< Access-Control-Allow-Headers: Authorization\n");
    printf("< Access-Control-Max-Age: 600\n");
    printf("< Vary: Origin\n<\n");
}

static int answer(const countersign_verifier *verifier, countersign_decision *decision, const head *head)
{
    countersign_request request = {0};
    countersign_str body, name;
    char outcome[64];
    struct timespec now;
    countersign_status status;
    uint32_t sent;

    clock_gettime(CLOCK_REALTIME, &now);
    request.struct_size = sizeof request;
    request.method = head->method;
    request.target = head->target;
    request.fields = head->fields;
    request.field_count = head->count;
    request.now_seconds = now.tv_sec;
    request.now_nanos = (uint32_t)now.tv_nsec;
    /* The route decides what the call needs: the policy's profile of that name says it. */
    if (strncmp(head->start, "DELETE ", 7) == 0) {
        request.profile = str("delete");
    }
    status = countersign_check(verifier, &request, decision);
    sent = countersign_decision_http_status(decision);

    if (status == COUNTERSIGN_OK && countersign_decision_authenticated(decision)) {
        print_resource(decision);
    } else if (status == COUNTERSIGN_OK) {
        print_preflight();
        sent = 204;
    } else if (countersign_decision_body(decision, &body) == COUNTERSIGN_OK) {
        print_response(decision, "application/problem+json", body);
    } else {
        print_start(sent);
    }

    name = countersign_reason_name(countersign_decision_reason(decision));
    snprintf(outcome, sizeof outcome, ": %" PRIu32 " %.*s", sent, (int)name.len, name.data);
    if (strlen(head->title) < strlen(outcome) ||
        strcmp(head->title + strlen(head->title) - strlen(outcome), outcome) != 0) {
        fprintf(stderr, "demo: not as announced: \"%s\" came to%s\n", head->title, outcome + 1);
        return 0;
    }
    return 1;
}

static countersign_verifier *load(const char *path)
{
    static char document[1 << 16];
    FILE *file = fopen(path, "rb");
    countersign_str json = {document, 0};
    countersign_verifier *verifier = NULL;
    countersign_report *report = NULL;
    countersign_finding finding = {0};
    size_t at;

    if (!file) {
        perror(path);
        exit(2);
    }
    json.len = fread(document, 1, sizeof document, file);
    fclose(file);
    countersign_verifier_from_json(NULL, json, &verifier, &report);
    finding.struct_size = sizeof finding;
    for (at = 0; countersign_report_at(report, at, &finding) == COUNTERSIGN_OK; at++) {
        fprintf(stderr, "%s%.*s: %.*s\n", path, (int)finding.pointer.len, finding.pointer.data, (int)finding.text.len,
                finding.text.data);
    }
    countersign_report_free(report);
    return verifier;
}

int main(int count, char **arguments)
{
    static head request;
    countersign_verifier *verifier = count == 2 ? load(arguments[1]) : NULL;
    countersign_decision *decision = NULL;
    unsigned answered = 0, surprising = 0;

    if (!verifier || countersign_decision_new(&decision) != COUNTERSIGN_OK) {
        fprintf(stderr, "usage: demo POLICY < SCRIPT\n");
        return 2;
    }
    while (read_head(&request)) {
        print_request(&request);
        surprising += !answer(verifier, decision, &request);
        answered++;
    }
    printf("\n%u requests answered, %u not as announced\n", answered, surprising);
    countersign_decision_free(decision);
    countersign_verifier_free(verifier);
    return answered > 0 && surprising == 0 ? 0 : 1;
}
