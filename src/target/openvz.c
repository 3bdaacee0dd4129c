/* Operating-system-level virtualization by OpenVZ: a container that exists and runs, openvz:CTID,
 * or one that is made of the default template and destroyed afterwards, openvz. Commands reach it
 * by vzctl's exec2 (reach.h); vzctl.h has the rest of what is asked of vzctl.
 *
 * No word of vzctl is believed alone: a container runs when a command in it has said so, and holds
 * the processors that the command may use. Its pump writes to the guest without looking whether
 * the guest does, so neither side may have more than a pipe, 64 KiB, unread while the other one
 * writes: what is sent to an agent is a line, and the agent's own bytes go to a shell that prints
 * nothing meanwhile. */
#include "config.h"

#include "clock.h"
#include "stats.h"
#include "target/openvz_stats.h"
#include "target/reach.h"
#include "target/reached.h"
#include "target/vzctl.h"
#include "text.h"
#include "xalloc.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAKE_S   300.0 /* each step: a template may be large and a disk slow */
#define ANSWER_S 20.0  /* for one command in it */
#define NAMES    8
#define CPUS_MAX 1024

struct openvz {
    struct reached reached;
    int interrupt;              /* as of struct target_waiter */
    char guest[VZCTL_NAME_MAX]; /* as vzctl knows it */
    struct openvz_stats stats;
};

static int is_running(const char *guest, struct vzctl_status *is, char *remedy, size_t size,
                      struct error *e)
{
    remedy[0] = '\0';
    if (vzctl_status(guest, is, e) < 0)
        return -1;
    if (is->running)
        return 0;
    if (!is->exists) {
        snprintf(remedy, size, "vzlist -a lists those that there are");
        return error_set(e, ERROR_USAGE, "there is no container %s of OpenVZ", guest);
    }
    snprintf(remedy, size, "vzctl %s %s", is->suspended ? "resume" : "start", guest);
    return error_set(e, ERROR_SYSTEM, "the container %s is %s", guest,
                     is->suspended ? "suspended" : "down");
}

static void probe(const struct target_kind *kind, const struct target_options *options,
                  struct target_probe *out)
{
    (void)options;
    struct error e = {.kind = ERROR_NONE};
    struct vzctl_status is;
    memset(out, 0, sizeof *out);
    snprintf(out->how, sizeof out->how, "none");
    out->use = TARGET_UNUSABLE;
    /* The way without a guest: is what it needs here? */
    if (vzctl_look(!kind->way, out->how, sizeof out->how, out->remedy, sizeof out->remedy, &e) <
            0 ||
        (kind->where && is_running(kind->where, &is, out->remedy, sizeof out->remedy, &e) < 0)) {
        snprintf(out->reason, sizeof out->reason, "%.255s", e.text);
        return;
    }
    out->limits = !kind->way;
    out->use = out->limits ? TARGET_USABLE : TARGET_LIMITED;
    if (!out->limits)
        snprintf(out->reason, sizeof out->reason, "the container's limits are its own");
}

/* --- starting ----------------------------------------------------------------------------------
 */

/* "0-2,5": the kernel's own way of writing it, so that what is in force can be compared. */
static void list_cpus(const struct target_options *o, char *out, size_t size)
{
    bool wanted[CPUS_MAX + 1] = {false};
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < o->cpu_count; i++)
        if (o->cpus[i] >= 0 && o->cpus[i] < CPUS_MAX)
            wanted[o->cpus[i]] = true;
    for (int from = 0; from < CPUS_MAX; from++) {
        int to = from;
        while (wanted[from] && wanted[to + 1])
            to++;
        if (!wanted[from] || used >= size)
            continue;
        used += (size_t)snprintf(out + used, size - used, to > from ? "%s%d-%d" : "%s%d",
                                 used ? "," : "", from, to);
        from = to;
    }
}

static void say(const struct target_options *o, const char *stage)
{
    if (o->waiter && o->waiter->stage)
        o->waiter->stage(o->waiter->context, stage);
}

static int make(struct openvz *o, const char *name, const struct vzctl_limits *limits,
                const struct target_options *options, struct error *e)
{
    struct ledger *ledger = o->reached.local.ledger;
    struct vzctl_caller caller = {MAKE_S, o->interrupt, ledger, options->cpus, options->cpu_count};
    say(options, "making a container of the default template");
    for (int i = 0; i < NAMES; i++) {
        bool taken;
        if (vzctl_invent(name, o->guest, e) < 0 ||
            ledger_add(ledger, LEDGER_OPENVZ, o->guest, e) < 0)
            return -1;
        if (vzctl_make(o->guest, limits, caller, &taken, e) == 0)
            return 0;
        if (!taken)
            return -1;
        ledger_forget(ledger, LEDGER_OPENVZ, o->guest); /* somebody was faster, and it is theirs */
    }
    return -1;
}

/* Does a command run in it, on which processors? One of ours that is not held to those that it was
 * given is an error. */
static int prove(const struct openvz *o, const struct target_options *options, const char *cpus,
                 bool made, char *in_force, size_t size, struct error *e)
{
    struct error why = {.kind = ERROR_NONE};
    if (vzctl_prove(o->guest,
                    (struct vzctl_caller){ANSWER_S, o->interrupt, o->reached.local.ledger,
                                          options->cpus, options->cpu_count},
                    in_force, size, &why) < 0)
        return why.kind == ERROR_INTERRUPTED
                   ? error_set(e, why.kind, "%s", why.text)
                   : error_set(e, ERROR_GUEST, "no init runs in the container %s: %s", o->guest,
                               why.text);
    if (!made || strcmp(in_force, cpus) == 0)
        return 0;
    return error_set(
        e, ERROR_SYSTEM,
        "the container %s was given the processors %s and has %s: this kernel does not "
        "hold it to them",
        o->guest, cpus, in_force);
}

static void describe(struct openvz *o, const char *how, const char *cpus, const char *in_force,
                     bool made, const struct target_options *options)
{
    struct target_facts *facts = &o->reached.local.target.facts;
    char memory[48] = "memory its own";
    if (made && options->memory_bytes)
        snprintf(memory, sizeof memory, "memory %" PRIu64 " MiB asked for",
                 options->memory_bytes >> 20);
    else if (made)
        snprintf(memory, sizeof memory, "memory not limited");
    snprintf(facts->limits, sizeof facts->limits, "cpus %.24s, %s (vzctl)", in_force, memory);
    snprintf(facts->how, sizeof facts->how, "%s", how);
    snprintf(facts->network, sizeof facts->network, "%s",
             made ? "none: loopback inside only" : "the container's own");
    facts->limited = made;
    if (strcmp(in_force, cpus) == 0)
        facts->flags &= ~(uint32_t)FLAG_PLACEMENT;
}

static int set_up(struct openvz *o, const char *name, const struct target_options *options,
                  struct error *e)
{
    const struct target_kind *kind = o->reached.local.target.kind;
    bool made = !kind->way;
    char how[64], cpus[64], in_force[64], remedy[256];
    struct vzctl_status is;
    const struct vzctl_limits limits = {cpus, options->memory_bytes};
    struct target_kind guest = reach_kind(reach_find(target_openvz.id));
    guest.where = o->guest;
    o->interrupt = options->waiter ? options->waiter->interrupt_fd : -1;
    list_cpus(options, cpus, sizeof cpus);
    if (vzctl_look(made, how, sizeof how, remedy, sizeof remedy, e) < 0)
        return -1;
    if (!made) {
        struct error why;
        if (!text_copy(o->guest, sizeof o->guest, kind->where))
            return error_set(e, ERROR_USAGE, "%.40s... is no name of a container", kind->where);
        if (is_running(o->guest, &is, remedy, sizeof remedy, &why) < 0)
            return error_set(e, why.kind, "%s%s%s", why.text, remedy[0] ? ": " : "", remedy);
    } else if (make(o, name, &limits, options, e) < 0) {
        return -1;
    }
    say(options, "waiting for its init");
    if (prove(o, options, cpus, made, in_force, sizeof in_force, e) < 0 ||
        vzctl_status(o->guest, &is, e) < 0)
        return -1;
    openvz_stats_init(&o->stats, "", is.id);
    if (reached_enter(&o->reached, &guest, options, e) < 0)
        return -1;
    describe(o, how, cpus, in_force, made, options);
    return 0;
}

static void stop(struct target *t)
{
    reached_end((struct reached *)t);
    free(t);
}

static struct target *start(const struct target_kind *kind, const struct target_options *options,
                            struct ledger *ledger, struct error *e)
{
    double from = clock_now_s();
    char name[64];
    struct openvz *o = xcalloc(1, sizeof *o);
    struct target *t = &o->reached.local.target;
    if (reached_init(&o->reached, kind, options, ledger, name, sizeof name, e) < 0 ||
        set_up(o, name, options, e) < 0) {
        stop(t);
        return NULL;
    }
    t->facts.start_s = clock_now_s() - from;
    return t;
}

static void counters(struct target *t, struct counters *out)
{
    openvz_stats_count(&((struct openvz *)t)->stats, out);
}

/* vzctl's code may be the agent's own: only the container itself tells them apart. */
static void last_words(struct target *t, char *out, size_t size)
{
    struct openvz *o = (struct openvz *)t;
    struct vzctl_status is;
    struct error e;
    local_last_words(t, out, size);
    if (vzctl_status(o->guest, &is, &e) == 0 && !is.running) {
        size_t n = strlen(out);
        snprintf(out + n, size - n, "%sthe container %s is %s", n ? "; " : "", o->guest,
                 is.exists ? "down" : "gone");
    }
}

const struct target_kind target_openvz = {
    .id = "openvz",
    .title = "OpenVZ",
    .what = "a container of the default template by vzctl, destroyed afterwards",
    .start_s = 5,
    .probe = probe,
    .start = start,
    .counters = counters,
    .last_words = last_words,
    .stop = stop,
};
