/* Stands in for 436.cactusADM: Einstein's equations in vacuum.
 *
 * The 3 + 1 form of Arnowitt, Deser and Misner: six components of the metric, six of the extrinsic
 * curvature and the lapse, in harmonic slicing without shift; second differences, also mixed ones,
 * and a leapfrog in time. The loop body holds the whole Ricci tensor. The input is two time levels
 * of the gauge wave, flat space in wavy coordinates, which is known at every time; the box repeats
 * itself. One execution is one step.
 *
 * Working set: 65 MB. Checked: the distance to the exact wave, and that the Hamiltonian constraint,
 * which the body computes as well, is zero but for the differences' error. */
#include <config.h>

#include "workloads/cfp/field.h"
#include "workloads/program/timed_math.h"

#define SIDE      56
#define POINTS    ((size_t)SIDE * SIDE * SIDE)
#define AMPLITUDE 0.05
#define COURANT   0.25 /* time step by grid spacing */
#define PI        3.141592653589793

/* Symmetric tensors are stored as xx xy xz yy yz zz. */
enum { METRIC, CURVATURE = METRIC + 6, LAPSE = CURVATURE + 6, FIELDS };
typedef double point_state[FIELDS];

struct relativity_state {
    size_t n;
    point_state past[POINTS], now[POINTS], next[POINTS];
    double ricci[POINTS][6], hamiltonian[POINTS];
};

/* The place of component i, j; the arguments are constants 0 to 2. */
#define SYM(i, j) ((i) <= (j) ? (i) * (5 - (i)) / 2 + (j) : (j) * (5 - (j)) / 2 + (i))
/* Assignments, done for the components of a symmetric tensor, and of any. */
#define SIX(term) (term(0, 0), term(0, 1), term(0, 2), term(1, 1), term(1, 2), term(2, 2))
#define EACH(term)                                                                       \
    (term(0, 0), term(0, 1), term(0, 2), term(1, 0), term(1, 1), term(1, 2), term(2, 0), \
     term(2, 1), term(2, 2))
/* Sums. */
#define NINE(term, i, j)                                                         \
    (term(i, j, 0, 0) + term(i, j, 0, 1) + term(i, j, 0, 2) + term(i, j, 1, 0) + \
     term(i, j, 1, 1) + term(i, j, 1, 2) + term(i, j, 2, 0) + term(i, j, 2, 1) + term(i, j, 2, 2))
#define THREE(term, i, j) (term(i, j, 0) + term(i, j, 1) + term(i, j, 2))

/* Derivatives of one field: first, second. */
WORK_TIMED static inline __attribute__((always_inline)) void
derive(const double *const near[3][3][3], unsigned field, double per_h, double first[3],
       double second[6])
{
    const double per_h2 = per_h * per_h, centre = 2 * near[1][1][1][field];
#define AT(x, y, z) near[z][y][x][field]
    first[0] = 0.5 * per_h * (AT(2, 1, 1) - AT(0, 1, 1));
    first[1] = 0.5 * per_h * (AT(1, 2, 1) - AT(1, 0, 1));
    first[2] = 0.5 * per_h * (AT(1, 1, 2) - AT(1, 1, 0));
    second[SYM(0, 0)] = per_h2 * (AT(2, 1, 1) + AT(0, 1, 1) - centre);
    second[SYM(1, 1)] = per_h2 * (AT(1, 2, 1) + AT(1, 0, 1) - centre);
    second[SYM(2, 2)] = per_h2 * (AT(1, 1, 2) + AT(1, 1, 0) - centre);
    second[SYM(0, 1)] = 0.25 * per_h2 * (AT(2, 2, 1) - AT(0, 2, 1) - AT(2, 0, 1) + AT(0, 0, 1));
    second[SYM(0, 2)] = 0.25 * per_h2 * (AT(2, 1, 2) - AT(0, 1, 2) - AT(2, 1, 0) + AT(0, 1, 0));
    second[SYM(1, 2)] = 0.25 * per_h2 * (AT(1, 2, 2) - AT(1, 0, 2) - AT(1, 2, 0) + AT(1, 0, 0));
#undef AT
}

WORK_TIMED static inline __attribute__((always_inline)) void invert(const double g[6],
                                                                    double inv[6])
{
    const double xx = g[3] * g[5] - g[4] * g[4], xy = g[2] * g[4] - g[1] * g[5];
    const double xz = g[1] * g[4] - g[2] * g[3];
    const double per = 1 / (g[0] * xx + g[1] * xy + g[2] * xz);
    inv[0] = xx * per;
    inv[1] = xy * per;
    inv[2] = xz * per;
    inv[3] = (g[0] * g[5] - g[2] * g[2]) * per;
    inv[4] = (g[1] * g[2] - g[0] * g[4]) * per;
    inv[5] = (g[0] * g[3] - g[1] * g[1]) * per;
}

/* d / dt of all fields at a point, from it and its neighbours; the Ricci tensor and the Hamiltonian
 * constraint besides. */
WORK_TIMED static inline double evolve(const double *const near[3][3][3], double per_h,
                                       double rate[FIELDS], double ricci[6])
{
    const double *u = near[1][1][1], *g = u + METRIC, *k = u + CURVATURE, lapse = u[LAPSE];
    double inv[6], first[6][3], second[6][6], lapse_first[3], lapse_second[6];
    for (unsigned c = 0; c < 6; c++)
        derive(near, METRIC + c, per_h, first[c], second[c]);
    derive(near, LAPSE, per_h, lapse_first, lapse_second);
    invert(g, inv);

    /* Christoffel's symbols: lower n; upper n; upper n contracted; lower n with one index raised.
     */
    double lower[3][6], upper[3][6], trace[3], raised[3][3][3];
#define LOWER(n, i, j) \
    (lower[n][SYM(i, j)] = 0.5 * (first[SYM(n, i)][j] + first[SYM(n, j)][i] - first[SYM(i, j)][n]))
#define LOWERS(i, j) LOWER(0, i, j), LOWER(1, i, j), LOWER(2, i, j)
#define UPPER(n, i, j)                                            \
    (upper[n][SYM(i, j)] = inv[SYM(n, 0)] * lower[0][SYM(i, j)] + \
                           inv[SYM(n, 1)] * lower[1][SYM(i, j)] + \
                           inv[SYM(n, 2)] * lower[2][SYM(i, j)])
#define UPPERS(i, j) UPPER(0, i, j), UPPER(1, i, j), UPPER(2, i, j)
    SIX(LOWERS);
    SIX(UPPERS);
#define TRACE(n, unused, i, j) inv[SYM(i, j)] * upper[n][SYM(i, j)]
    trace[0] = NINE(TRACE, 0, 0);
    trace[1] = NINE(TRACE, 1, 0);
    trace[2] = NINE(TRACE, 2, 0);
#define RAISE(n, i, j)                                        \
    (raised[n][i][j] = lower[n][SYM(i, 0)] * inv[SYM(0, j)] + \
                       lower[n][SYM(i, 1)] * inv[SYM(1, j)] + \
                       lower[n][SYM(i, 2)] * inv[SYM(2, j)])
#define RAISES(n, i) RAISE(n, i, 0), RAISE(n, i, 1), RAISE(n, i, 2)
    EACH(RAISES);

#define SECOND(i, j, a, b)                                                          \
    inv[SYM(a, b)] * (second[SYM(a, j)][SYM(i, b)] + second[SYM(i, b)][SYM(a, j)] - \
                      second[SYM(a, b)][SYM(i, j)] - second[SYM(i, j)][SYM(a, b)])
#define PRODUCT(i, j, n, a) raised[n][i][a] * upper[n][SYM(a, j)]
#define CONTRACTED(i, j, n) lower[n][SYM(i, j)] * trace[n]
#define RICCI(i, j) \
    (ricci[SYM(i, j)] = 0.5 * NINE(SECOND, i, j) + NINE(PRODUCT, i, j) - THREE(CONTRACTED, i, j))
    SIX(RICCI);

    /* The curvature with one index raised, and its trace. */
    double mixed[3][3];
#define MIX(i, j)                                                                  \
    (mixed[i][j] = inv[SYM(i, 0)] * k[SYM(0, j)] + inv[SYM(i, 1)] * k[SYM(1, j)] + \
                   inv[SYM(i, 2)] * k[SYM(2, j)])
    EACH(MIX);
    const double mean = mixed[0][0] + mixed[1][1] + mixed[2][2];
#define TWICE(i, j, n) k[SYM(i, n)] * mixed[n][j]
#define BEND(i, j, n)  upper[n][SYM(i, j)] * lapse_first[n]
#define RATES(i, j)                                                                      \
    (rate[METRIC + SYM(i, j)] = -2 * lapse * k[SYM(i, j)]),                              \
        (rate[CURVATURE + SYM(i, j)] = lapse * (ricci[SYM(i, j)] + mean * k[SYM(i, j)] - \
                                                2 * THREE(TWICE, i, j)) -                \
                                       (lapse_second[SYM(i, j)] - THREE(BEND, i, j)))
    SIX(RATES);
    rate[LAPSE] = -lapse * lapse * mean;

#define SCALAR(unused, unused2, i, j) \
    (inv[SYM(i, j)] * ricci[SYM(i, j)] - mixed[i][j] * mixed[j][i])
    return NINE(SCALAR, 0, 0) + mean * mean;
}

/* next = past + 2 dt d now / dt; next may be past. */
WORK_TIMED static void relativity_step(struct relativity_state *s, const point_state *past,
                                       const point_state *now, point_state *next)
{
    const size_t n = s->n;
    const double h = 1 / (double)n;
    for (size_t k = 0, point = 0; k < n; k++)
        for (size_t j = 0; j < n; j++)
            for (size_t i = 0; i < n; i++, point++) {
                const size_t x[3] = {ring_before(i, n), i, ring_after(i, n)};
                const size_t y[3] = {ring_before(j, n), j, ring_after(j, n)};
                const size_t z[3] = {ring_before(k, n), k, ring_after(k, n)};
                const double *near[3][3][3];
                double rate[FIELDS];
                for (unsigned c = 0; c < 3; c++)
                    for (unsigned b = 0; b < 3; b++)
                        for (unsigned a = 0; a < 3; a++)
                            near[c][b][a] = now[(z[c] * n + y[b]) * n + x[a]];
                s->hamiltonian[point] = evolve((const double *const(*)[3][3])near, (double)n, rate,
                                               s->ricci[point]);
                for (unsigned f = 0; f < FIELDS; f++)
                    next[point][f] = past[point][f] + 2 * COURANT * h * rate[f];
            }
}

/* The wave along an axis, at a place and a time. */
static void gauge_wave(unsigned axis, double x, double time, point_state u)
{
    static const unsigned diagonal[3] = {0, 3, 5};
    double sine, cosine;
    timed_sincos(2 * PI * (x - time), &sine, &cosine);
    const double height = 1 - AMPLITUDE * sine;
    for (unsigned f = 0; f < FIELDS; f++)
        u[f] = 0;
    for (unsigned i = 0; i < 3; i++)
        u[METRIC + diagonal[i]] = i == axis ? height : 1;
    u[LAPSE] = timed_sqrt(height);
    u[CURVATURE + diagonal[axis]] = -PI * AMPLITUDE * cosine / u[LAPSE];
}

static void relativity_start(struct relativity_state *s, size_t n, unsigned axis)
{
    const double h = 1 / (double)n;
    size_t at[3], point = 0;
    s->n = n;
    for (at[2] = 0; at[2] < n; at[2]++)
        for (at[1] = 0; at[1] < n; at[1]++)
            for (at[0] = 0; at[0] < n; at[0]++, point++) {
                gauge_wave(axis, h * (double)at[axis], -COURANT * h, s->past[point]);
                gauge_wave(axis, h * (double)at[axis], 0, s->now[point]);
            }
}

static int relativity_make(struct work *w, void *state)
{
    (void)w;
    relativity_start(state, SIDE, 0);
    return 0;
}

WORK_TIMED static uint64_t relativity_execute(void *state)
{
    struct relativity_state *s = state;
    relativity_step(s, (const point_state *)s->past, (const point_state *)s->now, s->next);
    return digest_fold(field_digest(s->next[0], POINTS * FIELDS),
                       field_digest(s->hamiltonian, POINTS));
}

/* The largest error of a field at a time, and the largest violation of the constraint. */
struct relativity_errors {
    double wave, constraint;
};
static struct relativity_errors relativity_judge(const struct relativity_state *s,
                                                 const point_state *fields, unsigned axis,
                                                 double time)
{
    struct relativity_errors e = {0, 0};
    size_t at[3], point = 0;
    for (at[2] = 0; at[2] < s->n; at[2]++)
        for (at[1] = 0; at[1] < s->n; at[1]++)
            for (at[0] = 0; at[0] < s->n; at[0]++, point++) {
                point_state u;
                gauge_wave(axis, (double)at[axis] / (double)s->n, time, u);
                for (unsigned f = 0; f < FIELDS; f++)
                    e.wave = timed_max(e.wave, timed_abs(fields[point][f] - u[f]));
                e.constraint = timed_max(e.constraint, timed_abs(s->hamiltonian[point]));
            }
    return e;
}

static int relativity_check(struct work *w, const void *state)
{
    const struct relativity_state *s = state;
    struct relativity_errors e = relativity_judge(s, (const point_state *)s->next, 0,
                                                  COURANT / SIDE);
    if (e.wave < 1e-4 && e.constraint < 1e-10)
        return 0;
    return error_set(w->error, ERROR_SYSTEM,
                     "%s: the wave is off by %.1e, the Hamiltonian constraint by %.1e",
                     w->workload->id, e.wave, e.constraint);
}

const struct program cfp_relativity = {
    .id = "cfp.relativity",
    .state_bytes = sizeof(struct relativity_state),
    .digest = UINT64_C(0x64130cce0705053a),
    .make = relativity_make,
    .execute = relativity_execute,
    .check = relativity_check,
};
