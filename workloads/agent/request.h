/* request.h - a request to run one slot, as vmtax sent it: parsed, checked and found possible here.
 *
 * What comes from the other side is bounded like everything foreign, though it is vmtax that
 * sends it: the agent may be older, and whoever holds the stream may write to it. */
#ifndef VMTAX_AGENT_REQUEST_H
#define VMTAX_AGENT_REQUEST_H

#include "error.h"
#include "protocol.h"
#include "workloads/agent/facts.h"
#include "workloads/agent/worker.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

struct request {
    uint64_t slot;
    const struct workload *workload;
    uint64_t param[PARAMS_MAX];
    enum role role;
    struct endpoint endpoint; /* of a load; of a server without ports */
    unsigned lanes;      /* 1 .. WORKER_LANES_MAX, and no more than there are usable processors */
    unsigned cpus;       /* processors at work: as many, but where the workload has own_threads */
    char tree[PATH_MAX]; /* as struct work has it; empty: none was sent */
    bool fresh;
    bool warm;        /* of a load: its server is */
    bool drop;        /* the kernel is the target's own: its page cache may be dropped */
    uint64_t tick_ns; /* 0: no ticks */
    struct worker_slot job;
};

/* The slot that the answer to a record must name, also to one that is refused. */
int request_slot(const struct record *record, uint64_t *slot, struct error *e);
/* Everything but the slot. scratch: directory for workloads that need one, NULL: there is none. -1
 * with a sentence for the user of vmtax. */
int request_parse(struct request *r, const struct record *record, const struct facts *facts,
                  const char *scratch, struct error *e);

#endif
