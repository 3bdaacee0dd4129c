/* The vortex after a time of 1 on two grids: second order, and conservation. */
#include "workloads/cfp/euler.c"

#include "tests/unit/cfp/cases.h"

static double vortex_error(struct euler_state *s, size_t n)
{
    const unsigned steps = (unsigned)(1.0 / (COURANT * LENGTH / (double)n) + 0.5);
    euler_start(s, n, 2);
    euler_step(s, (const gas *)s->start);
    for (unsigned i = 1; i < steps; i++)
        euler_step(s, (const gas *)s->now);
    struct euler_errors e = euler_judge(s, steps);
    assert_true(e.sum < 1e-13);
    return e.density;
}

void case_euler(void **unused)
{
    (void)unused;
    struct euler_state *s = case_state(sizeof *s);
    const double coarse = vortex_error(s, 60), fine = vortex_error(s, 120);
    print_message("the vortex's error %.2e falls by %.2f\n", coarse, coarse / fine);
    assert_true(fine < 5e-3 && coarse / fine > 3.5 && coarse / fine < 4.6);
    free(s);
    case_faults(&cfp_euler, CASE_DOUBLE(struct euler_state, now[4444][0]),
                CASE_DOUBLE(struct euler_state, start[4444][4]));
}
