#include <config.h>

#include "setup.h"

#include "host.h"
#include "scratch.h"
#include "spec.h"
#include "target/boot_files.h"
#include "target/kinds.h"
#include "target/reach.h"
#include "text.h"
#include "tree.h"
#include "workloads/spec/suite.h"
#include "xalloc.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A quick look is over in two minutes. Its first stage needs about two thirds of that with slots of
 * half the usual length, a third of them for database and Java; the rest is for a second look at
 * the rows that deserve it. */
#define QUICK_BUDGET_S   120
#define QUICK_SLOT_SCALE 0.5

int setup_agent(char *path, size_t size, struct error *e)
{
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n > 0) {
        self[n] = '\0';
        char *slash = strrchr(self, '/');
        if (slash) {
            *slash = '\0';
            int used = snprintf(path, size, "%s/vmtax-agent", self);
            if (used > 0 && (size_t)used < size && access(path, X_OK) == 0)
                return 0;
        }
    }
    if (text_copy(path, size, VMTAX_LIBEXECDIR "/vmtax-agent") && access(path, X_OK) == 0)
        return 0;
    return error_set(e, ERROR_SYSTEM,
                     "the agent is missing: neither beside vmtax nor at %s/vmtax-agent; build and "
                     "install vmtax completely",
                     VMTAX_LIBEXECDIR);
}

static void take_cpus(struct target_options *t, const int *all, size_t n, uint64_t wanted)
{
    size_t take = wanted ? (size_t)wanted : 2;
    if (take > n)
        take = n;
    /* The last ones: the first processor serves most interrupts, and vmtax itself lives on what is
     * left. */
    t->cpu_count = take;
    t->host_cpus = n;
    memcpy(t->cpus, all + (n - take), take * sizeof *all);
}

void setup_cpus(struct target_options *t, uint64_t wanted)
{
    int all[TARGET_CPUS_MAX];
    take_cpus(t, all, host_cpus(all, TARGET_CPUS_MAX), wanted);
}

void setup_take_cpus(struct target_options *t, const struct target_options *all, uint64_t wanted)
{
    *t = (struct target_options){0};
    take_cpus(t, all->cpus, all->cpu_count, wanted);
}

/* All threads that there are: those that look at the host and that record began earlier. One that
 * ends meanwhile, or begins, is where it was, or where the one that made it is. */
static void move_threads(const cpu_set_t *set)
{
    DIR *tasks = opendir("/proc/self/task");
    for (const struct dirent *t; tasks && (t = readdir(tasks));) {
        pid_t tid = (pid_t)strtol(t->d_name, NULL, 10);
        if (tid > 0)
            sched_setaffinity(tid, sizeof *set, set);
    }
    if (tasks)
        closedir(tasks);
    else
        sched_setaffinity(0, sizeof *set, set);
}

void setup_step_aside(const struct target_options *t, const struct target_options *all)
{
    int here[TARGET_CPUS_MAX];
    const int *from = all ? all->cpus : here;
    size_t n = all ? all->cpu_count : host_cpus(here, TARGET_CPUS_MAX);
    cpu_set_t set;
    CPU_ZERO(&set);
    for (size_t i = 0; i < n; i++) {
        bool measured = false;
        for (size_t k = 0; k < t->cpu_count; k++)
            measured |= t->cpus[k] == from[i];
        if (!measured && from[i] < CPU_SETSIZE)
            CPU_SET(from[i], &set);
    }
    /* All are measured: at least not the one that most rows use alone. */
    if (CPU_COUNT(&set) == 0 && t->cpu_count > 1)
        for (size_t k = 1; k < t->cpu_count; k++)
            if (t->cpus[k] < CPU_SETSIZE)
                CPU_SET(t->cpus[k], &set);
    if (CPU_COUNT(&set) > 0)
        move_threads(&set);
}

struct machine_options setup_machine(const struct options *o)
{
    return (struct machine_options){.accel = o->accel,
                                    .machine = o->machine,
                                    .devices = o->devices,
                                    .cache = o->disk_cache,
                                    .kernel = o->kernel,
                                    .append = o->append,
                                    .qemu = o->qemu};
}

/* Of "WAY:GUEST" the way is looked for, and the guest kept. "": nothing is near. */
static void nearest_target(const char *word, const char *const *names, char *out, size_t size)
{
    char way[TARGET_ID_MAX], guest[TARGET_ID_MAX];
    size_t length = strcspn(word, ":");
    snprintf(way, sizeof way, "%.*s", (int)(length < sizeof way ? length : sizeof way - 1), word);
    text_clean(guest, sizeof guest, word + length);
    const char *near = text_nearest(way, names);
    bool fits = near && (guest[0] == '\0' || reach_find(near));
    snprintf(out, size, "%s%s", fits ? near : "", fits ? guest : "");
}

static int unknown_target(const struct options *o, const char *word, struct error *e)
{
    const char *names[128];
    size_t n = 0;
    for (const struct target_kind *const *k = target_kinds; *k && n < 32; k++)
        names[n++] = (*k)->id;
    for (const struct reach *way = reach_ways; way->id && n < 64; way++)
        names[n++] = way->id;
    for (size_t i = 0; i < o->target_count && n < 127; i++)
        names[n++] = o->targets[i].name;
    names[n] = NULL;
    char clean[64], near[128];
    text_clean(clean, sizeof clean, word);
    nearest_target(word, names, near, sizeof near);
    return error_set(e, ERROR_USAGE,
                     "there is no target \"%s\"%s%s%s `vmtax list targets` names them all", clean,
                     near[0] ? "; did you mean \"" : ";", near, near[0] ? "\"?" : "");
}

const struct target_kind *setup_target(const struct options *o, const char *word, struct error *e)
{
    const struct target_kind *kind = target_find(word);
    for (size_t i = 0; !kind && i < o->target_count; i++)
        if (strcmp(o->targets[i].name, word) == 0)
            return reach_new(word, o->targets[i].spec, e);
    if (!kind && reach_find(word))
        return reach_new(NULL, word, e);
    if (!kind)
        unknown_target(o, word, e);
    return kind;
}

void setup_try_named(const struct options *o, const struct target_options *t,
                     void (*tell)(void *context, const struct target_kind *kind,
                                  const struct target_probe *probe),
                     void *context)
{
    size_t room = o->target_count ? o->target_count : 1, count = 0;
    const struct target_kind **kinds = xcalloc(room, sizeof *kinds);
    struct target_probe *probes = xcalloc(room, sizeof *probes);
    struct error e;
    for (size_t i = 0; i < o->target_count; i++) {
        kinds[count] = setup_target(o, o->targets[i].name, &e);
        count += kinds[count] != NULL;
    }
    reach_try(kinds, count, t, REACH_PATIENCE_S, probes);
    for (size_t i = 0; i < count; i++) {
        tell(context, kinds[i], &probes[i]);
        reach_free(kinds[i]);
    }
    free(kinds);
    free(probes);
}

static int add_target(struct plan *p, const struct options *o, const char *word, struct error *e)
{
    for (size_t i = 0; i < p->target_count; i++)
        if (strcmp(p->targets[i]->id, word) == 0)
            return 0;
    if (p->target_count == TARGETS_MAX)
        return error_set(e, ERROR_USAGE, "at most %d targets can run together", TARGETS_MAX);
    const struct target_kind *kind = setup_target(o, word, e);
    if (!kind)
        return -1;
    p->targets[p->target_count++] = kind;
    return 0;
}

static int set_peer(struct plan *p, const struct options *o, struct error *e)
{
    p->options.loopback = o->loopback;
    p->options.wire = o->peer != NULL;
    if (!o->peer)
        return 0;
    p->peer = setup_target(o, o->peer, e);
    if (!p->peer) {
        error_prefix(e, "--peer");
        return option_blame(o, e);
    }
    if (!reach_by_wire(p->peer))
        return error_set(e, ERROR_USAGE,
                         "--peer %s: the peer is another machine, such as ssh:HOST, or a name that "
                         "vmtax.conf gives one; what ssh does not reach has no address to load "
                         "servers from; without --peer this machine loads them",
                         p->peer->id);
    if (o->loopback)
        return error_set(e, ERROR_USAGE,
                         "--peer %s does not reach native by --loopback: leave one of them out",
                         p->peer->id);
    return 0;
}

/* Named targets; without names every guest that works here. Native is always the first. */
static int add_targets(struct plan *p, const struct options *o, struct error *e)
{
    const char *on = o->on;
    p->targets[p->target_count++] = target_kinds[0];
    if (!on) {
        for (const struct target_kind *const *k = target_kinds + 1; *k; k++) {
            if ((*k)->only_by_name)
                continue;
            struct target_probe probe;
            memset(&probe, 0, sizeof probe);
            (*k)->probe(*k, &p->options, &probe);
            /* What is emulated is no hypervisor's: only who asks for it gets it. */
            if (probe.emulated && o->accel && strcmp(o->accel, "kvm") == 0)
                snprintf(p->left_out, sizeof p->left_out, "%s is left out: %.180s", (*k)->id,
                         probe.reason);
            else if (probe.emulated)
                snprintf(p->left_out, sizeof p->left_out,
                         "%s is left out, it would be emulated: %.180s. --on %s measures it all "
                         "the same",
                         (*k)->id, probe.reason, (*k)->id);
            else if (probe.use != TARGET_UNUSABLE && p->target_count < TARGETS_MAX)
                p->targets[p->target_count++] = *k;
        }
        return 0;
    }
    char word[TARGET_ID_MAX];
    /* An empty variable of a script must not quietly measure native alone. */
    if (on[strspn(on, ",")] == '\0')
        return error_set(e, ERROR_USAGE,
                         "--on names no target; `vmtax list targets` names them all");
    for (const char *at = on; *at;) {
        size_t length = strcspn(at, ",");
        if (length >= sizeof word)
            return error_set(e, ERROR_USAGE, "--on: a target's name is too long");
        memcpy(word, at, length);
        word[length] = '\0';
        if (length && add_target(p, o, word, e) < 0)
            return option_blame_row(o, "on", e);
        at += length + (at[length] == ',');
    }
    return 0;
}

static bool is_named(const struct options *o, const char *word)
{
    for (size_t i = 0; i < o->target_count; i++)
        if (strcmp(o->targets[i].name, word) == 0)
            return true;
    return target_find(word) != NULL;
}

/* On the command line a name that nothing has is a slip; vmtax.conf is for all runs, and may have a
 * list of those that are judged wherever they are measured. */
static int check_judge(const struct plan *p, const struct options *o, struct error *e)
{
    char source[PATH_MAX], word[TARGET_ID_MAX];
    const char *names[TARGETS_MAX + 1];
    option_source(o, option_find("judge", 5), source, sizeof source);
    if (!o->judge || strcmp(source, "--judge") != 0)
        return 0;
    for (size_t t = 0; t < p->target_count; t++)
        names[t] = p->targets[t]->id;
    names[p->target_count] = NULL;
    for (const char *at = o->judge; *at; at += *at == ',') {
        size_t length = strcspn(at, ","), t = 0;
        text_clean_n(word, sizeof word, at, length);
        at += length;
        while (t < p->target_count && strcmp(names[t], word) != 0)
            t++;
        if (t < p->target_count || !length || is_named(o, word))
            continue;
        const char *near = text_nearest(word, names);
        return error_set(
            e, ERROR_USAGE, "--judge %s: it is none of this run's targets, which --on names%s%s%s",
            word, near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    }
    return 0;
}

static enum profile profile_of(const char *name, enum profile otherwise)
{
    if (!name)
        return otherwise;
    return strcmp(name, "quick") == 0   ? PROFILE_QUICK
           : strcmp(name, "paper") == 0 ? PROFILE_PAPER
                                        : PROFILE_STANDARD;
}

/* Only rows that measure exits from a guest: they need KVM where they run. */
static bool only_exits(const struct plan *p)
{
    for (size_t i = 0; i < p->row_count; i++)
        if (!(p->rows[i].workload->needs & NEED_KVM))
            return false;
    return p->row_count > 0;
}

static bool has_target(const struct plan *p, const struct target_kind *kind)
{
    for (size_t t = 0; t < p->target_count; t++)
        if (p->targets[t] == kind)
            return true;
    return false;
}

/* A program or a kernel that was named and is none would show when everything else is measured. */
static int check_named_files(const struct plan *p, const struct target_kind *k, struct error *e)
{
    struct boot_files files;
    bool named = p->options.machine.qemu || p->options.machine.kernel;
    bool boots = k == &target_kvm || k == &target_tcg;
    return named && boots ? boot_files_find(&p->options, &files, e) : 0;
}

/* What would be emulated takes longer to start, and has no KVM to offer: that is found out here and
 * not by a boot, which may take a minute. */
static int look_at_machines(struct plan *p, struct error *e)
{
    for (size_t t = p->target_count; t-- > 1;) {
        const struct target_kind *k = p->targets[t];
        struct target_probe probe;
        memset(&probe, 0, sizeof probe);
        if (!(k->start_s > 0))
            continue;
        if (check_named_files(p, k, e) < 0)
            return -1;
        k->probe(k, &p->options, &probe);
        if (!probe.emulated || probe.use == TARGET_UNUSABLE)
            continue;
        if (only_exits(p))
            return error_set(e, ERROR_USAGE,
                             "%s measures nothing on %s, which would be emulated and has no "
                             "/dev/kvm inside: measure it on the machine itself, --on native",
                             p->rows[0].workload->id, k->id);
        if (k != &target_tcg && has_target(p, &target_tcg)) {
            snprintf(p->left_out, sizeof p->left_out,
                     "%s is left out: it would be the same as tcg, emulated, because %.200s", k->id,
                     probe.reason);
            memmove(&p->targets[t], &p->targets[t + 1],
                    (--p->target_count - t) * sizeof *p->targets);
            continue;
        }
        p->emulated = k;
        p->emulated_s += target_tcg.start_s - k->start_s;
    }
    return 0;
}

/* The host's files are the guests', but for these. */
static const char *own_directory(const char *path)
{
    static const char *const own[] = {"/tmp", "/run", "/dev"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strncmp(path, own[i], strlen(own[i])) == 0 && path[strlen(own[i])] == '/')
            return own[i];
    return NULL;
}

/* Rows of SPEC run the user's, and of its suites only those that are in it. */
static int look_at_spec(struct plan *p, struct error *e)
{
    struct spec spec;
    size_t kept = 0, wanted = 0;
    const char *named = NULL;
    for (size_t i = 0; i < p->row_count; i++)
        if (spec_suite_find(p->rows[i].workload->id)) {
            named = p->rows[i].workload->id;
            wanted++;
        }
    if (!named)
        return 0;
    if (!p->options.spec)
        return error_set(e, ERROR_USAGE,
                         "%s runs a SPEC CPU of your own: name its directory by --spec DIR", named);
    if (spec_find(p->options.spec, p->options.spec_config, &spec, e) < 0)
        return -1;
    for (size_t i = 0; i < p->row_count; i++) {
        const struct spec_suite *s = spec_suite_find(p->rows[i].workload->id);
        if (s && strcmp(s->product, spec.product) != 0)
            wanted--;
        else
            p->rows[kept++] = p->rows[i];
    }
    p->row_count = kept;
    if (!wanted)
        return error_set(e, ERROR_USAGE, "%s is not in %.200s, which is %s", named, spec.directory,
                         spec.product);
    const char *own = own_directory(spec.directory);
    if (p->target_count > 1 && own)
        return error_set(e, ERROR_USAGE,
                         "--spec %.200s: guests have a %s of their own: install SPEC elsewhere, or "
                         "measure --on native",
                         spec.directory, own);
    text_copy(p->spec, sizeof p->spec, spec.config);
    return 0;
}

/* More than the machine has; the value may be from a vmtax.conf of another one. */
static int check_size(const struct options *o, size_t cpus, struct error *e)
{
    char source[PATH_MAX];
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    uint64_t memory = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    if (o->cpus > cpus) {
        option_source(o, option_find("cpus", 4), source, sizeof source);
        if (online > (long)cpus)
            return error_set(e, ERROR_USAGE,
                             "%.300s %llu: vmtax may use %zu of the %ld processors of this machine",
                             source, (unsigned long long)o->cpus, cpus, online);
        return error_set(e, ERROR_USAGE, "%.300s %llu: this machine has %zu processor%s", source,
                         (unsigned long long)o->cpus, cpus, cpus == 1 ? "" : "s");
    }
    if (o->memory > memory)
        return error_set(e, ERROR_USAGE, "%.300s %lluM: this machine has %lluM",
                         option_source(o, option_find("memory", 6), source, sizeof source),
                         (unsigned long long)(o->memory >> 20), (unsigned long long)(memory >> 20));
    return 0;
}

static int fill(struct plan *p, const struct options *o, enum profile default_profile,
                const char *const *words, size_t word_count, char *agent, size_t size,
                struct error *e)
{
    p->profile = profile_of(o->profile, default_profile);
    p->two_stage = p->profile == PROFILE_QUICK && !o->blocks;
    p->blocks = p->two_stage ? 2 : o->blocks ? (uint32_t)o->blocks : 8;
    if (p->blocks % 2)
        return error_set(e, ERROR_USAGE,
                         "--blocks %u: an even number is wanted, because each block is followed "
                         "by its mirror",
                         p->blocks);
    if (o->seconds > 0)
        p->slot_s = o->seconds;
    if (o->budget > 0)
        p->budget_s = o->budget;
    else if (p->two_stage)
        p->budget_s = QUICK_BUDGET_S;
    if (p->two_stage)
        p->slot_scale = QUICK_SLOT_SCALE;
    if (!p->options.cpu_count)
        setup_cpus(&p->options, o->cpus);
    if (check_size(o, p->options.cpu_count, e) < 0)
        return -1;
    p->options.memory_bytes = o->memory ? o->memory : SETUP_DEFAULT_MEMORY;
    p->options.limits = true;
    p->options.scratch = o->scratch;
    if (set_peer(p, o, e) < 0)
        return -1;
    p->options.tree = o->tree;
    p->options.spec = o->spec;
    p->options.spec_config = o->spec_config;
    p->options.machine = setup_machine(o);
    p->options.judge = o->judge;
    if (o->scratch && scratch_check(o->scratch, e) < 0)
        return -1;
    if (o->tree && tree_check(o->tree, e) < 0)
        return -1;
    if (setup_agent(agent, size, e) < 0)
        return -1;
    p->options.agent_path = agent;
    if (add_targets(p, o, e) < 0 || check_judge(p, o, e) < 0)
        return -1;
    for (size_t i = 0; i < word_count; i++)
        if (plan_add(p, words[i], e) < 0)
            return -1;
    if (look_at_spec(p, e) < 0)
        return -1;
    if (o->on)
        return look_at_machines(p, e);
    /* Exits are the machine's: its guests measure their own only where somebody names them. */
    if (only_exits(p)) {
        p->left_out[0] = '\0';
        p->target_count = 1;
    }
    return 0;
}

void setup_expect(const struct plan *p, struct result *today)
{
    bool limits = !p->options.unlimited; /* as place_probe() grants them: to all or to nobody */
    for (size_t t = 0; t < p->target_count; t++) {
        const struct target_kind *kind = p->targets[t];
        struct target_probe probe = {.limits = false};
        struct result_target *to = &today->targets[today->target_count];
        if (!kind->way) {
            kind->probe(kind, &p->options, &probe);
            *to = (struct result_target){.cpus = p->options.cpu_count, .emulated = probe.emulated};
            text_copy(to->id, sizeof to->id, kind->id);
            text_copy(to->kind, sizeof to->kind, target_kind_name(kind));
            today->target_count++;
        }
        limits &= probe.limits;
    }
    for (size_t t = 0; t < today->target_count; t++)
        /* A machine is its own limit. */
        if (limits || target_find(today->targets[t].kind)->start_s > 0)
            today->targets[t].memory_mib = p->options.memory_bytes >> 20;
}

int setup_plan(struct plan *p, const struct options *o, enum profile default_profile,
               const char *const *words, size_t word_count, char *agent, size_t size,
               struct error *e)
{
    int rc = fill(p, o, default_profile, words, word_count, agent, size, e);
    return rc < 0 ? option_blame(o, e) : rc;
}

void setup_session(struct plan *p, double budget_s)
{
    p->two_stage = false;
    p->budget_s = budget_s > 0 ? budget_s : INFINITY;
}
