/* lane.h - a lane of a worker: one thread that runs the workload's kernel, and what it counted. */
#ifndef VMTAX_AGENT_LANE_H
#define VMTAX_AGENT_LANE_H

#include "workloads/agent/worker.h"
#include "workloads/workload.h"

#include <pthread.h>

#define LANE_CPUS_MAX 8192 /* a processor's number is less */

/* What the lanes of a worker have in common. */
struct crew {
    struct worker_shared *shared;
    const struct workload *workload;
    const struct workload_ops *ops;
    unsigned lane_count;
    int *cpus;
    size_t cpu_count;
    bool pinned; /* lanes are pinned here; else the kernels do it */
    bool tsc_invariant;
    uint64_t batch_ns;
    _Atomic unsigned ready, finished; /* lanes, in this slot */
    _Atomic bool failed;              /* one of them */
};

/* The search for a batch size. The best time per operation counts: a batch that lost the processor
 * for a while must not make the others small. */
struct pace {
    uint64_t count;
    double best_ns; /* per operation; 0 none yet */
    bool found;     /* count is limited by the time that it takes, no longer by doubling */
};

struct lane {
    struct crew *crew;
    struct work work;
    struct error error;
    struct histogram *histogram;
    pthread_t thread;
    bool prepared; /* prepare() was called: release() is due */
    int status;    /* of the last phase */

    struct pace pace, overhead_pace;

    uint64_t ops, ns, bytes, overhead_ops, overhead_ns, start_ns, end_ns;
};

/* Is the workload one operation of minutes, a program of its own? */
bool crew_single(const struct crew *c);
/* Before each slot, by who starts it. */
void crew_begin(struct crew *c);

/* Each in the lane's own thread; status and error tell how it ended. */
void lane_prepare(struct lane *l);
int lane_slot(struct lane *l);
void lane_release(struct lane *l);
/* Its words are in error; the others leave the slot, too. Returns -1. */
int lane_fail(struct lane *l);
/* For struct work: a kernel of one long operation tells how far it is. */
void lane_progress(struct work *work, uint64_t ops, uint64_t ns);

#endif
