#include "ui/dashboard_parts.h"

#include "overlay.h"
#include "setup.h"
#include "text.h"

#include <math.h>

int dashboard_reap(struct dashboard *d, struct error *e)
{
    struct result result;
    if (!d->job || !job_done(d->job))
        return 0;
    int rc = job_finish(d->job, &result, e);
    d->job = NULL;
    if (result.slot_count) {
        struct result shown;
        result_init(&shown);
        overlay_make(&shown, &d->last, &result);
        result_release(&d->last);
        d->last = shown;
        d->stored = false;
    } else if (d->last.slot_count && rc < 0 && e->kind == ERROR_INTERRUPTED) {
        dashboard_show_kept(
            d); /* stopped before its first slot: what was there before is there again */
    }
    if (d->checking.active) {
        if (rc == 0)
            d->checking.sessions[d->checking.count++] = result;
        else
            result_release(&result);
        return dashboard_go_on_checking(d, rc, e);
    }
    result_release(&result);
    if (d->recording)
        dashboard_show_baseline(d);
    return rc < 0 && e->kind != ERROR_INTERRUPTED ? -1 : 0;
}

int dashboard_news(void *context, struct error *e)
{
    return dashboard_reap(context, e);
}

/* Is there room for a run? What the last one left is taken over first. */
static int may_start(struct dashboard *d, struct error *e)
{
    struct error earlier; /* stands in the log */
    dashboard_reap(d, &earlier);
    return d->job ? error_set(e, ERROR_USAGE, "a run is live: x aborts it") : 0;
}

int dashboard_start_job(struct dashboard *d, struct plan *plan, const char *baseline,
                        struct error *e)
{
    struct snapshot *s = board_edit(&d->board);
    s->stored = false;
    text_copy(s->title, sizeof s->title, "live");
    board_publish(&d->board);
    d->job = job_start(plan, &d->board, &d->last, baseline, e);
    d->recording = baseline != NULL;
    return d->job ? 0 : -1;
}

static int start_words(struct dashboard *d, const char *const *words, size_t count,
                       const char *baseline, double most_s, double *takes_s, struct error *e)
{
    static const char *const everything[] = {"all"};
    struct plan plan;
    *takes_s = 0;
    if (may_start(d, e) < 0)
        return -1;
    plan_init(&plan);
    setup_take_cpus(&plan.options, &d->all_cpus, d->options.cpus);
    int rc = setup_plan(&plan, &d->options, count ? PROFILE_STANDARD : PROFILE_QUICK,
                        count ? words : everything, count ? count : 1, d->agent, sizeof d->agent,
                        e);
    if (rc == 0 && baseline)
        setup_session(&plan, d->options.budget);
    if (rc == 0 && plan_seconds(&plan) > most_s)
        *takes_s = plan_seconds(&plan);
    else if (rc == 0)
        rc = dashboard_start_job(d, &plan, baseline, e);
    plan_release(&plan);
    return rc;
}

static int start_planned(struct dashboard *d, struct planner *p, const struct target_options *cpus,
                         struct error *e)
{
    struct plan plan;
    if (may_start(d, e) < 0)
        return -1;
    plan_init(&plan);
    int rc = planner_plan(p, cpus, &plan, d->agent, sizeof d->agent, e);
    option_hand_over(&d->options, &p->options); /* the run needs them longer than the planner */
    if (rc == 0)
        rc = dashboard_start_job(d, &plan, NULL, e);
    plan_release(&plan);
    return rc;
}

int dashboard_start(void *context, const char *const *words, size_t count, double most_s,
                    double *takes_s, struct error *e)
{
    return start_words(context, words, count, NULL, most_s, takes_s, e);
}

int dashboard_record(void *context, struct error *e)
{
    struct dashboard *d = context;
    double unused;
    return start_words(d, NULL, 0, dashboard_baseline_name(d), INFINITY, &unused, e);
}

int dashboard_abort(void *context, struct error *e)
{
    struct dashboard *d = context;
    if (!d->job || job_done(d->job))
        return error_set(e, ERROR_USAGE, "nothing is running");
    job_abort(d->job);
    return 0;
}

/* The processors are chosen as the options say, among those that there were at the start. */
int dashboard_plan(void *context, enum plan_request request, struct planner *p, struct error *e)
{
    struct dashboard *d = context;
    struct target_options cpus;
    setup_take_cpus(&cpus, &d->all_cpus, p->options.cpus);
    if (request == PLAN_REQUEST_LOOK)
        planner_look(p, &cpus);
    else if (request == PLAN_REQUEST_COUNT)
        planner_count(p, &cpus);
    else
        return start_planned(d, p, &cpus, e);
    return 0;
}
