#include "config.h"

#include "target/kinds.h"
#include "target/network.h"
#include "target/payload.h"

#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NETWORK_TRIES 64
/* Streams end a little before the process that had them. */
#define LAST_WORDS_S 1.0
#define TERMINATE_S  2.0 /* who was asked to end may still clean up */

bool local_find_program(const char *name, const char *agent, char *out, size_t size)
{
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    self[n > 0 ? n : 0] = '\0';
    const char *const beside[] = {agent ? agent : "", self, VMTAX_LIBEXECDIR "/."};
    for (size_t i = 0; i < sizeof beside / sizeof beside[0]; i++) {
        if (strchr(beside[i], '/') && payload_find(beside[i], name, out, size))
            return true;
    }
    return false;
}

static void close_streams(struct target *t)
{
    if (t->to_agent >= 0)
        close(t->to_agent);
    if (t->from_agent >= 0 && t->from_agent != t->to_agent)
        close(t->from_agent);
    t->to_agent = t->from_agent = -1;
}

static void describe_limits(struct local *local, const struct target_options *o)
{
    struct target_facts *facts = &local->target.facts;
    facts->limited = local->cgroup != NULL;
    if (local->cgroup)
        cgroup_describe(local->cgroup, facts->limits, sizeof facts->limits);
    else
        snprintf(facts->limits, sizeof facts->limits, "%zu cpu%s by affinity, memory not limited",
                 o->cpu_count, o->cpu_count == 1 ? "" : "s");
}

int local_init(struct local *local, const struct target_kind *kind,
               const struct target_options *options, struct ledger *ledger, char *name,
               size_t name_size, struct error *e)
{
    local->target.kind = kind;
    local->target.to_agent = local->target.from_agent = -1;
    local->ledger = ledger_branch(ledger);
    /* "/run/vmtax/run-123-abcdef:1" has all that makes a name unique. */
    const char *label = ledger_label(local->ledger);
    const char *last = strrchr(label, '/');
    last = last ? strchr(last, '-') : NULL;
    snprintf(name, name_size, "vmtax%s", last ? last : "");
    char *colon = strrchr(name, ':');
    if (colon)
        *colon = '.';
    if (options->cpu_count == 0 || options->cpu_count > TARGET_CPUS_MAX)
        return error_set(e, ERROR_USAGE, "%s needs between 1 and %d processors, not %zu", kind->id,
                         TARGET_CPUS_MAX, options->cpu_count);
    if (options->limits) {
        local->cgroup = cgroup_new(name, options, local->ledger, e);
        if (!local->cgroup)
            return -1;
    }
    describe_limits(local, options);
    return 0;
}

int local_make_network(struct local *local, local_network_maker make, struct network_pair *pair,
                       struct error *e)
{
    struct target_facts *facts = &local->target.facts;
    /* Any number will do; these two make it unlikely that two programs want the same one. */
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    unsigned number = (unsigned)getpid() * 8 + (unsigned)(t.tv_nsec >> 10) % 8;
    for (int i = 0; i < NETWORK_TRIES; i++, number++) {
        int cause;
        if (!network_plan(number, pair) || if_nametoindex(pair->host))
            continue;
        if (ledger_add(local->ledger, LEDGER_LINK, pair->host, e) < 0)
            return -1;
        if (make(pair, &cause, e) == 0) {
            snprintf(facts->network, sizeof facts->network, "%s %s - %s", facts->path,
                     pair->host_address, pair->guest_address);
            snprintf(facts->address, sizeof facts->address, "%s", pair->guest_address);
            return (int)(number % LOCAL_NO_NETWORK);
        }
        ledger_forget(local->ledger, LEDGER_LINK, pair->host); /* it is another's */
        if (cause == EPERM || cause == EOPNOTSUPP) {
            snprintf(facts->network, sizeof facts->network, "none: %.40s, loopback inside only",
                     strerror(cause));
            return LOCAL_NO_NETWORK;
        }
        if (cause != EEXIST)
            return -1;
    }
    return error_set(e, ERROR_SYSTEM, "no free addresses for the network of %s in 10.213/16",
                     local->target.kind->id);
}

int local_network(struct local *local, struct error *e)
{
    struct network_pair pair;
    snprintf(local->target.facts.path, sizeof local->target.facts.path, "veth");
    int number = local_make_network(local, network_make, &pair, e);
    if (number == LOCAL_NO_NETWORK)
        local->target.facts.path[0] = '\0';
    return number;
}

int local_launch(struct local *local, const struct target_options *options, const char *const *argv,
                 int pass_fd, double patience_s, struct error *e)
{
    struct spawn_options how = {.argv = argv,
                                .cpus = options->cpus,
                                .cpu_count = options->cpu_count,
                                .cgroup = local->cgroup,
                                .ledger = local->ledger,
                                .scratch = options->scratch,
                                .pass_fd = pass_fd,
                                .telling = local->telling};
    local->child = spawn_new(&how, e);
    if (!local->child)
        return -1;
    struct target *t = &local->target;
    spawn_take_streams(local->child, &t->to_agent, &t->from_agent);
    if (patience_s <= 0 || spawn_wait_readable(local->child, t->from_agent, patience_s) != 0)
        return 0;
    char words[300];
    spawn_last_words(local->child, words, sizeof words);
    return error_set(e, ERROR_GUEST, "the agent in %s %s", t->kind->id, words);
}

void local_end_process(struct local *local, double grace_s)
{
    close_streams(&local->target);
    if (!local->child)
        return;
    if (!spawn_wait_end(local->child, grace_s)) {
        spawn_terminate(local->child);
        spawn_wait_end(local->child, TERMINATE_S);
    }
    spawn_free(local->child);
    local->child = NULL;
}

void local_release(struct local *local, double grace_s)
{
    local_end_process(local, grace_s);
    cgroup_free(local->cgroup);
    local->cgroup = NULL;
    ledger_close(local->ledger);
    local->ledger = NULL;
}

void local_counters(struct target *t, struct counters *out)
{
    struct local *local = (struct local *)t;
    cgroup_counters(local->cgroup, out);
}

void local_last_words(struct target *t, char *out, size_t size)
{
    struct local *local = (struct local *)t;
    *out = '\0';
    if (!local->child)
        return;
    spawn_wait_end(local->child, LAST_WORDS_S);
    spawn_last_words(local->child, out, size);
}
