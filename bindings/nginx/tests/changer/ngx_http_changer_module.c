/*
 * Changes a request in the access phase, ahead of handlers of modules that were loaded before this one: what other
 * modules may do between a look of ours and our verdict.
 *
 *   changer value "Bearer ..."    another value of Authorization; variables allowed
 *   changer bytes ""              other bytes in the place of its last ones
 *   changer removal ""            no Authorization any more
 *   changer method DELETE         another method
 *   changer nothing ""
 *   changer grant ""              lets the request through, as another way of access
 */

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


typedef struct {
    ngx_str_t                  what;
    ngx_http_complex_value_t  *value;
} ngx_http_changer_conf_t;


static void *ngx_http_changer_create_conf(ngx_conf_t *cf);
static char *ngx_http_changer(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
static ngx_int_t ngx_http_changer_init(ngx_conf_t *cf);


static ngx_command_t  ngx_http_changer_commands[] = {

    { ngx_string("changer"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE2,
      ngx_http_changer, NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_http_changer_module_ctx = {
    NULL,                                  /* preconfiguration */
    ngx_http_changer_init,                 /* postconfiguration */
    NULL,                                  /* create main configuration */
    NULL,                                  /* init main configuration */
    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */
    ngx_http_changer_create_conf,          /* create location configuration */
    NULL                                   /* merge location configuration */
};


ngx_module_t  ngx_http_changer_module = {
    NGX_MODULE_V1,
    &ngx_http_changer_module_ctx,          /* module context */
    ngx_http_changer_commands,             /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    NULL,                                  /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    NULL,                                  /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_int_t
ngx_http_changer_handler(ngx_http_request_t *r)
{
    ngx_http_changer_conf_t  *conf = ngx_http_get_module_loc_conf(r, ngx_http_changer_module);
    ngx_table_elt_t          *line = r->headers_in.authorization;
    ngx_list_part_t          *part = &r->headers_in.headers.part;
    ngx_str_t                 value;

    if (conf->value == NULL) {
        return NGX_DECLINED;
    }
    if (ngx_http_complex_value(r, conf->value, &value) != NGX_OK) {
        return NGX_ERROR;
    }
    if (ngx_strcmp(conf->what.data, "grant") == 0) {
        return NGX_OK;
    }
    if (ngx_strcmp(conf->what.data, "method") == 0) {
        r->method_name = value;

    } else if (line == NULL) {
        return NGX_DECLINED;

    } else if (ngx_strcmp(conf->what.data, "value") == 0) {
        line->value = value;

    } else if (ngx_strcmp(conf->what.data, "bytes") == 0) {
        ngx_memset(line->value.data + line->value.len - 8, 'A', 8);

    } else if (ngx_strcmp(conf->what.data, "removal") == 0) {
        /* The tests send it as the last line of few. */
        if (part->next != NULL || line != (ngx_table_elt_t *) part->elts + part->nelts - 1) {
            return NGX_ERROR;
        }
        part->nelts--;
        r->headers_in.authorization = NULL;
    }
    return NGX_DECLINED;
}


static void *
ngx_http_changer_create_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(ngx_http_changer_conf_t));
}


static char *
ngx_http_changer(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_changer_conf_t           *its = conf;
    ngx_str_t                         *value = cf->args->elts;
    ngx_http_compile_complex_value_t   compile;

    its->what = value[1];
    its->value = ngx_pcalloc(cf->pool, sizeof(*its->value));
    if (its->value == NULL) {
        return NGX_CONF_ERROR;
    }
    ngx_memzero(&compile, sizeof(compile));
    compile.cf = cf;
    compile.value = &value[2];
    compile.complex_value = its->value;
    return ngx_http_compile_complex_value(&compile) == NGX_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static ngx_int_t
ngx_http_changer_init(ngx_conf_t *cf)
{
    ngx_http_core_main_conf_t  *cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    ngx_http_handler_pt        *handler = ngx_array_push(&cmcf->phases[NGX_HTTP_ACCESS_PHASE].handlers);

    if (handler == NULL) {
        return NGX_ERROR;
    }
    *handler = ngx_http_changer_handler;
    return NGX_OK;
}
