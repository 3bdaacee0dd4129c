/* disk.h - the scratch disk of a virtual machine: a raw image with a file system on it. */
#ifndef VMTAX_DISK_H
#define VMTAX_DISK_H

#include "error.h"

#include "target/target.h"

#include <stdint.h>

/* Make the image at path (which does not exist; who made its directory removes it): all its blocks
 * are allocated and have been written with data that do not compress, so that no slot pays for the
 * first touch of a block; then an ext4 made by mke2fs. Free space is looked at first: -1 with a
 * sentence when bytes plus a tenth are not there. Takes about bytes / the disk's speed; ends early,
 * with ERROR_INTERRUPTED, when interrupt (-1: none) can be read. seed (NULL: nothing): the
 * directory whose files are on it from the start. */
int disk_make(const char *path, uint64_t bytes, const char *seed, struct ledger *ledger,
              int interrupt, struct error *e);

/* The size of the disk on which workloads may write so many bytes: there is a file system on it,
 * and small files. */
uint64_t disk_bytes(uint64_t scratch_bytes);
/* Is so much room enough to make it in? */
bool disk_fits(uint64_t scratch_bytes, uint64_t room);

/* The disk that a target with these options needs: in o->scratch, with room for what workloads will
 * write, promised to the target's branch of the ledger, whose number it carries. Its path, for
 * free(), or NULL. */
char *disk_make_scratch(const struct target_options *o, struct ledger *branch, struct error *e);

#endif
