/* Stands in for 410.bwaves: one implicit step of a three-dimensional viscous flow.
 *
 * The flow is linearised around a given state: upwind fluxes with the Jacobian matrices of Euler's
 * equations, and viscosity, in a box that repeats itself. Each cell has a row of seven dense blocks
 * of 5 x 5. The right-hand side is made from a known solution; BiCGstab starts from zero and does
 * ITERATIONS iterations.
 *
 * Working set: 262 MB, of which the blocks (208 MB) are read twice per iteration: bound by memory.
 * Checked: the distance to the known solution, the recursive residual against the true one, and
 * that the fluxes conserve mass, momentum and energy (the matrix keeps the sum over the cells). */
#include <config.h>

#include "workloads/cfp/field.h"
#include "workloads/program/timed_math.h"

#define SIDE       53
#define CELLS      ((size_t)SIDE * SIDE * SIDE)
#define QUANTITIES 5 /* density, momentum, energy */
#define UNKNOWNS   (CELLS * QUANTITIES)
#define ITERATIONS 2

#define GAMMA      1.4
#define COURANT    0.03  /* time step by cell size, sound's speed being 1 */
#define WAVE       1.6   /* no wave is faster */
#define VISCOSITY  0.005 /* times time step by the square of the cell size */

typedef double block[QUANTITIES][QUANTITIES];

struct implicit_state {
    size_t n;                        /* cells of a side, at most SIDE */
    block row[CELLS][7];             /* the cell itself, then before and after it in x, y, z */
    double sine[SIDE], cosine[SIDE]; /* once around the box */
    double exact[UNKNOWNS], b[UNKNOWNS];
    double x[UNKNOWNS], r[UNKNOWNS], shadow[UNKNOWNS], p[UNKNOWNS], v[UNKNOWNS], s[UNKNOWNS],
        t[UNKNOWNS];
};

/* d flux / d state along an axis, of a gas with this velocity and sound's speed 1. */
static void flux_jacobian(const double velocity[3], unsigned axis, block a)
{
    const double g = GAMMA - 1, along = velocity[axis];
    double square = 0;
    for (unsigned i = 0; i < 3; i++)
        square += velocity[i] * velocity[i];
    const double half = 0.5 * g * square, enthalpy = 1 / g + 0.5 * square;
    a[0][0] = a[0][4] = 0;
    a[4][0] = (half - enthalpy) * along;
    a[4][4] = GAMMA * along;
    for (unsigned i = 0; i < 3; i++) {
        const double normal = i == axis;
        a[0][i + 1] = normal;
        a[i + 1][0] = half * normal - velocity[i] * along;
        a[i + 1][4] = g * normal;
        a[4][i + 1] = enthalpy * normal - g * velocity[i] * along;
        for (unsigned j = 0; j < 3; j++)
            a[i + 1][j + 1] = velocity[i] * (j == axis) - g * velocity[j] * normal +
                              (i == j) * along;
    }
}

/* The state that the step is linearised around: a smooth flow of up to 0.6. */
static void flow_velocity(const struct implicit_state *s, const size_t at[3], double velocity[3])
{
    for (unsigned i = 0; i < 3; i++)
        velocity[i] = 0.3 * s->sine[at[(i + 1) % 3]] + 0.3 * s->cosine[at[(i + 2) % 3]];
}

/* The two blocks that couple a cell to its neighbours before and after it along an axis. */
static void make_coupling(const struct implicit_state *s, const size_t at[3], unsigned axis,
                          block before, block after)
{
    for (unsigned side = 0; side < 2; side++) {
        size_t neighbour[3] = {at[0], at[1], at[2]};
        double velocity[3];
        block a;
        neighbour[axis] = side ? ring_after(at[axis], s->n) : ring_before(at[axis], s->n);
        flow_velocity(s, neighbour, velocity);
        flux_jacobian(velocity, axis, a);
        for (unsigned i = 0; i < QUANTITIES; i++)
            for (unsigned j = 0; j < QUANTITIES; j++) {
                const double wave = i == j ? 0.5 * COURANT * WAVE + VISCOSITY : 0;
                (side ? after : before)[i][j] = 0.5 * COURANT * (side ? a[i][j] : -a[i][j]) - wave;
            }
    }
}

/* One row of blocks times x. */
WORK_TIMED static void multiply_row(const struct implicit_state *s, const size_t at[3],
                                    const double *restrict x, double sum[QUANTITIES])
{
    const size_t n = s->n, step[3] = {1, n, n * n};
    const size_t cell = at[0] + at[1] * step[1] + at[2] * step[2];
    size_t neighbour[7] = {cell};
    for (unsigned axis = 0; axis < 3; axis++) {
        const size_t line = cell - at[axis] * step[axis];
        neighbour[1 + 2 * axis] = line + ring_before(at[axis], n) * step[axis];
        neighbour[2 + 2 * axis] = line + ring_after(at[axis], n) * step[axis];
    }
    for (unsigned q = 0; q < QUANTITIES; q++)
        sum[q] = 0;
    for (unsigned m = 0; m < 7; m++) {
        const double *v = x + neighbour[m] * QUANTITIES;
        for (unsigned i = 0; i < QUANTITIES; i++) {
            const double *a = s->row[cell][m][i];
            sum[i] += a[0] * v[0] + a[1] * v[1] + a[2] * v[2] + a[3] * v[3] + a[4] * v[4];
        }
    }
}

/* y = A x */
WORK_TIMED static void multiply(const struct implicit_state *s, const double *x, double *y)
{
    size_t at[3];
    for (at[2] = 0; at[2] < s->n; at[2]++)
        for (at[1] = 0; at[1] < s->n; at[1]++)
            for (at[0] = 0; at[0] < s->n; at[0]++, y += QUANTITIES)
                multiply_row(s, at, x, y);
}

WORK_TIMED static void solve(struct implicit_state *s, unsigned iterations)
{
    const size_t unknowns = s->n * s->n * s->n * QUANTITIES;
    for (size_t i = 0; i < unknowns; i++) {
        s->x[i] = 0;
        s->r[i] = s->shadow[i] = s->p[i] = s->b[i];
    }
    double rho = field_dot(s->shadow, s->r, unknowns);
    for (unsigned iteration = 0; iteration < iterations; iteration++) {
        multiply(s, s->p, s->v);
        const double alpha = rho / field_dot(s->shadow, s->v, unknowns);
        for (size_t i = 0; i < unknowns; i++)
            s->s[i] = s->r[i] - alpha * s->v[i];
        multiply(s, s->s, s->t);
        const double omega = field_dot(s->t, s->s, unknowns) / field_dot(s->t, s->t, unknowns);
        for (size_t i = 0; i < unknowns; i++) {
            s->x[i] += alpha * s->p[i] + omega * s->s[i];
            s->r[i] = s->s[i] - omega * s->t[i];
        }
        const double before = rho;
        rho = field_dot(s->shadow, s->r, unknowns);
        const double beta = rho / before * (alpha / omega);
        for (size_t i = 0; i < unknowns; i++)
            s->p[i] = s->r[i] + beta * (s->p[i] - omega * s->v[i]);
    }
}

static void implicit_start(struct implicit_state *s, size_t n)
{
    uint64_t seed = 410;
    size_t cell = 0, at[3];
    s->n = n;
    for (size_t i = 0; i < n; i++)
        timed_sincos(6.283185307179586 * (double)i / (double)n, &s->sine[i], &s->cosine[i]);
    for (at[2] = 0; at[2] < n; at[2]++)
        for (at[1] = 0; at[1] < n; at[1]++)
            for (at[0] = 0; at[0] < n; at[0]++, cell++) {
                block *row = s->row[cell];
                for (unsigned i = 0; i < QUANTITIES; i++)
                    for (unsigned j = 0; j < QUANTITIES; j++)
                        row[0][i][j] = i == j ? 1 + 3 * (COURANT * WAVE + 2 * VISCOSITY) : 0;
                for (unsigned axis = 0; axis < 3; axis++)
                    make_coupling(s, at, axis, row[1 + 2 * axis], row[2 + 2 * axis]);
                for (unsigned q = 0; q < QUANTITIES; q++)
                    s->exact[cell * QUANTITIES + q] = 2 * fixed_uniform(&seed) - 1;
            }
    multiply(s, s->exact, s->b);
}

static int implicit_make(struct work *w, void *state)
{
    (void)w;
    implicit_start(state, SIDE);
    return 0;
}

WORK_TIMED static uint64_t implicit_execute(void *state)
{
    struct implicit_state *s = state;
    solve(s, ITERATIONS);
    return field_digest(s->x, UNKNOWNS);
}

/* The largest error of the solution, of the recursive residual, and of the conserved sums. */
struct implicit_errors {
    double solution, residual, sum;
};
static struct implicit_errors implicit_judge(const struct implicit_state *s)
{
    struct implicit_errors e = {0, 0, 0};
    double sum[QUANTITIES] = {0, 0, 0, 0, 0};
    size_t at[3], i = 0;
    for (at[2] = 0; at[2] < s->n; at[2]++)
        for (at[1] = 0; at[1] < s->n; at[1]++)
            for (at[0] = 0; at[0] < s->n; at[0]++) {
                double ax[QUANTITIES];
                multiply_row(s, at, s->x, ax);
                for (unsigned q = 0; q < QUANTITIES; q++, i++) {
                    e.solution = timed_max(e.solution, timed_abs(s->x[i] - s->exact[i]));
                    e.residual = timed_max(e.residual, timed_abs(s->b[i] - ax[q] - s->r[i]));
                    sum[q] += ax[q] - s->x[i];
                }
            }
    for (unsigned q = 0; q < QUANTITIES; q++)
        e.sum = timed_max(e.sum, timed_abs(sum[q]) * QUANTITIES / (double)i);
    return e;
}

static int implicit_check(struct work *w, const void *state)
{
    struct implicit_errors e = implicit_judge(state);
    if (e.solution < 1e-3 && e.residual < 1e-13 && e.sum < 1e-14)
        return 0;
    return error_set(w->error, ERROR_SYSTEM,
                     "%s: the solution is off by %.1e, its residual by %.1e, the sums by %.1e",
                     w->workload->id, e.solution, e.residual, e.sum);
}

const struct program cfp_implicit = {
    .id = "cfp.implicit",
    .state_bytes = sizeof(struct implicit_state),
    .digest = UINT64_C(0xac76483f55830414),
    .make = implicit_make,
    .execute = implicit_execute,
    .check = implicit_check,
};
