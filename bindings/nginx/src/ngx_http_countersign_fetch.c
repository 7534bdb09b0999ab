/*
 * Tickets: what the library wants to have fetched, from a file or through an internal location, by this worker or by
 * another one whose answer comes through the zone.
 */

#include "ngx_http_countersign.h"

/* How often a worker looks whether another one has its answer. */
#define NGX_HTTP_COUNTERSIGN_LOOK    50

static void ngx_http_countersign_fetch_event(ngx_event_t *event);


/* Tells the operator why a fetch brought nothing: what the report says, else the failure, else what was done of it. */
static void
ngx_http_countersign_fetch_log(ngx_http_countersign_fetch_t *fetch, const countersign_fetch_result *result,
    uint32_t done, const countersign_report *report)
{
    countersign_finding  finding;
    ngx_str_t            issuer, why;

    ngx_memzero(&finding, sizeof(finding));
    finding.struct_size = sizeof(finding);
    if (countersign_report_at(report, 0, &finding) != COUNTERSIGN_OK) {
        finding.text = result->failure;
    }
    if (finding.text.len == 0) {
        finding.text = done == COUNTERSIGN_DONE_NOTED
                       ? ngx_http_countersign_literal("304 about a set that is not there")
                       : ngx_http_countersign_literal("the answer came too late");
    }
    issuer.data = (u_char *) fetch->info.issuer.data;
    issuer.len = fetch->info.issuer.len;
    why.data = (u_char *) finding.text.data;
    why.len = finding.text.len;
    ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0, "countersign: no keys of \"%V\": %V", &issuer, &why);
}


/*
 * Closes the ticket with its answer, which is good for other workers only if the store has taken it: a 304 may be about
 * a set that was there before. The fetch is gone then.
 */
static void
ngx_http_countersign_fetch_done(ngx_http_countersign_fetch_t *fetch, countersign_fetch_result *result)
{
    countersign_report  *report = NULL;
    countersign_time     now = ngx_http_countersign_clocks();
    countersign_status   status;
    ngx_uint_t           is_good;
    uint32_t             done = COUNTERSIGN_DONE_IGNORED;

    result->ticket = fetch->info.ticket;
    status = countersign_store_fetch_done(fetch->policy->store, result, &now, &done, &report);
    is_good = status == COUNTERSIGN_OK
              && (done == COUNTERSIGN_DONE_LOADED || done == COUNTERSIGN_DONE_RENEWED
                  || done == COUNTERSIGN_DONE_LOCATED);
    if (is_good && done == COUNTERSIGN_DONE_LOCATED) {
        ngx_http_countersign_lease_name(fetch);
    }
    ngx_http_countersign_lease_answer(fetch, result, is_good);
    if (!is_good && result->outcome != COUNTERSIGN_OUTCOME_ABANDONED) {
        ngx_http_countersign_fetch_log(fetch, result, done, report);
    }
    countersign_report_free(report);
    ngx_http_countersign_ticket_close(fetch);
}


/* An answer from a file. Metadata are in no file: the keys are pushed, and the ticket is done with. */
static void
ngx_http_countersign_fetch_file(ngx_http_countersign_fetch_t *fetch, countersign_fetch_result *result)
{
    ngx_str_t  text;

    if (fetch->info.kind != COUNTERSIGN_FETCH_KIND_KEY_SET) {
        ngx_http_countersign_file_watch(fetch->policy, ngx_cycle->log, 1);
        result->failure = ngx_http_countersign_literal("keys come from a file, which names no metadata");
    } else if (ngx_http_countersign_file_read(fetch->pool, ngx_cycle->log, &fetch->source->file, &text) != NGX_OK) {
        result->failure = ngx_http_countersign_literal("the file cannot be read");
    } else {
        result->outcome = COUNTERSIGN_OUTCOME_BODY;
        result->body = ngx_http_countersign_view(&text);
    }
    ngx_http_countersign_fetch_done(fetch, result);
}


/* Asks for the lease: answers from the zone, starts the request, or looks again in a moment. */
static void
ngx_http_countersign_fetch_try(ngx_http_countersign_fetch_t *fetch)
{
    countersign_fetch_result  result;
    uint64_t                  now = ngx_http_countersign_clocks().monotonic_nanos;

    ngx_memzero(&result, sizeof(result));
    result.struct_size = sizeof(result);
    result.outcome = COUNTERSIGN_OUTCOME_FAILED;
    if (fetch->source == NULL) {
        result.failure = ngx_http_countersign_literal("no countersign_keys names this issuer");
        ngx_http_countersign_fetch_done(fetch, &result);
        return;
    }
    if (fetch->source->file.len > 0) {
        ngx_http_countersign_fetch_file(fetch, &result);
        return;
    }
    switch (ngx_http_countersign_lease_ask(fetch, &result)) {

    case NGX_HTTP_COUNTERSIGN_LEASE_ANSWERED:
        ngx_http_countersign_fetch_done(fetch, &result);
        return;

    case NGX_HTTP_COUNTERSIGN_LEASE_BUSY:
        if (now < fetch->info.deadline_nanos) {
            ngx_add_timer(&fetch->event, NGX_HTTP_COUNTERSIGN_LOOK);
            return;
        }
        result.failure = ngx_http_countersign_literal("no answer by the worker that fetches");
        ngx_http_countersign_fetch_done(fetch, &result);
        return;

    default:
        break;
    }
    if (now >= fetch->info.deadline_nanos || ngx_http_countersign_fetch_start(fetch) != NGX_OK) {
        result.outcome = COUNTERSIGN_OUTCOME_ABANDONED;
        ngx_http_countersign_fetch_done(fetch, &result);
        return;
    }
    if (!fetch->ended && !fetch->event.timer_set) {
        ngx_add_timer(&fetch->event, (fetch->info.deadline_nanos - now) / 1000000 + 1);
    }
}


/* The request has ended, its time is over, or it is time to look at the lease again. */
static void
ngx_http_countersign_fetch_event(ngx_event_t *event)
{
    ngx_http_countersign_fetch_t   *fetch = event->data;
    ngx_http_countersign_policy_t  *policy = fetch->policy;
    countersign_fetch_result        result;

    if (fetch->root == NULL) {
        ngx_http_countersign_fetch_try(fetch);
    } else {
        ngx_memzero(&result, sizeof(result));
        result.struct_size = sizeof(result);
        ngx_http_countersign_fetch_ended(fetch, &result);
        if (ngx_http_countersign_fetch_stop(fetch) != NGX_OK) {
            ngx_add_timer(event, NGX_HTTP_COUNTERSIGN_LOOK);
            return;
        }
        ngx_http_countersign_fetch_done(fetch, &result);
    }
    ngx_http_countersign_fetch_due(policy);
    ngx_http_countersign_wait_wake(policy);
}


/*
 * Takes every ticket that is due. Called once a second, after each answer, and when a verdict wants keys; what files
 * and the zone can answer is answered when it returns.
 */
void
ngx_http_countersign_fetch_due(ngx_http_countersign_policy_t *policy)
{
    ngx_http_countersign_fetch_t  *fetch;
    countersign_fetch             *ticket;
    countersign_time               now = ngx_http_countersign_clocks();

    if (ngx_terminate) {
        return;
    }
    while (countersign_store_due_at(policy->store) <= now.monotonic_nanos
           && countersign_store_next_fetch(policy->store, &now, &ticket) == COUNTERSIGN_OK)
    {
        fetch = ngx_http_countersign_ticket_open(policy, ticket, ngx_http_countersign_fetch_event);
        if (fetch == NULL) {
            return;                         /* memory is short; the ticket ends with its deadline */
        }
        ngx_http_countersign_fetch_try(fetch);
        now = ngx_http_countersign_clocks();
    }
}


/* The worker ends: leases are given back, so that nobody waits for them. */
void
ngx_http_countersign_fetch_exit(ngx_http_countersign_policy_t *policy)
{
    ngx_http_countersign_fetch_t  *fetch;
    countersign_fetch_result       result;

    while (!ngx_queue_empty(&policy->fetches)) {
        fetch = ngx_queue_data(ngx_queue_head(&policy->fetches), ngx_http_countersign_fetch_t, queue);
        ngx_memzero(&result, sizeof(result));
        result.struct_size = sizeof(result);
        result.outcome = COUNTERSIGN_OUTCOME_ABANDONED;
        (void) ngx_http_countersign_fetch_stop(fetch);
        ngx_http_countersign_fetch_done(fetch, &result);
    }
}
