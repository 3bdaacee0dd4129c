/* xen_stats.h - what dom0 counts of a domain of Xen.
 *
 * The hypervisor's own account of its virtual processors (xenstat.h); the processor time of what
 * serves it in dom0, which is the device model (Xen's QEMU) and the threads of the kernel's
 * backends for its disks and networks; the bytes of its virtual network, vifID.N; and those of its
 * virtual disks, by /sys/bus/xen-backend as xentop reads them. Of the backends' work that the
 * kernel does in interrupts nobody keeps an account. */
#ifndef VMTAX_XEN_STATS_H
#define VMTAX_XEN_STATS_H

#include "counters.h"

struct xen_stats;

/* For the domain of that number. root is put before all paths, "" but in tests, and stays the
 * caller's; version as of xenstat_open(). Never NULL. */
struct xen_stats *xen_stats_new(const char *root, unsigned domain, const char *version);
/* As xenstat_look(). False: that is not known here. */
bool xen_stats_look(struct xen_stats *s, uint64_t *cpu_ns, bool *paused);
/* Adds all else that is known; who serves the domain is found out the first time, when it has its
 * devices. Some milliseconds at most. */
void xen_stats_count(struct xen_stats *s, struct counters *out);
void xen_stats_free(struct xen_stats *s); /* NULL is allowed */

#endif
