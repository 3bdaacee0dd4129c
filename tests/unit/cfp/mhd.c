/* Conservation over many steps of small blasts; fluxes that are known; sound waves and Alfven
 * waves, whose errors fall as they must in a scheme of second order; and that no axis, and no
 * plane, is treated otherwise than the others. */
#include "workloads/cfp/mhd.c"

#include "tests/unit/cfp/cases.h"

#include <string.h>

struct wave {
    bool magnetic;
    unsigned axis;
};

/* Both waves have a speed of 1 and go upwards along the axis. A sound wave is small; the circularly
 * polarised Alfven wave is exact at any size. */
static void wave_state(const struct wave *w, double turns, cell_state u)
{
    const unsigned a = (w->axis + 1) % 3, b = (w->axis + 2) % 3;
    const double small = 1e-4, s = sin(2 * M_PI * turns), c = cos(2 * M_PI * turns);
    double pressure = 0.3, square = 0, density = 1;
    memset(u, 0, sizeof(cell_state));
    if (w->magnetic) {
        u[FIELD + w->axis] = 1;
        u[FIELD + a] = 0.4 * s;
        u[FIELD + b] = 0.4 * c;
        u[MOMENTUM + a] = -0.4 * s;
        u[MOMENTUM + b] = -0.4 * c;
    } else {
        density += small * s;
        pressure = 1 / GAMMA + small * s;
        u[MOMENTUM + w->axis] = density * small * s;
    }
    for (unsigned i = 0; i < 3; i++)
        square += u[MOMENTUM + i] * u[MOMENTUM + i] / density + u[FIELD + i] * u[FIELD + i];
    u[DENSITY] = density;
    u[ENERGY] = pressure / (GAMMA - 1) + 0.5 * square;
}

/* The mean error after a time of 0.1 of what waves, a wave's length having n cells. */
static double wave_error(struct mhd_state *s, const struct wave *w, size_t n)
{
    const double time = 0.1, size = w->magnetic ? 0.4 : 1e-4;
    const unsigned what = w->magnetic ? FIELD + (w->axis + 1) % 3 : DENSITY;
    s->n = w->axis == 2 ? 5 : n; /* at most SIDE */
    s->length = w->axis == 2 ? n : 4;
    const size_t plane = s->n * s->n, cells = plane * s->length;
    double sum = 0;
    for (unsigned after = 0; after < 2; after++) {
        for (size_t c = 0; c < cells; c++) {
            const size_t at[3] = {c % s->n, c / s->n % s->n, c / plane};
            const double turns = ((double)at[w->axis] + 0.5) / (double)n;
            cell_state u;
            wave_state(w, turns - after * time, u);
            if (after)
                sum += fabs(s->now[c][what] - u[what]);
            else
                memcpy(s->now[c], u, sizeof u);
        }
        for (double t = 0; !after && t < time - 1e-9; t += COURANT / (double)n)
            mhd_step(s, (const cell_state *)s->now);
    }
    return sum / ((double)cells * size);
}

static void waves(struct mhd_state *s)
{
    for (unsigned k = 0; k < 6; k++) {
        const struct wave w = {.magnetic = k > 2, .axis = k % 3};
        const double coarse = wave_error(s, &w, 14), fine = wave_error(s, &w, 28);
        print_message("axis %u, %s: %.1e, which falls by %.2f\n", w.axis,
                      w.magnetic ? "Alfven" : "sound", coarse, coarse / fine);
        assert_true(coarse < 0.03 && coarse / fine > 3 && coarse / fine < 5);
    }
}

enum { TURNED = 12, TURNED_CELLS = TURNED * TURNED * TURNED };

/* Where a cell comes to lie if x becomes y, y z and z x, and all moves up by five planes. */
static size_t turned(size_t cell)
{
    const size_t x = cell % TURNED, y = cell / TURNED % TURNED, z = cell / TURNED / TURNED;
    return z + TURNED * (x + TURNED * ((y + 5) % TURNED));
}
static void turn(cell_state *to, const cell_state *from)
{
    for (size_t c = 0; c < TURNED_CELLS; c++) {
        double *u = to[turned(c)];
        u[DENSITY] = from[c][DENSITY];
        u[ENERGY] = from[c][ENERGY];
        for (unsigned i = 0; i < 3; i++) {
            u[MOMENTUM + (i + 1) % 3] = from[c][MOMENTUM + i];
            u[FIELD + (i + 1) % 3] = from[c][FIELD + i];
        }
    }
}

/* What is not the same everywhere, turned, becomes the turned result. */
static void turning(struct mhd_state *s)
{
    static cell_state start[TURNED_CELLS], result[TURNED_CELLS], must[TURNED_CELLS];
    uint32_t seed = 434;
    mhd_start(s, TURNED, TURNED);
    for (size_t c = 0; c < TURNED_CELLS; c++) {
        seed = seed * 1664525 + 1013904223;
        s->start[c][DENSITY] += (double)(seed >> 8) / (1 << 25);
    }
    memcpy(start, s->start, sizeof start);
    for (unsigned way = 0; way < 2; way++) {
        if (way)
            turn(s->start, (const cell_state *)start);
        mhd_step(s, (const cell_state *)s->start);
        for (unsigned i = 0; i < 3; i++)
            mhd_step(s, (const cell_state *)s->now);
        memcpy(way ? must : result, s->now, sizeof result);
    }
    turn(start, (const cell_state *)result);
    for (size_t c = 0; c < TURNED_CELLS; c++)
        for (unsigned q = 0; q < QUANTITIES; q++)
            assert_true(fabs(start[c][q] - must[c][q]) < 1e-12);
}

/* The flux along an axis by the tensors of stress and field. */
static void assert_flux(const struct flux *f, const cell_state p, unsigned axis, double normal)
{
    const unsigned next[2] = {(axis + 1) % 3, (axis + 2) % 3};
    const double v = p[VELOCITY + axis];
    double field[3] = {p[FIELD], p[FIELD + 1], p[FIELD + 2]};
    double kinetic = 0, magnetic = 0, mixed = 0;
    field[axis] = normal;
    for (unsigned i = 0; i < 3; i++) {
        kinetic += 0.5 * p[DENSITY] * p[VELOCITY + i] * p[VELOCITY + i];
        magnetic += 0.5 * field[i] * field[i];
        mixed += p[VELOCITY + i] * field[i];
    }
    assert_true(fabs(f->density - p[DENSITY] * v) < 1e-12);
    for (unsigned i = 0; i < 3; i++)
        assert_true(fabs(f->momentum[i] - (p[DENSITY] * v * p[VELOCITY + i] - normal * field[i] +
                                           (i == axis ? p[PRESSURE] + magnetic : 0))) < 1e-12);
    assert_true(fabs(f->energy - ((p[PRESSURE] * GAMMA / (GAMMA - 1) + kinetic + 2 * magnetic) * v -
                                  normal * mixed)) < 1e-12);
    for (unsigned i = 0; i < 2; i++)
        assert_true(fabs(f->field[i] - (field[next[i]] * v - normal * p[VELOCITY + next[i]])) <
                    1e-12);
}

/* Between cells that are alike, and from where the gas comes faster than any wave: what flows is
 * known. Of the field across the face only the face's own counts. */
static void faces(void)
{
    static const double speed[] = {0.3, -0.3, 9, -9};
    for (unsigned axis = 0; axis < 3; axis++)
        for (unsigned k = 0; k < 4; k++) {
            cell_state l = {1.3, 0.7, -0.2, 0.5, 0.9, 0.4, 0.7, -0.6};
            cell_state r = {0.8, 0.1, 0.6, -0.3, 1.4, -0.5, 0.2, 0.3};
            struct flux f;
            l[VELOCITY + axis] = r[VELOCITY + axis] = speed[k];
            l[FIELD + axis] = 77;
            r[FIELD + axis] = -99;
            const double *const alike[4] = {l, l, l, l}, *const step[4] = {l, l, r, r};
            find_flux(k < 2 ? alike : step, axis, 0.8, &f);
            assert_flux(&f, speed[k] < -1 ? r : l, axis, 0.8);
        }
}

void case_mhd(void **unused)
{
    (void)unused;
    struct mhd_state *s = case_state(sizeof *s);
    mhd_start(s, 12, 24);
    mhd_step(s, (const cell_state *)s->start);
    for (unsigned i = 0; i < 40; i++)
        mhd_step(s, (const cell_state *)s->now);
    struct mhd_errors e = mhd_judge(s);
    assert_true(e.sum < 1e-12 && e.divergence < 1e-12 && e.least > 0);
    s->now[77][MOMENTUM] = NAN;
    assert_false(mhd_judge(s).sum < 1e-12);
    faces();
    waves(s);
    turning(s);
    free(s);
    case_faults(&cfp_mhd, CASE_DOUBLE(struct mhd_state, now[999][FIELD]),
                CASE_DOUBLE(struct mhd_state, start[CELLS / 2][DENSITY]));
}
