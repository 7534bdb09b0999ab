/*
 * The saved verdict of a request, loaded into one decision of the worker's to be read: by the filters, the variables
 * and the log. Several reads in a row of the same verdict load it once.
 */

#include "ngx_http_countersign.h"

static countersign_decision  *ngx_http_countersign_reader;
static uint64_t               ngx_http_countersign_reader_number;


/* The decision of a verdict; NULL if there is none. What it lends lives until this is called for another request. */
countersign_decision *
ngx_http_countersign_decision_of(ngx_http_countersign_verdict_t *verdict)
{
    if (verdict == NULL || !verdict->judged) {
        return NULL;
    }
    if (ngx_http_countersign_reader != NULL && ngx_http_countersign_reader_number == verdict->number) {
        return ngx_http_countersign_reader;
    }
    ngx_http_countersign_reader_number = 0;
    if (ngx_http_countersign_reader == NULL
        && countersign_decision_new(&ngx_http_countersign_reader) != COUNTERSIGN_OK)
    {
        return NULL;
    }
    if (countersign_decision_load(ngx_http_countersign_reader, (char *) verdict->block, verdict->block_size)
        != COUNTERSIGN_OK)
    {
        return NULL;
    }
    ngx_http_countersign_reader_number = verdict->number;
    return ngx_http_countersign_reader;
}


/* Gives the decision back when the worker ends. */
void
ngx_http_countersign_decision_exit(void)
{
    countersign_decision_free(ngx_http_countersign_reader);
    ngx_http_countersign_reader = NULL;
    ngx_http_countersign_reader_number = 0;
}
