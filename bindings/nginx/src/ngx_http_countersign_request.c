/*
 * A request of nginx's as the library wants to see it: borrowed, for one check.
 */

#include "ngx_http_countersign.h"

#if (NGX_HTTP_SSL)
/*
 * The SHA-256 of the client's certificate as base64url (RFC 8705 section 3.1), if it sent one. Whether the certificate
 * is trusted is for ssl_verify_client; a token that is bound to it only asks whether it is this one.
 */
static ngx_int_t
ngx_http_countersign_request_certificate(ngx_http_request_t *r, countersign_request *request)
{
    X509          *certificate;
    unsigned char  digest[EVP_MAX_MD_SIZE];
    unsigned int   len = 0;
    ngx_str_t      from, to;

    if (r->connection->ssl == NULL) {
        return NGX_OK;
    }
    certificate = SSL_get_peer_certificate(r->connection->ssl->connection);
    if (certificate == NULL) {
        return NGX_OK;
    }
    if (!X509_digest(certificate, EVP_sha256(), digest, &len)) {
        X509_free(certificate);
        return NGX_ERROR;
    }
    X509_free(certificate);
    from.data = digest;
    from.len = len;
    to.data = ngx_pnalloc(r->pool, ngx_base64_encoded_length(len));
    if (to.data == NULL) {
        return NGX_ERROR;
    }
    ngx_encode_base64url(&to, &from);
    request->client_cert_sha256 = ngx_http_countersign_view(&to);
    return NGX_OK;
}
#endif


/* Whether the core wants to see a field of this name. */
static ngx_uint_t
ngx_http_countersign_is_wanted(ngx_http_countersign_policy_t *policy, ngx_table_elt_t *line)
{
    size_t  i;

    for (i = 0; i < policy->field_count; i++) {
        if (policy->fields[i].len == line->key.len
            && ngx_memcmp(policy->fields[i].data, line->lowcase_key, line->key.len) == 0)
        {
            return 1;
        }
    }
    return 0;
}


static ngx_uint_t
ngx_http_countersign_is_authorization(ngx_table_elt_t *line)
{
    return line->key.len == sizeof("authorization") - 1
           && ngx_memcmp(line->lowcase_key, "authorization", sizeof("authorization") - 1) == 0;
}


/*
 * Collects every line of the wanted fields, unmerged and in order. With countersign_token the variable stands in place
 * of the Authorization lines.
 */
static ngx_int_t
ngx_http_countersign_request_fields(ngx_http_request_t *r, ngx_http_countersign_loc_conf_t *lcf,
    ngx_http_countersign_question_t *question, countersign_request *request)
{
    static countersign_field   some[NGX_HTTP_COUNTERSIGN_LINES];
    countersign_field         *fields = some, *more;
    ngx_list_part_t           *part = &r->headers_in.headers.part;
    ngx_table_elt_t           *line = part->elts;
    size_t                     count = 0, room = NGX_HTTP_COUNTERSIGN_LINES;
    ngx_uint_t                 i;

    for (i = 0; /* void */ ; i++) {
        if (i >= part->nelts) {
            if (part->next == NULL) {
                break;
            }
            part = part->next;
            line = part->elts;
            i = 0;
        }
        if (!ngx_http_countersign_is_wanted(lcf->policy, &line[i])
            || (lcf->token != NULL && ngx_http_countersign_is_authorization(&line[i])))
        {
            continue;
        }
        /* One place is kept for the variable. A line left out could be the second of two, which is refused. */
        if (count + 1 == room) {
            more = ngx_palloc(r->pool, 4 * room * sizeof(*more));
            if (more == NULL) {
                return NGX_ERROR;
            }
            ngx_memcpy(more, fields, count * sizeof(*more));
            fields = more;
            room *= 4;
        }
        fields[count].name = ngx_http_countersign_view(&line[i].key);
        fields[count++].value = ngx_http_countersign_view(&line[i].value);
    }
    if (question->token.len > 0) {
        fields[count].name = ngx_http_countersign_literal("authorization");
        fields[count++].value = ngx_http_countersign_view(&question->token);
    }
    request->fields = fields;
    request->field_count = count;
    return NGX_OK;
}


static uint64_t
ngx_http_countersign_request_mark_text(uint64_t mark, ngx_str_t *text)
{
    mark = (mark ^ (uintptr_t) text->data) * UINT64_C(1099511628211);
    mark = (mark ^ text->len) * UINT64_C(1099511628211);
    return (mark ^ ngx_crc32_long(text->data, text->len)) * UINT64_C(1099511628211);
}


/*
 * A mark of what a verdict depends on, by place and content: another module may put something else in place of what
 * came, other bytes into the same place, or take it away.
 */
uint64_t
ngx_http_countersign_request_mark(ngx_http_request_t *r, ngx_http_countersign_loc_conf_t *lcf)
{
    ngx_list_part_t  *part = &r->headers_in.headers.part;
    ngx_table_elt_t  *line;
    ngx_str_t        *texts[] = { &r->unparsed_uri, &r->method_name, &r->headers_in.server };
    ngx_uint_t        i;
    uint64_t          mark = 0;

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        mark = ngx_http_countersign_request_mark_text(mark, texts[i]);
    }
    for (/* void */ ; part != NULL; part = part->next) {
        for (line = part->elts, i = 0; i < part->nelts; i++) {
            if (ngx_http_countersign_is_wanted(lcf->policy, &line[i])) {
                mark = ngx_http_countersign_request_mark_text(mark, &line[i].key);
                mark = ngx_http_countersign_request_mark_text(mark, &line[i].value);
            }
        }
    }
    return mark;
}


/* The absolute URI: whether the credential came over TLS stands in its scheme. */
static ngx_int_t
ngx_http_countersign_request_target(ngx_http_request_t *r, countersign_request *request)
{
    ngx_str_t   host = r->headers_in.server;
    ngx_str_t  *path = &r->unparsed_uri;
    u_char     *target, *p;

    /* A target in absolute form (RFC 9112 section 3.2.2), or "*": nginx keeps what follows the authority. */
    p = target = ngx_pnalloc(r->pool, sizeof("https://") + host.len + path->len);
    if (target == NULL) {
        return NGX_ERROR;
    }
#if (NGX_HTTP_SSL || NGX_COMPAT)
    if (r->connection->ssl != NULL) {
        p = ngx_cpymem(p, "https://", sizeof("https://") - 1);
    } else
#endif
    {
        p = ngx_cpymem(p, "http://", sizeof("http://") - 1);
    }
    p = ngx_cpymem(p, host.data, host.len);
    p = ngx_cpymem(p, path->data, path->len);
    request->target.data = (char *) target;
    request->target.len = p - target;
    return NGX_OK;
}


/* Fills request with views into r, into lcf and into memory that the next request reuses. */
ngx_int_t
ngx_http_countersign_request_fill(ngx_http_request_t *r, ngx_http_countersign_loc_conf_t *lcf,
    ngx_http_countersign_question_t *question, countersign_request *request)
{
    countersign_time  now = ngx_http_countersign_clocks();

    ngx_memzero(request, sizeof(*request));
    request->struct_size = sizeof(*request);
    request->method = ngx_http_countersign_view(&r->method_name);
    request->now_seconds = now.wall_seconds;
    request->now_nanos = now.wall_nanos;
    request->monotonic_nanos = now.monotonic_nanos;
    if (lcf->test_seconds != NGX_CONF_UNSET) {
        request->now_seconds = lcf->test_seconds;
        request->now_nanos = (uint32_t) lcf->test_nanos;
    }
    if (question->profile.len > 0) {
        request->profile = ngx_http_countersign_view(&question->profile);
    }
    request->scopes = ngx_http_countersign_view(&question->scopes);
    if (ngx_http_countersign_request_target(r, request) != NGX_OK
        || ngx_http_countersign_request_fields(r, lcf, question, request) != NGX_OK)
    {
        return NGX_ERROR;
    }
#if (NGX_HTTP_SSL)
    return ngx_http_countersign_request_certificate(r, request);
#else
    return NGX_OK;
#endif
}
