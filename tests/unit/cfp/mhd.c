/* Conservation over many steps of a small blast; a sound wave, whose error halves with the grid's
 * spacing, as it must in a scheme of first order. */
#include "workloads/cfp/mhd.c"

#include "tests/unit/cfp/cases.h"

/* Mean error of the density after a time of 0.1; sound's speed is 1. */
static double sound_error(struct mhd_state *s, size_t n)
{
    const double small = 1e-4, time = 0.1;
    const size_t cells = n * n * n;
    mhd_start(s, n);
    for (size_t c = 0; c < cells; c++) {
        const double wave = small * sin(2 * M_PI * ((double)(c % n) + 0.5) / (double)n);
        s->now[c][DENSITY] = 1 + wave;
        s->now[c][MOMENTUM] = (1 + wave) * wave;
        s->now[c][MOMENTUM + 1] = s->now[c][MOMENTUM + 2] = 0;
        s->now[c][ENERGY] = (1 / GAMMA + wave) / (GAMMA - 1) + 0.5 * wave * wave;
        for (unsigned i = 0; i < 3; i++)
            s->now[c][FIELD + i] = 0;
    }
    for (double t = 0; t < time - 1e-9; t += COURANT / (double)n)
        mhd_step(s, (const cell_state *)s->now);
    double sum = 0;
    for (size_t c = 0; c < n; c++) {
        const double x = ((double)c + 0.5) / (double)n;
        sum += fabs(s->now[c][DENSITY] - 1 - small * sin(2 * M_PI * (x - time)));
    }
    return sum / ((double)n * small);
}

void case_mhd(void **unused)
{
    (void)unused;
    struct mhd_state *s = case_state(sizeof *s);
    mhd_start(s, 12);
    mhd_step(s, (const cell_state *)s->start);
    for (unsigned i = 0; i < 40; i++)
        mhd_step(s, (const cell_state *)s->now);
    struct mhd_errors e = mhd_judge(s);
    assert_true(e.sum < 1e-12 && e.divergence < 1e-12 && e.pressure > 0);
    const double coarse = sound_error(s, 16), fine = sound_error(s, 32);
    print_message("a sound wave's error falls by %.2f\n", coarse / fine);
    assert_true(coarse / fine > 1.7 && coarse / fine < 2.3);
    free(s);
    case_faults(&cfp_mhd, CASE_DOUBLE(struct mhd_state, now[999][FIELD]),
                CASE_DOUBLE(struct mhd_state, start[CELLS / 2][DENSITY]));
}
