/* rows.h - what the catalogue's tables share: one table a subsystem, in a file of its name.
 *
 * Which parameter sets a profile measures follows from its time. `quick` shares three minutes among
 * all subsystems, so it takes the ends and one middle of every sweep: a cache-resident and a
 * memory-bound size, two processes and sixty-four; of the database and of Java, which take seconds
 * to start, one thread and one warehouse. `standard` walks the sweeps in coarse steps;
 * `paper` walks them as the paper did, on one processor and on all. */
#ifndef VMTAX_CATALOG_ROWS_H
#define VMTAX_CATALOG_ROWS_H

#include "workloads/catalog.h"

/* Each ends with id NULL; all rows of a table are of its subsystem. */
extern const struct workload processor_workloads[];
extern const struct workload memory_workloads[];
extern const struct workload disk_workloads[];
extern const struct workload web_workloads[];
extern const struct workload network_workloads[];
extern const struct workload database_workloads[];
extern const struct workload java_workloads[];
extern const struct workload sysops_workloads[];
extern const struct workload ctxsw_workloads[];
extern const struct workload exits_workloads[];

#define KIB(n) ((uint64_t)(n) << 10)
#define MIB(n) ((uint64_t)(n) << 20)
#define GIB(n) ((uint64_t)(n) << 30)

enum {
    QSP = PROFILE_QUICK | PROFILE_STANDARD | PROFILE_PAPER,
    SP = PROFILE_STANDARD | PROFILE_PAPER,
    P = PROFILE_PAPER,
};

#define PARAM_CPUS                                                                \
    {                                                                             \
        .name = "cpus", .type = PARAM_COUNT, .min = 0, .max = 1024, .initial = 1, \
        .help = "threads, each on a processor of its own; 0 = one per processor"  \
    }

/* All processes on one processor, or neighbours on different ones. */
extern const struct param placement_params[];

#endif
