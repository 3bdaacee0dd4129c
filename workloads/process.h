/* process.h - the rows of Table I that need a second process; listed with the others in sys.c. */
#ifndef VMTAX_PROCESS_H
#define VMTAX_PROCESS_H

#include "workloads/child.h"

extern const struct workload_ops fork_exit_ops;
extern const struct workload_ops fork_exec_ops;
extern const struct workload_ops fork_sh_ops;
extern const struct workload_ops pipe_ops;

/* A sentence for "so many instead of so many". Returns -1. */
int process_miscounted(struct work *w, const char *what, uint64_t got, uint64_t wanted);

#endif
