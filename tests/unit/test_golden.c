/* Screens as text. One line of the table is one screen; its text is tests/golden/NAME.txt and its
 * attributes NAME.attr, in two files so that a change of colours does not hide a change of place.
 * `make golden-update` writes them anew: look at the difference before it is committed. */
#include <config.h>

#include "paper.h"
#include "tests/fixture_board.h"
#include "tests/fixture_plan.h"
#include "tests/unit/unit.h"
#include "ui/ansi.h"
#include "ui/row.h"
#include "ui/scene.h"
#include "ui/tour.h"

#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static void first_tab(struct scene *scene, struct view *view)
{
    (void)scene;
    (void)view;
}

static void help_keys(struct scene *scene, struct view *view)
{
    (void)view;
    scene->overlay = OVERLAY_HELP;
}

static void help_legend(struct scene *scene, struct view *view)
{
    (void)view;
    scene->overlay = OVERLAY_HELP;
    scene->help_page = 1;
}

static void help_method(struct scene *scene, struct view *view)
{
    (void)view;
    scene->overlay = OVERLAY_HELP;
    scene->help_page = 2;
}

static void help_find(struct scene *scene, struct view *view)
{
    (void)view;
    scene->overlay = OVERLAY_HELP;
    scene->help_find = "row";
    scene->typing = true;
}

/* A sentence with a path that is longer than any line. */
static void reading_line(struct scene *scene, struct view *view)
{
    static struct reading reading = {
        .title = "log: line 3 of 12",
        .head = "2026-03-01 12:04:31  warn  container",
        .text = "cannot keep the scratch file "
                "/var/tmp/vmtax-0/a-directory-with-a-name-that-is-longer-than-a-line/and-another-"
                "below-it-which-nobody-would-type/data on the file system that it was made on: it "
                "is full; free 4 GiB there or name another place with --scratch DIR"};
    (void)view;
    scene->overlay = OVERLAY_READING;
    scene->reading = &reading;
}

/* Planner and settings keep more than a view: it lives as long as the test. */
static struct plan_dialog plan_dialog;
static struct option_list settings;
static struct options options;

static void plan(struct scene *scene, struct view *view)
{
    (void)view;
    plan_dialog_release(&plan_dialog);
    plan_dialog_init(&plan_dialog, &options);
    fixture_plan(&plan_dialog.planner, PLAN_REQUEST_LOOK);
    scene->panel = panels[0];
    scene->overlay = OVERLAY_PLAN;
    scene->plan = &plan_dialog;
}

static void plan_cannot(struct scene *scene, struct view *view)
{
    plan(scene, view);
    plan_dialog.row[PLAN_TARGETS] = 3;
    for (size_t i = 0; i < SUBSYSTEM_COUNT; i++)
        plan_dialog.planner.work[i].marked = false;
    fixture_plan(&plan_dialog.planner, PLAN_REQUEST_COUNT);
}

static void plan_options(struct scene *scene, struct view *view)
{
    struct error e;
    plan(scene, view);
    plan_dialog.column = PLAN_OPTIONS;
    plan_dialog.planner.targets[4].marked = true;
    assert_int_equal(option_set(&plan_dialog.planner.options, option_find("budget", 6), "90", &e),
                     0);
    fixture_plan(&plan_dialog.planner, PLAN_REQUEST_COUNT);
    plan_dialog.options.selected = 2;
    plan_dialog.options.editing = true;
    snprintf(plan_dialog.options.text, sizeof plan_dialog.options.text, "0.25");
}

static void show_settings(struct scene *scene, struct view *view)
{
    (void)view;
    option_list_init(&settings, FOR_DASHBOARD);
    option_release(&options);
    options.blocks = 12;
    options.theme = "light";
    scene->panel = panels[0];
    scene->overlay = OVERLAY_SETTINGS;
    scene->settings = &settings;
    scene->options = &options;
}

static void settings_typed(struct scene *scene, struct view *view)
{
    show_settings(scene, view);
    settings.selected = 14;
    settings.editing = true;
    snprintf(settings.text, sizeof settings.text, "/srv/scratch/of/this/machine");
}

static void tour(struct scene *scene, enum tour_slide slide)
{
    scene->overlay = OVERLAY_TOUR;
    scene->slide = slide;
}

static void tour_intro(struct scene *scene, struct view *view)
{
    (void)view;
    tour(scene, TOUR_INTRO);
}

static void tour_run(struct scene *scene, struct view *view)
{
    (void)view;
    tour(scene, TOUR_RUN);
}

static void tour_sysops(struct scene *scene, struct view *view)
{
    (void)view;
    tour(scene, TOUR_SUBSYSTEM + SUBSYSTEM_SYSOPS);
}

static void tour_answer(struct scene *scene, struct view *view)
{
    (void)view;
    tour(scene, TOUR_ANSWER);
}

static void tour_worst(struct scene *scene, struct view *view)
{
    (void)view;
    tour(scene, TOUR_WORST);
}

static void tour_end(struct scene *scene, struct view *view)
{
    (void)view;
    tour(scene, TOUR_END);
}

static void quit_question(struct scene *scene, struct view *view)
{
    (void)view;
    scene->overlay = OVERLAY_QUIT;
}

static void welcome(struct scene *scene, struct view *view)
{
    static const char *const lines[] = {
        "What does a container cost here? Enter runs a quick comparison",
        "of native and container: 38 metrics, about one minute.", NULL};
    (void)view;
    scene->overlay = OVERLAY_WELCOME;
    scene->welcome = lines;
}

static void held(struct scene *scene, struct view *view)
{
    (void)view;
    scene->held = true;
}

static void flash(struct scene *scene, struct view *view)
{
    (void)view;
    scene->flash =
        "the machine refused the run: r runs the row, R everything, `vmtax run` the rest";
    scene->flash_error = true;
}

/* Other states of the panels. */

static void idle(struct scene *scene, struct view *view)
{
    (void)scene;
    (void)view;
}

static void paper_marks(struct scene *scene, struct view *view)
{
    (void)scene;
    view->paper = true;
}

/* As `w` leaves it, on a row that KVM takes longer for. */
static void row_reading(struct scene *scene, struct view *view)
{
    struct snapshot s = {0};
    fixture_all(&s);
    view->target = 4;
    for (size_t count = scene->panel->rows(&s, view, 0); view->row[0] < count; view->row[0]++)
        if (strcmp(s.metrics[scene->panel->metric(&s, view)].workload->id, "sys.fork_exec") == 0)
            break;
    snapshot_release(&s);
}

static void per_operation(struct scene *scene, struct view *view)
{
    (void)scene;
    view->unit = UNIT_TIMES;
}

static void per_second(struct scene *scene, struct view *view)
{
    (void)scene;
    view->unit = UNIT_RAW;
}

static void times(struct scene *scene, struct view *view)
{
    (void)scene;
    view->unit = UNIT_TIMES;
    view->box = 1;
    view->column[1] = 3;
}

static void raw(struct scene *scene, struct view *view)
{
    (void)scene;
    view->unit = UNIT_RAW;
    view->row[0] = 4;
}

/* The kernel's compilation, its time and builds an hour. */
static void raw_compile(struct scene *scene, struct view *view)
{
    (void)scene;
    view->unit = UNIT_RAW;
    view->box = 2;
}

static void expanded(struct scene *scene, struct view *view)
{
    (void)scene;
    view->expanded = true;
    view->box = 2;
    view->row[2] = 30;
}

static void other_view(struct scene *scene, struct view *view)
{
    (void)scene;
    view->other_view[0] = true;
    view->row[0] = 2;
    view->column[0] = 1;
}

/* As `f` leaves it, on the stand-in for bwaves. */
static void float_suite(struct scene *scene, struct view *view)
{
    struct snapshot none = {0};
    view->target = 2;
    view->row[0] = scene->panel->suite(&none, view, true, &view->scroll[0]);
}

static void all_processors(struct scene *scene, struct view *view)
{
    (void)scene;
    for (size_t i = 0; i < 3; i++)
        view->other_view[i] = true;
}

static void linpack_point(struct scene *scene, struct view *view)
{
    (void)scene;
    view->box = 1;
    view->column[1] = 2;
}

/* On all processors, of which the paper's relation is not: bwaves, and a solved system. */
static void float_suite_smp(struct scene *scene, struct view *view)
{
    view->other_view[0] = true;
    float_suite(scene, view);
}

static void linpack_point_smp(struct scene *scene, struct view *view)
{
    view->other_view[1] = true;
    linpack_point(scene, view);
}

static void zoomed(struct scene *scene, struct view *view)
{
    (void)scene;
    view->zoom[0] = 4;
}

static void one_row(struct scene *scene, struct view *view)
{
    (void)scene;
    view->metric = 5;
}

static void last_target(struct scene *scene, struct view *view)
{
    (void)scene;
    view->target = 2;
    if (scene->panel && strcmp(scene->panel->id, "host") == 0)
        view->row[0] = 2;
}

static void one_row_of_last(struct scene *scene, struct view *view)
{
    one_row(scene, view);
    view->target = 2;
}

static void raw_of_last(struct scene *scene, struct view *view)
{
    raw(scene, view);
    view->target = 2;
}

static void expanded_host(struct scene *scene, struct view *view)
{
    (void)scene;
    view->expanded = true;
}

static void older_row(struct scene *scene, struct view *view)
{
    (void)scene;
    view->row[0] = 1;
    view->metric = 1;
}

/* The details of a row on KVM, of which everything is counted, and on Xen, of which nothing is. */
static void counted(struct scene *scene, struct view *view)
{
    (void)scene;
    view->target = 4;
    view->row[0] = 6;
}

static void uncounted(struct scene *scene, struct view *view)
{
    (void)scene;
    view->target = 3;
    view->row[0] = 6;
}

static void filtered(struct scene *scene, struct view *view)
{
    (void)scene;
    snprintf(view->filter, sizeof view->filter, "container");
}

/* The row that runs began seven seconds ago. */
static void fixture_young(struct snapshot *s)
{
    fixture_container(s);
    s->run.rate_first = (s->run.rate_first + s->run.rate_count - 14) % BOARD_RATE_MAX;
    s->run.rate_count = 14;
}

/* Of a row of brief slots: three have ended, a tick of the fourth has come. */
static void fixture_first_steps(struct snapshot *s)
{
    static const double of_native[] = {1, 0.93, 0.97, 1.02};
    fixture_container(s);
    struct board_run *r = &s->run;
    struct board_metric *m = &s->metrics[r->metric];
    r->slot_s = 0.1;
    r->block = 0;
    r->blocks = 2;
    r->block_count = r->rate_count = 0;
    for (size_t i = 0; i < 4; i++) {
        size_t at = snapshot_ring_push(&r->rate_first, &r->rate_count, BOARD_RATE_MAX);
        r->rate[at] = (struct board_rate){.at_s = s->now_s - 0.15 * (double)(4 - i),
                                          .value = m->cell[0].figure.value * of_native[i],
                                          .target = i == 1 || i == 2,
                                          .slot = i < 3};
    }
    r->target = 0;
    for (size_t t = 0; t < s->target_count; t++)
        m->cell[t].live = false;
}

/* Later, with more of them than there is room for, and no histogram. */
static void fixture_steps(struct snapshot *s)
{
    fixture_container(s);
    struct board_run *r = &s->run;
    for (size_t i = 0; i < s->metric_count; i++)
        if (!s->metrics[i].workload->latency && s->metrics[i].cell[1].figure.measured) {
            r->metric = i;
            break;
        }
    struct board_metric *m = &s->metrics[r->metric];
    r->workload = m->workload;
    snprintf(r->title, sizeof r->title, "%s", m->workload->id);
    r->slot_s = 0.1;
    r->block = 7;
    r->blocks = 8;
    r->rate_count = 0;
    r->block_count = 7;
    for (size_t i = 0; i < r->block_count; i++)
        r->block_ratio[i] = 0.97 + 0.01 * (double)(i % 4);
    for (size_t i = 0; i < 2 * 30; i++) {
        size_t at = snapshot_ring_push(&r->rate_first, &r->rate_count, BOARD_RATE_MAX);
        bool guest = i / 2 % 4 == 1 || i / 2 % 4 == 2;
        r->rate[at] = (struct board_rate){.at_s = s->now_s - 0.05 * (double)(60 - i),
                                          .value = m->cell[guest].figure.value *
                                                   (1 + 0.02 * (double)(i % 5)),
                                          .target = guest,
                                          .slot = i % 2};
    }
}

/* Of web only the row at a fixed rate. */
static void only_web_rate(struct snapshot *s)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->metric_count; i++)
        if (strcmp(s->metrics[i].workload->id, "web") != 0)
            s->metrics[kept++] = s->metrics[i];
    s->metric_count = kept;
    s->run = (struct board_run){.metric = SIZE_MAX};
}

static void fixture_web_rate(struct snapshot *s)
{
    fixture_container(s);
    only_web_rate(s);
}

static void fixture_native_web_rate(struct snapshot *s)
{
    fixture_native(s);
    only_web_rate(s);
}

/* The curve of web rises as far as it was measured. */
static void fixture_rising(struct snapshot *s)
{
    fixture_container(s);
    for (size_t i = 0; i < s->metric_count; i++) {
        struct board_metric *m = &s->metrics[i];
        for (size_t t = 0; t < s->target_count && strcmp(m->workload->id, "web") == 0; t++)
            m->cell[t].figure.value = 1000.0 * (double)row_param(m, "clients", 1);
    }
}

/* The first row of a database, whose server is being made ready; nothing of the panel is known. */
static void fixture_preparing(struct snapshot *s)
{
    fixture_container(s);
    struct board_run *r = &s->run;
    for (size_t i = 0; i < s->metric_count; i++) {
        struct board_metric *m = &s->metrics[i];
        if (m->workload->subsystem != SUBSYSTEM_DATABASE)
            continue;
        memset(m->cell, 0, sizeof m->cell);
        m->baseline_known = false;
        if (r->workload != m->workload)
            r->metric = i;
        r->workload = m->workload;
    }
    snprintf(r->title, sizeof r->title, "%s", r->workload->id);
    snprintf(r->phase, sizeof r->phase, "%s", BOARD_PHASE_PREPARE);
    snprintf(r->position, sizeof r->position, "N1");
    snprintf(r->params, sizeof r->params, "%s", s->metrics[r->metric].params);
    r->target = 0;
    r->slot_s = 1;
    r->block = 0;
    r->rate_count = r->block_count = 0;
    memset(r->latency, 0, sizeof r->latency);
}

/* And the second point of a known curve, of which a tick has come. */
static void fixture_first_tick(struct snapshot *s)
{
    fixture_container(s);
    struct board_run *r = &s->run;
    for (size_t i = 0; i < s->metric_count; i++)
        if (strcmp(s->metrics[i].workload->id, "web") == 0 &&
            row_param(&s->metrics[i], "clients", 1) == 4 &&
            row_param(&s->metrics[i], "cpus", 0) == 1)
            r->metric = i;
    r->workload = s->metrics[r->metric].workload;
    r->target = 1;
    r->rate_count = 0;
    size_t at = snapshot_ring_push(&r->rate_first, &r->rate_count, BOARD_RATE_MAX);
    r->rate[at] = (struct board_rate){.at_s = s->now_s - 0.1, .value = 4321, .target = 1};
}

/* As at the start: the last stored run, and below it rows of those before. */
static void fixture_last_and_older(struct snapshot *s)
{
    fixture_older(s);
    s->stored = true;
    snprintf(s->title, sizeof s->title, "last run, 1:22:03 ago");
}

/* In the middle of a quick look: most rows were looked at only briefly, some of them afresh; of the
 * first subsystem that has rows, none afresh. */
static void fixture_brief(struct snapshot *s)
{
    fixture_container(s);
    enum subsystem first = s->metrics[0].workload->subsystem;
    for (size_t i = 0; i < s->metric_count; i++) {
        bool again = i % 4 == 1 && s->metrics[i].workload->subsystem != first;
        s->metrics[i].cell[1].comparison.stage = again ? 2 : 1;
    }
}

/* The first second: nobody knows yet whether the machine is quiet. */
static void fixture_looking(struct snapshot *s)
{
    fixture_container(s);
    s->host.quiet = s->host.quiet_known = false;
    snprintf(s->host.quiet_why, sizeof s->host.quiet_why, "not known yet");
}

/* The guest has said nothing for a while. */
static void fixture_silent(struct snapshot *s)
{
    fixture_kvm(s);
    s->run.silent_s = 7.2;
}

/* A run has ended, and `v` looks at it. */
static void fixture_over(struct snapshot *s)
{
    fixture_container(s);
    s->run.active = false;
}

/* Two blocks that differed a lot. */
static void fixture_vague(struct snapshot *s)
{
    fixture_container(s);
    for (size_t i = 1; i < s->metric_count; i += 2) {
        struct stats_estimate *e = &s->metrics[i].cell[1].comparison.estimate;
        *e = (struct stats_estimate){.n = 2, .centre = e->centre, .level = 0.95};
        e->bounded = e->approximate = true;
        e->low = e->centre - 3;
        e->high = e->centre + 3;
        s->metrics[i].cell[1].comparison.verdict = VERDICT_INCONCLUSIVE;
    }
}

/* A quick look that its time did not suffice for. */
static void fixture_late(struct snapshot *s)
{
    fixture_stored(s);
    s->late_rows = 12;
    s->late_looks = 3;
}

#define ASCII   GLYPHS_ASCII
#define BLOCK   GLYPHS_BLOCK
#define BRAILLE GLYPHS_BRAILLE

static const struct golden {
    const char *panel; /* id; "" = none, for what surrounds the panels */
    int w, h;
    enum glyph_set glyphs;
    void (*fixture)(struct snapshot *s);
    const char *scenario; /* last part of the name */
    void (*set)(struct scene *scene, struct view *view);
} goldens[] = {
    {"", 80, 24, BRAILLE, fixture_container, "frame", first_tab},
    {"", 80, 24, ASCII, fixture_container, "frame", first_tab},
    {"", 120, 40, BRAILLE, fixture_stored, "frame", first_tab},
    {"", 60, 16, BRAILLE, fixture_container, "flash", flash},
    {"", 60, 16, BRAILLE, fixture_container, "held", held},
    {"", 80, 24, BRAILLE, fixture_container, "held", held},
    {"", 120, 40, BRAILLE, fixture_container, "held", held},
    {"", 40, 3, BRAILLE, fixture_all, "small", first_tab},
    {"", 80, 24, BRAILLE, fixture_container, "quit", quit_question},
    {"", 80, 24, BRAILLE, fixture_empty, "welcome", welcome},
    {"", 80, 24, BRAILLE, fixture_container, "tour-intro", tour_intro},
    {"", 120, 40, BRAILLE, fixture_container, "tour-run", tour_run},
    {"", 60, 16, BRAILLE, fixture_failed, "tour-run", tour_run},
    {"", 120, 40, BRAILLE, fixture_slow, "tour-sysops", tour_sysops},
    {"", 60, 16, BRAILLE, fixture_slow, "tour-sysops", tour_sysops},
    {"", 120, 40, BRAILLE, fixture_all, "tour-answer", tour_answer},
    {"", 80, 24, ASCII, fixture_all, "tour-answer", tour_answer},
    {"", 120, 40, BRAILLE, fixture_slow, "tour-worst", tour_worst},
    {"", 200, 60, BRAILLE, fixture_all, "tour-answer", tour_answer},
    {"", 250, 80, BRAILLE, fixture_slow, "tour-sysops", tour_sysops},
    {"", 250, 80, ASCII, fixture_container, "tour-run", tour_run},
    {"", 80, 24, BRAILLE, fixture_tcg, "tour-end", tour_end},
    {"", 80, 24, BRAILLE, fixture_container, "help-keys", help_keys},
    {"", 120, 60, BRAILLE, fixture_container, "help-keys", help_keys},
    {"", 80, 24, ASCII, fixture_container, "help-legend", help_legend},
    {"", 120, 40, BRAILLE, fixture_container, "help-legend", help_legend},
    {"", 120, 40, BRAILLE, fixture_container, "help-method", help_method},
    {"", 80, 24, BRAILLE, fixture_container, "help-find", help_find},
    {"", 120, 40, ASCII, fixture_container, "help-find", help_find},
#define DIALOG(scenario, set)                                     \
    {"", 60, 16, BRAILLE, fixture_container, scenario, set},      \
        {"", 80, 24, BRAILLE, fixture_container, scenario, set},  \
        {"", 120, 40, BRAILLE, fixture_container, scenario, set}, \
        {"", 160, 48, BRAILLE, fixture_container, scenario, set}, \
        {"", 80, 24, BLOCK, fixture_container, scenario, set},    \
        {"", 200, 60, BRAILLE, fixture_container, scenario, set}, \
        {"", 60, 16, ASCII, fixture_container, scenario, set},    \
        {"", 80, 24, ASCII, fixture_container, scenario, set},    \
    {                                                             \
        "", 120, 40, ASCII, fixture_container, scenario, set      \
    }
    DIALOG("plan", plan),
    DIALOG("settings", show_settings),
    {"", 80, 24, BRAILLE, fixture_container, "plan-cannot", plan_cannot},
    {"", 120, 40, BRAILLE, fixture_container, "plan-cannot", plan_cannot},
    {"", 80, 24, BRAILLE, fixture_container, "plan-options", plan_options},
    {"", 80, 24, BRAILLE, fixture_container, "settings-typed", settings_typed},
#define EVERY_SIZE(panel)                                                   \
    {panel, 60, 16, BRAILLE, fixture_container, "", idle},                  \
        {panel, 80, 24, BRAILLE, fixture_container, "", idle},              \
        {panel, 120, 40, BRAILLE, fixture_container, "", idle},             \
        {panel, 160, 48, BRAILLE, fixture_container, "", idle},             \
        {panel, 60, 16, ASCII, fixture_container, "", idle},                \
        {panel, 80, 24, ASCII, fixture_container, "", idle},                \
        {panel, 120, 40, ASCII, fixture_container, "", idle},               \
        {panel, 160, 48, ASCII, fixture_container, "", idle},               \
        {panel, 80, 24, BLOCK, fixture_container, "", idle},                \
        {panel, 200, 60, BRAILLE, fixture_all, "all", idle},                \
        {panel, 250, 80, BRAILLE, fixture_container, "", idle},             \
        {panel, 80, 24, BRAILLE, fixture_empty, "empty", idle},             \
        {panel, 80, 24, BRAILLE, fixture_failed, "failed", idle},           \
        {panel, 120, 40, BRAILLE, fixture_all, "all", idle},                \
        {panel, 120, 40, BRAILLE, fixture_slow, "slow", idle},              \
        {panel, 80, 24, BRAILLE, fixture_rows_failed, "rows-failed", idle}, \
    {                                                                       \
        panel, 80, 24, BRAILLE, fixture_hostile, "hostile", idle            \
    }
    EVERY_SIZE("overview"),
    EVERY_SIZE("live"),
    EVERY_SIZE("processor"),
    EVERY_SIZE("memory"),
    EVERY_SIZE("disk"),
    EVERY_SIZE("network"),
    EVERY_SIZE("web"),
    EVERY_SIZE("database"),
    EVERY_SIZE("java"),
    EVERY_SIZE("sysops"),
    EVERY_SIZE("ctxsw"),
    EVERY_SIZE("host"),
    EVERY_SIZE("whitebox"),
    EVERY_SIZE("log"),
    {"overview", 80, 24, BRAILLE, fixture_starting, "starting", idle},
    {"overview", 80, 24, BRAILLE, fixture_native, "native", idle},
    {"overview", 80, 24, BRAILLE, fixture_stored, "stored", idle},
    {"overview", 120, 40, BRAILLE, fixture_stored, "stored", idle},
    {"overview", 120, 40, BRAILLE, fixture_brief, "brief", idle},
    {"live", 120, 40, BRAILLE, fixture_brief, "brief-row", one_row},
    {"overview", 60, 16, BRAILLE, fixture_stored, "stored", idle},
    {"overview", 60, 18, BRAILLE, fixture_container, "", idle},
    {"overview", 80, 24, BRAILLE, fixture_late, "late", idle},
    {"overview", 80, 24, BRAILLE, fixture_last_and_older, "last-older", idle},
    {"overview", 120, 40, BRAILLE, fixture_looking, "looking", idle},
    {"host", 80, 24, ASCII, fixture_looking, "looking", idle},
    {"overview", 120, 40, BRAILLE, fixture_container, "expanded", expanded},
    {"live", 120, 40, BRAILLE, fixture_stored, "row", one_row},
    {"live", 80, 24, BRAILLE, fixture_stored, "row", one_row},
    {"live", 80, 24, BRAILLE, fixture_older, "older", older_row},
    {"live", 80, 24, BRAILLE, fixture_starting, "starting", idle},
    {"live", 120, 40, BRAILLE, fixture_young, "young", idle},
    {"live", 120, 40, BRAILLE, fixture_first_steps, "first-steps", idle},
    {"live", 80, 24, BRAILLE, fixture_first_steps, "first-steps", idle},
    {"live", 120, 40, BRAILLE, fixture_steps, "steps", idle},
    {"live", 80, 24, BRAILLE, fixture_steps, "steps", idle},
    {"live", 80, 24, ASCII, fixture_steps, "steps", idle},
    {"overview", 80, 24, BRAILLE, fixture_steps, "steps", idle},
    {"live", 80, 24, BRAILLE, fixture_silent, "silent", idle},
    {"overview", 80, 24, BRAILLE, fixture_silent, "silent", idle},
    {"live", 80, 24, BRAILLE, fixture_over, "over", idle},
    {"overview", 120, 40, BRAILLE, fixture_vague, "vague", idle},
    {"live", 80, 24, BRAILLE, fixture_vague, "vague-row", older_row},
#define MACHINES(panel)                                             \
    {panel, 80, 24, BRAILLE, fixture_kvm, "kvm", last_target},      \
        {panel, 120, 40, BRAILLE, fixture_kvm, "kvm", last_target}, \
        {panel, 80, 24, BRAILLE, fixture_tcg, "tcg", last_target},  \
        {panel, 120, 40, BRAILLE, fixture_tcg, "tcg", last_target}, \
        {panel, 160, 48, BRAILLE, fixture_tcg, "tcg", last_target}, \
    {                                                               \
        panel, 80, 24, ASCII, fixture_tcg, "tcg", last_target       \
    }
    MACHINES("overview"),
    MACHINES("live"),
    MACHINES("processor"),
    MACHINES("memory"),
    MACHINES("disk"),
    MACHINES("network"),
    {"network", 80, 24, BRAILLE, fixture_rated, "rated", idle},
    {"network", 120, 40, BRAILLE, fixture_rated, "rated", idle},
    MACHINES("web"),
    MACHINES("database"),
    MACHINES("java"),
    MACHINES("sysops"),
    MACHINES("ctxsw"),
    MACHINES("host"),
    MACHINES("whitebox"),
    {"overview", 60, 16, BRAILLE, fixture_tcg, "tcg", last_target},
    {"live", 80, 24, BRAILLE, fixture_tcg, "tcg-row", one_row_of_last},
    {"sysops", 120, 40, BRAILLE, fixture_tcg, "tcg-raw", raw_of_last},
    {"host", 80, 24, BRAILLE, fixture_tcg, "tcg-expanded", expanded_host},
    {"host", 120, 40, BRAILLE, fixture_tcg, "tcg-expanded", expanded_host},
    {"host", 120, 40, BRAILLE, fixture_no_machine, "no-machine", last_target},
    {"host", 80, 24, BRAILLE, fixture_many, "many", idle},
    {"host", 160, 48, BRAILLE, fixture_many, "many", idle},
    {"overview", 120, 40, BRAILLE, fixture_many, "many", idle},
    {"overview", 80, 24, BRAILLE, fixture_booting, "booting", idle},
    {"overview", 120, 40, BRAILLE, fixture_booting, "booting", idle},
    {"overview", 80, 24, ASCII, fixture_booting, "booting", idle},
    {"overview", 60, 16, BRAILLE, fixture_booting, "booting", idle},
    {"overview", 80, 24, BRAILLE, fixture_revived, "revived", idle},
    {"overview", 80, 24, BRAILLE, fixture_no_machine, "no-machine", idle},
    {"overview", 120, 40, BRAILLE, fixture_no_machine, "no-machine", idle},
    {"live", 80, 24, BRAILLE, fixture_booting, "booting", idle},
    {"live", 120, 40, BRAILLE, fixture_booting, "booting", idle},
    {"live", 60, 16, BRAILLE, fixture_booting, "booting", idle},
    {"host", 80, 24, BRAILLE, fixture_booting, "booting", last_target},
    {"", 40, 3, BRAILLE, fixture_booting, "small-booting", first_tab},
    {"live", 80, 24, BRAILLE, fixture_unconfirmed, "unconfirmed", idle},
    {"live", 80, 24, ASCII, fixture_unconfirmed, "unconfirmed", idle},
    {"live", 120, 40, BRAILLE, fixture_unconfirmed, "unconfirmed", idle},
    {"live", 60, 16, BRAILLE, fixture_unconfirmed, "unconfirmed", idle},
    {"overview", 80, 24, BRAILLE, fixture_unconfirmed, "unconfirmed", idle},
    {"processor", 80, 24, BRAILLE, fixture_all, "paper", paper_marks},
    {"processor", 120, 80, BRAILLE, fixture_spec, "spec", idle},
    {"processor", 80, 50, BRAILLE, fixture_spec, "spec", idle},
    {"processor", 120, 80, BRAILLE, fixture_spec, "spec-paper", paper_marks},
    {"processor", 120, 40, BRAILLE, fixture_all, "paper", paper_marks},
    {"processor", 160, 48, BRAILLE, fixture_all, "paper", paper_marks},
    {"processor", 80, 24, BRAILLE, fixture_kvm, "floats", float_suite},
    {"java", 120, 40, BRAILLE, fixture_all, "smp", other_view},
    {"live", 80, 24, BRAILLE, fixture_preparing, "preparing", idle},
    {"live", 120, 40, BRAILLE, fixture_preparing, "preparing", idle},
    {"live", 60, 16, BRAILLE, fixture_preparing, "preparing", idle},
    {"overview", 80, 24, BRAILLE, fixture_preparing, "preparing", idle},
    {"database", 60, 16, BRAILLE, fixture_preparing, "preparing", idle},
    {"database", 80, 24, BRAILLE, fixture_preparing, "preparing", idle},
    {"database", 120, 40, BRAILLE, fixture_preparing, "preparing", idle},
    {"web", 80, 24, ASCII, fixture_first_tick, "tick", idle},
    {"web", 120, 40, BRAILLE, fixture_first_tick, "tick", idle},
    {"web", 80, 24, BRAILLE, fixture_rising, "rising", idle},
    {"web", 120, 40, BRAILLE, fixture_rising, "rising", idle},
    {"web", 60, 16, BRAILLE, fixture_web_rate, "rate", idle},
    {"web", 80, 24, BRAILLE, fixture_web_rate, "rate", idle},
    {"web", 120, 40, BRAILLE, fixture_web_rate, "rate", idle},
    {"web", 80, 24, BRAILLE, fixture_web_rate, "rate-smp", all_processors},
    {"web", 80, 24, BRAILLE, fixture_native_web_rate, "rate-native", idle},
    {"processor", 120, 40, BRAILLE, fixture_container, "smp", all_processors},
    {"processor", 120, 40, BRAILLE, fixture_paper, "smp-figures", all_processors},
    {"processor", 80, 24, BRAILLE, fixture_paper, "smp-figures", all_processors},
    {"processor", 120, 40, BRAILLE, fixture_container, "point", linpack_point},
    {"processor", 120, 40, BRAILLE, fixture_container, "point-smp", linpack_point_smp},
    {"processor", 120, 40, BRAILLE, fixture_kvm, "floats", float_suite},
    {"processor", 120, 40, BRAILLE, fixture_kvm, "floats-smp", float_suite_smp},
    {"processor", 120, 40, BRAILLE, fixture_container, "raw", raw_compile},
    {"processor", 120, 40, BRAILLE, fixture_stored, "stored", zoomed},
    {"processor", 160, 48, BRAILLE, fixture_container, "expanded", expanded_host},
    {"memory", 120, 40, BRAILLE, fixture_container, "times", times},
    {"memory", 120, 40, BLOCK, fixture_all, "all", idle},
    {"sysops", 120, 40, BRAILLE, fixture_container, "raw", raw},
    {"sysops", 120, 40, BRAILLE, fixture_container, "paper", paper_marks},
    {"memory", 80, 24, BRAILLE, fixture_all, "paper", paper_marks},
    {"disk", 120, 40, BRAILLE, fixture_all, "paper", paper_marks},
    {"network", 80, 24, BRAILLE, fixture_all, "paper", paper_marks},
    {"web", 80, 24, BRAILLE, fixture_all, "paper", paper_marks},
    {"database", 80, 24, ASCII, fixture_all, "paper", paper_marks},
    {"java", 120, 40, BRAILLE, fixture_all, "paper", paper_marks},
    {"whitebox", 80, 24, BRAILLE, fixture_all, "reading", row_reading},
    {"whitebox", 120, 40, BRAILLE, fixture_kvm, "per-operation", per_operation},
    {"whitebox", 120, 40, BRAILLE, fixture_kvm, "per-second", per_second},
    {"whitebox", 120, 40, BRAILLE, fixture_all, "reading", row_reading},
    {"whitebox", 120, 40, ASCII, fixture_all, "reading", row_reading},
    {"sysops", 120, 40, BRAILLE, fixture_older, "older", older_row},
    {"sysops", 80, 24, ASCII, fixture_older, "older", older_row},
    {"overview", 120, 40, BRAILLE, fixture_older, "older", idle},
    {"sysops", 160, 48, BRAILLE, fixture_all, "counted", counted},
    {"sysops", 160, 48, BRAILLE, fixture_all, "uncounted", uncounted},
    {"ctxsw", 80, 24, BRAILLE, fixture_container, "paper", paper_marks},
    {"ctxsw", 80, 24, BRAILLE, fixture_all, "cross", other_view},
    {"log", 120, 40, BRAILLE, fixture_container, "filter", filtered},
    {"log", 80, 24, BRAILLE, fixture_container, "reading", reading_line},
    {"log", 60, 16, ASCII, fixture_container, "reading", reading_line},
    {"verdict", 120, 40, BRAILLE, fixture_verdict, "", idle},
    {"verdict", 80, 24, BRAILLE, fixture_verdict, "", idle},
    {"verdict", 80, 24, ASCII, fixture_verdict, "", idle},
    {"verdict", 80, 24, BLOCK, fixture_verdict, "", idle},
    {"verdict", 200, 60, BRAILLE, fixture_verdict, "", idle},
    {"verdict", 60, 16, BRAILLE, fixture_verdict, "", idle},
    {"verdict", 80, 24, BRAILLE, fixture_checking, "checking", idle},
    {"verdict", 80, 24, BRAILLE, fixture_empty, "empty", idle},
};

static char *read_file(const char *path)
{
    FILE *f = fopen(path, "r");
    if (!f)
        return NULL;
    char *text = xcalloc(1 << 18, 1);
    text[fread(text, 1, (1 << 18) - 1, f)] = '\0';
    fclose(f);
    return text;
}

/* False if the file differs or is missing. With VMTAX_GOLDEN_UPDATE the file is written instead. */
static bool matches(const char *name, const char *extension, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s.%s", GOLDEN_DIR, name, extension);
    if (getenv("VMTAX_GOLDEN_UPDATE")) {
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        assert_true(fputs(text, f) >= 0);
        assert_int_equal(fclose(f), 0);
        return true;
    }
    char *want = read_file(path);
    bool same = want && strcmp(want, text) == 0;
    if (!want)
        fprintf(stderr, "%s is missing: make golden-update\n", path);
    else if (!same)
        fprintf(stderr, "differs from %s; it should be\n%s\nand is\n%s\n", path, want, text);
    free(want);
    return same;
}

/* The text has exactly h lines of w columns. */
static void check_shape(const struct canvas *c, const char *text, int h, int w)
{
    int lines = 0;
    assert_int_equal(c->h, h);
    for (const char *p = text; *p; lines++) {
        const char *end = strchr(p, '\n');
        char *line = xcalloc((size_t)(end - p) + 1, 1);
        memcpy(line, p, (size_t)(end - p));
        assert_int_equal(canvas_columns(line), w);
        free(line);
        p = end + 1;
    }
    assert_int_equal(lines, h);
}

static bool check_golden(const struct golden *g, const struct paper *paper)
{
    struct view view = {.target = 1, .span_s = 30, .metric = SIZE_MAX};
    struct scene scene = {.view = &view, .tab = '1'};
    struct snapshot s = {0};
    struct canvas c;
    char name[128];
    if (*g->panel) {
        scene.panel = panel_find(g->panel);
        assert_non_null(scene.panel);
        scene.tab = scene.panel->key;
    }
    g->fixture(&s);
    s.paper = paper;
    g->set(&scene, &view);
    canvas_init(&c, g->glyphs);
    scene_draw(&c, g->h, g->w, &s, &scene);
    static const char *const sets[] = {"-ascii", "-block", ""};
    snprintf(name, sizeof name, "%s%s%s-%dx%d%s", g->panel, *g->panel && *g->scenario ? "-" : "",
             g->scenario, g->w, g->h, sets[g->glyphs]);
    char *text = canvas_to_text(&c), *attributes = canvas_to_attributes(&c);
    check_shape(&c, text, g->h, g->w);
    bool same = matches(name, "txt", text);
    same = matches(name, "attr", attributes) && same;
    free(text);
    free(attributes);
    canvas_release(&c);
    snapshot_release(&s);
    return same;
}

static void screens_are_as_they_were(void **state)
{
    size_t wrong = 0;
    struct paper paper;
    struct error e;
    (void)state;
    assert_int_equal(paper_load_file(&paper, PAPER_JSON, &e), 0);
    for (size_t i = 0; i < sizeof goldens / sizeof goldens[0]; i++)
        wrong += !check_golden(&goldens[i], &paper);
    assert_int_equal(wrong, 0);
}

/* The colours of each theme, as the terminal gets them at each depth: one screen that has most of
 * the styles. */
static void themes_are_as_they_were(void **state)
{
    static const struct {
        enum depth depth;
        const char *name;
    } depths[] = {{DEPTH_MONO, "mono"},
                  {DEPTH_8, "8"},
                  {DEPTH_16, "16"},
                  {DEPTH_256, "256"},
                  {DEPTH_TRUE, "direct"}};
    struct view view = {.target = 1, .span_s = 30, .metric = SIZE_MAX, .other_view = {true}};
    struct scene scene = {.panel = panel_find("ctxsw"), .tab = '0', .view = &view};
    struct snapshot s = {0};
    struct canvas c;
    size_t wrong = 0;
    (void)state;
    fixture_all(&s);
    canvas_init(&c, BRAILLE);
    scene_draw(&c, 24, 80, &s, &scene);
    for (size_t t = 0; theme_builtin(t); t++)
        for (size_t d = 0; d < sizeof depths / sizeof *depths; d++) {
            struct theme theme;
            struct error e;
            char name[64];
            assert_int_equal(theme_load(&theme, theme_builtin(t), NULL, NULL, &e), 0);
            snprintf(name, sizeof name, "theme-%s-%s", theme.name, depths[d].name);
            char *text = ansi_from_canvas(&c, &theme, depths[d].depth);
            wrong += !matches(name, "ansi", text);
            free(text);
        }
    canvas_release(&c);
    snapshot_release(&s);
    assert_int_equal(wrong, 0);
}

/* A guest boots for half a minute and nothing else happens: the picture moves all the same. */
static void waiting_is_seen_to_go_on(void **state)
{
    static const char *const shown_on[] = {"overview", "live", "host"};
    (void)state;
    for (size_t p = 0; p < sizeof shown_on / sizeof shown_on[0]; p++)
        for (int small = 0; small < 2; small++) {
            struct view view = {.target = 1, .span_s = 30, .metric = SIZE_MAX};
            struct scene scene = {.panel = panel_find(shown_on[p]), .view = &view};
            struct snapshot s = {0};
            struct canvas c;
            char *text[2];
            fixture_booting(&s);
            canvas_init(&c, BRAILLE);
            for (int i = 0; i < 2; i++) {
                scene_draw(&c, small ? 16 : 24, small ? 60 : 80, &s, &scene);
                text[i] = canvas_to_text(&c);
                s.now_s += 1;
            }
            assert_non_null(strstr(text[0], "12 s"));
            assert_non_null(strstr(text[1], "13 s"));
            free(text[0]);
            free(text[1]);
            canvas_release(&c);
            snapshot_release(&s);
        }
}

/* The text between the escape sequences is the text of the canvas, at every depth. */
static void ansi_says_what_the_canvas_says(void **state)
{
    static const enum depth depths[] = {DEPTH_MONO, DEPTH_8, DEPTH_16, DEPTH_256, DEPTH_TRUE};
    struct view view = {.target = 1, .span_s = 30, .metric = SIZE_MAX};
    struct scene scene = {.panel = panels[0], .tab = '1', .view = &view};
    struct snapshot s = {0};
    struct canvas c;
    struct theme theme;
    struct error e;
    (void)state;
    fixture_slow(&s);
    assert_int_equal(theme_load(&theme, "dark", NULL, NULL, &e), 0);
    canvas_init(&c, BRAILLE);
    scene_draw(&c, 24, 80, &s, &scene);
    char *want = canvas_to_text(&c);
    for (size_t i = 0; i < sizeof depths / sizeof depths[0]; i++) {
        char *ansi = ansi_from_canvas(&c, &theme, depths[i]), *to = ansi;
        for (const char *from = ansi; *from;) {
            if (*from == '\033') {
                assert_int_equal(from[1], '[');
                from += strcspn(from, "m") + 1;
            } else {
                *to++ = *from++;
            }
        }
        *to = '\0';
        assert_string_equal(ansi, want);
        free(ansi);
    }
    free(want);
    canvas_release(&c);
    snapshot_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ansi_says_what_the_canvas_says),
        cmocka_unit_test(screens_are_as_they_were),
        cmocka_unit_test(themes_are_as_they_were),
        cmocka_unit_test(waiting_is_seen_to_go_on),
    };
    setenv("TZ", "UTC0", 1);
    setenv("XDG_CONFIG_HOME", "/home/user/.config", 1);
    tzset();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    plan_dialog_release(&plan_dialog);
    return failed;
}
