/*
 * The lease of a fetch: one worker fetches an address for all, and its answer, good or bad, answers the tickets of the
 * others. So the number of fetches that the core promises holds for the server and not for each worker.
 *
 * A worker fetches only when it has seen the last answer already, so that its own pause since then, which the
 * core sees to, is over for the server too. A lease ends with its ticket's deadline, and at once if its worker is
 * gone. Without a zone every worker fetches for itself.
 */

#include "ngx_http_countersign.h"


static ngx_uint_t
ngx_http_countersign_lease_is_held(ngx_http_countersign_entry_t *entry, uint64_t now)
{
    if (entry->holder == 0 || now > entry->until) {
        return 0;
    }
    return !(kill(entry->holder, 0) == -1 && ngx_errno == NGX_ESRCH);
}


/* Brings what another worker has fetched without closing the ticket. */
static void
ngx_http_countersign_lease_push(ngx_http_countersign_fetch_t *fetch, countersign_fetch_result *result,
    int64_t fetched_at)
{
    countersign_time  now = ngx_http_countersign_clocks();
    countersign_keys  keys;

    ngx_memzero(&keys, sizeof(keys));
    keys.struct_size = sizeof(keys);
    keys.jwks = result->body;
    keys.etag = result->etag;
    keys.fetched_at_seconds = fetched_at;
    (void) countersign_store_set_keys_fetched(fetch->policy->store, fetch->info.issuer, &keys, &now, NULL);
}


/* What the zone has for a ticket. */
typedef enum {
    NGX_HTTP_COUNTERSIGN_NOTHING,           /* nothing new */
    NGX_HTTP_COUNTERSIGN_ANSWER,
    NGX_HTTP_COUNTERSIGN_HINT               /* new to this worker, but too old to answer this ticket */
} ngx_http_countersign_finding_e;


/*
 * An answer that is younger than the policy's cooldown answers every ticket. An older one does not hold any more for a
 * key id that is not in it, or if it is a failure.
 */
static ngx_http_countersign_finding_e
ngx_http_countersign_lease_look(ngx_http_countersign_fetch_t *fetch, ngx_http_countersign_entry_t *entry,
    ngx_http_countersign_seen_t *seen, uint64_t now)
{
    ngx_uint_t  young = now - entry->answered_at < fetch->info.cooldown_nanos;
    ngx_uint_t  is_new = entry->serial != 0 && (entry->serial != seen->serial || (seen->loaded && young));

    seen->loaded = 0;
    if (!is_new) {
        return NGX_HTTP_COUNTERSIGN_NOTHING;
    }
    seen->serial = entry->serial;
    if (young) {
        return NGX_HTTP_COUNTERSIGN_ANSWER;
    }
    if (entry->outcome != COUNTERSIGN_OUTCOME_BODY) {
        return NGX_HTTP_COUNTERSIGN_NOTHING;
    }
    return fetch->info.reason == COUNTERSIGN_FETCH_REASON_UNKNOWN_KID
           && fetch->info.kind == COUNTERSIGN_FETCH_KIND_KEY_SET
           ? NGX_HTTP_COUNTERSIGN_HINT : NGX_HTTP_COUNTERSIGN_ANSWER;
}


/* Asks for the right to fetch. With LEASE_ANSWERED, result has the answer, in the fetch's pool. */
ngx_http_countersign_lease_e
ngx_http_countersign_lease_ask(ngx_http_countersign_fetch_t *fetch, countersign_fetch_result *result)
{
    ngx_http_countersign_zone_t     *zone = fetch->policy->zone;
    ngx_http_countersign_seen_t     *seen;
    ngx_http_countersign_entry_t    *entry;
    ngx_http_countersign_lease_e     lease = NGX_HTTP_COUNTERSIGN_LEASE_TAKEN;
    ngx_http_countersign_finding_e   finding;
    countersign_fetch_result         hint;
    uint64_t                         now;
    int64_t                          fetched_at = 0;

    if (zone == NULL) {
        return lease;
    }
    seen = ngx_http_countersign_answer_seen(fetch->policy, &fetch->key);
    ngx_shmtx_lock(&zone->slab->mutex);
    /* Read under the lock: an answer that came while this worker waited for it is not from the future. */
    now = ngx_http_countersign_clocks().monotonic_nanos;
    entry = ngx_http_countersign_answer_entry(zone, &fetch->key, fetch->info.issuer.len);
    if (entry == NULL || seen == NULL) {
        ngx_shmtx_unlock(&zone->slab->mutex);
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0, "countersign_zone \"%V\" is full: this worker fetches for itself",
                      &zone->shm->shm.name);
        return lease;
    }
    finding = ngx_http_countersign_lease_look(fetch, entry, seen, now);
    if (finding == NGX_HTTP_COUNTERSIGN_HINT) {
        hint = *result;
        ngx_http_countersign_answer_read(fetch, entry, now, &hint);
        fetched_at = entry->wall_seconds - (int64_t) entry->age;
    }
    if (finding == NGX_HTTP_COUNTERSIGN_ANSWER) {
        ngx_http_countersign_answer_read(fetch, entry, now, result);
        lease = NGX_HTTP_COUNTERSIGN_LEASE_ANSWERED;

    } else if (ngx_http_countersign_lease_is_held(entry, now)) {
        lease = NGX_HTTP_COUNTERSIGN_LEASE_BUSY;

    } else {
        entry->holder = ngx_pid;
        fetch->lease = ++entry->lease;
        entry->until = fetch->info.deadline_nanos;
        entry->fetches++;
    }
    ngx_shmtx_unlock(&zone->slab->mutex);
    if (finding == NGX_HTTP_COUNTERSIGN_HINT) {
        ngx_http_countersign_lease_push(fetch, &hint, fetched_at);
    }
    return lease;
}


/* Whether the answer is about another set than the zone has: a 304 speaks of the one that was asked by. */
static ngx_uint_t
ngx_http_countersign_lease_is_beside(ngx_http_countersign_fetch_t *fetch, ngx_http_countersign_entry_t *entry,
    countersign_fetch_result *result)
{
    return result->outcome == COUNTERSIGN_OUTCOME_NOT_MODIFIED
           && (entry->etag.data == NULL || entry->etag.len != fetch->info.etag.len
               || ngx_memcmp(entry->etag.data, fetch->info.etag.data, entry->etag.len) != 0);
}


/*
 * Ends the lease with what came of the fetch. A bad answer leaves the body that is there, for workers that start
 * later; an abandoned fetch, and a good answer about another set, change nothing but the lease.
 */
void
ngx_http_countersign_lease_answer(ngx_http_countersign_fetch_t *fetch, countersign_fetch_result *result,
    ngx_uint_t is_good)
{
    ngx_http_countersign_zone_t   *zone = fetch->policy->zone;
    ngx_http_countersign_entry_t  *entry;
    ngx_http_countersign_seen_t   *seen;
    countersign_time               now = ngx_http_countersign_clocks();
    ngx_uint_t                     is_shared = 1;

    if (fetch->lease == 0) {
        return;
    }
    seen = ngx_http_countersign_answer_seen(fetch->policy, &fetch->key);
    ngx_shmtx_lock(&zone->slab->mutex);
    entry = ngx_http_countersign_entry_find(zone, &fetch->key, fetch->info.issuer.len);
    if (entry == NULL || entry->lease != fetch->lease) {
        ngx_shmtx_unlock(&zone->slab->mutex);
        return;                             /* the lease was over, and is somebody else's */
    }
    fetch->lease = 0;
    entry->holder = 0;
    if (result->outcome != COUNTERSIGN_OUTCOME_ABANDONED
        && !(is_good && ngx_http_countersign_lease_is_beside(fetch, entry, result)))
    {
        entry->kind = fetch->info.kind;
        entry->answered_at = now.monotonic_nanos;
        entry->outcome = is_good ? COUNTERSIGN_OUTCOME_BODY : COUNTERSIGN_OUTCOME_FAILED;
        if (is_good) {
            is_shared = ngx_http_countersign_answer_keep(zone, entry, fetch, result);
        } else {
            entry->failures++;
        }
        entry->serial = is_shared ? ++entry->answers : 0;
        if (seen != NULL) {
            seen->serial = entry->serial;
        }
    }
    ngx_shmtx_unlock(&zone->slab->mutex);
    if (!is_shared) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0, "countersign_zone \"%V\" is too small for the keys of \"%V\"",
                      &zone->shm->shm.name, &fetch->source->issuer);
    }
}
