/*
 * countersign_keys, and its lines against the policies that take keys from there: a corrupt file, an issuer without keys
 * and keys without an issuer are told by `nginx -t`.
 */

#include "ngx_http_countersign.h"

/* countersign_keys ISSUER file PATH | location URI */
char *
ngx_http_countersign_keys(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_countersign_main_conf_t   *mcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_countersign_module);
    ngx_http_countersign_loc_conf_t    *lcf = conf;
    ngx_str_t                          *value = cf->args->elts;
    ngx_http_countersign_source_t      *source;
    ngx_array_t                       **all;
    ngx_uint_t                          i;
    u_char                             *query;

    if (lcf->sources == NGX_CONF_UNSET_PTR) {
        lcf->sources = ngx_array_create(cf->pool, 2, sizeof(*source));
        all = ngx_array_push(&mcf->sources);
        if (lcf->sources == NULL || all == NULL) {
            return NGX_CONF_ERROR;
        }
        *all = lcf->sources;
    }
    for (source = lcf->sources->elts, i = 0; i < lcf->sources->nelts; i++) {
        if (source[i].issuer.len == value[1].len
            && ngx_strncmp(source[i].issuer.data, value[1].data, value[1].len) == 0)
        {
            return "has two sources for this issuer";
        }
    }
    source = ngx_array_push(lcf->sources);
    if (source == NULL) {
        return NGX_CONF_ERROR;
    }
    ngx_memzero(source, sizeof(*source));
    source->issuer = value[1];
    source->place.file = cf->conf_file->file.name.data;
    source->place.line = cf->conf_file->line;

    if (ngx_strcmp(value[2].data, "file") == 0) {
        source->file = value[3];
        return ngx_conf_full_name(cf->cycle, &source->file, 1) == NGX_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
    }
    if (ngx_strcmp(value[2].data, "location") == 0) {
        if (value[3].data[0] != '/') {
            return "needs a location that begins with a slash";
        }
        source->location = value[3];
        query = ngx_strlchr(value[3].data, value[3].data + value[3].len, '?');
        if (query != NULL) {
            source->location.len = query - value[3].data;
            source->args.data = query + 1;
            source->args.len = value[3].data + value[3].len - source->args.data;
        }
        return NGX_CONF_OK;
    }
    return "takes an issuer, \"file\" or \"location\", and the path or URI";
}


/* Tries the key files, so that a corrupt one is found now. Sources of issuers that another policy has are passed over. */
static ngx_int_t
ngx_http_countersign_keys_files(ngx_conf_t *cf, ngx_http_countersign_policy_t *policy)
{
    ngx_http_countersign_source_t  *source;
    countersign_report             *report;
    countersign_status              status;
    ngx_str_t                       text;
    ngx_uint_t                      i;
    uint64_t                        generation;

    if (policy->sources == NULL) {
        return NGX_OK;
    }
    for (source = policy->sources->elts, i = 0; i < policy->sources->nelts; i++) {
        if (countersign_store_generation(policy->probe_store, ngx_http_countersign_view(&source[i].issuer),
                                         &generation) != COUNTERSIGN_OK)
        {
            continue;
        }
        source[i].is_used = 1;
        if (source[i].file.len == 0) {
            continue;
        }
        report = NULL;
        status = ngx_http_countersign_file_read(cf->temp_pool, cf->log, &source[i].file, &text) != NGX_OK
                 ? COUNTERSIGN_NOT_FOUND
                 : countersign_store_set_keys(policy->probe_store, ngx_http_countersign_view(&source[i].issuer),
                                              ngx_http_countersign_view(&text), &report);
        if (report != NULL) {
            ngx_http_countersign_report(cf, &source[i].file, report, &source[i].place);
        }
        if (status != COUNTERSIGN_OK) {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "countersign: no keys of \"%V\" in \"%V\" in %s:%ui",
                          &source[i].issuer, &source[i].file, source[i].place.file, source[i].place.line);
            return NGX_ERROR;
        }
    }
    return NGX_OK;
}


static ngx_uint_t
ngx_http_countersign_keys_have_source(ngx_http_countersign_policy_t *policy, countersign_str issuer)
{
    ngx_http_countersign_source_t  *source;
    ngx_uint_t                      i;

    if (policy->sources != NULL) {
        for (source = policy->sources->elts, i = 0; i < policy->sources->nelts; i++) {
            if (source[i].issuer.len == issuer.len
                && ngx_memcmp(source[i].issuer.data, issuer.data, issuer.len) == 0)
            {
                return 1;
            }
        }
    }
    return 0;
}


/* An issuer that has keys neither in the document nor from a source would answer 503 for ever. */
static ngx_int_t
ngx_http_countersign_keys_of_all(ngx_conf_t *cf, ngx_http_countersign_policy_t *policy,
    ngx_http_countersign_loc_conf_t *lcf)
{
    countersign_str  issuer;
    ngx_str_t        name;
    uint64_t         generation;
    size_t           i;

    for (i = 0; countersign_store_issuer_at(policy->probe_store, i, &issuer) == COUNTERSIGN_OK; i++) {
        if (ngx_http_countersign_keys_have_source(policy, issuer)) {
            continue;
        }
        if (countersign_store_generation(policy->probe_store, issuer, &generation) == COUNTERSIGN_OK && generation > 0) {
            continue;
        }
        name.data = (u_char *) issuer.data;
        name.len = issuer.len;
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "countersign: \"%V\" has no keys of \"%V\", and no countersign_keys "
                      "brings them in %s:%ui", &policy->path, &name, lcf->place.file, lcf->place.line);
        return NGX_ERROR;
    }
    return NGX_OK;
}


/* Tries what brings keys to a policy that was just compiled. */
ngx_int_t
ngx_http_countersign_keys_load(ngx_conf_t *cf, ngx_http_countersign_policy_t *policy,
    ngx_http_countersign_loc_conf_t *lcf)
{
    return ngx_http_countersign_keys_files(cf, policy) == NGX_OK
           && ngx_http_countersign_keys_of_all(cf, policy, lcf) == NGX_OK ? NGX_OK : NGX_ERROR;
}


/* Every location was read: keys that no policy takes are a slip in the name of an issuer, or a policy that is gone. */
ngx_int_t
ngx_http_countersign_keys_used(ngx_conf_t *cf)
{
    ngx_http_countersign_main_conf_t   *mcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_countersign_module);
    ngx_http_countersign_source_t      *source;
    ngx_array_t                       **sources = mcf->sources.elts;
    ngx_uint_t                          i, k;

    for (i = 0; i < mcf->sources.nelts; i++) {
        for (source = sources[i]->elts, k = 0; k < sources[i]->nelts; k++) {
            if (!source[k].is_used) {
                ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "countersign_keys brings keys of \"%V\", whom no policy here "
                              "has in %s:%ui", &source[k].issuer, source[k].place.file, source[k].place.line);
                return NGX_ERROR;
            }
        }
    }
    return NGX_OK;
}
