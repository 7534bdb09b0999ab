/*
 * The access phase: one verdict a request, kept in the request's pool until the log phase.
 */

#include "ngx_http_countersign.h"

/* The request ends: whatever it waits for goes on without it. */
static void
ngx_http_countersign_ctx_cleanup(void *data)
{
    ngx_http_countersign_ctx_t  *ctx = data;

    ngx_http_countersign_wait_end(ctx);
    ngx_http_countersign_hash_forget(ctx);
    if (ctx->token.len > 0) {
        ngx_explicit_memzero(ctx->token.data, ctx->token.len);
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


/* Evaluates countersign_scope and countersign_token; gives whether they are what the last verdict was made with. */
ngx_int_t
ngx_http_countersign_inputs(ngx_http_request_t *r, ngx_http_countersign_loc_conf_t *lcf,
    ngx_http_countersign_ctx_t *ctx, ngx_uint_t *same)
{
    ngx_str_t  scopes = ngx_null_string, token = ngx_null_string, line = ngx_null_string;

    if (lcf->scope != NULL) {
        if (ngx_http_complex_value(r, lcf->scope, &scopes) != NGX_OK) {
            return NGX_ERROR;
        }
        /* "" asks for no scopes. A variable that turns out empty does not: then the policy's own count. */
        if (scopes.len == 0) {
            scopes.data = lcf->scope->lengths == NULL ? (u_char *) "" : NULL;
        }
    }
    if (lcf->token != NULL && ngx_http_complex_value(r, lcf->token, &token) != NGX_OK) {
        return NGX_ERROR;
    }
    if (token.len > 0) {
        line.len = sizeof("Bearer ") - 1 + token.len;
        line.data = ngx_pnalloc(r->pool, line.len);
        if (line.data == NULL) {
            return NGX_ERROR;
        }
        ngx_memcpy(ngx_cpymem(line.data, "Bearer ", sizeof("Bearer ") - 1), token.data, token.len);
    }
    *same = ctx->judged && ctx->policy == lcf->policy && ctx->profile->len == lcf->profile.len
            && ngx_strncmp(ctx->profile->data, lcf->profile.data, lcf->profile.len) == 0
            && (ctx->scopes.data == NULL) == (scopes.data == NULL) && ctx->scopes.len == scopes.len
            && ngx_strncmp(ctx->scopes.data, scopes.data, scopes.len) == 0
            && ctx->token.len == line.len && ngx_strncmp(ctx->token.data, line.data, line.len) == 0;
    ctx->scopes = scopes;
    ctx->token = line;
    return NGX_OK;
}


/* Keeps what the worker's decision says in the request's pool: the decision goes on to the next request. */
static ngx_int_t
ngx_http_countersign_keep(ngx_http_request_t *r, ngx_http_countersign_loc_conf_t *lcf, ngx_http_countersign_ctx_t *ctx)
{
    static uint64_t        last_number;
    countersign_decision  *verdict = ngx_http_countersign_verdict;
    size_t                 size = 0;

    if (countersign_decision_save(verdict, NULL, 0, &size) != COUNTERSIGN_BUFFER_TOO_SMALL) {
        return NGX_ERROR;
    }
    ctx->block = ngx_pnalloc(r->pool, size);
    if (ctx->block == NULL
        || countersign_decision_save(verdict, (char *) ctx->block, size, &ctx->block_size) != COUNTERSIGN_OK)
    {
        return NGX_ERROR;
    }
    ctx->number = ++last_number;
    ctx->policy = lcf->policy;
    ctx->profile = &lcf->profile;
    ctx->reason = countersign_decision_reason(verdict);
    ctx->status = countersign_decision_http_status(verdict);
    ctx->allowed = countersign_decision_allowed(verdict);
    ctx->judged = 1;
    return NGX_OK;
}


/* One look at the request, with the hash of its password if that was run. */
ngx_int_t
ngx_http_countersign_look(ngx_http_request_t *r, ngx_http_countersign_loc_conf_t *lcf, ngx_http_countersign_ctx_t *ctx)
{
    countersign_decision  *verdict = ngx_http_countersign_verdict;
    countersign_request    request;
    countersign_status     status;

    if (ngx_http_countersign_request_fill(r, lcf, ctx, &request) != NGX_OK) {
        return NGX_ERROR;
    }
    if (ctx->hash != NULL) {
        status = countersign_resume(lcf->policy->verifier, &request, ctx->hash, verdict);
        ngx_http_countersign_hash_forget(ctx);
    } else {
        status = countersign_check(lcf->policy->verifier, &request, verdict);
    }
    if (status != COUNTERSIGN_OK && status != COUNTERSIGN_DENIED) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "countersign: the check failed with status %uD", status);
        return NGX_ERROR;
    }
    return NGX_OK;
}


/*
 * Judges, and sees to what the verdict needs: NGX_OK with a verdict that counts, NGX_AGAIN if the request is held,
 * NGX_ERROR. Keys that files or the zone have come at once, and then it is judged twice.
 */
static ngx_int_t
ngx_http_countersign_judge(ngx_http_request_t *r, ngx_http_countersign_loc_conf_t *lcf,
    ngx_http_countersign_ctx_t *ctx)
{
    countersign_need  need;
    ngx_uint_t        looks;
    ngx_int_t         rc;

    for (looks = 0; looks < 2; looks++) {
        if (ngx_http_countersign_look(r, lcf, ctx) != NGX_OK) {
            return NGX_ERROR;
        }
        ngx_memzero(&need, sizeof(need));
        need.struct_size = sizeof(need);
        if (countersign_decision_need(ngx_http_countersign_verdict, &need) != COUNTERSIGN_OK) {
            return NGX_ERROR;
        }
        if (need.kind == COUNTERSIGN_NEED_SLOW_HASH && !ctx->hashed) {
            ctx->hashed = 1;
            rc = ngx_http_countersign_hash(r, ctx, lcf->policy->verifier);
            return rc == NGX_AGAIN ? NGX_AGAIN : NGX_OK;
        }
        if (need.kind != COUNTERSIGN_NEED_KEYS || looks > 0) {
            return NGX_OK;
        }
        rc = ngx_http_countersign_wait(r, lcf, ctx, &need);
        if (rc != NGX_OK) {
            return rc == NGX_AGAIN ? NGX_AGAIN : NGX_OK;
        }
    }
    return NGX_OK;
}


/* The request was judged: kept, counted, logged, told to the upstream; gives what the access phase hears. */
static ngx_int_t
ngx_http_countersign_answer(ngx_http_request_t *r, ngx_http_countersign_loc_conf_t *lcf,
    ngx_http_countersign_ctx_t *ctx)
{
    if (ngx_http_countersign_keep(r, lcf, ctx) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    ngx_http_countersign_count(lcf, ctx->reason);
    if (!ctx->allowed) {
        ngx_http_countersign_log_denial(r, ctx);
    }
    if (lcf->forward && ngx_http_countersign_forward(r, ctx) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    return ctx->allowed ? NGX_OK : (ngx_int_t) ctx->status;
}


ngx_int_t
ngx_http_countersign_access_handler(ngx_http_request_t *r)
{
    ngx_http_countersign_loc_conf_t  *lcf = ngx_http_get_module_loc_conf(r, ngx_http_countersign_module);
    ngx_http_countersign_ctx_t       *ctx;
    ngx_uint_t                        same;
    ngx_int_t                         rc;

    if (lcf->policy == NULL) {
        return NGX_DECLINED;
    }
    ctx = ngx_http_countersign_add_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    if (ctx->hold != NGX_HTTP_COUNTERSIGN_NOT_HELD) {
        return NGX_AGAIN;
    }
    if (ngx_http_countersign_inputs(r, lcf, ctx, &same) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    if (same && ctx->allowed) {
        /* Judged before an internal redirect; another location may forward what this one did not. */
        return !lcf->forward || ngx_http_countersign_forward(r, ctx) == NGX_OK ? NGX_OK
                                                                               : NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    if (!ctx->resumed) {
        ctx->waited = 0;
        ctx->hashed = 0;
        ngx_http_countersign_hash_forget(ctx);
    }
    ctx->resumed = 0;
    ctx->judged = 0;
    ctx->allowed = 0;
    ctx->overruled = 0;
    ctx->replaced = 0;
    rc = ngx_http_countersign_judge(r, lcf, ctx);
    if (rc != NGX_OK) {
        return rc == NGX_AGAIN ? NGX_AGAIN : NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    return ngx_http_countersign_answer(r, lcf, ctx);
}


/*
 * Reached behind the access phase alone. Subrequests, which that phase passes over, are judged here. With "satisfy any", something else has let through what was denied here. Then
 * nothing of the denial must be sent, whatever status the request ends with.
 */
ngx_int_t
ngx_http_countersign_precontent_handler(ngx_http_request_t *r)
{
    ngx_http_countersign_ctx_t  *ctx = ngx_http_get_module_ctx(r, ngx_http_countersign_module);

    if (r != r->main) {
        return ngx_http_countersign_judge_subrequest(r);
    }
    if (ctx != NULL && ctx->judged && !ctx->allowed) {
        ctx->overruled = 1;
    }
    return NGX_DECLINED;
}
