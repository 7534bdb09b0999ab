/*
 * The access phase: one verdict a request, kept in the request's pool until the log phase.
 */

#include "ngx_http_countersign.h"

/* Keeps what the worker's decision says in the request's pool: the decision goes on to the next request. */
ngx_int_t
ngx_http_countersign_keep(ngx_http_request_t *r, ngx_http_countersign_verdict_t *verdict)
{
    static uint64_t        last_number;
    countersign_decision  *decision = ngx_http_countersign_decision;
    size_t                 size = 0;

    if (countersign_decision_save(decision, NULL, 0, &size) != COUNTERSIGN_BUFFER_TOO_SMALL) {
        return NGX_ERROR;
    }
    verdict->block = ngx_pnalloc(r->pool, size);
    if (verdict->block == NULL
        || countersign_decision_save(decision, (char *) verdict->block, size, &verdict->block_size) != COUNTERSIGN_OK)
    {
        return NGX_ERROR;
    }
    verdict->number = ++last_number;
    verdict->reason = countersign_decision_reason(decision);
    verdict->detail = countersign_decision_detail(decision);
    verdict->status = countersign_decision_http_status(decision);
    verdict->allowed = countersign_decision_allowed(decision);
    verdict->judged = 1;
    return NGX_OK;
}


/* One look at the request, into the worker's decision; with the hash of its password if that was run. */
ngx_int_t
ngx_http_countersign_look(ngx_http_request_t *r, ngx_http_countersign_loc_conf_t *lcf,
    ngx_http_countersign_question_t *question, countersign_slow_hash *hash)
{
    countersign_decision  *decision = ngx_http_countersign_decision;
    countersign_request    request;
    countersign_status     status;

    if (ngx_http_countersign_request_fill(r, lcf, question, &request) != NGX_OK) {
        return NGX_ERROR;
    }
    if (hash != NULL) {
        status = countersign_resume(lcf->policy->verifier, &request, hash, decision);
    } else {
        status = countersign_check(lcf->policy->verifier, &request, decision);
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
        rc = ngx_http_countersign_look(r, lcf, &ctx->question, ctx->hash);
        if (ctx->hash != NULL) {
            ngx_http_countersign_hash_forget(ctx);
        }
        ngx_memzero(&need, sizeof(need));
        need.struct_size = sizeof(need);
        if (rc != NGX_OK || countersign_decision_need(ngx_http_countersign_decision, &need) != COUNTERSIGN_OK) {
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


/* Tells the upstream of a location that wants to know who is asking. */
static ngx_int_t
ngx_http_countersign_tell(ngx_http_request_t *r, ngx_http_countersign_loc_conf_t *lcf, ngx_http_countersign_ctx_t *ctx)
{
    return lcf->forward ? ngx_http_countersign_forward(r, ngx_http_countersign_decision_of(&ctx->verdict)) : NGX_OK;
}


/* The request was judged: counted, logged, told to the upstream; gives what the access phase hears. */
static ngx_int_t
ngx_http_countersign_answer(ngx_http_request_t *r, ngx_http_countersign_loc_conf_t *lcf,
    ngx_http_countersign_ctx_t *ctx)
{
    ngx_http_countersign_count(lcf, ctx->verdict.reason);
    if (!ctx->verdict.allowed) {
        ngx_http_countersign_log_denial(r, ctx);
    }
    if (ngx_http_countersign_tell(r, lcf, ctx) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    return ctx->verdict.allowed ? NGX_OK : (ngx_int_t) ctx->verdict.status;
}


/* Another question than that of the last verdict, or a denial that is asked about again: judged anew. */
static ngx_int_t
ngx_http_countersign_ask(ngx_http_request_t *r, ngx_http_countersign_loc_conf_t *lcf, ngx_http_countersign_ctx_t *ctx)
{
    ngx_http_countersign_verdict_t  *early = ngx_http_countersign_early_take(r, ctx);
    ngx_int_t                        rc;

    if (!ctx->resumed) {
        ctx->waited = 0;
        ctx->hashed = 0;
        ngx_http_countersign_hash_forget(ctx);
    }
    ctx->resumed = 0;
    ctx->overruled = 0;
    ctx->replaced = 0;
    ctx->verdict.judged = 0;
    ctx->verdict.allowed = 0;
    if (early != NULL) {
        ctx->verdict = *early;
        return ngx_http_countersign_answer(r, lcf, ctx);
    }
    rc = ngx_http_countersign_judge(r, lcf, ctx);
    if (rc == NGX_OK) {
        rc = ngx_http_countersign_keep(r, &ctx->verdict);
    }
    if (rc != NGX_OK) {
        return rc == NGX_AGAIN ? NGX_AGAIN : NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    return ngx_http_countersign_answer(r, lcf, ctx);
}


ngx_int_t
ngx_http_countersign_access_handler(ngx_http_request_t *r)
{
    ngx_http_countersign_loc_conf_t  *lcf = ngx_http_get_module_loc_conf(r, ngx_http_countersign_module);
    ngx_http_countersign_ctx_t       *ctx;
    ngx_http_countersign_question_t   question;
    ngx_uint_t                        same;

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
    if (ngx_http_countersign_question(r, lcf, &question) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    same = ctx->verdict.judged && ngx_http_countersign_question_is(&ctx->question, &question);
    ngx_http_countersign_question_wipe(&ctx->question);
    ctx->question = question;
    if (same && ctx->verdict.allowed) {
        /* Judged before an internal redirect; another location may forward what this one did not. */
        return ngx_http_countersign_tell(r, lcf, ctx) == NGX_OK ? NGX_OK : NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    return ngx_http_countersign_ask(r, lcf, ctx);
}


/*
 * Reached behind the access phase alone. Subrequests, which that phase passes over, are judged here. With "satisfy
 * any", something else has let through what was denied here: then nothing of the denial must be sent, whatever status
 * the request ends with.
 */
ngx_int_t
ngx_http_countersign_precontent_handler(ngx_http_request_t *r)
{
    ngx_http_countersign_ctx_t  *ctx = ngx_http_get_module_ctx(r, ngx_http_countersign_module);

    if (r != r->main) {
        return ngx_http_countersign_judge_subrequest(r);
    }
    if (ctx != NULL && ctx->verdict.judged && !ctx->verdict.allowed) {
        ctx->overruled = 1;
    }
    return NGX_DECLINED;
}
