/*
 * The key sources of all zones for one scrape: copied in portions, so that no worker waits for the zone for long, and put
 * together outside.
 */

#include "ngx_http_countersign.h"

/* Entries that are copied before the zone is given to others. */
#define NGX_HTTP_COUNTERSIGN_PORTION    256


/* Notes which workers answer requests. The zone is locked. */
static void
ngx_http_countersign_sources_live(ngx_http_countersign_zone_t *zone)
{
    ngx_core_conf_t               *ccf = (ngx_core_conf_t *) ngx_get_conf(ngx_cycle->conf_ctx, ngx_core_module);
    ngx_http_countersign_claim_t  *claim;

    for (claim = zone->shared->claims; claim != NULL; claim = claim->next) {
        claim->is_live = claim->pid != 0 && claim->worker < (ngx_uint_t) ngx_max(ccf->worker_processes, 1)
                         && !(kill(claim->pid, 0) == -1 && ngx_errno == ESRCH);
    }
}


/*
 * Copies an entry: the counters of all workers, and of the moments the earliest that one of them has, so that a worker that
 * lags behind is seen. One that nobody asked for keys yet has no view: it takes them from the zone when somebody does. A
 * source that is not configured any more has its counters. The zone is locked.
 */
static ngx_int_t
ngx_http_countersign_sources_copy(ngx_http_countersign_entry_t *entry, ngx_pool_t *pool, ngx_array_t *sources)
{
    countersign_source_state     *source, found;
    ngx_http_countersign_view_t  *view;
    char                         *key;

    ngx_memzero(&found, sizeof(found));
    found.struct_size = sizeof(found);
    found.fetches = entry->fetches;
    found.failures = entry->failures;
    found.unknown_kids = entry->unknown_kids;
    found.fetched_at_nanos = INT64_MAX;
    found.expires_at_nanos = UINT64_MAX;
    found.dead_at_nanos = UINT64_MAX;
    for (view = entry->views; view != NULL; view = view->beside) {
        if (view->claim->is_live) {
            found.asked = 1;
            found.fetched_at_nanos = ngx_min(found.fetched_at_nanos, view->fetched_at);
            found.expires_at_nanos = ngx_min(found.expires_at_nanos, view->expires_at);
            found.dead_at_nanos = ngx_min(found.dead_at_nanos, view->dead_at);
        }
    }
    if (!found.asked && found.fetches == 0 && found.unknown_kids == 0) {
        return NGX_OK;
    }
    key = ngx_pnalloc(pool, entry->key_len);
    source = key == NULL ? NULL : ngx_array_push(sources);
    if (source == NULL) {
        return NGX_ERROR;
    }
    ngx_memcpy(key, entry->key, entry->key_len);
    found.issuer = (countersign_str) { key, entry->issuer_len };
    found.url = (countersign_str) { key + entry->issuer_len + 1, entry->key_len - entry->issuer_len - 1 };
    *source = found;
    return NGX_OK;
}


/* Copies the sources of a zone. */
static ngx_int_t
ngx_http_countersign_sources_zone(ngx_http_countersign_zone_t *zone, ngx_pool_t *pool, ngx_array_t *sources)
{
    ngx_http_countersign_entry_t  *entry;
    ngx_int_t                      rc = NGX_OK;
    ngx_uint_t                     copied;
    uint64_t                       from = 0;

    do {
        ngx_shmtx_lock(&zone->slab->mutex);
        ngx_http_countersign_sources_live(zone);
        entry = ngx_http_countersign_entry_from(zone, from);
        /* Those of one hash are of one portion. */
        for (copied = 0;
             entry != NULL && rc == NGX_OK && (copied < NGX_HTTP_COUNTERSIGN_PORTION || entry->node.key < from);
             copied++)
        {
            rc = ngx_http_countersign_sources_copy(entry, pool, sources);
            from = (uint64_t) entry->node.key + 1;
            entry = ngx_http_countersign_entry_next(zone, entry);
        }
        ngx_shmtx_unlock(&zone->slab->mutex);
    } while (entry != NULL && rc == NGX_OK);
    return rc;
}


static int
ngx_http_countersign_sources_compare(countersign_str one, countersign_str other)
{
    int  rc = ngx_memcmp(one.data, other.data, ngx_min(one.len, other.len));

    return rc != 0 ? rc : (one.len > other.len) - (one.len < other.len);
}


static int ngx_libc_cdecl
ngx_http_countersign_sources_order(const void *one, const void *other)
{
    const countersign_source_state  *a = one, *b = other;
    int                              rc = ngx_http_countersign_sources_compare(a->issuer, b->issuer);

    return rc != 0 ? rc : ngx_http_countersign_sources_compare(a->url, b->url);
}


/* The sources of all zones, no two of one issuer and address. NULL if memory is short. */
countersign_source_state **
ngx_http_countersign_sources(ngx_http_countersign_main_conf_t *mcf, ngx_pool_t *pool, size_t *count)
{
    ngx_http_countersign_zone_t  **zone = mcf->zones.elts;
    countersign_source_state     **listed, *source, *last = NULL;
    ngx_array_t                   *sources = ngx_array_create(pool, 64, sizeof(countersign_source_state));
    ngx_uint_t                     i;

    for (i = 0; sources != NULL && i < mcf->zones.nelts; i++) {
        if (ngx_http_countersign_sources_zone(zone[i], pool, sources) != NGX_OK) {
            return NULL;
        }
    }
    listed = sources == NULL ? NULL : ngx_palloc(pool, (sources->nelts + 1) * sizeof(*listed));
    if (listed == NULL) {
        return NULL;
    }
    source = sources->elts;
    ngx_qsort(source, sources->nelts, sizeof(*source), ngx_http_countersign_sources_order);
    for (*count = 0, i = 0; i < sources->nelts; i++) {
        if (last == NULL || ngx_http_countersign_sources_order(last, &source[i]) != 0) {
            last = &source[i];
            listed[(*count)++] = last;
            continue;
        }
        last->fetches += source[i].fetches;
        last->failures += source[i].failures;
        last->unknown_kids += source[i].unknown_kids;
        last->asked |= source[i].asked;
        last->fetched_at_nanos = ngx_min(last->fetched_at_nanos, source[i].fetched_at_nanos);
        last->expires_at_nanos = ngx_min(last->expires_at_nanos, source[i].expires_at_nanos);
        last->dead_at_nanos = ngx_min(last->dead_at_nanos, source[i].dead_at_nanos);
    }
    return listed;
}
