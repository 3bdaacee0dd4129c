/* Suites of rows: which rows there are, their means, the axes' ranges, LINPACK's peak. */
#include <config.h>

#include "stats.h"
#include "tests/fixture_board.h"
#include "tests/unit/unit.h"
#include "ui/strips.h"
#include "ui/sweep.h"

#include <math.h>
#include <string.h>

static const struct suite suites[] = {
    {"cint.", "int", false}, {"cfp.", "fp", false}, {"spec.int", "SPEC int est.", true}};

static struct strips read_all(const struct snapshot *s, const char *filter, uint64_t cpus)
{
    struct view view = {.target = 1};
    strcpy(view.filter, filter);
    return strips_read(s, &view, suites, 3, cpus);
}

/* Every row of the catalogue has its place, measured or not. */
static void rows_keep_their_places(void **state)
{
    (void)state;
    struct snapshot s = {0};
    size_t line = 0;
    fixture_container(&s);
    struct strips list = read_all(&s, "", 1);
    assert_int_equal(list.count, 12 + 17);
    for (size_t i = 0; i < list.count; i++) {
        assert_true(list.row[i].metric < s.metric_count);
        assert_ptr_equal(s.metrics[list.row[i].metric].workload, list.row[i].workload);
        assert_int_equal(list.row[i].suite, i < 12 ? 0 : 1);
    }
    assert_int_equal(strips_suite(&list, 0, &line), 0);
    assert_int_equal(line, 0);
    assert_int_equal(strips_suite(&list, 1, &line), 12);
    assert_int_equal(line, 13);
    list = read_all(&s, "", 0); /* on all processors: in the board's profile there are none */
    assert_int_equal(list.count, 12 + 17);
    for (size_t i = 0; i < list.count; i++)
        assert_true(list.row[i].metric == SIZE_MAX);
    list = read_all(&s, "453.povray", 1);
    assert_int_equal(list.count, 1);
    assert_string_equal(list.row[0].workload->id, "cfp.raytrace");
    assert_int_equal(strips_suite(&list, 0, &line), SIZE_MAX);
    assert_int_equal(strips_suite(&list, 1, &line), 0);
    assert_int_equal(read_all(&s, "no such program", 1).count, 0);
    snapshot_release(&s);
}

/* Of a suite by parameters there is what was measured, on that many processors. */
static void rows_by_parameters(void **state)
{
    (void)state;
    struct snapshot s = {0};
    size_t line = 0;
    fixture_spec(&s);
    struct strips list = read_all(&s, "", 1);
    assert_int_equal(list.count, 12 + 17 + 2);
    assert_int_equal(strips_suite(&list, 2, &line), 29);
    assert_int_equal(line, 31);
    assert_non_null(strstr(s.metrics[list.row[29].metric].params, "benchmark=400.perlbench"));
    assert_int_equal(strips_mean(&s, &list, 2, 1).total, 2);
    list = read_all(&s, "", 0);
    assert_int_equal(list.count, 12 + 17 + 1);
    assert_non_null(strstr(s.metrics[list.row[29].metric].params, "benchmark=429.mcf"));
    list = read_all(&s, "libquantum", 1); /* and the one that stands in for it */
    assert_int_equal(list.count, 2);
    assert_string_equal(list.row[0].workload->id, "cint.quantum");
    assert_string_equal(list.row[1].workload->id, "spec.int2006");
    snapshot_release(&s);
}

static void set_ratio(struct snapshot *s, size_t metric, size_t target, double ratio)
{
    s->metrics[metric].cell[target].comparison.estimate.centre = log(ratio);
}

/* Geometric, over what was measured; emulated targets have none. */
static void means(void **state)
{
    (void)state;
    struct snapshot s = {0};
    fixture_tcg(&s);
    struct strips list = read_all(&s, "", 1);
    for (size_t i = 0; i < 12; i++)
        set_ratio(&s, list.row[i].metric, 1, i % 2 ? 0.5 : 0.8);
    struct strips_mean mean = strips_mean(&s, &list, 0, 1);
    assert_true(fabs(mean.ratio - sqrt(0.4)) < 1e-12);
    assert_int_equal(mean.n, 12);
    assert_int_equal(mean.total, 12);
    s.metrics[list.row[0].metric].cell[1].compared = false;
    list.row[1].metric = SIZE_MAX;
    mean = strips_mean(&s, &list, 0, 1);
    assert_true(fabs(mean.ratio - sqrt(0.4)) < 1e-12);
    assert_int_equal(mean.n, 10);
    assert_int_equal(mean.total, 12);
    assert_true(s.targets[2].emulated);
    mean = strips_mean(&s, &list, 0, 2);
    assert_true(isnan(mean.ratio));
    assert_int_equal(mean.n, 0);
    snapshot_release(&s);
}

/* A mean's interval is that of its rows' variances: of equal ones, that of one by the root of their
 * number. What is unknown of one row is unknown of the mean, and a single block is no part of it.
 */
static void mean_intervals(void **state)
{
    (void)state;
    struct snapshot s = {0};
    fixture_tcg(&s);
    struct strips list = read_all(&s, "", 1);
    for (size_t i = 0; i < 12; i++) {
        struct comparison *c = &s.metrics[list.row[i].metric].cell[1].comparison;
        set_ratio(&s, list.row[i].metric, 1, 0.9);
        c->variance = 0.0012;
        c->estimate.n = 6;
    }
    struct strips_mean mean = strips_mean(&s, &list, 0, 1);
    assert_true(mean.bounded);
    double half = 0.01 * stats_t_quantile(0.975, 60); /* twelve rows of five degrees */
    assert_true(fabs(log(mean.high / 0.9) - half) < 1e-9);
    assert_true(fabs(log(0.9 / mean.low) - half) < 1e-9);
    s.metrics[list.row[3].metric].cell[1].comparison.variance = NAN;
    assert_false(strips_mean(&s, &list, 0, 1).bounded);
    s.metrics[list.row[3].metric].cell[1].comparison.estimate.n = 1;
    mean = strips_mean(&s, &list, 0, 1);
    assert_true(mean.bounded);
    assert_int_equal(mean.n, 11);
    assert_int_equal(mean.total, 12);
    /* the mean of one row is that row */
    struct comparison *only = &s.metrics[list.row[0].metric].cell[1].comparison;
    only->estimate.low = log(0.88);
    only->estimate.high = log(0.93);
    for (size_t i = 1; i < 12; i++)
        s.metrics[list.row[i].metric].cell[1].compared = false;
    mean = strips_mean(&s, &list, 0, 1);
    assert_true(fabs(mean.low - 0.88) < 1e-12 && fabs(mean.high - 0.93) < 1e-12);
    snapshot_release(&s);
}

static void zoom(void **state)
{
    (void)state;
    const struct axis fit = {81, 103, false};
    assert_true(row_zoom(fit, 0).low == 81 && row_zoom(fit, 0).high == 103);
    for (size_t level = 1; level < ZOOM_LEVELS; level++) {
        struct axis a = row_zoom(fit, level);
        assert_true(a.low < 100 && a.high > 100 && !a.log); /* the ruler is always seen */
        assert_true(level == 1 || a.low < row_zoom(fit, level - 1).low);
    }
    assert_true(row_zoom(fit, ZOOM_LEVELS).low == 81);
    assert_true(row_zoom(fit, SIZE_MAX / 2).low < 100);
}

static void peak(void **state)
{
    (void)state;
    struct snapshot s = {0};
    const struct sweep sweep = {.id = "linpack", .x = "size", .fixed = "cpus=0", .linear = true};
    size_t points[SWEEP_MAX], none[1] = {0};
    fixture_container(&s);
    size_t count = sweep_points(&s, &sweep, points);
    assert_true(count >= 2);
    size_t best = sweep_peak(&s, points, count, 0);
    for (size_t i = 0; i < count; i++)
        assert_true(s.metrics[points[i]].cell[0].figure.value <=
                    s.metrics[best].cell[0].figure.value);
    s.metrics[best].cell[0].figure.measured = false;
    assert_true(sweep_peak(&s, points, count, 0) != best);
    assert_int_equal(sweep_peak(&s, none, 0, 0), SIZE_MAX);
    snapshot_release(&s);
}

/* The knee of a curve with these figures at 1, 2, 4 ...; negative: not measured. */
static struct knee knee_of(const double *values, size_t count, size_t points[4])
{
    struct board_metric metrics[4];
    struct snapshot s = {.metrics = metrics, .metric_count = count};
    memset(metrics, 0, sizeof metrics);
    for (size_t i = 0; i < count; i++) {
        metrics[i].cell[0].figure.measured = values[i] >= 0;
        metrics[i].cell[0].figure.value = values[i];
        points[i] = i;
    }
    return sweep_knee(&s, points, count, 0);
}

/* A curve that still rises where it ends has no knee as far as is known. */
static void knee(void **state)
{
    (void)state;
    static const struct {
        double values[4];
        size_t count, point;
        bool rising;
    } cases[] = {
        {{100, 180, 190, 185}, 4, 2, false}, /* 180 are less than 95 % of 190 */
        {{100, 188, 190, 185}, 4, 1, false}, /* and 188 are not */
        {{100, 200, 400, 800}, 4, 3, true},
        {{100, 200, 400, -1}, 4, 2, true}, /* the last that was measured */
        {{100, 200}, 2, 1, true},
        {{100, 104}, 2, 0, false},
        {{100, 50}, 2, 0, false}, /* it falls from the begin */
        {{100}, 1, SIZE_MAX, false},
        {{100, -1, -1}, 3, SIZE_MAX, false},
        {{-1, -1}, 2, SIZE_MAX, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t points[4];
        struct knee k = knee_of(cases[i].values, cases[i].count, points);
        assert_int_equal(k.point, cases[i].point);
        assert_int_equal(k.rising, cases[i].rising);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_keep_their_places),
        cmocka_unit_test(rows_by_parameters),
        cmocka_unit_test(means),
        cmocka_unit_test(mean_intervals),
        cmocka_unit_test(zoom),
        cmocka_unit_test(peak),
        cmocka_unit_test(knee),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
