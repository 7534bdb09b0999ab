/*
 * A look ahead: a variable of ours that is asked for before the access phase, as the key of limit_req or limit_conn, or
 * by set and if, has the value that it will have, if that can be told at once.
 *
 * Nothing is let in or kept out here. The look waits for nothing, counts nothing and logs nothing; if keys or a hash
 * are missing, the variables are empty. The access phase takes the look for its verdict only if it is asked the same
 * of the same request and no time has passed, so that a request is judged once, and one that limit_req has delayed or
 * another module has changed is judged anew.
 */

#include "ngx_http_countersign.h"

/* A request that was delayed has waited longer: nginx's timers count milliseconds. */
#define NGX_HTTP_COUNTERSIGN_AT_ONCE    UINT64_C(1000000)


/* Finds where our access handler stands among nginx's handlers; once a worker. */
void
ngx_http_countersign_early_place(ngx_cycle_t *cycle)
{
    ngx_http_countersign_main_conf_t  *mcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_countersign_module);
    ngx_http_core_main_conf_t         *cmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_core_module);
    ngx_http_phase_handler_t          *handler = cmcf->phase_engine.handlers;

    for (mcf->access = 0; handler[mcf->access].checker != NULL; mcf->access++) {
        if (handler[mcf->access].handler == ngx_http_countersign_access_handler) {
            return;
        }
    }
    mcf->access = 0;
}


/* Whether a client's request is on its way to our access handler: not behind it, and not being answered already. */
static ngx_uint_t
ngx_http_countersign_is_early(ngx_http_request_t *r)
{
    ngx_http_countersign_main_conf_t  *mcf = ngx_http_get_module_main_conf(r, ngx_http_countersign_module);

    return r == r->main && r->phase_handler < mcf->access && r->write_event_handler == ngx_http_core_run_phases
           && r->headers_out.status == 0 && r->err_status == 0 && !r->header_sent;
}


/* Looks; what is missing leaves the verdict not judged. NGX_ERROR if memory is short. */
static ngx_int_t
ngx_http_countersign_early_look(ngx_http_request_t *r, ngx_http_countersign_loc_conf_t *lcf,
    ngx_http_countersign_early_t *early)
{
    countersign_need  need;

    early->lcf = lcf;
    early->verdict.judged = 0;
    early->mark = ngx_http_countersign_request_mark(r, lcf);
    early->made_at = ngx_http_countersign_clocks().monotonic_nanos;
    ngx_http_countersign_question_wipe(&early->question);
    if (ngx_http_countersign_question(r, lcf, &early->question) != NGX_OK
        || ngx_http_countersign_look(r, lcf, &early->question, NULL) != NGX_OK)
    {
        return NGX_ERROR;
    }
    ngx_memzero(&need, sizeof(need));
    need.struct_size = sizeof(need);
    if (countersign_decision_need(ngx_http_countersign_decision, &need) != COUNTERSIGN_OK) {
        return NGX_ERROR;
    }
    return need.kind == COUNTERSIGN_NEED_NONE ? ngx_http_countersign_keep(r, &early->verdict) : NGX_OK;
}


/* The look of a request in its present location, made if there is none; NULL if there cannot be one. */
static ngx_http_countersign_early_t *
ngx_http_countersign_early(ngx_http_request_t *r)
{
    ngx_http_countersign_loc_conf_t  *lcf = ngx_http_get_module_loc_conf(r, ngx_http_countersign_module);
    ngx_http_countersign_ctx_t       *ctx;

    if (lcf->policy == NULL) {
        return NULL;
    }
    ctx = ngx_http_countersign_add_ctx(r);
    if (ctx == NULL) {
        return NULL;
    }
    if (ctx->early == NULL) {
        ctx->early = ngx_pcalloc(r->pool, sizeof(*ctx->early));
        if (ctx->early == NULL) {
            return NULL;
        }
    }
    if (ctx->early->lcf != lcf && ngx_http_countersign_early_look(r, lcf, ctx->early) != NGX_OK) {
        ctx->early->verdict.judged = 0;
    }
    return ctx->early;
}


/* The look as the verdict of the access phase, if that asks the same at once; NULL if it has to be judged. */
ngx_http_countersign_verdict_t *
ngx_http_countersign_early_take(ngx_http_request_t *r, ngx_http_countersign_ctx_t *ctx)
{
    ngx_http_countersign_early_t  *early = ctx->early;

    ctx->early = NULL;
    if (early == NULL) {
        return NULL;
    }
    if (!early->verdict.judged || !ngx_http_countersign_question_is(&early->question, &ctx->question)
        || early->mark != ngx_http_countersign_request_mark(r, early->lcf)
        || ngx_http_countersign_clocks().monotonic_nanos - early->made_at >= NGX_HTTP_COUNTERSIGN_AT_ONCE)
    {
        early->verdict.judged = 0;
    }
    ngx_http_countersign_question_wipe(&early->question);
    return early->verdict.judged ? &early->verdict : NULL;
}


/* The verdict that variables show: that of the access phase, else a look ahead. NULL if there is none. */
ngx_http_countersign_verdict_t *
ngx_http_countersign_shown(ngx_http_request_t *r)
{
    ngx_http_countersign_ctx_t    *ctx = ngx_http_countersign_get_ctx(r);
    ngx_http_countersign_early_t  *early = ctx == NULL ? NULL : ctx->early;

    if (ctx != NULL && ctx->verdict.judged) {
        return &ctx->verdict;
    }
    if (ngx_http_countersign_is_asking) {
        return NULL;
    }
    if (ngx_http_countersign_is_early(r)) {
        early = ngx_http_countersign_early(r);
    }
    /* A look that was made for another location says nothing about this one. */
    return early != NULL && early->verdict.judged
           && early->lcf == ngx_http_get_module_loc_conf(r->main, ngx_http_countersign_module)
           ? &early->verdict : NULL;
}
