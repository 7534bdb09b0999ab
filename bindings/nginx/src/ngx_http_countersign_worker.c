/*
 * What each worker has: a store and a verifier of every policy, with entropy of its own, and a tick once a second.
 */

#include "ngx_http_countersign.h"

/* Where every check of this worker puts its answer; kept warm, so that a check allocates nothing. */
countersign_decision  *ngx_http_countersign_decision;

static void ngx_http_countersign_tick(ngx_event_t *event);


/* Whether this process answers requests; cache managers run the same hooks. */
static ngx_uint_t
ngx_http_countersign_is_worker(void)
{
    return ngx_process == NGX_PROCESS_WORKER || ngx_process == NGX_PROCESS_SINGLE;
}


/* The files that bring keys of issuers which the policy has. */
static ngx_int_t
ngx_http_countersign_worker_watches(ngx_cycle_t *cycle, ngx_http_countersign_policy_t *policy)
{
    ngx_http_countersign_source_t  *source;
    ngx_uint_t                      i;
    uint64_t                        generation;

    if (policy->sources == NULL) {
        return NGX_OK;
    }
    policy->watches = ngx_pcalloc(cycle->pool, policy->sources->nelts * sizeof(*policy->watches));
    if (policy->watches == NULL) {
        return NGX_ERROR;
    }
    for (source = policy->sources->elts, i = 0; i < policy->sources->nelts; i++) {
        if (source[i].file.len > 0
            && countersign_store_generation(policy->store, ngx_http_countersign_view(&source[i].issuer),
                                            &generation) == COUNTERSIGN_OK)
        {
            policy->watches[policy->watch_count++].source = &source[i];
        }
    }
    return NGX_OK;
}


static ngx_int_t
ngx_http_countersign_worker_policy(ngx_cycle_t *cycle, ngx_http_countersign_policy_t *policy)
{
    countersign_store_options  options;
    u_char                     entropy[32];

    if (ngx_http_countersign_entropy(entropy, sizeof(entropy)) != NGX_OK) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, ngx_errno, "countersign: no randomness");
        return NGX_ERROR;
    }
    ngx_memzero(&options, sizeof(options));
    options.struct_size = sizeof(options);
    options.entropy.data = (char *) entropy;
    options.entropy.len = sizeof(entropy);
    if (countersign_store_new(&options, policy->policy, &policy->store) != COUNTERSIGN_OK
        || countersign_verifier_new(policy->policy, policy->store, &policy->verifier) != COUNTERSIGN_OK
        || ngx_http_countersign_worker_watches(cycle, policy) != NGX_OK)
    {
        return NGX_ERROR;
    }
    /* The queues were made in the master: their heads point to its copy of the same addresses. */
    ngx_queue_init(&policy->waiting);
    ngx_queue_init(&policy->fetches);
    ngx_http_countersign_seen_init(policy);
    ngx_http_countersign_file_watch(policy, cycle->log, 1);
    ngx_http_countersign_lease_load(policy, cycle->log);
    return NGX_OK;
}


ngx_int_t
ngx_http_countersign_init_process(ngx_cycle_t *cycle)
{
    ngx_http_countersign_main_conf_t   *mcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_countersign_module);
    ngx_http_countersign_policy_t     **policy;
    ngx_uint_t                          i;

    if (mcf == NULL || mcf->policies.nelts == 0 || !ngx_http_countersign_is_worker()) {
        return NGX_OK;
    }
    if (countersign_decision_new(&ngx_http_countersign_decision) != COUNTERSIGN_OK) {
        return NGX_ERROR;
    }
    for (policy = mcf->policies.elts, i = 0; i < mcf->policies.nelts; i++) {
        if (ngx_http_countersign_worker_policy(cycle, policy[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }
    ngx_http_countersign_view_start(mcf);
    ngx_http_countersign_early_place(cycle);
    mcf->tick.handler = ngx_http_countersign_tick;
    mcf->tick.data = mcf;
    mcf->tick.log = cycle->log;
    mcf->tick.cancelable = 1;               /* a worker that shuts down does not wait for it */
    ngx_add_timer(&mcf->tick, 1000);
    return NGX_OK;
}


/* Once a second: files that changed, tickets that are due, and what there is for the metrics. */
static void
ngx_http_countersign_tick(ngx_event_t *event)
{
    ngx_http_countersign_main_conf_t   *mcf = event->data;
    ngx_http_countersign_policy_t     **policy;
    ngx_uint_t                          i;

    for (policy = mcf->policies.elts, i = 0; i < mcf->policies.nelts; i++) {
        ngx_http_countersign_view_tell(policy[i]);
    }
    if (ngx_exiting) {
        ngx_http_countersign_view_leave(mcf);
        return;                             /* the workers of the next configuration see to the rest */
    }
    for (policy = mcf->policies.elts, i = 0; i < mcf->policies.nelts; i++) {
        ngx_http_countersign_file_watch(policy[i], event->log, 0);
        ngx_http_countersign_fetch_due(policy[i]);
        ngx_http_countersign_wait_wake(policy[i]);
    }
    ngx_add_timer(event, 1000);
}


void
ngx_http_countersign_exit_process(ngx_cycle_t *cycle)
{
    ngx_http_countersign_main_conf_t   *mcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_countersign_module);
    ngx_http_countersign_policy_t     **policy;
    ngx_uint_t                          i;

    if (mcf == NULL || mcf->policies.nelts == 0 || !ngx_http_countersign_is_worker()) {
        return;
    }
    ngx_http_countersign_view_leave(mcf);
    for (policy = mcf->policies.elts, i = 0; i < mcf->policies.nelts; i++) {
        ngx_http_countersign_fetch_exit(policy[i]);
        ngx_http_countersign_view_tell(policy[i]);
        ngx_http_countersign_seen_exit(policy[i]);
        countersign_verifier_free(policy[i]->verifier);
        countersign_store_free(policy[i]->store);
        policy[i]->verifier = NULL;
        policy[i]->store = NULL;
    }
    ngx_http_countersign_decision_exit();
    countersign_decision_free(ngx_http_countersign_decision);
    ngx_http_countersign_decision = NULL;
}
