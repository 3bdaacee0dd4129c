/* cgroup.h - processor and memory limits for a target: cgroup v1 (per controller), v2, hybrid.
 *
 * The directories are made below vmtax's own cgroup, or, because a v2 group that has processes
 * cannot hand its controllers down, beside it: in the nearest group above that may. They are
 * written into the ledger first. In every hierarchy there is one, so that whatever a container
 * runtime makes of its own lies inside and goes with it. */
#ifndef VMTAX_CGROUP_H
#define VMTAX_CGROUP_H

#include "target/target.h"

#include <sys/types.h>

struct cgroup;

/* Can limits be applied here by this user? how gets "cgroup v1", "cgroup v2"; else reason a
 * sentence. */
bool cgroup_usable(char *how, size_t how_size, char *reason, size_t reason_size);
/* Make the group(s) with the limits of o. name begins with "vmtax". NULL with a sentence, also when
 * a limit that was set does not read back. */
struct cgroup *cgroup_new(const char *name, const struct target_options *o, struct ledger *l,
                          struct error *e);
/* Processes are to enter a group inside, not the group itself. liblxc makes such a one of its own,
 * and every level costs at each context switch: all targets must lie equally deep. */
int cgroup_nest(struct cgroup *g, struct error *e);
int cgroup_attach(struct cgroup *g, pid_t pid, struct error *e);
/* The limits in force, as read back from the kernel, and what enforces them: "cpus 0-1, memory
 * 1536 MiB (cgroup v1)". */
void cgroup_describe(const struct cgroup *g, char *out, size_t size);
/* Adds COUNTER_CPU and COUNTER_THROTTLED where the kernel counts them; g may be NULL. */
void cgroup_counters(const struct cgroup *g, struct counters *out);
/* Free; the groups themselves go with the ledger that they are written in. NULL is allowed. */
void cgroup_free(struct cgroup *g);

/* Groups with our name, without a process and older than a minute, where ours are made: what was
 * left by a run whose ledger was lost, as with a container that it ran in. Their names have no sign
 * that tells them from those of a run in another pid namespace, so they are left for a person.
 * Returns how many; directory gets where the first lies. */
size_t cgroup_left(char *directory, size_t size);

#endif
