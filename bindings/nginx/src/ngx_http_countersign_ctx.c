/*
 * What is kept of a request: its verdict, in its pool, until the log phase.
 */

#include "ngx_http_countersign.h"

/*
 * The request ends: whatever it waits for goes on without it. A client that left while it was held counts by what it was
 * held for: where hashes pile up or keys cannot be had, clients leave before the time is over, and nothing else would
 * tell of it.
 */
static void
ngx_http_countersign_ctx_cleanup(void *data)
{
    ngx_http_countersign_ctx_t  *ctx = data;

    if (ctx->hold != NGX_HTTP_COUNTERSIGN_NOT_HELD) {
        ngx_http_countersign_count(ngx_http_get_module_loc_conf(ctx->request, ngx_http_countersign_module),
                                   ctx->held_reason);
    }
    ngx_http_countersign_wait_end(ctx);
    ngx_http_countersign_hash_forget(ctx);
    ngx_http_countersign_question_wipe(&ctx->question);
    if (ctx->early != NULL) {
        ngx_http_countersign_question_wipe(&ctx->early->question);
    }
}


/*
 * The verdict of a request's main request; NULL if there is none. An internal redirect forgets the contexts of modules,
 * so it is found again by its cleanup.
 */
ngx_http_countersign_ctx_t *
ngx_http_countersign_get_ctx(ngx_http_request_t *r)
{
    ngx_http_countersign_ctx_t  *ctx = ngx_http_get_module_ctx(r->main, ngx_http_countersign_module);
    ngx_pool_cleanup_t          *cleanup;

    if (ctx != NULL) {
        return ctx->fetch == NULL ? ctx : NULL;
    }
    if (!(r->main->internal || r->main->filter_finalize)) {
        return NULL;
    }
    for (cleanup = r->pool->cleanup; cleanup != NULL; cleanup = cleanup->next) {
        if (cleanup->handler == ngx_http_countersign_ctx_cleanup) {
            return cleanup->data;
        }
    }
    return NULL;
}


/* The same, made if there is none. It lives as long as the request's pool. */
ngx_http_countersign_ctx_t *
ngx_http_countersign_add_ctx(ngx_http_request_t *r)
{
    ngx_http_countersign_ctx_t  *ctx = ngx_http_countersign_get_ctx(r);
    ngx_pool_cleanup_t          *cleanup;

    if (ctx == NULL) {
        cleanup = ngx_pool_cleanup_add(r->pool, sizeof(*ctx));
        if (cleanup == NULL) {
            return NULL;
        }
        cleanup->handler = ngx_http_countersign_ctx_cleanup;
        ctx = cleanup->data;
        ngx_memzero(ctx, sizeof(*ctx));
        ctx->request = r;
    }
    ngx_http_set_ctx(r, ctx, ngx_http_countersign_module);
    return ctx;
}
