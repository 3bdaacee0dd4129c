/* xen_probe.h - is this the dom0 of a Xen, and can it make domains of a sort? Told by files alone:
 * /sys/hypervisor, /proc/xen, the tools. */
#ifndef VMTAX_XEN_PROBE_H
#define VMTAX_XEN_PROBE_H

#include "error.h"

#include <stdbool.h>
#include <stddef.h>

/* Is this a dom0 with xl, which reaches domains that are there? As xen_probe(). */
int xen_probe_dom0(const char *root, char *version, size_t size, struct error *e);
/* Version of the hypervisor ("4.17.7"), or -1 with a sentence "what is wrong: what to do". root is
 * put before the paths: "" on a real machine. */
int xen_probe(const char *root, bool pvh, char *version, size_t size, struct error *e);

#endif
