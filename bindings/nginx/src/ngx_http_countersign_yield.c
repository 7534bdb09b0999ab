/*
 * The metrics of keys take what is left of a zone, and give it back to counters and keys: a quarter of it they never
 * take, and if that is not enough, what they have is freed. They come back with what changes next.
 */

#include "ngx_http_countersign.h"

/* Whether the metrics may take memory. The zone is locked. */
ngx_uint_t
ngx_http_countersign_zone_has_spare(ngx_http_countersign_zone_t *zone)
{
    ngx_uint_t  pages = (zone->slab->end - zone->slab->start) / ngx_pagesize;

    return zone->slab->pfree > ngx_max(pages / 4, 1);
}


/* Frees all that the metrics have beside counts of fetches; gives whether that was anything. The zone is locked. */
ngx_uint_t
ngx_http_countersign_zone_yield(ngx_http_countersign_zone_t *zone)
{
    ngx_http_countersign_claim_t  *claim;
    ngx_http_countersign_entry_t  *entry, *next;

    if (zone->shared->yieldable == 0) {
        return 0;
    }
    for (claim = zone->shared->claims; claim != NULL; claim = claim->next) {
        ngx_http_countersign_view_drop(zone, claim);
    }
    for (entry = ngx_http_countersign_entry_from(zone, 0); entry != NULL; entry = next) {
        next = ngx_http_countersign_entry_next(zone, entry);
        if (entry->fetches == 0) {
            ngx_http_countersign_entry_drop(zone, entry);
        }
    }
    zone->shared->yields++;
    zone->shared->yieldable = 0;
    return 1;
}
