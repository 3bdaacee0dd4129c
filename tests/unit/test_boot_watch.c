#include "target/boot_watch.h"
#include "unit.h"

#include <string.h>

#define LOOK_S 0.25

/* A guest whose monitor answers or not and whose processors work for this part of the time. The
 * second at which it is given up; 0: never within 200 s. */
static double watch(bool answers, bool known, double share, struct error *e)
{
    struct boot_watch w;
    boot_watch_begin(&w, 1000);
    for (double t = LOOK_S; t < 200; t += LOOK_S) {
        struct boot_signs s = {
            .answered = answers, .work_known = known, .work_ns = (uint64_t)(5e9 + t * share * 1e9)};
        if (boot_watch_judge(&w, 1000 + t, &s, e) < 0)
            return t;
    }
    return 0;
}

static void what_keeps_working_is_waited_for(void **state)
{
    (void)state;
    struct error e = {0};
    const double shares[] = {0.01, 0.5, 1, 4};
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        double at = watch(true, true, shares[i], &e);
        assert_true(at >= BOOT_WATCH_S && at < BOOT_WATCH_S + 1);
        assert_non_null(strstr(e.text, "90 s"));
    }
    /* A kernel that does not count the time of threads. */
    assert_true(watch(true, false, 0, &e) >= BOOT_WATCH_S);
}

static void what_does_nothing_is_given_up_early(void **state)
{
    (void)state;
    struct error e = {0};
    double at = watch(true, true, 0, &e);
    assert_true(at >= BOOT_IDLE_S && at < BOOT_IDLE_S + 1);
    assert_non_null(strstr(e.text, "done nothing for 15 s"));
    assert_true(watch(true, true, 1e-4, &e) < BOOT_IDLE_S + 1);
}

static void a_deaf_monitor_is_given_up_first(void **state)
{
    (void)state;
    struct error e = {0};
    double at = watch(false, true, 1, &e);
    assert_true(at >= BOOT_DEAF_S && at < BOOT_DEAF_S + 1);
    assert_non_null(strstr(e.text, "monitor"));
}

/* Its process sleeps all the while: it will not answer any more. One that does anything may. */
static void a_deaf_monitor_that_sleeps_is_given_up_sooner(void **state)
{
    (void)state;
    for (int moves = 0; moves < 2; moves++) {
        struct boot_watch w;
        struct error e = {0};
        double at = 0;
        boot_watch_begin(&w, 1000);
        for (double t = LOOK_S; t < 20 && at <= 0; t += LOOK_S) {
            struct boot_signs s = {.answered = t <= 2,
                                   .work_known = true,
                                   .work_ns = (uint64_t)(t * 1e9),
                                   .own_known = true,
                                   .own_ns = 7 + (uint64_t)(moves ? t * 1e5 : 0)};
            if (boot_watch_judge(&w, 1000 + t, &s, &e) < 0)
                at = t;
        }
        double limit = moves ? BOOT_DEAF_S : BOOT_ASLEEP_S;
        assert_true(at >= 2 + limit && at < 2 + limit + 1);
        assert_non_null(strstr(e.text, "monitor"));
    }
}

static void one_sign_of_life_begins_the_time_again(void **state)
{
    (void)state;
    struct boot_watch w;
    struct error e = {0};
    uint64_t work = 0;
    boot_watch_begin(&w, 0);
    for (int i = 1; i < 80; i++) {
        if (i % 14 == 0)
            work += 100000000;
        struct boot_signs s = {.answered = i % 5 == 0, .work_known = true, .work_ns = work};
        assert_int_equal(boot_watch_judge(&w, i, &s, &e), 0);
    }
}

/* Of a guest that is not let run for 100 s the time begins then. */
static void who_is_held_has_time_later(void **state)
{
    (void)state;
    struct boot_watch w;
    struct error e = {0};
    boot_watch_begin(&w, 0);
    for (int i = 1; i <= 100; i++) {
        struct boot_signs s = {.answered = true, .held = true, .work_known = true, .work_ns = 7};
        assert_int_equal(boot_watch_judge(&w, i, &s, &e), 0);
    }
    struct boot_signs idle = {.answered = true, .work_known = true, .work_ns = 7};
    assert_int_equal(boot_watch_judge(&w, 99 + BOOT_IDLE_S, &idle, &e), 0);
    assert_int_equal(boot_watch_judge(&w, 101 + BOOT_IDLE_S, &idle, &e), -1);
    assert_non_null(strstr(e.text, "done nothing"));
}

static void work_that_goes_back_is_no_work(void **state)
{
    (void)state;
    struct boot_watch w;
    struct error e = {0};
    boot_watch_begin(&w, 0);
    int rc = 0;
    for (int i = 1; i < 30 && rc == 0; i++) {
        struct boot_signs s = {
            .answered = true, .work_known = true, .work_ns = UINT64_MAX - (uint64_t)i};
        rc = boot_watch_judge(&w, i, &s, &e);
    }
    assert_int_equal(rc, -1);
}

static void the_time_is_told_every_five_seconds(void **state)
{
    (void)state;
    struct boot_watch w;
    char text[80];
    int told = 0;
    boot_watch_begin(&w, 100);
    for (double t = 0; t <= 20; t += LOOK_S)
        told += boot_watch_tell(&w, 100 + t, "waiting", text, sizeof text);
    assert_int_equal(told, 4);
    assert_string_equal(text, "waiting: 20 s of at most 90");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_keeps_working_is_waited_for),
        cmocka_unit_test(what_does_nothing_is_given_up_early),
        cmocka_unit_test(a_deaf_monitor_is_given_up_first),
        cmocka_unit_test(a_deaf_monitor_that_sleeps_is_given_up_sooner),
        cmocka_unit_test(one_sign_of_life_begins_the_time_again),
        cmocka_unit_test(who_is_held_has_time_later),
        cmocka_unit_test(work_that_goes_back_is_no_work),
        cmocka_unit_test(the_time_is_told_every_five_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
