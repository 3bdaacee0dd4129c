/* null - no work at all: a member like any other, by which the way of a figure is tested. An
 * operation is one turn of an empty loop, so that batches and slots have a length. */
#include <config.h>

#include "workloads/workload.h"

static int null_prepare(struct work *w)
{
    (void)w;
    return 0;
}

WORK_TIMED static int null_run(struct work *w, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        WORK_KEEP(w);
    return 0;
}

static int null_verify(struct work *w)
{
    (void)w;
    return 0;
}

static void null_release(struct work *w)
{
    (void)w;
}

static const struct workload_ops null_ops = {
    .id = "null",
    .prepare = null_prepare,
    .run = null_run,
    .verify = null_verify,
    .release = null_release,
};

const struct workload_ops *const workload_ops_null[] = {&null_ops, NULL};
