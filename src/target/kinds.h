/* kinds.h - the kinds of target, for the list in target.c, and what those that are processes of
 * this machine share. */
#ifndef VMTAX_KINDS_H
#define VMTAX_KINDS_H

#include "target/cgroup.h"
#include "target/network.h"
#include "target/spawn.h"
#include "target/target.h"

#include <limits.h>

extern const struct target_kind target_native;
extern const struct target_kind target_twin;
extern const struct target_kind target_peer; /* not in the list: no target of a plan */
extern const struct target_kind target_container;
extern const struct target_kind target_kvm;
extern const struct target_kind target_tcg;
extern const struct target_kind target_openvz;
extern const struct target_kind target_xen;
extern const struct target_kind target_pvh;
/* Without a name, a way and a guest: reach_new() gives them. */
extern const struct target_kind target_reached;

/* A target that is a child process of vmtax under limits. */
struct local {
    struct target target;
    struct ledger *ledger; /* a branch of the run's */
    struct cgroup *cgroup; /* NULL: no limits */
    struct spawn *child;
    const char *telling; /* of spawn_options; set before local_launch() */
};

/* One of our own helper programs: beside the agent, beside ourselves (a build tree), or where it is
 * installed. */
bool local_find_program(const char *name, const char *agent, char *out, size_t size);
/* Takes a branch of the ledger and makes the cgroup if options ask for limits. name gets a name for
 * what else the target makes, unique on this machine: "vmtax-PID-abcdef.1". */
int local_init(struct local *local, const struct target_kind *kind,
               const struct target_options *options, struct ledger *ledger, char *name,
               size_t name_size, struct error *e);
/* A veth pair of its own, in the ledger, its guest's end still here: for the target's helper
 * program to move. The number of the network, LOCAL_NO_NETWORK when this root may not make one, or
 * -1. Tells target.facts. */
#define LOCAL_NO_NETWORK INT_MAX
int local_network(struct local *local, struct error *e);
/* The same by another maker, for a path that target.facts.path names already. */
typedef int (*local_network_maker)(const struct network_pair *pair, int *cause, struct error *e);
int local_make_network(struct local *local, local_network_maker make, struct network_pair *pair,
                       struct error *e);
/* Runs argv as the target's process and waits until it speaks. patience_s is how long a silent one
 * is waited for (its session gives it up later), 0: not at all; one that ends is an error with its
 * last words. */
int local_launch(struct local *local, const struct target_options *options, const char *const *argv,
                 int pass_fd, double patience_s, struct error *e);
/* End of input first; what does not end by that within grace_s is killed. The process is gone
 * afterwards, the rest is still there. */
void local_end_process(struct local *local, double grace_s);
/* local_end_process(), then everything else that was made; frees nothing of target itself. */
void local_release(struct local *local, double grace_s);
void local_counters(struct target *t, struct counters *out);
void local_last_words(struct target *t, char *out, size_t size);

#endif
