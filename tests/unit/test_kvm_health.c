#include "target/kvm_health.h"
#include "unit.h"

#include <string.h>

static struct counters emulated(uint64_t n)
{
    struct counters c = {0};
    counters_add(&c, COUNTER_EMULATED, n);
    return c;
}

/* Looks every quarter of a second at a guest of so many emulated instructions a second; the number
 * of the look that gave up, 0 if none did. */
static int watch(double per_s, int looks, struct error *e)
{
    struct kvm_health h = {0};
    for (int i = 1; i <= looks; i++) {
        struct counters c = emulated((uint64_t)(per_s * 0.25 * i));
        if (kvm_health_judge(&h, 0.25 * i, &c, e) < 0)
            return i;
    }
    return 0;
}

static void an_interpreted_guest_is_given_up_within_seconds(void **state)
{
    (void)state;
    struct error e = {0};
    int at = watch(1.6e6, 100, &e);
    assert_in_range(at, 1, 12); /* 3 s */
    assert_non_null(strstr(e.text, "interprets"));
    assert_non_null(strstr(e.text, "1.6 million"));
}

static void a_slow_guest_is_waited_for(void **state)
{
    (void)state;
    struct error e = {0};
    assert_int_equal(watch(0, 400, &e), 0);
    assert_int_equal(watch(60e3, 400, &e), 0); /* a firmware that looks at every device */
}

static void a_burst_is_no_habit(void **state)
{
    (void)state;
    struct kvm_health h = {0};
    struct error e = {0};
    uint64_t sum = 0;
    for (int i = 1; i <= 60; i++) {
        sum += i % 4 ? 300000 : 1000; /* three looks of a million a second, then a quiet one */
        struct counters c = emulated(sum);
        assert_int_equal(kvm_health_judge(&h, 0.25 * i, &c, &e), 0);
    }
}

static void without_statistics_there_is_no_judgement(void **state)
{
    (void)state;
    struct kvm_health h = {0};
    struct counters nothing = {0};
    struct error e = {0};
    for (int i = 1; i <= 60; i++)
        assert_int_equal(kvm_health_judge(&h, 0.25 * i, &nothing, &e), 0);
    /* Counts that go back, and a clock that stands, are no rate. */
    struct counters high = emulated(5000000), low = emulated(10);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(kvm_health_judge(&h, 1, &high, &e), 0);
        assert_int_equal(kvm_health_judge(&h, 1, &low, &e), 0);
    }
}

/* Looks every so often at a guest of two processors, with so many exits and so much work in a
 * second; the second at which it is given up, 0: not in two minutes. */
static double watch_still(double look_s, double exits_per_s, double share, bool delay_known,
                          struct error *e)
{
    struct kvm_health h = {.cpus = 2};
    for (double t = look_s; t < 120; t += look_s) {
        struct counters c = {0};
        counters_add(&c, COUNTER_EXITS, (uint64_t)(exits_per_s * t));
        counters_add(&c, COUNTER_VCPU_CPU, (uint64_t)(share * t * 1e9));
        if (delay_known)
            counters_add(&c, COUNTER_RUN_DELAY, 5);
        if (kvm_health_judge(&h, 100 + t, &c, e) < 0)
            return t;
    }
    return 0;
}

static void processors_that_are_not_run_are_given_up_in_time(void **state)
{
    (void)state;
    struct error e = {0};
    double at = watch_still(0.25, 0, 0, true, &e);
    assert_true(at > 2.5 && at <= 4);
    assert_non_null(strstr(e.text, "does not run the guest"));
    /* Our own questions make exits, and take a moment. */
    assert_true(watch_still(0.25, 8, 0.001, true, &e) <= 4);
    /* A machine that is stopped between two looks is not still for so long: looks count. */
    at = watch_still(30, 0, 0, true, &e);
    assert_true(at == 0 || at > 60);
}

static void who_waits_or_is_slow_is_not_still(void **state)
{
    (void)state;
    struct error e = {0};
    assert_true(watch_still(0.25, 100, 0, true, &e) == 0);   /* a timer ticks */
    assert_true(watch_still(0.25, 0, 0.05, true, &e) == 0);  /* runs without exits */
    assert_true(watch_still(0.25, 0, 0, false, &e) == 0);    /* who waits for a turn is not known */
    assert_true(watch_still(0.25, 20, 0.02, true, &e) == 0); /* nested, in need of a processor */
    /* One sign of life begins the time again. */
    struct kvm_health h = {.cpus = 1};
    for (int i = 1; i < 200; i++) {
        struct counters c = {0};
        counters_add(&c, COUNTER_EXITS, 0);
        counters_add(&c, COUNTER_VCPU_CPU, (uint64_t)(i / 9) * 100000000);
        counters_add(&c, COUNTER_RUN_DELAY, 0);
        assert_int_equal(kvm_health_judge(&h, 0.25 * i, &c, &e), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_interpreted_guest_is_given_up_within_seconds),
        cmocka_unit_test(a_slow_guest_is_waited_for),
        cmocka_unit_test(a_burst_is_no_habit),
        cmocka_unit_test(without_statistics_there_is_no_judgement),
        cmocka_unit_test(processors_that_are_not_run_are_given_up_in_time),
        cmocka_unit_test(who_waits_or_is_slow_is_not_still),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
