/* Every program of the suites: each execution gives the one right result, from an input that stays
 * as it was, and the law of its subject holds. What is right is shown by the tests beside this one,
 * each against a reference of its own. */
#include <config.h>

#include "tests/unit/unit.h"
#include "workloads/memory.h"
#include "workloads/program/program.h"

#include <string.h>

struct rig {
    struct work work;
    struct error error;
    const struct workload_ops *ops;
};

static void rig_begin(struct rig *r, const struct program *p)
{
    memset(r, 0, sizeof *r);
    r->work.workload = workload_find(p->id);
    assert_non_null(r->work.workload);
    params_parse(r->work.workload, "", r->work.param, &r->error);
    r->work.lanes = 1;
    r->work.seed = 1;
    r->work.error = &r->error;
    r->ops = workload_ops_find(p->id);
    assert_non_null(r->ops);
    if (r->ops->prepare(&r->work) < 0)
        fail_msg("%s: %s", p->id, r->error.text);
}

static void test_right(void **unused)
{
    (void)unused;
    const struct program *const *const suites[] = {programs_cint, programs_cfp};
    for (size_t i = 0; i < 2; i++)
        for (const struct program *const *p = suites[i]; *p; p++) {
            struct rig r;
            rig_begin(&r, *p);
            for (unsigned count = 1; count <= 2; count++) {
                if (r.ops->run(&r.work, count) < 0 || r.ops->verify(&r.work) < 0)
                    fail_msg("%s", r.error.text);
            }
            r.ops->release(&r.work);
            assert_null(r.work.state);
            assert_true((*p)->check != NULL);
        }
}

static int never_right(struct work *w, const void *state)
{
    (void)state;
    return error_set(w->error, ERROR_SYSTEM, "its law does not hold");
}

/* An execution with another result ends its slot, and so does a law that does not hold. */
static void test_wrong(void **unused)
{
    (void)unused;
    struct rig r;
    rig_begin(&r, program_find("cint.viterbi"));
    struct program_run *run = r.work.state;
    const struct program *right = run->program;
    struct program wrong = *right;

    wrong.digest ^= 1;
    run->program = &wrong;
    assert_int_equal(r.ops->run(&r.work, 1), -1);
    assert_non_null(strstr(r.error.text, "cint.viterbi: wrong result: digest "));

    wrong.digest = right->digest;
    wrong.check = never_right;
    assert_int_equal(r.ops->run(&r.work, 1), 0);
    assert_int_equal(r.ops->verify(&r.work), -1);
    assert_string_equal(r.error.text, "its law does not hold");

    run->program = right;
    assert_int_equal(r.ops->run(&r.work, 1), 0);
    assert_int_equal(r.ops->verify(&r.work), 0);
    for (size_t i = 0; i < right->state_bytes / 8; i++) /* its input, too */
        ((uint64_t *)run->state)[i] ^= 0x1;
    assert_int_equal(r.ops->run(&r.work, 2), -1);
    r.ops->release(&r.work);
}

/* Each row of the catalogue has its program. */
static void test_rows(void **unused)
{
    (void)unused;
    size_t rows = 0, programs = 0;
    for (const struct workload *w = workload_next(NULL); w; w = workload_next(w))
        if (strncmp(w->id, "cint.", 5) == 0 || strncmp(w->id, "cfp.", 4) == 0) {
            rows++;
            if (!program_find(w->id))
                fail_msg("%s has a row, but no program", w->id);
        }
    for (const struct program *const *p = programs_cint; *p; p++)
        programs++;
    for (const struct program *const *p = programs_cfp; *p; p++)
        programs++;
    assert_int_equal(rows, programs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_right),
        cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
