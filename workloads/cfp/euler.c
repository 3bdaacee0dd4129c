/* Stands in for 437.leslie3d: compressible flow on a regular grid, by finite differences.
 *
 * Euler's equations in three dimensions, by MacCormack's predictor (differences forward) and
 * corrector (backward), second order in space and time. The flow is the isentropic vortex, which a
 * uniform wind carries along a diagonal unchanged, in a box that repeats itself: the exact solution
 * is known at every time. One execution is one step.
 *
 * Working set: 71 MB, streamed through twice. Checked: the sums of mass, momentum and energy stay,
 * and the distance to the exact solution. */
#include <config.h>

#include "workloads/cfp/field.h"
#include "workloads/program/timed_math.h"

#define SIDE       84
#define CELLS      ((size_t)SIDE * SIDE * SIDE)
#define QUANTITIES 5 /* density, momentum, energy */
#define GAMMA      1.4
#define LENGTH     10.0
#define STRENGTH   5.0
#define COURANT    0.2 /* time step by cell size */

typedef double gas[QUANTITIES];

struct euler_state {
    size_t n, nz; /* cells in x and y, and in z */
    gas start[CELLS], predicted[CELLS], now[CELLS];
};

/* The vortex whose centre has come to (centre, centre), at a place in x and y. */
static void vortex(double x, double y, double centre, gas u)
{
    const double pi = 3.141592653589793;
    double dx = x - centre, dy = y - centre;
    dx -= LENGTH * timed_round(dx / LENGTH);
    dy -= LENGTH * timed_round(dy / LENGTH);
    const double swirl = STRENGTH / (2 * pi) * timed_exp(0.5 * (1 - dx * dx - dy * dy));
    const double vx = 1 - swirl * dy, vy = 1 + swirl * dx;
    const double temperature = 1 - (GAMMA - 1) / (2 * GAMMA) * swirl * swirl;
    const double density = timed_pow(temperature, 1 / (GAMMA - 1));
    u[0] = density;
    u[1] = density * vx;
    u[2] = density * vy;
    u[3] = 0;
    u[4] = density * temperature / (GAMMA - 1) + 0.5 * density * (vx * vx + vy * vy);
}

/* What flows out of a cell at b minus what flows in at a, along one axis, added to sum. */
WORK_TIMED static inline void add_difference(const gas a, const gas b, unsigned axis, gas sum)
{
    const double ia = 1 / a[0], ib = 1 / b[0];
    const double va = a[axis + 1] * ia, vb = b[axis + 1] * ib;
    const double pa = (GAMMA - 1) * (a[4] - 0.5 * ia * (a[1] * a[1] + a[2] * a[2] + a[3] * a[3]));
    const double pb = (GAMMA - 1) * (b[4] - 0.5 * ib * (b[1] * b[1] + b[2] * b[2] + b[3] * b[3]));
    sum[0] += b[axis + 1] - a[axis + 1];
    for (unsigned i = 1; i < 4; i++)
        sum[i] += b[i] * vb - a[i] * va;
    sum[axis + 1] += pb - pa;
    sum[4] += (b[4] + pb) * vb - (a[4] + pa) * va;
}

WORK_TIMED static void predict(struct euler_state *s, const gas *now, double courant)
{
    const size_t n = s->n, nz = s->nz, plane = n * n;
    for (size_t k = 0, cell = 0; k < nz; k++)
        for (size_t j = 0; j < n; j++)
            for (size_t i = 0; i < n; i++, cell++) {
                gas out = {0, 0, 0, 0, 0};
                add_difference(now[cell], now[cell - i + ring_after(i, n)], 0, out);
                add_difference(now[cell], now[cell - j * n + ring_after(j, n) * n], 1, out);
                add_difference(now[cell], now[cell - k * plane + ring_after(k, nz) * plane], 2,
                               out);
                for (unsigned q = 0; q < QUANTITIES; q++)
                    s->predicted[cell][q] = now[cell][q] - courant * out[q];
            }
}

WORK_TIMED static void correct(struct euler_state *s, const gas *now, double courant)
{
    const size_t n = s->n, nz = s->nz, plane = n * n;
    const gas *p = (const gas *)s->predicted;
    for (size_t k = 0, cell = 0; k < nz; k++)
        for (size_t j = 0; j < n; j++)
            for (size_t i = 0; i < n; i++, cell++) {
                gas out = {0, 0, 0, 0, 0};
                add_difference(p[cell - i + ring_before(i, n)], p[cell], 0, out);
                add_difference(p[cell - j * n + ring_before(j, n) * n], p[cell], 1, out);
                add_difference(p[cell - k * plane + ring_before(k, nz) * plane], p[cell], 2, out);
                for (unsigned q = 0; q < QUANTITIES; q++)
                    s->now[cell][q] = 0.5 * (now[cell][q] + p[cell][q] - courant * out[q]);
            }
}

/* One step from `from`, which may be s->now. */
WORK_TIMED static void euler_step(struct euler_state *s, const gas *from)
{
    predict(s, from, COURANT);
    correct(s, from, COURANT);
}

static void euler_start(struct euler_state *s, size_t n, size_t nz)
{
    const double h = LENGTH / (double)n;
    s->n = n;
    s->nz = nz;
    for (size_t j = 0; j < n; j++)
        for (size_t i = 0; i < n; i++) {
            gas u;
            vortex(h * (double)i, h * (double)j, LENGTH / 2, u);
            for (size_t k = 0; k < nz; k++)
                for (unsigned q = 0; q < QUANTITIES; q++)
                    s->start[(k * n + j) * n + i][q] = u[q];
        }
}

static int euler_make(struct work *w, void *state)
{
    (void)w;
    euler_start(state, SIDE, SIDE);
    return 0;
}

WORK_TIMED static uint64_t euler_execute(void *state)
{
    struct euler_state *s = state;
    euler_step(s, (const gas *)s->start);
    return field_digest(s->now[0], CELLS * QUANTITIES);
}

/* Root mean square of the density's error after a number of steps, and the largest change of a sum
 * per cell. */
struct euler_errors {
    double density, sum;
};
static struct euler_errors euler_judge(const struct euler_state *s, unsigned steps)
{
    const size_t n = s->n, cells = n * n * s->nz;
    const double h = LENGTH / (double)n, centre = LENGTH / 2 + COURANT * h * steps;
    double square = 0, sum[QUANTITIES] = {0, 0, 0, 0, 0};
    for (size_t j = 0; j < n; j++)
        for (size_t i = 0; i < n; i++) {
            gas u;
            vortex(h * (double)i, h * (double)j, centre, u);
            for (size_t k = 0; k < s->nz; k++) {
                const size_t cell = (k * n + j) * n + i;
                const double error = s->now[cell][0] - u[0];
                square += error * error;
                for (unsigned q = 0; q < QUANTITIES; q++)
                    sum[q] += s->now[cell][q] - s->start[cell][q];
            }
        }
    struct euler_errors e = {timed_sqrt(square / (double)cells), 0};
    for (unsigned q = 0; q < QUANTITIES; q++)
        e.sum = timed_max(e.sum, timed_abs(sum[q]) / (double)cells);
    return e;
}

static int euler_check(struct work *w, const void *state)
{
    struct euler_errors e = euler_judge(state, 1);
    if (e.density < 1e-3 && e.sum < 1e-14)
        return 0;
    return error_set(w->error, ERROR_SYSTEM,
                     "%s: the vortex is off by %.1e, the conserved sums by %.1e", w->workload->id,
                     e.density, e.sum);
}

const struct program cfp_euler = {
    .id = "cfp.euler",
    .state_bytes = sizeof(struct euler_state),
    .digest = UINT64_C(0x913a6eb52e028ed8),
    .make = euler_make,
    .execute = euler_execute,
    .check = euler_check,
};
