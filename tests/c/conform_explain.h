/* The operation on whole exchanges: why was it denied? */

#ifndef CONFORM_EXPLAIN_H
#define CONFORM_EXPLAIN_H

#include "conform_answer.h"
#include "conform_client.h"

static const char *severity_name(uint32_t severity)
{
    switch (severity) {
    case COUNTERSIGN_EXPLAINED_ERROR:
        return "error";
    case COUNTERSIGN_EXPLAINED_WARNING:
        return "warning";
    case COUNTERSIGN_EXPLAINED_NOTE:
        return "note";
    default:
        give_up("a severity is not known");
        return "";
    }
}

static countersign_redirect *read_redirects(uint32_t *count)
{
    countersign_redirect *list;
    uint32_t at;

    *count = read_u32();
    list = take(*count * sizeof *list);
    for (at = 0; at < *count; at++) {
        list[at].http_status = read_u32();
        list[at].reserved = 0;
        list[at].from = read_str();
        list[at].location = read_str();
    }
    return list;
}

static countersign_exchange read_exchange(void)
{
    countersign_exchange it;
    uint32_t count;

    memset(&it, 0, sizeof it);
    it.struct_size = sizeof it;
    it.method = read_str();
    it.target = read_str();
    it.request_fields = read_fields(&count);
    it.request_field_count = count;
    it.client_cert_sha256 = read_str();
    it.http_status = read_u32();
    it.response_fields = read_fields(&count);
    it.response_field_count = count;
    it.response_body = read_str();
    it.redirects = read_redirects(&count);
    it.redirect_count = count;
    it.token = read_str();
    it.policy = read_str();
    it.keys = read_fields(&count);
    it.key_count = count;
    it.profile = read_str();
    it.scopes = read_str();
    it.revoked = read_strs(&count);
    it.revoked_count = count;
    it.now_known = read_u32();
    it.now_seconds = read_i64();
    it.now_nanos = read_u32();
    it.reason = read_u32();
    return it;
}

static void put_explained(const countersign_explained *finding)
{
    countersign_str severity;

    severity.data = severity_name(finding->severity);
    severity.len = strlen(severity.data);
    put("{\"id\":");
    put_string(finding->name);
    put_text("severity", severity);
    put_text("certainty", finding->certainty);
    put(",\"place\":{\"part\":");
    put_string(finding->part);
    put_text_or_null("name", finding->place);
    put_number_or_null("offset", finding->offset_known, finding->offset);
    put("}");
    put_text("evidence", finding->evidence);
    put_text("cause", finding->cause);
    put_text("advice", finding->advice);
    put_text_or_null("would_pass_if", finding->would_pass_if);
    put("}");
}

static void explain(countersign_str id)
{
    countersign_exchange exchange = read_exchange();
    countersign_explanation *explanation = NULL;
    size_t at;

    MUST(countersign_explain(&exchange, &explanation));
    begin(id);
    put(",\"findings\":[");
    for (at = 0; at < countersign_explanation_count(explanation); at++) {
        countersign_explained finding;

        memset(&finding, 0, sizeof finding);
        finding.struct_size = sizeof finding;
        MUST(countersign_explanation_at(explanation, at, &finding));
        put(at ? "," : "");
        put_explained(&finding);
    }
    put("]");
    end();
    countersign_explanation_free(explanation);
}

#endif
