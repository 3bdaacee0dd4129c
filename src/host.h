/* host.h - the host's own state: a sampler thread over libstatgrab, once a second, to the board;
 * and one-shot readings. */
#ifndef VMTAX_HOST_H
#define VMTAX_HOST_H

#include "board.h"
#include "error.h"

struct host_sampler;

/* Starts the sampler thread. With board: fills board->current.host each second. NULL with a
 * sentence. */
struct host_sampler *host_sampler_start(struct board *board, struct error *e);
void host_sampler_stop(struct host_sampler *s); /* NULL is allowed */

/* Share of processor time stolen by the hypervisor below, over all processors, since an earlier
 * reading. */
struct host_steal {
    uint64_t steal, total; /* ticks, from /proc/stat */
    bool known;
};
struct host_steal host_steal_read(void);
double host_steal_share(struct host_steal from, struct host_steal to); /* NAN unknown */

/* Processors this process may use, ascending. Returns how many (> 0), at most room. */
size_t host_cpus(int *cpus, size_t room);

#endif
