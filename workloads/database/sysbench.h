/* sysbench.h - SysBench as the load on a server (server.h), on the processors of its tool. */
#ifndef VMTAX_DATABASE_SYSBENCH_H
#define VMTAX_DATABASE_SYSBENCH_H

#include "workloads/database/server.h"
#include "workloads/database/sysbench_output.h"
#include "workloads/tool.h"

struct sysbench {
    const struct tool *tool;
    struct server *server; /* it is asked whether it lives where sysbench hears nothing of it */
    uint64_t rows, threads;
    uint64_t runs; /* so far: each draws other numbers, or its updates would change nothing */
};

/* Each returns -1 with a sentence. */

/* Makes the table and fills it. */
int sysbench_prepare(struct sysbench *s, struct work *w);
/* Loads the server until it is steady: until the transactions of two seconds in a row differ by
 * less than a tenth, for at most eight seconds. */
int sysbench_warm(struct sysbench *s, struct work *w, struct sysbench_report *out);
/* One run of so many seconds; out is checked. */
int sysbench_run(struct sysbench *s, struct work *w, unsigned seconds, struct histogram *latency,
                 struct sysbench_report *out);

/* Are these two seconds, by their transactions, alike? */
bool sysbench_steady(double before, double now);

#endif
