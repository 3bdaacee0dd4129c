/* Second order: the gauge wave along each axis, and the curvature of a conformally flat space, R =
 * -8 psi^-5 laplace(psi), which has all mixed derivatives. */
#include "workloads/cfp/relativity.c"

#include "tests/unit/cfp/cases.h"

static double wave_error(struct relativity_state *s, size_t n, unsigned axis)
{
    point_state *level[3] = {s->past, s->now, s->next};
    const unsigned steps = (unsigned)n; /* a quarter of a period */
    relativity_start(s, n, axis);
    for (unsigned step = 0; step < steps; step++) {
        relativity_step(s, (const point_state *)level[0], (const point_state *)level[1], level[2]);
        point_state *oldest = level[0];
        level[0] = level[1];
        level[1] = level[2];
        level[2] = oldest;
    }
    return relativity_judge(s, (const point_state *)level[1], axis, COURANT).wave;
}

static double curvature_error(struct relativity_state *s, size_t n)
{
    const double turn = 2 * M_PI / (double)n;
    double worst = 0;
    relativity_start(s, n, 0);
    for (unsigned pass = 0; pass < 2; pass++) {
        for (size_t p = 0; p < n * n * n; p++) {
            const double x = turn * (double)(p % n), y = turn * (double)(p / n % n),
                         z = turn * (double)(p / n / n);
            const double bump = 0.1 * sin(x) * sin(y + 0.3) * sin(z), psi = 1 + bump;
            const double right = -8 * pow(psi, -5) * (-12 * M_PI * M_PI * bump);
            for (unsigned f = 0; f < FIELDS && !pass; f++)
                s->now[p][f] = f == 0 || f == 3 || f == 5 ? pow(psi, 4) : f == LAPSE;
            if (pass)
                worst = fmax(worst, fabs(s->hamiltonian[p] - right));
        }
        if (!pass)
            relativity_step(s, (const point_state *)s->past, (const point_state *)s->now, s->next);
    }
    return worst;
}

void case_relativity(void **unused)
{
    (void)unused;
    struct relativity_state *s = case_state(sizeof *s);
    for (unsigned axis = 0; axis < 3; axis++) {
        const double ratio = wave_error(s, 12, axis) / wave_error(s, 24, axis);
        print_message("axis %u: the wave's error falls by %.2f\n", axis, ratio);
        assert_true(ratio > 3.5 && ratio < 4.5);
    }
    const double ratio = curvature_error(s, 16) / curvature_error(s, 32);
    print_message("the curvature's error falls by %.2f\n", ratio);
    assert_true(ratio > 3.6 && ratio < 4.4);
    free(s);
    case_faults(&cfp_relativity, CASE_DOUBLE(struct relativity_state, next[5000][METRIC]),
                CASE_DOUBLE(struct relativity_state, now[5000][METRIC + 3]));
}
