/* Stands in for 434.zeusmp: blast waves in a magnetised gas.
 *
 * Ideal magnetohydrodynamics in three dimensions, by finite volumes of second order: van Leer's
 * limited slopes on both sides of each face, HLL fluxes between them, and constrained transport for
 * the field, whose components live on the faces and are moved by the electromotive force around
 * their edges, so that div B stays what it was. Hot balls in a row, of pressures of their own, a
 * uniform oblique field, a swirling wind, a box that repeats itself. One execution is one step, of
 * Heun's two stages.
 *
 * A stage goes through the box plane by plane. What only leads from one state to the next stays for
 * the few planes that want it, 0.6 MB in all, so that a plane of the states is moved from memory
 * once a stage; most of the time is arithmetic.
 *
 * Working set: 52 MB. Checked: mass, momentum and energy stay, div B stays zero, and pressure and
 * density are positive. */
#include <config.h>

#include "workloads/cfp/field.h"
#include "workloads/program/timed_math.h"

#define SIDE    30  /* of a plane */
#define LENGTH  300 /* planes */
#define PLANE   ((size_t)SIDE * SIDE)
#define CELLS   (PLANE * LENGTH)
#define GAMMA   (5.0 / 3)
#define COURANT 0.04 /* time step by cell size; the fastest wave has a speed of about 5 */
#define MHD_PI  3.14159265358979323846

/* Conserved: density, momentum, energy per volume, and the field on the cell's lower faces. */
enum { DENSITY, MOMENTUM, ENERGY = MOMENTUM + 3, FIELD, QUANTITIES = FIELD + 3 };
typedef double cell_state[QUANTITIES];

/* In the cell's middle; DENSITY, too, has its place here. */
enum { VELOCITY = MOMENTUM, PRESSURE = ENERGY };

/* Through a cell's lower face across an axis: mass, momentum, energy, and the field along the next
 * two axes. */
struct flux {
    double density, momentum[3], energy, field[2];
};

struct mhd_state {
    size_t n, length;
    cell_state start[CELLS], half[CELLS], now[CELLS];
    /* Of a stage, for some planes in turn. */
    cell_state primitive[4][PLANE];
    struct flux flux[2][PLANE][3];
    double force[2][PLANE][3]; /* electromotive, on the cell's lower edges */
};

/* The plane z in a ring of planes; z may be from -4 on. */
#define IN_RING(ring, z) ((ring)[((size_t)(z) + 4) % (sizeof(ring) / sizeof *(ring))])

/* z from -n to 2 n - 1, on a ring of n. */
WORK_TIMED static inline size_t on_ring(ptrdiff_t z, size_t n)
{
    const ptrdiff_t ring = (ptrdiff_t)n;
    return (size_t)(z < 0 ? z + ring : z >= ring ? z - ring : z);
}

#define FOR_PLANE(x, y, cell, n)        \
    for (y = 0, cell = 0; y < (n); y++) \
        for (x = 0; x < (n); x++, cell++)

/* u: the whole box. */
WORK_TIMED static void find_primitive(struct mhd_state *s, const cell_state *u, ptrdiff_t z)
{
    const size_t n = s->n, plane = n * n;
    const cell_state *here = u + on_ring(z, s->length) * plane;
    const cell_state *next = u + on_ring(z + 1, s->length) * plane;
    size_t x, y, cell;
    FOR_PLANE(x, y, cell, n)
    {
        const double *c = here[cell];
        const double *up[3] = {here[y * n + ring_after(x, n)], here[ring_after(y, n) * n + x],
                               next[cell]};
        double *p = IN_RING(s->primitive, z)[cell];
        const double inverse = 1 / c[DENSITY];
        double squares = 0;
        for (unsigned i = 0; i < 3; i++) {
            p[VELOCITY + i] = c[MOMENTUM + i] * inverse;
            p[FIELD + i] = 0.5 * (c[FIELD + i] + up[i][FIELD + i]);
            squares += c[MOMENTUM + i] * p[VELOCITY + i] + p[FIELD + i] * p[FIELD + i];
        }
        p[DENSITY] = c[DENSITY];
        p[PRESSURE] = (GAMMA - 1) * (c[ENERGY] - 0.5 * squares);
    }
}

/* Van Leer's slope, over half a cell, from the differences on both sides. */
WORK_TIMED static inline double half_slope(double before, double behind)
{
    const double product = before * behind;
    return product > 0 ? product / (before + behind) : 0;
}

/* Conserved quantities and their flux along an axis, of one side of a face; the speeds of the gas
 * and of the fast wave. */
struct side {
    double u[7], f[7], speed, fast;
};
/* p: there, with the face's own field across it. */
WORK_TIMED static inline void find_side(const cell_state p, unsigned axis, struct side *side)
{
    const unsigned a = (axis + 1) % 3, b = (axis + 2) % 3;
    const double v = p[VELOCITY + axis], va = p[VELOCITY + a], vb = p[VELOCITY + b];
    const double normal = p[FIELD + axis], fa = p[FIELD + a], fb = p[FIELD + b];
    const double along = normal * normal, squares = along + fa * fa + fb * fb;
    const double total = p[PRESSURE] + 0.5 * squares, inverse = 1 / p[DENSITY];
    const double sound = GAMMA * p[PRESSURE] * inverse, sum = sound + squares * inverse;
    double *u = side->u, *f = side->f;
    side->speed = v;
    side->fast = timed_sqrt(
        0.5 * (sum + timed_sqrt(timed_max(sum * sum - 4 * sound * along * inverse, 0))));
    u[0] = p[DENSITY];
    u[1] = p[DENSITY] * v;
    u[2] = p[DENSITY] * va;
    u[3] = p[DENSITY] * vb;
    u[4] = p[PRESSURE] / (GAMMA - 1) + 0.5 * (p[DENSITY] * (v * v + va * va + vb * vb) + squares);
    u[5] = fa;
    u[6] = fb;
    f[0] = u[1];
    f[1] = u[1] * v + total - along;
    f[2] = u[2] * v - normal * fa;
    f[3] = u[3] * v - normal * fb;
    f[4] = (u[4] + total) * v - normal * (v * normal + va * fa + vb * fb);
    f[5] = fa * v - normal * va;
    f[6] = fb * v - normal * vb;
}

/* Through a face, from the two cells on each side of it, in their order along the axis. */
WORK_TIMED static void find_flux(const double *const p[4], unsigned axis, double normal,
                                 struct flux *flux)
{
    cell_state l, r;
    struct side left, right;
    double f[7];
    for (unsigned q = 0; q < QUANTITIES; q++) {
        const double across = p[2][q] - p[1][q];
        l[q] = p[1][q] + half_slope(p[1][q] - p[0][q], across);
        r[q] = p[2][q] - half_slope(across, p[3][q] - p[2][q]);
    }
    l[FIELD + axis] = r[FIELD + axis] = normal;
    find_side(l, axis, &left);
    find_side(r, axis, &right);
    const double low = timed_min(timed_min(left.speed - left.fast, right.speed - right.fast), 0);
    const double high = timed_max(timed_max(left.speed + left.fast, right.speed + right.fast), 0);
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

/* From the primitives of planes z - 2 to z + 1. */
WORK_TIMED static void find_fluxes(struct mhd_state *s, const cell_state *u, ptrdiff_t z)
{
    const size_t n = s->n;
    const cell_state *here = u + on_ring(z, s->length) * n * n;
    const cell_state *p = IN_RING(s->primitive, z);
    size_t x, y, cell;
    FOR_PLANE(x, y, cell, n)
    {
        const size_t row = y * n, west = ring_before(x, n), south = ring_before(y, n);
        const double *const faces[3][4] = {
            {p[row + ring_before(west, n)], p[row + west], p[cell], p[row + ring_after(x, n)]},
            {p[ring_before(south, n) * n + x], p[south * n + x], p[cell],
             p[ring_after(y, n) * n + x]},
            {IN_RING(s->primitive, z - 2)[cell], IN_RING(s->primitive, z - 1)[cell], p[cell],
             IN_RING(s->primitive, z + 1)[cell]},
        };
        for (unsigned axis = 0; axis < 3; axis++)
            find_flux(faces[axis], axis, here[cell][FIELD + axis],
                      &IN_RING(s->flux, z)[cell][axis]);
    }
}

/* Along axis c, the mean of the fluxes through the four faces that meet in the edge; from the
 * fluxes of planes z - 1 and z. */
WORK_TIMED static void find_forces(struct mhd_state *s, ptrdiff_t z)
{
    const size_t n = s->n;
    size_t x, y, cell;
    FOR_PLANE(x, y, cell, n)
    {
        const struct flux *here = IN_RING(s->flux, z)[cell];
        const struct flux *below[3] = {IN_RING(s->flux, z)[y * n + ring_before(x, n)],
                                       IN_RING(s->flux, z)[ring_before(y, n) * n + x],
                                       IN_RING(s->flux, z - 1)[cell]};
        for (unsigned c = 0; c < 3; c++) {
            const unsigned a = (c + 1) % 3, b = (c + 2) % 3;
            IN_RING(s->force, z)
            [cell][c] = 0.25 * (here[b].field[1] + below[a][b].field[1] - here[a].field[0] -
                                below[b][a].field[0]);
        }
    }
}

/* A stage's states: what it starts from, moved by what flows in `flow`, to `to`, of which a part is
 * what the step came from. */
struct stage {
    const cell_state *from, *flow;
    cell_state *to;
    double part;
};

/* From fluxes and forces of planes z and z + 1. */
WORK_TIMED static void move(struct mhd_state *s, const struct stage *g, double courant, ptrdiff_t z)
{
    const size_t n = s->n;
    size_t x, y, cell;
    FOR_PLANE(x, y, cell, n)
    {
        const size_t at = (size_t)z * n * n + cell;
        const size_t east = y * n + ring_after(x, n), north = ring_after(y, n) * n + x;
        const struct flux *in = IN_RING(s->flux, z)[cell];
        const struct flux *next[3] = {&IN_RING(s->flux, z)[east][0], &IN_RING(s->flux, z)[north][1],
                                      &IN_RING(s->flux, z + 1)[cell][2]};
        const double *force = IN_RING(s->force, z)[cell];
        const double *up[3] = {IN_RING(s->force, z)[east], IN_RING(s->force, z)[north],
                               IN_RING(s->force, z + 1)[cell]};
        cell_state out = {0, 0, 0, 0, 0, 0, 0, 0};
        for (unsigned axis = 0; axis < 3; axis++) {
            const unsigned b = (axis + 1) % 3, c = (axis + 2) % 3;
            out[DENSITY] += next[axis]->density - in[axis].density;
            for (unsigned i = 0; i < 3; i++)
                out[MOMENTUM + i] += next[axis]->momentum[i] - in[axis].momentum[i];
            out[ENERGY] += next[axis]->energy - in[axis].energy;
            out[FIELD + axis] = (up[b][c] - force[c]) - (up[c][b] - force[b]);
        }
        for (unsigned q = 0; q < QUANTITIES; q++)
            g->to[at][q] = g->part * g->from[at][q] +
                           (1 - g->part) * (g->flow[at][q] - courant * out[q]);
    }
}

WORK_TIMED static void mhd_stage(struct mhd_state *s, const struct stage *g)
{
    const ptrdiff_t length = (ptrdiff_t)s->length;
    for (ptrdiff_t z = -3; z < length + 2; z++) {
        find_primitive(s, g->flow, z);
        if (z >= 0)
            find_fluxes(s, g->flow, z - 1);
        if (z >= 1)
            find_forces(s, z - 1);
        if (z >= 2)
            move(s, g, COURANT, z - 2);
    }
}

/* One step from `from`, which may be s->now. */
WORK_TIMED static void mhd_step(struct mhd_state *s, const cell_state *from)
{
    mhd_stage(s, &(struct stage){.from = from, .flow = from, .to = s->half});
    mhd_stage(s, &(struct stage){
                     .from = from, .flow = (const cell_state *)s->half, .to = s->now, .part = 0.5});
}

/* A ball for every n planes. */
static void mhd_start(struct mhd_state *s, size_t n, size_t length)
{
    static const double field[3] = {0.6, 0.48, 0.64};
    s->n = n;
    s->length = length;
    for (size_t cell = 0; cell < n * n * length; cell++) {
        const size_t at[3] = {cell % n, cell / n % n, cell / (n * n) % n};
        const double hot = 10 - 0.7 * (double)(cell / (n * n * n));
        double *c = s->start[cell], square = 0, kinetic = 0;
        for (unsigned i = 0; i < 3; i++) {
            const double x = ((double)at[i] + 0.5) / (double)n - 0.5;
            const double y = ((double)at[(i + 1) % 3] + 0.5) / (double)n;
            square += x * x;
            c[MOMENTUM + i] = 0.3 * timed_sin(2 * MHD_PI * y);
            kinetic += 0.5 * c[MOMENTUM + i] * c[MOMENTUM + i];
            c[FIELD + i] = field[i];
        }
        c[DENSITY] = 1;
        c[ENERGY] = (square < 0.04 ? hot : 0.1) / (GAMMA - 1) + kinetic + 0.5;
    }
}

static int mhd_make(struct work *w, void *state)
{
    (void)w;
    mhd_start(state, SIDE, LENGTH);
    return 0;
}

WORK_TIMED static uint64_t mhd_execute(void *state)
{
    struct mhd_state *s = state;
    mhd_step(s, (const cell_state *)s->start);
    return field_digest(s->now[0], CELLS * QUANTITIES);
}

/* The changes of the conserved sums per cell, the largest |div B| by cell size, the least pressure
 * or density. */
struct mhd_errors {
    double sum, divergence, least;
};
static struct mhd_errors mhd_judge(const struct mhd_state *s)
{
    struct mhd_errors e = {0, 0, 1e300};
    double sum[QUANTITIES] = {0, 0, 0, 0, 0, 0, 0, 0};
    const size_t n = s->n, plane = n * n, cells = plane * s->length;
    for (size_t cell = 0; cell < cells; cell++) {
        const size_t x = cell % n, y = cell / n % n, z = cell / plane;
        const size_t up[3] = {cell - x + ring_after(x, n), cell - y * n + ring_after(y, n) * n,
                              cell - z * plane + ring_after(z, s->length) * plane};
        const double *u = s->now[cell];
        double divergence = 0, energy = u[ENERGY];
        for (unsigned i = 0; i < 3; i++) {
            const double next = s->now[up[i]][FIELD + i];
            const double mean = 0.5 * (u[FIELD + i] + next);
            divergence += next - u[FIELD + i];
            energy -= 0.5 * (u[MOMENTUM + i] * u[MOMENTUM + i] / u[DENSITY] + mean * mean);
        }
        for (unsigned q = 0; q < QUANTITIES; q++)
            sum[q] += u[q] - s->start[cell][q];
        e.divergence = timed_max(e.divergence, timed_abs(divergence));
        e.least = timed_min(e.least, timed_min(u[DENSITY], (GAMMA - 1) * energy));
    }
    for (unsigned q = 0; q < QUANTITIES; q++)
        e.sum += timed_abs(sum[q]) / (double)cells; /* no number stays none */
    return e;
}

static int mhd_check(struct work *w, const void *state)
{
    struct mhd_errors e = mhd_judge(state);
    if (e.sum < 1e-12 && e.divergence < 1e-12 && e.least > 0)
        return 0;
    return error_set(w->error, ERROR_SYSTEM,
                     "%s: conserved sums are off by %.1e, div B is %.1e, the least pressure or "
                     "density %.1e",
                     w->workload->id, e.sum, e.divergence, e.least);
}

const struct program cfp_mhd = {
    .id = "cfp.mhd",
    .state_bytes = sizeof(struct mhd_state),
    .digest = UINT64_C(0xa6209d54210b1a80),
    .make = mhd_make,
    .execute = mhd_execute,
    .check = mhd_check,
};
