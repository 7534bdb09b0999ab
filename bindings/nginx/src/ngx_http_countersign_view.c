/*
 * What each worker has of each key source, told in the zone when it changes, so that any of them can write the metrics of
 * all. Moments are told and not ages, so that the keys of a worker that hangs grow old in the metrics too.
 *
 * A worker that starts takes the place of the one before it with the same number, dead or about to stop: that one renews
 * nothing any more, and no new connections come to it. It only counts what it still meets.
 */

#include "ngx_http_countersign.h"


/*
 * Takes a view out of its entry. A worker may have been killed at any point of telling: the view may have no entry yet, or
 * not stand in its list. The zone is locked.
 */
static void
ngx_http_countersign_view_unlink(ngx_http_countersign_view_t *view)
{
    ngx_http_countersign_view_t  **place;

    if (view->entry == NULL) {
        return;
    }
    for (place = &view->entry->views; *place != NULL && *place != view; place = &(*place)->beside) { /* void */ }
    if (*place == view) {
        *place = view->beside;
    }
    view->entry = NULL;
}


/* Frees what a worker told of its keys. The zone is locked. */
void
ngx_http_countersign_view_drop(ngx_http_countersign_zone_t *zone, ngx_http_countersign_claim_t *claim)
{
    ngx_http_countersign_view_t  *view;

    while ((view = claim->views) != NULL) {
        ngx_http_countersign_view_unlink(view);
        ngx_memory_barrier();
        claim->views = view->next;
        ngx_slab_free_locked(zone->slab, view);
    }
}


/* This worker starts: nobody who had its number before tells anything any more. */
static void
ngx_http_countersign_view_claim(ngx_http_countersign_zone_t *zone)
{
    ngx_http_countersign_claim_t  *claim;

    ngx_shmtx_lock(&zone->slab->mutex);
    for (claim = zone->shared->claims; claim != NULL && claim->worker != ngx_worker; claim = claim->next) { /* void */ }
    if (claim != NULL) {
        ngx_http_countersign_view_drop(zone, claim);

    } else if ((claim = ngx_slab_calloc_locked(zone->slab, sizeof(*claim))) != NULL) {
        claim->worker = ngx_worker;
        claim->next = zone->shared->claims;
        zone->shared->claims = claim;
    }
    if (claim != NULL) {
        claim->pid = ngx_pid;
    }
    zone->claim = claim;
    ngx_shmtx_unlock(&zone->slab->mutex);
}


/* This worker has no keys any more that anybody should watch. */
void
ngx_http_countersign_view_leave(ngx_http_countersign_main_conf_t *mcf)
{
    ngx_http_countersign_zone_t  **zone = mcf->zones.elts;
    ngx_uint_t                     i;

    for (i = 0; i < mcf->zones.nelts; i++) {
        ngx_shmtx_lock(&zone[i]->slab->mutex);
        if (zone[i]->claim != NULL && zone[i]->claim->pid == ngx_pid) {
            ngx_http_countersign_view_drop(zone[i], zone[i]->claim);
            zone[i]->claim->pid = 0;
        }
        ngx_shmtx_unlock(&zone[i]->slab->mutex);
    }
}


/*
 * The entry under which a source is told, made if there is none; NULL if there is no room. Behind a reload the keys are
 * from the zone, and where they were fetched the metadata told another worker: they stay where they are. The zone is locked.
 */
static ngx_http_countersign_entry_t *
ngx_http_countersign_view_entry(ngx_http_countersign_zone_t *zone, countersign_source_state *state, ngx_str_t *key)
{
    size_t                         issuer_len = state->issuer.len;
    ngx_http_countersign_entry_t  *entry = ngx_http_countersign_entry_find(zone, key, issuer_len), *set;

    if (entry == NULL) {
        if (!ngx_http_countersign_zone_has_spare(zone)) {
            return NULL;
        }
        zone->shared->yieldable++;
        return ngx_http_countersign_entry_add(zone, key, issuer_len);
    }
    if (entry->kind != COUNTERSIGN_FETCH_KIND_METADATA || state->fetched_at_nanos == INT64_MAX) {
        return entry;
    }
    set = ngx_http_countersign_entry_set(zone, key, issuer_len);
    return set == NULL ? entry : set;
}


/* The view of a source, made if there is none; NULL if there is no room. The zone is locked. */
static ngx_http_countersign_view_t *
ngx_http_countersign_view_of(ngx_http_countersign_zone_t *zone, ngx_http_countersign_told_t *told,
    ngx_http_countersign_entry_t *entry)
{
    ngx_http_countersign_view_t  *view = told->view;

    if (view == NULL) {
        if (!ngx_http_countersign_zone_has_spare(zone)
            || (view = ngx_slab_calloc_locked(zone->slab, sizeof(*view))) == NULL)
        {
            return NULL;
        }
        zone->shared->yieldable++;
        view->claim = zone->claim;
        view->next = zone->claim->views;
        ngx_memory_barrier();
        zone->claim->views = view;
        told->view = view;

    } else if (view->entry != entry) {
        ngx_http_countersign_view_unlink(view);
    }
    if (view->entry != entry) {
        /* In this order, behind the claim's link: whoever drops the claim finds all that an entry leads to. */
        view->beside = entry->views;
        view->entry = entry;
        ngx_memory_barrier();
        entry->views = view;
    }
    return view;
}


/* Puts what changed of a source into the zone; gives whether there is room. The zone is locked. */
static ngx_uint_t
ngx_http_countersign_view_put(ngx_http_countersign_zone_t *zone, ngx_http_countersign_told_t *told,
    countersign_source_state *state, ngx_str_t *key)
{
    ngx_uint_t                     is_ours = zone->claim != NULL && zone->claim->pid == ngx_pid;
    ngx_http_countersign_entry_t  *entry;
    ngx_http_countersign_view_t   *view;

    if (!is_ours || told->yields != zone->shared->yields) {
        told->view = NULL;
        told->yields = zone->shared->yields;
    }
    if (state->unknown_kids == told->unknown_kids && !(is_ours && state->asked)) {
        return 1;
    }
    entry = ngx_http_countersign_view_entry(zone, state, key);
    if (entry == NULL) {
        return 0;
    }
    entry->unknown_kids += state->unknown_kids - told->unknown_kids;
    told->unknown_kids = state->unknown_kids;
    if (!is_ours || !state->asked) {
        return 1;
    }
    view = ngx_http_countersign_view_of(zone, told, entry);
    if (view == NULL) {
        return 0;
    }
    view->fetched_at = state->fetched_at_nanos;
    view->expires_at = state->expires_at_nanos;
    view->dead_at = state->dead_at_nanos;
    return 1;
}


/* The state of the source at index and its key in the zone, issuer, space, address; its address stands in the key. */
ngx_int_t
ngx_http_countersign_view_state(ngx_http_countersign_policy_t *policy, ngx_pool_t *pool, size_t index,
    countersign_source_state *state, ngx_str_t *key)
{
    countersign_status  status;
    size_t              size = 256;
    u_char             *url;

    ngx_memzero(state, sizeof(*state));
    state->struct_size = sizeof(*state);
    do {
        url = ngx_pnalloc(pool, size);
        if (url == NULL) {
            return NGX_ERROR;
        }
        status = countersign_store_source_at(policy->store, index, state, (char *) url, size, &size);
    } while (status == COUNTERSIGN_BUFFER_TOO_SMALL);
    if (status != COUNTERSIGN_OK || state->url.len == 0) {
        return NGX_DECLINED;
    }
    key->len = state->issuer.len + 1 + state->url.len;
    key->data = ngx_pnalloc(pool, key->len);
    if (key->data == NULL) {
        return NGX_ERROR;
    }
    url = ngx_cpymem(key->data, state->issuer.data, state->issuer.len);
    *url++ = ' ';
    ngx_memcpy(url, state->url.data, state->url.len);
    return NGX_OK;
}


/* Tells what changed at the source at index. */
static void
ngx_http_countersign_view_tell_one(ngx_http_countersign_policy_t *policy, ngx_pool_t *pool, size_t index)
{
    ngx_http_countersign_zone_t  *zone = policy->zone;
    countersign_source_state      state;
    ngx_str_t                     key;
    ngx_uint_t                    tell_full = 0;

    if (ngx_http_countersign_view_state(policy, pool, index, &state, &key) != NGX_OK) {
        return;
    }
    ngx_shmtx_lock(&zone->slab->mutex);
    if (!ngx_http_countersign_view_put(zone, &policy->told[index], &state, &key)) {
        tell_full = !zone->shared->is_full;
        zone->shared->is_full = 1;
    }
    ngx_shmtx_unlock(&zone->slab->mutex);
    if (tell_full) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0, "countersign_zone \"%V\" is full: the metrics lack keys, as those "
                      "of \"%*s\"", &zone->shm->shm.name, state.issuer.len, state.issuer.data);
    }
}


/* Tells what this worker has of the sources of a policy that changed, and which unknown key ids it met. */
void
ngx_http_countersign_view_tell(ngx_http_countersign_policy_t *policy)
{
    ngx_pool_t  *pool;
    size_t       index = 0;

    if (policy->zone == NULL || policy->store == NULL || policy->told == NULL) {
        return;
    }
    pool = ngx_create_pool(4096, ngx_cycle->log);
    if (pool == NULL) {
        return;
    }
    while (countersign_store_next_changed(policy->store, index, &index) == COUNTERSIGN_OK) {
        ngx_http_countersign_view_tell_one(policy, pool, index);
        ngx_reset_pool(pool);
        index++;
    }
    ngx_destroy_pool(pool);
}


/* This worker starts. */
void
ngx_http_countersign_view_start(ngx_http_countersign_main_conf_t *mcf)
{
    ngx_http_countersign_policy_t  **policy = mcf->policies.elts;
    ngx_http_countersign_zone_t    **zone = mcf->zones.elts;
    ngx_uint_t                       i;

    for (i = 0; i < mcf->zones.nelts; i++) {
        ngx_http_countersign_view_claim(zone[i]);
    }
    for (i = 0; i < mcf->policies.nelts; i++) {
        policy[i]->told = ngx_pcalloc(ngx_cycle->pool, (countersign_store_issuer_count(policy[i]->store) + 1)
                                                       * sizeof(*policy[i]->told));
        ngx_http_countersign_view_tell(policy[i]);
    }
}
