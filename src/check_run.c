#include "check_run.h"

#include "check.h"
#include "fingerprint.h"
#include "host.h"
#include "setup.h"
#include "sha256.h"
#include "stats.h"
#include "store.h"
#include "target/kinds.h"
#include "target/reach.h"
#include "text.h"
#include "xalloc.h"

#include <config.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is kept of the budget for the end: the last session's targets stop, the verdict is made. */
#define RESERVE 0.03
/* A session that has less than this of the time it was planned for is not begun. */
#define LEAST_SHARE 0.7

/* The guest of a baseline, as its newest session has it; NULL: it has none, or it was emulated. */
static const struct result_target *guest_of(const struct baseline *b, const char *id)
{
    for (size_t i = 0; i < b->count; i++) {
        size_t t = result_find_target(&b->sessions[i], id);
        if (t < b->sessions[i].target_count)
            return b->sessions[i].targets[t].emulated ? NULL : &b->sessions[i].targets[t];
    }
    return NULL;
}

static void add_on(struct check_plan *p, const char *id)
{
    size_t used = strlen(p->on);
    snprintf(p->on + used, sizeof p->on - used, "%s%s", used ? "," : "", id);
}

/* All targets of the newest session that can be measured now. */
static void take_targets(struct check_plan *p, const struct options *o, const struct baseline *b)
{
    const struct result *newest = &b->sessions[0];
    struct target_options options = p->plan.options;
    add_on(p, "native");
    for (size_t t = 1; t < newest->target_count; t++) {
        const char *id = newest->targets[t].id;
        struct target_probe probe = {.use = TARGET_UNUSABLE, .reason = "not in this version"};
        if (!guest_of(b, id))
            continue;
        /* A baseline may be another's: no command is taken from it. */
        const struct target_kind *kind = reach_find(id) ? NULL : setup_target(o, id, NULL);
        if (kind)
            kind->probe(kind, &options, &probe);
        else if (reach_find(id))
            snprintf(probe.reason, sizeof probe.reason,
                     "only measured when it is named by --on, or in vmtax.conf");
        reach_free(kind);
        if (probe.use != TARGET_UNUSABLE && !probe.emulated) {
            add_on(p, id);
            continue;
        }
        p->missing++;
        snprintf(p->why, sizeof p->why, "%s: %s%.200s", id,
                 probe.emulated ? "it would be emulated: " : "", probe.reason);
    }
}

/* On the command line, or in the settings: vmtax.conf is for all runs, and a baseline has its own.
 */
static bool is_given(const struct options *o, const char *name, bool value)
{
    return value && !o->conf_lines[option_find(name, strlen(name)) - option_rows];
}

/* Limits and lengths of slots as the newest session had them, because others cannot be compared.
 * What the machine does not have cannot be taken: that is found when the two are compared. */
static void take_limits(struct check_plan *p, const struct options *o, struct options *mine,
                        const struct baseline *b)
{
    const struct result *newest = &b->sessions[0];
    const struct result_target *native = &newest->targets[0];
    uint64_t memory = native->memory_mib,
             here = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    for (size_t t = 1; t < newest->target_count && !memory; t++)
        if (!newest->targets[t]
                 .emulated) /* virtual machines have some where others are not limited */
            memory = newest->targets[t].memory_mib;
    bool cpus = is_given(o, "cpus", o->cpus), seconds = is_given(o, "seconds", o->seconds > 0);
    bool bytes = is_given(o, "memory", o->memory);
    p->given = cpus || seconds || bytes;
    p->cpus = cpus ? o->cpus : native->cpus;
    mine->cpus = cpus ? o->cpus : 0; /* those taken are bounded by what there is */
    if (!bytes)
        mine->memory = memory < here >> 20 ? memory << 20 : here;
    if (!seconds)
        mine->seconds = newest->slot_s;
}

static int check_targets(const struct check_plan *p, const struct baseline *b, struct error *e)
{
    if (p->plan.emulated)
        return error_set(e, ERROR_USAGE,
                         "%s is emulated here, and what is emulated is never judged: leave it out",
                         p->plan.emulated->id);
    for (size_t t = 1; t < p->plan.target_count; t++)
        if (!guest_of(b, p->plan.targets[t]->id))
            return error_set(e, ERROR_USAGE,
                             "the baseline \"%s\" has no figures of %s to compare with: vmtax "
                             "record --name %s --on %s",
                             b->name, p->plan.targets[t]->id, b->name, p->plan.targets[t]->id);
    return 0;
}

/* Sessions of the baseline in which a row has a figure of native, and the first of them. */
static size_t sessions_with(const struct baseline *b, const struct metric *m, size_t *first)
{
    size_t n = 0;
    for (size_t i = 0; i < b->count; i++) {
        size_t at = result_find_metric(&b->sessions[i], m->workload, m->params);
        const struct figure_value *f = at < b->sessions[i].metric_count
                                           ? result_figure(&b->sessions[i], at, 0)
                                           : NULL;
        if (f && f->measured && n++ == 0)
            *first = i;
    }
    return n;
}

/* Rows that enough sessions have. The user's SPEC takes days. */
static int take_rows(struct check_plan *p, const struct baseline *b, struct error *e)
{
    size_t wanted = b->count < BASELINE_YOUNG ? 1 : BASELINE_YOUNG;
    for (size_t i = 0; i < b->count; i++)
        for (size_t m = 0; m < b->sessions[i].metric_count; m++) {
            const struct metric *metric = &b->sessions[i].metrics[m];
            const struct workload *w = metric->row;
            char word[WORKLOAD_ID_MAX + PARAMS_TEXT + 2];
            uint64_t values[PARAMS_MAX];
            struct error why;
            size_t first = 0, sessions = sessions_with(b, metric, &first);
            if (!sessions || (w && (w->figure == FIGURE_NONE || (w->needs & NEED_SPEC))))
                continue;
            if (w)
                p->absent[w->subsystem] = true; /* until something of it is planned */
            if (!w || params_parse(w, metric->params, values, &why) < 0) {
                p->foreign += first == i;
                continue;
            }
            if (sessions < wanted) {
                p->young += first == i;
                continue;
            }
            snprintf(word, sizeof word, "%s%s%s", metric->workload, metric->params[0] ? ":" : "",
                     metric->params);
            if (plan_add(&p->plan, word, e) < 0)
                return -1;
        }
    if (!p->plan.row_count)
        return error_set(e, ERROR_USAGE, "the baseline \"%s\" has no rows that can be measured",
                         b->name);
    return 0;
}

static uint32_t blocks_of(const struct result *r)
{
    uint32_t most = 0;
    for (size_t i = 0; i < r->slot_count; i++)
        if (r->slots[i].stage == 1 && r->slots[i].block > most)
            most = r->slots[i].block;
    return (most + 2) / 2 * 2; /* even, from 2 on */
}

/* Slots of another length than the baseline's say nothing about its time. */
static bool other_slots(const struct check_plan *p, const struct result *r)
{
    return r->slot_scale > 0 &&
           (p->plan.slot_s > 0 ? p->plan.slot_s != r->slot_s : p->plan.slot_scale != r->slot_scale);
}

double check_pace(const struct baseline *b, size_t rows, size_t targets, double planned_s)
{
    double paces[BASELINE_MAX];
    size_t n = 0;
    for (size_t i = 0; i < b->count && n < BASELINE_MAX; i++) {
        const struct result *r = &b->sessions[i];
        if (r->metric_count == rows && r->target_count == targets && !r->late.rows)
            paces[n++] = r->elapsed_s / planned_s;
    }
    return n ? fmin(10, fmax(1, stats_median(paces, n))) : 1;
}

int check_plan_fit(struct check_plan *p, struct error *e)
{
    double time = p->budget_s * (1 - RESERVE) / p->pace;
    while (p->plan.row_count && plan_seconds(&p->plan) * CHECK_SESSIONS_MIN > time) {
        plan_remove(&p->plan, plan_dispensable(&p->plan));
        p->left_out++;
    }
    p->session_s = plan_seconds(&p->plan) * p->pace;
    for (size_t i = 0; i < p->plan.row_count; i++)
        p->absent[p->plan.rows[i].workload->subsystem] = false;
    if (!p->plan.row_count)
        return error_set(e, ERROR_USAGE,
                         "two sessions of anything do not fit into %.0f s; give more with --budget",
                         p->budget_s);
    p->sessions = (size_t)fmin(CHECK_SESSIONS, floor(time * p->pace / p->session_s));
    return 0;
}

int check_plan_make(struct check_plan *p, const struct options *o, const struct target_options *all,
                    const struct baseline *b, char *agent, size_t size, struct error *e)
{
    struct options mine = *o;
    *p = (struct check_plan){.budget_s = o->budget > 0 ? o->budget : CHECK_BUDGET_S};
    plan_init(&p->plan);
    mine.profile = b->sessions[0].profile;
    mine.budget = 0;
    mine.blocks = 0;
    take_limits(p, o, &mine, b);
    if (all)
        setup_take_cpus(&p->plan.options, all, p->cpus);
    else
        setup_cpus(&p->plan.options, p->cpus);
    p->plan.options.unlimited = b->sessions[0].target_count &&
                                !b->sessions[0].targets[0].memory_mib;
    if (!mine.on) {
        p->plan.options.machine = setup_machine(o);
        if (setup_agent(agent, size, e) < 0)
            return -1;
        p->plan.options.agent_path = agent;
        take_targets(p, o, b);
        mine.on = p->on;
    }
    if (setup_plan(&p->plan, &mine, PROFILE_QUICK, NULL, 0, agent, size, e) < 0 ||
        check_targets(p, b, e) < 0 || take_rows(p, b, e) < 0) {
        plan_release(&p->plan);
        return -1;
    }
    setup_session(&p->plan, 0);
    p->plan.blocks = blocks_of(&b->sessions[0]);
    if (b->sessions[0].slot_scale > 0)
        p->plan.slot_scale = b->sessions[0].slot_scale;
    p->pace = other_slots(p, &b->sessions[0])
                  ? 1
                  : check_pace(b, p->plan.row_count, p->plan.target_count, plan_seconds(&p->plan));
    if (check_plan_fit(p, e) < 0) {
        plan_release(&p->plan);
        return -1;
    }
    return 0;
}

void check_plan_release(struct check_plan *p)
{
    plan_release(&p->plan);
}

char *check_plan_text(const struct check_plan *p, char *out, size_t size)
{
    char names[sizeof p->on] = "", one[32], all[32], budget[32];
    for (size_t t = 0; t < p->plan.target_count; t++) {
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", t ? ", " : "", p->plan.targets[t]->id);
    }
    snprintf(out, size, "%zu row%s on %s: %zu sessions of %s (%.0f s of it to start%s), %s of %s",
             p->plan.row_count, p->plan.row_count == 1 ? "" : "s", names, p->sessions,
             text_duration(one, sizeof one, p->session_s), plan_start_seconds(&p->plan),
             p->pace > 1.05 ? "; at the baseline's pace" : "",
             text_duration(all, sizeof all, (double)p->sessions * p->session_s),
             text_duration(budget, sizeof budget, p->budget_s));
    return out;
}

void check_plan_show(const struct check_plan *p, const char *baseline, size_t session,
                     double until_s, struct board_check *out)
{
    out->active = true;
    out->session = session;
    out->sessions = p->sessions;
    out->until_s = until_s;
    text_copy(out->name, sizeof out->name, baseline);
    check_plan_text(p, out->plan, sizeof out->plan);
}

char *check_plan_limits(const struct check_plan *p, char *out, size_t size)
{
    const struct target_options *o = &p->plan.options;
    char memory[48] = "no memory limit", slots[48] = "";
    if (!o->unlimited)
        snprintf(memory, sizeof memory, "%" PRIu64 " MiB of memory", o->memory_bytes >> 20);
    if (p->plan.slot_s > 0)
        snprintf(slots, sizeof slots, ", slots of %.3g s", p->plan.slot_s);
    snprintf(out, size, "%zu processor%s and %s%s%s", o->cpu_count, o->cpu_count == 1 ? "" : "s",
             memory, slots, p->given ? "" : ", as in the baseline");
    return out;
}

double check_plan_budget(const struct check_plan *p, size_t done, double used_s)
{
    if (done >= p->sessions)
        return 0;
    double left = (p->budget_s * (1 - RESERVE / 2) - used_s) / (double)(p->sessions - done);
    /* When the others took longer than planned, one less is better than two that are cut. */
    if (left < p->session_s && done + 1 < p->sessions && done + 1 >= CHECK_SESSIONS_MIN)
        left = p->budget_s * (1 - RESERVE / 2) - used_s;
    return done >= CHECK_SESSIONS_MIN && left < LEAST_SHARE * p->session_s ? 0 : fmax(left, 1);
}

struct check_absent check_plan_absent(const struct check_plan *p)
{
    struct check_absent absent = {
        .targets = p->missing, .rows = p->left_out, .young = p->young, .why = p->why};
    memcpy(absent.subsystems, p->absent, sizeof absent.subsystems);
    return absent;
}

int check_today(struct result *today, const struct baseline *b, const struct plan *plan,
                const char *agent, bool *fatal, struct error *e)
{
    struct fingerprint_difference first; /* fatal ones come first, those of all rows among them */
    *fatal = false;
    text_copy(today->tool_version, sizeof today->tool_version, PACKAGE_VERSION);
    if (sha256_file(agent, today->agent_sha256, e) < 0)
        return error_prefix(e, "the agent");
    fingerprint_read(today);
    if (plan)
        setup_expect(plan, today);
    for (size_t i = 0; i < b->count; i++)
        if (fingerprint_compare(&b->sessions[i], today, &first, 1))
            *fatal |= fingerprint_forbids(&first);
    return 0;
}

int check_fit(struct baseline_fit *f, const struct baseline *b, const struct plan *plan,
              const char *agent, struct error *e)
{
    struct result today;
    int all[TARGET_CPUS_MAX];
    char own[4096];
    bool fatal;
    /* What a plan's targets will have is known; without one, what they could have at most. */
    uint64_t memory = UINT64_MAX, cpus = UINT64_MAX;
    if (!plan) {
        memory = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
        cpus = host_cpus(all, TARGET_CPUS_MAX);
    }
    if (!agent && setup_agent(own, sizeof own, e) < 0)
        return -1;
    result_init(&today);
    int rc = check_today(&today, b, plan, agent ? agent : own, &fatal, e);
    if (rc == 0)
        baseline_fit_look(f, b, &today, cpus, memory);
    result_release(&today);
    return rc;
}

int check_join(struct baseline_fit *f, const char *name, const struct plan *plan, const char *agent,
               struct error *e)
{
    struct store_entry *entries;
    struct baseline b;
    size_t count;
    if (store_list_sessions(name, &entries, &count, e) < 0)
        return -1;
    free(entries);
    if (!count || baseline_load(&b, name, e) < 0) /* damaged ones alone fit to everything */
        return 0;
    int rc = check_fit(f, &b, plan, agent, e);
    baseline_release(&b);
    return rc < 0 ? -1 : f->fatal;
}
