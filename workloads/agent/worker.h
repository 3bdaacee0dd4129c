/* worker.h - the process that runs one workload, and what it shares with the supervisor.
 *
 * The supervisor (supervisor.c) speaks the protocol and must always answer; a kernel may crash,
 * hang or eat memory. So each workload runs in a worker: the agent's own file, executed afresh (a
 * new address layout, a heap without history), in a process group of its own, that dies with its
 * parent.
 *
 * Two things join them. A shared mapping holds what to do, counters that the worker writes and the
 * supervisor reads whenever it likes, without waking the worker, and the outcome of a slot. A
 * socket carries one-byte messages that say when the fields of the mapping are valid, and whose end
 * means: release what you made, and go. */
#ifndef VMTAX_AGENT_WORKER_H
#define VMTAX_AGENT_WORKER_H

#include "histogram.h"
#include "workloads/catalog.h"
#include "workloads/dropped.h"
#include "workloads/role.h"
#include "workloads/statements.h"

#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* File descriptors of a worker, and the argument that makes the agent one. */
#define WORKER_ARGUMENT  "--worker"
#define WORKER_SOCKET_FD 3
#define WORKER_MEMORY_FD 4

#define WORKER_LANES_MAX 1024

enum worker_message {
    WORKER_RUN = 'r',      /* to the worker: run the slot of the mapping */
    WORKER_PREPARED = 'p', /* from it, in this order: the lead-in begins */
    WORKER_BEGUN = 'b',    /* the timed part begins */
    WORKER_ENDED = 'e',    /* it has ended, verification begins */
    WORKER_DONE = 'd',     /* outcome is valid; ready for the next slot */
    WORKER_SERVING = 's',  /* from a server: endpoint is valid, and it serves */
    WORKER_FAILED = 'f',   /* instead of any of these: reason is valid; end this worker */
};

/* Counters of one lane: one writer, a cache line of its own. sequence is odd while they change. */
struct worker_counters {
    _Alignas(64) _Atomic uint64_t sequence;
    _Atomic uint64_t ops;
    _Atomic uint64_t ns; /* time of these operations: overhead phases and excluded time left out */
};

struct worker_slot {
    uint64_t lead_ns, time_ns, seed;
};

struct worker_outcome {
    uint64_t ops, bytes;
    uint64_t ns;               /* mean over the lanes */
    uint64_t start_ns, end_ns; /* first lane's start, last lane's end */
    uint64_t overhead_ops, overhead_ns;
    uint64_t tsc; /* ticks of the time-stamp counter while the first lane was timed; 0: no clock */
    uint64_t minflt, majflt, nvcsw, nivcsw;      /* of the process, in the timed part */
    uint64_t sent, sent_ns, received, reordered; /* struct delivery */
    struct statements statements;
    bool unsteady;             /* of one lane or more */
    enum dropped dropped;      /* of the first lane */
    bool verified;             /* false: the workload has no way to; a wrong result fails */
    char engine[ENGINE_MAX];   /* empty: our own code */
    char product[PRODUCT_MAX]; /* empty: nothing to compare */
    uint64_t latency_count, p50_ns, p90_ns, p99_ns, p99_9_ns, max_ns;
};

struct worker_shared {
    /* Written by the supervisor before the worker starts. */
    char workload[WORKLOAD_ID_MAX];
    uint64_t param[PARAMS_MAX];
    char scratch[PATH_MAX];  /* empty: none */
    char payloads[PATH_MAX]; /* likewise */
    char tree[PATH_MAX];     /* likewise */
    bool warm, drop;
    enum role role;
    struct endpoint endpoint; /* of a server the worker writes the ports */
    unsigned lanes;
    /* Written by the supervisor before WORKER_RUN. */
    struct worker_slot slot;
    /* Set by the supervisor at any time: leave the slot at the end of this batch. */
    _Atomic uint32_t stop;
    /* Written by the worker, valid after the message. */
    struct worker_outcome outcome;
    char reason[512];
    struct worker_counters counters[];
};

size_t worker_shared_size(unsigned lanes);
/* Operations and mean time so far; from any process, without disturbing the writer. */
void worker_progress(const struct worker_shared *s, uint64_t *ops, uint64_t *ns);

/* To the supervisor, from any thread of the worker. */
void worker_tell(enum worker_message message);

/* The worker itself, in the process that the supervisor executed. Returns its exit status. */
int worker_main(void);

#endif
