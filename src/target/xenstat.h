/* xenstat.h - domains as the hypervisor knows them, their processor time to the nanosecond, by
 * libxenstat, the library of xentop(1).
 *
 * It is loaded when it is there, by the name that the version of the hypervisor gives it (its tools
 * are always of that version); vmtax is not linked to it. Two hypercalls and a few words with
 * xenstored, where xl starts a program and tells tenths of a second. */
#ifndef VMTAX_XENSTAT_H
#define VMTAX_XENSTAT_H

#include <stdbool.h>
#include <stdint.h>

struct xenstat;

/* version: of the hypervisor, "4.17.7". NULL: there is none that works. */
struct xenstat *xenstat_open(const char *version);
/* cpu_ns: of all virtual processors of a domain; paused: as it is while xl makes it. False: there
 * is no such domain. One thread at a time. */
bool xenstat_look(struct xenstat *x, unsigned domain, uint64_t *cpu_ns, bool *paused);
void xenstat_close(struct xenstat *x); /* NULL is allowed */

#endif
