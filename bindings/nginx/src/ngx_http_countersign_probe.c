/*
 * Questions that the library answers by judging a made-up request while the configuration is read: whether a profile
 * is there, whether the scopes can be asked for, and whether the policy takes passwords, whose hashes need a thread pool.
 */

#include "ngx_http_countersign.h"

/* Judges a made-up request, scopes NULL for the policy's; gives whether it could be. The decision is of the caller. */
static ngx_int_t
ngx_http_countersign_probe_check(ngx_http_countersign_loc_conf_t *lcf, ngx_str_t *scopes,
    countersign_decision *decision)
{
    countersign_request  request;
    countersign_field    field;
    countersign_status   status;

    field.name = ngx_http_countersign_literal("authorization");
    field.value = ngx_http_countersign_literal("Basic cHJvYmU6cHJvYmU=");
    ngx_memzero(&request, sizeof(request));
    request.struct_size = sizeof(request);
    request.method = ngx_http_countersign_literal("GET");
    request.target = ngx_http_countersign_literal("https://localhost/");
    request.fields = &field;
    request.field_count = 1;
    request.now_seconds = ngx_time();
    if (lcf->profile.len > 0) {
        request.profile = ngx_http_countersign_view(&lcf->profile);
    }
    if (scopes != NULL) {
        request.scopes = ngx_http_countersign_view(scopes);
    }
    status = countersign_check(lcf->policy->probe, &request, decision);
    return status == COUNTERSIGN_OK || status == COUNTERSIGN_DENIED ? NGX_OK : NGX_ERROR;
}


/* Passwords are hashed in nginx's default thread pool; without one they would stop every other request. */
static ngx_int_t
ngx_http_countersign_probe_threads(ngx_conf_t *cf, ngx_http_countersign_loc_conf_t *lcf)
{
#if (NGX_THREADS)
    ngx_http_countersign_main_conf_t  *mcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_countersign_module);

    if (mcf->threads == NULL) {
        mcf->threads = ngx_thread_pool_add(cf, NULL);
    }
    return mcf->threads == NULL ? NGX_ERROR : NGX_OK;
#else
    ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "countersign: \"%V\" takes passwords, whose hashes would hold up every "
                  "other request: this nginx is built without --with-threads in %s:%ui", &lcf->policy->path,
                  lcf->place.file, lcf->place.line);
    return NGX_ERROR;
#endif
}


/* Scopes without a variable that could never be written in a challenge. */
static ngx_int_t
ngx_http_countersign_probe_scopes(ngx_conf_t *cf, ngx_http_countersign_loc_conf_t *lcf,
    countersign_decision *decision)
{
    if (lcf->scope == NULL || lcf->scope->lengths != NULL || lcf->scope->value.len == 0) {
        return NGX_OK;
    }
    if (ngx_http_countersign_probe_check(lcf, &lcf->scope->value, decision) != NGX_OK
        || countersign_decision_reason(decision) == COUNTERSIGN_REASON_INTERNAL_ERROR)
    {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "\"countersign_scope\" is no list of scopes (RFC 6749 section 3.3): "
                      "\"%V\" in %s:%ui", &lcf->scope->value, lcf->scope_place.file, lcf->scope_place.line);
        return NGX_ERROR;
    }
    return NGX_OK;
}


/* Asks the policy of a location what its directives rely on. */
ngx_int_t
ngx_http_countersign_policy_probe(ngx_conf_t *cf, ngx_http_countersign_loc_conf_t *lcf)
{
    countersign_decision  *decision = NULL;
    countersign_need       need;
    ngx_int_t              rc = NGX_ERROR;

    ngx_memzero(&need, sizeof(need));
    need.struct_size = sizeof(need);
    if (countersign_decision_new(&decision) == COUNTERSIGN_OK
        && ngx_http_countersign_probe_check(lcf, NULL, decision) == NGX_OK
        && countersign_decision_need(decision, &need) == COUNTERSIGN_OK)
    {
        rc = NGX_OK;
    }
    if (rc == NGX_OK && countersign_decision_reason(decision) == COUNTERSIGN_REASON_INTERNAL_ERROR) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "countersign: \"%V\" has no profile \"%V\" in %s:%ui",
                      &lcf->policy->path, &lcf->profile, lcf->place.file, lcf->place.line);
        rc = NGX_ERROR;
    }
    if (rc == NGX_OK && need.kind == COUNTERSIGN_NEED_SLOW_HASH) {
        rc = ngx_http_countersign_probe_threads(cf, lcf);
    }
    if (rc == NGX_OK) {
        rc = ngx_http_countersign_probe_scopes(cf, lcf, decision);
    }
    countersign_decision_free(decision);
    return rc;
}
