/* The host itself: the agent as a child process, under the same limits as the guests, so that the
 * comparison is about virtualization and not about how much a guest was given. */
#include "config.h"

#include "target/kinds.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* An agent speaks at once; a silent one is left to its session. */
#define PATIENCE_S 1.0
#define GRACE_S    1.0

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void probe(const struct target_kind *kind, const struct target_options *options,
                  struct target_probe *out)
{
    (void)kind;
    (void)options;
    char cgroup[32];
    memset(out, 0, sizeof *out);
    out->limits = cgroup_usable(cgroup, sizeof cgroup, out->reason, sizeof out->reason);
    if (out->limits) {
        out->use = TARGET_USABLE;
        snprintf(out->how, sizeof out->how, "process, %s", cgroup);
        return;
    }
    out->use = TARGET_LIMITED;
    snprintf(out->how, sizeof out->how, "process, no limits");
    snprintf(out->remedy, sizeof out->remedy,
             "run vmtax as root, or on a system with cgroup v2 by "
             "systemd-run --user --scope -p Delegate=yes vmtax");
}

static void stop(struct target *t)
{
    struct local *local = (struct local *)t;
    local_release(local, GRACE_S);
    free(local);
}

static struct target *start(const struct target_kind *kind, const struct target_options *options,
                            struct ledger *ledger, struct error *e)
{
    double from = now_s();
    struct local *local = xcalloc(1, sizeof *local);
    char name[64];
    const char *argv[] = {options->agent_path, options->scratch ? "--scratch" : NULL,
                          options->scratch, NULL};
    if (local_init(local, kind, options, ledger, name, sizeof name, e) < 0 ||
        (local->cgroup && cgroup_nest(local->cgroup, e) < 0) ||
        local_launch(local, options, argv, -1, PATIENCE_S, e) < 0) {
        stop(&local->target);
        return NULL;
    }
    struct target_facts *facts = &local->target.facts;
    snprintf(facts->how, sizeof facts->how, "process");
    snprintf(facts->network, sizeof facts->network, "loopback");
    facts->start_s = now_s() - from;
    return &local->target;
}

const struct target_kind target_native = {
    .id = "native",
    .title = "native",
    .what = "the host itself, under the same limits as the guests",
    .probe = probe,
    .start = start,
    .counters = local_counters,
    .last_words = local_last_words,
    .stop = stop,
};

const struct target_kind target_twin = {
    .id = "twin",
    .title = "twin",
    .what = "a second native: what the method makes of two equal things (A/A)",
    .only_by_name = true,
    .probe = probe,
    .start = start,
    .counters = local_counters,
    .last_words = local_last_words,
    .stop = stop,
};
