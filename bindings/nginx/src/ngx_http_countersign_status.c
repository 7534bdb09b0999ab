/*
 * countersign_status: the state of the keys for the operator. It names issuers, addresses and key ids, never a key or a
 * token; who may read it is for allow, deny, or a policy of its own.
 */

#include "ngx_http_countersign.h"

/* What this worker's store of a policy says of itself. */
static ngx_int_t
ngx_http_countersign_status_policy(ngx_http_countersign_text_t *text, ngx_http_countersign_policy_t *policy,
    ngx_uint_t first)
{
    countersign_time  now = ngx_http_countersign_clocks();
    ngx_buf_t        *buf;
    size_t            size = 0, needed = 0;

    (void) countersign_store_write_status(policy->store, &now, NULL, 0, &size);
    size += 1024;                           /* it may grow from one call to the next */
    buf = ngx_http_countersign_text_room(text, size + 2 * policy->path.len + 64);
    if (buf == NULL) {
        return NGX_ERROR;
    }
    buf->last = ngx_sprintf(buf->last, "%s{\"policy\":\"", first ? "" : ",");
    buf->last = ngx_http_countersign_text_label(buf->last, policy->path.data, policy->path.len);
    buf->last = ngx_sprintf(buf->last, "\",\"store\":");
    if (countersign_store_write_status(policy->store, &now, (char *) buf->last, size, &needed) != COUNTERSIGN_OK) {
        buf->last = ngx_sprintf(buf->last, "null");
    } else {
        buf->last += needed;
    }
    buf->last = ngx_sprintf(buf->last, "}");
    return NGX_OK;
}


static ngx_int_t
ngx_http_countersign_status_handler(ngx_http_request_t *r)
{
    ngx_http_countersign_main_conf_t   *mcf = ngx_http_get_module_main_conf(r, ngx_http_countersign_module);
    ngx_http_countersign_policy_t     **policy = mcf->policies.elts;
    ngx_http_countersign_text_t         text;
    countersign_str                     version = countersign_version();
    ngx_str_t                           shown;
    ngx_buf_t                          *buf;
    ngx_int_t                           rc = ngx_http_countersign_text_begin(r, &text);
    ngx_uint_t                          i;

    if (rc != NGX_OK) {
        return rc;
    }
    buf = ngx_http_countersign_text_room(&text, 256);
    if (buf == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    shown.data = (u_char *) version.data;
    shown.len = version.len;
    buf->last = ngx_sprintf(buf->last, "{\"version\":\"%V\",\"worker\":%P,\"policies\":[", &shown, ngx_pid);
    for (i = 0; i < mcf->policies.nelts; i++) {
        if (ngx_http_countersign_status_policy(&text, policy[i], i == 0) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
    }
    buf = ngx_http_countersign_text_room(&text, 8);
    if (buf == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    buf->last = ngx_sprintf(buf->last, "]}\n");
    return ngx_http_countersign_text_send(r, &text, "application/json");
}


/* countersign_status */
char *
ngx_http_countersign_status_location(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_core_loc_conf_t  *clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    clcf->handler = ngx_http_countersign_status_handler;
    return NGX_CONF_OK;
}
