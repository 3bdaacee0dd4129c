/* What lies over the screen: planner, settings and help, by key and by click. */
#include <config.h>

#include "conf.h"
#include "tests/unit/journey.h"
#include "ui/tour.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A click on the text, where the screen has it. */
static void click(struct journey *j, const char *text)
{
    struct canvas c;
    picture(j, &c);
    char *all = canvas_to_text(&c), *line = all, *found = NULL;
    int y = 0;
    for (; *line && !found; y++) {
        char *next = strchr(line, '\n');
        *next = '\0';
        found = strstr(line, text);
        if (!found)
            line = next + 1;
    }
    if (!found)
        fail_msg("'%s' is not on the screen", text);
    *found = '\0';
    const struct canvas_hit *hit = canvas_hit_at(&c, y - 1, canvas_columns(line));
    if (!hit)
        fail_msg("'%s' cannot be clicked", text);
    struct canvas_hit copy = *hit;
    free(all);
    canvas_release(&c);
    j->now_s += 0.1;
    control_click(&j->control, &copy, 0, &j->board, j->now_s, j->h, j->w);
}

static void plans_a_run(void **state)
{
    (void)state;
    struct journey j;
    begin(&j, fixture_stored, NULL);
    type(&j, "p");
    assert_int_equal(j.control.overlay, OVERLAY_PLAN);
    assert_true(shows(&j, "2 targets"));
    type(&j, " "); /* native stays */
    says(&j, "always measured", true);
    type(&j, "jjj ");
    says(&j, "kvm cannot be marked", true);
    says(&j, "modprobe kvm_intel", true);
    type(&j, "j ");
    assert_true(shows(&j, "3 targets"));
    key(&j, KEY_CODE_TAB);
    type(&j, "*"); /* none */
    assert_true(j.control.plan.planner.marked_work == 0 || shows(&j, "no workload is marked"));
    if (j.control.plan.planner.marked_work)
        type(&j, "*");
    assert_true(shows(&j, "no workload is marked"));
    key(&j, KEY_CODE_ENTER);
    says(&j, "no workload is marked", true);
    assert_int_equal(j.plans_started, 0);
    type(&j, "j jj ");
    key(&j, KEY_CODE_ENTER);
    assert_int_equal(j.plans_started, 1);
    assert_string_equal(j.plan, "native container tcg memory network ");
    assert_int_equal(j.control.overlay, OVERLAY_NONE);
    says(&j, "starting 53 rows on 3 targets", false);
    /* the marks are there again; Esc starts nothing */
    type(&j, "p");
    assert_true(shows(&j, "53 rows of 2 subsystems"));
    key(&j, KEY_CODE_ESCAPE);
    assert_int_equal(j.control.overlay, OVERLAY_NONE);
    assert_int_equal(j.plans_started, 1);
    end(&j);
}

static void plans_with_options(void **state)
{
    (void)state;
    struct journey j;
    begin(&j, fixture_stored, NULL);
    type(&j, "p");
    key(&j, KEY_CODE_BACKTAB);
    assert_int_equal(j.control.plan.column, PLAN_OPTIONS);
    while (strcmp(option_list_selected(&j.control.plan.options)->name, "blocks") != 0)
        key(&j, KEY_CODE_DOWN);
    assert_true(shows(&j, "blocks: blocks of each row"));
    key(&j, KEY_CODE_RIGHT);
    key(&j, KEY_CODE_RIGHT);
    assert_int_equal(j.control.plan.planner.options.blocks, 4);
    assert_true(shows(&j, "4 blocks"));
    key(&j, KEY_CODE_ENTER);
    key(&j, KEY_CODE_BACKSPACE);
    type(&j, "x");
    key(&j, KEY_CODE_ENTER);
    says(&j, "2 to 200", true);
    assert_true(j.control.plan.options.editing); /* to be mended */
    key(&j, KEY_CODE_BACKSPACE);
    type(&j, "12");
    key(&j, KEY_CODE_ENTER);
    assert_int_equal(j.control.plan.planner.options.blocks, 12);
    key(&j, KEY_CODE_BACKSPACE);
    assert_int_equal(j.control.plan.planner.options.blocks, 0);
    type(&j, "q"); /* not a letter of a value now */
    assert_int_equal(j.control.overlay, OVERLAY_NONE);
    assert_int_equal(j.options.blocks, 0); /* the plan's own */
    /* a run is live: it is said, and nothing starts */
    type(&j, "p");
    j.board.run.active = true;
    type(&j, "r");
    says(&j, "a run is live", true);
    j.board.run.active = false;
    j.refuse = true;
    type(&j, "r");
    says(&j, "no permission", true);
    assert_int_equal(j.control.overlay, OVERLAY_PLAN);
    assert_int_equal(j.plans_started, 0);
    end(&j);
}

static void planner_by_mouse(void **state)
{
    (void)state;
    struct journey j;
    begin(&j, fixture_stored, NULL);
    type(&j, "p");
    click(&j, "tcg");
    click(&j, "tcg"); /* again: marks */
    assert_true(shows(&j, "3 targets"));
    click(&j, "database");
    assert_int_equal(j.control.plan.column, PLAN_WORK);
    click(&j, "database");
    assert_false(j.control.plan.planner.work[SUBSYSTEM_DATABASE].marked);
    click(&j, "blocks ");
    assert_int_equal(j.control.plan.column, PLAN_OPTIONS);
    click(&j, "Esc close");
    assert_int_equal(j.control.overlay, OVERLAY_NONE);
    type(&j, "p");
    key(&j, KEY_CODE_TAB);
    click(&j, "↵ start");
    assert_int_equal(j.plans_started, 1);
    end(&j);
}

static void settings_apply_and_are_written(void **state)
{
    (void)state;
    char directory[] = "/tmp/vmtax-test-settings-XXXXXX", path[128], text[512];
    struct journey j;
    assert_non_null(mkdtemp(directory));
    setenv("XDG_CONFIG_HOME", directory, 1);
    begin(&j, fixture_stored, NULL);
    type(&j, "O");
    assert_int_equal(j.control.overlay, OVERLAY_SETTINGS);
    /* every option of the dashboard that a file may have is in the list */
    for (const struct option_row *r = option_rows; r->name; r++) {
        bool found = false;
        for (size_t i = 0; i < j.control.settings.count; i++)
            found = found || j.control.settings.rows[i] == r;
        assert_int_equal(found, (r->commands & FOR_DASHBOARD) && !(r->commands & NOT_IN_CONF));
    }
    while (strcmp(option_list_selected(&j.control.settings)->name, "theme") != 0)
        type(&j, "j");
    key(&j, KEY_CODE_RIGHT);
    assert_non_null(j.options.theme);
    assert_int_equal(j.control.requests, REQUEST_SETTINGS);
    j.control.requests = 0;
    while (strcmp(option_list_selected(&j.control.settings)->name, "no-mouse") != 0)
        type(&j, "j");
    type(&j, " ");
    assert_true(j.options.no_mouse);
    key(&j, KEY_CODE_HOME);
    key(&j, KEY_CODE_ENTER);
    type(&j, "native,kvm");
    key(&j, KEY_CODE_ENTER);
    assert_string_equal(j.options.on, "native,kvm");
    key(&j, KEY_CODE_RIGHT);
    says(&j, "no list of values", true);
    type(&j, "E");
    says(&j, "written to ", false);
    snprintf(path, sizeof path, "%s/vmtax/vmtax.conf", directory);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    assert_non_null(strstr(text, "on = native,kvm\n"));
    assert_non_null(strstr(text, "no-mouse = yes\n"));
    assert_non_null(strstr(text, "theme = "));
    assert_null(strstr(text, "blocks"));
    /* a click selects, a second one changes */
    click(&j, "ascii ");
    click(&j, "ascii ");
    assert_true(j.options.ascii);
    click(&j, "Esc close");
    assert_int_equal(j.control.overlay, OVERLAY_NONE);
    end(&j);
    unlink(path);
    *strrchr(path, '/') = '\0';
    rmdir(path);
    rmdir(directory);
}

static void help_is_searched(void **state)
{
    (void)state;
    struct journey j;
    begin(&j, fixture_stored, NULL);
    type(&j, "?/SIG"); /* whatever the case; keys are text now */
    assert_true(j.control.typing);
    assert_true(shows(&j, "no sign: measured too briefly"));
    assert_false(shows(&j, "next theme"));
    type(&j, "zzz");
    assert_true(shows(&j, "no line of the help has it"));
    key(&j, KEY_CODE_ESCAPE);
    assert_true(shows(&j, "next theme"));
    type(&j, "/theme");
    key(&j, KEY_CODE_ENTER);
    assert_false(j.control.typing);
    assert_true(shows(&j, "next theme"));
    assert_false(shows(&j, "EVERYWHERE"));
    key(&j, KEY_CODE_ESCAPE); /* the whole help first */
    assert_int_equal(j.control.overlay, OVERLAY_HELP);
    assert_true(shows(&j, "EVERYWHERE"));
    key(&j, KEY_CODE_ESCAPE);
    assert_int_equal(j.control.overlay, OVERLAY_NONE);
    end(&j);
}

static void begin_tour(struct journey *j, void (*fill)(struct snapshot *s), double seconds)
{
    begin(j, fill, NULL);
    j->control.tour = true;
    j->control.tour_s = seconds;
    j->control.overlay = OVERLAY_TOUR;
}

/* Forward through all slides that are there, back, and out of it. */
static void tours(void **state)
{
    (void)state;
    struct journey j;
    size_t slides = 1;
    begin_tour(&j, fixture_slow, 0);
    assert_true(shows(&j, "What does your hypervisor cost you?"));
    for (size_t last = SIZE_MAX; last != j.control.slide; slides++) {
        last = j.control.slide;
        type(&j, " ");
    }
    assert_int_equal(j.control.slide, TOUR_END);
    assert_true(slides > 6);
    key(&j, KEY_CODE_LEFT);
    assert_true(shows(&j, "Where it costs most"));
    key(&j, KEY_CODE_HOME);
    key(&j, KEY_CODE_LEFT);
    assert_int_equal(j.control.slide, TOUR_INTRO);
    key(&j, KEY_CODE_ESCAPE);
    assert_int_equal(j.control.overlay, OVERLAY_NONE);
    assert_true(shows(&j, "scoreboard"));
    end(&j);
    /* without figures: no slide pretends to have any */
    begin_tour(&j, fixture_empty, 0);
    type(&j, "  ");
    assert_int_equal(j.control.slide, TOUR_END);
    end(&j);
    /* a question in between */
    begin_tour(&j, fixture_container, 0);
    type(&j, " q");
    assert_int_equal(j.control.overlay, OVERLAY_QUIT);
    key(&j, KEY_CODE_ESCAPE);
    assert_int_equal(j.control.overlay, OVERLAY_TOUR);
    assert_int_equal(j.control.slide, TOUR_RUN);
    end(&j);
}

/* A key gives the slide its whole time again; at the end it begins anew. */
static void tours_by_itself(void **state)
{
    (void)state;
    struct journey j;
    begin_tour(&j, fixture_empty, 5);
    assert_false(control_tick(&j.control, &j.board, 100));
    assert_false(control_tick(&j.control, &j.board, 104.9));
    assert_true(control_tick(&j.control, &j.board, 105));
    assert_int_equal(j.control.slide, TOUR_RUN);
    j.now_s = 109;
    type(&j, " ");
    assert_int_equal(j.control.slide, TOUR_END);
    assert_false(control_tick(&j.control, &j.board, 110));
    assert_true(control_tick(&j.control, &j.board, 115));
    assert_int_equal(j.control.slide, TOUR_INTRO);
    end(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plans_a_run),      cmocka_unit_test(plans_with_options),
        cmocka_unit_test(planner_by_mouse), cmocka_unit_test(settings_apply_and_are_written),
        cmocka_unit_test(help_is_searched), cmocka_unit_test(tours),
        cmocka_unit_test(tours_by_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
