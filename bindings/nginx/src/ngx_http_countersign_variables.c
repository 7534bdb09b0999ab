/*
 * $countersign_reason, _status, _scheme, _issuer, _subject, _key_id: what was decided, for logs, maps, limits and
 * fields to upstreams. Nothing secret in any of them.
 *
 * A text with a control character is given as empty: in a field to an upstream it could be read as another field.
 */

#include "ngx_http_countersign.h"

typedef countersign_status (*ngx_http_countersign_text_pt)(const countersign_decision *decision, countersign_str *out);

static ngx_int_t ngx_http_countersign_reason_variable(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data);
static ngx_int_t ngx_http_countersign_status_variable(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data);
static ngx_int_t ngx_http_countersign_scheme_variable(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data);
static ngx_int_t ngx_http_countersign_identity_variable(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data);

/* The data of an identity is its place here. */
static ngx_http_countersign_text_pt  ngx_http_countersign_identities[] = {
    countersign_decision_issuer, countersign_decision_subject, countersign_decision_key_id
};

static ngx_http_variable_t  ngx_http_countersign_variables[] = {
    { ngx_string("countersign_reason"), NULL, ngx_http_countersign_reason_variable, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },
    { ngx_string("countersign_status"), NULL, ngx_http_countersign_status_variable, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },
    { ngx_string("countersign_scheme"), NULL, ngx_http_countersign_scheme_variable, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },
    { ngx_string("countersign_issuer"), NULL, ngx_http_countersign_identity_variable, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },
    { ngx_string("countersign_subject"), NULL, ngx_http_countersign_identity_variable, 1, NGX_HTTP_VAR_NOCACHEABLE, 0 },
    { ngx_string("countersign_key_id"), NULL, ngx_http_countersign_identity_variable, 2, NGX_HTTP_VAR_NOCACHEABLE, 0 },
    { ngx_string("countersign_claim_"), NULL, ngx_http_countersign_claim_variable, 0,
      NGX_HTTP_VAR_NOCACHEABLE|NGX_HTTP_VAR_PREFIX, 0 },
    { ngx_string("countersign_fetch_url"), NULL, ngx_http_countersign_fetch_variable, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },
      ngx_http_null_variable
};


/* Copies text into the request's pool as the value of v; none if it has a control character. */
void
ngx_http_countersign_text_value(ngx_http_request_t *r, ngx_http_variable_value_t *v, countersign_str text)
{
    size_t  i;

    v->not_found = 1;
    v->valid = 0;
    v->no_cacheable = 1;
    for (i = 0; i < text.len; i++) {
        if ((u_char) text.data[i] < 0x20 || text.data[i] == 0x7f) {
            return;
        }
    }
    v->data = ngx_pnalloc(r->pool, text.len + 1);
    if (v->data == NULL) {
        return;
    }
    ngx_memcpy(v->data, text.data, text.len);
    v->len = text.len;
    v->not_found = 0;
    v->valid = 1;
}


static ngx_int_t
ngx_http_countersign_reason_variable(ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_countersign_verdict_t  *verdict = ngx_http_countersign_shown(r);

    if (verdict == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }
    ngx_http_countersign_text_value(r, v, countersign_reason_name(verdict->reason));
    return NGX_OK;
}


static ngx_int_t
ngx_http_countersign_status_variable(ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_countersign_verdict_t  *verdict = ngx_http_countersign_shown(r);

    v->not_found = 1;
    if (verdict == NULL) {
        return NGX_OK;
    }
    v->data = ngx_pnalloc(r->pool, NGX_INT_T_LEN);
    if (v->data == NULL) {
        return NGX_ERROR;
    }
    v->len = ngx_sprintf(v->data, "%ui", verdict->status) - v->data;
    v->not_found = 0;
    v->valid = 1;
    v->no_cacheable = 1;
    return NGX_OK;
}


static ngx_int_t
ngx_http_countersign_scheme_variable(ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data)
{
    countersign_decision  *decision = ngx_http_countersign_decision_of(ngx_http_countersign_shown(r));

    v->not_found = 1;
    if (decision != NULL && countersign_decision_scheme(decision) != COUNTERSIGN_SCHEME_NONE) {
        ngx_http_countersign_text_value(r, v, countersign_scheme_name(countersign_decision_scheme(decision)));
    }
    return NGX_OK;
}


static ngx_int_t
ngx_http_countersign_identity_variable(ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data)
{
    countersign_decision  *decision = ngx_http_countersign_decision_of(ngx_http_countersign_shown(r));
    countersign_str        text;

    v->not_found = 1;
    if (decision != NULL && ngx_http_countersign_identities[data](decision, &text) == COUNTERSIGN_OK) {
        ngx_http_countersign_text_value(r, v, text);
    }
    return NGX_OK;
}


ngx_int_t
ngx_http_countersign_add_variables(ngx_conf_t *cf)
{
    ngx_http_variable_t  *variable, *known;

    for (variable = ngx_http_countersign_variables; variable->name.len > 0; variable++) {
        known = ngx_http_add_variable(cf, &variable->name, variable->flags);
        if (known == NULL) {
            return NGX_ERROR;
        }
        known->get_handler = variable->get_handler;
        known->data = variable->data;
    }
    return NGX_OK;
}
