/* Memory, disk, network, and the machine itself. */
#include <config.h>

#include "tests/unit/screens.h"
#include "tests/unit/unit.h"

static void times(struct scene *scene, struct view *view)
{
    (void)scene;
    view->unit = UNIT_TIMES;
    view->box = 1;
    view->column[1] = 3;
}

static const struct golden_screen screens[] = {
    {"memory", 120, 40, BRAILLE, fixture_container, "times", times},
    {"memory", 120, 40, BLOCK, fixture_all, "all", idle},
    {"memory", 80, 24, BRAILLE, fixture_all, "paper", paper_marks},
    {"disk", 120, 40, BRAILLE, fixture_all, "paper", paper_marks},
    {"network", 80, 24, BRAILLE, fixture_rated, "rated", idle},
    {"network", 120, 40, BRAILLE, fixture_rated, "rated", idle},
    {"network", 80, 24, BRAILLE, fixture_all, "paper", paper_marks},
    {"host", 80, 24, ASCII, fixture_looking, "looking", idle},
    {"host", 80, 24, BRAILLE, fixture_tcg, "tcg-expanded", expanded},
    {"host", 120, 40, BRAILLE, fixture_tcg, "tcg-expanded", expanded},
    {"host", 120, 40, BRAILLE, fixture_no_machine, "no-machine", last_target},
    {"host", 80, 24, BRAILLE, fixture_many, "many", idle},
    {"host", 160, 48, BRAILLE, fixture_many, "many", idle},
    {"host", 80, 24, BRAILLE, fixture_booting, "booting", last_target},
};

static void screens_are_as_they_were(void **state)
{
    (void)state;
    size_t wrong = screens_differ(screens, sizeof screens / sizeof *screens);
    wrong += screens_differ_of_panel("memory", true);
    wrong += screens_differ_of_panel("disk", true);
    wrong += screens_differ_of_panel("network", true);
    wrong += screens_differ_of_panel("host", true);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(screens_are_as_they_were),
    };
    return cmocka_run_group_tests(tests, screens_set_up, NULL);
}
