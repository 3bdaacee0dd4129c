/* xen_root.h - the files of this machine as a domain of Xen gets them: Xen's 9p has no read-only
 * share, so what is shared is a read-only copy of the tree of mounts. */
#ifndef VMTAX_XEN_ROOT_H
#define VMTAX_XEN_ROOT_H

#include "error.h"
#include "target/ledger.h"

/* Makes directory, mounts there what is mounted at / and below, without devices, and without what
 * is no file on a disk (/proc, /sys, /dev, /run, /tmp): a guest has its own of these, and dom0's
 * are no affair of it. In the ledger. Needs root and Linux 5.12. */
int xen_root_make(const char *directory, struct ledger *ledger, struct error *e);

#endif
