/*
 * The module's table for nginx, and where its handlers go in: access phase, filters, variables.
 */

#include "ngx_http_countersign.h"

static ngx_int_t ngx_http_countersign_preconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_http_countersign_postconfiguration(ngx_conf_t *cf);

static ngx_http_module_t  ngx_http_countersign_module_ctx = {
    ngx_http_countersign_preconfiguration,
    ngx_http_countersign_postconfiguration,
    ngx_http_countersign_create_main_conf,
    NULL,                                   /* init main configuration */
    NULL,                                   /* create server configuration */
    NULL,                                   /* merge server configuration */
    ngx_http_countersign_create_loc_conf,
    ngx_http_countersign_merge_loc_conf
};

ngx_module_t  ngx_http_countersign_module = {
    NGX_MODULE_V1,
    &ngx_http_countersign_module_ctx,
    ngx_http_countersign_commands,
    NGX_HTTP_MODULE,
    NULL,                                   /* init master */
    NULL,                                   /* init module */
    ngx_http_countersign_init_process,
    NULL,                                   /* init thread */
    NULL,                                   /* exit thread */
    ngx_http_countersign_exit_process,
    NULL,                                   /* exit master */
    NGX_MODULE_V1_PADDING
};


/* Variables must be known before the first directive that names one is read. */
static ngx_int_t
ngx_http_countersign_preconfiguration(ngx_conf_t *cf)
{
    if (countersign_abi() != COUNTERSIGN_ABI) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "countersign: the library has another ABI than this module");
        return NGX_ERROR;
    }

    return ngx_http_countersign_add_variables(cf);
}


/* Puts a handler at the end of a phase. */
static ngx_int_t
ngx_http_countersign_add_handler(ngx_conf_t *cf, ngx_http_phases phase, ngx_http_handler_pt handler)
{
    ngx_http_core_main_conf_t  *cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    ngx_http_handler_pt        *slot = ngx_array_push(&cmcf->phases[phase].handlers);

    if (slot == NULL) {
        return NGX_ERROR;
    }
    *slot = handler;
    return NGX_OK;
}


static ngx_int_t
ngx_http_countersign_postconfiguration(ngx_conf_t *cf)
{
    if (ngx_http_countersign_keys_used(cf) != NGX_OK
        || ngx_http_countersign_find_others(cf) != NGX_OK
        || ngx_http_countersign_add_handler(cf, NGX_HTTP_ACCESS_PHASE, ngx_http_countersign_access_handler) != NGX_OK
        || ngx_http_countersign_add_handler(cf, NGX_HTTP_PRECONTENT_PHASE, ngx_http_countersign_precontent_handler)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_countersign_filter_init(cf);
}
