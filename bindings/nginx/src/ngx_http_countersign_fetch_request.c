/*
 * A request to the internal location of countersign_keys, detached from every client: a client that goes away takes
 * nothing with it, and nginx's own proxy, TLS and cache do the fetching.
 *
 * Its root is a request on a connection without a socket, which nobody reads or writes; below it runs a background
 * subrequest. What that answers passes our filters (_deny.c), which keep it and hand nothing on. The events of the
 * connection say that they are active, so that nginx never adds them to its event method.
 */

#include "ngx_http_countersign.h"

static ngx_int_t ngx_http_countersign_fetch_post(ngx_http_request_t *r, void *data, ngx_int_t rc);


static u_char *
ngx_http_countersign_fetch_log(ngx_log_t *log, u_char *buf, size_t len)
{
    return ngx_snprintf(buf, len, ", while fetching keys");
}


/* A connection of nobody. Addresses are there for variables and logs that ask. */
static ngx_connection_t *
ngx_http_countersign_fetch_connection(ngx_http_countersign_fetch_t *fetch)
{
    ngx_connection_t       *c = ngx_pcalloc(fetch->pool, sizeof(*c));
    ngx_event_t            *events = ngx_pcalloc(fetch->pool, 2 * sizeof(*events));
    ngx_log_t              *log = ngx_palloc(fetch->pool, sizeof(*log));
    ngx_http_log_ctx_t     *log_ctx = ngx_pcalloc(fetch->pool, sizeof(*log_ctx));
    ngx_http_connection_t  *hc = ngx_pcalloc(fetch->pool, sizeof(*hc));
    struct sockaddr_in     *address = ngx_pcalloc(fetch->pool, sizeof(*address));
    ngx_uint_t              i;

    if (c == NULL || events == NULL || log == NULL || log_ctx == NULL || hc == NULL || address == NULL) {
        return NULL;
    }
    address->sin_family = AF_INET;
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    hc->conf_ctx = fetch->policy->server->ctx;
    *log = *ngx_cycle->log;
    log->data = log_ctx;
    log->handler = ngx_http_countersign_fetch_log;
    log->action = NULL;
    log_ctx->connection = c;
    for (i = 0; i < 2; i++) {
        events[i].data = c;
        events[i].log = log;
        events[i].active = 1;
        events[i].write = i;
        events[i].ready = i;
        events[i].handler = ngx_http_empty_handler;
    }
    c->data = hc;
    c->read = &events[0];
    c->write = &events[1];
    c->fd = (ngx_socket_t) -1;
    c->log = log;
    c->log_error = NGX_ERROR_INFO;
    c->pool = fetch->pool;
    c->number = ngx_atomic_fetch_add(ngx_connection_counter, 1);
    log->connection = c->number;
    c->start_time = ngx_current_msec;
    c->sockaddr = c->local_sockaddr = (struct sockaddr *) address;
    c->socklen = c->local_socklen = sizeof(*address);
    ngx_str_set(&c->addr_text, "127.0.0.1");
    c->tcp_nodelay = NGX_TCP_NODELAY_DISABLED;
    c->tcp_nopush = NGX_TCP_NOPUSH_DISABLED;
    return c;
}


static ngx_int_t
ngx_http_countersign_fetch_field(ngx_http_request_t *r, const char *name, const char *lowcase, countersign_str value)
{
    ngx_table_elt_t  *line = ngx_list_push(&r->headers_in.headers);

    if (line == NULL) {
        return NGX_ERROR;
    }
    ngx_memzero(line, sizeof(*line));
    line->key.data = (u_char *) name;
    line->key.len = ngx_strlen(name);
    line->lowcase_key = (u_char *) lowcase;
    line->hash = ngx_hash_key(line->lowcase_key, line->key.len);
    line->value.data = (u_char *) value.data;
    line->value.len = value.len;
    return NGX_OK;
}


/* The request under which the subrequest runs; it goes through no phase of its own. */
static ngx_int_t
ngx_http_countersign_fetch_root(ngx_http_countersign_fetch_t *fetch)
{
    ngx_http_countersign_ctx_t  *ctx = ngx_pcalloc(fetch->pool, sizeof(*ctx));
    ngx_http_request_t          *r;

    fetch->connection = ngx_http_countersign_fetch_connection(fetch);
    if (ctx == NULL || fetch->connection == NULL) {
        return NGX_ERROR;
    }
    r = ngx_http_create_request(fetch->connection);
    if (r == NULL) {
        return NGX_ERROR;
    }
    fetch->root = r;
    fetch->connection->data = r;
    ctx->fetch = fetch;
    ctx->request = r;
    ngx_http_set_ctx(r, ctx, ngx_http_countersign_module);
    r->logged = 1;
    r->internal = 1;
    r->http_state = NGX_HTTP_PROCESS_REQUEST_STATE;
    r->http_version = NGX_HTTP_VERSION_11;
    ngx_str_set(&r->http_protocol, "HTTP/1.1");
    ngx_str_set(&r->method_name, "GET");
    r->method = NGX_HTTP_GET;
    ngx_str_set(&r->request_line, "GET /countersign_keys HTTP/1.1");
    r->uri = fetch->source->location;
    r->unparsed_uri = fetch->source->location;
    r->valid_location = 1;
    r->read_event_handler = ngx_http_request_empty_handler;
    r->write_event_handler = ngx_http_request_empty_handler;
    if (ngx_list_init(&r->headers_in.headers, r->pool, 4, sizeof(ngx_table_elt_t)) != NGX_OK
        || ngx_http_countersign_fetch_field(r, "Accept", "accept", ngx_http_countersign_literal("application/json"))
           != NGX_OK)
    {
        return NGX_ERROR;
    }
    if (fetch->info.etag.data != NULL) {
        return ngx_http_countersign_fetch_field(r, "If-None-Match", "if-none-match", fetch->info.etag);
    }
    return NGX_OK;
}


/* Starts the request. The end comes as fetch->event. */
ngx_int_t
ngx_http_countersign_fetch_start(ngx_http_countersign_fetch_t *fetch)
{
    ngx_http_post_subrequest_t  *post = ngx_pcalloc(fetch->pool, sizeof(*post));

    if (post == NULL || ngx_http_countersign_fetch_root(fetch) != NGX_OK) {
        goto failed;
    }
    post->handler = ngx_http_countersign_fetch_post;
    post->data = fetch;
    if (ngx_http_subrequest(fetch->root, &fetch->source->location, &fetch->source->args, &fetch->request, post,
                            NGX_HTTP_SUBREQUEST_BACKGROUND)
        != NGX_OK)
    {
        goto failed;
    }
    ngx_http_run_posted_requests(fetch->connection);
    return NGX_OK;

failed:

    fetch->request = NULL;
    (void) ngx_http_countersign_fetch_stop(fetch);
    return NGX_ERROR;
}


/*
 * The subrequest has ended. nginx would end its root too after an error, and close a connection that there is not, so
 * it hears that all is well.
 */
static ngx_int_t
ngx_http_countersign_fetch_post(ngx_http_request_t *r, void *data, ngx_int_t rc)
{
    ngx_http_countersign_fetch_t  *fetch = data;

    if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
        fetch->status = rc;
    } else if (rc == NGX_ERROR) {
        fetch->status = NGX_HTTP_BAD_GATEWAY;
    }
    r->connection->error = 0;
    fetch->ended = 1;
    ngx_post_event(&fetch->event, &ngx_posted_events);
    return NGX_OK;
}


/* Takes the request apart, running or not. NGX_AGAIN while a thread of nginx's reads or writes for it. */
ngx_int_t
ngx_http_countersign_fetch_stop(ngx_http_countersign_fetch_t *fetch)
{
    ngx_http_request_t  *r = fetch->root;
    ngx_connection_t    *c = fetch->connection;

    if (r == NULL) {
        return NGX_OK;
    }
    if (r->blocked > 0 && !ngx_exiting) {
        return NGX_AGAIN;
    }
    /* Cleaning up ends what runs: each end counts down, and the count of the root itself must be the last. */
    r->count += 1000;
    fetch->root = NULL;
    ngx_http_free_request(r, 0);
    if (c->read->timer_set) {
        ngx_del_timer(c->read);
    }
    if (c->write->timer_set) {
        ngx_del_timer(c->write);
    }
    if (c->read->posted) {
        ngx_delete_posted_event(c->read);
    }
    if (c->write->posted) {
        ngx_delete_posted_event(c->write);
    }
    return NGX_OK;
}
