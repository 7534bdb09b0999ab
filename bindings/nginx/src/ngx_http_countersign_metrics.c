/*
 * countersign_metrics: metrics for Prometheus: decisions by server, location and reason, keys by issuer. They name
 * locations, issuers and addresses; who may read them is for allow, deny, or a policy of their own.
 */

#include "ngx_http_countersign.h"

static ngx_int_t
ngx_http_countersign_metrics_row(ngx_http_countersign_text_t *text, countersign_metric_info *decisions,
    ngx_http_countersign_row_t *row)
{
    countersign_reason_info  info;
    ngx_buf_t               *buf;
    ngx_str_t                reason;
    uint64_t                 count;
    u_char                  *space;
    size_t                   i, server;

    space = memchr(row->label, ' ', row->len);
    server = space == NULL ? row->len : (size_t) (space - row->label);
    ngx_memzero(&info, sizeof(info));
    info.struct_size = sizeof(info);
    for (i = 0; i < row->count && countersign_reason_at(i, &info) == COUNTERSIGN_OK; i++) {
        count = __atomic_load_n(&row->counters[i], __ATOMIC_RELAXED);
        if (count == 0) {
            continue;
        }
        buf = ngx_http_countersign_text_room(text, 256 + 2 * row->len);
        if (buf == NULL) {
            return NGX_ERROR;
        }
        reason.data = (u_char *) info.name.data;
        reason.len = info.name.len;
        buf->last = ngx_sprintf(buf->last, "%*s{server=\"", decisions->name.len, decisions->name.data);
        buf->last = ngx_http_countersign_text_label(buf->last, row->label, server);
        buf->last = ngx_sprintf(buf->last, "\",location=\"");
        if (server < row->len) {
            buf->last = ngx_http_countersign_text_label(buf->last, row->label + server + 1, row->len - server - 1);
        }
        buf->last = ngx_sprintf(buf->last, "\",reason=\"%V\",status=\"%uD\"} %uL\n", &reason, info.http_status, count);
    }
    return NGX_OK;
}


/* The lines that announce decisions. */
static ngx_int_t
ngx_http_countersign_metrics_head(ngx_http_countersign_text_t *text, countersign_metric_info *decisions)
{
    ngx_buf_t  *buf;

    ngx_memzero(decisions, sizeof(*decisions));
    decisions->struct_size = sizeof(*decisions);
    if (countersign_metric_at(COUNTERSIGN_METRIC_DECISIONS, decisions) != COUNTERSIGN_OK) {
        return NGX_ERROR;
    }
    buf = ngx_http_countersign_text_room(text, 64 + 2 * decisions->name.len + decisions->help.len
                                               + decisions->kind.len);
    if (buf == NULL) {
        return NGX_ERROR;
    }
    buf->last = ngx_sprintf(buf->last, "# HELP %*s %*s\n# TYPE %*s %*s\n", decisions->name.len, decisions->name.data,
                            decisions->help.len, decisions->help.data, decisions->name.len, decisions->name.data,
                            decisions->kind.len, decisions->kind.data);
    return NGX_OK;
}


/* Keys by issuer and address, of all workers and zones. */
static ngx_int_t
ngx_http_countersign_metrics_keys(ngx_http_countersign_text_t *text, ngx_http_countersign_main_conf_t *mcf)
{
    ngx_http_countersign_policy_t          **policy = mcf->policies.elts;
    const countersign_source_state * const  *sources;
    countersign_time                         now;
    ngx_buf_t                               *buf;
    ngx_uint_t                               i;
    size_t                                   count, size = 0;

    for (i = 0; i < mcf->policies.nelts; i++) {
        ngx_http_countersign_view_tell(policy[i]);
    }
    sources = (const countersign_source_state * const *) ngx_http_countersign_sources(mcf, text->pool, &count);
    if (sources == NULL) {
        return NGX_ERROR;
    }
    now = ngx_http_countersign_clocks();
    (void) countersign_sources_write_metrics(sources, count, &now, NULL, 0, &size);
    buf = ngx_http_countersign_text_room(text, size + 1);
    if (buf == NULL || countersign_sources_write_metrics(sources, count, &now, (char *) buf->last, size, &size)
                       != COUNTERSIGN_OK)
    {
        return NGX_ERROR;
    }
    buf->last += size;
    return NGX_OK;
}


static ngx_int_t
ngx_http_countersign_metrics_handler(ngx_http_request_t *r)
{
    ngx_http_countersign_main_conf_t   *mcf = ngx_http_get_module_main_conf(r, ngx_http_countersign_module);
    ngx_http_countersign_zone_t       **zone = mcf->zones.elts;
    ngx_http_countersign_row_t         *row;
    ngx_http_countersign_text_t         text;
    countersign_metric_info             decisions;
    ngx_int_t                           rc = ngx_http_countersign_text_begin(r, &text);
    ngx_uint_t                          i;

    if (rc != NGX_OK) {
        return rc;
    }
    if (ngx_http_countersign_metrics_head(&text, &decisions) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    for (i = 0; i < mcf->zones.nelts; i++) {
        for (row = zone[i]->shared->rows; row != NULL; row = row->next) {
            if (ngx_http_countersign_metrics_row(&text, &decisions, row) != NGX_OK) {
                return NGX_HTTP_INTERNAL_SERVER_ERROR;
            }
        }
    }
    if (ngx_http_countersign_metrics_keys(&text, mcf) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    return ngx_http_countersign_text_send(r, &text, "text/plain; version=0.0.4");
}


/* countersign_metrics */
char *
ngx_http_countersign_metrics_location(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_core_loc_conf_t  *clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    clcf->handler = ngx_http_countersign_metrics_handler;
    return NGX_CONF_OK;
}
