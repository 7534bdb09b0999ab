/*
 * Subrequests: what auth_request asks, what SSI includes. nginx passes them by the access phase, so a guarded location
 * that is reached by one alone would be open.
 */

#include "ngx_http_countersign.h"

/* Puts the first challenge where auth_request looks for it: it passes one on. */
static ngx_int_t
ngx_http_countersign_challenge(ngx_http_request_t *r, const countersign_decision *decision)
{
    countersign_str   name, value;
    ngx_table_elt_t  *line;
    u_char           *copy;
    size_t            i;

    for (i = 0; countersign_decision_field_at(decision, i, &name, &value) == COUNTERSIGN_OK; i++) {
        if (name.len != sizeof("WWW-Authenticate") - 1 || value.len == 0) {
            continue;
        }
        copy = ngx_pnalloc(r->pool, value.len);
        line = copy == NULL ? NULL : ngx_list_push(&r->headers_out.headers);
        if (line == NULL) {
            return NGX_ERROR;
        }
        ngx_memzero(line, sizeof(*line));
        ngx_memcpy(copy, value.data, value.len);
        line->hash = 1;
        ngx_str_set(&line->key, "WWW-Authenticate");
        line->value.data = copy;
        line->value.len = value.len;
        r->headers_out.www_authenticate = line;
        return NGX_OK;
    }
    return NGX_OK;
}


/* The access handler of a module, which is in no table; NULL if it has none. NGX_ERROR if memory is short. */
static ngx_int_t
ngx_http_countersign_handler_of(ngx_conf_t *cf, ngx_module_t *module, ngx_http_handler_pt *handler)
{
    ngx_http_core_main_conf_t  *cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    ngx_http_module_t          *context = module->ctx;
    ngx_array_t                *handlers = &cmcf->phases[NGX_HTTP_ACCESS_PHASE].handlers, kept = *handlers;
    ngx_int_t                   rc;

    *handler = NULL;
    if (context->postconfiguration == NULL) {
        return NGX_OK;
    }
    /* Shown by what it does with its turn, which is this and nothing else, in a list that is forgotten. */
    rc = ngx_array_init(handlers, cf->pool, 1, sizeof(ngx_http_handler_pt));
    if (rc == NGX_OK) {
        rc = context->postconfiguration(cf);
    }
    if (rc == NGX_OK && handlers->nelts == 1) {
        *handler = *(ngx_http_handler_pt *) handlers->elts;
    }
    *handlers = kept;
    return rc == NGX_OK ? NGX_OK : NGX_ERROR;
}


/*
 * Finds nginx's own other ways of access. The handlers of other modules are for their phase: some count on their place
 * in it, move it, or answer the request.
 */
ngx_int_t
ngx_http_countersign_find_others(ngx_conf_t *cf)
{
    static const char *const           names[] = {
        "ngx_http_access_module", "ngx_http_auth_basic_module", "ngx_http_auth_request_module"
    };
    ngx_http_countersign_main_conf_t  *mcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_countersign_module);
    ngx_module_t                     **module;
    ngx_uint_t                         i;

    for (i = 0; i < NGX_HTTP_COUNTERSIGN_OTHERS; i++) {
        mcf->others[i] = NULL;
        for (module = cf->cycle->modules; *module != NULL; module++) {
            if ((*module)->type == NGX_HTTP_MODULE && ngx_strcmp((*module)->name, names[i]) == 0
                && ngx_http_countersign_handler_of(cf, *module, &mcf->others[i]) != NGX_OK)
            {
                return NGX_ERROR;
            }
        }
    }
    return NGX_OK;
}


/*
 * What nginx's other ways of access say to a subrequest, which it has not asked: allow and deny, auth_basic,
 * auth_request, as one location has them under "satisfy any". NGX_OK: one of them lets it through; NGX_AGAIN: one is
 * still asking; NGX_DECLINED, which is also for any other answer.
 */
static ngx_int_t
ngx_http_countersign_ask_others(ngx_http_request_t *r)
{
    ngx_http_countersign_main_conf_t  *mcf = ngx_http_get_module_main_conf(r, ngx_http_countersign_module);
    ngx_uint_t                         i;
    ngx_int_t                          rc;

    for (i = 0; i < NGX_HTTP_COUNTERSIGN_OTHERS; i++) {
        rc = mcf->others[i] == NULL ? NGX_DECLINED : mcf->others[i](r);
        if (rc == NGX_OK || rc == NGX_AGAIN) {
            return rc;
        }
    }
    return NGX_DECLINED;
}


/*
 * "satisfy any": the verdict of the client's request that something else has overruled, if the same was asked there;
 * else NULL. Whether a subrequest may pass by it is for what its own location says, if that has "satisfy any" itself.
 */
static ngx_http_countersign_verdict_t *
ngx_http_countersign_overruled(ngx_http_request_t *r, ngx_http_countersign_question_t *question)
{
    ngx_http_core_loc_conf_t    *core = ngx_http_get_module_loc_conf(r, ngx_http_core_module);
    ngx_http_countersign_ctx_t  *client = ngx_http_countersign_get_ctx(r);

    return core->satisfy == NGX_HTTP_SATISFY_ANY && client != NULL && client->overruled
           && ngx_http_countersign_question_is(&client->question, question)
           ? &client->verdict : NULL;
}


/* Judges, and tells the upstream; gives what the phase hears. */
static ngx_int_t
ngx_http_countersign_answer_subrequest(ngx_http_request_t *r, ngx_http_countersign_loc_conf_t *lcf,
    ngx_http_countersign_question_t *question)
{
    ngx_http_countersign_verdict_t  *overruled = ngx_http_countersign_overruled(r, question);
    countersign_decision            *decision = ngx_http_countersign_decision;
    ngx_int_t                        rc = overruled != NULL ? ngx_http_countersign_ask_others(r) : NGX_DECLINED;

    if (rc == NGX_AGAIN) {
        return NGX_AGAIN;                   /* and is asked once more; nothing was counted yet */
    }
    if (rc == NGX_OK) {
        decision = ngx_http_countersign_decision_of(overruled);

    } else if (ngx_http_countersign_look(r, lcf, question, NULL) == NGX_OK) {
        ngx_http_countersign_count(lcf, countersign_decision_reason(decision));

    } else {
        return NGX_ERROR;
    }
    if (lcf->forward && ngx_http_countersign_forward(r, decision) != NGX_OK) {
        return NGX_ERROR;
    }
    if (rc == NGX_OK || countersign_decision_allowed(decision)) {
        return NGX_DECLINED;
    }
    if (ngx_http_countersign_challenge(r, decision) != NGX_OK) {
        return NGX_ERROR;
    }
    return (ngx_int_t) countersign_decision_http_status(decision);
}


/*
 * Judges a subrequest by the policy of its location, at once: it is never held, so keys that are not there yet and a
 * password that was not hashed yet are 503. NGX_DECLINED lets it through; NGX_AGAIN: another way of access is still
 * asking.
 */
ngx_int_t
ngx_http_countersign_judge_subrequest(ngx_http_request_t *r)
{
    ngx_http_countersign_loc_conf_t  *lcf = ngx_http_get_module_loc_conf(r, ngx_http_countersign_module);
    ngx_http_countersign_ctx_t       *client = ngx_http_get_module_ctx(r->main, ngx_http_countersign_module);
    ngx_http_countersign_question_t   question;
    ngx_int_t                         rc;

    if (lcf->policy == NULL || (client != NULL && client->fetch != NULL)) {
        return NGX_DECLINED;
    }
    rc = ngx_http_countersign_question(r, lcf, &question);
    if (rc == NGX_OK) {
        rc = ngx_http_countersign_answer_subrequest(r, lcf, &question);
    }
    ngx_http_countersign_question_wipe(&question);
    return rc == NGX_ERROR ? NGX_HTTP_INTERNAL_SERVER_ERROR : rc;
}
