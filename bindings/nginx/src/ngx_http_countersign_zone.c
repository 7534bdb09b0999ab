/*
 * countersign_zone: memory that all workers share and that a reload keeps. Counters by location and reason stand in
 * it, what was fetched (see _lease.c), and what each worker has of it (see _view.c).
 */

#include "ngx_http_countersign.h"

/* A module of another version that a reload has loaded starts anew instead of misreading. */
#define NGX_HTTP_COUNTERSIGN_LAYOUT                                                                       \
    ((((((uint64_t) COUNTERSIGN_VERSION_NUMBER * 4099 + sizeof(ngx_http_countersign_shared_t)) * 4099     \
        + sizeof(ngx_http_countersign_claim_t)) * 4099 + sizeof(ngx_http_countersign_entry_t)) * 4099     \
      + sizeof(ngx_http_countersign_view_t)) * 4099 + sizeof(ngx_http_countersign_row_t))

#define NGX_HTTP_COUNTERSIGN_ZONE_MIN    (8 * ngx_pagesize)


/* Zeroed memory for what the zone is there for; NULL when it is full. */
static void *
ngx_http_countersign_zone_calloc(ngx_http_countersign_zone_t *zone, size_t size)
{
    void  *memory;

    ngx_shmtx_lock(&zone->slab->mutex);
    memory = ngx_slab_calloc_locked(zone->slab, size);
    if (memory == NULL && ngx_http_countersign_zone_yield(zone)) {
        memory = ngx_slab_calloc_locked(zone->slab, size);
    }
    ngx_shmtx_unlock(&zone->slab->mutex);
    return memory;
}


/* The row of a location, made if it is new. NULL when the zone is full. */
static ngx_http_countersign_row_t *
ngx_http_countersign_zone_row(ngx_http_countersign_zone_t *zone, ngx_str_t *label)
{
    ngx_http_countersign_row_t  *row;
    size_t                       count = countersign_reason_count();

    for (row = zone->shared->rows; row != NULL; row = row->next) {
        if (row->count == count && row->len == label->len && ngx_memcmp(row->label, label->data, row->len) == 0) {
            return row;
        }
    }
    row = ngx_http_countersign_zone_calloc(zone, sizeof(*row) + label->len);
    if (row == NULL) {
        return NULL;
    }
    row->counters = ngx_http_countersign_zone_calloc(zone, count * sizeof(uint64_t));
    if (row->counters == NULL) {
        ngx_slab_free(zone->slab, row);
        return NULL;
    }
    row->count = count;
    row->len = label->len;
    ngx_memcpy(row->label, label->data, label->len);
    ngx_shmtx_lock(&zone->slab->mutex);
    row->next = zone->shared->rows;
    zone->shared->rows = row;
    ngx_shmtx_unlock(&zone->slab->mutex);
    return row;
}


/* The memory is there: new, or that of before the reload. */
static ngx_int_t
ngx_http_countersign_zone_init(ngx_shm_zone_t *shm, void *data)
{
    ngx_http_countersign_zone_t       *zone = shm->data;
    ngx_http_countersign_loc_conf_t  **lcf = zone->locations.elts;
    ngx_http_countersign_row_t        *row;
    ngx_uint_t                         i;

    zone->slab = (ngx_slab_pool_t *) shm->shm.addr;
    zone->slab->log_nomem = 0;
    zone->shared = data != NULL || shm->shm.exists ? zone->slab->data : NULL;
    if (zone->shared == NULL || zone->shared->layout != NGX_HTTP_COUNTERSIGN_LAYOUT) {
        zone->shared = ngx_slab_calloc(zone->slab, sizeof(*zone->shared));
        if (zone->shared == NULL) {
            return NGX_ERROR;
        }
        zone->shared->layout = NGX_HTTP_COUNTERSIGN_LAYOUT;
        ngx_rbtree_init(&zone->shared->entries, &zone->shared->sentinel, ngx_rbtree_insert_value);
        zone->slab->data = zone->shared;
    }
    zone->shared->is_full = 0;              /* each configuration hears of it */
    for (i = 0; i < zone->locations.nelts; i++) {
        row = ngx_http_countersign_zone_row(zone, &lcf[i]->label);
        if (row == NULL) {
            ngx_log_error(NGX_LOG_EMERG, shm->shm.log, 0, "countersign_zone \"%V\" is too small for the counters of "
                          "%ui locations", &shm->shm.name, zone->locations.nelts);
            return NGX_ERROR;
        }
        lcf[i]->counters = row->counters;
    }
    return NGX_OK;
}


/* countersign_zone NAME SIZE | NAME */
char *
ngx_http_countersign_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_countersign_main_conf_t   *mcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_countersign_module);
    ngx_http_countersign_loc_conf_t    *lcf = conf;
    ngx_str_t                          *value = cf->args->elts;
    ngx_http_countersign_zone_t        *zone, **slot;
    ngx_shm_zone_t                     *shm;
    ssize_t                             size = 0;

    if (lcf->zone != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }
    if (cf->args->nelts == 3) {
        size = ngx_parse_size(&value[2]);
        if (size == NGX_ERROR || size < (ssize_t) NGX_HTTP_COUNTERSIGN_ZONE_MIN) {
            return "needs a size of at least eight pages, as in 1m";
        }
    }
    shm = ngx_shared_memory_add(cf, &value[1], size, &ngx_http_countersign_module);
    if (shm == NULL) {
        return NGX_CONF_ERROR;
    }
    if (shm->data == NULL) {
        zone = ngx_pcalloc(cf->pool, sizeof(*zone));
        slot = ngx_array_push(&mcf->zones);
        if (zone == NULL || slot == NULL
            || ngx_array_init(&zone->locations, cf->pool, 8, sizeof(ngx_http_countersign_loc_conf_t *)) != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }
        *slot = zone;
        zone->shm = shm;
        shm->data = zone;
        shm->init = ngx_http_countersign_zone_init;
    }
    lcf->zone = shm->data;
    return NGX_CONF_OK;
}


/* Notes that a location counts in its zone. */
ngx_int_t
ngx_http_countersign_zone_location(ngx_http_countersign_loc_conf_t *lcf)
{
    ngx_http_countersign_loc_conf_t  **slot;

    if (lcf->zone == NULL) {
        return NGX_OK;
    }
    slot = ngx_array_push(&lcf->zone->locations);
    if (slot == NULL) {
        return NGX_ERROR;
    }
    *slot = lcf;
    return NGX_OK;
}


/*
 * Counts a verdict. Not by the counters of countersign_request: a request that waits is checked more than once, and
 * counts once, by its last verdict.
 */
void
ngx_http_countersign_count(ngx_http_countersign_loc_conf_t *lcf, uint32_t reason)
{
    static uint16_t          places[10000];      /* of reasons by number, and one more; 0: not looked up yet */
    countersign_reason_info  info;
    size_t                   i;

    if (lcf->counters == NULL || reason >= sizeof(places) / sizeof(places[0])) {
        return;
    }
    if (places[reason] == 0) {
        ngx_memzero(&info, sizeof(info));
        info.struct_size = sizeof(info);
        for (i = 0; countersign_reason_at(i, &info) == COUNTERSIGN_OK; i++) {
            if (info.number < sizeof(places) / sizeof(places[0])) {
                places[info.number] = (uint16_t) (i + 1);
            }
        }
    }
    if (places[reason] != 0) {
        (void) __atomic_fetch_add(&lcf->counters[places[reason] - 1], 1, __ATOMIC_RELAXED);
    }
}
