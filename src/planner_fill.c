/* What the planner asks this machine: what works here, and what a plan takes. */
#include <config.h>

#include "planner.h"

#include "doctor.h"
#include "scratch.h"
#include "setup.h"
#include "target/reach.h"
#include "text.h"
#include "xalloc.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AGENT_PATH 4096

/* What works here */

/* How long guests that have to be reached may take together. One that takes longer is no worse for
 * that: it may be marked. */
#define PATIENCE_S 1.5

/* The words that targets are marked by, and what they are. */
struct candidates {
    size_t count;
    char words[PLANNER_TARGETS_MAX][TARGET_ID_MAX];
    const struct target_kind *kinds[PLANNER_TARGETS_MAX]; /* to be freed by reach_free() */
    struct target_probe probes[PLANNER_TARGETS_MAX];
};

static void add_candidate(struct candidates *c, const char *word, const struct target_kind *kind)
{
    bool there = !kind || c->count == PLANNER_TARGETS_MAX;
    for (size_t i = 0; i < c->count; i++)
        there |= strcmp(c->words[i], word) == 0;
    if (there) {
        reach_free(kind);
        return;
    }
    text_copy(c->words[c->count], TARGET_ID_MAX, word);
    c->kinds[c->count++] = kind;
}

static void show_candidate(struct planner *p, const char *word, const struct target_kind *k,
                           const struct target_probe *probe)
{
    struct planner_choice *c = &p->targets[p->target_count++];
    text_copy(c->id, sizeof c->id, word);
    c->kind = target_kind_name(k);
    c->can = probe->use != TARGET_UNUSABLE || probe->silent;
    c->emulated = probe->emulated;
    text_clean(c->note, sizeof c->note,
               probe->silent ? "no answer yet"
               : c->can      ? probe->how
                             : probe->reason);
    text_clean(c->reason, sizeof c->reason, probe->reason);
    text_clean(c->remedy, sizeof c->remedy, probe->remedy);
    if (!p->looked)
        c->marked = p->on ? text_in_list(p->on, word) : !c->emulated && !k->only_by_name && !k->way;
    c->marked = c == p->targets || (c->marked && c->can);
}

/* Kinds, names of vmtax.conf, and what the command line asks for. */
static void look_at_targets(struct planner *p, const struct target_options *o)
{
    struct candidates *c = xcalloc(1, sizeof *c);
    struct error e;
    for (const struct target_kind *const *k = target_kinds; *k; k++)
        add_candidate(c, (*k)->id, *k);
    for (size_t i = 0; i < p->options.target_count; i++) {
        const char *name = p->options.targets[i].name;
        add_candidate(c, name, setup_target(&p->options, name, &e));
    }
    for (const char *at = p->on; at && *at; at += *at == ',') {
        char word[TARGET_ID_MAX];
        size_t length = strcspn(at, ",");
        text_clean_n(word, sizeof word, at, length);
        add_candidate(c, word, setup_target(&p->options, word, &e));
        at += length;
    }
    reach_try(c->kinds, c->count, o, PATIENCE_S, c->probes);
    p->target_count = 0;
    for (size_t i = 0; i < c->count; i++) {
        show_candidate(p, c->words[i], c->kinds[i], &c->probes[i]);
        reach_free(c->kinds[i]);
    }
    free(c);
}

/* Does the subsystem have any workload of a profile beside those of this family? */
static bool has_others(enum subsystem s, const char *id)
{
    size_t length = strlen(id);
    for (const struct workload *w = workload_next(NULL); w; w = workload_next(w))
        if (w->subsystem == s && (w->profiles || w->points) &&
            (strncmp(w->id, id, length) != 0 || (w->id[length] && w->id[length] != '.')))
            return true;
    return false;
}

static void lacks(struct planner *p, const struct finding *f)
{
    const struct workload *w = workload_find(f->lacks);
    if (!w)
        return;
    struct planner_choice *c = &p->work[w->subsystem];
    c->can = c->can && has_others(w->subsystem, w->id);
    text_copy(c->reason, sizeof c->reason, f->text);
    text_copy(c->remedy, sizeof c->remedy, f->remedy);
    snprintf(c->note, sizeof c->note, "no %s", w->id);
}

static void look_at_work(struct planner *p, const struct target_options *o)
{
    static const char *const asked[] = {"openblas", "compile", "web", "database", "java"};
    bool first = !p->looked;
    for (size_t s = 0; s < SUBSYSTEM_COUNT; s++) {
        struct planner_choice *c = &p->work[s];
        text_copy(c->id, sizeof c->id, subsystems[s].id);
        c->can = true;
        c->note[0] = c->reason[0] = c->remedy[0] = '\0';
    }
    for (const struct doctor_check *d = doctor_checks; d->id; d++)
        for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
            struct finding f = {0};
            if (strcmp(asked[i], d->id) != 0)
                continue;
            d->look(o, &f);
            if (f.lacks)
                lacks(p, &f);
        }
    struct planner_choice *exits = &p->work[SUBSYSTEM_EXITS];
    if (access("/dev/kvm", R_OK | W_OK) < 0) {
        exits->can = false;
        snprintf(exits->note, sizeof exits->note, "no /dev/kvm");
        snprintf(exits->reason, sizeof exits->reason,
                 "exits are measured on /dev/kvm, which cannot be opened here");
        snprintf(exits->remedy, sizeof exits->remedy, "modprobe kvm, or join the group kvm");
    }
    for (size_t s = 0; s < SUBSYSTEM_COUNT; s++) {
        struct planner_choice *c = &p->work[s];
        c->marked = c->can && (first ? s != SUBSYSTEM_EXITS : c->marked);
    }
}

void planner_look(struct planner *p, const struct target_options *cpus)
{
    struct target_options o = *cpus;
    char agent[AGENT_PATH];
    struct error e;
    o.memory_bytes = p->options.memory ? p->options.memory : SETUP_DEFAULT_MEMORY;
    o.limits = true;
    o.scratch = p->options.scratch;
    o.tree = p->options.tree;
    o.machine = setup_machine(&p->options);
    o.agent_path = setup_agent(agent, sizeof agent, &e) < 0 ? "" : agent;
    look_at_targets(p, &o);
    look_at_work(p, &o);
    p->looked = true;
    planner_count(p, cpus);
}

/* Adding up */

static void note(struct planner *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void note(struct planner *p, const char *format, ...)
{
    char text[2 * PLANNER_TEXT];
    va_list args;
    if (p->note_count == PLANNER_NOTES_MAX)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    text_clean(p->notes[p->note_count++], PLANNER_TEXT, text);
}

/* "container,kvm"; "native" if nothing else is marked. Cut if it does not fit, which setup then
 * refuses. */
static void on_text(const struct planner *p, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < p->target_count; i++)
        if (p->targets[i].marked && used < size)
            used += (size_t)snprintf(out + used, size - used, "%s%s", used ? "," : "",
                                     p->targets[i].id);
}

static int make_plan(struct planner *p, const struct target_options *cpus, const char *const *words,
                     size_t count, struct plan *plan, char *agent, size_t size, struct error *e)
{
    char on[PLANNER_TARGETS_MAX * (TARGET_ID_MAX + 1)];
    struct options o;
    option_borrow(&o, &p->options);
    on_text(p, on, sizeof on);
    o.on = on;
    plan->options = *cpus;
    int rc = setup_plan(plan, &o, PROFILE_STANDARD, words, count, agent, size, e);
    option_release(&o);
    return rc;
}

int planner_plan(struct planner *p, const struct target_options *cpus, struct plan *plan,
                 char *agent, size_t size, struct error *e)
{
    const char *words[SUBSYSTEM_COUNT];
    size_t count = 0;
    for (size_t s = 0; s < SUBSYSTEM_COUNT; s++)
        if (p->work[s].marked)
            words[count++] = p->work[s].id;
    if (count == 0)
        return error_set(e, ERROR_USAGE,
                         "no workload is marked: mark a subsystem with the space bar");
    return make_plan(p, cpus, words, count, plan, agent, size, e);
}

/* What the rows of each subsystem take, marked or not. */
static void count_work(struct planner *p, const struct plan *like)
{
    for (size_t s = 0; s < SUBSYSTEM_COUNT; s++) {
        struct planner_choice *c = &p->work[s];
        struct plan plan;
        struct error e;
        plan_copy(&plan, like);
        plan.row_count = 0;
        c->rows = 0;
        c->seconds = 0;
        if (plan_add(&plan, c->id, &e) == 0) {
            c->rows = plan.row_count;
            for (size_t i = 0; i < plan.row_count; i++)
                c->seconds += plan.blocks * plan_block_seconds(&plan, &plan.rows[i]);
        }
        plan_release(&plan);
    }
}

static void note_disk(struct planner *p, const struct plan *plan)
{
    uint64_t bytes, left;
    char size[32], all[32], room[32] = "";
    if (!plan_scratch(plan, &bytes))
        return;
    const char *where = p->options.scratch ? p->options.scratch : "/var/tmp";
    uint64_t total = plan_scratch_total(plan, bytes);
    bool known = scratch_room(where, &left);
    if (known)
        text_bytes(room, sizeof room, left);
    note(p, "rows take up to %s on each target, %s in all below %s%s%s%s%s, and give it back",
         text_bytes(size, sizeof size, bytes), text_bytes(all, sizeof all, total), where,
         known ? " (free: " : "", room, known && left < total ? ", too little" : "",
         known ? ")" : "");
}

static void note_targets(struct planner *p)
{
    for (size_t i = 0; i < p->target_count; i++) {
        const struct planner_choice *c = &p->targets[i];
        if (c->marked && c->emulated)
            note(p, "%s would be emulated: its figures are shown, and never judged", c->id);
        else if (c->marked && c->reason[0])
            note(p, "%s: %s%s%s", c->id, c->reason, c->remedy[0] ? " -> " : "", c->remedy);
    }
    if (geteuid() != 0)
        note(p, "not root: what needs its rights is left out, and said of each target");
}

void planner_count(struct planner *p, const struct target_options *cpus)
{
    struct plan plan;
    struct error e;
    char agent[AGENT_PATH];
    p->note_count = 0;
    p->problem[0] = '\0';
    p->rows = p->marked_targets = p->marked_work = 0;
    for (size_t i = 0; i < p->target_count; i++)
        p->marked_targets += p->targets[i].marked;
    for (size_t s = 0; s < SUBSYSTEM_COUNT; s++)
        p->marked_work += p->work[s].marked;
    plan_init(&plan);
    if (planner_plan(p, cpus, &plan, agent, sizeof agent, &e) < 0)
        text_clean(p->problem, sizeof p->problem, e.text);
    if (p->marked_work == 0) { /* what each would take is shown all the same */
        static const char *const all[] = {"all"};
        make_plan(p, cpus, all, 1, &plan, agent, sizeof agent, &e);
    }
    count_work(p, &plan);
    p->rows = p->marked_work ? plan.row_count : 0;
    p->blocks = plan.blocks;
    p->budget_s = plan.budget_s;
    p->start_s = plan_start_seconds(&plan);
    p->seconds = p->problem[0] ? NAN : plan_seconds(&plan);
    if (p->marked_work)
        note_disk(p, &plan);
    note_targets(p);
    if (plan.left_out[0])
        note(p, "%s", plan.left_out);
    plan_release(&plan);
}
