/* openvz_stats.h - what the host counts of a container of OpenVZ.
 *
 * On OpenVZ's own kernels by /proc/user_beancounters (requests that a limit refused),
 * /proc/vz/vestat (processor time) and /proc/vz/venetstat (bytes of its network); elsewhere by the
 * cgroups vz-CTID that vzctl makes, or machine.slice/UUID of Virtuozzo 8. Formats are those of
 * kernel/bc/proc.c, kernel/ve/vestat and drivers/net/venet of OpenVZ's kernels.
 *
 * vestat's scheduling latency is no counter of a slot: the kernel brings it up to date every five
 * seconds only. */
#ifndef VMTAX_OPENVZ_STATS_H
#define VMTAX_OPENVZ_STATS_H

#include "counters.h"
#include "target/vzctl.h"

#include <stdio.h>

/* Of one container, in one unit that is the kernel's own: nanoseconds, or cycles before 3.10. */
struct openvz_time {
    uint64_t uptime, used;
};

/* The parsers: what one file says of container id. False, and *out stays, if it says nothing of it,
 * or is damaged where it does. */
bool openvz_read_failures(FILE *file, const char *id, uint64_t *out);
bool openvz_read_time(FILE *file, const char *id, struct openvz_time *out);
bool openvz_read_bytes(FILE *file, const char *id, uint64_t *in, uint64_t *out);
/* Nanoseconds in that unit, by how far the uptime came in a time of ours (both > 0); exactly 1 when
 * it is one but for the reading's jitter; 0: no sense in it. */
double openvz_unit_ns(uint64_t units, uint64_t ns);

struct openvz_stats {
    const char *root; /* "" but in tests; before all paths; the caller's */
    char id[VZCTL_NAME_MAX];
    struct openvz_time first;
    uint64_t first_ns; /* 0: there is no vestat */
    double unit_ns;    /* 0: not known yet */
};

/* The container runs. */
void openvz_stats_init(struct openvz_stats *s, const char *root, const char *id);
/* Adds what is known; times from 0.1 s after openvz_stats_init() on. */
void openvz_stats_count(struct openvz_stats *s, struct counters *out);

#endif
