/* What serves others: web, database, Java. */
#include <config.h>

#include "tests/unit/screens.h"
#include "tests/unit/unit.h"
#include "ui/row.h"

#include <string.h>

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

/* The second point of a known curve, of which a tick has come. */
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

static const struct golden_screen screens[] = {
    {"web", 80, 24, ASCII, fixture_first_tick, "tick", idle},
    {"web", 120, 40, BRAILLE, fixture_first_tick, "tick", idle},
    {"web", 80, 24, BRAILLE, fixture_rising, "rising", idle},
    {"web", 120, 40, BRAILLE, fixture_rising, "rising", idle},
    {"web", 60, 16, BRAILLE, fixture_web_rate, "rate", idle},
    {"web", 80, 24, BRAILLE, fixture_web_rate, "rate", idle},
    {"web", 120, 40, BRAILLE, fixture_web_rate, "rate", idle},
    {"web", 80, 24, BRAILLE, fixture_web_rate, "rate-smp", all_processors},
    {"web", 80, 24, BRAILLE, fixture_native_web_rate, "rate-native", idle},
    {"web", 80, 24, BRAILLE, fixture_all, "paper", paper_marks},
    {"database", 60, 16, BRAILLE, fixture_preparing, "preparing", idle},
    {"database", 80, 24, BRAILLE, fixture_preparing, "preparing", idle},
    {"database", 120, 40, BRAILLE, fixture_preparing, "preparing", idle},
    {"database", 80, 24, ASCII, fixture_all, "paper", paper_marks},
    {"java", 120, 40, BRAILLE, fixture_all, "smp", other_view},
    {"java", 120, 40, BRAILLE, fixture_all, "paper", paper_marks},
};

static void screens_are_as_they_were(void **state)
{
    (void)state;
    size_t wrong = screens_differ(screens, sizeof screens / sizeof *screens);
    wrong += screens_differ_of_panel("web", true);
    wrong += screens_differ_of_panel("database", true);
    wrong += screens_differ_of_panel("java", true);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(screens_are_as_they_were),
    };
    return cmocka_run_group_tests(tests, screens_set_up, NULL);
}
