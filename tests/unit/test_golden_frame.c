/* What surrounds the panels: tabs, footer, and what is shown where nothing else has room. */
#include <config.h>

#include "tests/unit/screens.h"
#include "tests/unit/unit.h"

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

static const struct golden_screen screens[] = {
    {"", 80, 24, BRAILLE, fixture_container, "frame", idle},
    {"", 80, 24, ASCII, fixture_container, "frame", idle},
    {"", 120, 40, BRAILLE, fixture_stored, "frame", idle},
    {"", 60, 16, BRAILLE, fixture_container, "flash", flash},
    {"", 60, 16, BRAILLE, fixture_container, "held", held},
    {"", 80, 24, BRAILLE, fixture_container, "held", held},
    {"", 120, 40, BRAILLE, fixture_container, "held", held},
    {"", 40, 3, BRAILLE, fixture_all, "small", idle},
    {"", 40, 3, BRAILLE, fixture_booting, "small-booting", idle},
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
    return cmocka_run_group_tests(tests, screens_set_up, NULL);
}
