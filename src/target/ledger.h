/* ledger.h - what a run has started or made, so that nothing stays behind.
 *
 * Each vmtax process that starts targets has a run directory of its own (0700, below
 * $XDG_RUNTIME_DIR/vmtax or /run/vmtax or /tmp/vmtax-UID) with a file `ledger`: one line per thing,
 * written and flushed BEFORE the thing is made. ledger_close() undoes the lines in reverse order
 * and removes the directory; ledger_sweep(), at the next start of any vmtax of the same user, does
 * the same for directories whose owner (pid and start time) is gone. So a normal end and the
 * clean-up after a SIGKILL are one code path. */
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
};

struct ledger;

/* Sweeps what dead runs left and opens a new run directory. swept (may be NULL) gets the number of
 * dead runs cleaned. */
struct ledger *ledger_open(size_t *swept, struct error *e);
const char *ledger_directory(const struct ledger *l); /* absolute path, no trailing slash */
/* Promise that argument is about to be made. */
int ledger_add(struct ledger *l, enum ledger_kind kind, const char *argument, struct error *e);
int ledger_add_process(struct ledger *l, pid_t pid, struct error *e);
/* Undo everything that was added with or after the mark (ledger_mark), newest first. Bounded time.
 */
size_t ledger_mark(const struct ledger *l);
void ledger_undo(struct ledger *l, size_t mark);
/* Undo all and free. What could not be removed is told on stderr with the command that removes it.
 */
void ledger_close(struct ledger *l);

#endif
