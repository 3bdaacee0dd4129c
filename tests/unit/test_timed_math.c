/* timed_math.h keeps to the errors that its head states, against the C library. */
#include <config.h>

#include "tests/unit/unit.h"
#include "workloads/program/program.h"
#include "workloads/program/timed_math.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

#define POINTS 300000

/* Error in units in the last place of what is right. */
static double ulps(double is, long double right)
{
    const double r = (double)right;
    return (double)(fabsl((long double)is - right) /
                    (long double)(nextafter(fabs(r), INFINITY) - fabs(r)));
}

static void test_exp(void **unused)
{
    (void)unused;
    uint64_t seed = 1;
    double worst = 0;
    for (unsigned i = 0; i < POINTS; i++) {
        const double range = i % 3 == 0 ? 1417 : i % 3 == 1 ? 2 : 1e-6;
        const double x = range * fixed_uniform(&seed) - range * (708.0 / 1417);
        worst = fmax(worst, ulps(timed_exp(x), expl((long double)x)));
    }
    worst = fmax(worst, ulps(timed_exp(-708), expl(-708.0L)));
    worst = fmax(worst, ulps(timed_exp(709), expl(709.0L)));
    print_message("exp: %.2f units in the last place\n", worst);
    assert_true(worst <= 2);
    assert_true(timed_exp(0) == 1);
}

static void test_log(void **unused)
{
    (void)unused;
    uint64_t seed = 2;
    double worst = 0;
    for (unsigned i = 0; i < POINTS; i++) {
        const double u = fixed_uniform(&seed);
        const double x = i % 3 == 0   ? exp(1416 * u - 708)
                         : i % 3 == 1 ? 0.5 + 1.5 * u
                                      : 1 + 1e-3 * (u - 0.5);
        worst = fmax(worst, ulps(timed_log(x), logl((long double)x)));
    }
    worst = fmax(worst, ulps(timed_log(DBL_MIN), logl((long double)DBL_MIN)));
    worst = fmax(worst, ulps(timed_log(DBL_MAX), logl((long double)DBL_MAX)));
    print_message("log: %.2f units in the last place\n", worst);
    assert_true(worst <= 2);
    assert_true(timed_log(1) == 0);
}

static void test_sincos(void **unused)
{
    (void)unused;
    uint64_t seed = 3;
    long double worst = 0;
    for (unsigned i = 0; i < POINTS; i++) {
        const double range = i % 3 == 0 ? 2e5 : i % 3 == 1 ? 20 : 1e-3;
        /* every tenth next to a multiple of pi / 2, where the reduction must be exact */
        double x = range * (fixed_uniform(&seed) - 0.5), s, c;
        if (i % 10 == 0)
            x = nearbyint(x / M_PI_2) * M_PI_2;
        if (fabs(x) > 1e5)
            continue;
        timed_sincos(x, &s, &c);
        worst = fmaxl(worst, fabsl((long double)s - sinl((long double)x)));
        worst = fmaxl(worst, fabsl((long double)c - cosl((long double)x)));
        assert_true(timed_sin(x) == s && timed_cos(x) == c);
    }
    print_message("sin, cos: %.2Le\n", worst);
    assert_true(worst <= 4e-16L);
}

static void test_rest(void **unused)
{
    (void)unused;
    uint64_t seed = 4;
    for (unsigned i = 0; i < POINTS; i++) {
        const double x = 1e6 * (fixed_uniform(&seed) - 0.5), a = timed_abs(x);
        assert_true(timed_round(x) == nearbyint(x));
        assert_true(timed_sqrt(a) == sqrt(a));
        assert_true(timed_max(x, 1) == fmax(x, 1) && timed_min(x, 1) == fmin(x, 1));
        const double y = 6 * fixed_uniform(&seed) - 3, right = pow(a, y);
        assert_true(fabs(timed_pow(a, y) - right) <= 64 * DBL_EPSILON * right);
    }
    for (int k = -1022; k <= 1023; k++)
        assert_true(timed_scale2(k) == ldexp(1, k));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exp),
        cmocka_unit_test(test_log),
        cmocka_unit_test(test_sincos),
        cmocka_unit_test(test_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
