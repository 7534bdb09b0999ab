/*
 * Text that grows in a chain of buffers, as the answer of a location for the operator.
 */

#include "ngx_http_countersign.h"

/* Room for at least so many bytes; NULL if memory is short. */
ngx_buf_t *
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


/* Sends what was written, and ends the response. */
ngx_int_t
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
ngx_int_t
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
u_char *
ngx_http_countersign_text_label(u_char *p, u_char *text, size_t len)
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
