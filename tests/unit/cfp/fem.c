/* The error in the mean square falls fourfold when elements are halved; a cascade of grids comes to
 * the same solution as one grid alone. */
#include "workloads/cfp/fem.c"

#include "tests/unit/cfp/cases.h"

void case_fem(void **unused)
{
    (void)unused;
    static const unsigned many[] = {60, 60};
    struct fem_state *s = case_state(sizeof *s);
    fem_start(s);
    fem_cascade(s, 10, 1, many);
    const double coarse = fem_error(s);
    fem_cascade(s, 20, 1, many);
    const double fine = fem_error(s), middle = s->x[unknowns_of(20) / 2];
    print_message("the error falls by %.3f\n", coarse / fine);
    assert_true(fabs(coarse / fine - 4) < 0.2);
    assert_true(fabs(middle - 1) < 0.01);
    fem_cascade(s, 10, 2, many);
    assert_true(fabs(s->x[unknowns_of(20) / 2] - middle) < 1e-10);
    free(s);
    case_faults(&cfp_fem, CASE_DOUBLE(struct fem_state, x[UNKNOWNS / 2]),
                CASE_DOUBLE(struct fem_state, product[3][4][2]));
}
