/*
 * The directives, and the configurations that they fill.
 */

#include "ngx_http_countersign.h"

#define NGX_HTTP_COUNTERSIGN_ALL    (NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF)

static char *ngx_http_countersign_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
static char *ngx_http_countersign_scope(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
static char *ngx_http_countersign_ref(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
static char *ngx_http_countersign_test_time(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
static char *ngx_http_countersign_test_hash_wait(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

ngx_command_t  ngx_http_countersign_commands[] = {

    { ngx_string("countersign"),
      NGX_HTTP_COUNTERSIGN_ALL|NGX_HTTP_LMT_CONF|NGX_CONF_TAKE1,
      ngx_http_countersign_directive, NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    { ngx_string("countersign_profile"),
      NGX_HTTP_COUNTERSIGN_ALL|NGX_HTTP_LMT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_str_slot, NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_countersign_loc_conf_t, profile), NULL },

    { ngx_string("countersign_scope"),
      NGX_HTTP_COUNTERSIGN_ALL|NGX_HTTP_LMT_CONF|NGX_CONF_TAKE1,
      ngx_http_countersign_scope, NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_countersign_loc_conf_t, scope), NULL },

    { ngx_string("countersign_token"),
      NGX_HTTP_COUNTERSIGN_ALL|NGX_HTTP_LMT_CONF|NGX_CONF_TAKE1,
      ngx_http_set_complex_value_slot, NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_countersign_loc_conf_t, token), NULL },

    { ngx_string("countersign_keys"),
      NGX_HTTP_COUNTERSIGN_ALL|NGX_CONF_TAKE3,
      ngx_http_countersign_keys, NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    { ngx_string("countersign_ref"),
      NGX_HTTP_COUNTERSIGN_ALL|NGX_CONF_TAKE2,
      ngx_http_countersign_ref, NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    { ngx_string("countersign_set"),
      NGX_HTTP_COUNTERSIGN_ALL|NGX_CONF_TAKE2,
      ngx_http_countersign_set, NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    { ngx_string("countersign_zone"),
      NGX_HTTP_COUNTERSIGN_ALL|NGX_CONF_TAKE12,
      ngx_http_countersign_zone, NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    { ngx_string("countersign_forward"),
      NGX_HTTP_COUNTERSIGN_ALL|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot, NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_countersign_loc_conf_t, forward), NULL },

    { ngx_string("countersign_metrics"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_countersign_metrics_location, NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    { ngx_string("countersign_status"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_countersign_status_location, NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    { ngx_string("countersign_wait"),
      NGX_HTTP_COUNTERSIGN_ALL|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot, NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_countersign_loc_conf_t, wait), NULL },

    { ngx_string("countersign_test_time"),
      NGX_HTTP_COUNTERSIGN_ALL|NGX_CONF_TAKE1,
      ngx_http_countersign_test_time, NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    { ngx_string("countersign_test_hash_wait"),
      NGX_HTTP_COUNTERSIGN_ALL|NGX_CONF_TAKE1,
      ngx_http_countersign_test_hash_wait, NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_countersign_loc_conf_t, hash_wait), NULL },

      ngx_null_command
};


void *
ngx_http_countersign_create_main_conf(ngx_conf_t *cf)
{
    ngx_http_countersign_main_conf_t  *mcf = ngx_pcalloc(cf->pool, sizeof(*mcf));

    if (mcf == NULL
        || ngx_array_init(&mcf->policies, cf->pool, 4, sizeof(ngx_http_countersign_policy_t *)) != NGX_OK
        || ngx_array_init(&mcf->zones, cf->pool, 1, sizeof(ngx_http_countersign_zone_t *)) != NGX_OK
        || ngx_array_init(&mcf->sets, cf->pool, 4, sizeof(ngx_http_countersign_set_t *)) != NGX_OK
        || ngx_array_init(&mcf->sources, cf->pool, 4, sizeof(ngx_array_t *)) != NGX_OK)
    {
        return NULL;
    }
    return mcf;
}


void *
ngx_http_countersign_create_loc_conf(ngx_conf_t *cf)
{
    ngx_http_countersign_loc_conf_t  *lcf = ngx_pcalloc(cf->pool, sizeof(*lcf));

    if (lcf == NULL) {
        return NULL;
    }
    lcf->enable = NGX_CONF_UNSET;
    lcf->forward = NGX_CONF_UNSET;
    lcf->wait = NGX_CONF_UNSET_MSEC;
    lcf->hash_wait = NGX_CONF_UNSET_MSEC;
    lcf->scope = NGX_CONF_UNSET_PTR;
    lcf->token = NGX_CONF_UNSET_PTR;
    lcf->sources = NGX_CONF_UNSET_PTR;
    lcf->refs = NGX_CONF_UNSET_PTR;
    lcf->zone = NGX_CONF_UNSET_PTR;
    lcf->test_seconds = NGX_CONF_UNSET;
    return lcf;
}


/* countersign FILE | off */
static char *
ngx_http_countersign_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_countersign_loc_conf_t  *lcf = conf;
    ngx_str_t                        *value = cf->args->elts;

    if (lcf->enable != NGX_CONF_UNSET) {
        return "is duplicate";
    }
    if (ngx_strcmp(value[1].data, "off") == 0) {
        lcf->enable = 0;
        return NGX_CONF_OK;
    }
    lcf->enable = 1;
    lcf->path = value[1];
    lcf->place.file = cf->conf_file->file.name.data;
    lcf->place.line = cf->conf_file->line;
    return ngx_conf_full_name(cf->cycle, &lcf->path, 1) == NGX_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
}


/* countersign_scope SCOPES. The line is noted: what is wrong with the scopes is known with the policy alone. */
static char *
ngx_http_countersign_scope(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_countersign_loc_conf_t  *lcf = conf;

    lcf->scope_place.file = cf->conf_file->file.name.data;
    lcf->scope_place.line = cf->conf_file->line;
    return ngx_http_set_complex_value_slot(cf, cmd, conf);
}


/* countersign_ref NAME FILE */
static char *
ngx_http_countersign_ref(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_countersign_loc_conf_t  *lcf = conf;
    ngx_str_t                        *value = cf->args->elts;
    ngx_http_countersign_ref_t       *ref;

    if (lcf->refs == NGX_CONF_UNSET_PTR) {
        lcf->refs = ngx_array_create(cf->pool, 2, sizeof(*ref));
        if (lcf->refs == NULL) {
            return NGX_CONF_ERROR;
        }
    }
    ref = ngx_array_push(lcf->refs);
    if (ref == NULL) {
        return NGX_CONF_ERROR;
    }
    ref->name = value[1];
    ref->file = value[2];
    return ngx_conf_full_name(cf->cycle, &ref->file, 1) == NGX_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
}


/* countersign_test_time SECONDS[.NANOSECONDS], in test builds alone: a clock that stands still accepts old tokens. */
static char *
ngx_http_countersign_test_time(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
#if (NGX_HTTP_COUNTERSIGN_TEST)
    ngx_http_countersign_loc_conf_t  *lcf = conf;
    ngx_str_t                        *value = cf->args->elts;
    u_char                           *end = value[1].data + value[1].len;
    u_char                           *dot = ngx_strlchr(value[1].data, end, '.');
    ngx_int_t                         nanos;

    if (lcf->test_seconds != NGX_CONF_UNSET) {
        return "is duplicate";
    }
    lcf->test_seconds = ngx_atotm(value[1].data, (dot ? dot : end) - value[1].data);
    if (lcf->test_seconds < 0 || (dot && end - dot != 10)) {
        return "takes seconds since 1970, and nine digits behind a dot at most";
    }
    nanos = dot ? ngx_atoi(dot + 1, 9) : 0;
    if (nanos == NGX_ERROR) {
        return "takes seconds since 1970, and nine digits behind a dot at most";
    }
    lcf->test_nanos = nanos;
    return NGX_CONF_OK;
#else
    return "is for test builds of the module only";
#endif
}


/* countersign_test_hash_wait TIME, in test builds alone: how long a request is held for the hash of its password. */
static char *
ngx_http_countersign_test_hash_wait(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
#if (NGX_HTTP_COUNTERSIGN_TEST)
    return ngx_conf_set_msec_slot(cf, cmd, conf);
#else
    return "is for test builds of the module only";
#endif
}
