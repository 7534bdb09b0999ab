/*
 * countersign_forward: tells an upstream who is asking, in request fields of ours. Whatever the client sent under
 * these names is removed first, also when there is nothing to tell.
 */

#include "ngx_http_countersign.h"

typedef struct {
    ngx_str_t           name;
    ngx_str_t           lowcase;
    countersign_status (*text)(const countersign_decision *decision, countersign_str *out);
} ngx_http_countersign_forward_t;

static ngx_http_countersign_forward_t  ngx_http_countersign_forwards[] = {
    { ngx_string("Countersign-Issuer"), ngx_string("countersign-issuer"), countersign_decision_issuer },
    { ngx_string("Countersign-Subject"), ngx_string("countersign-subject"), countersign_decision_subject },
    { ngx_string("Countersign-Key-Id"), ngx_string("countersign-key-id"), countersign_decision_key_id },
    { ngx_null_string, ngx_null_string, NULL }
};


/* Whether a field is one of ours for an upstream: FastCGI and uWSGI read "_" and "-" alike. */
static ngx_uint_t
ngx_http_countersign_forward_is_ours(ngx_table_elt_t *line)
{
    static const u_char  prefix[] = "countersign-";
    size_t               i;

    if (line->key.len < sizeof(prefix) - 1) {
        return 0;
    }
    for (i = 0; i < sizeof(prefix) - 1; i++) {
        if (line->lowcase_key[i] != prefix[i] && !(prefix[i] == '-' && line->lowcase_key[i] == '_')) {
            return 0;
        }
    }
    return 1;
}


static ngx_int_t
ngx_http_countersign_forward_add(ngx_http_request_t *r, ngx_list_t *list, ngx_http_countersign_forward_t *field,
    countersign_str text)
{
    ngx_table_elt_t            *line;
    ngx_http_variable_value_t   value;

    /* The same care as for variables: no text with a control character becomes a field. */
    ngx_memzero(&value, sizeof(value));
    ngx_http_countersign_text_value(r, &value, text);
    if (value.not_found) {
        return NGX_OK;
    }
    line = ngx_list_push(list);
    if (line == NULL) {
        return NGX_ERROR;
    }
    ngx_memzero(line, sizeof(*line));
    line->key = field->name;
    line->lowcase_key = field->lowcase.data;
    line->hash = ngx_hash_key(line->lowcase_key, line->key.len);
    line->value.data = value.data;
    line->value.len = value.len;
    return NGX_OK;
}


/*
 * Rewrites the request's fields: a new list, because nginx keeps pointers into the old one, whose lines stay as they
 * were. So a subrequest, whose list starts with the lines of its client's request, changes nothing there. decision may
 * be NULL: there is nobody to tell of.
 */
ngx_int_t
ngx_http_countersign_forward(ngx_http_request_t *r, const countersign_decision *decision)
{
    ngx_list_part_t                 *part = &r->headers_in.headers.part;
    ngx_table_elt_t                 *line = part->elts, *kept;
    ngx_http_countersign_forward_t  *field;
    countersign_str                  text;
    ngx_list_t                       list;
    ngx_uint_t                       i;

    if (ngx_list_init(&list, r->pool, 20, sizeof(ngx_table_elt_t)) != NGX_OK) {
        return NGX_ERROR;
    }
    for (i = 0; /* void */ ; i++) {
        if (i >= part->nelts) {
            if (part->next == NULL) {
                break;
            }
            part = part->next;
            line = part->elts;
            i = 0;
        }
        if (ngx_http_countersign_forward_is_ours(&line[i])) {
            continue;
        }
        kept = ngx_list_push(&list);
        if (kept == NULL) {
            return NGX_ERROR;
        }
        *kept = line[i];
    }
    for (field = ngx_http_countersign_forwards; decision != NULL && field->name.len > 0; field++) {
        if (countersign_decision_authenticated(decision) && field->text(decision, &text) == COUNTERSIGN_OK
            && ngx_http_countersign_forward_add(r, &list, field, text) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }
    r->headers_in.headers = list;
    if (list.last == &list.part) {
        r->headers_in.headers.last = &r->headers_in.headers.part;
    }
    return NGX_OK;
}
