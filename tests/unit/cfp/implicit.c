/* The Jacobian matrices against differences of Euler's flux, the solver against elimination. */
#include "workloads/cfp/implicit.c"

#include "tests/unit/cfp/cases.h"

static void euler_flux(const double u[5], unsigned axis, double f[5])
{
    const double v = u[axis + 1] / u[0];
    const double p = (GAMMA - 1) * (u[4] - 0.5 * (u[1] * u[1] + u[2] * u[2] + u[3] * u[3]) / u[0]);
    for (unsigned i = 0; i < 5; i++)
        f[i] = u[i] * v;
    f[axis + 1] += p;
    f[4] += p * v;
}

static void jacobian_is_the_flux_derivative(void)
{
    const double velocity[3] = {0.3, -0.2, 0.5}, square = 0.09 + 0.04 + 0.25;
    const double u[5] = {1, 0.3, -0.2, 0.5, 1 / (GAMMA * (GAMMA - 1)) + 0.5 * square};
    for (unsigned axis = 0; axis < 3; axis++) {
        block a;
        flux_jacobian(velocity, axis, a);
        for (unsigned j = 0; j < 5; j++) {
            double up[5], down[5], f[5], g[5];
            for (unsigned k = 0; k < 5; k++) {
                up[k] = u[k] + (k == j ? 1e-5 : 0);
                down[k] = u[k] - (k == j ? 1e-5 : 0);
            }
            euler_flux(up, axis, f);
            euler_flux(down, axis, g);
            for (unsigned i = 0; i < 5; i++)
                assert_true(fabs((f[i] - g[i]) / 2e-5 - a[i][j]) < 1e-8);
        }
    }
}

#define SMALL 4
#define ROWS  (SMALL * SMALL * SMALL * QUANTITIES)

/* Gauss's elimination with pivots of the dense matrix; its columns are A times unit vectors. */
static void eliminate(struct implicit_state *s, double x[ROWS])
{
    double(*a)[ROWS + 1] = case_state(sizeof(double[ROWS][ROWS + 1]));
    for (size_t j = 0; j < ROWS; j++) {
        double column[ROWS];
        for (size_t i = 0; i < ROWS; i++)
            x[i] = i == j;
        multiply(s, x, column);
        for (size_t i = 0; i < ROWS; i++)
            a[i][j] = column[i];
        a[j][ROWS] = s->b[j];
    }
    for (size_t k = 0; k < ROWS; k++)
        for (size_t i = k + 1; i < ROWS; i++) {
            const double factor = a[i][k] / a[k][k]; /* the diagonal dominates */
            for (size_t j = k; j <= ROWS; j++)
                a[i][j] -= factor * a[k][j];
        }
    for (size_t i = ROWS; i-- > 0;) {
        x[i] = a[i][ROWS];
        for (size_t j = i + 1; j < ROWS; j++)
            x[i] -= a[i][j] * x[j];
        x[i] /= a[i][i];
    }
    free(a);
}

void case_implicit(void **unused)
{
    (void)unused;
    struct implicit_state *s = case_state(sizeof *s);
    double x[ROWS];
    jacobian_is_the_flux_derivative();
    implicit_start(s, SMALL);
    eliminate(s, x);
    solve(s, 7);
    for (size_t i = 0; i < ROWS; i++)
        assert_true(fabs(s->x[i] - x[i]) < 1e-10);
    struct implicit_errors e = implicit_judge(s);
    assert_true(e.solution < 1e-10 && e.residual < 1e-13 && e.sum < 1e-13);
    free(s);
    case_faults(&cfp_implicit, CASE_DOUBLE(struct implicit_state, x[4321]),
                CASE_DOUBLE(struct implicit_state, b[1234]));
}
