/*
 * What the zone keeps of an address: the last answer of the issuer.
 */

#include "ngx_http_countersign.h"

/* The entry of an address, made if it is new; NULL if the zone is full. The zone is locked. */
ngx_http_countersign_entry_t *
ngx_http_countersign_answer_entry(ngx_http_countersign_zone_t *zone, ngx_str_t *key, size_t issuer_len)
{
    ngx_http_countersign_entry_t  *entry = ngx_http_countersign_entry_find(zone, key, issuer_len);

    if (entry == NULL) {
        entry = ngx_http_countersign_entry_add(zone, key, issuer_len);
    }
    if (entry == NULL && ngx_http_countersign_zone_yield(zone)) {
        entry = ngx_http_countersign_entry_add(zone, key, issuer_len);
    }
    return entry;
}


/* Copies what the zone has into pool; NULL if it has nothing, or memory is short. */
countersign_str
ngx_http_countersign_answer_copy(ngx_pool_t *pool, ngx_str_t *text)
{
    u_char  *copy = text->data == NULL ? NULL : ngx_pnalloc(pool, text->len + 1);

    if (copy == NULL) {
        return (countersign_str) { NULL, 0 };
    }
    ngx_memcpy(copy, text->data, text->len);
    return (countersign_str) { (char *) copy, text->len };
}


/* Another worker's answer, as an answer to this ticket: older by what has passed since. */
void
ngx_http_countersign_answer_read(ngx_http_countersign_fetch_t *fetch, ngx_http_countersign_entry_t *entry,
    uint64_t now, countersign_fetch_result *result)
{
    uint64_t  passed = now > entry->answered_at ? (now - entry->answered_at) / 1000000000 : 0;

    result->outcome = entry->outcome;
    result->failure = ngx_http_countersign_literal("another worker's fetch failed");
    if (entry->outcome != COUNTERSIGN_OUTCOME_BODY) {
        return;
    }
    result->body = ngx_http_countersign_answer_copy(fetch->pool, &entry->body);
    result->etag = ngx_http_countersign_answer_copy(fetch->pool, &entry->etag);
    result->cache_control = ngx_http_countersign_answer_copy(fetch->pool, &entry->cache_control);
    result->age_seconds = entry->age + passed;
    if (passed >= 60 && (entry->cache_control.len == 0
                         || ngx_strlcasestrn(entry->cache_control.data,
                                             entry->cache_control.data + entry->cache_control.len,
                                             (u_char *) "max-age", sizeof("max-age") - 2) == NULL))
    {
        /* Nothing but the policy's ttl tells how long it lives, which would start anew: it gets the shortest life. */
        result->cache_control = ngx_http_countersign_literal("max-age=0");
    }
}


/* Puts text in place of what *place has in the zone; nothing there if the zone is full. */
static ngx_int_t
ngx_http_countersign_answer_write(ngx_http_countersign_zone_t *zone, ngx_str_t *place, countersign_str text)
{
    if (place->data != NULL) {
        ngx_slab_free_locked(zone->slab, place->data);
        ngx_str_null(place);
    }
    if (text.data == NULL) {
        return NGX_OK;
    }
    place->data = ngx_slab_alloc_locked(zone->slab, text.len + 1);
    if (place->data == NULL && ngx_http_countersign_zone_yield(zone)) {
        place->data = ngx_slab_alloc_locked(zone->slab, text.len + 1);
    }
    if (place->data == NULL) {
        return NGX_ERROR;
    }
    ngx_memcpy(place->data, text.data, text.len);
    place->len = text.len;
    return NGX_OK;
}


/*
 * Puts a good answer into the zone; gives whether it is there for the others. If not, nothing is: the set of before is not
 * what the issuer has now.
 */
ngx_uint_t
ngx_http_countersign_answer_keep(ngx_http_countersign_zone_t *zone, ngx_http_countersign_entry_t *entry,
    ngx_http_countersign_fetch_t *fetch, countersign_fetch_result *result)
{
    ngx_int_t  rc = ngx_http_countersign_answer_write(zone, &entry->cache_control, result->cache_control);

    if (rc == NGX_OK && result->outcome == COUNTERSIGN_OUTCOME_BODY) {
        rc = ngx_http_countersign_answer_write(zone, &entry->etag, result->etag) == NGX_OK
             && ngx_http_countersign_answer_write(zone, &entry->named, ngx_http_countersign_view(&fetch->named))
                == NGX_OK
             ? ngx_http_countersign_answer_write(zone, &entry->body, result->body) : NGX_ERROR;
    }
    if (rc != NGX_OK || entry->body.data == NULL) {     /* 304 leaves the body that is there */
        ngx_http_countersign_entry_empty(zone, entry);
        return 0;
    }
    entry->age = result->age_seconds;
    entry->wall_seconds = ngx_http_countersign_clocks().wall_seconds;
    return 1;
}
