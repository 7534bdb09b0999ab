/*
 * Filters through which every response passes: a denial gets the fields of its decision, and its problem document
 * unless the site answers with an error_page of its own.
 *
 * Here, and not in the access phase, because only here it is known how the request ends: with "satisfy any" another
 * module may let it through, and an error_page may end with 200, which never carries a challenge.
 */

#include "ngx_http_countersign.h"

static ngx_http_output_header_filter_pt  ngx_http_countersign_next_header_filter;
static ngx_http_output_body_filter_pt    ngx_http_countersign_next_body_filter;


/* Adds one field line, copied into the request's pool. */
static ngx_int_t
ngx_http_countersign_add_field(ngx_http_request_t *r, countersign_str name, countersign_str value)
{
    ngx_table_elt_t  *line = ngx_list_push(&r->headers_out.headers);
    u_char           *p = ngx_pnalloc(r->pool, name.len + value.len + 1);

    if (line == NULL || p == NULL) {
        if (line != NULL) {
            line->hash = 0;
        }
        return NGX_ERROR;
    }
    ngx_memzero(line, sizeof(*line));
    line->hash = 1;
    line->key.data = p;
    line->key.len = name.len;
    line->value.data = p = ngx_cpymem(p, name.data, name.len);
    line->value.len = value.len;
    ngx_memcpy(p, value.data, value.len);
    return NGX_OK;
}


/* The detached request that r belongs to; NULL for a client's. */
static ngx_http_countersign_fetch_t *
ngx_http_countersign_fetch_of(ngx_http_request_t *r)
{
    ngx_http_countersign_ctx_t  *ctx;

    if (r == r->main) {
        return NULL;
    }
    ctx = ngx_http_get_module_ctx(r->main, ngx_http_countersign_module);
    return ctx == NULL ? NULL : ctx->fetch;
}


/* Puts the problem document in place of the page that nginx has for the status. */
static ngx_int_t
ngx_http_countersign_replace(ngx_http_request_t *r, ngx_http_countersign_ctx_t *ctx, countersign_decision *decision)
{
    countersign_str  body;

    if (countersign_decision_body(decision, &body) != COUNTERSIGN_OK) {
        return NGX_OK;
    }
    ctx->body.data = ngx_pnalloc(r->pool, body.len);
    if (ctx->body.data == NULL) {
        return NGX_ERROR;
    }
    ngx_memcpy(ctx->body.data, body.data, body.len);
    ctx->body.len = body.len;
    ctx->replaced = 1;
    ngx_http_clear_content_length(r);
    ngx_http_clear_accept_ranges(r);
    ngx_http_clear_last_modified(r);
    ngx_http_clear_etag(r);
    r->headers_out.content_length_n = body.len;
    ngx_str_set(&r->headers_out.content_type, "application/problem+json");
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;
    ngx_str_null(&r->headers_out.charset);
    return NGX_OK;
}


static ngx_int_t
ngx_http_countersign_header_filter(ngx_http_request_t *r)
{
    ngx_http_countersign_ctx_t  *ctx = r == r->main ? ngx_http_countersign_get_ctx(r) : NULL;
    ngx_http_countersign_fetch_t *fetch = ngx_http_countersign_fetch_of(r);
    countersign_decision        *decision;
    countersign_str              name, value;
    size_t                       i;

    if (fetch != NULL) {
        return ngx_http_countersign_fetch_header(r, fetch);
    }
    if (ctx == NULL || !ctx->verdict.judged || ctx->overruled
        || (!ctx->verdict.allowed && r->headers_out.status != ctx->verdict.status))
    {
        return ngx_http_countersign_next_header_filter(r);
    }
    decision = ngx_http_countersign_decision_of(&ctx->verdict);
    if (decision == NULL) {
        return NGX_ERROR;
    }
    /* Of what is allowed: a credential outside Authorization, so that no shared cache keeps the answer (RFC 9111
     * section 3.5). */
    for (i = 0; countersign_decision_field_at(decision, i, &name, &value) == COUNTERSIGN_OK; i++) {
        if (ngx_http_countersign_add_field(r, name, value) != NGX_OK) {
            return NGX_ERROR;
        }
    }
    if (ctx->verdict.allowed) {
        /* The library cannot know that the token stood elsewhere than in Authorization, which caches look at. */
        if (ctx->question.token.len > 0
            && ngx_http_countersign_add_field(r, ngx_http_countersign_literal("Cache-Control"),
                                              ngx_http_countersign_literal("private"))
               != NGX_OK)
        {
            return NGX_ERROR;
        }
        return ngx_http_countersign_next_header_filter(r);
    }
    /* Behind an error_page the context is gone, and the body is the site's own. */
    if (ngx_http_get_module_ctx(r, ngx_http_countersign_module) != NULL
        && ngx_http_countersign_replace(r, ctx, decision) != NGX_OK)
    {
        return NGX_ERROR;
    }
    return ngx_http_countersign_next_header_filter(r);
}


static ngx_int_t
ngx_http_countersign_body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_http_countersign_ctx_t  *ctx = ngx_http_get_module_ctx(r, ngx_http_countersign_module);
    ngx_http_countersign_fetch_t *fetch = ngx_http_countersign_fetch_of(r);
    ngx_chain_t                 *link, out;

    if (fetch != NULL) {
        return ngx_http_countersign_fetch_body(r, fetch, in);
    }
    if (ctx == NULL || !ctx->replaced || r != r->main || in == NULL) {
        return ngx_http_countersign_next_body_filter(r, in);
    }
    for (link = in; link != NULL; link = link->next) {
        link->buf->pos = link->buf->last;
        link->buf->file_pos = link->buf->file_last;
    }
    if (ctx->body.len == 0) {
        return NGX_OK;
    }
    out.buf = ngx_calloc_buf(r->pool);
    if (out.buf == NULL) {
        return NGX_ERROR;
    }
    out.next = NULL;
    out.buf->pos = ctx->body.data;
    out.buf->last = ctx->body.data + ctx->body.len;
    out.buf->memory = 1;
    out.buf->last_buf = 1;
    out.buf->last_in_chain = 1;
    ctx->body.len = 0;
    return ngx_http_countersign_next_body_filter(r, &out);
}


ngx_int_t
ngx_http_countersign_filter_init(ngx_conf_t *cf)
{
    ngx_http_countersign_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_http_countersign_header_filter;
    ngx_http_countersign_next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_http_countersign_body_filter;
    return NGX_OK;
}
