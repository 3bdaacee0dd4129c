/* The processor: suites of programs, LINPACK, a kernel that is compiled. */
#include <config.h>

#include "tests/unit/screens.h"
#include "tests/unit/unit.h"

/* The kernel's compilation, its time and builds an hour. */
static void raw_compile(struct scene *scene, struct view *view)
{
    (void)scene;
    view->unit = UNIT_RAW;
    view->box = 2;
}

/* As `f` leaves it, on the stand-in for bwaves. */
static void float_suite(struct scene *scene, struct view *view)
{
    struct snapshot none = {0};
    view->target = 2;
    view->row[0] = scene->panel->suite(&none, view, true, &view->scroll[0]);
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

static const struct golden_screen screens[] = {
    {"processor", 80, 24, BRAILLE, fixture_all, "paper", paper_marks},
    {"processor", 120, 80, BRAILLE, fixture_spec, "spec", idle},
    {"processor", 80, 50, BRAILLE, fixture_spec, "spec", idle},
    {"processor", 120, 80, BRAILLE, fixture_spec, "spec-paper", paper_marks},
    {"processor", 120, 40, BRAILLE, fixture_all, "paper", paper_marks},
    {"processor", 160, 48, BRAILLE, fixture_all, "paper", paper_marks},
    {"processor", 80, 24, BRAILLE, fixture_kvm, "floats", float_suite},
    {"processor", 120, 40, BRAILLE, fixture_container, "smp", all_processors},
    {"processor", 120, 40, BRAILLE, fixture_paper, "smp-figures", all_processors},
    {"processor", 80, 24, BRAILLE, fixture_paper, "smp-figures", all_processors},
    {"processor", 120, 40, BRAILLE, fixture_container, "point", linpack_point},
    {"processor", 120, 40, BRAILLE, fixture_container, "point-smp", linpack_point_smp},
    {"processor", 120, 40, BRAILLE, fixture_kvm, "floats", float_suite},
    {"processor", 120, 40, BRAILLE, fixture_kvm, "floats-smp", float_suite_smp},
    {"processor", 120, 40, BRAILLE, fixture_container, "raw", raw_compile},
    {"processor", 120, 40, BRAILLE, fixture_stored, "stored", zoomed},
    {"processor", 160, 48, BRAILLE, fixture_container, "expanded", expanded},
};

static void screens_are_as_they_were(void **state)
{
    (void)state;
    size_t wrong = screens_differ(screens, sizeof screens / sizeof *screens);
    wrong += screens_differ_of_panel("processor", true);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(screens_are_as_they_were),
    };
    return cmocka_run_group_tests(tests, screens_set_up, NULL);
}
