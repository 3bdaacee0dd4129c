#include "ui/dashboard.h"

#include "check_shared.h"
#include "fingerprint.h"
#include "report/report.h"
#include "setup.h"
#include "store.h"
#include "ui/appearance.h"
#include "ui/dashboard_parts.h"
#include "ui/keymap.h"
#include "xalloc.h"

#include <langinfo.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void settings_changed(void *context, struct app_options *app)
{
    appearance_fill(app, &((struct dashboard *)context)->options);
}

static const struct app_actions *actions_of(struct dashboard *d, struct app_actions *a)
{
    *a = (struct app_actions){.context = d,
                              .start = dashboard_start,
                              .abort = dashboard_abort,
                              .baseline = dashboard_record,
                              .check = dashboard_check,
                              .export = dashboard_export,
                              .export_check = dashboard_export_check,
                              .plan = dashboard_plan,
                              .settings = settings_changed,
                              .news = dashboard_news};
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

/* The first dialog, with the user's keys in it. */
struct welcome {
    char start[80], look[80];
    const char *lines[6];
};

static const char *const *welcome_make(struct welcome *w, const struct keymap *map)
{
    snprintf(w->start, sizeof w->start, "%-7s a quick comparison of native and guests: 2 min,",
             key_word(map, ACTION_OPEN));
    snprintf(w->look, sizeof w->look, "%-7s look around first; %s is the help, %s leaves",
             key_word(map, ACTION_BACK), key_word(map, ACTION_HELP), key_word(map, ACTION_QUIT));
    const char *const lines[] = {"What does your hypervisor cost you?",          "",      w->start,
                                 "        real workloads, nothing stays behind", w->look, NULL};
    memcpy(w->lines, lines, sizeof lines);
    return w->lines;
}

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
    int rc = board_init(&d->board, e);
    if (rc == 0) {
        result_init(&d->last);
        dashboard_show_last(d);
        say_log(&d->board.current);
        rc = d->last.slot_count ? report_find("plain")->write(&d->last, stdout, e)
                                : error_set(e, ERROR_USAGE,
                                            "there is no result to tell of: none is stored yet "
                                            "that can be read; make one with vmtax run");
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
        dashboard_show_last(d);
    dashboard_show_baseline(d);
    struct error no_sampler, no_recorder;
    struct target_options measured;
    setup_cpus(&d->all_cpus, TARGET_CPUS_MAX);
    setup_take_cpus(&measured, &d->all_cpus, o->cpus);
    setup_step_aside(&measured, &d->all_cpus);
    d->sampler = host_sampler_start(&d->board, &no_sampler);
    if (!d->sampler)
        board_log(&d->board, BOARD_LOG_WARN, "", "%s", no_sampler.text);

    struct appearance look;
    struct welcome first;
    struct app_options app = {.options = &d->options,
                              .keymap = &keymap,
                              .welcome = d->last.slot_count || tour ? NULL
                                                                    : welcome_make(&first, &keymap),
                              .tour = tour,
                              .tour_s = o->turn_s};
    appearance_from(&look, &app, &d->options);
    if (o->rec && !(d->recorder = recorder_start(&d->board, NULL, &no_recorder)))
        board_log(&d->board, BOARD_LOG_WARN, "", "%s", no_recorder.text);
    if (!o->ascii && !o->utf8 && strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        board_log(&d->board, BOARD_LOG_NOTE, "",
                  "drawn in ASCII, because the locale is not one of UTF-8: --utf8, if the terminal "
                  "is, or LC_ALL=C.UTF-8");
    struct app_actions actions;
    double unused;
    int rc = tour ? dashboard_start(d, NULL, 0, INFINITY, &unused, e) : 0;
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
        dashboard_end_checking(d);
    dashboard_end_recording(d);
    host_sampler_stop(d->sampler);
    appearance_release(&look);
    char recorded[STORE_PATH_MAX];
    recorder_stop(d->recorder, recorded, sizeof recorded);
    if (d->last.slot_count && !d->stored)
        fprintf(stderr, "vmtax: the last result is stored: vmtax report last prints it\n");
    if (recorded[0])
        fprintf(stderr, "vmtax: recorded as %s; vmtax replay last shows it\n", recorded);
    result_release(&d->last);
    result_release(&d->today);
    board_release(&d->board);
    check_let_go(d->checking.verdict);
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
