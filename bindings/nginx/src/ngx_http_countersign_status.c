/*
 * countersign_metrics and countersign_status: locations for the operator. They name locations, issuers, addresses and
 * key ids, never a key or a token; who may read them is for allow, deny, or a policy of their own.
 */

#include "ngx_http_countersign.h"

/* Text that grows in a chain of buffers. */
typedef struct {
    ngx_pool_t   *pool;
    ngx_chain_t  *first, **last;
    off_t         length;
} ngx_http_countersign_text_t;


/* Room for at least so many bytes; NULL if memory is short. */
static ngx_buf_t *
ngx_http_countersign_text_room(ngx_http_countersign_text_t *text, size_t size)
{
    ngx_chain_t  *link = ngx_alloc_chain_link(text->pool);

    if (link == NULL) {
        return NULL;
    }
    link->buf = ngx_create_temp_buf(text->pool, size);
    if (link->buf == NULL) {
        return NULL;
    }
    link->next = NULL;
    *text->last = link;
    text->last = &link->next;
    return link->buf;
}


static ngx_int_t
ngx_http_countersign_text_send(ngx_http_request_t *r, ngx_http_countersign_text_t *text, const char *type)
{
    ngx_chain_t  *link;
    ngx_buf_t    *last = ngx_http_countersign_text_room(text, 1);
    ngx_int_t     rc;

    if (last == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    last->last_buf = r == r->main;
    last->last_in_chain = 1;
    for (link = text->first; link != NULL; link = link->next) {
        text->length += ngx_buf_size(link->buf);
        if (link->buf != last && ngx_buf_size(link->buf) == 0) {
            link->buf->sync = 1;
        }
    }
    last->temporary = 0;
    last->sync = last->last_buf ? 0 : 1;
    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = text->length;
    r->headers_out.content_type.data = (u_char *) type;
    r->headers_out.content_type.len = ngx_strlen(type);
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    rc = ngx_http_send_header(r);
    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }
    return ngx_http_output_filter(r, text->first);
}


/* GET and HEAD alone; a body is read and forgotten. */
static ngx_int_t
ngx_http_countersign_text_begin(ngx_http_request_t *r, ngx_http_countersign_text_t *text)
{
    ngx_memzero(text, sizeof(*text));
    text->pool = r->pool;
    text->last = &text->first;
    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return NGX_HTTP_NOT_ALLOWED;
    }
    return ngx_http_discard_request_body(r);
}


/* Writes text as the value of a label: backslash, quote and line end escaped. */
static u_char *
ngx_http_countersign_label_write(u_char *p, u_char *text, size_t len)
{
    size_t  i;

    for (i = 0; i < len; i++) {
        if (text[i] == '\\' || text[i] == '"') {
            *p++ = '\\';
        }
        *p++ = text[i] < 0x20 ? ' ' : text[i];
    }
    return p;
}


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
        buf->last = ngx_http_countersign_label_write(buf->last, row->label, server);
        buf->last = ngx_sprintf(buf->last, "\",location=\"");
        if (server < row->len) {
            buf->last = ngx_http_countersign_label_write(buf->last, row->label + server + 1, row->len - server - 1);
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
            buf->last = ngx_http_countersign_label_write(buf->last, entry->key, entry->issuer_len);
            buf->last = ngx_sprintf(buf->last, "\",url=\"");
            buf->last = ngx_http_countersign_label_write(buf->last, entry->key + entry->issuer_len + 1,
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
    buf->last = ngx_http_countersign_label_write(buf->last, policy->path.data, policy->path.len);
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


/* countersign_metrics */
char *
ngx_http_countersign_metrics_location(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_core_loc_conf_t  *clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    clcf->handler = ngx_http_countersign_metrics_handler;
    return NGX_CONF_OK;
}
