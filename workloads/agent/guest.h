/* guest.h - what the first process of a guest sets up: modules, the port to vmtax, root, network,
 * scratch disk. Each function does one step; the order is init.c's. -1 with a sentence. */
#ifndef VMTAX_AGENT_GUEST_H
#define VMTAX_AGENT_GUEST_H

#include "error.h"
#include "workloads/agent/boot.h"

/* Where the new root has the programs of the initramfs. */
#define GUEST_PAYLOADS "/run/payloads"

/* /proc, /sys, /dev of the initramfs. */
int guest_mount_kernel(struct error *e);
/* Everything in /modules, in the order of the names. One that the kernel has already, or for whose
 * hardware it finds nothing, is no error. The files are removed: they are memory. */
int guest_load_modules(struct error *e);
/* The virtio-serial port of that name, open, once the host's end is connected. Waits for both, at
 * most seconds. */
int guest_open_port(const char *name, double seconds, struct error *e);
/* The same in a domain of Xen, which has no such port but a console beside the kernel's: in raw
 * mode. */
int guest_open_channel(double seconds, struct error *e);
/* The host's files under a writable layer, with /proc, /sys, /dev, /run and /tmp of the guest's
 * own, and the initramfs's /payloads, become the root of this process. */
int guest_enter_root(const struct boot *b, struct error *e);
/* In the new root. */
int guest_set_up_network(const struct boot *b, struct error *e);
int guest_mount_scratch(const struct boot *b, struct error *e);

#endif
