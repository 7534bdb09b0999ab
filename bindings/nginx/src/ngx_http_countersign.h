/*
 * What the files of the nginx module share: its objects, their lives, and the functions between files.
 *
 *   main conf   one a configuration: all policies, named files, zones
 *   loc conf    what one location asks: policy, profile, scopes, keys, zone
 *   policy      one a document and its keys: compiled in the master, with store and verifier in each worker
 *   ctx         the verdict about one request, in its pool until the log phase
 *
 * Every function runs in the event loop of one process; only the run of a slow hash is on a thread of the pool.
 */

#ifndef NGX_HTTP_COUNTERSIGN_H
#define NGX_HTTP_COUNTERSIGN_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include <countersign.h>

#ifndef NGX_HTTP_COUNTERSIGN_TEST
#define NGX_HTTP_COUNTERSIGN_TEST 0
#endif

/* A view for the library of an ngx_str_t, and of a literal. */
#define ngx_http_countersign_view(text) ((countersign_str) { (const char *) (text)->data, (text)->len })
#define ngx_http_countersign_literal(text) ((countersign_str) { (text), sizeof(text) - 1 })

/* A document, a key set or a file of secrets that is larger is refused. */
#define NGX_HTTP_COUNTERSIGN_MAX_FILE    (64 * 1024 * 1024)
/* Lines of wanted fields that are collected without taking memory. */
#define NGX_HTTP_COUNTERSIGN_LINES       32
/* nginx's own other ways of access. */
#define NGX_HTTP_COUNTERSIGN_OTHERS      3
/* A hash takes well below a second; this only ends one that never comes back, and keeps a stopping worker alive. */
#define NGX_HTTP_COUNTERSIGN_HASH_WAIT   30000
/* Addresses of one issuer that are kept: with discovery an issuer has as many as it likes, one after the other. */
#define NGX_HTTP_COUNTERSIGN_ADDRESSES   8

typedef struct ngx_http_countersign_policy_s  ngx_http_countersign_policy_t;
typedef struct ngx_http_countersign_ctx_s     ngx_http_countersign_ctx_t;
typedef struct ngx_http_countersign_zone_s    ngx_http_countersign_zone_t;
typedef struct ngx_http_countersign_fetch_s   ngx_http_countersign_fetch_t;
typedef struct ngx_http_countersign_seen_s    ngx_http_countersign_seen_t;
typedef struct ngx_http_countersign_told_s    ngx_http_countersign_told_t;
typedef struct ngx_http_countersign_early_s   ngx_http_countersign_early_t;

/* Where a directive stands. */
typedef struct {
    u_char                          *file;
    ngx_uint_t                       line;
} ngx_http_countersign_place_t;

/* Where the keys of an issuer come from: one line countersign_keys. */
typedef struct {
    ngx_str_t                        issuer;
    ngx_str_t                        file;       /* full path; empty for a location */
    ngx_str_t                        location;   /* internal location */
    ngx_str_t                        args;       /* of the location */
    ngx_http_countersign_place_t     place;
    ngx_uint_t                       is_used;    /* a policy that takes keys from here has the issuer */
} ngx_http_countersign_source_t;

/* One line countersign_ref: a name and the file with its bytes. */
typedef struct {
    ngx_str_t                        name;
    ngx_str_t                        file;
} ngx_http_countersign_ref_t;

/* A file of keys as one worker last saw it. */
typedef struct {
    ngx_http_countersign_source_t   *source;
    ngx_uint_t                       is_read;    /* 0: it could not be read; it is tried again */
    struct timespec                  changed;
    struct timespec                  status_changed;
    off_t                            size;
    ngx_file_uniq_t                  uniq;
} ngx_http_countersign_watch_t;

struct ngx_http_countersign_policy_s {
    ngx_str_t                        path;
    ngx_array_t                     *sources;    /* ngx_http_countersign_source_t, or NULL */
    ngx_array_t                     *refs;       /* ngx_http_countersign_ref_t, or NULL */
    ngx_http_core_srv_conf_t        *server;     /* whose locations fetch keys; NULL if none does */
    ngx_http_countersign_zone_t     *zone;       /* NULL: what is fetched is each worker's own */

    countersign_policy              *policy;
    countersign_str                 *fields;     /* what the core wants to see, in lower case */
    size_t                           field_count;
    countersign_store               *probe_store;
    countersign_verifier            *probe;      /* the master's, for questions at configuration time */

    /* Each worker's own. */
    countersign_store               *store;
    countersign_verifier            *verifier;
    ngx_http_countersign_watch_t    *watches;
    ngx_uint_t                       watch_count;
    ngx_queue_t                      waiting;    /* ctx->waiting of requests that wait for keys */
    ngx_queue_t                      fetches;    /* open tickets */
    ngx_rbtree_t                     seen;       /* answers in the zone that this worker knows, by address */
    ngx_rbtree_node_t                seen_sentinel;
    ngx_queue_t                      seen_last;  /* the same, the latest first */
    ngx_uint_t                       seen_count;
    ngx_http_countersign_told_t     *told;       /* what the zone was told of each issuer's keys; NULL: nothing yet */
};

typedef struct {
    ngx_array_t                      policies;   /* ngx_http_countersign_policy_t * */
    ngx_array_t                      zones;      /* ngx_http_countersign_zone_t * */
    ngx_array_t                      sets;       /* ngx_http_countersign_set_t * */
    ngx_array_t                      sources;    /* ngx_array_t * of ngx_http_countersign_source_t */
    ngx_event_t                      tick;       /* once a second in each worker */
    ngx_int_t                        access;     /* place of our access handler among nginx's phase handlers */
    ngx_http_handler_pt              others[NGX_HTTP_COUNTERSIGN_OTHERS];  /* NULL: not in this nginx */
#if (NGX_THREADS)
    ngx_thread_pool_t               *threads;    /* for slow hashes; NULL if no policy takes passwords */
#endif
} ngx_http_countersign_main_conf_t;

/* One variable of countersign_set. */
typedef struct {
    ngx_str_t                        name;
    ngx_str_t                        pointer;
} ngx_http_countersign_set_t;

typedef struct {
    ngx_str_t                        path;       /* of the document; empty with countersign off */
    ngx_http_countersign_place_t     place;      /* of countersign, for errors */
    ngx_http_countersign_place_t     scope_place;
    ngx_flag_t                       enable;
    ngx_str_t                        profile;
    ngx_http_complex_value_t        *scope;
    ngx_http_complex_value_t        *token;
    ngx_array_t                     *sources;
    ngx_array_t                     *refs;
    ngx_http_countersign_zone_t     *zone;
    ngx_flag_t                       forward;
    ngx_msec_t                       wait;       /* for keys */
    ngx_msec_t                       hash_wait;
    time_t                           test_seconds;
    ngx_uint_t                       test_nanos;

    ngx_http_countersign_policy_t   *policy;     /* NULL: nothing is asked here */
    uint64_t                        *counters;   /* this location's, in the zone; NULL without one */
    ngx_str_t                        label;      /* of the counters */
} ngx_http_countersign_loc_conf_t;

/* What a held request waits for. */
typedef enum {
    NGX_HTTP_COUNTERSIGN_NOT_HELD = 0,
    NGX_HTTP_COUNTERSIGN_HELD_FOR_KEYS,
    NGX_HTTP_COUNTERSIGN_HELD_FOR_HASH
} ngx_http_countersign_hold_e;

/* What a verdict is asked with, beside the request itself. */
typedef struct {
    ngx_http_countersign_policy_t   *policy;
    ngx_str_t                        profile;
    ngx_str_t                        scopes;     /* NULL data: the policy's */
    ngx_str_t                        token;      /* of countersign_token, with its scheme; empty: none */
} ngx_http_countersign_question_t;

/* What was decided, in the request's pool. */
typedef struct {
    uint64_t                         number;     /* never used again in this process */
    u_char                          *block;      /* the saved decision */
    size_t                           block_size;
    ngx_uint_t                       status;     /* HTTP */
    uint32_t                         reason;
    uint32_t                         detail;     /* for the log alone */
    unsigned                         judged:1;   /* 0: nothing was decided yet */
    unsigned                         allowed:1;
} ngx_http_countersign_verdict_t;

/* A look ahead of the access phase, for variables; see _early.c. */
struct ngx_http_countersign_early_s {
    ngx_http_countersign_loc_conf_t *lcf;        /* of the location where it was made */
    ngx_http_countersign_question_t  question;
    ngx_http_countersign_verdict_t   verdict;    /* not judged: what it needs is not there yet */
    uint64_t                         made_at;    /* monotonic nanoseconds */
    uint64_t                         mark;       /* of the request as it was */
};

struct ngx_http_countersign_ctx_s {
    ngx_http_countersign_fetch_t    *fetch;      /* of the root of a detached request alone; see _fetch_request.c */
    ngx_http_request_t              *request;
    ngx_http_countersign_question_t  question;   /* of the verdict */
    ngx_http_countersign_verdict_t   verdict;
    ngx_http_countersign_early_t    *early;      /* NULL: no variable was asked for before the access phase */

    ngx_str_t                        body;       /* the problem document, until it went out */
    ngx_event_t                      wake;       /* the end of waiting */
    ngx_queue_t                      waiting;
    ngx_str_t                        issuer;     /* whose keys are waited for */
    uint64_t                         generation;
    ngx_http_countersign_hold_e      hold;
    uint32_t                         held_reason;  /* while held: of the verdict that it would have without */
    countersign_slow_hash           *hash;       /* that was run, for the next look */
    void                            *task;       /* the thread's, while it runs */

    unsigned                         overruled:1; /* denied, but satisfy any let it through */
    unsigned                         waited:1;    /* was held once; not again */
    unsigned                         replaced:1;  /* the body of ours went out */
    unsigned                         resumed:1;   /* held, and now free to be judged once more */
    unsigned                         hashed:1;    /* its password was hashed; not again */
};

/* A row of counters in a zone: one location's. Rows outlive reloads. */
typedef struct ngx_http_countersign_row_s  ngx_http_countersign_row_t;
struct ngx_http_countersign_row_s {
    ngx_http_countersign_row_t      *next;
    size_t                           count;      /* of counters, one a reason */
    uint64_t                        *counters;
    size_t                           len;
    u_char                           label[1];
};

typedef struct ngx_http_countersign_entry_s  ngx_http_countersign_entry_t;
typedef struct ngx_http_countersign_view_s   ngx_http_countersign_view_t;
typedef struct ngx_http_countersign_claim_s  ngx_http_countersign_claim_t;

/* What came of the last fetch of one address, and who fetches it now. In a zone; under its mutex. */
struct ngx_http_countersign_entry_s {
    ngx_rbtree_node_t                node;       /* by the hash of the issuer */
    ngx_http_countersign_view_t     *views;      /* whose keys are from here */
    uint64_t                         serial;     /* of the answer; 0: there is none to share */
    uint64_t                         answers;
    uint64_t                         lease;      /* of the last fetch */
    ngx_pid_t                        holder;     /* of the lease; 0: nobody fetches */
    uint64_t                         until;      /* the lease's end, monotonic nanoseconds */
    uint64_t                         fetches;
    uint64_t                         failures;
    uint64_t                         unknown_kids; /* that all workers met */
    uint64_t                         answered_at; /* monotonic nanoseconds */
    int64_t                          wall_seconds;
    uint32_t                         kind;
    uint32_t                         outcome;
    uint64_t                         age;        /* what the response said of its own age */
    ngx_str_t                        body;
    ngx_str_t                        etag;
    ngx_str_t                        cache_control;
    ngx_str_t                        named;      /* of metadata: the address of the set that they name */
    size_t                           issuer_len; /* the key is issuer, space, address */
    size_t                           key_len;
    u_char                           key[1];
};

/* What one worker has of one key source that it was asked for. In a zone; under its mutex. */
struct ngx_http_countersign_view_s {
    ngx_http_countersign_view_t     *next;       /* of the worker */
    ngx_http_countersign_view_t     *beside;     /* of the entry */
    ngx_http_countersign_claim_t    *claim;
    ngx_http_countersign_entry_t    *entry;      /* where the set is fetched; counts, too, what is fetched from files */
    int64_t                          fetched_at; /* this and the next two: monotonic nanoseconds */
    uint64_t                         expires_at;
    uint64_t                         dead_at;
};

/* Which process is the worker of a number. In a zone; under its mutex. Never freed. */
struct ngx_http_countersign_claim_s {
    ngx_http_countersign_claim_t    *next;
    ngx_http_countersign_view_t     *views;
    ngx_uint_t                       worker;     /* its number */
    ngx_pid_t                        pid;        /* 0: none */
    ngx_uint_t                       is_live;    /* as the last scrape found it */
};

/* The head of a zone's shared memory. */
typedef struct {
    uint64_t                         layout;
    ngx_http_countersign_row_t      *rows;
    ngx_rbtree_t                     entries;
    ngx_rbtree_node_t                sentinel;
    ngx_http_countersign_claim_t    *claims;
    uint64_t                         highest;    /* number of an answer or a lease of the entries that are gone */
    uint64_t                         yields;     /* how often the metrics gave their memory back */
    ngx_uint_t                       yieldable;  /* how much they took since */
    ngx_uint_t                       is_full;    /* for the metrics, which was logged */
} ngx_http_countersign_shared_t;

struct ngx_http_countersign_zone_s {
    ngx_shm_zone_t                  *shm;
    ngx_slab_pool_t                 *slab;
    ngx_http_countersign_shared_t   *shared;
    ngx_array_t                      locations;  /* ngx_http_countersign_loc_conf_t *, whose counters are here */
    ngx_http_countersign_claim_t    *claim;      /* this worker's; another's, if its process is another one */
};

/* An answer in the zone that a worker has seen. */
struct ngx_http_countersign_seen_s {
    ngx_str_node_t                   key;
    ngx_queue_t                      queue;
    uint64_t                         serial;
    ngx_uint_t                       loaded;     /* when the worker started, not as an answer to a ticket */
};

/* What a worker told the zone of a source, in the place of its issuer. */
struct ngx_http_countersign_told_s {
    ngx_http_countersign_view_t     *view;       /* good as long as yields is the zone's and the claim is ours */
    uint64_t                         yields;
    uint64_t                         unknown_kids; /* that the zone was told of */
};

/* Text that grows in a chain of buffers. */
typedef struct {
    ngx_pool_t   *pool;
    ngx_chain_t  *first, **last;
    off_t         length;
} ngx_http_countersign_text_t;

/* What a worker that wants to fetch is told. */
typedef enum {
    NGX_HTTP_COUNTERSIGN_LEASE_TAKEN = 0,        /* fetch, and answer */
    NGX_HTTP_COUNTERSIGN_LEASE_ANSWERED,         /* another worker has fetched it */
    NGX_HTTP_COUNTERSIGN_LEASE_BUSY              /* another worker is fetching it */
} ngx_http_countersign_lease_e;

/* One open ticket. */
struct ngx_http_countersign_fetch_s {
    ngx_http_countersign_policy_t   *policy;
    ngx_http_countersign_source_t   *source;
    countersign_fetch               *ticket;
    countersign_fetch_info           info;
    ngx_queue_t                      queue;      /* in policy->fetches */
    ngx_pool_t                      *pool;
    ngx_str_t                        key;        /* in the zone */
    ngx_str_t                        named;      /* of metadata that were taken: the address of their set */
    uint64_t                         lease;      /* 0: none */
    ngx_event_t                      event;      /* end, deadline, or the next look at the lease */
    unsigned                         too_large:1;
    unsigned                         is_whole:1;  /* the end of the body came */
    unsigned                         ended:1;

    ngx_connection_t                *connection; /* of nobody; see _fetch_request.c */
    ngx_http_request_t              *root;
    ngx_http_request_t              *request;    /* the subrequest to the location */
    ngx_uint_t                       status;
    ngx_str_t                        body;
    size_t                           room;
    ngx_str_t                        etag;
    ngx_str_t                        cache_control;
    uint64_t                         age;
};

extern ngx_module_t  ngx_http_countersign_module;

/* _conf.c, _merge.c: configurations and directives */
extern ngx_command_t  ngx_http_countersign_commands[];
void *ngx_http_countersign_create_main_conf(ngx_conf_t *cf);
void *ngx_http_countersign_create_loc_conf(ngx_conf_t *cf);
char *ngx_http_countersign_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child);

/* _policy.c, _keys.c, _probe.c: documents and key files, tried in the master; _report.c: what the library says of them */
ngx_int_t ngx_http_countersign_policy_load(ngx_conf_t *cf, ngx_http_countersign_loc_conf_t *lcf);
ngx_int_t ngx_http_countersign_policy_probe(ngx_conf_t *cf, ngx_http_countersign_loc_conf_t *lcf);
char *ngx_http_countersign_keys(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
ngx_int_t ngx_http_countersign_keys_load(ngx_conf_t *cf, ngx_http_countersign_policy_t *policy,
    ngx_http_countersign_loc_conf_t *lcf);
ngx_int_t ngx_http_countersign_keys_used(ngx_conf_t *cf);
void ngx_http_countersign_report(ngx_conf_t *cf, ngx_str_t *path, countersign_report *report,
    ngx_http_countersign_place_t *place);

/* _file.c: files, whole, and the key sets in them */
ngx_int_t ngx_http_countersign_file_read(ngx_pool_t *pool, ngx_log_t *log, ngx_str_t *path, ngx_str_t *out);
void ngx_http_countersign_file_watch(ngx_http_countersign_policy_t *policy, ngx_log_t *log, ngx_uint_t first);
ngx_int_t ngx_http_countersign_entropy(u_char *bytes, size_t count);
countersign_time ngx_http_countersign_clocks(void);

/* _worker.c: what each worker has */
ngx_int_t ngx_http_countersign_init_process(ngx_cycle_t *cycle);
void ngx_http_countersign_exit_process(ngx_cycle_t *cycle);
extern countersign_decision  *ngx_http_countersign_decision;

/* _ctx.c: the verdict of a request, and where it is found again */
ngx_http_countersign_ctx_t *ngx_http_countersign_get_ctx(ngx_http_request_t *r);
ngx_http_countersign_ctx_t *ngx_http_countersign_add_ctx(ngx_http_request_t *r);

/* _question.c, _request.c: what the library is asked */
ngx_int_t ngx_http_countersign_question(ngx_http_request_t *r, ngx_http_countersign_loc_conf_t *lcf,
    ngx_http_countersign_question_t *question);
extern ngx_uint_t  ngx_http_countersign_is_asking;
ngx_uint_t ngx_http_countersign_question_is(ngx_http_countersign_question_t *one,
    ngx_http_countersign_question_t *other);
void ngx_http_countersign_question_wipe(ngx_http_countersign_question_t *question);
ngx_int_t ngx_http_countersign_request_fill(ngx_http_request_t *r, ngx_http_countersign_loc_conf_t *lcf,
    ngx_http_countersign_question_t *question, countersign_request *request);
uint64_t ngx_http_countersign_request_mark(ngx_http_request_t *r, ngx_http_countersign_loc_conf_t *lcf);

/* _check.c, _early.c, _subrequest.c: the access phase, before it, beside it */
ngx_int_t ngx_http_countersign_access_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_countersign_precontent_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_countersign_look(ngx_http_request_t *r, ngx_http_countersign_loc_conf_t *lcf,
    ngx_http_countersign_question_t *question, countersign_slow_hash *hash);
ngx_int_t ngx_http_countersign_keep(ngx_http_request_t *r, ngx_http_countersign_verdict_t *verdict);
void ngx_http_countersign_early_place(ngx_cycle_t *cycle);
ngx_http_countersign_verdict_t *ngx_http_countersign_early_take(ngx_http_request_t *r,
    ngx_http_countersign_ctx_t *ctx);
ngx_http_countersign_verdict_t *ngx_http_countersign_shown(ngx_http_request_t *r);
ngx_int_t ngx_http_countersign_find_others(ngx_conf_t *cf);
ngx_int_t ngx_http_countersign_judge_subrequest(ngx_http_request_t *r);

void ngx_http_countersign_count(ngx_http_countersign_loc_conf_t *lcf, uint32_t reason);

/* _zone.c, _entry.c, _answer.c, _seen.c, _lease.c, _reload.c: memory that workers share */
char *ngx_http_countersign_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
ngx_int_t ngx_http_countersign_zone_location(ngx_http_countersign_loc_conf_t *lcf);
ngx_http_countersign_lease_e ngx_http_countersign_lease_ask(ngx_http_countersign_fetch_t *fetch,
    countersign_fetch_result *result);
void ngx_http_countersign_lease_answer(ngx_http_countersign_fetch_t *fetch, countersign_fetch_result *result,
    ngx_uint_t is_good);
ngx_http_countersign_entry_t *ngx_http_countersign_answer_entry(ngx_http_countersign_zone_t *zone, ngx_str_t *key,
    size_t issuer_len);
ngx_http_countersign_entry_t *ngx_http_countersign_entry_from(ngx_http_countersign_zone_t *zone, uint64_t hash);
ngx_http_countersign_entry_t *ngx_http_countersign_entry_next(ngx_http_countersign_zone_t *zone,
    ngx_http_countersign_entry_t *entry);
ngx_http_countersign_entry_t *ngx_http_countersign_entry_of(ngx_http_countersign_zone_t *zone, ngx_str_t *issuer,
    ngx_http_countersign_entry_t *behind);
ngx_http_countersign_entry_t *ngx_http_countersign_entry_find(ngx_http_countersign_zone_t *zone, ngx_str_t *key,
    size_t issuer_len);
ngx_http_countersign_entry_t *ngx_http_countersign_entry_add(ngx_http_countersign_zone_t *zone, ngx_str_t *key,
    size_t issuer_len);
ngx_http_countersign_entry_t *ngx_http_countersign_entry_set(ngx_http_countersign_zone_t *zone, ngx_str_t *key,
    size_t issuer_len);
ngx_uint_t ngx_http_countersign_entry_is_idle(ngx_http_countersign_entry_t *entry);
void ngx_http_countersign_entry_empty(ngx_http_countersign_zone_t *zone, ngx_http_countersign_entry_t *entry);
void ngx_http_countersign_entry_drop(ngx_http_countersign_zone_t *zone, ngx_http_countersign_entry_t *entry);
void ngx_http_countersign_seen_init(ngx_http_countersign_policy_t *policy);
void ngx_http_countersign_seen_exit(ngx_http_countersign_policy_t *policy);
ngx_http_countersign_seen_t *ngx_http_countersign_answer_seen(ngx_http_countersign_policy_t *policy, ngx_str_t *key);
countersign_str ngx_http_countersign_answer_copy(ngx_pool_t *pool, ngx_str_t *text);
void ngx_http_countersign_answer_read(ngx_http_countersign_fetch_t *fetch, ngx_http_countersign_entry_t *entry,
    uint64_t now, countersign_fetch_result *result);
ngx_uint_t ngx_http_countersign_answer_keep(ngx_http_countersign_zone_t *zone, ngx_http_countersign_entry_t *entry,
    ngx_http_countersign_fetch_t *fetch, countersign_fetch_result *result);
void ngx_http_countersign_lease_load(ngx_http_countersign_policy_t *policy, ngx_log_t *log);
void ngx_http_countersign_lease_name(ngx_http_countersign_fetch_t *fetch);

/* _view.c, _yield.c, _sources.c: what every worker has of the keys, for the metrics */
ngx_int_t ngx_http_countersign_view_state(ngx_http_countersign_policy_t *policy, ngx_pool_t *pool, size_t index,
    countersign_source_state *state, ngx_str_t *key);
void ngx_http_countersign_view_start(ngx_http_countersign_main_conf_t *mcf);
void ngx_http_countersign_view_tell(ngx_http_countersign_policy_t *policy);
void ngx_http_countersign_view_leave(ngx_http_countersign_main_conf_t *mcf);
void ngx_http_countersign_view_drop(ngx_http_countersign_zone_t *zone, ngx_http_countersign_claim_t *claim);
ngx_uint_t ngx_http_countersign_zone_has_spare(ngx_http_countersign_zone_t *zone);
ngx_uint_t ngx_http_countersign_zone_yield(ngx_http_countersign_zone_t *zone);
countersign_source_state **ngx_http_countersign_sources(ngx_http_countersign_main_conf_t *mcf, ngx_pool_t *pool,
    size_t *count);

/* _ticket.c, _fetch.c, _fetch_request.c, _fetch_response.c: tickets, and the detached requests that answer them */
ngx_http_countersign_fetch_t *ngx_http_countersign_ticket_open(ngx_http_countersign_policy_t *policy,
    countersign_fetch *ticket, ngx_event_handler_pt handler);
void ngx_http_countersign_ticket_close(ngx_http_countersign_fetch_t *fetch);
void ngx_http_countersign_fetch_due(ngx_http_countersign_policy_t *policy);
void ngx_http_countersign_fetch_exit(ngx_http_countersign_policy_t *policy);
void ngx_http_countersign_fetch_ended(ngx_http_countersign_fetch_t *fetch, countersign_fetch_result *result);
ngx_int_t ngx_http_countersign_fetch_start(ngx_http_countersign_fetch_t *fetch);
ngx_int_t ngx_http_countersign_fetch_stop(ngx_http_countersign_fetch_t *fetch);
ngx_int_t ngx_http_countersign_fetch_header(ngx_http_request_t *r, ngx_http_countersign_fetch_t *fetch);
ngx_int_t ngx_http_countersign_fetch_body(ngx_http_request_t *r, ngx_http_countersign_fetch_t *fetch, ngx_chain_t *in);
ngx_int_t ngx_http_countersign_fetch_variable(ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data);

/* _wait.c: who waits for them */
ngx_int_t ngx_http_countersign_wait(ngx_http_request_t *r, ngx_http_countersign_loc_conf_t *lcf,
    ngx_http_countersign_ctx_t *ctx, countersign_need *need);
void ngx_http_countersign_wait_wake(ngx_http_countersign_policy_t *policy);
void ngx_http_countersign_wait_resume(ngx_event_t *event);
void ngx_http_countersign_wait_end(ngx_http_countersign_ctx_t *ctx);
ngx_int_t ngx_http_countersign_wait_hold(ngx_http_request_t *r, ngx_http_countersign_ctx_t *ctx,
    ngx_http_countersign_hold_e hold, ngx_msec_t most);

/* _hash.c: passwords in the thread pool */
ngx_int_t ngx_http_countersign_hash(ngx_http_request_t *r, ngx_http_countersign_ctx_t *ctx,
    countersign_verifier *verifier);
void ngx_http_countersign_hash_forget(ngx_http_countersign_ctx_t *ctx);

/* _text.c, _metrics.c, _status.c: locations for the operator */
ngx_int_t ngx_http_countersign_text_begin(ngx_http_request_t *r, ngx_http_countersign_text_t *text);
ngx_buf_t *ngx_http_countersign_text_room(ngx_http_countersign_text_t *text, size_t size);
u_char *ngx_http_countersign_text_label(u_char *p, u_char *text, size_t len);
ngx_int_t ngx_http_countersign_text_send(ngx_http_request_t *r, ngx_http_countersign_text_t *text, const char *type);
char *ngx_http_countersign_status_location(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_countersign_metrics_location(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* _forward.c: who is asking, told to upstreams */
ngx_int_t ngx_http_countersign_forward(ngx_http_request_t *r, const countersign_decision *decision);

/* _deny.c: header and body filters; _log.c: one line a denial */
ngx_int_t ngx_http_countersign_filter_init(ngx_conf_t *cf);
void ngx_http_countersign_log_denial(ngx_http_request_t *r, ngx_http_countersign_ctx_t *ctx);

/* _decision.c: the saved verdict of a request, loaded to be read */
countersign_decision *ngx_http_countersign_decision_of(ngx_http_countersign_verdict_t *verdict);
void ngx_http_countersign_decision_exit(void);

/* _variables.c, _claims.c */
ngx_int_t ngx_http_countersign_add_variables(ngx_conf_t *cf);
char *ngx_http_countersign_set(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
ngx_int_t ngx_http_countersign_claim_variable(ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data);
ngx_int_t ngx_http_countersign_claim_value(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    countersign_str pointer);
void ngx_http_countersign_text_value(ngx_http_request_t *r, ngx_http_variable_value_t *v, countersign_str text);

#endif
