/*
 * Requests that are held: until keys come, a hash is done, or the configured time is over. Then the access phase runs
 * once more. A client that goes away ends its request, and nothing else.
 */

#include "ngx_http_countersign.h"


/* The end of waiting: out of time, or woken. */
void
ngx_http_countersign_wait_resume(ngx_event_t *event)
{
    ngx_http_countersign_ctx_t  *ctx = event->data;
    ngx_http_request_t          *r = ctx->request;
    ngx_connection_t            *c = r->connection;

    ngx_http_countersign_wait_end(ctx);
    if (ctx->task != NULL) {
        /* Out of time. The thread's hash ends alone, and must not come back to a request that was answered. */
        ngx_http_countersign_hash_forget(ctx);
    }
    ctx->resumed = 1;
    ngx_http_set_log_request(c->log, r);
    r->read_event_handler = ngx_http_block_reading;
    r->write_event_handler = ngx_http_core_run_phases;
    ngx_http_core_run_phases(r);
    ngx_http_run_posted_requests(c);
}


/* Takes a request out of everything that it waits in. Also when its pool goes. */
void
ngx_http_countersign_wait_end(ngx_http_countersign_ctx_t *ctx)
{
    if (ctx->wake.timer_set) {
        ngx_del_timer(&ctx->wake);
    }
    if (ctx->wake.posted) {
        ngx_delete_posted_event(&ctx->wake);
    }
    if (ctx->hold == NGX_HTTP_COUNTERSIGN_HELD_FOR_KEYS) {
        ngx_queue_remove(&ctx->waiting);
    }
    ctx->hold = NGX_HTTP_COUNTERSIGN_NOT_HELD;
}


/* Holds the request that was just judged for at most so many milliseconds; NGX_AGAIN, or NGX_ERROR. */
ngx_int_t
ngx_http_countersign_wait_hold(ngx_http_request_t *r, ngx_http_countersign_ctx_t *ctx,
    ngx_http_countersign_hold_e hold, ngx_msec_t most)
{
    if (ngx_handle_read_event(r->connection->read, 0) != NGX_OK) {
        return NGX_ERROR;
    }
    ctx->hold = hold;
    ctx->held_reason = countersign_decision_reason(ngx_http_countersign_decision);
    ctx->request = r;
    ctx->wake.data = ctx;
    ctx->wake.log = r->connection->log;
    ctx->wake.handler = ngx_http_countersign_wait_resume;
    ngx_add_timer(&ctx->wake, most);
    r->read_event_handler = ngx_http_test_reading;
    r->write_event_handler = ngx_http_request_empty_handler;
    return NGX_AGAIN;
}


/*
 * A verdict wants keys. NGX_OK: they came at once, judge again; NGX_AGAIN: the request is held; NGX_DECLINED: answer
 * as judged, for waiting is of no use.
 */
ngx_int_t
ngx_http_countersign_wait(ngx_http_request_t *r, ngx_http_countersign_loc_conf_t *lcf,
    ngx_http_countersign_ctx_t *ctx, countersign_need *need)
{
    ngx_http_countersign_policy_t  *policy = lcf->policy;
    uint64_t                        generation;
    ngx_str_t                       issuer;

    issuer.data = (u_char *) need->issuer.data;
    issuer.len = need->issuer.len;
    ctx->issuer.data = ngx_pstrdup(r->pool, &issuer);
    ctx->issuer.len = issuer.len;
    ctx->generation = need->generation;
    if (ctx->issuer.data == NULL) {
        return NGX_DECLINED;
    }
    ngx_http_countersign_fetch_due(policy);
    if (countersign_store_generation(policy->store, ngx_http_countersign_view(&ctx->issuer), &generation)
        != COUNTERSIGN_OK)
    {
        return NGX_DECLINED;
    }
    if (generation != ctx->generation) {
        return NGX_OK;
    }
    if (ctx->waited || lcf->wait == 0
        || !countersign_store_is_fetching(policy->store, ngx_http_countersign_view(&ctx->issuer)))
    {
        return NGX_DECLINED;
    }
    if (ngx_http_countersign_wait_hold(r, ctx, NGX_HTTP_COUNTERSIGN_HELD_FOR_KEYS, lcf->wait) != NGX_AGAIN) {
        ctx->hold = NGX_HTTP_COUNTERSIGN_NOT_HELD;
        return NGX_DECLINED;
    }
    ctx->waited = 1;
    ngx_queue_insert_tail(&policy->waiting, &ctx->waiting);
    return NGX_AGAIN;
}


/* Wakes those whose issuer has other keys now, or no fetch under way any more. */
void
ngx_http_countersign_wait_wake(ngx_http_countersign_policy_t *policy)
{
    ngx_http_countersign_ctx_t  *ctx;
    ngx_queue_t                 *place;
    uint64_t                     generation = 0;

    for (place = ngx_queue_head(&policy->waiting); place != ngx_queue_sentinel(&policy->waiting);
         place = ngx_queue_next(place))
    {
        ctx = ngx_queue_data(place, ngx_http_countersign_ctx_t, waiting);
        (void) countersign_store_generation(policy->store, ngx_http_countersign_view(&ctx->issuer), &generation);
        if (!ctx->wake.posted
            && (generation != ctx->generation
                || !countersign_store_is_fetching(policy->store, ngx_http_countersign_view(&ctx->issuer))))
        {
            ngx_post_event(&ctx->wake, &ngx_posted_events);
        }
    }
}
