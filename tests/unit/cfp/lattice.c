/* On 4^4 sites: gauge invariance, convergence, symmetry, a constant field without links. */
#include "workloads/cfp/lattice.c"

#include "tests/unit/cfp/cases.h"

/* With all links 1, and so without the staggered signs as well, a constant vector hops to nothing:
 * A b = m^2 b. */
static void constant_field(struct lattice_state *s)
{
    for (unsigned parity = 0; parity < 2; parity++)
        for (size_t site = 0; site < half_of(s); site++)
            for (unsigned axis = 0; axis < 4; axis++) {
                struct matrix *u = &s->link[parity][site][axis];
                for (unsigned k = 0; k < 9; k++)
                    u->at[k / 3][k % 3] = (struct complex){k % 4 == 0, 0};
            }
    for (size_t site = 0; site < half_of(s); site++)
        for (unsigned c = 0; c < 3; c++)
            s->b[site].at[c] = (struct complex){1, -2};
    operate(s, s->b, s->odd, s->ap, half_of(s));
    for (size_t site = 0; site < half_of(s); site++)
        assert_true(fabs(s->ap[site].at[1].re - MASS2) < 1e-12 &&
                    fabs(s->ap[site].at[2].im + 2 * MASS2) < 1e-12);
}

void case_lattice(void **unused)
{
    (void)unused;
    struct lattice_state *s = case_state(sizeof *s);
    lattice_start(s, 4, 4);
    const size_t n = half_of(s) * VECTOR_DOUBLES;
    assert_true(lattice_unitarity(s) < 1e-14);
    assert_true(fabs(lattice_plaquette(s, 1, false) - lattice_plaquette(s, 1, true)) < 1e-10);
    assert_true(fabs(lattice_plaquette(s, 1, false)) < 0.3); /* random links: near zero */
    lattice_solve(s, 40, half_of(s));
    operate(s, s->x, s->odd, s->p, half_of(s));
    for (size_t i = 0; i < n; i++)
        assert_true(fabs((&s->p[0].at[0].re)[i] - (&s->b[0].at[0].re)[i]) < 1e-10);
    /* A is symmetric. */
    operate(s, s->b, s->odd, s->ap, half_of(s));
    const double left = field_dot(&s->x[0].at[0].re, &s->ap[0].at[0].re, n);
    const double right = field_dot(&s->p[0].at[0].re, &s->b[0].at[0].re, n);
    assert_true(fabs(left / right - 1) < 1e-12);
    constant_field(s);
    free(s);
    case_faults(&cfp_lattice, CASE_DOUBLE(struct lattice_state, x[777].at[1].im),
                CASE_DOUBLE(struct lattice_state, link[1][321][2].at[1][2].re));
}
