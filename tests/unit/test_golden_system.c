/* System calls, context switches, and what a row took beside its operations. */
#include <config.h>

#include "tests/unit/screens.h"
#include "tests/unit/unit.h"

#include <string.h>

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

static void raw(struct scene *scene, struct view *view)
{
    (void)scene;
    view->unit = UNIT_RAW;
    view->row[0] = 4;
}

static void raw_of_last(struct scene *scene, struct view *view)
{
    raw(scene, view);
    view->target = 2;
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

static const struct golden_screen screens[] = {
    {"sysops", 120, 40, BRAILLE, fixture_tcg, "tcg-raw", raw_of_last},
    {"sysops", 120, 40, BRAILLE, fixture_container, "raw", raw},
    {"sysops", 120, 40, BRAILLE, fixture_container, "paper", paper_marks},
    {"sysops", 120, 40, BRAILLE, fixture_older, "older", older_row},
    {"sysops", 80, 24, ASCII, fixture_older, "older", older_row},
    {"sysops", 160, 48, BRAILLE, fixture_all, "counted", counted},
    {"sysops", 160, 48, BRAILLE, fixture_all, "uncounted", uncounted},
    {"ctxsw", 80, 24, BRAILLE, fixture_container, "paper", paper_marks},
    {"ctxsw", 80, 24, BRAILLE, fixture_all, "cross", other_view},
    {"whitebox", 80, 24, BRAILLE, fixture_all, "reading", row_reading},
    {"whitebox", 120, 40, BRAILLE, fixture_kvm, "per-operation", per_operation},
    {"whitebox", 120, 40, BRAILLE, fixture_kvm, "per-second", per_second},
    {"whitebox", 120, 40, BRAILLE, fixture_all, "reading", row_reading},
    {"whitebox", 120, 40, ASCII, fixture_all, "reading", row_reading},
};

static void screens_are_as_they_were(void **state)
{
    (void)state;
    size_t wrong = screens_differ(screens, sizeof screens / sizeof *screens);
    wrong += screens_differ_of_panel("sysops", true);
    wrong += screens_differ_of_panel("ctxsw", true);
    wrong += screens_differ_of_panel("whitebox", true);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(screens_are_as_they_were),
    };
    return cmocka_run_group_tests(tests, screens_set_up, NULL);
}
