/* work.c - what every kernel may call, and the list of all of them. */
#include <config.h>

#include "workloads/program/program.h"
#include "workloads/workload.h"

#include <string.h>
#include <time.h>

/* One a line. */
/* clang-format off */
const struct workload_ops *const *const workload_ops_lists[] = {
    workload_ops_null,
    workload_ops_linpack,
    workload_ops_kbuild,
    workload_ops_spec,
    workload_ops_ram,
    workload_ops_membw,
    workload_ops_file,
    workload_ops_bonnie,
    workload_ops_net,
    workload_ops_web,
    workload_ops_oltp,
    workload_ops_jbb,
    workload_ops_sys,
    workload_ops_ctx,
    workload_ops_exits,
    NULL,
};
/* clang-format on */

const struct workload_ops *workload_ops_find(const char *id)
{
    for (size_t i = 0; workload_ops_lists[i]; i++)
        for (const struct workload_ops *const *ops = workload_ops_lists[i]; *ops; ops++)
            if (strcmp((*ops)->id, id) == 0)
                return *ops;
    return program_find(id) ? &workload_ops_program : NULL;
}

uint64_t work_now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void work_exclude_begin(struct work *w)
{
    w->exclude_from = work_now_ns();
}

void work_exclude_end(struct work *w)
{
    w->excluded_ns += work_now_ns() - w->exclude_from;
}
