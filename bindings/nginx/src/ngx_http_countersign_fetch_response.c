/*
 * What the location of countersign_keys answers: kept by our filters (_deny.c), and told to the library as the answer
 * to a ticket. Nothing of it is handed on, for there is nobody to send it to.
 */

#include "ngx_http_countersign.h"

/* Reads what the library wants to know off the head of the response. */
ngx_int_t
ngx_http_countersign_fetch_header(ngx_http_request_t *r, ngx_http_countersign_fetch_t *fetch)
{
    ngx_list_part_t  *part = &r->headers_out.headers.part;
    ngx_table_elt_t  *line = part->elts;
    ngx_str_t         joined;
    ngx_int_t         age;
    ngx_uint_t        i;

    if (r != fetch->request) {
        return NGX_OK;
    }
    r->filter_need_in_memory = 1;           /* what comes out of a cache is read, not sent */
    fetch->status = r->headers_out.status;
    for (i = 0; /* void */ ; i++) {
        if (i >= part->nelts) {
            if (part->next == NULL) {
                break;
            }
            part = part->next;
            line = part->elts;
            i = 0;
        }
        if (line[i].hash == 0) {
            continue;
        }
        if (line[i].key.len == 4 && ngx_strncasecmp(line[i].key.data, (u_char *) "ETag", 4) == 0) {
            fetch->etag = line[i].value;
        } else if (line[i].key.len == 3 && ngx_strncasecmp(line[i].key.data, (u_char *) "Age", 3) == 0) {
            age = ngx_atoi(line[i].value.data, line[i].value.len);
            fetch->age = age < 0 ? 0 : age;
        } else if (line[i].key.len == 13 && ngx_strncasecmp(line[i].key.data, (u_char *) "Cache-Control", 13) == 0) {
            joined.len = fetch->cache_control.len + 2 + line[i].value.len;
            joined.data = ngx_pnalloc(fetch->pool, joined.len);
            if (joined.data == NULL) {
                return NGX_ERROR;
            }
            joined.len = ngx_sprintf(joined.data, "%V%s%V", &fetch->cache_control,
                                     fetch->cache_control.len > 0 ? ", " : "", &line[i].value) - joined.data;
            fetch->cache_control = joined;
        }
    }
    return NGX_OK;
}


/*
 * Keeps the body, up to what the ticket allows, and hands nothing on. An upstream that closes before the end which it
 * announced is no error here: only the mark of the last buffer is missing then.
 */
ngx_int_t
ngx_http_countersign_fetch_body(ngx_http_request_t *r, ngx_http_countersign_fetch_t *fetch, ngx_chain_t *in)
{
    u_char  *larger;
    size_t   size, room;

    for (/* void */ ; in != NULL; in = in->next) {
        size = r == fetch->request && ngx_buf_in_memory(in->buf) ? in->buf->last - in->buf->pos : 0;
        if (size > 0 && !fetch->too_large) {
            if (fetch->body.len + size > fetch->info.max_bytes) {
                fetch->too_large = 1;
            } else if (fetch->body.len + size > fetch->room) {
                room = ngx_max(fetch->room * 2, fetch->body.len + size + 8192);
                larger = ngx_pnalloc(fetch->pool, room);
                if (larger == NULL) {
                    return NGX_ERROR;
                }
                ngx_memcpy(larger, fetch->body.data, fetch->body.len);
                fetch->body.data = larger;
                fetch->room = room;
            }
            if (!fetch->too_large) {
                ngx_memcpy(fetch->body.data + fetch->body.len, in->buf->pos, size);
                fetch->body.len += size;
            }
        }
        if (r == fetch->request && (in->buf->last_buf || in->buf->last_in_chain)) {
            fetch->is_whole = 1;
        }
        in->buf->pos = in->buf->last;
        in->buf->file_pos = in->buf->file_last;
    }
    return NGX_OK;
}


/* What came of the request, which has ended or is out of time, as an answer. */
void
ngx_http_countersign_fetch_ended(ngx_http_countersign_fetch_t *fetch, countersign_fetch_result *result)
{
    u_char  *text = ngx_pnalloc(fetch->pool, sizeof("HTTP ") + NGX_INT_T_LEN);

    result->outcome = COUNTERSIGN_OUTCOME_FAILED;
    result->age_seconds = fetch->age;
    if (fetch->cache_control.data != NULL) {
        result->cache_control = ngx_http_countersign_view(&fetch->cache_control);
    }
    if (!fetch->ended) {
        result->failure = ngx_http_countersign_literal("timeout");
    } else if (fetch->too_large) {
        result->failure = ngx_http_countersign_literal("the body is too large");
    } else if (fetch->status == NGX_HTTP_OK && !fetch->is_whole) {
        result->failure = ngx_http_countersign_literal("the body was cut short");
    } else if (fetch->status == NGX_HTTP_OK) {
        result->outcome = COUNTERSIGN_OUTCOME_BODY;
        result->body = ngx_http_countersign_view(&fetch->body);
        if (fetch->etag.data != NULL) {
            result->etag = ngx_http_countersign_answer_copy(fetch->pool, &fetch->etag);
        }
    } else if (fetch->status == NGX_HTTP_NOT_MODIFIED) {
        result->outcome = COUNTERSIGN_OUTCOME_NOT_MODIFIED;
    } else if (text != NULL) {
        result->failure.data = (char *) text;
        result->failure.len = ngx_sprintf(text, "HTTP %ui", fetch->status) - text;
    }
}


/* $countersign_fetch_url: what the location is asked to fetch, for locations that serve several issuers. */
ngx_int_t
ngx_http_countersign_fetch_variable(ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_countersign_ctx_t  *ctx = ngx_http_get_module_ctx(r->main, ngx_http_countersign_module);

    v->not_found = 1;
    if (ctx != NULL && ctx->fetch != NULL) {
        ngx_http_countersign_text_value(r, v, ctx->fetch->info.url);
    }
    return NGX_OK;
}
