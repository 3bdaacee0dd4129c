/* scratch.h - where disk workloads write: a private directory on a real disk. */
#ifndef VMTAX_SCRATCH_H
#define VMTAX_SCRATCH_H

#include "error.h"
#include "target/ledger.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A scratch directory: its name, and the lock on it that says that its owner lives. */
struct scratch {
    char path[4096];
    int lock;     /* -1: none; closed by whoever has it, after the directory is gone */
    size_t swept; /* directories that dead runs had left beside it, and that are gone */
};

/* Below which directory one is made: wanted, or the first of /var/tmp, $HOME/.cache, $HOME that is
 * on a disk (never tmpfs or ramfs: a disk benchmark there measures memory). A wanted directory on
 * tmpfs is refused with the reason. */
int scratch_find(const char *wanted, char out[PATH_MAX], struct error *e);

/* Bytes that are free there for whoever asks. False: it does not say. */
bool scratch_room(const char *below, uint64_t *bytes);

/* Make a private 0700 directory there. Written into the ledger. What dead runs left there without a
 * ledger that tells of it, as after a restart of the machine, is removed first. */
int scratch_make(const char *wanted, struct ledger *l, struct scratch *out, struct error *e);

/* Remove the scratch directories below parent that dead runs of this user left: named vmtax-PID,
 * private, without a lock, at least age_s seconds old, and no process has that number. Links are
 * not followed. Returns how many were removed. */
size_t scratch_sweep(const char *parent, double age_s);

/* Could a directory be made below wanted, on a disk? 0, or -1 with a sentence about --scratch. */
int scratch_check(const char *wanted, struct error *e);

#endif
