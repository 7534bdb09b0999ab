/*
 * The entries of a zone: one an address, found by their issuer, and of each issuer no more than a few. The zone is locked
 * in every function here.
 */

#include "ngx_http_countersign.h"

/* The first entry whose issuer has this hash or a higher one; NULL if there is none. */
ngx_http_countersign_entry_t *
ngx_http_countersign_entry_from(ngx_http_countersign_zone_t *zone, uint64_t hash)
{
    ngx_rbtree_node_t  *node = zone->shared->entries.root, *found = NULL;

    while (node != zone->shared->entries.sentinel) {
        if (node->key < hash) {
            node = node->right;
        } else {
            found = node;
            node = node->left;
        }
    }
    return (ngx_http_countersign_entry_t *) found;
}


/* The entry behind this one, in the order of the hashes; NULL if there is none. */
ngx_http_countersign_entry_t *
ngx_http_countersign_entry_next(ngx_http_countersign_zone_t *zone, ngx_http_countersign_entry_t *entry)
{
    return (ngx_http_countersign_entry_t *) ngx_rbtree_next(&zone->shared->entries, &entry->node);
}


/* The first entry of an issuer, or the one behind another one; NULL if there is none. */
ngx_http_countersign_entry_t *
ngx_http_countersign_entry_of(ngx_http_countersign_zone_t *zone, ngx_str_t *issuer,
    ngx_http_countersign_entry_t *behind)
{
    uint32_t                       hash = ngx_crc32_long(issuer->data, issuer->len);
    ngx_http_countersign_entry_t  *entry;

    entry = behind == NULL ? ngx_http_countersign_entry_from(zone, hash)
                           : ngx_http_countersign_entry_next(zone, behind);
    while (entry != NULL && entry->node.key == hash) {
        if (entry->issuer_len == issuer->len && ngx_memcmp(entry->key, issuer->data, issuer->len) == 0) {
            return entry;
        }
        entry = ngx_http_countersign_entry_next(zone, entry);
    }
    return NULL;
}


/* The entry of an address; NULL if there is none. */
ngx_http_countersign_entry_t *
ngx_http_countersign_entry_find(ngx_http_countersign_zone_t *zone, ngx_str_t *key, size_t issuer_len)
{
    ngx_str_t                      issuer = { issuer_len, key->data };
    ngx_http_countersign_entry_t  *entry = NULL;

    do {
        entry = ngx_http_countersign_entry_of(zone, &issuer, entry);
    } while (entry != NULL && (entry->key_len != key->len || ngx_memcmp(entry->key, key->data, key->len) != 0));
    return entry;
}


/*
 * The entry with the set of a key source whose key this is: that of the key, or if it is an issuer's metadata, of the set
 * that they named. An issuer serves metadata at one of several addresses, which follow from its name alone: the last good
 * ones tell. NULL if there is no such set: what was fetched of the issuer elsewhere is no policy's that has this key.
 */
ngx_http_countersign_entry_t *
ngx_http_countersign_entry_set(ngx_http_countersign_zone_t *zone, ngx_str_t *key, size_t issuer_len)
{
    ngx_str_t                      issuer = { issuer_len, key->data };
    ngx_http_countersign_entry_t  *entry = ngx_http_countersign_entry_find(zone, key, issuer_len);
    ngx_http_countersign_entry_t  *other, *metadata = NULL;

    if (entry == NULL || entry->kind != COUNTERSIGN_FETCH_KIND_METADATA) {
        return entry == NULL || entry->body.data == NULL ? NULL : entry;
    }
    for (other = NULL; (other = ngx_http_countersign_entry_of(zone, &issuer, other)) != NULL; ) {
        if (other->kind == COUNTERSIGN_FETCH_KIND_METADATA && other->named.data != NULL
            && (metadata == NULL || other->wall_seconds > metadata->wall_seconds))
        {
            metadata = other;
        }
    }
    for (other = NULL; metadata != NULL; ) {
        other = ngx_http_countersign_entry_of(zone, &issuer, other);
        if (other == NULL
            || (other->kind == COUNTERSIGN_FETCH_KIND_KEY_SET && other->body.data != NULL
                && other->key_len == issuer_len + 1 + metadata->named.len
                && ngx_memcmp(other->key + issuer_len + 1, metadata->named.data, metadata->named.len) == 0))
        {
            return other;
        }
    }
    return NULL;
}


/* Whether nobody fetches it, and no worker has its keys from there. */
ngx_uint_t
ngx_http_countersign_entry_is_idle(ngx_http_countersign_entry_t *entry)
{
    return entry->views == NULL
           && (entry->holder == 0 || ngx_http_countersign_clocks().monotonic_nanos > entry->until);
}


/* Frees what was fetched. */
void
ngx_http_countersign_entry_empty(ngx_http_countersign_zone_t *zone, ngx_http_countersign_entry_t *entry)
{
    ngx_str_t   *text[] = { &entry->body, &entry->etag, &entry->cache_control, &entry->named };
    ngx_uint_t   i;

    for (i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
        if (text[i]->data != NULL) {
            ngx_slab_free_locked(zone->slab, text[i]->data);
            ngx_str_null(text[i]);
        }
    }
}


/* Frees an entry that is idle. */
void
ngx_http_countersign_entry_drop(ngx_http_countersign_zone_t *zone, ngx_http_countersign_entry_t *entry)
{
    /* A later entry of this address goes on behind the numbers that workers know. */
    zone->shared->highest = ngx_max(zone->shared->highest, ngx_max(entry->answers, entry->lease) + 1);
    ngx_http_countersign_entry_empty(zone, entry);
    ngx_rbtree_delete(&zone->shared->entries, &entry->node);
    ngx_slab_free_locked(zone->slab, entry);
}


/* Drops the idle entry that was answered first, if an issuer has as many as it may. Those in use are bounded by policies. */
static void
ngx_http_countersign_entry_make_room(ngx_http_countersign_zone_t *zone, ngx_str_t *issuer)
{
    ngx_http_countersign_entry_t  *entry = NULL, *oldest = NULL;
    ngx_uint_t                     count = 0;

    while ((entry = ngx_http_countersign_entry_of(zone, issuer, entry)) != NULL) {
        count++;
        if (ngx_http_countersign_entry_is_idle(entry)
            && (oldest == NULL || entry->answered_at < oldest->answered_at))
        {
            oldest = entry;
        }
    }
    if (count >= NGX_HTTP_COUNTERSIGN_ADDRESSES && oldest != NULL) {
        ngx_http_countersign_entry_drop(zone, oldest);
    }
}


/* Makes the entry of an address that has none; NULL if the zone is full. */
ngx_http_countersign_entry_t *
ngx_http_countersign_entry_add(ngx_http_countersign_zone_t *zone, ngx_str_t *key, size_t issuer_len)
{
    ngx_str_t                      issuer = { issuer_len, key->data };
    ngx_http_countersign_entry_t  *entry;

    ngx_http_countersign_entry_make_room(zone, &issuer);
    entry = ngx_slab_calloc_locked(zone->slab, sizeof(*entry) + key->len);
    if (entry != NULL) {
        entry->answers = zone->shared->highest;
        entry->lease = zone->shared->highest;
        entry->issuer_len = issuer_len;
        entry->key_len = key->len;
        ngx_memcpy(entry->key, key->data, key->len);
        entry->node.key = ngx_crc32_long(key->data, issuer_len);
        ngx_rbtree_insert(&zone->shared->entries, &entry->node);
    }
    return entry;
}
