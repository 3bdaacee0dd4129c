/* blockdev.h - the host's block device below a directory, and what it moved.
 *
 * The audit of caches rests on it: the bytes that a target says it moved against the bytes that
 * this device moved meanwhile, for whomever. Others' traffic can hide a cache from it, never make
 * one up. */
#ifndef VMTAX_BLOCKDEV_H
#define VMTAX_BLOCKDEV_H

#include "counters.h"
#include "error.h"

#include <stdbool.h>

struct blockdev {
    char stat[64]; /* the file with its counters; empty: there is none */
    char name[32]; /* "vda1" */
};

/* The device that holds path. -1 with a sentence: none that counts (a layered file system, one over
 * the network). Nothing to release. */
int blockdev_find(struct blockdev *b, const char *path, struct error *e);
/* Adds COUNTER_DISK_READ and COUNTER_DISK_WRITTEN, in bytes since the device is there; nothing
 * where that is not known. */
void blockdev_count(const struct blockdev *b, struct counters *out);
/* The same from the text of such a file. False, and nothing happens, if it is none. */
bool blockdev_parse(const char *text, struct counters *out);

/* The scheduler that orders the device's requests: "mq-deadline", "none". False: not known. */
bool blockdev_scheduler(const struct blockdev *b, char *out, size_t size);
/* The file that the device is made of (a loop device), if it takes less room on its own disk than
 * it is long: parts of it are made only when they are written. False: it is not so, or not known.
 */
bool blockdev_sparse(const struct blockdev *b, char *out, size_t size);

/* Did a cache answer? moves: of enum workload_disk; claimed: bytes that the target says it moved
 * while the device moved these. False where the device's are not known. */
bool blockdev_cached(unsigned moves, double claimed, const struct counters *moved);

#endif
