/* reply.h - the records that the agent sends: which fields each has.
 *
 * Each queues one record and returns what output_end() does: -1, the reader is gone. */
#ifndef VMTAX_AGENT_REPLY_H
#define VMTAX_AGENT_REPLY_H

#include "workloads/agent/facts.h"
#include "workloads/agent/output.h"
#include "workloads/agent/request.h"
#include "workloads/agent/worker.h"

#include <stdint.h>

int reply_hello(struct output *o, const struct facts *f);
int reply_note(struct output *o, const char *text);
int reply_clock(struct output *o, uint64_t id);
int reply_rest(struct output *o, uint64_t id);
/* What the kernel has counted since its boot. */
int reply_count(struct output *o, uint64_t id, const struct facts_counts *counts);
/* Of a slot: its timed part begins, and ends (whoever counts on the other side does it then); so
 * far; its outcome; or why there is none. */
int reply_begin(struct output *o, uint64_t slot);
int reply_end(struct output *o, uint64_t slot);
int reply_tick(struct output *o, uint64_t slot, const struct worker_shared *worker);
/* counts: what the kernel counted in the timed part. */
int reply_result(struct output *o, const struct request *r, const struct worker_outcome *outcome,
                 const struct facts_counts *counts);
/* A server is ready. */
int reply_serving(struct output *o, uint64_t slot, const struct endpoint *endpoint);
int reply_fail(struct output *o, uint64_t slot, const char *reason);

#endif
