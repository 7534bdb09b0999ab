/*
 * What the library found in a document, told at the line of nginx's configuration that names the document.
 */

#include "ngx_http_countersign.h"

/*
 * Logs every finding of a report: errors so that the configuration fails, warnings as such. The report is given back.
 * place tells which directive is meant.
 */
void
ngx_http_countersign_report(ngx_conf_t *cf, ngx_str_t *path, countersign_report *report,
    ngx_http_countersign_place_t *place)
{
    countersign_finding  finding;
    ngx_str_t            pointer, text;
    ngx_uint_t           level;
    size_t               i;

    ngx_memzero(&finding, sizeof(finding));
    finding.struct_size = sizeof(finding);

    for (i = 0; countersign_report_at(report, i, &finding) == COUNTERSIGN_OK; i++) {
        pointer.data = (u_char *) finding.pointer.data;
        pointer.len = finding.pointer.len;
        text.data = (u_char *) finding.text.data;
        text.len = finding.text.len;
        level = finding.severity == COUNTERSIGN_SEVERITY_WARNING ? NGX_LOG_WARN : NGX_LOG_EMERG;
        ngx_log_error(level, cf->log, 0, "countersign: %V%V: %V in %s:%ui", path, &pointer, &text, place->file,
                      place->line);
    }
    countersign_report_free(report);
}
