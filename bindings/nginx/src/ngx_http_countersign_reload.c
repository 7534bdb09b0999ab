/*
 * What a worker takes from the zone when it starts: the keys that were fetched before a reload, or by another worker, from
 * where its policy has them fetched and from nowhere else. Of an issuer the zone may have more: another policy has another
 * address, or the operator has left one, because what is there must not be trusted any more.
 */

#include "ngx_http_countersign.h"

/* Notes what the zone has of an issuer: only what is young answers the worker's first tickets. The zone is locked. */
static void
ngx_http_countersign_lease_load_seen(ngx_http_countersign_policy_t *policy, ngx_str_t *issuer)
{
    ngx_http_countersign_entry_t  *entry = NULL;
    ngx_http_countersign_seen_t   *seen;
    ngx_str_t                      key;

    while ((entry = ngx_http_countersign_entry_of(policy->zone, issuer, entry)) != NULL) {
        key.data = entry->key;
        key.len = entry->key_len;
        seen = ngx_http_countersign_answer_seen(policy, &key);
        if (seen != NULL) {
            seen->serial = entry->serial;
            seen->loaded = 1;
        }
    }
}


/* Hands the set of the key source at key, which begins with the issuer, to the worker's store. */
static void
ngx_http_countersign_lease_load_set(ngx_http_countersign_policy_t *policy, ngx_pool_t *pool, ngx_str_t *issuer,
    ngx_str_t *key)
{
    ngx_http_countersign_zone_t   *zone = policy->zone;
    ngx_http_countersign_entry_t  *entry;
    countersign_keys               keys;
    countersign_time               now;

    ngx_memzero(&keys, sizeof(keys));
    keys.struct_size = sizeof(keys);
    ngx_shmtx_lock(&zone->slab->mutex);
    ngx_http_countersign_lease_load_seen(policy, issuer);
    entry = ngx_http_countersign_entry_set(zone, key, issuer->len);
    if (entry != NULL) {
        keys.jwks = ngx_http_countersign_answer_copy(pool, &entry->body);
        keys.etag = ngx_http_countersign_answer_copy(pool, &entry->etag);
        keys.fetched_at_seconds = entry->wall_seconds - (int64_t) entry->age;
    }
    ngx_shmtx_unlock(&zone->slab->mutex);
    if (keys.jwks.data != NULL) {
        now = ngx_http_countersign_clocks();
        /* What the zone has was good once; a policy that refuses it asks for a fetch when it needs one. */
        (void) countersign_store_set_keys_fetched(policy->store, ngx_http_countersign_view(issuer), &keys, &now, NULL);
    }
}


/* Whether the keys of an issuer come from a location. The search begins behind what it found last: the order is often one. */
static ngx_uint_t
ngx_http_countersign_lease_load_is_located(ngx_array_t *sources, ngx_str_t *issuer, ngx_uint_t *behind)
{
    ngx_http_countersign_source_t  *source;
    ngx_uint_t                      i;

    for (i = 0; i < sources->nelts; i++) {
        source = (ngx_http_countersign_source_t *) sources->elts + (*behind + i) % sources->nelts;
        if (source->issuer.len == issuer->len && ngx_memcmp(source->issuer.data, issuer->data, issuer->len) == 0) {
            *behind = (*behind + i + 1) % sources->nelts;
            return source->location.len > 0;
        }
    }
    return 0;
}


/*
 * A worker starts with the keys of before, from a reload or another worker's fetches. An answer that is still young
 * answers its first ticket too: its store does not know how lately the server has fetched.
 */
void
ngx_http_countersign_lease_load(ngx_http_countersign_policy_t *policy, ngx_log_t *log)
{
    countersign_source_state  state;
    ngx_pool_t               *pool;
    ngx_str_t                 issuer, key;
    ngx_uint_t                behind = 0;
    size_t                    index, count = countersign_store_issuer_count(policy->store);

    if (policy->zone == NULL || policy->sources == NULL) {
        return;
    }
    pool = ngx_create_pool(4096, log);
    if (pool == NULL) {
        return;
    }
    for (index = 0; index < count; index++) {
        /* An issuer whose keys stand in the policy has no address. */
        if (ngx_http_countersign_view_state(policy, pool, index, &state, &key) == NGX_OK) {
            issuer.data = key.data;
            issuer.len = state.issuer.len;
            if (ngx_http_countersign_lease_load_is_located(policy->sources, &issuer, &behind)) {
                ngx_http_countersign_lease_load_set(policy, pool, &issuer, &key);
            }
        }
        ngx_reset_pool(pool);
    }
    ngx_destroy_pool(pool);
}


/*
 * Notes with metadata that the store has taken, and that this worker has fetched for all, where they say that the keys
 * are: only from there may a worker that starts take them.
 */
void
ngx_http_countersign_lease_name(ngx_http_countersign_fetch_t *fetch)
{
    ngx_http_countersign_policy_t  *policy = fetch->policy;
    countersign_source_state        state;
    countersign_str                 issuer;
    ngx_str_t                       key;
    size_t                          index;

    for (index = 0; fetch->lease != 0; index++) {
        if (countersign_store_issuer_at(policy->store, index, &issuer) != COUNTERSIGN_OK) {
            return;
        }
        if (issuer.len == fetch->info.issuer.len && ngx_memcmp(issuer.data, fetch->info.issuer.data, issuer.len) == 0) {
            if (ngx_http_countersign_view_state(policy, fetch->pool, index, &state, &key) == NGX_OK) {
                fetch->named.data = key.data + issuer.len + 1;
                fetch->named.len = key.len - issuer.len - 1;
            }
            return;
        }
    }
}
