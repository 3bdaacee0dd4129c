/* What lies over the panels: help, planner, settings, the tour, and questions. */
#include <config.h>

#include "tests/fixture_plan.h"
#include "tests/unit/screens.h"
#include "tests/unit/unit.h"
#include "ui/tour.h"

#include <stdio.h>

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

static const struct golden_screen screens[] = {
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
};

static void screens_are_as_they_were(void **state)
{
    (void)state;
    assert_int_equal(screens_differ(screens, sizeof screens / sizeof *screens), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(screens_are_as_they_were),
    };
    int failed = cmocka_run_group_tests(tests, screens_set_up, NULL);
    plan_dialog_release(&plan_dialog);
    return failed;
}
