/* What the answers of conform.c share: the id, reasons, errors, and calls that must not fail. */

#ifndef CONFORM_ANSWER_H
#define CONFORM_ANSWER_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <countersign.h>

#include "conform_json.h"
#include "conform_wire.h"

static void begin(countersign_str id)
{
    put("{\"id\":");
    put_string(id);
}

static void end(void)
{
    put("}\n");
}

static void put_reason(uint32_t reason)
{
    put_text("reason", countersign_reason_name(reason));
}

/* The deciding finding of a report as an error; a check's has a pointer. */
static void put_error(const char *reason, const countersign_report *report, int with_pointer)
{
    countersign_finding finding;

    memset(&finding, 0, sizeof finding);
    finding.struct_size = sizeof finding;
    if (report && countersign_report_at(report, 0, &finding) != COUNTERSIGN_OK) {
        give_up("a report is empty");
    }
    printf(",\"error\":{\"reason\":\"%s\"", reason);
    put_text("message", finding.text);
    if (with_pointer) {
        put_text("pointer", finding.pointer);
    }
    put("}");
}

static void must(countersign_status status, const char *what)
{
    if (status != COUNTERSIGN_OK) {
        countersign_str name = countersign_status_name(status);

        fprintf(stderr, "conform: %s gave %.*s\n", what, (int)name.len, name.data);
        exit(2);
    }
}

#define MUST(call) must((call), #call)

#endif
