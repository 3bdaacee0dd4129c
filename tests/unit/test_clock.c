#include "clock.h"
#include "unit.h"

#include <math.h>

/* An audit of exchanges one each 0.25 s over seconds, of a guest whose clock runs at rate. */
static void fill(struct clock_audit *a, double seconds, double rate, double error)
{
    clock_init(a);
    for (double t = 0; t <= seconds; t += 0.25)
        clock_add(
            a, (struct clock_point){.host_s = 1e6 + t, .guest_s = 17 + t * rate, .error_s = error});
}

static void right_clock_is_right(void **state)
{
    (void)state;
    struct clock_audit a;
    fill(&a, 20, 1.0, 50e-6);
    assert_false(clock_flagged(&a));
    assert_true(fabs(a.rate - 1) < 1e-9);
    assert_true(clock_host_seconds(&a, 2.5) == 2.5);
    clock_release(&a);
}

static void slow_clock_is_flagged(void **state)
{
    (void)state;
    struct clock_audit a;
    fill(&a, 20, 0.98, 200e-6);
    assert_true(clock_flagged(&a));
    assert_true(fabs(a.rate - 0.98) < 1e-6);
    assert_true(fabs(clock_host_seconds(&a, 0.98) - 1) < 1e-6);
    clock_release(&a);
    fill(&a, 20, 1.004, 200e-6);
    assert_true(clock_flagged(&a));
    clock_release(&a);
}

static void young_audit_accuses_nobody(void **state)
{
    (void)state;
    struct clock_audit a;
    clock_init(&a);
    clock_add(&a, (struct clock_point){.host_s = 1, .guest_s = 5, .error_s = 1e-3});
    assert_false(clock_flagged(&a));
    /* 3 % apart, but 10 ms of error over 0.2 s explain it. */
    clock_add(&a, (struct clock_point){.host_s = 1.2, .guest_s = 5.206, .error_s = 10e-3});
    assert_false(clock_flagged(&a));
    assert_true(clock_host_seconds(&a, 1) == 1);
    clock_release(&a);
}

static void steps_are_seen(void **state)
{
    (void)state;
    struct clock_audit a;
    fill(&a, 5, 1, 50e-6);
    clock_add(&a, (struct clock_point){.host_s = 1e6 + 6, .guest_s = 17 + 4, .error_s = 50e-6});
    assert_true(a.stepped);
    clock_release(&a);
    fill(&a, 5, 1, 50e-6);
    for (double t = 5.5; t < 10; t += 0.25)
        clock_add(
            &a, (struct clock_point){.host_s = 1e6 + t, .guest_s = 17 + t + 0.5, .error_s = 50e-6});
    assert_true(a.stepped);
    clock_release(&a);
}

static void one_slow_exchange_does_no_harm(void **state)
{
    (void)state;
    struct clock_audit a;
    fill(&a, 10, 1, 50e-6);
    clock_add(&a, (struct clock_point){
                      .host_s = 1e6 + 10.5, .guest_s = 17 + 10.5 + 0.08, .error_s = 0.1});
    assert_false(clock_flagged(&a));
    assert_true(fabs(a.rate - 1) < 1e-4);
    clock_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_clock_is_right),           cmocka_unit_test(slow_clock_is_flagged),
        cmocka_unit_test(young_audit_accuses_nobody),     cmocka_unit_test(steps_are_seen),
        cmocka_unit_test(one_slow_exchange_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
