/* scratch.h - where disk workloads write: a private directory on a real disk. */
#ifndef VMTAX_SCRATCH_H
#define VMTAX_SCRATCH_H

#include "error.h"
#include "target/ledger.h"

#include <stddef.h>

/* Make a private 0700 directory below wanted, or below the first of /var/tmp, $HOME/.cache, $HOME
 * that is on a disk (never tmpfs or ramfs: a disk benchmark there measures memory). Written into
 * the ledger. A wanted directory on tmpfs is refused with the reason. path gets the name. */
int scratch_make(const char *wanted, struct ledger *l, char *path, size_t size, struct error *e);

/* Could a directory be made below wanted, on a disk? 0, or -1 with a sentence about --scratch. */
int scratch_check(const char *wanted, struct error *e);

/* Name of the file system that holds path ("ext4", "tmpfs", "unknown"). */
const char *scratch_filesystem(const char *path);

#endif
