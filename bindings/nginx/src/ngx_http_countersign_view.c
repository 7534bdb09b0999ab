/*
 * What each worker has of each key source, told in the zone once a second, so that any of them can write the metrics of
 * all. Moments are told and not ages, so that the keys of a worker that hangs grow old in the metrics too.
 *
 * A worker that starts takes over what the one before it with the same number told, dead or about to stop: that one
 * renews nothing any more, and no new connections come to it. Views are used again and never freed, so that a worker's
 * pointer to its own stays good.
 */

#include "ngx_http_countersign.h"


/* This worker starts: nobody who had its number before tells anything any more. */
static void
ngx_http_countersign_view_claim(ngx_http_countersign_zone_t *zone)
{
    ngx_http_countersign_view_t  *view;

    ngx_shmtx_lock(&zone->slab->mutex);
    for (view = zone->shared->views; view != NULL; view = view->next) {
        if (view->worker == ngx_worker) {
            view->pid = 0;
        }
    }
    ngx_shmtx_unlock(&zone->slab->mutex);
}


/* A view of nobody, made if there is none; NULL if the zone is full. The zone is locked. */
static ngx_http_countersign_view_t *
ngx_http_countersign_view_take(ngx_http_countersign_zone_t *zone)
{
    ngx_http_countersign_view_t  *view;

    for (view = zone->shared->views; view != NULL; view = view->next) {
        if (view->pid == 0) {
            break;
        }
    }
    if (view == NULL) {
        view = ngx_slab_calloc_locked(zone->slab, sizeof(*view));
        if (view == NULL) {
            return NULL;
        }
        view->next = zone->shared->views;
        zone->shared->views = view;
    }
    view->worker = ngx_worker;
    view->pid = ngx_pid;
    return view;
}


/* What this worker told of an issuer. NULL if memory is short. */
static ngx_http_countersign_told_t *
ngx_http_countersign_view_told(ngx_http_countersign_policy_t *policy, countersign_str issuer)
{
    ngx_http_countersign_told_t  *told;

    for (told = policy->told; told != NULL; told = told->next) {
        if (told->issuer.len == issuer.len && ngx_memcmp(told->issuer.data, issuer.data, issuer.len) == 0) {
            return told;
        }
    }
    told = ngx_pcalloc(ngx_cycle->pool, sizeof(*told));
    if (told != NULL) {
        told->issuer = issuer;
        told->next = policy->told;
        policy->told = told;
    }
    return told;
}


/* Puts the state of one source into the zone; gives whether there is room. The zone is locked. */
static ngx_uint_t
ngx_http_countersign_view_put(ngx_http_countersign_zone_t *zone, ngx_http_countersign_told_t *told,
    countersign_source_state *state, ngx_str_t *key, ngx_uint_t last)
{
    ngx_http_countersign_entry_t  *entry = ngx_http_countersign_answer_entry(zone, key, state->issuer.len);
    ngx_http_countersign_view_t   *view;

    if (entry == NULL) {
        return 0;
    }
    entry->unknown_kids += state->unknown_kids - told->unknown_kids;
    told->unknown_kids = state->unknown_kids;
    if (told->view == NULL && !last) {
        told->view = ngx_http_countersign_view_take(zone);
    }
    view = told->view;
    if (view == NULL) {
        return last;
    }
    if (view->pid != ngx_pid) {
        return 1;                           /* the worker that comes after this one has it */
    }
    view->entry = entry;
    view->asked = state->asked;
    view->fetched_at = state->fetched_at_nanos;
    view->expires_at = state->expires_at_nanos;
    view->dead_at = state->dead_at_nanos;
    if (last) {
        view->pid = 0;
    }
    return 1;
}


/* The state of the source at index and its key in the zone, issuer, space, address; its address stands in the key. */
static ngx_int_t
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
    if (status != COUNTERSIGN_OK) {
        return NGX_DONE;
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


/*
 * Tells what this worker has of each source of a policy, and which unknown key ids it has met since the last time; with
 * last, that it has nothing any more.
 */
void
ngx_http_countersign_view_tell(ngx_http_countersign_policy_t *policy, ngx_uint_t last)
{
    ngx_http_countersign_told_t  *told;
    countersign_source_state      state;
    ngx_pool_t                   *pool;
    ngx_str_t                     key;
    ngx_uint_t                    is_there;
    size_t                        i;

    if (policy->zone == NULL || policy->store == NULL) {
        return;
    }
    pool = ngx_create_pool(4096, ngx_cycle->log);
    if (pool == NULL) {
        return;
    }
    for (i = 0; ngx_http_countersign_view_state(policy, pool, i, &state, &key) == NGX_OK; i++) {
        told = ngx_http_countersign_view_told(policy, state.issuer);
        if (told == NULL) {
            break;
        }
        ngx_shmtx_lock(&policy->zone->slab->mutex);
        is_there = ngx_http_countersign_view_put(policy->zone, told, &state, &key, last);
        ngx_shmtx_unlock(&policy->zone->slab->mutex);
        if (!is_there && !told->is_full) {
            told->is_full = 1;
            ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0, "countersign_zone \"%V\" is full: the metrics lack keys of "
                          "\"%*s\"", &policy->zone->shm->shm.name, state.issuer.len, state.issuer.data);
        }
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
        ngx_http_countersign_view_tell(policy[i], 0);
    }
}


/* Whether the worker that told this still answers requests. */
static ngx_uint_t
ngx_http_countersign_view_is_live(ngx_http_countersign_view_t *view)
{
    ngx_core_conf_t  *ccf = (ngx_core_conf_t *) ngx_get_conf(ngx_cycle->conf_ctx, ngx_core_module);

    return view->pid != 0 && view->entry != NULL && view->worker < (ngx_uint_t) ngx_max(ccf->worker_processes, 1)
           && !(kill(view->pid, 0) == -1 && ngx_errno == ESRCH);
}


/* The source of an address among those that were found, of every zone; made if it is new and make says so. */
static countersign_source_state *
ngx_http_countersign_view_source(ngx_array_t *sources, ngx_http_countersign_entry_t *entry, ngx_uint_t make)
{
    countersign_source_state  *source = sources->elts;
    ngx_uint_t                 i;
    size_t                     url_len = entry->key_len - entry->issuer_len - 1;

    for (i = 0; i < sources->nelts; i++) {
        if (source[i].issuer.len == entry->issuer_len && source[i].url.len == url_len
            && ngx_memcmp(source[i].issuer.data, entry->key, entry->issuer_len) == 0
            && ngx_memcmp(source[i].url.data, entry->key + entry->issuer_len + 1, url_len) == 0)
        {
            return &source[i];
        }
    }
    source = make ? ngx_array_push(sources) : NULL;
    if (source != NULL) {
        ngx_memzero(source, sizeof(*source));
        source->struct_size = sizeof(*source);
        /* Entries are never freed. */
        source->issuer.data = (char *) entry->key;
        source->issuer.len = entry->issuer_len;
        source->url.data = (char *) entry->key + entry->issuer_len + 1;
        source->url.len = url_len;
        source->fetched_at_nanos = INT64_MAX;
        source->expires_at_nanos = UINT64_MAX;
        source->dead_at_nanos = UINT64_MAX;
    }
    return source;
}


/*
 * Adds the sources of a zone to an array of countersign_source_state: the counters of all workers, and of the moments
 * the earliest that one of them has, so that a worker that lags behind is seen. One that nobody asked for keys yet says
 * nothing: it takes them from the zone when somebody does. A source that is not configured any more has its counters.
 */
ngx_int_t
ngx_http_countersign_view_sources(ngx_http_countersign_zone_t *zone, ngx_array_t *sources)
{
    ngx_http_countersign_entry_t  *entry;
    ngx_http_countersign_view_t   *view;
    countersign_source_state      *source;
    ngx_int_t                      rc = NGX_OK;

    ngx_shmtx_lock(&zone->slab->mutex);
    for (view = zone->shared->views; view != NULL && rc == NGX_OK; view = view->next) {
        if (!ngx_http_countersign_view_is_live(view)) {
            continue;
        }
        source = ngx_http_countersign_view_source(sources, view->entry, 1);
        if (source == NULL) {
            rc = NGX_ERROR;

        } else if (view->asked) {
            source->asked = 1;
            source->fetched_at_nanos = ngx_min(source->fetched_at_nanos, view->fetched_at);
            source->expires_at_nanos = ngx_min(source->expires_at_nanos, view->expires_at);
            source->dead_at_nanos = ngx_min(source->dead_at_nanos, view->dead_at);
        }
    }
    for (entry = zone->shared->entries; entry != NULL && rc == NGX_OK; entry = entry->next) {
        source = ngx_http_countersign_view_source(sources, entry, entry->fetches > 0 || entry->unknown_kids > 0);
        if (source != NULL) {
            source->fetches += entry->fetches;
            source->failures += entry->failures;
            source->unknown_kids += entry->unknown_kids;

        } else if (entry->fetches > 0) {
            rc = NGX_ERROR;
        }
    }
    ngx_shmtx_unlock(&zone->slab->mutex);
    return rc;
}
