/* fdtd - stands in for 459.GemsFDTD: Maxwell's equations in the time domain.
 *
 * Yee's scheme in a cube with conducting walls: the six components of the fields sit on edges and
 * faces of the cells, electric and magnetic ones half a step apart, and each is moved by the curl
 * of the others. Units of a cell and of the light's time for it.
 *
 * Six fields of 111^3 nodes, 63 MB, streamed in each of the two half-steps. An execution writes a
 * standing wave of three modes, each along an axis of its own, and makes one step.
 *
 * Checked: the frequency of the lowest mode, read from how far the step has turned its field, is
 * the cavity's to 1 %, and the energy stays to 1e-3. */
#include <config.h>

#include "workloads/program/digest_array.h"
#include "workloads/program/timed_math.h"

#define FDTD_N     ((size_t)111)
#define FDTD_NODES (FDTD_N * FDTD_N * FDTD_N)
#define FDTD_STEP  0.5 /* below 1 / sqrt(3) */
#define FDTD_PI    3.14159265358979323846

struct fdtd_state {
    double e[3][FDTD_NODES]; /* [component][(x N + y) N + z] */
    double h[3][FDTD_NODES];
    double wave[4][FDTD_N]; /* sin(m pi i / (N - 1)) of m = 0..3 */
};

WORK_TIMED static inline size_t fdtd_stride(unsigned axis, size_t n)
{
    return axis == 0 ? n * n : axis == 1 ? n : 1;
}

/* f += c (d a / d p - d b / d q) from index first to n - 2 on the axes of p and q, where the
 * neighbour is fa, fb words further, less the one at ba, bb words back. */
WORK_TIMED static void fdtd_curl(double *restrict f, const double *restrict a,
                                 const double *restrict b, const size_t low[3], size_t n, size_t da,
                                 size_t db, size_t back, double c)
{
    size_t at_a = back ? da : 0, at_b = back ? db : 0;
    for (size_t x = low[0]; x + 1 < n; x++)
        for (size_t y = low[1]; y + 1 < n; y++) {
            size_t line = (x * n + y) * n;
            for (size_t z = low[2]; z + 1 < n; z++) {
                size_t i = line + z;
                f[i] += c * ((a[i - at_a + da] - a[i - at_a]) - (b[i - at_b + db] - b[i - at_b]));
            }
        }
}

/* Each component of f from the other two of g; back: their differences are taken backwards, and
 * tangential components on the walls stay as they are (nothing). */
WORK_TIMED static void fdtd_half(double *const f[3], double *const g[3], size_t n, size_t back,
                                 double c)
{
    for (unsigned axis = 0; axis < 3; axis++) {
        unsigned p = (axis + 1) % 3, q = (axis + 2) % 3;
        size_t low[3] = {back, back, back};
        low[axis] = 0;
        fdtd_curl(f[axis], g[q], g[p], low, n, fdtd_stride(p, n), fdtd_stride(q, n), back, c);
    }
}

/* Component `axis` of the electric field: a product of two waves across it; the magnetic field is
 * nothing. */
WORK_TIMED static void fdtd_mode(double *e, double *h, size_t n, unsigned axis, const double *p,
                                 const double *q, double size)
{
    for (size_t x = 0, i = 0; x < n; x++)
        for (size_t y = 0; y < n; y++)
            for (size_t z = 0; z < n; z++, i++) {
                size_t at[5] = {x, y, z, x, y};
                e[i] = size * p[at[axis + 1]] * q[at[axis + 2]];
                h[i] = 0;
            }
}

/* The magnetic field goes half a step first, so that it is half a step ahead from then on. */
WORK_TIMED static void fdtd_steps(double *const e[3], double *const h[3], size_t n, unsigned steps)
{
    for (unsigned i = 0; i < steps; i++) {
        fdtd_half(h, e, n, 0, i == 0 ? -0.5 * FDTD_STEP : -FDTD_STEP);
        fdtd_half(e, h, n, 1, FDTD_STEP);
    }
}

WORK_TIMED static uint64_t fdtd_execute(void *state)
{
    struct fdtd_state *s = state;
    double *const e[3] = {s->e[0], s->e[1], s->e[2]}, *const h[3] = {s->h[0], s->h[1], s->h[2]};
    fdtd_mode(e[0], h[0], FDTD_N, 0, s->wave[2], s->wave[3], 0.5);
    fdtd_mode(e[1], h[1], FDTD_N, 1, s->wave[1], s->wave[2], 0.25);
    fdtd_mode(e[2], h[2], FDTD_N, 2, s->wave[1], s->wave[1], 1);
    fdtd_steps(e, h, FDTD_N, 1);
    uint64_t digest = digest_fold_array(459, s->e[0], 3 * FDTD_NODES);
    return digest_fold_array(digest, s->h[0], 3 * FDTD_NODES);
}

static int fdtd_make(struct work *w, void *state)
{
    (void)w;
    struct fdtd_state *s = state;
    for (unsigned m = 0; m < 4; m++)
        for (size_t i = 0; i < FDTD_N - 1; i++)
            s->wave[m][i] = i ? timed_sin(m * FDTD_PI * (double)i / (double)(FDTD_N - 1)) : 0;
    return 0; /* the last node is on the wall: nothing */
}

static double fdtd_square(const double *f, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += f[i] * f[i];
    return sum;
}

/* The angular frequency of the lowest mode: a step turns the field by cos(omega step). */
static double fdtd_frequency(double before, double after)
{
    double cosine = after / before;
    double x = timed_sqrt(2 * (1 - cosine)); /* 2 sin(omega step / 2) */
    return (x + x * x * x / 24) / FDTD_STEP;
}

static int fdtd_check(struct work *w, const void *state)
{
    const struct fdtd_state *s = state;
    size_t half = FDTD_N / 2, middle = (half * FDTD_N + half) * FDTD_N + half;
    double is = fdtd_frequency(s->wave[1][half] * s->wave[1][half], s->e[2][middle]);
    double must = FDTD_PI * timed_sqrt(2) / (double)(FDTD_N - 1);
    if (!(timed_abs(is - must) < 0.01 * must))
        return error_set(w->error, ERROR_SYSTEM,
                         "cfp.fdtd: the lowest mode turns at %g, in this cavity at %g", is, must);
    double energy = fdtd_square(s->e[0], 3 * FDTD_NODES) + fdtd_square(s->h[0], 3 * FDTD_NODES);
    /* A mode's squares: a quarter of the nodes across it, all along it (one less: edges). */
    double cells = (double)(FDTD_N - 1);
    double before = (0.25 + 0.0625 + 1) * cells * cells * (cells + 1) / 4;
    if (!(timed_abs(energy / before - 1) < 1e-3))
        return error_set(w->error, ERROR_SYSTEM, "cfp.fdtd: the energy went from %g to %g", before,
                         energy);
    return 0;
}

const struct program cfp_fdtd = {
    .id = "cfp.fdtd",
    .state_bytes = sizeof(struct fdtd_state),
    .digest = UINT64_C(0x5d8bfdec47ef4ae7),
    .make = fdtd_make,
    .execute = fdtd_execute,
    .check = fdtd_check,
};
