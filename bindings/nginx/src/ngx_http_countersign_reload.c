/*
 * What a worker takes from the zone when it starts: the keys that were fetched before a reload, or by another worker.
 */

#include "ngx_http_countersign.h"

/* Hands what the zone has of an issuer to the worker's store. */
static void
ngx_http_countersign_lease_load_issuer(ngx_http_countersign_policy_t *policy, ngx_pool_t *pool, ngx_str_t *issuer)
{
    ngx_http_countersign_zone_t   *zone = policy->zone;
    ngx_http_countersign_entry_t  *entry = NULL;
    ngx_http_countersign_seen_t   *seen;
    ngx_str_t                      key;
    countersign_keys               keys;
    countersign_time               now = ngx_http_countersign_clocks();

    ngx_shmtx_lock(&zone->slab->mutex);
    while ((entry = ngx_http_countersign_entry_of(zone, issuer, entry)) != NULL) {
        key.data = entry->key;
        key.len = entry->key_len;
        seen = ngx_http_countersign_answer_seen(policy, &key);
        if (seen != NULL) {
            seen->serial = entry->serial;
            seen->loaded = 1;
        }
        if (entry->kind != COUNTERSIGN_FETCH_KIND_KEY_SET || entry->body.data == NULL) {
            continue;
        }
        ngx_memzero(&keys, sizeof(keys));
        keys.struct_size = sizeof(keys);
        keys.jwks = ngx_http_countersign_answer_copy(pool, &entry->body);
        keys.etag = ngx_http_countersign_answer_copy(pool, &entry->etag);
        keys.fetched_at_seconds = entry->wall_seconds - (int64_t) entry->age;
        /* What the zone has was good once; a policy that refuses it asks for a fetch when it needs one. */
        (void) countersign_store_set_keys_fetched(policy->store, ngx_http_countersign_view(issuer), &keys, &now, NULL);
    }
    ngx_shmtx_unlock(&zone->slab->mutex);
}


/*
 * A worker starts with the keys of before, from a reload or another worker's fetches. An answer that is still young
 * answers its first ticket too: its store does not know how lately the server has fetched.
 */
void
ngx_http_countersign_lease_load(ngx_http_countersign_policy_t *policy, ngx_log_t *log)
{
    ngx_http_countersign_source_t  *source;
    ngx_pool_t                     *pool;
    ngx_uint_t                      i;

    if (policy->zone == NULL || policy->sources == NULL) {
        return;
    }
    pool = ngx_create_pool(4096, log);
    if (pool == NULL) {
        return;
    }
    for (source = policy->sources->elts, i = 0; i < policy->sources->nelts; i++) {
        if (source[i].location.len > 0) {
            ngx_http_countersign_lease_load_issuer(policy, pool, &source[i].issuer);
        }
    }
    ngx_destroy_pool(pool);
}
