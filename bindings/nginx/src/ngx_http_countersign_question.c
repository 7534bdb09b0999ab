/*
 * What is asked of the library beside the request: policy, profile, scopes, and the token of a variable. The same
 * question about the same request has the same answer, so that an internal redirect is not judged twice.
 */

#include "ngx_http_countersign.h"

/* While this is set, variables do not look ahead: they would ask the question that is just being put together. */
ngx_uint_t  ngx_http_countersign_is_asking;


static ngx_uint_t
ngx_http_countersign_same_text(ngx_str_t *one, ngx_str_t *other)
{
    return (one->data == NULL) == (other->data == NULL) && one->len == other->len
           && (one->len == 0 || ngx_memcmp(one->data, other->data, one->len) == 0);
}


/* The token of countersign_token as the field that it stands for. Empty: there is none. */
static ngx_int_t
ngx_http_countersign_question_token(ngx_http_request_t *r, ngx_http_countersign_loc_conf_t *lcf, ngx_str_t *out)
{
    ngx_str_t  token;

    if (lcf->token == NULL) {
        return NGX_OK;
    }
    if (ngx_http_complex_value(r, lcf->token, &token) != NGX_OK) {
        return NGX_ERROR;
    }
    if (token.len == 0) {
        return NGX_OK;
    }
    out->data = ngx_pnalloc(r->pool, sizeof("Bearer ") - 1 + token.len);
    if (out->data == NULL) {
        return NGX_ERROR;
    }
    out->len = sizeof("Bearer ") - 1 + token.len;
    ngx_memcpy(ngx_cpymem(out->data, "Bearer ", sizeof("Bearer ") - 1), token.data, token.len);
    return NGX_OK;
}


static ngx_int_t
ngx_http_countersign_question_scopes(ngx_http_request_t *r, ngx_http_countersign_loc_conf_t *lcf, ngx_str_t *out)
{
    if (lcf->scope == NULL) {
        return NGX_OK;
    }
    if (ngx_http_complex_value(r, lcf->scope, out) != NGX_OK) {
        return NGX_ERROR;
    }
    /* "" asks for no scopes. A variable that turns out empty does not: then the policy's own count. */
    if (out->len == 0) {
        out->data = lcf->scope->lengths == NULL ? (u_char *) "" : NULL;
    }
    return NGX_OK;
}


/* What the location of a request asks now: variables are evaluated. *question is of the caller, who wipes it. */
ngx_int_t
ngx_http_countersign_question(ngx_http_request_t *r, ngx_http_countersign_loc_conf_t *lcf,
    ngx_http_countersign_question_t *question)
{
    ngx_int_t  rc;

    ngx_memzero(question, sizeof(*question));
    question->policy = lcf->policy;
    question->profile = lcf->profile;
    ngx_http_countersign_is_asking = 1;
    rc = ngx_http_countersign_question_scopes(r, lcf, &question->scopes);
    if (rc == NGX_OK) {
        rc = ngx_http_countersign_question_token(r, lcf, &question->token);
    }
    ngx_http_countersign_is_asking = 0;
    return rc;
}


/* Whether two questions about one request are one. */
ngx_uint_t
ngx_http_countersign_question_is(ngx_http_countersign_question_t *one, ngx_http_countersign_question_t *other)
{
    return one->policy == other->policy && ngx_http_countersign_same_text(&one->profile, &other->profile)
           && ngx_http_countersign_same_text(&one->scopes, &other->scopes)
           && ngx_http_countersign_same_text(&one->token, &other->token);
}


/* Forgets the token of a question that is asked no more. */
void
ngx_http_countersign_question_wipe(ngx_http_countersign_question_t *question)
{
    if (question->token.len > 0) {
        ngx_explicit_memzero(question->token.data, question->token.len);
        ngx_str_null(&question->token);
    }
}
