/*
 * Documents, compiled once in the master and shared by its workers; what is wrong with one fails `nginx -t`.
 */

#include "ngx_http_countersign.h"

/* Locations share a policy if document, keys, secrets and zone are the same. */
static ngx_http_countersign_policy_t *
ngx_http_countersign_policy_find(ngx_http_countersign_main_conf_t *mcf, ngx_http_countersign_loc_conf_t *lcf,
    ngx_http_core_srv_conf_t *server)
{
    ngx_http_countersign_policy_t  **policy = mcf->policies.elts;
    ngx_uint_t                       i;

    for (i = 0; i < mcf->policies.nelts; i++) {
        if (policy[i]->sources == lcf->sources && policy[i]->refs == lcf->refs && policy[i]->zone == lcf->zone
            && policy[i]->server == server && policy[i]->path.len == lcf->path.len
            && ngx_memcmp(policy[i]->path.data, lcf->path.data, lcf->path.len) == 0)
        {
            return policy[i];
        }
    }
    return NULL;
}


/* Gives back what the master holds; runs when the configuration's pool goes. */
static void
ngx_http_countersign_policy_cleanup(void *data)
{
    ngx_http_countersign_policy_t  *policy = data;

    countersign_verifier_free(policy->probe);
    countersign_store_free(policy->probe_store);
    countersign_policy_free(policy->policy);
}


/* Reads the files of countersign_ref into fields for the library. */
static ngx_int_t
ngx_http_countersign_policy_refs(ngx_conf_t *cf, ngx_pool_t *pool, ngx_array_t *refs, countersign_policy_options *options)
{
    ngx_http_countersign_ref_t  *ref;
    countersign_field           *field;
    ngx_str_t                    bytes;
    ngx_uint_t                   i;

    ngx_memzero(options, sizeof(*options));
    options->struct_size = sizeof(*options);
    if (refs == NULL) {
        return NGX_OK;
    }
    field = ngx_palloc(pool, refs->nelts * sizeof(*field));
    if (field == NULL) {
        return NGX_ERROR;
    }
    for (ref = refs->elts, i = 0; i < refs->nelts; i++) {
        if (ngx_http_countersign_file_read(pool, cf->log, &ref[i].file, &bytes) != NGX_OK) {
            return NGX_ERROR;
        }
        field[i].name = ngx_http_countersign_view(&ref[i].name);
        field[i].value = ngx_http_countersign_view(&bytes);
    }
    options->refs = field;
    options->ref_count = refs->nelts;
    return NGX_OK;
}


/* Reads and compiles the document. Secrets are wiped from the pool that they were read into. */
static ngx_int_t
ngx_http_countersign_policy_compile(ngx_conf_t *cf, ngx_http_countersign_policy_t *policy,
    ngx_http_countersign_loc_conf_t *lcf)
{
    countersign_policy_options  options;
    countersign_report         *report = NULL;
    countersign_status          status = COUNTERSIGN_PANIC;
    ngx_pool_t                 *pool = ngx_create_pool(4096, cf->log);
    ngx_str_t                   text;
    size_t                      i;

    if (pool == NULL) {
        return NGX_ERROR;
    }
    if (ngx_http_countersign_file_read(pool, cf->log, &policy->path, &text) != NGX_OK
        || ngx_http_countersign_policy_refs(cf, pool, policy->refs, &options) != NGX_OK)
    {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "countersign: cannot load \"%V\" in %s:%ui", &policy->path,
                      lcf->place.file, lcf->place.line);
        ngx_destroy_pool(pool);
        return NGX_ERROR;
    }
    status = countersign_policy_new(&options, ngx_http_countersign_view(&text), &policy->policy, &report);
    for (i = 0; i < options.ref_count; i++) {
        ngx_explicit_memzero((u_char *) options.refs[i].value.data, options.refs[i].value.len);
    }
    ngx_explicit_memzero(text.data, text.len);
    ngx_destroy_pool(pool);
    if (report != NULL) {
        ngx_http_countersign_report(cf, &policy->path, report, &lcf->place);
    }
    return status == COUNTERSIGN_OK ? NGX_OK : NGX_ERROR;
}


/* What the core wants to see of a request, in an array that requests walk over. */
static ngx_int_t
ngx_http_countersign_policy_fields(ngx_conf_t *cf, ngx_http_countersign_policy_t *policy)
{
    size_t  i;

    policy->field_count = countersign_policy_field_count(policy->policy);
    policy->fields = ngx_pcalloc(cf->pool, (policy->field_count + 1) * sizeof(*policy->fields));
    if (policy->fields == NULL) {
        return NGX_ERROR;
    }
    for (i = 0; i < policy->field_count; i++) {
        if (countersign_policy_field_at(policy->policy, i, &policy->fields[i]) != COUNTERSIGN_OK) {
            return NGX_ERROR;
        }
    }
    return NGX_OK;
}


/* Only a policy with a source "location" belongs to one server: to that whose locations it asks. */
static ngx_http_core_srv_conf_t *
ngx_http_countersign_policy_server(ngx_conf_t *cf, ngx_http_countersign_loc_conf_t *lcf)
{
    ngx_http_countersign_source_t  *source;
    ngx_uint_t                      i;

    if (lcf->sources != NULL) {
        for (source = lcf->sources->elts, i = 0; i < lcf->sources->nelts; i++) {
            if (source[i].location.len > 0) {
                return ngx_http_conf_get_module_srv_conf(cf, ngx_http_core_module);
            }
        }
    }
    return NULL;
}


/* Finds or compiles the policy of a location. */
ngx_int_t
ngx_http_countersign_policy_load(ngx_conf_t *cf, ngx_http_countersign_loc_conf_t *lcf)
{
    ngx_http_countersign_main_conf_t  *mcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_countersign_module);
    ngx_http_core_srv_conf_t          *server = ngx_http_countersign_policy_server(cf, lcf);
    ngx_http_countersign_policy_t     *policy, **slot;
    countersign_store_options          options;
    ngx_pool_cleanup_t                *cleanup;
    u_char                             entropy[32];

    lcf->policy = ngx_http_countersign_policy_find(mcf, lcf, server);
    if (lcf->policy != NULL) {
        return NGX_OK;
    }
    policy = ngx_pcalloc(cf->pool, sizeof(*policy));
    slot = ngx_array_push(&mcf->policies);
    cleanup = ngx_pool_cleanup_add(cf->pool, 0);
    if (policy == NULL || slot == NULL || cleanup == NULL) {
        return NGX_ERROR;
    }
    *slot = policy;
    cleanup->handler = ngx_http_countersign_policy_cleanup;
    cleanup->data = policy;
    policy->path = lcf->path;
    policy->sources = lcf->sources;
    policy->refs = lcf->refs;
    policy->zone = lcf->zone;
    policy->server = server;
    ngx_queue_init(&policy->waiting);
    ngx_queue_init(&policy->fetches);

    if (ngx_http_countersign_policy_compile(cf, policy, lcf) != NGX_OK
        || ngx_http_countersign_policy_fields(cf, policy) != NGX_OK
        || ngx_http_countersign_entropy(entropy, sizeof(entropy)) != NGX_OK)
    {
        return NGX_ERROR;
    }
    ngx_memzero(&options, sizeof(options));
    options.struct_size = sizeof(options);
    options.entropy.data = (char *) entropy;
    options.entropy.len = sizeof(entropy);
    if (countersign_store_new(&options, policy->policy, &policy->probe_store) != COUNTERSIGN_OK
        || countersign_verifier_new(policy->policy, policy->probe_store, &policy->probe) != COUNTERSIGN_OK
        || ngx_http_countersign_keys_load(cf, policy, lcf) != NGX_OK)
    {
        return NGX_ERROR;
    }
    lcf->policy = policy;
    return NGX_OK;
}
