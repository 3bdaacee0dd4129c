/* ledger.h - what a run has started or made, so that nothing stays behind.
 *
 * Each vmtax process that starts targets has a run directory of its own (0700, below
 * $XDG_RUNTIME_DIR/vmtax or /run/vmtax or /tmp/vmtax-UID) with a file `ledger`: one line per thing,
 * written BEFORE the thing is made. ledger_close() undoes the lines in reverse order and removes
 * the directory; ledger_open(), at the next start of any vmtax of the same user, does the same for
 * directories whose owner is gone. So a normal end and the clean-up after a SIGKILL are one code
 * path.
 *
 * The owner holds a lock on its ledger file as long as it lives, so "gone" does not depend on
 * process numbers. A line carries a checksum; a damaged one is skipped, never guessed. What is
 * removed by path must carry our name: the last part begins with "vmtax", or the path lies in the
 * run directory. */
#ifndef VMTAX_LEDGER_H
#define VMTAX_LEDGER_H

#include "error.h"

#include <stddef.h>
#include <sys/types.h>

enum ledger_kind {
    LEDGER_PROCESS,   /* "pid starttime": killed with SIGKILL if it is still the same process */
    LEDGER_MOUNT,     /* path: umount2(MNT_DETACH) */
    LEDGER_CGROUP,    /* absolute cgroup directory: processes in it are killed, it and its children
                         removed */
    LEDGER_LINK,      /* network interface */
    LEDGER_DIRECTORY, /* path made by us: removed with its contents, without following links or
                         crossing mounts */
    LEDGER_FILE,
    LEDGER_OPENVZ, /* container of OpenVZ with a name of vzctl_invent(): stopped and destroyed */
    LEDGER_DOMAIN, /* "name uuid" of a domain of Xen: destroyed, known by its uuid */
    LEDGER_TABLE,  /* of nftables, with a name of forward.h: deleted */
    LEDGER_FORWARDING, /* interface of this machine: it forwards no more */
};

/* The environment variable by which processes of a run are found even when they left their
 * group: VMTAX_RUN=<run directory>:<branch>. */
#define LEDGER_VARIABLE "VMTAX_RUN"

struct ledger;

/* Sweeps what dead runs left and opens a new run directory. swept (may be NULL) gets the number of
 * dead runs cleaned. */
struct ledger *ledger_open(size_t *swept, struct error *e);
/* A ledger for one part of the run (one target): same directory and file, but its ledger_close()
 * undoes only what was added through it. The owner closes branches before the ledger itself.
 * Thread-safe. Never NULL. */
struct ledger *ledger_branch(struct ledger *l);
const char *ledger_directory(const struct ledger *l); /* absolute path, no trailing slash */
/* Value of LEDGER_VARIABLE for processes of this branch. */
const char *ledger_label(const struct ledger *l);
/* Promise that argument is about to be made. */
int ledger_add(struct ledger *l, enum ledger_kind kind, const char *argument, struct error *e);
int ledger_add_process(struct ledger *l, pid_t pid, struct error *e);
/* The processes of this user that have a ledger of their own now: other runs, which disturb this
 * one and are disturbed. At most room of them into pids; returns how many. Of other users nothing
 * is known. Cheap enough to be asked after each block. */
size_t ledger_others(const struct ledger *l, pid_t *pids, size_t room);
/* Withdraw a promise of this ledger or branch: the thing turned out to be another's. */
void ledger_forget(struct ledger *l, enum ledger_kind kind, const char *argument);
/* Undo all of this ledger or branch, newest first, and free it. Bounded time. What could not be
 * removed is told on stderr with the command that removes it. NULL is allowed. */
void ledger_close(struct ledger *l);

#endif
