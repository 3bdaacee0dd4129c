/* What a run shows of its progress: how long it thinks that the rest takes. */
#include <config.h>

#include "run.h"
#include "unit.h"

#include <math.h>
#include <string.h>

#define ROWS 3

struct fixture {
    struct plan plan;
    struct run run;
    struct board board;
    double block_s[ROWS];
    uint32_t blocks_left[ROWS];
    bool dead[ROWS * TARGETS_MAX];
};

/* A kernel's quick part, the whole, and a system call, two blocks each on native alone. */
static void begin(struct fixture *f)
{
    static const char *const words[ROWS] = {"kbuild:part=quick,cpus=1", "kbuild:part=whole,cpus=1",
                                            "sys.read"};
    struct error e;
    memset(f, 0, sizeof *f);
    plan_init(&f->plan);
    f->plan.target_count = 1;
    f->plan.blocks = 2;
    for (size_t i = 0; i < ROWS; i++) {
        assert_int_equal(plan_add(&f->plan, words[i], &e), 0);
        f->blocks_left[i] = 2;
    }
    assert_int_equal(f->plan.row_count, ROWS);
    assert_int_equal(board_init(&f->board, &e), 0);
    f->run.plan = &f->plan;
    f->run.board = &f->board;
    f->run.block_s = f->block_s;
    f->run.blocks_left = f->blocks_left;
    f->run.dead = f->dead;
    f->run.block_metric = SIZE_MAX;
}

static size_t row_of(const struct fixture *f, const char *id, const char *params)
{
    size_t i = 0;
    while (strcmp(f->plan.rows[i].workload->id, id) != 0 || !strstr(f->plan.rows[i].params, params))
        i++;
    return i;
}

static void end(struct fixture *f)
{
    board_release(&f->board);
    plan_release(&f->plan);
}

static void a_measured_block_corrects_the_plan(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    size_t quick = row_of(&f, "kbuild", "quick"), whole = row_of(&f, "kbuild", "whole");
    size_t read = row_of(&f, "sys.read", "");
    double planned[ROWS];
    for (size_t i = 0; i < ROWS; i++) {
        planned[i] = plan_block_seconds(&f.plan, &f.plan.rows[i]);
        assert_true(fabs(run_block_seconds(&f.run, i) - planned[i]) < 1e-9);
    }
    f.block_s[quick] = 3 * planned[quick];
    assert_true(fabs(run_block_seconds(&f.run, quick) - 3 * planned[quick]) < 1e-9);
    assert_true(fabs(run_block_seconds(&f.run, whole) - 3 * planned[whole]) < 1e-6);
    assert_true(fabs(run_block_seconds(&f.run, read) - planned[read]) < 1e-9);
    end(&f);
}

static void the_rest_is_what_is_to_come(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    for (size_t i = 0; i < ROWS; i++)
        f.block_s[i] = 10;
    f.run.started_s = run_elapsed(&f.run); /* it was 0: now is the begin */
    const struct board_run *shown = &f.board.current.run;
    run_show_progress(&f.run);
    assert_true(fabs(shown->eta_s - 60) < 1 && shown->done < 0.05);

    f.blocks_left[0] = 0;
    f.dead[1 * TARGETS_MAX] = true; /* no more of it */
    run_show_progress(&f.run);
    assert_true(fabs(shown->eta_s - 20) < 1);

    /* Half of a block is over, and half a minute of the run. */
    f.run.started_s -= 30;
    f.run.block_metric = 2;
    f.run.block_from_s = 25;
    run_show_progress(&f.run);
    assert_true(fabs(shown->eta_s - 15) < 1);
    assert_true(fabs(shown->done - 30.0 / 45) < 0.05);

    f.plan.budget_s = 35;
    run_show_progress(&f.run);
    assert_true(fabs(shown->eta_s - 5) < 1);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_measured_block_corrects_the_plan),
        cmocka_unit_test(the_rest_is_what_is_to_come),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
