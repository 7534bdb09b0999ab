/*
 * countersign_metrics: counters for Prometheus, by server, location and reason, and fetches by issuer. They name
 * locations, issuers and addresses; who may read them is for allow, deny, or a policy of their own.
 */

#include "ngx_http_countersign.h"

static ngx_int_t
ngx_http_countersign_metrics_row(ngx_http_countersign_text_t *text, ngx_http_countersign_row_t *row)
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
        buf->last = ngx_sprintf(buf->last, "countersign_decisions_total{server=\"");
        buf->last = ngx_http_countersign_text_label(buf->last, row->label, server);
        buf->last = ngx_sprintf(buf->last, "\",location=\"");
        if (server < row->len) {
            buf->last = ngx_http_countersign_text_label(buf->last, row->label + server + 1, row->len - server - 1);
        }
        buf->last = ngx_sprintf(buf->last, "\",reason=\"%V\",status=\"%uD\"} %uL\n", &reason, info.http_status, count);
    }
    return NGX_OK;
}


/* Fetches by issuer, in zones alone: there they are the server's. */
static ngx_int_t
ngx_http_countersign_metrics_fetches(ngx_http_countersign_text_t *text, ngx_http_countersign_zone_t *zone)
{
    ngx_http_countersign_entry_t  *entry;
    ngx_buf_t                     *buf;
    ngx_int_t                      rc = NGX_OK;
    ngx_uint_t                     i;

    static const char  *names[] = { "countersign_key_fetches_total", "countersign_key_fetch_failures_total" };

    ngx_shmtx_lock(&zone->slab->mutex);
    for (i = 0; i < 2; i++) {
        for (entry = zone->shared->entries; entry != NULL; entry = entry->next) {
            buf = ngx_http_countersign_text_room(text, 256 + 2 * entry->key_len);
            if (buf == NULL) {
                rc = NGX_ERROR;
                break;
            }
            buf->last = ngx_sprintf(buf->last, "%s{issuer=\"", names[i]);
            buf->last = ngx_http_countersign_text_label(buf->last, entry->key, entry->issuer_len);
            buf->last = ngx_sprintf(buf->last, "\",url=\"");
            buf->last = ngx_http_countersign_text_label(buf->last, entry->key + entry->issuer_len + 1,
                                                         entry->key_len - entry->issuer_len - 1);
            buf->last = ngx_sprintf(buf->last, "\"} %uL\n", i == 0 ? entry->fetches : entry->failures);
        }
    }
    ngx_shmtx_unlock(&zone->slab->mutex);
    return rc;
}


static ngx_int_t
ngx_http_countersign_metrics_handler(ngx_http_request_t *r)
{
    ngx_http_countersign_main_conf_t   *mcf = ngx_http_get_module_main_conf(r, ngx_http_countersign_module);
    ngx_http_countersign_zone_t       **zone = mcf->zones.elts;
    ngx_http_countersign_row_t         *row;
    ngx_http_countersign_text_t         text;
    ngx_buf_t                          *buf;
    ngx_int_t                           rc = ngx_http_countersign_text_begin(r, &text);
    ngx_uint_t                          i;

    if (rc != NGX_OK) {
        return rc;
    }
    buf = ngx_http_countersign_text_room(&text, 512);
    if (buf == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    buf->last = ngx_sprintf(buf->last, "# HELP countersign_decisions_total Decisions by reason.\n"
                            "# TYPE countersign_decisions_total counter\n");
    for (i = 0; i < mcf->zones.nelts; i++) {
        for (row = zone[i]->shared->rows; row != NULL; row = row->next) {
            if (ngx_http_countersign_metrics_row(&text, row) != NGX_OK) {
                return NGX_HTTP_INTERNAL_SERVER_ERROR;
            }
        }
    }
    for (i = 0; i < mcf->zones.nelts; i++) {
        if (ngx_http_countersign_metrics_fetches(&text, zone[i]) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
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
