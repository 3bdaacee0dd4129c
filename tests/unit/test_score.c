/* The score of jbb: the mean of its figures at and above the number of processors. */
#include "analysis.h"
#include "score.h"
#include "tests/unit/handmade.h"
#include "tests/unit/unit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void add(struct result *r, unsigned warehouses, unsigned cpus, double native, double guest)
{
    char params[PARAMS_TEXT];
    snprintf(params, sizeof params, "warehouses=%u cpus=%u", warehouses, cpus);
    size_t m = result_add_metric(r, workload_find("jbb"), params);
    for (uint32_t block = 0; block < 2; block++) {
        if (native > 0)
            handmade_slot(r, m, 0, 1, block, native);
        if (guest > 0)
            handmade_slot(r, m, 1, 1, block, guest);
    }
}

static void begin(struct result *r)
{
    handmade_session(r, 2);
    r->targets[0].cpus = r->targets[1].cpus = 2;
}

static void fewer_than_processors_do_not_count(void **state)
{
    (void)state;
    struct result r;
    struct score s[SCORES_MAX];
    begin(&r);
    result_add_metric(&r, workload_find("sys.read"), "");
    add(&r, 1, 0, 1000, 900); /* below the two processors */
    add(&r, 2, 0, 2000, 1800);
    add(&r, 4, 0, 2200, 2000);
    add(&r, 1, 1, 1010, 910);
    analysis_update(&r);
    assert_int_equal(score_of(&r, s), 2);
    assert_int_equal(s[0].cpus, 1);
    assert_int_equal(s[0].processors, 1);
    assert_int_equal(s[0].count, 1);
    assert_near(s[0].value[0], 1010, 1e-6);
    assert_near(s[0].value[1], 910, 1e-6);
    assert_int_equal(s[1].cpus, 0);
    assert_int_equal(s[1].processors, 2);
    assert_int_equal(s[1].from, 2);
    assert_int_equal(s[1].to, 4);
    assert_int_equal(s[1].count, 2);
    assert_near(s[1].value[0], 2100, 1e-6);
    assert_near(s[1].value[1], 1900, 1e-6);
    result_release(&r);
}

static void one_that_is_missing_leaves_none(void **state)
{
    (void)state;
    struct result r;
    struct score s[SCORES_MAX];
    char text[SCORE_TEXT];
    begin(&r);
    add(&r, 2, 2, 2000, 1800);
    add(&r, 3, 2, 2100, 0);
    analysis_update(&r);
    assert_int_equal(score_of(&r, s), 1);
    assert_near(s[0].value[0], 2050, 1e-6);
    assert_true(isnan(s[0].value[1]));
    assert_true(isnan(s[0].value[2]));
    snprintf(r.targets[0].id, sizeof r.targets[0].id, "native");
    snprintf(r.targets[1].id, sizeof r.targets[1].id, "kvm");
    assert_string_equal(score_sentence(&r, &s[0], text),
                        "The score of jbb on 2 processors is the mean of its 2 figures from 2 to 3 "
                        "warehouses: native 2050 op/s, kvm none.");
    r.targets[0].emulated = true;
    s[0].processors = s[0].count = s[0].from = 1;
    assert_string_equal(score_sentence(&r, &s[0], text),
                        "The score of jbb on one processor is its only figure, of 1 warehouse: "
                        "native ~2050 op/s, kvm none.");
    result_release(&r);
}

static void without_figures_there_is_none(void **state)
{
    (void)state;
    struct result r;
    struct score s[SCORES_MAX];
    begin(&r);
    assert_int_equal(score_of(&r, s), 0);
    add(&r, 2, 1, 0, 0);  /* planned, not measured */
    add(&r, 1, 2, 10, 9); /* below its processors */
    analysis_update(&r);
    assert_int_equal(score_of(&r, s), 0);
    r.targets[0].cpus = 0; /* how many all are is not known */
    add(&r, 8, 0, 10, 9);
    analysis_update(&r);
    assert_int_equal(score_of(&r, s), 0);
    result_release(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fewer_than_processors_do_not_count),
        cmocka_unit_test(one_that_is_missing_leaves_none),
        cmocka_unit_test(without_figures_there_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
