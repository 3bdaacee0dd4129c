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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_interpreted_guest_is_given_up_within_seconds),
        cmocka_unit_test(a_slow_guest_is_waited_for),
        cmocka_unit_test(a_burst_is_no_habit),
        cmocka_unit_test(without_statistics_there_is_no_judgement),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
