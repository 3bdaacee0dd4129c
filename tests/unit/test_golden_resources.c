/* Memory, disk, network, and the machine itself. */
#include <config.h>

#include "tests/unit/screens.h"
#include "tests/unit/unit.h"
#include "workloads/catalog.h"

#include <string.h>

static void times(struct scene *scene, struct view *view)
{
    (void)scene;
    view->unit = UNIT_TIMES;
    view->box = 1;
    view->column[1] = 3;
}

/* Reads of blocks in the caches are so fast that their curve is where the caches' names would be.
 */
static void fixture_high(struct snapshot *s)
{
    fixture_container(s);
    for (size_t i = 0; i < s->metric_count; i++) {
        struct board_metric *m = &s->metrics[i];
        if (strcmp(m->workload->id, "membw.frd") != 0)
            continue;
        bool cached = params_value(m->workload, m->params, "size", 0) <= 2 << 20;
        for (size_t t = 0; t < s->target_count; t++)
            m->cell[t].figure.value = cached ? 24700 : 8000;
    }
}

static const struct golden_screen screens[] = {
    {"memory", 120, 40, BRAILLE, fixture_container, "times", times},
    {"memory", 120, 40, BLOCK, fixture_all, "all", idle},
    {"memory", 80, 24, BRAILLE, fixture_all, "paper", paper_marks},
    {"memory", 80, 24, BRAILLE, fixture_high, "high", idle},
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
