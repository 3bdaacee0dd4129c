/* undo.h - taking away one thing that a run made: the acts behind the lines of the ledger.
 *
 * Each function is idempotent (what is gone already is a success), bounded in time (what has to be
 * waited for, by patience_s), and returns -1 with a sentence that ends in the command by which a
 * person can finish the job. */
#ifndef VMTAX_UNDO_H
#define VMTAX_UNDO_H

#include "error.h"

#include <stdint.h>
#include <sys/types.h>

/* Clock ticks since boot at which a process started; 0 when it has ended or never was. With the
 * number it names a process once and for all. */
uint64_t undo_process_start(pid_t pid);

/* SIGKILL to the process (and to its group, if it leads one), unless the number belongs to another
 * one by now. */
int undo_process(pid_t pid, uint64_t start, double patience_s, struct error *e);
/* SIGKILL to every process of this user that has variable=label, or with is_prefix a value that
 * begins with label, in its environment. */
void undo_labelled(const char *variable, const char *label, int is_prefix);
int undo_mount(const char *path, struct error *e);
int undo_cgroup(const char *path, double patience_s, struct error *e);
int undo_link(const char *name, struct error *e);
int undo_directory(const char *path, struct error *e);
int undo_file(const char *path, struct error *e);

#endif
