#include "check_run.h"

#include "check.h"
#include "fingerprint.h"
#include "host.h"
#include "setup.h"
#include "sha256.h"
#include "stats.h"
#include "target/kinds.h"
#include "target/reach.h"
#include "text.h"
#include "xalloc.h"

#include <config.h>
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

/* Sessions of the baseline in which a row has a figure of native. */
static size_t sessions_with(const struct baseline *b, const struct metric *m)
{
    size_t n = 0;
    for (size_t i = 0; i < b->count; i++) {
        size_t at = result_find_metric(&b->sessions[i], m->workload, m->params);
        const struct figure_value *f = at < b->sessions[i].metric_count
                                           ? result_figure(&b->sessions[i], at, 0)
                                           : NULL;
        n += f && f->measured;
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
            char word[WORKLOAD_ID_MAX + PARAMS_TEXT + 2];
            if (!metric->row || metric->row->figure == FIGURE_NONE ||
                (metric->row->needs & NEED_SPEC) || sessions_with(b, metric) < wanted)
                continue;
            snprintf(word, sizeof word, "%s:%s", metric->workload, metric->params);
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

/* As many sessions as fit, and at least two, for which rows are left out. */
static int fit(struct check_plan *p, struct error *e)
{
    double time = p->budget_s * (1 - RESERVE) / p->pace;
    while (p->plan.row_count && plan_seconds(&p->plan) * CHECK_SESSIONS_MIN > time) {
        plan_remove(&p->plan, plan_dispensable(&p->plan));
        p->left_out++;
    }
    p->session_s = plan_seconds(&p->plan) * p->pace;
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
    if (all)
        setup_take_cpus(&p->plan.options, all, o->cpus);
    else
        setup_cpus(&p->plan.options, o->cpus);
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
    /* Slots of another length than the baseline's say nothing about its time. */
    p->pace = o->seconds > 0
                  ? 1
                  : check_pace(b, p->plan.row_count, p->plan.target_count, plan_seconds(&p->plan));
    if (fit(p, e) < 0) {
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
    return (struct check_absent){.targets = p->missing, .rows = p->left_out, .why = p->why};
}

int check_today(struct result *today, const struct baseline *b, const char *agent, bool *fatal,
                struct error *e)
{
    struct fingerprint_difference first; /* fatal ones come first, those of all rows among them */
    *fatal = false;
    text_copy(today->tool_version, sizeof today->tool_version, PACKAGE_VERSION);
    if (sha256_file(agent, today->agent_sha256, e) < 0)
        return error_prefix(e, "the agent");
    fingerprint_read(today);
    for (size_t i = 0; i < b->count; i++)
        if (fingerprint_compare(&b->sessions[i], today, &first, 1))
            *fatal |= fingerprint_forbids(&first);
    return 0;
}

int check_fit(struct baseline_fit *f, const struct baseline *b, struct error *e)
{
    struct result today;
    struct target_options usual = {.cpu_count = 0};
    int all[TARGET_CPUS_MAX];
    char agent[4096];
    bool fatal;
    uint64_t memory = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    if (setup_agent(agent, sizeof agent, e) < 0)
        return -1;
    setup_cpus(&usual, 0);
    result_init(&today);
    int rc = check_today(&today, b, agent, &fatal, e);
    if (rc == 0)
        baseline_fit_look(f, b, &today, host_cpus(all, TARGET_CPUS_MAX), usual.cpu_count, memory);
    result_release(&today);
    return rc;
}
