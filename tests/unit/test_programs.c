/* Every program of the suites: each execution gives the one right result, from an input that stays
 * as it was, and the law of its subject holds. What is right is shown by the tests beside this one,
 * each against a reference of its own. */
#include <config.h>

#include "tests/unit/unit.h"
#include "workloads/memory.h"
#include "workloads/program/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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

/* MiB of the pages that input and one execution touch. */
static double touched_mib(const struct program *p)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = (p->state_bytes + page - 1) / page;
    struct error e;
    struct work w = {.workload = workload_find(p->id), .lanes = 1, .error = &e};
    void *state = mmap(NULL, pages * page, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    unsigned char *present = calloc(pages, 1);
    size_t count = 0;
    assert_true(state != MAP_FAILED && present);
    madvise(state, pages * page, MADV_NOHUGEPAGE);
    if (p->make)
        assert_int_equal(p->make(&w, state), 0);
    assert_true(p->execute(state) == p->digest);
    assert_int_equal(mincore(state, pages * page, present), 0);
    for (size_t i = 0; i < pages; i++)
        count += present[i] & 1;
    free(present);
    munmap(state, pages * page);
    return (double)(count * page) / (1 << 20);
}

/* The memory that a row says its program works in is what it works in. They are spread: some stay
 * in a cache of 1 MiB of one core, most go beyond one of 8 MiB, and the largest are several times
 * one of 64 MiB; a copy on each of four processors still fits the memory that targets have. */
static void test_sets(void **unused)
{
    (void)unused;
    const struct program *const *const suites[] = {programs_cint, programs_cfp};
    size_t small = 0, middle = 0, large = 0;
    for (size_t i = 0; i < 2; i++)
        for (const struct program *const *p = suites[i]; *p; p++) {
            double says = workload_find((*p)->id)->set_mib, is = touched_mib(*p);
            if (is < says - 0.051 || is > says + 0.051)
                fail_msg("%s works in %.2f MiB, and its row says %.1f", (*p)->id, is, says);
            small += is <= 1;
            middle += is > 8;
            large += is >= 3 * 64;
            assert_true(4 * (*p)->state_bytes <= WORKLOAD_MEMORY_SHARE(UINT64_C(1536) << 20));
        }
    assert_true(small >= 2);
    assert_true(middle >= 15);
    assert_true(large >= 2);
}

/* The manual's table has each of them, with what it stands for and works in. */
static void test_manual(void **unused)
{
    (void)unused;
    char line[256];
    size_t rows = 0;
    FILE *f = fopen(SOURCE_MAN "/vmtax.1", "re");
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        char id[WORKLOAD_ID_MAX], member[32], mib[16], says[16];
        if (sscanf(line, ".It Cm %31s Ta %31s Ta %*u Ta %15s Ta", id, member, mib) != 3 ||
            !program_find(id))
            continue;
        const struct workload *w = workload_find(id);
        snprintf(says, sizeof says, "%.1f", w->set_mib);
        assert_string_equal(member, w->paper);
        if (strcmp(mib, says) != 0)
            fail_msg("%s works in %s MiB, by the manual in %s", id, says, mib);
        rows++;
    }
    fclose(f);
    assert_int_equal(rows, 12 + 17);
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
        cmocka_unit_test(test_right),  cmocka_unit_test(test_wrong), cmocka_unit_test(test_sets),
        cmocka_unit_test(test_manual), cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
