/* Stands in for 434.zeusmp: a blast wave in a magnetised gas.
 *
 * Ideal magnetohydrodynamics in three dimensions, by finite volumes: HLL fluxes at the faces, and
 * constrained transport for the field, whose components live on the faces and are moved by the
 * electromotive force around their edges, so that div B stays what it was. Hot gas in a ball, a
 * uniform oblique field, a box that repeats itself. One execution is one step.
 *
 * Working set: 64 MB. Checked: mass, momentum and energy stay, div B stays zero, and pressure and
 * density are positive. */
#include <config.h>

#include "workloads/cfp/field.h"
#include "workloads/program/timed_math.h"

#define SIDE    54
#define CELLS   ((size_t)SIDE * SIDE * SIDE)
#define GAMMA   (5.0 / 3)
#define COURANT 0.04 /* time step by cell size; the fastest wave has a speed of about 5 */

/* Conserved: density, momentum, energy per volume, and the field on the cell's lower faces. */
enum { DENSITY, MOMENTUM, ENERGY = MOMENTUM + 3, FIELD, QUANTITIES = FIELD + 3 };
typedef double cell_state[QUANTITIES];

struct primitive {
    double density, pressure, velocity[3], field[3];
    double fast[3]; /* speed of the fast wave along each axis */
};
/* Through a cell's lower face across an axis: mass, momentum, energy, and the field along the next
 * two axes. */
struct flux {
    double density, momentum[3], energy, field[2];
};

struct mhd_state {
    size_t n;
    cell_state start[CELLS], now[CELLS];
    struct primitive primitive[CELLS];
    struct flux flux[CELLS][3];
    double force[CELLS][3]; /* electromotive, on the cell's lower edges */
};

/* The cell's neighbour one down or up an axis. */
WORK_TIMED static inline size_t below(size_t cell, const size_t at[3], unsigned axis, size_t n)
{
    const size_t step = axis == 0 ? 1 : axis == 1 ? n : n * n;
    return at[axis] ? cell - step : cell + (n - 1) * step;
}
WORK_TIMED static inline size_t above(size_t cell, const size_t at[3], unsigned axis, size_t n)
{
    const size_t step = axis == 0 ? 1 : axis == 1 ? n : n * n;
    return at[axis] + 1 < n ? cell + step : cell - (n - 1) * step;
}

#define FOR_CELLS(at, cell, n)                      \
    for (at[2] = 0, cell = 0; at[2] < (n); at[2]++) \
        for (at[1] = 0; at[1] < (n); at[1]++)       \
            for (at[0] = 0; at[0] < (n); at[0]++, cell++)

WORK_TIMED static void find_primitive(struct mhd_state *s, const cell_state *u)
{
    size_t at[3], cell;
    FOR_CELLS(at, cell, s->n)
    {
        struct primitive *p = &s->primitive[cell];
        const double inverse = 1 / u[cell][DENSITY];
        double kinetic = 0, magnetic = 0;
        for (unsigned i = 0; i < 3; i++) {
            p->velocity[i] = u[cell][MOMENTUM + i] * inverse;
            p->field[i] = 0.5 * (u[cell][FIELD + i] + u[above(cell, at, i, s->n)][FIELD + i]);
            kinetic += u[cell][MOMENTUM + i] * p->velocity[i];
            magnetic += p->field[i] * p->field[i];
        }
        p->density = u[cell][DENSITY];
        p->pressure = (GAMMA - 1) * (u[cell][ENERGY] - 0.5 * (kinetic + magnetic));
        const double sound = GAMMA * p->pressure * inverse, sum = sound + magnetic * inverse;
        for (unsigned i = 0; i < 3; i++) {
            const double along = p->field[i] * p->field[i] * inverse;
            p->fast[i] = timed_sqrt(0.5 * (sum + timed_sqrt(sum * sum - 4 * sound * along)));
        }
    }
}

/* Conserved quantities and their flux along an axis, of one side of a face whose normal field is
 * `normal`. */
struct side {
    double u[7], f[7];
};
WORK_TIMED static inline void find_side(const struct primitive *p, unsigned axis, double normal,
                                        struct side *side)
{
    const unsigned a = (axis + 1) % 3, b = (axis + 2) % 3;
    const double v = p->velocity[axis], va = p->velocity[a], vb = p->velocity[b];
    const double fa = p->field[a], fb = p->field[b];
    const double magnetic = 0.5 * (normal * normal + fa * fa + fb * fb);
    const double total = p->pressure + magnetic;
    double *u = side->u, *f = side->f;
    u[0] = p->density;
    u[1] = p->density * v;
    u[2] = p->density * va;
    u[3] = p->density * vb;
    u[4] = p->pressure / (GAMMA - 1) + 0.5 * p->density * (v * v + va * va + vb * vb) + magnetic;
    u[5] = fa;
    u[6] = fb;
    f[0] = u[1];
    f[1] = u[1] * v + total - normal * normal;
    f[2] = u[2] * v - normal * fa;
    f[3] = u[3] * v - normal * fb;
    f[4] = (u[4] + total) * v - normal * (v * normal + va * fa + vb * fb);
    f[5] = fa * v - normal * va;
    f[6] = fb * v - normal * vb;
}

WORK_TIMED static inline void find_flux(const struct primitive *l, const struct primitive *r,
                                        unsigned axis, double normal, struct flux *flux)
{
    struct side left, right;
    double f[7];
    find_side(l, axis, normal, &left);
    find_side(r, axis, normal, &right);
    const double low = timed_min(
        timed_min(l->velocity[axis] - l->fast[axis], r->velocity[axis] - r->fast[axis]), 0);
    const double high = timed_max(
        timed_max(l->velocity[axis] + l->fast[axis], r->velocity[axis] + r->fast[axis]), 0);
    const double inverse = 1 / (high - low);
    for (unsigned i = 0; i < 7; i++)
        f[i] = (high * left.f[i] - low * right.f[i] + high * low * (right.u[i] - left.u[i])) *
               inverse;
    flux->density = f[0];
    flux->momentum[axis] = f[1];
    flux->momentum[(axis + 1) % 3] = f[2];
    flux->momentum[(axis + 2) % 3] = f[3];
    flux->energy = f[4];
    flux->field[0] = f[5];
    flux->field[1] = f[6];
}

WORK_TIMED static void find_fluxes(struct mhd_state *s, const cell_state *u)
{
    size_t at[3], cell;
    FOR_CELLS(at, cell, s->n)
    for (unsigned axis = 0; axis < 3; axis++)
        find_flux(&s->primitive[below(cell, at, axis, s->n)], &s->primitive[cell], axis,
                  u[cell][FIELD + axis], &s->flux[cell][axis]);
}

/* Along axis c, the mean of the fluxes through the four faces that meet in the edge. */
WORK_TIMED static void find_forces(struct mhd_state *s)
{
    size_t at[3], cell;
    FOR_CELLS(at, cell, s->n)
    for (unsigned c = 0; c < 3; c++) {
        const unsigned a = (c + 1) % 3, b = (c + 2) % 3;
        s->force[cell][c] =
            0.25 * (s->flux[cell][b].field[1] + s->flux[below(cell, at, a, s->n)][b].field[1] -
                    s->flux[cell][a].field[0] - s->flux[below(cell, at, b, s->n)][a].field[0]);
    }
}

WORK_TIMED static void move(struct mhd_state *s, const cell_state *u, double courant)
{
    size_t at[3], cell;
    FOR_CELLS(at, cell, s->n)
    {
        const size_t up[3] = {above(cell, at, 0, s->n), above(cell, at, 1, s->n),
                              above(cell, at, 2, s->n)};
        double out[ENERGY + 1] = {0, 0, 0, 0, 0};
        for (unsigned axis = 0; axis < 3; axis++) {
            const struct flux *in = &s->flux[cell][axis], *next = &s->flux[up[axis]][axis];
            out[DENSITY] += next->density - in->density;
            for (unsigned i = 0; i < 3; i++)
                out[MOMENTUM + i] += next->momentum[i] - in->momentum[i];
            out[ENERGY] += next->energy - in->energy;
        }
        for (unsigned q = 0; q <= ENERGY; q++)
            s->now[cell][q] = u[cell][q] - courant * out[q];
        for (unsigned a = 0; a < 3; a++) {
            const unsigned b = (a + 1) % 3, c = (a + 2) % 3;
            const double curl = (s->force[up[b]][c] - s->force[cell][c]) -
                                (s->force[up[c]][b] - s->force[cell][b]);
            s->now[cell][FIELD + a] = u[cell][FIELD + a] - courant * curl;
        }
    }
}

/* One step from `from`, which may be s->now. */
WORK_TIMED static void mhd_step(struct mhd_state *s, const cell_state *from)
{
    find_primitive(s, from);
    find_fluxes(s, from);
    find_forces(s);
    move(s, from, COURANT);
}

static void mhd_start(struct mhd_state *s, size_t n)
{
    static const double field[3] = {0.6, 0.48, 0.64};
    size_t at[3], cell;
    s->n = n;
    FOR_CELLS(at, cell, n)
    {
        double square = 0;
        for (unsigned i = 0; i < 3; i++) {
            const double x = ((double)at[i] + 0.5) / (double)n - 0.5;
            square += x * x;
            s->start[cell][MOMENTUM + i] = 0;
            s->start[cell][FIELD + i] = field[i];
        }
        s->start[cell][DENSITY] = 1;
        s->start[cell][ENERGY] = (square < 0.04 ? 10 : 0.1) / (GAMMA - 1) + 0.5;
    }
}

static int mhd_make(struct work *w, void *state)
{
    (void)w;
    mhd_start(state, SIDE);
    return 0;
}

WORK_TIMED static uint64_t mhd_execute(void *state)
{
    struct mhd_state *s = state;
    mhd_step(s, (const cell_state *)s->start);
    return field_digest(s->now[0], CELLS * QUANTITIES);
}

/* The largest change of a conserved sum per cell, the largest |div B| by cell size, the least
 * pressure. */
struct mhd_errors {
    double sum, divergence, pressure;
};
static struct mhd_errors mhd_judge(const struct mhd_state *s)
{
    struct mhd_errors e = {0, 0, 1e300};
    double sum[QUANTITIES] = {0, 0, 0, 0, 0, 0, 0, 0};
    size_t at[3], cell;
    FOR_CELLS(at, cell, s->n)
    {
        const double *u = s->now[cell];
        double divergence = 0, energy = u[ENERGY];
        for (unsigned i = 0; i < 3; i++) {
            const double next = s->now[above(cell, at, i, s->n)][FIELD + i];
            const double mean = 0.5 * (u[FIELD + i] + next);
            divergence += next - u[FIELD + i];
            energy -= 0.5 * (u[MOMENTUM + i] * u[MOMENTUM + i] / u[DENSITY] + mean * mean);
        }
        for (unsigned q = 0; q < QUANTITIES; q++)
            sum[q] += u[q] - s->start[cell][q];
        e.divergence = timed_max(e.divergence, timed_abs(divergence));
        e.pressure = timed_min(e.pressure, (GAMMA - 1) * energy);
    }
    for (unsigned q = 0; q < QUANTITIES; q++)
        e.sum = timed_max(e.sum, timed_abs(sum[q]) / (double)cell);
    return e;
}

static int mhd_check(struct work *w, const void *state)
{
    struct mhd_errors e = mhd_judge(state);
    if (e.sum < 1e-12 && e.divergence < 1e-12 && e.pressure > 0)
        return 0;
    return error_set(w->error, ERROR_SYSTEM,
                     "%s: conserved sums are off by %.1e, div B is %.1e, the least pressure %.1e",
                     w->workload->id, e.sum, e.divergence, e.pressure);
}

const struct program cfp_mhd = {
    .id = "cfp.mhd",
    .state_bytes = sizeof(struct mhd_state),
    .digest = UINT64_C(0x01d4af59409a8aa4),
    .make = mhd_make,
    .execute = mhd_execute,
    .check = mhd_check,
};
