#include "counters.h"

#include "unit.h"

#include <string.h>

static void what_nobody_counts_stays_unknown(void **state)
{
    (void)state;
    struct counters before = {0}, after = {0}, d;
    counters_add(&before, COUNTER_CPU, 100);
    counters_add(&after, COUNTER_CPU, 130);
    counters_add(&after, COUNTER_EXITS, 7); /* known only afterwards */
    counters_add(&before, COUNTER_THROTTLED, 5);
    counters_add(&after, COUNTER_THROTTLED, 4); /* went back */
    counters_add(&before, COUNTER_GUEST_FAULTS, 0);
    counters_add(&after, COUNTER_GUEST_FAULTS, 0);
    counters_between(&before, &after, &d);
    assert_int_equal(d.known, 1u << COUNTER_CPU | 1u << COUNTER_GUEST_FAULTS);
    assert_true(counters_have(&d, COUNTER_CPU));
    assert_int_equal(d.value[COUNTER_CPU], 30);
    assert_int_equal(d.value[COUNTER_GUEST_FAULTS], 0);
    assert_false(counters_have(&d, COUNTER_EXITS));
    assert_false(counters_have(&d, COUNTER_THROTTLED));
}

static void sums_do_not_wrap(void **state)
{
    (void)state;
    struct counters c = {0};
    counters_add(&c, COUNTER_EXITS, UINT64_MAX - 1);
    counters_add(&c, COUNTER_EXITS, 5);
    assert_true(c.value[COUNTER_EXITS] == UINT64_MAX);
    assert_true(counters_add_reason(&c, "io", UINT64_MAX));
    assert_true(counters_add_reason(&c, "io", 1));
    assert_true(c.reasons[0].count == UINT64_MAX);
}

static void reasons_are_sorted_and_bounded(void **state)
{
    (void)state;
    struct counters before = {0}, after = {0}, d;
    counters_add(&before, COUNTER_EXITS, 1);
    counters_add(&after, COUNTER_EXITS, 100);
    assert_true(counters_add_reason(&before, "halt", 10));
    assert_true(counters_add_reason(&before, "io", 4));
    assert_true(counters_add_reason(&after, "io", 5));
    assert_true(counters_add_reason(&after, "halt", 10));
    assert_true(counters_add_reason(&after, "irq", 60));
    assert_true(counters_add_reason(&after, "abc", 60));
    counters_between(&before, &after, &d);
    assert_int_equal(d.reason_count, 3);
    assert_string_equal(d.reasons[0].name, "abc");
    assert_string_equal(d.reasons[1].name, "irq");
    assert_string_equal(d.reasons[2].name, "io");
    assert_int_equal(d.reasons[2].count, 1);

    static const char *const bad[] = {"",         "Io",      "a b",
                                      "\xc2\xb7", "a\x1b[m", "abcdefghijklmnopqrstuvwx"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(counters_add_reason(&after, bad[i], 1));
    struct counters full = {0};
    for (char name[3] = "a0"; name[0] < 'a' + COUNTER_REASONS_MAX; name[0]++)
        assert_true(counters_add_reason(&full, name, 1));
    assert_false(counters_add_reason(&full, "one-more", 1));
    assert_true(counters_add_reason(&full, "b0", 1));
    assert_int_equal(full.reason_count, COUNTER_REASONS_MAX);
}

static void merging_keeps_what_is_known(void **state)
{
    (void)state;
    struct counters c = {0}, from = {0};
    counters_add(&c, COUNTER_CPU, 1);
    counters_add(&from, COUNTER_CPU, 2);
    counters_add(&from, COUNTER_GUEST_SWITCHES, 3);
    counters_add_reason(&from, "io", 4);
    counters_merge(&c, &from);
    assert_int_equal(c.value[COUNTER_CPU], 1);
    assert_int_equal(c.value[COUNTER_GUEST_SWITCHES], 3);
    assert_int_equal(c.reason_count, 1);
}

static void every_kind_is_described(void **state)
{
    (void)state;
    for (enum counter i = 0; i < COUNTER_COUNT; i++) {
        const struct counter_kind *k = &counter_kinds[i];
        assert_non_null(k->id);
        assert_true(k->title && k->title[0] && k->scale > 0);
        assert_true(k->name && k->name[0] && strlen(k->name) <= 12);
        for (enum counter j = 0; j < i; j++)
            assert_string_not_equal(k->id, counter_kinds[j].id);
        /* The unit stands in the key. */
        size_t length = strlen(k->id);
        assert_int_equal(k->time && k->scale < 1, strcmp(k->id + length - 2, "_s") == 0 &&
                                                      strcmp(k->id, "guest_page_faults") != 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_nobody_counts_stays_unknown),
        cmocka_unit_test(sums_do_not_wrap),
        cmocka_unit_test(reasons_are_sorted_and_bounded),
        cmocka_unit_test(merging_keeps_what_is_known),
        cmocka_unit_test(every_kind_is_described),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
