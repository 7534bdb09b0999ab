/*
 * Inheritance from http to server to location, and then what can be wrong with the whole of it.
 */

#include "ngx_http_countersign.h"

/* Counters are told by server name and location. */
static ngx_int_t
ngx_http_countersign_label(ngx_conf_t *cf, ngx_http_countersign_loc_conf_t *lcf)
{
    ngx_http_core_loc_conf_t  *clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    ngx_http_core_srv_conf_t  *cscf = ngx_http_conf_get_module_srv_conf(cf, ngx_http_core_module);
    u_char                    *p;

    lcf->label.len = cscf->server_name.len + 1 + clcf->name.len;
    lcf->label.data = p = ngx_pnalloc(cf->pool, lcf->label.len);
    if (p == NULL) {
        return NGX_ERROR;
    }
    p = ngx_cpymem(p, cscf->server_name.data, cscf->server_name.len);
    *p++ = ' ';
    ngx_memcpy(p, clcf->name.data, clcf->name.len);
    return NGX_OK;
}


char *
ngx_http_countersign_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_http_countersign_loc_conf_t  *prev = parent;
    ngx_http_countersign_loc_conf_t  *conf = child;

    if (conf->enable == NGX_CONF_UNSET) {
        conf->path = prev->path;
        conf->place = prev->place;
    }
    ngx_conf_merge_value(conf->enable, prev->enable, 0);
    ngx_conf_merge_str_value(conf->profile, prev->profile, "");
    if (conf->scope == NGX_CONF_UNSET_PTR) {
        conf->scope_place = prev->scope_place;
    }
    ngx_conf_merge_ptr_value(conf->scope, prev->scope, NULL);
    ngx_conf_merge_ptr_value(conf->token, prev->token, NULL);
    ngx_conf_merge_ptr_value(conf->sources, prev->sources, NULL);
    ngx_conf_merge_ptr_value(conf->refs, prev->refs, NULL);
    ngx_conf_merge_ptr_value(conf->zone, prev->zone, NULL);
    ngx_conf_merge_value(conf->forward, prev->forward, 0);
    ngx_conf_merge_msec_value(conf->wait, prev->wait, 2000);
    ngx_conf_merge_msec_value(conf->hash_wait, prev->hash_wait, NGX_HTTP_COUNTERSIGN_HASH_WAIT);
    if (conf->test_seconds == NGX_CONF_UNSET) {
        conf->test_seconds = prev->test_seconds;
        conf->test_nanos = prev->test_nanos;
    }

    if (!conf->enable) {
        return NGX_CONF_OK;
    }
    if (ngx_http_countersign_label(cf, conf) != NGX_OK
        || ngx_http_countersign_policy_load(cf, conf) != NGX_OK
        || ngx_http_countersign_policy_probe(cf, conf) != NGX_OK
        || ngx_http_countersign_zone_location(conf) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }
    return NGX_CONF_OK;
}
