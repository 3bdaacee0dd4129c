/* Two sides of stored sessions: which rows carry a verdict, and what a row with too few sessions
 * says instead. */
#include <config.h>

#include "unit.h"

#include "analysis.h"
#include "compare.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A session of native alone: sys.read and, if fork_us is not 0, sys.fork_exit. */
static void session(struct result *r, double read_us, double fork_us)
{
    const double us[] = {read_us, fork_us};
    result_init(r);
    snprintf(r->targets[0].id, sizeof r->targets[0].id, "native");
    snprintf(r->targets[0].kind, sizeof r->targets[0].kind, "native");
    r->targets[0].clock_rate = 1;
    r->target_count = 1;
    for (size_t m = 0; m < 2 && us[m] > 0; m++) {
        size_t metric = result_add_metric(r, workload_find(m == 0 ? "sys.read" : "sys.fork_exit"),
                                          "");
        for (uint32_t i = 0; i < 12; i++) {
            struct slot *s = result_add_slot(r);
            s->metric = metric;
            s->block = i / 2;
            snprintf(s->position, sizeof s->position, "N%u", i % 2 + 1);
            s->host_s = s->agent_s = 0.1;
            s->ops = 1000;
            s->value = us[m] * (1 + 0.001 * i);
            s->measured = true;
        }
    }
    analysis_update(r);
}

static const struct compare_row *row_of(const struct compare *c, const char *workload)
{
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->rows[i].workload->id, workload) == 0)
            return &c->rows[i];
    fail_msg("no row %s", workload);
    return NULL;
}

static void release(struct result *r, size_t count)
{
    for (size_t i = 0; i < count; i++)
        result_release(&r[i]);
}

static void test_three_sessions_find_a_change(void **state)
{
    (void)state;
    struct result before[3], after[3];
    for (int i = 0; i < 3; i++) {
        session(&before[i], 0.50 * (1 + 0.01 * i), 0);
        session(&after[i], 1.00 * (1 + 0.01 * i), 0);
    }
    struct compare c;
    compare_results(&c, before, 3, after, 3);
    assert_false(c.young);
    const struct compare_row *row = row_of(&c, "sys.read");
    assert_int_equal(row->verdict, VERDICT_WORSE);
    assert_true(row->change.bounded && row->change.low < row->change.centre);
    assert_float_equal(exp(row->change.centre), 0.5, 0.01);
    assert_int_equal(compare_exit(&c), 1);
    compare_release(&c);
    compare_results(&c, before, 3, before, 3);
    assert_int_not_equal(row_of(&c, "sys.read")->verdict, VERDICT_WORSE);
    assert_int_not_equal(compare_exit(&c), 1);
    compare_release(&c);
    release(before, 3);
    release(after, 3);
}

/* Of another processor the absolute figures say nothing, however much they differ. */
static void test_another_processor_has_other_figures(void **state)
{
    (void)state;
    struct result before[3], after[3];
    for (int i = 0; i < 3; i++) {
        session(&before[i], 0.50 * (1 + 0.01 * i), 0);
        session(&after[i], 1.00 * (1 + 0.01 * i), 0);
        result_add_fact(&before[i], "cpu.model", "A processor");
        result_add_fact(&after[i], "cpu.model", "Another processor");
    }
    struct compare c;
    compare_results(&c, before, 3, after, 3);
    assert_false(c.fatal);
    assert_int_equal(row_of(&c, "sys.read")->verdict, VERDICT_NOT_COMPARABLE);
    assert_int_equal(compare_exit(&c), 4);
    compare_release(&c);
    release(before, 3);
    release(after, 3);
}

/* Another core type of OpenBLAS is other work for linpack alone, in whichever session it was. */
static void test_another_core_type_is_fatal_to_linpack(void **state)
{
    (void)state;
    static const struct {
        const char *before[2], *after[2], *says;
    } cases[] = {
        {{"SkylakeX", "SkylakeX"}, {"SkylakeX", "SkylakeX"}, NULL},
        {{"SkylakeX", "SkylakeX"}, {"Haswell", "Haswell"}, "from SkylakeX to Haswell"},
        {{"SkylakeX", "SkylakeX"}, {"SkylakeX", "Nehalem"}, "from SkylakeX to Nehalem"},
        {{"SkylakeX", "Haswell"}, {"SkylakeX", "SkylakeX"}, "from SkylakeX to Haswell"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct result before[2], after[2];
        for (int k = 0; k < 2; k++) {
            struct result *const both[] = {&before[k], &after[k]};
            for (int side = 0; side < 2; side++) {
                struct result *r = both[side];
                session(r, 0.5, 1);
                r->metrics[1].row = workload_find("linpack");
                snprintf(r->metrics[1].workload, sizeof r->metrics[1].workload, "linpack");
                result_add_fact(r, "engine.linpack.core",
                                side ? cases[i].after[k] : cases[i].before[k]);
            }
        }
        struct compare c;
        compare_results(&c, before, 2, after, 2);
        assert_false(c.fatal);
        assert_int_not_equal(row_of(&c, "sys.read")->verdict, VERDICT_NOT_COMPARABLE);
        if (cases[i].says) {
            assert_int_equal(row_of(&c, "linpack")->verdict, VERDICT_NOT_COMPARABLE);
            assert_int_equal(c.difference_count, 1);
            assert_int_equal(c.differences[0].class, FACT_FATAL);
            assert_non_null(strstr(c.differences[0].sentence, "the core type of OpenBLAS changed"));
            assert_non_null(strstr(c.differences[0].sentence, cases[i].says));
        } else {
            assert_int_not_equal(row_of(&c, "linpack")->verdict, VERDICT_NOT_COMPARABLE);
            assert_int_equal(c.difference_count, 0);
        }
        compare_release(&c);
        release(before, 2);
        release(after, 2);
    }
}

/* What changed of the machine since stands at the rows that it may have moved: of a workload or of
 * a guest alone where it is about that; never for a note or for who else was measuring. */
static void test_a_changed_machine_is_flagged(void **state)
{
    (void)state;
    static const struct {
        const char *key;
        bool read, fork;
    } cases[] = {
        {"kernel", true, true},        {"governor", true, true}, {"kernel.build", false, false},
        {"other_vmtax", false, false}, {"sh", false, true},      {NULL, false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct result before, after;
        struct compare c;
        session(&before, 0.5, 1);
        session(&after, 0.5, 1);
        struct result *const both[] = {&before, &after};
        for (int k = 0; k < 2; k++) {
            struct metric *fork = &both[k]->metrics[1];
            fork->row = workload_find("sys.fork_sh");
            snprintf(fork->workload, sizeof fork->workload, "sys.fork_sh");
            if (cases[i].key)
                result_add_fact(both[k], cases[i].key, k ? "new" : "old");
        }
        compare_results(&c, &before, 1, &after, 1);
        assert_int_equal(row_of(&c, "sys.read")->flags & FLAG_FINGERPRINT,
                         cases[i].read ? FLAG_FINGERPRINT : 0);
        assert_int_equal(row_of(&c, "sys.fork_sh")->flags & FLAG_FINGERPRINT,
                         cases[i].fork ? FLAG_FINGERPRINT : 0);
        compare_release(&c);
        result_release(&before);
        result_release(&after);
    }
}

static void test_too_few_sessions_are_no_verdict(void **state)
{
    (void)state;
    struct result before[2], after[2];
    for (int i = 0; i < 2; i++) {
        session(&before[i], 0.5, 0);
        session(&after[i], 1.0, 0);
    }
    struct compare c;
    compare_results(&c, before, 2, after, 2);
    assert_true(c.young);
    assert_int_equal(row_of(&c, "sys.read")->verdict, VERDICT_INCONCLUSIVE);
    assert_true(row_of(&c, "sys.read")->flags & FLAG_YOUNG);
    assert_int_equal(compare_exit(&c), 3);
    compare_release(&c);
    release(before, 2);
    release(after, 2);
}

/* The baseline has three sessions, but only one of them measured this row: one figure against one
 * has no variance, and must not pass for a certain change. */
static void test_a_young_row_of_an_old_baseline(void **state)
{
    (void)state;
    struct result before[3], after;
    for (int i = 0; i < 3; i++)
        session(&before[i], 0.50 * (1 + 0.01 * i), i == 2 ? 100 : 0);
    session(&after, 0.50, 150);
    struct compare c;
    compare_results(&c, before, 3, &after, 1);
    assert_false(c.young);
    assert_int_equal(c.count, 2);
    const struct compare_row *row = row_of(&c, "sys.fork_exit");
    assert_int_equal(row->verdict, VERDICT_INCONCLUSIVE);
    assert_true(row->flags & FLAG_YOUNG);
    assert_true(isnan(row->p));
    assert_true(row->change.bounded && isfinite(row->change.low) && isfinite(row->change.high));
    assert_false(row_of(&c, "sys.read")->flags & FLAG_YOUNG);
    assert_true(isfinite(row_of(&c, "sys.read")->p));
    assert_int_equal(compare_exit(&c), 3);
    compare_release(&c);
    release(before, 3);
    result_release(&after);
}

/* What is left out because it was emulated is named, once, whichever side has it. */
static void test_an_emulated_guest_is_named(void **state)
{
    (void)state;
    struct result before, after;
    session(&before, 0.50, 0);
    session(&after, 0.50, 0);
    struct compare c;
    char text[400];
    compare_results(&c, &before, 1, &after, 1);
    assert_int_equal(c.emulated_count, 0);
    assert_string_equal(compare_emulated_text(&c, text, sizeof text), "");
    compare_release(&c);
    snprintf(after.targets[1].id, sizeof after.targets[1].id, "tcg");
    after.targets[1].emulated = true;
    after.target_count = 2;
    before.targets[1] = after.targets[1];
    before.target_count = 2;
    compare_results(&c, &before, 1, &after, 1);
    assert_int_equal(c.emulated_count, 1);
    compare_emulated_text(&c, text, sizeof text);
    assert_non_null(strstr(text, "emulated (tcg) is left out: "));
    assert_true(text[strlen(text) - 1] == '.');
    compare_release(&c);
    release(&before, 1);
    release(&after, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_three_sessions_find_a_change),
        cmocka_unit_test(test_another_processor_has_other_figures),
        cmocka_unit_test(test_another_core_type_is_fatal_to_linpack),
        cmocka_unit_test(test_a_changed_machine_is_flagged),
        cmocka_unit_test(test_too_few_sessions_are_no_verdict),
        cmocka_unit_test(test_a_young_row_of_an_old_baseline),
        cmocka_unit_test(test_an_emulated_guest_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
