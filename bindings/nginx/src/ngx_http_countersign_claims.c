/*
 * Claims as variables: $countersign_claim_<name> for names in lower case, countersign_set for everything else.
 *
 * A string is given as its text, anything else as the JSON that was signed. Only a request that was let through has
 * claims.
 */

#include "ngx_http_countersign.h"

/* A claim of another kind than a string: its JSON, with the line ends between its parts made spaces. */
static void
ngx_http_countersign_claim_json(ngx_http_request_t *r, ngx_http_variable_value_t *v, countersign_str json)
{
    u_char  *copy = ngx_pnalloc(r->pool, json.len + 1);
    size_t   i;

    if (copy == NULL) {
        return;
    }
    /* In JSON a control character can only stand between parts; inside strings it is escaped. */
    for (i = 0; i < json.len; i++) {
        copy[i] = (u_char) json.data[i] < 0x20 ? ' ' : (u_char) json.data[i];
    }
    ngx_http_countersign_text_value(r, v, (countersign_str) { (char *) copy, json.len });
}


/* Sets v to the claim that pointer leads to; not found if there is none. */
ngx_int_t
ngx_http_countersign_claim_value(ngx_http_request_t *r, ngx_http_variable_value_t *v, countersign_str pointer)
{
    countersign_decision  *decision = ngx_http_countersign_decision_of(ngx_http_countersign_shown(r));
    countersign_claim      claim;
    char                  *text;
    size_t                 len = 0;

    v->not_found = 1;
    ngx_memzero(&claim, sizeof(claim));
    claim.struct_size = sizeof(claim);
    if (decision == NULL || countersign_decision_claim(decision, pointer, &claim) != COUNTERSIGN_OK) {
        return NGX_OK;
    }
    if (claim.kind != COUNTERSIGN_KIND_STRING) {
        ngx_http_countersign_claim_json(r, v, claim.raw);
        return NGX_OK;
    }
    /* Resolving escapes never makes a text longer. */
    text = ngx_pnalloc(r->pool, claim.raw.len + 1);
    if (text == NULL) {
        return NGX_ERROR;
    }
    if (countersign_decision_claim_text(decision, pointer, text, claim.raw.len, &len) == COUNTERSIGN_OK) {
        ngx_http_countersign_text_value(r, v, (countersign_str) { text, len });
    }
    return NGX_OK;
}


/* $countersign_claim_<name>; data is the variable's whole name. */
ngx_int_t
ngx_http_countersign_claim_variable(ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t  *name = (ngx_str_t *) data;
    size_t      prefix = sizeof("countersign_claim_") - 1;
    u_char      pointer[256];

    if (name->len - prefix >= sizeof(pointer)) {
        v->not_found = 1;
        return NGX_OK;
    }
    /* Names of variables have neither "~" nor "/", which a pointer would have to escape. */
    pointer[0] = '/';
    ngx_memcpy(pointer + 1, name->data + prefix, name->len - prefix);
    return ngx_http_countersign_claim_value(r, v, (countersign_str) { (char *) pointer, name->len - prefix + 1 });
}


static ngx_int_t
ngx_http_countersign_set_variable(ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_countersign_set_t  *set = (ngx_http_countersign_set_t *) data;

    return ngx_http_countersign_claim_value(r, v, ngx_http_countersign_view(&set->pointer));
}


/* Whether a text is a JSON Pointer (RFC 6901 section 3): the library finds nothing by any other. */
static ngx_uint_t
ngx_http_countersign_is_pointer(ngx_str_t *text)
{
    size_t  i;

    if (text->len > 0 && text->data[0] != '/') {
        return 0;
    }
    for (i = 0; i < text->len; i++) {
        if (text->data[i] == '~' && (i + 1 == text->len || (text->data[i + 1] != '0' && text->data[i + 1] != '1'))) {
            return 0;
        }
    }
    return 1;
}


/* countersign_set $NAME POINTER. Variables are the whole configuration's, so that one name has one meaning. */
char *
ngx_http_countersign_set(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_countersign_main_conf_t   *mcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_countersign_module);
    ngx_str_t                          *value = cf->args->elts;
    ngx_http_countersign_set_t        **known = mcf->sets.elts, *set;
    ngx_http_variable_t                *variable;
    ngx_uint_t                          i;

    if (value[1].len < 2 || value[1].data[0] != '$') {
        return "needs a variable";
    }
    if (!ngx_http_countersign_is_pointer(&value[2])) {
        return "needs a JSON Pointer: names behind slashes, where \"~\" is written \"~0\" and \"/\" is written \"~1\"";
    }
    value[1].data++;
    value[1].len--;
    ngx_strlow(value[1].data, value[1].data, value[1].len);
    for (i = 0; i < mcf->sets.nelts; i++) {
        if (known[i]->name.len == value[1].len && ngx_strncmp(known[i]->name.data, value[1].data, value[1].len) == 0) {
            return known[i]->pointer.len == value[2].len
                   && ngx_strncmp(known[i]->pointer.data, value[2].data, value[2].len) == 0
                   ? NGX_CONF_OK : "leads to another claim elsewhere";
        }
    }
    set = ngx_palloc(cf->pool, sizeof(*set));
    known = ngx_array_push(&mcf->sets);
    if (set == NULL || known == NULL) {
        return NGX_CONF_ERROR;
    }
    *known = set;
    set->name = value[1];
    set->pointer = value[2];
    variable = ngx_http_add_variable(cf, &set->name, NGX_HTTP_VAR_NOCACHEABLE);
    if (variable == NULL) {
        return NGX_CONF_ERROR;
    }
    variable->get_handler = ngx_http_countersign_set_variable;
    variable->data = (uintptr_t) set;
    return NGX_CONF_OK;
}
