/* The result document in memory. */
#include "result.h"
#include "tests/unit/unit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void test_metrics(void **state)
{
    (void)state;
    static const struct workload w = {.id = "a.b"};
    struct result r;
    result_init(&r);
    assert_int_equal(result_add_metric(&r, &w, "size=1K"), 0);
    assert_int_equal(result_add_metric(&r, &w, "size=2K"), 1);
    assert_int_equal(result_add_metric(&r, &w, "size=1K"), 0);
    assert_int_equal(result_add_metric_id(&r, "unknown", NULL, ""), 2);
    assert_int_equal(r.metric_count, 3);
    assert_string_equal(r.metrics[1].params, "size=2K");
    assert_ptr_equal(r.metrics[0].row, &w);
    assert_null(r.metrics[2].row);
    assert_int_equal(result_find_metric(&r, "a.b", "size=2K"), 1);
    assert_int_equal(result_find_metric(&r, "a.b", "size=3K"), r.metric_count);
    result_release(&r);
    assert_null(r.metrics);
}

/* Slots that failed, or whose workload has no figure, are none. */
static void test_any_figure(void **state)
{
    (void)state;
    struct result r;
    result_init(&r);
    assert_false(result_any_figure(&r));
    struct slot *s = result_add_slot(&r);
    s->ops = 100;
    snprintf(s->reason, sizeof s->reason, "not above its own overhead in this slot");
    assert_false(result_any_figure(&r));
    s = result_add_slot(&r);
    s->measured = true;
    s->value = NAN;
    assert_false(result_any_figure(&r));
    s->value = 0.5;
    assert_true(result_any_figure(&r));
    result_release(&r);
}

static void test_long_id_is_found_again(void **state)
{
    (void)state;
    struct result r;
    result_init(&r);
    char id[2 * WORKLOAD_ID_MAX];
    memset(id, 'x', sizeof id - 1);
    id[sizeof id - 1] = '\0';
    result_add_metric_id(&r, id, NULL, "");
    assert_int_equal(result_add_metric_id(&r, id, NULL, ""), 0);
    assert_int_equal(strlen(r.metrics[0].workload), WORKLOAD_ID_MAX - 1);
    result_release(&r);
}

static void test_slots(void **state)
{
    (void)state;
    struct result r;
    result_init(&r);
    for (uint32_t i = 0; i < 100; i++) {
        struct slot *s = result_add_slot(&r);
        assert_false(s->measured);
        assert_true(isnan(s->steal));
        assert_int_equal(s->stage, 1);
        s->block = i;
    }
    assert_int_equal(r.slot_count, 100);
    for (uint32_t i = 0; i < 100; i++)
        assert_int_equal(r.slots[i].block, i);
    result_release(&r);
}

static void test_facts(void **state)
{
    (void)state;
    struct result r;
    result_init(&r);
    char key[16];
    for (int i = 0; i < 40; i++) {
        snprintf(key, sizeof key, "k%d", i);
        result_add_fact(&r, key, "one");
    }
    result_add_fact(&r, "k7", "two");
    assert_int_equal(r.fact_count, 40);
    assert_string_equal(result_fact(&r, "k7"), "two");
    assert_string_equal(result_fact(&r, "k8"), "one");
    assert_null(result_fact(&r, "k"));
    result_release(&r);
}

static void test_lookup(void **state)
{
    (void)state;
    struct result r;
    result_init(&r);
    r.target_count = 2;
    snprintf(r.targets[0].id, sizeof r.targets[0].id, "native");
    snprintf(r.targets[1].id, sizeof r.targets[1].id, "container");
    assert_int_equal(result_find_target(&r, "container"), 1);
    assert_int_equal(result_find_target(&r, "kvm"), 2);
    assert_null(result_figure(&r, 0, 0));
    assert_null(result_comparison(&r, 0, 1));
    result_release(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_metrics),
        cmocka_unit_test(test_any_figure),
        cmocka_unit_test(test_long_id_is_found_again),
        cmocka_unit_test(test_slots),
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_lookup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
