/* The host itself: the agent as a child process, under the same limits as the guests, so that the
 * comparison is about virtualization and not about how much a guest was given. */
#include "config.h"

#include "clock.h"
#include "executable.h"
#include "target/kinds.h"
#include "target/rights.h"
#include "xalloc.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An agent speaks at once; a silent one is left to its session. */
#define PROGRAM    "vmtax-container"
#define PATIENCE_S 1.0
#define GRACE_S    1.0

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

/* Workloads that speak to the host reach it as those of a container do, by a veth pair, where we
 * may make one: then words start the agent by the program that enters the other network. */
static int plan_network(struct local *local, const struct target_options *options, char **words,
                        struct error *e)
{
    struct target_facts *facts = &local->target.facts;
    char program[PATH_MAX];
    size_t used = 0;
    int number = LOCAL_NO_NETWORK;
    if (options->network_of) {
        static const char *const places[] = {"/usr/bin/nsenter", "/bin/nsenter", NULL};
        const char *nsenter = executable_first(places);
        if (!nsenter)
            return error_set(e, ERROR_SYSTEM,
                             "nsenter, which starts what loads servers in a guest's network, is "
                             "missing: install util-linux");
        snprintf(facts->network, sizeof facts->network, "that of process %d",
                 (int)options->network_of);
        words[used++] = xstrdup(nsenter);
        words[used++] = xstrdup("--preserve-credentials");
        words[used++] = xstrdup("--user");
        words[used++] = xstrdup("--net");
        words[used++] = xasprintf("--target=%d", (int)options->network_of);
        words[used++] = xstrdup("--");
        words[used++] = xstrdup(options->agent_path);
        return 0;
    }
    if (options->network && !options->loopback && !options->wire && rights_for_container() &&
        local_find_program(PROGRAM, options->agent_path, program, sizeof program) &&
        (number = local_network(local, e)) < 0)
        return -1;
    if (number == LOCAL_NO_NETWORK) {
        snprintf(facts->network, sizeof facts->network, "%s",
                 options->wire ? "the host's own interfaces" : "loopback");
        snprintf(facts->path, sizeof facts->path, "%s", options->wire ? "wire" : "loopback");
        facts->in_host = true;
        snprintf(facts->address, sizeof facts->address, "127.0.0.1");
        words[used++] = xstrdup(options->agent_path);
        if (options->scratch) {
            words[used++] = xstrdup("--scratch");
            words[used++] = xstrdup(options->scratch);
        }
        return 0;
    }
    words[used++] = xstrdup(program);
    words[used++] = xstrdup("how=network");
    words[used++] = xstrdup("name=native");
    words[used++] = xasprintf("directory=%s", ledger_directory(local->ledger));
    words[used++] = xasprintf("agent=%s", options->agent_path);
    words[used++] = xasprintf("network=%d", number);
    if (options->scratch)
        words[used++] = xasprintf("scratch=%s", options->scratch);
    return 0;
}

static struct target *start(const struct target_kind *kind, const struct target_options *options,
                            struct ledger *ledger, struct error *e)
{
    double from = clock_now_s();
    struct local *local = xcalloc(1, sizeof *local);
    char name[64], *words[9] = {NULL};
    bool failed = local_init(local, kind, options, ledger, name, sizeof name, e) < 0 ||
                  (local->cgroup && cgroup_nest(local->cgroup, e) < 0) ||
                  plan_network(local, options, words, e) < 0 ||
                  local_launch(local, options, (const char *const *)words, -1, PATIENCE_S, e) < 0;
    for (size_t i = 0; words[i]; i++)
        free(words[i]);
    if (failed) {
        stop(&local->target);
        return NULL;
    }
    struct target_facts *facts = &local->target.facts;
    snprintf(facts->how, sizeof facts->how, "process");
    facts->start_s = clock_now_s() - from;
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

const struct target_kind target_peer = {
    .id = "peer",
    .title = "peer",
    .what = "the host as the other end of a target's servers; measured by nobody",
    .only_by_name = true,
    .probe = probe,
    .start = start,
    .last_words = local_last_words,
    .stop = stop,
};
