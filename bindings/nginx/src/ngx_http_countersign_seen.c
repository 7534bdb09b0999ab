/*
 * Which answers in the zone a worker has seen. Bounded, because the addresses of discovery are not: what is forgotten is
 * new to the worker when it meets it again.
 */

#include "ngx_http_countersign.h"

/* This worker has seen nothing. */
void
ngx_http_countersign_seen_init(ngx_http_countersign_policy_t *policy)
{
    ngx_rbtree_init(&policy->seen, &policy->seen_sentinel, ngx_str_rbtree_insert_value);
    ngx_queue_init(&policy->seen_last);
    policy->seen_count = 0;
}


/* Forgets what was of no use for the longest time. */
static void
ngx_http_countersign_seen_forget(ngx_http_countersign_policy_t *policy)
{
    ngx_queue_t                  *queue = ngx_queue_last(&policy->seen_last);
    ngx_http_countersign_seen_t  *seen = ngx_queue_data(queue, ngx_http_countersign_seen_t, queue);

    ngx_queue_remove(queue);
    ngx_rbtree_delete(&policy->seen, &seen->key.node);
    ngx_free(seen);
    policy->seen_count--;
}


void
ngx_http_countersign_seen_exit(ngx_http_countersign_policy_t *policy)
{
    while (policy->seen_count > 0) {
        ngx_http_countersign_seen_forget(policy);
    }
}


/* What this worker has seen of an address; good until the next call. NULL if memory is short. */
ngx_http_countersign_seen_t *
ngx_http_countersign_answer_seen(ngx_http_countersign_policy_t *policy, ngx_str_t *key)
{
    uint32_t                      hash = ngx_crc32_long(key->data, key->len);
    ngx_http_countersign_seen_t  *seen;

    seen = (ngx_http_countersign_seen_t *) ngx_str_rbtree_lookup(&policy->seen, key, hash);
    if (seen != NULL) {
        ngx_queue_remove(&seen->queue);
        ngx_queue_insert_head(&policy->seen_last, &seen->queue);
        return seen;
    }
    if (policy->sources != NULL && policy->seen_count >= NGX_HTTP_COUNTERSIGN_ADDRESSES * policy->sources->nelts) {
        ngx_http_countersign_seen_forget(policy);
    }
    seen = ngx_calloc(sizeof(*seen) + key->len, ngx_cycle->log);
    if (seen != NULL) {
        seen->key.node.key = hash;
        seen->key.str.data = (u_char *) seen + sizeof(*seen);
        seen->key.str.len = key->len;
        ngx_memcpy(seen->key.str.data, key->data, key->len);
        ngx_rbtree_insert(&policy->seen, &seen->key.node);
        ngx_queue_insert_head(&policy->seen_last, &seen->queue);
        policy->seen_count++;
    }
    return seen;
}
