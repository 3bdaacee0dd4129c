/* The hydrogen molecule of the textbooks; Boys' function against the error function. */
#include "workloads/cfp/scf.c"

#include "tests/unit/cfp/cases.h"

void case_scf(void **unused)
{
    (void)unused;
    struct scf_state *s = case_state(sizeof *s);
    scf_start(s, 2, 1.4);
    assert_true(fabs(boys(s, 0) - 1) < 1e-15);
    for (double t = 0.01; t < 60; t += 0.0137)
        assert_true(fabs(boys(s, t) / (0.5 * sqrt(M_PI / t) * erf(sqrt(t))) - 1) < 1e-12);
    scf_solve(s, s->geometry[GEOMETRIES - 1]);
    assert_true(fabs(s->overlap[0][0] - 1) < 1e-6);
    assert_true(fabs(s->overlap[0][1] - 0.6593) < 5e-5);
    assert_true(fabs(s->kinetic[0][0] - 0.7600) < 5e-5);
    assert_true(fabs(s->repulsion[0][0][0][0] - 0.7746) < 5e-5);
    assert_true(fabs(s->repulsion[0][0][1][1] - 0.5697) < 5e-5);
    assert_true(fabs(s->energy[ITERATIONS - 1] + 1.116715) < 2e-6);
    free(s);
    case_faults(&cfp_scf, CASE_DOUBLE(struct scf_state, density[3][3]),
                CASE_DOUBLE(struct scf_state, geometry[0][5]));
}
