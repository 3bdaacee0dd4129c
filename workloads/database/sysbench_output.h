/* sysbench_output.h - what `sysbench oltp_read_write run` prints, line by line.
 *
 * Known is the format of the versions 1.0.x, with --report-interval and --histogram. The lines come
 * from a program of the target, so every number is bounded and every sum is checked before one of
 * them becomes a figure. */
#ifndef VMTAX_SYSBENCH_OUTPUT_H
#define VMTAX_SYSBENCH_OUTPUT_H

#include "error.h"
#include "histogram.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SYSBENCH_VERSION_MAX 16
#define SYSBENCH_FATAL_MAX   160
#define SYSBENCH_LINE_MAX    512 /* longer lines are cut by whoever reads them */

struct sysbench_report {
    char version[SYSBENCH_VERSION_MAX]; /* "1.0.20"; empty: none was named */
    char fatal[SYSBENCH_FATAL_MAX];     /* the first complaint, cleaned; empty: none */

    bool steady; /* two seconds were alike, and it was listened to no longer (sysbench_warm()) */
    unsigned intervals;                   /* lines of --report-interval */
    double interval_tps, interval_p95_ms; /* of the last one */
    double so_far_s, so_far;              /* its end, and the transactions until then */

    /* The report at the end; valid after sysbench_report_check(). */
    uint64_t reads, writes, others, queries, transactions, errors, reconnects, events;
    double total_s, min_ms, avg_ms, p95_ms, max_ms;

    /* For the parser. */
    unsigned seen; /* which of the report's lines came */
    bool in_histogram, twice;
    uint64_t histogram_events;
    struct histogram *latency; /* of the caller, or NULL: takes the histogram's rows, in ns */
};

/* Start a report. */
void sysbench_report_init(struct sysbench_report *r, struct histogram *latency);
/* Take one line, without its end. True: it was one of an interval. */
bool sysbench_report_line(struct sysbench_report *r, const char *line, size_t length);
/* Whether it is a version that is known here; -1 with a sentence. To be asked at any time. */
int sysbench_report_known(const struct sysbench_report *r, struct error *e);
/* Whether the report is whole, of a known version, and of the transactions that were meant (mix.h):
 * -1 with a sentence. */
int sysbench_report_check(const struct sysbench_report *r, struct error *e);

#endif
