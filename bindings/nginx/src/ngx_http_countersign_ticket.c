/*
 * One open ticket: its memory, outside of every request, and where it stands in the zone.
 */

#include "ngx_http_countersign.h"

static ngx_http_countersign_source_t *
ngx_http_countersign_ticket_source(ngx_http_countersign_policy_t *policy, countersign_str issuer)
{
    ngx_http_countersign_source_t  *source;
    ngx_uint_t                      i;

    for (i = 0; policy->sources != NULL && i < policy->sources->nelts; i++) {
        source = (ngx_http_countersign_source_t *) policy->sources->elts + i;
        if (source->issuer.len == issuer.len && ngx_memcmp(source->issuer.data, issuer.data, issuer.len) == 0) {
            return source;
        }
    }
    return NULL;
}


/* Opens a ticket: its memory, its key in the zone, and what hears of its end. NULL: memory is short. */
ngx_http_countersign_fetch_t *
ngx_http_countersign_ticket_open(ngx_http_countersign_policy_t *policy, countersign_fetch *ticket,
    ngx_event_handler_pt handler)
{
    ngx_pool_t                    *pool = ngx_create_pool(4096, ngx_cycle->log);
    ngx_http_countersign_fetch_t  *fetch;
    u_char                        *p;

    fetch = pool == NULL ? NULL : ngx_pcalloc(pool, sizeof(*fetch));
    if (fetch == NULL) {
        goto failed;
    }
    fetch->pool = pool;
    fetch->policy = policy;
    fetch->ticket = ticket;
    fetch->info.struct_size = sizeof(fetch->info);
    if (countersign_fetch_describe(ticket, &fetch->info) != COUNTERSIGN_OK) {
        goto failed;
    }
    fetch->source = ngx_http_countersign_ticket_source(policy, fetch->info.issuer);
    fetch->key.len = fetch->info.issuer.len + 1 + fetch->info.url.len;
    fetch->key.data = p = ngx_pnalloc(pool, fetch->key.len);
    if (p == NULL) {
        goto failed;
    }
    p = ngx_cpymem(p, fetch->info.issuer.data, fetch->info.issuer.len);
    *p++ = ' ';
    ngx_memcpy(p, fetch->info.url.data, fetch->info.url.len);
    fetch->event.data = fetch;
    fetch->event.handler = handler;
    fetch->event.log = ngx_cycle->log;
    fetch->event.cancelable = 1;
    ngx_queue_insert_tail(&policy->fetches, &fetch->queue);
    return fetch;

failed:

    countersign_fetch_free(ticket);
    if (pool != NULL) {
        ngx_destroy_pool(pool);
    }
    return NULL;
}


/* Gives back what was opened; the store was told before. */
void
ngx_http_countersign_ticket_close(ngx_http_countersign_fetch_t *fetch)
{
    ngx_queue_remove(&fetch->queue);
    if (fetch->event.timer_set) {
        ngx_del_timer(&fetch->event);
    }
    if (fetch->event.posted) {
        ngx_delete_posted_event(&fetch->event);
    }
    countersign_fetch_free(fetch->ticket);
    ngx_destroy_pool(fetch->pool);
}
