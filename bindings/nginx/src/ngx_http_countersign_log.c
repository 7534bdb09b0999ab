/*
 * One line a denial, at info, and a bounded number of lines a second: a flood of bad tokens must not fill the disk.
 * Nothing of the credential stands in it.
 */

#include "ngx_http_countersign.h"

/* Lines a second and worker; what is left out is counted and told. */
#define NGX_HTTP_COUNTERSIGN_LOG_LINES   20


void
ngx_http_countersign_log_denial(ngx_http_request_t *r, ngx_http_countersign_ctx_t *ctx)
{
    static time_t      second;
    static ngx_uint_t  lines, left_out;
    countersign_str    name, detail;
    ngx_str_t          reason, what;

    if (r->connection->log->log_level < NGX_LOG_INFO) {
        return;
    }
    if (second != ngx_time()) {
        if (left_out > 0) {
            ngx_log_error(NGX_LOG_INFO, r->connection->log, 0, "countersign: %ui more denials were not logged",
                          left_out);
        }
        second = ngx_time();
        lines = 0;
        left_out = 0;
    }
    if (lines++ >= NGX_HTTP_COUNTERSIGN_LOG_LINES) {
        left_out++;
        return;
    }
    name = countersign_reason_name(ctx->verdict.reason);
    detail = countersign_detail_name(ctx->verdict.detail);
    reason.data = (u_char *) name.data;
    reason.len = name.len;
    what.data = (u_char *) detail.data;
    what.len = detail.len;
    ngx_log_error(NGX_LOG_INFO, r->connection->log, 0, "countersign: denied, %ui %V%s%V", ctx->verdict.status, &reason,
                  what.len > 0 ? ", " : "", &what);
}
