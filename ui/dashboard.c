#include "ui/dashboard.h"

#include "analysis.h"
#include "baseline.h"
#include "board.h"
#include "check.h"
#include "check_run.h"
#include "clock.h"
#include "fingerprint.h"
#include "host.h"
#include "job.h"
#include "overlay.h"
#include "recording/recorder.h"
#include "report/report.h"
#include "setup.h"
#include "store.h"
#include "text.h"
#include "ui/app.h"
#include "ui/appearance.h"
#include "ui/keymap.h"
#include "ui/theme.h"
#include "xalloc.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BASELINE_NAME "default"
/* Stored results that rows which the last one does not have are taken from, and how long looking
 * for them may take: the screen waits for it. */
#define EARLIER_MAX 8
#define EARLIER_S   0.5

/* A check: its sessions, one job after the other. */
struct checking {
    bool active;
    struct baseline baseline;
    struct check_plan plan;
    struct result sessions[CHECK_SESSIONS];
    size_t count;
    double begun_s;
    /* The verdict on the board, and the one before it, which a frame may still show. */
    struct check *verdict, *former;
};

struct dashboard {
    struct options options; /* as the settings have them now */
    struct board board;
    struct host_sampler *sampler;
    struct result last;  /* what the screen shows beside a live run: the latest result */
    struct result today; /* the machine's facts */
    struct paper paper;
    struct job *job;
    bool stored;    /* last is from the store alone, nothing of this session */
    bool recording; /* the job is a session of the baseline */
    struct recorder *recorder;
    struct checking checking;
    struct target_options all_cpus; /* all there are, seen before this thread steps aside */
    char agent[4096];
};

static const char *baseline_name(const struct dashboard *d)
{
    return d->options.name ? d->options.name : BASELINE_NAME;
}

/* Age, strength and what changed since: beside every figure that it has. No baseline is no error.
 */
static void show_baseline(struct dashboard *d)
{
    struct baseline b;
    struct error none;
    if (baseline_load(&b, baseline_name(d), &none) < 0)
        return;
    struct snapshot *s = board_edit(&d->board);
    baseline_show(&b, &d->today, (int64_t)time(NULL), s);
    board_publish(&d->board);
    baseline_release(&b);
}

/* Was it measured on this machine as it was for the result above it? What may only have changed the
 * figures is enough to leave it out: nobody asked for a comparison. */
static bool same_machine(const struct result *earlier, const struct result *last)
{
    struct fingerprint_difference d[64];
    size_t count = fingerprint_compare(earlier, last, d, sizeof d / sizeof *d);
    for (size_t i = 0; i < count && i < sizeof d / sizeof *d; i++)
        if (d[i].class != FACT_NOTE)
            return false;
    return true;
}

/* Rows that the last result does not have, as the latest before it has them. Each shows its age. */
static void take_earlier(struct dashboard *d, const char *last)
{
    struct store_entry *entries;
    size_t count, taken = 0;
    uint64_t until = clock_now_ns() + (uint64_t)(EARLIER_S * 1e9);
    struct error e;
    if (store_list(STORE_RESULTS, &entries, &count, &e) < 0)
        return;
    for (size_t i = 0; i < count && taken < EARLIER_MAX && clock_now_ns() < until; i++) {
        struct result earlier, shown;
        if (strcmp(entries[i].path, last) == 0 || entries[i].started > d->last.started)
            continue;
        result_init(&earlier);
        if (store_load(&earlier, entries[i].path, &e) < 0) {
            board_log(&d->board, BOARD_LOG_WARN, "", "%s", e.text);
        } else if (same_machine(&earlier, &d->last)) {
            analysis_update(&earlier);
            result_init(&shown);
            overlay_make(&shown, &earlier, &d->last);
            taken += shown.metric_count > d->last.metric_count;
            result_release(&d->last);
            d->last = shown;
        }
        result_release(&earlier);
    }
    free(entries);
}

/* What is kept as the latest result, on the board: nothing runs. What was said of targets that were
 * only about to start is forgotten. */
static void show_kept(struct dashboard *d)
{
    struct snapshot *s = board_edit(&d->board);
    s->stored = d->stored;
    char age[32];
    double seconds = (double)(time(NULL) - (time_t)d->last.started);
    if (d->stored && baseline_is_future(seconds))
        snprintf(s->title, sizeof s->title, "last run, dated in the future");
    else if (d->stored)
        snprintf(s->title, sizeof s->title, "last run, %s ago",
                 text_duration(age, sizeof age, fmax(0, seconds)));
    s->target_count = 0;
    snapshot_set_result(s, &d->last);
    for (size_t t = 0; t < s->target_count; t++)
        if (s->targets[t].state == BOARD_TARGET_READY)
            s->targets[t].state = BOARD_TARGET_OFF;
    board_publish(&d->board);
}

/* The last stored result, so that a new session does not begin with an empty screen, and below it
 * what earlier ones have beyond it. */
static void show_last(struct dashboard *d)
{
    char path[STORE_PATH_MAX], tried[STORE_PATH_MAX] = "";
    struct error e;
    for (;;) {
        if (store_find("last", path, sizeof path, &e) < 0)
            return; /* none */
        if (strcmp(path, tried) == 0)
            return; /* it cannot be set aside either */
        if (store_load(&d->last, path, &e) == 0)
            break;
        /* A damaged one was set aside: there is one before it. */
        board_log(&d->board, BOARD_LOG_WARN, "", "%s", e.text);
        memcpy(tried, path, sizeof tried);
    }
    analysis_update(&d->last);
    take_earlier(d, path);
    d->stored = true;
    show_kept(d);
}

static void show_checking(struct dashboard *d)
{
    const struct checking *k = &d->checking;
    struct snapshot *s = board_edit(&d->board);
    s->check.active = k->active;
    s->check.session = k->count + 1;
    s->check.sessions = k->plan.sessions;
    s->check.verdict = k->verdict;
    if (k->active) {
        text_copy(s->check.name, sizeof s->check.name, k->baseline.name);
        check_plan_text(&k->plan, s->check.plan, sizeof s->check.plan);
    }
    board_publish(&d->board);
}

static void end_checking(struct dashboard *d)
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

static void release_verdict(struct check *c)
{
    if (c)
        check_release(c);
    free(c);
}

static void judge(struct dashboard *d, const struct result *now, size_t count)
{
    struct checking *k = &d->checking;
    release_verdict(k->former);
    k->former = k->verdict;
    k->verdict = xcalloc(1, sizeof *k->verdict);
    check_results(k->verdict, &k->baseline, now, count,
                  d->options.find > 0 ? d->options.find / 100 : CHECK_FIND);
    k->verdict->lost_targets += k->plan.missing;
}

/* The next session, or the verdict. rc and e: of the session that ended; 0 at the beginning. */
static int go_on_checking(struct dashboard *d, int rc, struct error *e)
{
    struct checking *k = &d->checking;
    double used = (double)clock_now_ns() * 1e-9 - k->begun_s;
    double budget = rc == 0 ? check_plan_budget(&k->plan, k->count, used) : 0;
    if (budget > 0) {
        struct plan plan;
        plan_copy(&plan, &k->plan.plan);
        plan.budget_s = budget;
        d->job = job_start(&plan, &d->board, &d->last, NULL, e);
        d->recording = false;
        plan_release(&plan);
        rc = d->job ? 0 : -1;
        if (d->job) {
            show_checking(d);
            return 0;
        }
    } else if (rc == 0) {
        judge(d, k->sessions, k->count);
    }
    end_checking(d);
    return rc < 0 && e->kind != ERROR_INTERRUPTED ? -1 : 0;
}

/* Take over what a finished run left: rows that it did not come to stay as they were. -1 with a
 * sentence if it failed; one that the user stopped did not. */
static int reap(struct dashboard *d, struct error *e)
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
        show_kept(d); /* stopped before its first slot: what was there before is there again */
    }
    if (d->checking.active) {
        if (rc == 0)
            d->checking.sessions[d->checking.count++] = result;
        else
            result_release(&result);
        return go_on_checking(d, rc, e);
    }
    result_release(&result);
    if (d->recording)
        show_baseline(d);
    return rc < 0 && e->kind != ERROR_INTERRUPTED ? -1 : 0;
}

static int news(void *context, struct error *e)
{
    return reap(context, e);
}

/* Is there room for a run? What the last one left is taken over first. */
static int may_start(struct dashboard *d, struct error *e)
{
    struct error earlier; /* stands in the log */
    reap(d, &earlier);
    return d->job ? error_set(e, ERROR_USAGE, "a run is live: x aborts it") : 0;
}

static int start_job(struct dashboard *d, struct plan *plan, const char *baseline, struct error *e)
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
                       const char *baseline, struct error *e)
{
    static const char *const everything[] = {"all"};
    struct plan plan;
    if (may_start(d, e) < 0)
        return -1;
    plan_init(&plan);
    setup_take_cpus(&plan.options, &d->all_cpus, d->options.cpus);
    int rc = setup_plan(&plan, &d->options, count ? PROFILE_STANDARD : PROFILE_QUICK,
                        count ? words : everything, count ? count : 1, d->agent, sizeof d->agent,
                        e);
    if (rc == 0 && baseline)
        setup_session(&plan, d->options.budget);
    if (rc == 0)
        rc = start_job(d, &plan, baseline, e);
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
        rc = start_job(d, &plan, NULL, e);
    plan_release(&plan);
    return rc;
}

static int start(void *context, const char *const *words, size_t count, struct error *e)
{
    return start_words(context, words, count, NULL, e);
}

static int record(void *context, struct error *e)
{
    struct dashboard *d = context;
    return start_words(d, NULL, 0, baseline_name(d), e);
}

static int check(void *context, struct error *e)
{
    struct dashboard *d = context;
    struct checking *k = &d->checking;
    struct options options = d->options;
    struct error earlier;
    reap(d, &earlier);
    if (d->job)
        return error_set(e, ERROR_USAGE, "a run is live: x aborts it");
    if (baseline_load(&k->baseline, options.against ? options.against : baseline_name(d), e) < 0)
        return -1;
    options.budget = 0; /* of runs */
    if (check_plan_make(&k->plan, &options, &d->all_cpus, &k->baseline, d->agent, sizeof d->agent,
                        e) < 0) {
        baseline_release(&k->baseline);
        return -1;
    }
    k->active = true;
    k->begun_s = (double)clock_now_ns() * 1e-9;
    if (k->plan.missing)
        board_log(&d->board, BOARD_LOG_WARN, "", "not measured now: %s", k->plan.why);
    struct result today;
    bool fatal;
    result_init(&today);
    int rc = check_today(&today, &k->baseline, d->agent, &fatal, e);
    if (rc == 0 && fatal)
        judge(d, &today, 1);
    result_release(&today);
    if (rc == 0 && !fatal)
        return go_on_checking(d, 0, e);
    end_checking(d);
    return rc;
}

static int abort_run(void *context, struct error *e)
{
    struct dashboard *d = context;
    if (!d->job || job_done(d->job))
        return error_set(e, ERROR_USAGE, "nothing is running");
    job_abort(d->job);
    return 0;
}

/* A new file of the user's, named by the time. */
static FILE *new_file(const char *name, char *path, size_t size, struct error *e)
{
    struct tm t;
    time_t now = time(NULL);
    localtime_r(&now, &t);
    if (strftime(path, size, name, &t) == 0)
        BUG("no room for the name of a report");
    FILE *f = fopen(path, "wxe");
    if (!f)
        error_errno(e, errno, "cannot write %s", path);
    return f;
}

/* rc, e: of what was written. */
static int close_file(FILE *f, const char *path, int rc, char *message, size_t size,
                      struct error *e)
{
    if (fclose(f) != 0 && rc == 0)
        rc = error_errno(e, errno, "cannot write %s", path);
    if (rc == 0)
        snprintf(message, size, "written: %s", path);
    return rc;
}

static int export(void *context, char *message, size_t size, struct error *e)
{
    struct dashboard *d = context;
    struct error earlier;
    reap(d, &earlier);
    /* What stands on the screen is half of a run then, and what is kept is the one before it. */
    if (d->job)
        return error_set(e, ERROR_USAGE, "a run is live: its report can be written when it ends");
    if (!d->last.slot_count)
        return error_set(e, ERROR_USAGE, "nothing was measured yet");
    char path[64];
    FILE *f = new_file("vmtax-%Y%m%d-%H%M%S.md", path, sizeof path, e);
    if (!f)
        return -1;
    return close_file(f, path, report_find("md")->write(&d->last, f, e), message, size, e);
}

static int export_check(void *context, char *message, size_t size, struct error *e)
{
    struct dashboard *d = context;
    char path[64];
    FILE *f = new_file("vmtax-check-%Y%m%d-%H%M%S.txt", path, sizeof path, e);
    if (!f)
        return -1;
    check_write_text(d->checking.verdict, f);
    return close_file(f, path, 0, message, size, e);
}

/* The processors are chosen as the options say, among those that there were at the start. */
static int plan_request(void *context, enum plan_request request, struct planner *p,
                        struct error *e)
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

static void settings_changed(void *context, struct app_options *app)
{
    appearance_fill(app, &((struct dashboard *)context)->options);
}

static const struct app_actions *actions_of(struct dashboard *d, struct app_actions *a)
{
    *a = (struct app_actions){.context = d,
                              .start = start,
                              .abort = abort_run,
                              .baseline = record,
                              .check = check,
                              .export = export,
                              .export_check = export_check,
                              .plan = plan_request,
                              .settings = settings_changed,
                              .news = news};
    return a;
}

/* The paper's figures stand beside ours; without the file the panels do without them. */
static void show_paper(struct dashboard *d)
{
    struct error e;
    if (paper_load(&d->paper, &e) < 0) {
        board_log(&d->board, BOARD_LOG_NOTE, "", "%s", e.text);
        return;
    }
    board_edit(&d->board)->paper = &d->paper;
    board_publish(&d->board);
}

static const char *const welcome[] = {
    "What does your hypervisor cost you?",
    "",
    "Enter   a quick comparison of native and guests: 90 s,",
    "        real workloads, nothing stays behind",
    "Esc     look around first; ? is the help, q leaves",
    NULL,
};

static void warn_of_key(void *context, const char *sentence)
{
    struct dashboard *d = context;
    fprintf(stderr, "vmtax: %s\n", sentence); /* as of the file's other lines */
    board_log(&d->board, BOARD_LOG_WARN, "", "%s", sentence);
}

/* What was said of files that cannot be read has no screen to stand on. */
static void say_log(const struct snapshot *s)
{
    for (size_t i = 0; i < s->log_count; i++)
        fprintf(stderr, "vmtax: %s\n", s->log[(s->log_first + i) % BOARD_LOG_MAX].text);
}

/* The findings that the dashboard begins with, for who cannot look at it. */
static int print_findings(struct error *e)
{
    struct dashboard *d = xcalloc(1, sizeof *d);
    char path[STORE_PATH_MAX];
    int rc = board_init(&d->board, e);
    if (rc == 0) {
        result_init(&d->last);
        show_last(d);
        say_log(&d->board.current);
        rc = d->last.slot_count ? report_find("plain")->write(&d->last, stdout, e)
                                : store_find("last", path, sizeof path, e);
        result_release(&d->last);
        board_release(&d->board);
    }
    free(d);
    return rc;
}

int dashboard_open(const struct options *o, bool tour, struct error *e)
{
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return error_set(e, ERROR_USAGE,
                         "the dashboard needs a terminal; without one use `vmtax run all --profile "
                         "quick`, which prints a report, or `vmtax --plain` for the last findings");
    app_block_signals();
    struct dashboard *d = xcalloc(1, sizeof *d);
    option_borrow(&d->options, o);
    struct keymap keymap;
    result_init(&d->last);
    result_init(&d->today);
    if (board_init(&d->board, e) < 0) {
        option_release(&d->options);
        free(d);
        return -1;
    }
    keymap_read(&keymap, o->keys, o->key_count, warn_of_key, d);
    fingerprint_read(&d->today);
    show_paper(d);
    if (!tour)
        show_last(d);
    show_baseline(d);
    struct error no_sampler, no_recorder;
    struct target_options measured;
    setup_cpus(&d->all_cpus, TARGET_CPUS_MAX);
    setup_take_cpus(&measured, &d->all_cpus, o->cpus);
    setup_step_aside(&measured);
    /* After that: its thread inherits where it may run. */
    d->sampler = host_sampler_start(&d->board, &no_sampler);
    if (!d->sampler)
        board_log(&d->board, BOARD_LOG_WARN, "", "%s", no_sampler.text);

    struct appearance look;
    struct app_options app = {.options = &d->options,
                              .keymap = &keymap,
                              .welcome = d->last.slot_count || tour ? NULL : welcome,
                              .tour = tour,
                              .tour_s = o->turn_s};
    appearance_from(&look, &app, &d->options);
    if (o->rec && !(d->recorder = recorder_start(&d->board, &no_recorder)))
        board_log(&d->board, BOARD_LOG_WARN, "", "%s", no_recorder.text);
    struct app_actions actions;
    int rc = tour ? start(d, NULL, 0, e) : 0;
    if (rc == 0)
        rc = app_run(&d->board, &app, actions_of(d, &actions), e);
    if (d->job) {
        if (!job_done(d->job)) {
            fprintf(stderr, "vmtax: stopping the run; what was measured is kept\n");
            job_abort(d->job);
        }
        struct result rest;
        struct error ignored;
        job_finish(d->job, &rest, &ignored);
        result_release(&rest);
    }
    if (d->checking.active)
        end_checking(d);
    host_sampler_stop(d->sampler);
    appearance_release(&look);
    char recorded[STORE_PATH_MAX];
    recorder_stop(d->recorder, recorded, sizeof recorded);
    if (recorded[0])
        fprintf(stderr, "vmtax: recorded as %s; vmtax replay last shows it\n", recorded);
    result_release(&d->last);
    result_release(&d->today);
    board_release(&d->board);
    release_verdict(d->checking.verdict);
    release_verdict(d->checking.former);
    option_release(&d->options);
    free(d);
    /* Ended by a signal: as a shell would say it. */
    return rc > 0 ? 128 + rc : rc;
}

static int run(const struct context *c, struct error *e)
{
    if (c->options->word_count)
        return error_set(e, ERROR_USAGE, "one word too many; see vmtax --help");
    return c->options->plain ? print_findings(e) : dashboard_open(c->options, false, e);
}

const struct command command_dashboard = {
    .name = "dashboard",
    .usage = "",
    .summary = "the dashboard",
    .bit = FOR_DASHBOARD,
    .words_max = 0,
    .run = run,
};
