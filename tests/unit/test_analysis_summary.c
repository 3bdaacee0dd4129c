/* What several rows say together: the mean of a subsystem and of all, and which rows are looked at
 * again. */
#include "analysis.h"
#include "tests/unit/handmade.h"
#include "tests/unit/unit.h"

#include <math.h>
#include <stdio.h>

static void test_select(void **state)
{
    (void)state;
    struct result r;
    handmade_two_stages(&r);
    size_t order[64];
    size_t n = analysis_select(&r, order, 64);
    assert_int_equal(n, 10);
    bool seen[40] = {false};
    for (size_t i = 0; i < n; i++) {
        assert_true(order[i] < 10);
        assert_false(seen[order[i]]);
        seen[order[i]] = true;
    }
    size_t few[3];
    assert_int_equal(analysis_select(&r, few, 3), 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(few[i], order[i]);
    assert_int_equal(analysis_select(&r, few, 0), 0);
    /* It is not swayed by stage 2, nor does it touch the result. */
    assert_int_equal(r.comparison_count, 0);
    for (size_t i = 0; i < r.slot_count; i++)
        if (r.slots[i].stage == 2)
            r.slots[i].value *= r.slots[i].target ? 2 : 1;
    size_t again[64];
    assert_int_equal(analysis_select(&r, again, 64), n);
    assert_memory_equal(order, again, n * sizeof *order);
    result_release(&r);
}

static void test_select_prefers_the_sure(void **state)
{
    (void)state;
    /* Two rows are 6 % slower, one of them surely so; a third is surely slower by 2.5 %. */
    struct result r;
    handmade_session(&r, 2);
    r.two_stage = true;
    const double size[] = {0.06, 0.06, 0.025, 0, 0, 0, 0, 0},
                 noise[] = {8, 0.5, 0.5, 1, 1, 1, 1, 1};
    for (uint32_t i = 0; i < 8; i++) {
        char params[16];
        snprintf(params, sizeof params, "size=%u", i);
        size_t m = result_add_metric(&r, &handmade_rate_row, params);
        for (uint32_t b = 0; b < 2; b++)
            handmade_block(&r, m, 1, b, exp(-size[i] + noise[i] * (b ? 0.005 : -0.005)), 0);
    }
    size_t order[8];
    size_t n = analysis_select(&r, order, 8);
    assert_int_equal(n, 3);
    assert_int_equal(order[0], 1);
    result_release(&r);
}

/* The first look at a row never says "same"; neither does a mean of nothing else. */
static void test_mean_of_one_look(void **state)
{
    (void)state;
    struct result r;
    handmade_session(&r, 2);
    r.two_stage = true;
    size_t m = result_add_metric(&r, &handmade_rate_row, "size=1");
    for (uint32_t b = 0; b < 2; b++)
        handmade_block(&r, m, 1, b, exp(b ? 0.00001 : -0.00001), 0);
    analysis_update(&r);
    assert_int_equal(r.comparisons[0].verdict, VERDICT_NO_SIGN);
    assert_int_equal(analysis_subsystem(&r, SUBSYSTEM_MEMORY, 1).verdict, VERDICT_NO_SIGN);
    assert_int_equal(analysis_overall(&r, 1).verdict, VERDICT_NO_SIGN);
    result_release(&r);
}

static void test_subsystem(void **state)
{
    (void)state;
    struct result r;
    handmade_session(&r, 2);
    const double ratio[] = {0.9, 0.8, 0.5, 1.0};
    for (uint32_t i = 0; i < 4; i++) {
        char params[16];
        snprintf(params, sizeof params, "size=%u", i);
        size_t m = result_add_metric(&r, i < 3 ? &handmade_rate_row : &handmade_time_row, params);
        for (uint32_t b = 0; b < 6; b++)
            handmade_block(&r, m, 1, b, ratio[i] * exp(handmade_wobble(b + i)), 0);
    }
    result_add_metric(&r, &handmade_rate_row, "size=99"); /* nothing measured */
    handmade_block(&r, result_add_metric(&r, &handmade_rate_row, "size=98"), 1, 0, 0.1,
                   0); /* once only */
    analysis_update(&r);
    struct subsystem_summary s = analysis_subsystem(&r, SUBSYSTEM_MEMORY, 1);
    assert_int_equal(s.total, 5);
    assert_int_equal(s.rows, 3); /* what was measured once is no part of the mean */
    assert_int_equal(s.estimate.n, 3);
    assert_near(exp(s.estimate.centre), cbrt(0.9 * 0.8 * 0.5), 0.002);
    assert_true(s.estimate.bounded);
    assert_true(s.estimate.high - s.estimate.low < 0.02);
    assert_int_equal(s.verdict, VERDICT_WORSE);
    assert_int_equal(r.comparisons[s.worst].metric, 2);

    struct subsystem_summary o = analysis_overall(&r, 1);
    assert_int_equal(o.estimate.n, 2);
    assert_near(o.estimate.centre, (s.estimate.centre + 0) / 2, 0.002);
    assert_int_equal(o.rows, 4);
    assert_int_equal(o.total, 6);
    assert_int_equal(r.comparisons[o.worst].metric, 2);

    struct subsystem_summary nothing = analysis_subsystem(&r, SUBSYSTEM_WEB, 1);
    assert_int_equal(nothing.total, 0);
    assert_int_equal(nothing.estimate.n, 0);
    assert_int_equal(nothing.verdict, VERDICT_NOT_MEASURED);
    assert_true(nothing.worst == SIZE_MAX);

    struct subsystem_summary native = analysis_subsystem(&r, SUBSYSTEM_MEMORY, 0);
    assert_int_equal(native.rows, 4);
    assert_int_equal(native.estimate.n, 0);
    result_release(&r);
}

/* Of datagrams at a given rate the figure is what was asked for: it is in no mean. */
static void test_given_rate(void **state)
{
    (void)state;
    static const struct {
        const char *id, *params;
        double ratio;
    } rows[] = {{"net.udp.tx", "size=1K rate=100", 1}, {"net.udp.tx", "size=1K rate=0", 0.8}};
    for (size_t count = 1; count <= 2; count++) {
        struct result r;
        handmade_session(&r, 2);
        for (size_t i = 0; i < count; i++) {
            size_t m = result_add_metric(&r, workload_find(rows[i].id), rows[i].params);
            for (uint32_t b = 0; b < 6; b++)
                handmade_block(&r, m, 1, b, rows[i].ratio * exp(handmade_wobble(b)), 0);
        }
        analysis_update(&r);
        struct subsystem_summary s = analysis_subsystem(&r, SUBSYSTEM_NETWORK, 1),
                                 o = analysis_overall(&r, 1);
        assert_int_equal(s.total, count);
        assert_int_equal(s.rows, 1);
        assert_int_equal(s.estimate.n, count - 1);
        assert_int_equal(o.estimate.n, count - 1);
        assert_int_equal(s.verdict, count == 1 ? VERDICT_NOT_COMPARABLE : VERDICT_WORSE);
        assert_int_equal(o.verdict, s.verdict);
        if (count == 2)
            assert_near(exp(s.estimate.centre), 0.8, 0.01);
        result_release(&r);
    }
}

static void test_subsystem_in_two_stages(void **state)
{
    (void)state;
    /* Ten rows of one subsystem, each 4 % slower: no row is kept, the whole is found. */
    struct result r;
    handmade_session(&r, 2);
    r.two_stage = true;
    for (uint32_t i = 0; i < 20; i++) {
        char params[16];
        snprintf(params, sizeof params, "size=%u", i);
        size_t m = result_add_metric(&r, i < 10 ? &handmade_rate_row : &handmade_time_row, params);
        for (uint32_t b = 0; b < 2; b++)
            handmade_block(&r, m, 1, b, exp((i < 10 ? -0.05 : 0) + handmade_wobble(i + 5 * b)), 0);
    }
    analysis_update(&r);
    struct subsystem_summary moved = analysis_subsystem(&r, SUBSYSTEM_MEMORY, 1),
                             quiet = analysis_subsystem(&r, SUBSYSTEM_SYSOPS, 1);
    assert_int_equal(moved.verdict, VERDICT_SLIGHTLY_WORSE);
    assert_int_equal(quiet.verdict, VERDICT_SAME);
    result_release(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_select),           cmocka_unit_test(test_select_prefers_the_sure),
        cmocka_unit_test(test_mean_of_one_look), cmocka_unit_test(test_subsystem),
        cmocka_unit_test(test_given_rate),       cmocka_unit_test(test_subsystem_in_two_stages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
