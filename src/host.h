/* host.h - the host's own state: a sampler thread over libstatgrab, once a second, to the board;
 * and one-shot readings. */
#ifndef VMTAX_HOST_H
#define VMTAX_HOST_H

#include "board.h"
#include "error.h"

struct host_sampler;

/* Starts the sampler thread, which fills board->current.host each second until it is stopped. At
 * most one at a time (libstatgrab is initialised and used in that thread alone). NULL with a
 * sentence. Sources: libstatgrab for processors, memory, swap, load, disks and network (real
 * devices only); /proc/stat for single processors and steal; quiet.h for the judgement. */
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

/* Ticks of every processor in use, from the text of /proc/stat. */
struct host_ticks {
    uint64_t busy; /* user, nice, system: what processes used */
    uint64_t idle; /* idle and waiting for input and output */
    uint64_t total, steal;
};
/* Of all processors, now. False if /proc/stat does not tell. */
bool host_ticks_read(struct host_ticks *out);
struct host_times {
    bool known;
    struct host_ticks all;
    struct host_ticks core[BOARD_CORES_MAX]; /* by the processor's number; total 0: not in use */
    size_t cores;                            /* 1 + the highest number seen */
    size_t in_use;                           /* how many there are */
};
/* text need not end at a line. */
void host_parse_times(const char *text, size_t length, struct host_times *out);

/* The data caches of the first processor, by level from 1; 0 where the kernel does not say. */
void host_caches(uint64_t bytes[BOARD_CACHES]);

/* Processors this process may use, ascending. Returns how many (> 0), at most room. */
size_t host_cpus(int *cpus, size_t room);

#endif
