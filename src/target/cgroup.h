/* cgroup.h - processor and memory limits for a target: cgroup v1 (per controller), v2, hybrid.
 *
 * The directories are made below vmtax's own cgroup (or where the user's delegation begins) and
 * written into the ledger first. */
#ifndef VMTAX_CGROUP_H
#define VMTAX_CGROUP_H

#include "target/target.h"

#include <sys/types.h>

struct cgroup;

/* Can limits be applied here by this user? how gets "cgroup v1", "cgroup v2"; else reason a
 * sentence. */
bool cgroup_usable(char *how, size_t how_size, char *reason, size_t reason_size);
/* Make the group(s) with the limits of o. NULL with a sentence. */
struct cgroup *cgroup_new(const char *name, const struct target_options *o, struct ledger *l,
                          struct error *e);
int cgroup_attach(struct cgroup *g, pid_t pid, struct error *e);
void cgroup_counters(const struct cgroup *g, struct target_counters *out);
/* Kill what is in it, remove, free; NULL is allowed. */
void cgroup_free(struct cgroup *g);

#endif
