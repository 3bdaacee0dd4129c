#include "ui/dashboard_parts.h"

#include "overlay.h"
#include "setup.h"
#include "text.h"
#include "xalloc.h"

#include <stdlib.h>

void dashboard_end_recording(struct dashboard *d)
{
    if (d->recording.active)
        plan_release(&d->recording.plan);
    d->recording.active = false;
}

/* The session whose turn it is. */
static int record_session(struct dashboard *d, struct error *e)
{
    const struct recording *k = &d->recording;
    struct plan plan;
    board_log(&d->board, BOARD_LOG_NOTE, "", "baseline %s: session %zu of %zu", k->name,
              k->count + 1, k->sessions);
    plan_copy(&plan, &k->plan);
    plan.after_s = (double)(k->sessions - k->count - 1) * plan_seconds(&plan);
    int rc = dashboard_start_job(d, &plan, k->name, e);
    plan_release(&plan);
    return rc;
}

/* The next session, if there is one; rc: of the one that ended. */
static int go_on_recording(struct dashboard *d, int rc, struct error *e)
{
    struct recording *k = &d->recording;
    if (rc == 0)
        k->count++;
    dashboard_show_baseline(d);
    if (rc == 0 && k->count < k->sessions && (rc = record_session(d, e)) == 0)
        return 0;
    dashboard_end_recording(d);
    return rc;
}

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
    if (d->recording.active)
        rc = go_on_recording(d, rc, e);
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
    return d->job ? error_set(e, ERROR_USAGE, "a run is live already") : 0;
}

int dashboard_start_job(struct dashboard *d, struct plan *plan, const char *baseline,
                        struct error *e)
{
    /* The settings, or the planner, may have other processors than at the start. */
    setup_step_aside(&plan->options, &d->all_cpus);
    struct snapshot *s = board_edit(&d->board);
    s->stored = false;
    text_copy(s->title, sizeof s->title, "live");
    board_publish(&d->board);
    d->job = job_start(plan, &d->board, &d->last, baseline, e);
    return d->job ? 0 : -1;
}

/* Nothing named: everything, as a quick look. */
static int plan_words(struct dashboard *d, struct plan *plan, const char *const *words,
                      size_t count, struct error *e)
{
    static const char *const everything[] = {"all"};
    if (may_start(d, e) < 0)
        return -1;
    setup_take_cpus(&plan->options, &d->all_cpus, d->options.cpus);
    return setup_plan(plan, &d->options, count ? PROFILE_STANDARD : PROFILE_QUICK,
                      count ? words : everything, count ? count : 1, d->agent, sizeof d->agent, e);
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
    struct dashboard *d = context;
    struct plan plan;
    *takes_s = 0;
    plan_init(&plan);
    int rc = plan_words(d, &plan, words, count, e);
    if (rc == 0 && plan_seconds(&plan) > most_s)
        *takes_s = plan_seconds(&plan);
    else if (rc == 0)
        rc = dashboard_start_job(d, &plan, NULL, e);
    plan_release(&plan);
    return rc;
}

/* As vmtax record does: so many sessions, none that could not be compared with those there are. */
static int plan_recording(struct dashboard *d, struct error *e)
{
    struct recording *k = &d->recording;
    if (plan_words(d, &k->plan, NULL, 0, e) < 0)
        return -1;
    setup_session(&k->plan, d->options.budget);
    struct baseline_fit *fit = xcalloc(1, sizeof *fit);
    int rc = check_join(fit, k->name, &k->plan, d->agent, e);
    if (rc > 0)
        rc = error_set(e, ERROR_USAGE,
                       "nothing is recorded: %.200s; vmtax record --new begins anew",
                       fit->differences[0].sentence);
    free(fit);
    return rc;
}

int dashboard_record(void *context, struct error *e)
{
    struct dashboard *d = context;
    struct recording *k = &d->recording;
    if (may_start(d, e) < 0)
        return -1;
    *k = (struct recording){.active = true,
                            .sessions = d->options.sessions ? d->options.sessions : BASELINE_YOUNG};
    text_copy(k->name, sizeof k->name, dashboard_baseline_name(d));
    plan_init(&k->plan);
    if (plan_recording(d, e) == 0 && record_session(d, e) == 0)
        return 0;
    dashboard_end_recording(d);
    return -1;
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
