/* fdtd - stands in for 459.GemsFDTD: Maxwell's equations in the time domain.
 *
 * Yee's grid in a long box with conducting walls: the six components of the fields sit on edges and
 * faces of the cells, electric and magnetic ones half a step apart, and each is moved by the curl
 * of the others, by differences of fourth order. Beyond a wall the box is mirrored. Units of a cell
 * and of the light's time for it.
 *
 * Six fields of 1731 planes of 27^2 nodes, 61 MB. An execution writes standing waves of three
 * modes and sweeps through the box four times, two steps a sweep, as a wave of planes: each
 * half-step follows the one before it as close as its differences allow. So a plane is moved from
 * memory once for four half-steps, the planes at work, 0.3 MB, stay in a core's own caches, and of
 * the time less than a tenth is waiting for memory.
 *
 * Checked: the modes are exact in the scheme, too, so that every value is known, to 1e-12; and they
 * turn as fast as in the cavity itself, to 0.1 %. */
#include <config.h>

#include "workloads/program/digest_array.h"
#include "workloads/program/timed_math.h"

#define FDTD_X      ((size_t)1729) /* nodes along the box, those on walls with them */
#define FDTD_N      ((size_t)25)   /* along the two other axes */
#define FDTD_FIELD  ((FDTD_X + 2) * (FDTD_N + 2) * (FDTD_N + 2))
#define FDTD_SWEEPS 4
#define FDTD_STEPS  2 /* of each */
#define FDTD_ALL    (FDTD_SWEEPS * FDTD_STEPS)
#define FDTD_STEP   0.4 /* below 6 / 7 / sqrt(3) */
#define FDTD_NEAR   (9.0 / 8)
#define FDTD_FAR    (-1.0 / 24)
#define FDTD_PI     3.14159265358979323846

/* A component of the electric field: a product of two waves across it. */
struct fdtd_mode {
    unsigned waves[3]; /* halves of them, along each axis; along its own none */
    double size;
};
struct fdtd_start {
    struct fdtd_mode mode[3];
    double sine[3][3][FDTD_X];   /* [component][axis][node] */
    double cosine[3][3][FDTD_X]; /* between that node and the next */
};

/* Point to node (0, 0, 0); there is one more node on each side. */
struct fdtd_box {
    size_t nodes[3];
    ptrdiff_t stride[3];
    double *e[3], *h[3];
};

struct fdtd_state {
    struct fdtd_start start;
    double field[6][FDTD_FIELD];
};

WORK_TIMED static void fdtd_open(struct fdtd_box *box, double *field, size_t x, size_t n)
{
    const size_t line = n + 2, plane = line * line;
    *box = (struct fdtd_box){.nodes = {x, n, n}, .stride = {(ptrdiff_t)plane, (ptrdiff_t)line, 1}};
    for (unsigned i = 0; i < 3; i++) {
        box->e[i] = field + i * (x + 2) * plane + plane + line + 1;
        box->h[i] = box->e[i] + 3 * (x + 2) * plane;
    }
}

/* f += near and far differences of a, da apart, less those of b, db apart. */
WORK_TIMED static inline void fdtd_line(double *restrict f, const double *restrict a, ptrdiff_t da,
                                        const double *restrict b, ptrdiff_t db, ptrdiff_t count,
                                        double near, double far)
{
    for (ptrdiff_t z = 0; z < count; z++)
        f[z] += near * ((a[z + da] - a[z]) - (b[z + db] - b[z])) +
                far * ((a[z + 2 * da] - a[z - da]) - (b[z + 2 * db] - b[z - db]));
}

/* A line's nodes beyond its walls. Fields along a wall are odd about it if they are electric, with
 * a node on it, and even if magnetic, with nodes half a cell from it. */
WORK_TIMED static inline void fdtd_mirror_line(double *f, ptrdiff_t stride, size_t nodes,
                                               bool electric)
{
    const ptrdiff_t last = (ptrdiff_t)nodes - 2;
    if (electric) {
        f[-stride] = -f[stride];
        f[(last + 2) * stride] = -f[last * stride];
    } else {
        f[-stride] = f[0];
        f[(last + 1) * stride] = f[last * stride];
    }
}

/* What mirrors plane x, in itself and beyond the walls at the box's ends. */
WORK_TIMED static void fdtd_mirror(const struct fdtd_box *box, double *const f[3], size_t x,
                                   bool electric)
{
    const size_t nodes = box->nodes[0], n = box->nodes[1];
    const ptrdiff_t step = box->stride[0], line = box->stride[1];
    for (unsigned axis = 0; axis < 3; axis++) {
        double *plane = f[axis] + (ptrdiff_t)x * step;
        for (ptrdiff_t i = 0; i < (ptrdiff_t)n; i++) {
            if (axis != 1)
                fdtd_mirror_line(plane + i, line, n, electric);
            if (axis != 2)
                fdtd_mirror_line(plane + i * line, 1, n, electric);
        }
        if (axis != 0 && (x == electric || x == nodes - 2))
            for (ptrdiff_t i = 0; i < (ptrdiff_t)n * line; i++)
                fdtd_mirror_line(f[axis] + i, step, nodes, electric);
    }
}

/* Plane x of each component of f, from the other two of g, whose differences are taken forwards for
 * the magnetic field and backwards for the electric one; of that, what lies along walls stays
 * nothing. */
WORK_TIMED static void fdtd_plane(const struct fdtd_box *box, double *const f[3],
                                  double *const g[3], size_t x, bool electric, double step)
{
    if (x >= box->nodes[0] - 1)
        return;
    for (unsigned axis = 0; axis < 3; axis++) {
        const unsigned p = (axis + 1) % 3, q = (axis + 2) % 3;
        const ptrdiff_t dp = box->stride[p], dq = box->stride[q], back = electric;
        size_t low[3] = {electric, electric, electric};
        low[axis] = 0;
        if (x < low[0])
            continue;
        for (size_t y = low[1]; y + 1 < box->nodes[1]; y++) {
            const ptrdiff_t at = (ptrdiff_t)x * box->stride[0] + (ptrdiff_t)y * box->stride[1] +
                                 (ptrdiff_t)low[2];
            fdtd_line(f[axis] + at, g[q] + at - back * dp, dp, g[p] + at - back * dq, dq,
                      (ptrdiff_t)(box->nodes[2] - 1 - low[2]), step * FDTD_NEAR, step * FDTD_FAR);
        }
    }
    fdtd_mirror(box, f, x, electric);
}

/* The three modes in plane x, and no magnetic field. */
WORK_TIMED static void fdtd_begin(const struct fdtd_box *box, const struct fdtd_start *start,
                                  size_t x)
{
    const ptrdiff_t plane = box->stride[0], line = box->stride[1], n = line - 2;
    for (unsigned axis = 0; axis < 3; axis++) {
        const unsigned p = (axis + 1) % 3, q = (axis + 2) % 3;
        const double size = start->mode[axis].size;
        const double *sine_p = start->sine[axis][p], *sine_q = start->sine[axis][q];
        double *e = box->e[axis] + (ptrdiff_t)x * plane, *h = box->h[axis] + (ptrdiff_t)x * plane;
        for (ptrdiff_t i = -line - 1; i < plane - line - 1; i++)
            e[i] = h[i] = 0;
        for (ptrdiff_t y = 0; y < n; y++)
            for (ptrdiff_t z = 0; z < n; z++) {
                const ptrdiff_t at[3] = {(ptrdiff_t)x, y, z};
                e[y * line + z] = size * sine_p[at[p]] * sine_q[at[q]];
            }
    }
    fdtd_mirror(box, box->e, x, true);
}

WORK_TIMED static uint64_t fdtd_digest(const struct fdtd_box *box, size_t x, uint64_t digest)
{
    const ptrdiff_t plane = box->stride[0], from = (ptrdiff_t)x * plane - box->stride[1] - 1;
    for (unsigned axis = 0; axis < 3; axis++) {
        digest = digest_fold_array(digest, box->e[axis] + from, (size_t)plane);
        digest = digest_fold_array(digest, box->h[axis] + from, (size_t)plane);
    }
    return digest;
}

/* Steps from a start, or (NULL) on from where the fields are; the digest of what comes out. The
 * magnetic field goes half a step first, so that it is half a step ahead from then on.
 *
 * Half-steps are made in place. The magnetic one needs its plane's neighbours from one before to
 * two behind it, so follows two planes after what it needs; the electric one from two before to one
 * behind it, and follows after one. Neither then finds a plane that is ahead of it. */
WORK_TIMED static uint64_t fdtd_sweep(const struct fdtd_box *box, const struct fdtd_start *start,
                                      unsigned steps)
{
    const size_t nodes = box->nodes[0];
    uint64_t digest = 459;
    for (size_t front = 0; front < nodes + 3 * (size_t)steps; front++) {
        size_t x = front;
        if (start && x < nodes)
            fdtd_begin(box, start, x);
        for (unsigned i = 0; i < steps && x >= 2; i++) {
            x -= 2;
            fdtd_plane(box, box->h, box->e, x, false,
                       start && i == 0 ? -0.5 * FDTD_STEP : -FDTD_STEP);
            if (x-- == 0)
                break;
            fdtd_plane(box, box->e, box->h, x, true, FDTD_STEP);
        }
        if (front >= 3 * (size_t)steps)
            digest = fdtd_digest(box, front - 3 * (size_t)steps, digest);
    }
    return digest;
}

WORK_TIMED static uint64_t fdtd_execute(void *state)
{
    struct fdtd_state *s = state;
    struct fdtd_box box;
    fdtd_open(&box, s->field[0], FDTD_X, FDTD_N);
    uint64_t digest = fdtd_sweep(&box, &s->start, FDTD_STEPS);
    for (unsigned i = 1; i < FDTD_SWEEPS; i++)
        digest = digest_fold(digest, fdtd_sweep(&box, NULL, FDTD_STEPS));
    return digest;
}

/* Radians per cell. */
static double fdtd_turns(const struct fdtd_mode *mode, unsigned axis, size_t nodes)
{
    return mode->waves[axis] * FDTD_PI / (double)(nodes - 1);
}

static void fdtd_waves(struct fdtd_start *start, const struct fdtd_mode mode[3], size_t x, size_t n)
{
    const size_t nodes[3] = {x, n, n};
    for (unsigned i = 0; i < 3; i++) {
        start->mode[i] = mode[i];
        for (unsigned axis = 0; axis < 3; axis++) {
            const double turns = fdtd_turns(&mode[i], axis, nodes[axis]);
            double *sine = start->sine[i][axis], *cosine = start->cosine[i][axis];
            for (size_t k = 0; k < nodes[axis]; k++) {
                sine[k] = k && k + 1 < nodes[axis] ? timed_sin(turns * (double)k) : 0;
                cosine[k] = timed_cos(turns * ((double)k + 0.5));
            }
        }
    }
}

static int fdtd_make(struct work *w, void *state)
{
    static const struct fdtd_mode modes[3] = {
        {{0, 2, 3}, 0.5}, {{144, 0, 1}, 0.25}, {{72, 1, 0}, 1}};
    struct fdtd_state *s = state;
    (void)w;
    fdtd_waves(&s->start, modes, FDTD_X, FDTD_N);
    return 0;
}

/* What some steps make of a mode: factors of its waves in the electric and the magnetic field, of
 * these further by what the differences make of a wave along an axis. */
struct fdtd_turned {
    double electric, magnetic, slope[3];
};
static struct fdtd_turned fdtd_turn(const struct fdtd_mode *mode, const size_t nodes[3],
                                    unsigned steps)
{
    struct fdtd_turned t = {.electric = 1, .magnetic = FDTD_STEP / 2};
    double square = 0;
    for (unsigned axis = 0; axis < 3; axis++) {
        const double half = fdtd_turns(mode, axis, nodes[axis]) / 2;
        t.slope[axis] = 2 * (FDTD_NEAR * timed_sin(half) + FDTD_FAR * timed_sin(3 * half));
        square += t.slope[axis] * t.slope[axis];
    }
    const double once = 1 - square * FDTD_STEP * FDTD_STEP / 2; /* the cosine of a step's turn */
    double before = once;
    for (unsigned i = 0; i < steps; i++) {
        const double next = 2 * once * t.electric - before;
        before = t.electric;
        t.electric = next;
        if (i + 1 < steps)
            t.magnetic += FDTD_STEP * next;
    }
    return t;
}

/* The largest difference from what the modes must be after some steps. */
static double fdtd_error(const struct fdtd_box *box, const struct fdtd_start *start, unsigned steps)
{
    struct fdtd_turned turned[3];
    double worst = 0;
    for (unsigned i = 0; i < 3; i++)
        turned[i] = fdtd_turn(&start->mode[i], box->nodes, steps);
    for (size_t x = 0; x + 1 < box->nodes[0]; x++)
        for (size_t y = 0; y + 1 < box->nodes[1]; y++)
            for (size_t z = 0; z + 1 < box->nodes[2]; z++)
                for (unsigned i = 0; i < 3; i++) {
                    const size_t at[3] = {x, y, z};
                    const unsigned p = (i + 1) % 3, q = (i + 2) % 3;
                    const ptrdiff_t here = (ptrdiff_t)x * box->stride[0] +
                                           (ptrdiff_t)y * box->stride[1] + (ptrdiff_t)z;
                    const double e = turned[i].electric * start->mode[i].size *
                                     start->sine[i][p][at[p]] * start->sine[i][q][at[q]];
                    /* Of the modes of the two other components. */
                    const double h = turned[p].magnetic * start->mode[p].size *
                                         start->sine[p][i][at[i]] * turned[p].slope[q] *
                                         start->cosine[p][q][at[q]] -
                                     turned[q].magnetic * start->mode[q].size *
                                         start->sine[q][i][at[i]] * turned[q].slope[p] *
                                         start->cosine[q][p][at[p]];
                    const double off = timed_abs(box->e[i][here] - e) +
                                       timed_abs(box->h[i][here] - h);
                    if (!(off < 1e300))
                        return 1e300; /* no number */
                    worst = timed_max(worst, off);
                }
    return worst;
}

/* By how much the frequency of a mode that makes up a value is not the cavity's, as a part of it.
 */
static double fdtd_off(const struct fdtd_mode *mode, const size_t nodes[3], double before,
                       double after, unsigned steps)
{
    double square = 0;
    for (unsigned axis = 0; axis < 3; axis++) {
        const double turns = fdtd_turns(mode, axis, nodes[axis]);
        square += turns * turns;
    }
    const double turn = timed_sqrt(square) * FDTD_STEP * steps;
    return timed_abs(after / before - timed_cos(turn)) / (turn * timed_abs(timed_sin(turn)));
}

static int fdtd_check(struct work *w, const void *state)
{
    const struct fdtd_state *s = state;
    struct fdtd_box box;
    fdtd_open(&box, (double *)(uintptr_t)s->field[0], FDTD_X, FDTD_N);
    const double error = fdtd_error(&box, &s->start, FDTD_ALL);
    if (!(error < 1e-12))
        return error_set(w->error, ERROR_SYSTEM, "cfp.fdtd: the fields are off by up to %.1e",
                         error);
    const double now = box.e[2][12 * box.stride[0] + 12 * box.stride[1]];
    const double off = fdtd_off(&s->start.mode[2], box.nodes, 1, now, FDTD_ALL);
    if (!(off < 1e-3))
        return error_set(w->error, ERROR_SYSTEM,
                         "cfp.fdtd: a mode's frequency is off by %.1e of what is the cavity's",
                         off);
    return 0;
}

const struct program cfp_fdtd = {
    .id = "cfp.fdtd",
    .state_bytes = sizeof(struct fdtd_state),
    .digest = UINT64_C(0x3f33459aa7649400),
    .make = fdtd_make,
    .execute = fdtd_execute,
    .check = fdtd_check,
};
