/* Overview and live: a run in its states, one that is stored, and rows of several. */
#include <config.h>

#include "tests/unit/screens.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The row that runs began seven seconds ago. */
static void fixture_young(struct snapshot *s)
{
    fixture_container(s);
    s->run.rate_first = (s->run.rate_first + s->run.rate_count - 14) % BOARD_RATE_MAX;
    s->run.rate_count = 14;
}

/* The first frame of a recording: nothing has been measured in it. */
static void fixture_recorded(struct snapshot *s)
{
    fixture_empty(s);
    s->replayed = true;
    s->clock = 1790000000;
    snprintf(s->title, sizeof s->title, "node7 2026-09-21  0:00/2:34  paused");
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

static void expanded_list(struct scene *scene, struct view *view)
{
    (void)scene;
    view->expanded = true;
    view->box = 2;
    view->row[2] = 30;
}

static void one_row(struct scene *scene, struct view *view)
{
    (void)scene;
    view->metric = 5;
}

static void one_row_of_last(struct scene *scene, struct view *view)
{
    one_row(scene, view);
    view->target = 2;
}

static const struct golden_screen screens[] = {
    {"overview", 80, 24, BRAILLE, fixture_starting, "starting", idle},
    {"overview", 80, 24, BRAILLE, fixture_recorded, "recorded", idle},
    {"overview", 120, 40, BRAILLE, fixture_recorded, "recorded", idle},
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
    {"overview", 120, 40, BRAILLE, fixture_container, "expanded", expanded_list},
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
    {"overview", 60, 16, BRAILLE, fixture_tcg, "tcg", last_target},
    {"live", 80, 24, BRAILLE, fixture_tcg, "tcg-row", one_row_of_last},
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
    {"live", 80, 24, BRAILLE, fixture_unconfirmed, "unconfirmed", idle},
    {"live", 80, 24, ASCII, fixture_unconfirmed, "unconfirmed", idle},
    {"live", 120, 40, BRAILLE, fixture_unconfirmed, "unconfirmed", idle},
    {"live", 60, 16, BRAILLE, fixture_unconfirmed, "unconfirmed", idle},
    {"overview", 80, 24, BRAILLE, fixture_unconfirmed, "unconfirmed", idle},
    {"live", 80, 24, BRAILLE, fixture_preparing, "preparing", idle},
    {"live", 120, 40, BRAILLE, fixture_preparing, "preparing", idle},
    {"live", 60, 16, BRAILLE, fixture_preparing, "preparing", idle},
    {"overview", 80, 24, BRAILLE, fixture_preparing, "preparing", idle},
    {"overview", 120, 40, BRAILLE, fixture_older, "older", idle},
};

static void screens_are_as_they_were(void **state)
{
    (void)state;
    size_t wrong = screens_differ(screens, sizeof screens / sizeof *screens);
    wrong += screens_differ_of_panel("overview", true);
    wrong += screens_differ_of_panel("live", true);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(screens_are_as_they_were),
        cmocka_unit_test(waiting_is_seen_to_go_on),
    };
    return cmocka_run_group_tests(tests, screens_set_up, NULL);
}
