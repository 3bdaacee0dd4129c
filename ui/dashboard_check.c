#include "ui/dashboard_parts.h"

#include "check.h"
#include "check_shared.h"
#include "clock.h"
#include "text.h"

static void show_checking(struct dashboard *d)
{
    const struct checking *k = &d->checking;
    struct snapshot *s = board_edit(&d->board);
    s->check.active = k->active;
    snapshot_set_verdict(s, k->verdict);
    if (k->active)
        check_plan_show(&k->plan, k->baseline.name, k->count + 1, k->until_s, &s->check);
    board_publish(&d->board);
}

void dashboard_end_checking(struct dashboard *d)
{
    struct checking *k = &d->checking;
    for (size_t i = 0; i < k->count; i++)
        result_release(&k->sessions[i]);
    k->count = 0;
    check_plan_release(&k->plan);
    baseline_release(&k->baseline);
    k->active = false;
    show_checking(d);
}

static void judge(struct dashboard *d, const struct result *now, size_t count)
{
    struct checking *k = &d->checking;
    check_let_go(k->verdict);
    k->verdict = check_new();
    struct check_absent absent = check_plan_absent(&k->plan);
    check_results(k->verdict, &k->baseline, now, count,
                  d->options.find > 0 ? d->options.find / 100 : CHECK_FIND, &absent);
}

int dashboard_go_on_checking(struct dashboard *d, int rc, struct error *e)
{
    struct checking *k = &d->checking;
    double used = (double)clock_now_ns() * 1e-9 - k->begun_s;
    double budget = rc == 0 ? check_plan_budget(&k->plan, k->count, used) : 0;
    if (budget > 0) {
        struct plan plan;
        plan_copy(&plan, &k->plan.plan);
        plan.budget_s = budget;
        plan.after_s = (double)(k->plan.sessions - k->count - 1) * k->plan.session_s;
        rc = dashboard_start_job(d, &plan, NULL, e);
        plan_release(&plan);
        if (d->job) {
            show_checking(d);
            return 0;
        }
    } else if (rc == 0) {
        judge(d, k->sessions, k->count);
    }
    dashboard_end_checking(d);
    return rc < 0 && e->kind != ERROR_INTERRUPTED ? -1 : 0;
}

int dashboard_check(void *context, struct error *e)
{
    struct dashboard *d = context;
    struct checking *k = &d->checking;
    struct options options = d->options;
    struct error earlier;
    char limits[160];
    dashboard_reap(d, &earlier);
    if (d->job)
        return error_set(e, ERROR_USAGE, "a run is live: x aborts it");
    if (baseline_load(&k->baseline, options.against ? options.against : dashboard_baseline_name(d),
                      e) < 0)
        return -1;
    options.budget = 0; /* of runs */
    if (check_plan_make(&k->plan, &options, &d->all_cpus, &k->baseline, d->agent, sizeof d->agent,
                        e) < 0) {
        baseline_release(&k->baseline);
        return -1;
    }
    k->active = true;
    k->begun_s = (double)clock_now_ns() * 1e-9;
    k->until_s = board_now(&d->board) + k->plan.budget_s;
    if (k->plan.missing)
        board_log(&d->board, BOARD_LOG_WARN, "", "not measured now: %s", k->plan.why);
    board_log(&d->board, BOARD_LOG_NOTE, "", "check: each target has %s",
              check_plan_limits(&k->plan, limits, sizeof limits));
    struct result today;
    bool fatal;
    result_init(&today);
    int rc = check_today(&today, &k->baseline, &k->plan.plan, d->agent, &fatal, e);
    if (rc == 0 && fatal)
        judge(d, &today, 1);
    result_release(&today);
    if (rc == 0 && !fatal)
        return dashboard_go_on_checking(d, 0, e);
    dashboard_end_checking(d);
    return rc;
}
