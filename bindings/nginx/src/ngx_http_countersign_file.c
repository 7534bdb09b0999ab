/*
 * Files: documents and secrets read whole, and key sets that are read again when they change.
 *
 * Key sets are small and read by each worker at most once a second, so that plain reads do.
 */

#include "ngx_http_countersign.h"

#include <sys/random.h>

/* Both clocks, read now: nginx's cached time may be older than a token. */
countersign_time
ngx_http_countersign_clocks(void)
{
    struct timespec   wall, monotonic;
    countersign_time  now;

    clock_gettime(CLOCK_REALTIME, &wall);
    clock_gettime(CLOCK_MONOTONIC, &monotonic);
    now.wall_seconds = wall.tv_sec;
    now.wall_nanos = (uint32_t) wall.tv_nsec;
    now.reserved = 0;
    now.monotonic_nanos = (uint64_t) monotonic.tv_sec * 1000000000 + (uint64_t) monotonic.tv_nsec;
    return now;
}


/* Fills bytes with the kernel's randomness; every process gets other ones. */
ngx_int_t
ngx_http_countersign_entropy(u_char *bytes, size_t count)
{
    ssize_t  n;

    do {
        n = getrandom(bytes, count, 0);
    } while (n == -1 && ngx_errno == NGX_EINTR);
    return n == (ssize_t) count ? NGX_OK : NGX_ERROR;
}


/* Reads a whole file into pool. What goes wrong is logged with its path; *out is changed on success only. */
ngx_int_t
ngx_http_countersign_file_read(ngx_pool_t *pool, ngx_log_t *log, ngx_str_t *path, ngx_str_t *out)
{
    ngx_file_info_t  info;
    ngx_fd_t         fd;
    u_char          *data;
    size_t           size, done;
    ssize_t          n;

    fd = ngx_open_file(path->data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);
    if (fd == NGX_INVALID_FILE) {
        ngx_log_error(NGX_LOG_EMERG, log, ngx_errno, "countersign: " ngx_open_file_n " \"%V\" failed", path);
        return NGX_ERROR;
    }
    if (ngx_fd_info(fd, &info) == NGX_FILE_ERROR || !ngx_is_file(&info)
        || ngx_file_size(&info) > NGX_HTTP_COUNTERSIGN_MAX_FILE)
    {
        ngx_log_error(NGX_LOG_EMERG, log, 0, "countersign: \"%V\" is no regular file of at most 64 MB", path);
        goto failed;
    }
    size = ngx_file_size(&info);
    data = ngx_pnalloc(pool, size + 1);
    if (data == NULL) {
        goto failed;
    }
    for (done = 0; done < size; done += n) {
        n = ngx_read_fd(fd, data + done, size - done);
        if (n == -1) {
            ngx_log_error(NGX_LOG_EMERG, log, ngx_errno, "countersign: " ngx_read_fd_n " \"%V\" failed", path);
            goto failed;
        }
        if (n == 0) {
            break;
        }
    }
    ngx_close_file(fd);
    out->data = data;
    out->len = done;
    return NGX_OK;

failed:

    ngx_close_file(fd);
    return NGX_ERROR;
}


/*
 * Hands a changed file to the worker's store. A file that cannot be used changes nothing. Gives whether it could be
 * read at all: only then is there nothing to do until it changes.
 */
static ngx_uint_t
ngx_http_countersign_file_load(ngx_http_countersign_policy_t *policy, ngx_http_countersign_watch_t *watch,
    ngx_log_t *log, ngx_uint_t is_retry)
{
    countersign_report  *report = NULL;
    countersign_finding  finding;
    countersign_keys     keys;
    countersign_time     now = ngx_http_countersign_clocks();
    ngx_pool_t          *pool = ngx_create_pool(4096, log);
    ngx_str_t            text, why;
    ngx_uint_t           is_read;
    ngx_log_t            quiet = *log;

    if (pool == NULL) {
        return 0;
    }
    if (is_retry) {
        quiet.log_level = 0;                /* it was told of */
    }
    is_read = ngx_http_countersign_file_read(pool, &quiet, &watch->source->file, &text) == NGX_OK;
    if (is_read) {
        ngx_memzero(&keys, sizeof(keys));
        keys.struct_size = sizeof(keys);
        keys.jwks = ngx_http_countersign_view(&text);
        keys.fetched_at_seconds = now.wall_seconds;
        keys.fetched_at_nanos = now.wall_nanos;
        if (countersign_store_set_keys_fetched(policy->store, ngx_http_countersign_view(&watch->source->issuer),
                                               &keys, &now, &report) == COUNTERSIGN_KEYS_INVALID)
        {
            ngx_memzero(&finding, sizeof(finding));
            finding.struct_size = sizeof(finding);
            countersign_report_at(report, 0, &finding);
            why.data = (u_char *) finding.text.data;
            why.len = finding.text.len;
            ngx_log_error(NGX_LOG_ERR, log, 0, "countersign: \"%V\" is refused, the keys of before stay: %V",
                          &watch->source->file, &why);
            countersign_report_free(report);
        }
    }
    ngx_destroy_pool(pool);
    return is_read;
}


static ngx_uint_t
ngx_http_countersign_file_same_time(struct timespec *one, struct timespec *other)
{
    return one->tv_sec == other->tv_sec && one->tv_nsec == other->tv_nsec;
}


/* Loads the files of a policy that are not as they were, or could not be read; with first, all of them. */
void
ngx_http_countersign_file_watch(ngx_http_countersign_policy_t *policy, ngx_log_t *log, ngx_uint_t first)
{
    ngx_http_countersign_watch_t  *watch;
    ngx_file_info_t                info;
    ngx_uint_t                     i, is_same;

    for (i = 0; i < policy->watch_count; i++) {
        watch = &policy->watches[i];
        if (ngx_file_info(watch->source->file.data, &info) == NGX_FILE_ERROR) {
            continue;                       /* while it is being replaced, say; the keys of before stay */
        }
        /*
         * In nanoseconds: a file may be written twice in one second, and be as long as before. The time of its status
         * too: that of its content can be set back, and who may read it changes only the former.
         */
        is_same = !first && ngx_http_countersign_file_same_time(&watch->changed, &info.st_mtim)
                  && ngx_http_countersign_file_same_time(&watch->status_changed, &info.st_ctim)
                  && watch->size == ngx_file_size(&info) && watch->uniq == ngx_file_uniq(&info);
        if (is_same && watch->is_read) {
            continue;
        }
        watch->changed = info.st_mtim;
        watch->status_changed = info.st_ctim;
        watch->size = ngx_file_size(&info);
        watch->uniq = ngx_file_uniq(&info);
        watch->is_read = ngx_http_countersign_file_load(policy, watch, log, is_same);
    }
}
