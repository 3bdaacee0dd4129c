/* The arithmetic of comparison, against published tables and worked examples, and against direct
 * computations that share no code with it. */
#include "stats.h"
#include "tests/unit/unit.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.17g is not %.17g within %g", value, expected, tolerance);
}

static void test_normal(void **state)
{
    (void)state;
    /* Standard tables, more digits by the usual references. */
    const struct {
        double p, z;
    } cases[] = {
        {0.75, 0.67448975019608171},  {0.9, 1.2815515655446004},
        {0.95, 1.6448536269514722},   {0.975, 1.9599639845400545},
        {0.995, 2.5758293035489004},  {0.999, 3.0902323061678132},
        {1e-10, -6.3613409024040557}, {0.5, 0},
        {0.1, -1.2815515655446004},   {0.6, 0.25334710313579972},
        {1e-300, -37.0471},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        double tolerance = cases[i].p < 1e-200 ? 1e-4 : 1e-12;
        assert_near(stats_normal_quantile(cases[i].p), cases[i].z, tolerance);
        assert_near(stats_normal_cdf(cases[i].z), cases[i].p, 1e-12);
    }
    for (double p = 0.0005; p < 1; p += 0.0005)
        assert_near(stats_normal_cdf(stats_normal_quantile(p)), p, 1e-14);
}

static void test_t_table(void **state)
{
    (void)state;
    /* The table that every textbook prints: df against upper tails 0.1, 0.05, 0.025, 0.01, 0.005,
     * 0.0005. */
    static const double tails[] = {0.1, 0.05, 0.025, 0.01, 0.005, 0.0005};
    static const struct {
        double df, t[6];
    } rows[] = {
        {1, {3.078, 6.314, 12.706, 31.821, 63.657, 636.619}},
        {2, {1.886, 2.920, 4.303, 6.965, 9.925, 31.599}},
        {3, {1.638, 2.353, 3.182, 4.541, 5.841, 12.924}},
        {4, {1.533, 2.132, 2.776, 3.747, 4.604, 8.610}},
        {5, {1.476, 2.015, 2.571, 3.365, 4.032, 6.869}},
        {6, {1.440, 1.943, 2.447, 3.143, 3.707, 5.959}},
        {7, {1.415, 1.895, 2.365, 2.998, 3.499, 5.408}},
        {8, {1.397, 1.860, 2.306, 2.896, 3.355, 5.041}},
        {9, {1.383, 1.833, 2.262, 2.821, 3.250, 4.781}},
        {10, {1.372, 1.812, 2.228, 2.764, 3.169, 4.587}},
        {11, {1.363, 1.796, 2.201, 2.718, 3.106, 4.437}},
        {12, {1.356, 1.782, 2.179, 2.681, 3.055, 4.318}},
        {15, {1.341, 1.753, 2.131, 2.602, 2.947, 4.073}},
        {20, {1.325, 1.725, 2.086, 2.528, 2.845, 3.850}},
        {30, {1.310, 1.697, 2.042, 2.457, 2.750, 3.646}},
        {60, {1.296, 1.671, 2.000, 2.390, 2.660, 3.460}},
        {120, {1.289, 1.658, 1.980, 2.358, 2.617, 3.373}},
        {INFINITY, {1.282, 1.645, 1.960, 2.326, 2.576, 3.291}},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t j = 0; j < COUNT(tails); j++) {
            assert_near(stats_t_quantile(1 - tails[j], rows[i].df), rows[i].t[j], 0.00051);
            assert_near(stats_t_quantile(tails[j], rows[i].df), -rows[i].t[j], 0.00051);
        }
}

/* Where the distribution has a closed form it must agree to nine digits and better. */
static void test_t_closed_forms(void **state)
{
    (void)state;
    for (double t = -40; t <= 40; t += 0.37) {
        double s = t / sqrt(3);
        assert_near(stats_t_cdf(t, 1), 0.5 + atan(t) / M_PI, 1e-13);
        assert_near(stats_t_cdf(t, 2), 0.5 + t / (2 * sqrt(2 + t * t)), 1e-13);
        assert_near(stats_t_cdf(t, 3), 0.5 + (s / (1 + s * s) + atan(s)) / M_PI, 1e-13);
        double a = 1 + t * t / 4;
        assert_near(stats_t_cdf(t, 4), 0.5 + 3.0 / 8 * t / sqrt(a) * (1 - t * t / a / 12), 1e-13);
        assert_near(stats_t_cdf(t, INFINITY), stats_normal_cdf(t), 1e-15);
    }
    for (double p = 0.001; p < 1; p += 0.001) {
        assert_near(stats_t_quantile(p, 1) * cos(M_PI * (p - 0.5)), sin(M_PI * (p - 0.5)), 1e-12);
        double alpha = 4 * p * (1 - p);
        assert_near(stats_t_quantile(p, 2), 2 * (p - 0.5) * sqrt(2 / alpha), 1e-11);
    }
    /* No seams between the ways of computing it. */
    const double seams[] = {199.9999, 200.0001, 1e5, 1e5 + 1e-6};
    for (size_t i = 0; i < COUNT(seams); i += 2)
        for (double t = 0.1; t < 9; t += 0.3)
            assert_near(stats_t_cdf(-t, seams[i]), stats_t_cdf(-t, seams[i + 1]), i ? 1e-11 : 1e-9);
    const double dfs[] = {0.7, 1.5, 3.3, 11, 57.2, 1234.5, 3e6, 5e8};
    for (size_t i = 0; i < COUNT(dfs); i++)
        for (double p = 0.0003; p < 1; p += 0.0171)
            assert_near(stats_t_cdf(stats_t_quantile(p, dfs[i]), dfs[i]), p, 1e-11);
}

static void test_median_and_noise(void **state)
{
    (void)state;
    double odd[] = {3, 1, 2}, even[] = {4, 1, 3, 2}, one[] = {7};
    assert_near(stats_median(odd, 3), 2, 0);
    assert_near(stats_median(even, 4), 2.5, 0);
    assert_near(stats_median(one, 1), 7, 0);
    const double pairs[] = {0.02, -0.01, 0.03, -0.04, 0.005};
    assert_near(stats_pair_noise(pairs, 5), 1.4826 * 0.02 / sqrt(2), 1e-15);
    assert_true(isnan(stats_pair_noise(pairs, 0)));
    const double values[] = {2, 4, 4, 4, 5, 5, 7, 9};
    assert_near(stats_sd(values, 8), sqrt(32.0 / 7), 1e-15);
    assert_true(isnan(stats_sd(values, 1)));
}

/* Every assignment of signs, counted one by one. */
static void test_signed_rank_brute_force(void **state)
{
    (void)state;
    for (unsigned n = 1; n <= 12; n++) {
        unsigned top = n * (n + 1) / 2, counts[80] = {0};
        for (unsigned signs = 0; signs < 1u << n; signs++) {
            unsigned sum = 0;
            for (unsigned i = 0; i < n; i++)
                sum += signs >> i & 1 ? i + 1 : 0;
            counts[sum]++;
        }
        double below = 0;
        for (unsigned s = 0; s <= top; s++) {
            below += counts[s] / (double)(1u << n);
            assert_near(stats_signed_rank_cdf(n, s), below, 1e-14);
            assert_near(stats_signed_rank_cdf(n, s + 0.5), below, 1e-14);
        }
        assert_near(stats_signed_rank_cdf(n, -1), 0, 0);
    }
}

/* Critical values of the signed-rank test, n = 5..30: the largest T whose two-sided p is at most
 * alpha (McCornack 1965, and every later table). -1: none. */
static void test_signed_rank_table(void **state)
{
    (void)state;
    static const double alphas[] = {0.10, 0.05, 0.02, 0.01};
    static const int critical[][4] = {
        {0, -1, -1, -1},      {2, 0, -1, -1},       {3, 2, 0, -1},      {5, 3, 1, 0},
        {8, 5, 3, 1},         {10, 8, 5, 3},        {13, 10, 7, 5},     {17, 13, 9, 7},
        {21, 17, 12, 9},      {25, 21, 15, 12},     {30, 25, 19, 15},   {35, 29, 23, 19},
        {41, 34, 27, 23},     {47, 40, 32, 27},     {53, 46, 37, 32},   {60, 52, 43, 37},
        {67, 58, 49, 42},     {75, 65, 55, 48},     {83, 73, 62, 54},   {91, 81, 69, 61},
        {100, 89, 76, 68},    {110, 98, 84, 75},    {119, 107, 92, 83}, {130, 116, 101, 91},
        {140, 126, 110, 100}, {151, 137, 120, 109},
    };
    for (size_t i = 0; i < COUNT(critical); i++)
        for (size_t j = 0; j < 4; j++) {
            size_t n = i + 5;
            int t = -1;
            while (2 * stats_signed_rank_cdf(n, t + 1) <= alphas[j])
                t++;
            if (t != critical[i][j])
                fail_msg("n = %zu, alpha = %g: %d, the table has %d", n, alphas[j], t,
                         critical[i][j]);
        }
}

/* The Edgeworth series above n = 100 against the exact recursion, done here in whole. */
static void test_signed_rank_large(void **state)
{
    (void)state;
    const size_t sizes[] = {101, 150, 300};
    for (size_t c = 0; c < COUNT(sizes); c++) {
        size_t n = sizes[c], top = n * (n + 1) / 2;
        long double *share = calloc(top + 1, sizeof *share);
        share[0] = 1;
        for (size_t k = 1; k <= n; k++)
            for (size_t s = k * (k + 1) / 2 + 1; s-- > 0;)
                share[s] = (share[s] + (s >= k ? share[s - k] : 0)) / 2;
        long double below = 0;
        double worst = 0;
        for (size_t s = 0; s <= top; s++) {
            below += share[s];
            double error = stats_signed_rank_cdf(n, (double)s) - (double)below;
            worst = fmax(worst, fabs(error));
        }
        if (worst > 1e-6)
            fail_msg("n = %zu: off by %g", n, worst);
        free(share);
    }
    assert_near(stats_signed_rank_cdf(1024, 1024 * 1025 / 4), 0.5, 1e-4);
}

/* Hamilton depression scale factor IV, nine patients before and after a tranquillizer: Hollander &
 * Wolfe, example 3.1 (T+ = 5 of the differences after - before, one-sided p = 0.0195), 3.3 (the
 * estimate -0.46) and 3.4 (the interval -0.786 .. -0.010 at 96.1 %). */
static void depression(double d[9])
{
    static const double before[] = {1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
    static const double after[] = {0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
    for (size_t i = 0; i < 9; i++)
        d[i] = after[i] - before[i];
}

static void test_hollander_wolfe(void **state)
{
    (void)state;
    double d[9];
    depression(d);
    struct stats_estimate e = stats_estimate(d, 9, 0.95);
    assert_int_equal(e.n, 9);
    assert_near(e.centre, -0.46, 1e-12);
    assert_true(e.bounded);
    assert_false(e.approximate);
    assert_near(e.low, -0.786, 1e-12);
    assert_near(e.high, -0.010, 1e-12);
    assert_near(e.level, 1 - 2 * 10.0 / 512, 1e-12);
    assert_near(stats_signed_rank_p(d, 9) / 2, 0.01953125, 1e-12);
}

/* Darwin's maize, 15 pairs (eighths of an inch), as in Fisher's Design of Experiments: the smaller
 * rank sum is 24 and the two-sided p 0.0413 (midranks); Fisher's t interval is 0.03 .. 41.8 with
 * mean 20.93. */
static void test_darwin(void **state)
{
    (void)state;
    static const double d[] = {49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48};
    double p = stats_signed_rank_p(d, COUNT(d));
    assert_near(p, 0.0413, 0.0005);
    struct stats_estimate e = stats_estimate(d, COUNT(d), 0.95);
    assert_near(e.level, 1 - 2 * stats_signed_rank_cdf(15, 25), 1e-12);
    assert_true(e.low > -1 && e.high < 45 && e.centre > 20 && e.centre < 30);
    assert_int_equal(e.outliers, 1); /* -67 */
}

static void test_ties_and_zeros(void **state)
{
    (void)state;
    /* Six equal differences: every sign pattern alike, p = 2/64; zeros count for nothing. */
    const double same[] = {1, 1, 0, 1, 1, 0, 1, 1};
    assert_near(stats_signed_rank_p(same, COUNT(same)), 2.0 / 64, 1e-14);
    const double zeros[] = {0, 0, 0};
    assert_near(stats_signed_rank_p(zeros, 3), 1, 0);
    const double balanced[] = {1, -1, 2, -2};
    assert_near(stats_signed_rank_p(balanced, 4), 1, 1e-14);
    /* Midranks 1.5 1.5 3 4, all positive but one of the 1.5: 2 (0; 1.5 twice) of 16, twice. */
    const double tied[] = {1, -1, 2, 3};
    assert_near(stats_signed_rank_p(tied, 4), 2 * 3.0 / 16, 1e-14);
    /* Above the exact range: the same distribution, by the series. */
    double many[150], taken = 0;
    for (int i = 0; i < 150; i++) {
        many[i] = i % 10 < 6 ? i + 1 : -(i + 1);
        taken += i % 10 < 6 ? i + 1 : 0;
    }
    double upper = 1 - stats_signed_rank_cdf(150, taken - 1);
    assert_true(upper < 0.2);
    assert_near(stats_signed_rank_p(many, 150), 2 * upper, 1e-9);
}

static void test_interval_levels(void **state)
{
    (void)state;
    double d[STATS_N_MAX];
    for (size_t i = 0; i < STATS_N_MAX; i++)
        d[i] = sin((double)i * (double)i);
    struct stats_estimate e = stats_estimate(d, 6, 0.95);
    assert_near(e.level, 0.96875, 1e-14);
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < 6; i++) {
        low = fmin(low, d[i]);
        high = fmax(high, d[i]);
    }
    assert_near(e.low, low, 0); /* at n = 6 it is the range */
    assert_near(e.high, high, 0);

    for (size_t n = 6; n <= 40; n++) {
        e = stats_estimate(d, n, 0.95);
        assert_true(e.bounded && !e.approximate);
        assert_true(e.level >= 0.95 && e.level < 0.97);
        assert_true(e.low <= e.centre && e.centre <= e.high);
        /* The interval is the set of centres that the test does not reject. */
        double moved[40], eps = 1e-9;
        const struct {
            double centre;
            bool inside;
        } edges[] = {
            {e.low + eps, true}, {e.low - eps, false}, {e.high - eps, true}, {e.high + eps, false}};
        for (size_t k = 0; k < COUNT(edges); k++) {
            for (size_t i = 0; i < n; i++)
                moved[i] = d[i] - edges[k].centre;
            bool kept = stats_signed_rank_p(moved, n) > 1 - e.level + 1e-12;
            assert_int_equal(kept, edges[k].inside);
        }
    }
    e = stats_estimate(d, STATS_N_MAX, 0.95);
    assert_true(e.bounded && fabs(e.level - 0.95) < 1e-4);
    assert_true(e.high - e.low < 0.15);
}

static void test_small_n(void **state)
{
    (void)state;
    const double d[] = {0.1, 0.3, 0.2, 0.5, 0.4};
    struct stats_estimate e = stats_estimate(d, 0, 0.95);
    assert_false(e.bounded);
    assert_true(isnan(e.centre));
    e = stats_estimate(d, 1, 0.95);
    assert_false(e.bounded);
    assert_near(e.centre, 0.1, 0);
    e = stats_estimate(d, 5, 0.95);
    assert_true(e.bounded && e.approximate);
    assert_near(e.centre, 0.3, 1e-15);
    /* mean 0.3, sd sqrt(0.025), t(0.975, 4) = 2.776445 */
    assert_near(e.high - 0.3, 2.7764451052 * sqrt(0.025 / 5), 1e-9);
    assert_near(e.low + e.high, 0.6, 1e-12);
    assert_near(e.level, 0.95, 0);
    /* A level that signed ranks of six cannot reach. */
    const double six[] = {0.1, 0.3, 0.2, 0.5, 0.4, 0.35};
    e = stats_estimate(six, 6, 0.99);
    assert_true(e.bounded && e.approximate);
    assert_near(e.level, 0.99, 0);
}

static void test_telling(void **state)
{
    (void)state;
    const double wild[] = {-0.1, 0.1}, steady[] = {-0.01, 0.01}, slow[] = {-3.1, -3.0};
    const double many[] = {-1, 1, -0.9, 0.9, -0.8, 0.8, -0.7, 0.7};
    struct stats_estimate e = stats_estimate(wild, 2, 0.95); /* t(0.975, 1) = 12.7 */
    assert_true(e.bounded && !stats_telling(&e));
    e = stats_estimate(steady, 2, 0.95);
    assert_true(stats_telling(&e));
    e = stats_estimate(slow, 2, 0.95); /* wide, but it decides */
    assert_true(e.high - e.low > 1 && stats_telling(&e));
    e = stats_estimate(many, 8, 0.95); /* exact: the noise is the machine's */
    assert_true(stats_telling(&e));
    e = stats_estimate(wild, 1, 0.95);
    assert_false(stats_telling(&e));
}

static void test_outliers(void **state)
{
    (void)state;
    const double d[] = {0.01, 0.02, 0.015, 0.012, 0.018, 0.5, 0.016, 0.014};
    struct stats_estimate with = stats_estimate(d, COUNT(d), 0.95);
    assert_int_equal(with.outliers, 1);
    assert_true(with.centre < 0.02); /* kept, and harmless */
    assert_true(with.high >= 0.25);
}

static void test_detectable(void **state)
{
    (void)state;
    /* The formula, by tables: at n = 12 the signed-rank interval ends at the 14th Walsh average (13
     * is the critical value at 0.05), alpha = 2 * 87/4096; t(1 - alpha/2, 11), t(0.8, 11). */
    double alpha = 2 * 87.0 / 4096;
    double expected = (stats_t_quantile(1 - alpha / 2, 11) + 0.87552998) * (1.02 + 0.02 * 12 / 14) *
                      0.02 / sqrt(12);
    assert_near(stats_detectable(0.01, 0.02, 12, 0.05), expected, 1e-9);
    assert_near(stats_detectable(NAN, 0.02, 12, 0.05), expected, 1e-9);
    assert_true(stats_detectable(0.03, 0.02, 12, 0.05) > expected);
    /* Below six a t test: t(0.975, 3) = 3.18244631, t(0.8, 3) = 0.97847231. */
    assert_near(stats_detectable(0.01, 0.02, 4, 0.05), (3.18244631 + 0.97847231) * 1.05 * 0.01,
                1e-9);
    assert_true(isnan(stats_detectable(0.01, 0.01, 1, 0.05)));
    assert_true(isnan(stats_detectable(0.01, 0.01, 6, 0.03))); /* 2/64 is the least */
    assert_false(isnan(stats_detectable(0.01, 0.01, 6, 0.03125)));
    assert_false(isnan(stats_detectable(0.01, 0.01, 12, 0.0005)));
    assert_true(isnan(stats_detectable(0.01, 0.01, 12, 0.0004)));

    assert_near(stats_deviation(0.01, 0.02, 12), 0.02, 0); /* blocks do vary */
    assert_near(stats_deviation(NAN, 0.02, 12), 0.02, 0);
    assert_near(stats_deviation(0.01, NAN, 1), 0.01, 0);
    assert_near(stats_deviation(0.03, 0.02, 11), sqrt((10 * 0.0004 + 4.07 * 0.0009) / 14.07),
                1e-15);
}

/* psi(1) = -gamma and psi'(1) = pi²/6, psi'(1/2) = pi²/2: variances with two degrees of freedom
 * each, whose logarithms are spread so that the answer is known. */
static void test_shrink_closed_form(void **state)
{
    (void)state;
    const struct {
        double extra, d0, shift; /* psi'(d0/2), d0, psi(d0/2) - ln(d0/2) */
    } cases[] = {
        {M_PI * M_PI / 6, 2, -0.57721566490153286},
        {M_PI * M_PI / 2, 1, -1.9635100260214235 + M_LN2},
        {M_PI * M_PI / 6 - 1, 4, 1 - 0.57721566490153286 - M_LN2},
    };
    for (size_t c = 0; c < COUNT(cases); c++) {
        /* 2k values at +-a: sample variance 2k a²/(2k-1) */
        enum { N = 10 };
        double a = sqrt((cases[c].extra + M_PI * M_PI / 6) * (double)(N - 1) / (double)N);
        double var[N + 1], df[N + 1], d0, s0;
        for (int i = 0; i < N; i++) {
            var[i] = exp(-8 + (i % 2 ? a : -a));
            df[i] = 2;
        }
        var[N] = 1e9; /* skipped */
        df[N] = 0;
        assert_true(stats_shrink(var, df, N + 1, &d0, &s0));
        assert_near(d0, cases[c].d0, 1e-9);
        assert_near(log(s0), -8 + 0.57721566490153286 + cases[c].shift, 1e-9);
    }
}

/* Unequal degrees of freedom, against sums over the definitions of psi and psi'. */
static double slow_trigamma(double x)
{
    const int terms = 2000000;
    double sum = 0;
    for (int k = terms - 1; k >= 0; k--)
        sum += 1 / ((x + k) * (x + k));
    double tail = x + terms;
    return sum + 1 / tail + 0.5 / (tail * tail);
}

static double slow_digamma(double x)
{
    const int terms = 2000000;
    double sum = 0;
    for (int k = terms - 1; k >= 0; k--)
        sum += 1 / (x + k);
    double tail = x + terms;
    return log(tail) - 0.5 / tail - sum;
}

static void test_shrink_direct(void **state)
{
    (void)state;
    const double var[] = {0.8, 3.1, 0.05, 1.7, 9.5, 0.4, 2.2, 0.9};
    const double df[] = {3, 5, 1, 7, 2, 11, 4, 3};
    size_t n = COUNT(var);
    double e[8], sum = 0, squares = 0, expected = 0, d0, s0;
    for (size_t i = 0; i < n; i++) {
        e[i] = log(var[i]) - slow_digamma(df[i] / 2) + log(df[i] / 2);
        sum += e[i] / (double)n;
        expected += slow_trigamma(df[i] / 2) / (double)n;
    }
    for (size_t i = 0; i < n; i++)
        squares += (e[i] - sum) * (e[i] - sum) / (double)(n - 1);
    assert_true(squares > expected);
    assert_true(stats_shrink(var, df, n, &d0, &s0));
    assert_near(slow_trigamma(d0 / 2), squares - expected, 1e-8);
    assert_near(log(s0), sum + slow_digamma(d0 / 2) - log(d0 / 2), 1e-8);
    assert_near(stats_shrunken(2, 3, 4, 1), (4 * 1 + 3 * 2) / 7.0, 1e-15);
}

static void test_shrink_edges(void **state)
{
    (void)state;
    const double equal[] = {2, 2, 2, 2}, two[] = {1, 2}, none[] = {0, 0, 0},
                 zero[] = {0, 1, 2, 3, 4};
    const double df[] = {5, 5, 5, 5, 5};
    double d0 = 0, s0 = 0;
    assert_true(stats_shrink(equal, df, 4, &d0, &s0));
    assert_true(isinf(d0));
    assert_near(stats_shrunken(100, 5, d0, s0), s0, 0);
    assert_near(stats_shrunken(100, 0, 3, 7), 7, 0);
    assert_false(stats_shrink(two, df, 2, &d0, &s0));
    assert_false(stats_shrink(none, df, 3, &d0, &s0));
    assert_true(stats_shrink(zero, df, 5, &d0, &s0));
    assert_true(isfinite(s0) && s0 > 0);
}

static void test_combine(void **state)
{
    (void)state;
    const struct stats_estimate rows[] = {{.n = 6, .centre = -0.1, .outliers = 1},
                                          {.n = 6, .centre = -0.3},
                                          {.n = 6, .centre = -0.2, .outliers = 2}};
    const double variances[] = {0.01, 0.01, 0.01}, dfs[] = {5, 5, 5};
    struct stats_estimate e = stats_combine(rows, variances, dfs, 3, 0.95);
    assert_near(e.centre, -0.2, 1e-15);
    assert_int_equal(e.n, 3);
    assert_int_equal(e.outliers, 3);
    /* Equal variances: 15 degrees of freedom, sd of the mean sqrt(0.03)/3. */
    assert_near(e.high - e.centre, 2.13144954556 * sqrt(0.03) / 3, 1e-9);
    /* One dominates: its own degrees of freedom. */
    const double unequal[] = {1, 1e-9, 1e-9};
    e = stats_combine(rows, unequal, dfs, 3, 0.95);
    assert_near(e.high - e.centre, 2.57058183564 / 3, 1e-6);
    const double unknown[] = {5, 0, 5};
    e = stats_combine(rows, variances, unknown, 3, 0.95);
    assert_false(e.bounded);
    assert_near(e.centre, -0.2, 1e-15);
    assert_int_equal(stats_combine(NULL, NULL, NULL, 0, 0.95).n, 0);
}

static void test_holm(void **state)
{
    (void)state;
    /* The example of most descriptions of the method. */
    const double p[] = {0.01, 0.04, 0.03, 0.005};
    const double expected[] = {0.03, 0.06, 0.06, 0.02};
    double adjusted[4];
    stats_holm(p, 4, adjusted);
    for (size_t i = 0; i < 4; i++)
        assert_near(adjusted[i], expected[i], 1e-15);
    /* Holm 1979's own point: sharper than Bonferroni after the first step, never above 1. */
    const double q[] = {0.6, 0.7, 0.001, 0.02};
    const double expected_q[] = {1, 1, 0.004, 0.06};
    stats_holm(q, 4, adjusted);
    for (size_t i = 0; i < 4; i++)
        assert_near(adjusted[i], expected_q[i], 1e-15);
    stats_holm(NULL, 0, NULL);
}

static void test_verdicts(void **state)
{
    (void)state;
    const struct {
        struct stats_estimate e;
        enum verdict want;
    } cases[] = {
        {{.n = 0}, VERDICT_NOT_MEASURED},
        {{.n = 1, .centre = -0.5}, VERDICT_INCONCLUSIVE},
        {{.n = 6, .bounded = true, .centre = 0.2, .low = 0.1, .high = 0.3}, VERDICT_BETTER},
        {{.n = 6, .bounded = true, .centre = 0, .low = -0.02, .high = 0.02}, VERDICT_SAME},
        /* wholly inside the margin: same, on whichever side */
        {{.n = 6, .bounded = true, .centre = 0.01, .low = 0.005, .high = 0.02}, VERDICT_SAME},
        {{.n = 6, .bounded = true, .centre = -0.01, .low = -0.02, .high = -0.005}, VERDICT_SAME},
        /* covers native but wider than the margin */
        {{.n = 6, .bounded = true, .centre = 0, .low = -0.04, .high = 0.02}, VERDICT_INCONCLUSIVE},
        {{.n = 6, .bounded = true, .centre = -0.05, .low = -0.08, .high = -0.01},
         VERDICT_SLIGHTLY_WORSE},
        {{.n = 6, .bounded = true, .centre = log(0.9), .low = -0.2, .high = -0.05},
         VERDICT_SLIGHTLY_WORSE},
        {{.n = 6, .bounded = true, .centre = log(0.899), .low = -0.2, .high = -0.05},
         VERDICT_WORSE},
        {{.n = 6, .bounded = true, .centre = -0.2, .low = -0.5, .high = 0.001},
         VERDICT_INCONCLUSIVE},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(stats_verdict(&cases[i].e, 0.03), cases[i].want);
}

static void test_tables_are_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        assert_non_null(verdicts[i].id);
        assert_non_null(verdicts[i].title);
        assert_null(strchr(verdicts[i].id, ' '));
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(verdicts[i].id, verdicts[j].id);
    }
    for (size_t i = 0; i < FLAG_COUNT; i++) {
        assert_true(flags[i].letter && flags[i].id && flags[i].meaning);
        for (size_t j = 0; j < i; j++) {
            assert_true(flags[i].letter != flags[j].letter);
            assert_string_not_equal(flags[i].id, flags[j].id);
        }
    }
    assert_int_equal(flags[__builtin_ctz(FLAG_STEAL)].letter, 'S');
    assert_int_equal(flags[__builtin_ctz(FLAG_TOO_GOOD)].letter, 'X');
    assert_int_equal(flags[__builtin_ctz(FLAG_EMULATED)].letter, 'E');
}

/* Two blocks that agree by chance: the noise of neighbours widens, and never narrows; six blocks
 * have ranks. */
static void test_few_are_widened(void **state)
{
    (void)state;
    const double agree[] = {0.1, 0.1001}, differ[] = {0, 0.2}, six[] = {1, 2, 3, 4, 5, 6};
    struct stats_estimate e = stats_estimate(agree, 2, 0.95), before = e;
    assert_true(e.low > 0.09);
    stats_widen_few(&e, 0.05);
    assert_near(e.high - e.centre, stats_t_quantile(0.975, 1) * 0.05 / sqrt(2), 1e-12);
    assert_near(e.centre - e.low, e.high - e.centre, 1e-12);
    e = before;
    stats_widen_few(&e, NAN);
    assert_near(e.low, before.low, 0);
    e = before = stats_estimate(differ, 2, 0.95);
    stats_widen_few(&e, 0.05);
    assert_near(e.low, before.low, 0);
    e = before = stats_estimate(six, 6, 0.95);
    stats_widen_few(&e, 50);
    assert_near(e.high, before.high, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_normal),
        cmocka_unit_test(test_t_table),
        cmocka_unit_test(test_t_closed_forms),
        cmocka_unit_test(test_median_and_noise),
        cmocka_unit_test(test_few_are_widened),
        cmocka_unit_test(test_signed_rank_brute_force),
        cmocka_unit_test(test_signed_rank_table),
        cmocka_unit_test(test_signed_rank_large),
        cmocka_unit_test(test_hollander_wolfe),
        cmocka_unit_test(test_darwin),
        cmocka_unit_test(test_ties_and_zeros),
        cmocka_unit_test(test_interval_levels),
        cmocka_unit_test(test_small_n),
        cmocka_unit_test(test_telling),
        cmocka_unit_test(test_outliers),
        cmocka_unit_test(test_detectable),
        cmocka_unit_test(test_shrink_closed_form),
        cmocka_unit_test(test_shrink_direct),
        cmocka_unit_test(test_shrink_edges),
        cmocka_unit_test(test_combine),
        cmocka_unit_test(test_holm),
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_tables_are_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
