/*
 * Passwords: their hashes take as long as they were made to, so they run in nginx's default thread pool while the
 * event loop goes on. The thread touches nothing but the hash; a request that goes away, or is held no
 * longer, leaves it to end alone.
 */

#include "ngx_http_countersign.h"

#if (NGX_THREADS)

#include <ngx_thread_pool.h>

typedef struct {
    ngx_pool_t                  *pool;
    countersign_slow_hash       *hash;
    ngx_http_countersign_ctx_t  *ctx;        /* NULL: the request is gone */
} ngx_http_countersign_work_t;


/* On a thread of the pool. */
static void
ngx_http_countersign_hash_run(void *data, ngx_log_t *log)
{
    ngx_http_countersign_work_t  *work = data;

    (void) countersign_slow_hash_run(work->hash);
}


/* Back in the event loop. */
static void
ngx_http_countersign_hash_done(ngx_event_t *event)
{
    ngx_http_countersign_work_t  *work = event->data;
    ngx_http_countersign_ctx_t   *ctx = work->ctx;

    if (ctx == NULL) {
        countersign_slow_hash_free(work->hash);
    } else {
        ctx->task = NULL;
        ctx->hash = work->hash;
    }
    ngx_destroy_pool(work->pool);
    if (ctx != NULL) {
        ngx_http_countersign_wait_resume(&ctx->wake);
    }
}


/* Hands the hash that the worker's verdict asks for to a thread; NGX_AGAIN: the request is held for it. */
ngx_int_t
ngx_http_countersign_hash(ngx_http_request_t *r, ngx_http_countersign_ctx_t *ctx, countersign_verifier *verifier)
{
    ngx_http_countersign_main_conf_t  *mcf = ngx_http_get_module_main_conf(r, ngx_http_countersign_module);
    ngx_http_countersign_loc_conf_t   *lcf = ngx_http_get_module_loc_conf(r, ngx_http_countersign_module);
    ngx_http_countersign_work_t       *work;
    ngx_thread_task_t                 *task;
    ngx_pool_t                        *pool;

    /* Not in the request's pool: the thread may outlive the request. */
    pool = mcf->threads == NULL ? NULL : ngx_create_pool(1024, ngx_cycle->log);
    if (pool == NULL) {
        return NGX_DECLINED;
    }
    task = ngx_thread_task_alloc(pool, sizeof(*work));
    if (task == NULL) {
        ngx_destroy_pool(pool);
        return NGX_DECLINED;
    }
    work = task->ctx;
    work->pool = pool;
    work->ctx = ctx;
    if (countersign_slow_hash_new(verifier, ngx_http_countersign_decision, &work->hash) != COUNTERSIGN_OK) {
        ngx_destroy_pool(pool);
        return NGX_DECLINED;
    }
    task->handler = ngx_http_countersign_hash_run;
    task->event.handler = ngx_http_countersign_hash_done;
    task->event.data = work;
    if (ngx_http_countersign_wait_hold(r, ctx, NGX_HTTP_COUNTERSIGN_HELD_FOR_HASH, lcf->hash_wait) != NGX_AGAIN
        || ngx_thread_task_post(mcf->threads, task) != NGX_OK)
    {
        ngx_http_countersign_wait_end(ctx);
        countersign_slow_hash_free(work->hash);
        ngx_destroy_pool(pool);
        r->read_event_handler = ngx_http_block_reading;
        r->write_event_handler = ngx_http_core_run_phases;
        return NGX_DECLINED;
    }
    ctx->task = work;
    return NGX_AGAIN;
}


/* The request goes away, or on, without its hash. One that a thread may still be running is freed when that is done. */
void
ngx_http_countersign_hash_forget(ngx_http_countersign_ctx_t *ctx)
{
    ngx_http_countersign_work_t  *work = ctx->task;

    if (work != NULL) {
        work->ctx = NULL;
        ctx->task = NULL;
    }
    countersign_slow_hash_free(ctx->hash);
    ctx->hash = NULL;
}

#else

/* Not reached: without threads a policy that takes passwords fails `nginx -t`. */
ngx_int_t
ngx_http_countersign_hash(ngx_http_request_t *r, ngx_http_countersign_ctx_t *ctx, countersign_verifier *verifier)
{
    return NGX_DECLINED;
}


void
ngx_http_countersign_hash_forget(ngx_http_countersign_ctx_t *ctx)
{
}

#endif
