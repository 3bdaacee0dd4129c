/* Stands in for 433.milc: lattice quantum chromodynamics with staggered quarks.
 *
 * Conjugate gradients for (m^2 - D D) x = b on the even sites of a periodic lattice of four
 * dimensions, D being the staggered operator: a hop along each axis through a complex 3 x 3 matrix
 * of SU(3), forward minus backward. The links are random (a strong coupling's), the source is
 * random. One execution is ITERATIONS iterations from zero.
 *
 * Working set: 43 MB, of which the links (33 MB) are read once per iteration. Checked: every link
 * is unitary, the plaquettes do not change under a gauge transformation, and the recursive residual
 * is the true one. */
#include <config.h>

#include "workloads/cfp/field.h"
#include "workloads/program/timed_math.h"

#include <stdlib.h>

#define SIDE       16 /* in x, y, z */
#define TIME       14
#define SITES      ((size_t)SIDE * SIDE * SIDE * TIME)
#define HALF       (SITES / 2)
#define ITERATIONS 2
#define MASS2      16.0 /* heavy: few iterations tell */

struct complex {
    double re, im;
};
struct matrix {
    struct complex at[3][3];
};
struct vector {
    struct complex at[3];
};
#define VECTOR_DOUBLES (sizeof(struct vector) / sizeof(double))

struct lattice_state {
    size_t side, time;              /* even */
    struct matrix link[2][HALF][4]; /* by parity; to the next site along each axis */
    uint32_t neighbour[2][HALF][8]; /* of the other parity: after along each axis, then before */
    struct vector b[HALF], x[HALF], r[HALF], p[HALF], odd[HALF], ap[HALF];
};

static size_t half_of(const struct lattice_state *s)
{
    return s->side * s->side * s->side * s->time / 2;
}

/* sum += U v; sum -= U^+ v */
WORK_TIMED static inline void add_forward(const struct matrix *u, const struct vector *v,
                                          struct vector *sum)
{
    for (unsigned i = 0; i < 3; i++) {
        struct complex row = sum->at[i];
        for (unsigned j = 0; j < 3; j++) {
            const struct complex a = u->at[i][j], b = v->at[j];
            row.re += a.re * b.re - a.im * b.im;
            row.im += a.re * b.im + a.im * b.re;
        }
        sum->at[i] = row;
    }
}
WORK_TIMED static inline void subtract_backward(const struct matrix *u, const struct vector *v,
                                                struct vector *sum)
{
    for (unsigned i = 0; i < 3; i++) {
        struct complex row = sum->at[i];
        for (unsigned j = 0; j < 3; j++) {
            const struct complex a = u->at[j][i], b = v->at[j];
            row.re -= a.re * b.re + a.im * b.im;
            row.im -= a.re * b.im - a.im * b.re;
        }
        sum->at[i] = row;
    }
}

/* out = D in, from the sites of the other parity to those of this one. */
WORK_TIMED static void hop(const struct lattice_state *s, unsigned parity,
                           const struct vector *restrict in, struct vector *restrict out,
                           size_t half)
{
    for (size_t site = 0; site < half; site++) {
        const uint32_t *neighbour = s->neighbour[parity][site];
        struct vector sum = {{{0, 0}, {0, 0}, {0, 0}}};
        for (unsigned axis = 0; axis < 4; axis++) {
            add_forward(&s->link[parity][site][axis], &in[neighbour[axis]], &sum);
            const uint32_t before = neighbour[4 + axis];
            subtract_backward(&s->link[!parity][before][axis], &in[before], &sum);
        }
        out[site] = sum;
    }
}

/* out = (m^2 - D D) in on even sites; odd is room for the middle. */
WORK_TIMED static void operate(const struct lattice_state *s, const struct vector *in,
                               struct vector *odd, struct vector *out, size_t half)
{
    hop(s, 1, in, odd, half);
    hop(s, 0, odd, out, half);
    for (size_t i = 0; i < half; i++)
        for (unsigned c = 0; c < 3; c++) {
            out[i].at[c].re = MASS2 * in[i].at[c].re - out[i].at[c].re;
            out[i].at[c].im = MASS2 * in[i].at[c].im - out[i].at[c].im;
        }
}

WORK_TIMED static void lattice_solve(struct lattice_state *s, unsigned iterations, size_t half)
{
    const size_t n = half * VECTOR_DOUBLES;
    const double *b = &s->b[0].at[0].re, *ap = &s->ap[0].at[0].re;
    double *x = &s->x[0].at[0].re, *r = &s->r[0].at[0].re, *p = &s->p[0].at[0].re;
    for (size_t i = 0; i < n; i++) {
        x[i] = 0;
        r[i] = p[i] = b[i];
    }
    double square = field_dot(r, r, n);
    for (unsigned iteration = 0; iteration < iterations; iteration++) {
        operate(s, s->p, s->odd, s->ap, half);
        const double alpha = square / field_dot(p, ap, n);
        for (size_t i = 0; i < n; i++) {
            x[i] += alpha * p[i];
            r[i] -= alpha * ap[i];
        }
        const double before = square;
        square = field_dot(r, r, n);
        const double beta = square / before;
        for (size_t i = 0; i < n; i++)
            p[i] = r[i] + beta * p[i];
    }
}

/* One row of a matrix at right angles to the rows before it, and of length 1. */
static void make_row(struct matrix *u, unsigned row)
{
    for (unsigned k = 0; k < row; k++) {
        struct complex dot = {0, 0};
        for (unsigned j = 0; j < 3; j++) {
            const struct complex a = u->at[k][j], b = u->at[row][j];
            dot.re += a.re * b.re + a.im * b.im;
            dot.im += a.re * b.im - a.im * b.re;
        }
        for (unsigned j = 0; j < 3; j++) {
            const struct complex a = u->at[k][j];
            u->at[row][j].re -= dot.re * a.re - dot.im * a.im;
            u->at[row][j].im -= dot.re * a.im + dot.im * a.re;
        }
    }
    double square = 0;
    for (unsigned j = 0; j < 3; j++)
        square += u->at[row][j].re * u->at[row][j].re + u->at[row][j].im * u->at[row][j].im;
    const double inverse = 1 / timed_sqrt(square);
    for (unsigned j = 0; j < 3; j++) {
        u->at[row][j].re *= inverse;
        u->at[row][j].im *= inverse;
    }
}

/* Of determinant 1: the last row is the conjugate of the first two rows' cross product. */
static struct matrix random_su3(uint64_t *seed)
{
    struct matrix u;
    for (unsigned i = 0; i < 2; i++) {
        for (unsigned j = 0; j < 3; j++)
            u.at[i][j] = (struct complex){fixed_uniform(seed) - 0.5, fixed_uniform(seed) - 0.5};
        make_row(&u, i);
    }
    for (unsigned i = 0; i < 3; i++) {
        const unsigned j = (i + 1) % 3, k = (i + 2) % 3;
        const struct complex a = u.at[0][j], b = u.at[1][k], c = u.at[0][k], d = u.at[1][j];
        u.at[2][i].re = a.re * b.re - a.im * b.im - (c.re * d.re - c.im * d.im);
        u.at[2][i].im = -(a.re * b.im + a.im * b.re - (c.re * d.im + c.im * d.re));
    }
    return u;
}

static size_t site_index(const struct lattice_state *s, const size_t at[4])
{
    return (((at[3] * s->side + at[2]) * s->side + at[1]) * s->side + at[0]) / 2;
}

static void lattice_start(struct lattice_state *s, size_t side, size_t time)
{
    uint64_t seed = 433;
    size_t at[4];
    s->side = side;
    s->time = time;
    for (at[3] = 0; at[3] < time; at[3]++)
        for (at[2] = 0; at[2] < side; at[2]++)
            for (at[1] = 0; at[1] < side; at[1]++)
                for (at[0] = 0; at[0] < side; at[0]++) {
                    const unsigned parity = (at[0] + at[1] + at[2] + at[3]) & 1;
                    const size_t site = site_index(s, at);
                    for (unsigned axis = 0, phase = 0; axis < 4; phase += (unsigned)at[axis++]) {
                        struct matrix *u = &s->link[parity][site][axis];
                        *u = random_su3(&seed);
                        for (unsigned k = 0; phase & 1 && k < 9; k++) {
                            /* the staggered sign, which stands for the spin */
                            u->at[k / 3][k % 3].re *= -1;
                            u->at[k / 3][k % 3].im *= -1;
                        }
                        const size_t here = at[axis], ring = axis == 3 ? time : side;
                        at[axis] = ring_after(here, ring);
                        s->neighbour[parity][site][axis] = (uint32_t)site_index(s, at);
                        at[axis] = ring_before(here, ring);
                        s->neighbour[parity][site][4 + axis] = (uint32_t)site_index(s, at);
                        at[axis] = here;
                    }
                    for (unsigned c = 0; !parity && c < 3; c++)
                        s->b[site].at[c] = (struct complex){fixed_uniform(&seed) - 0.5,
                                                            fixed_uniform(&seed) - 0.5};
                }
}

static int lattice_make(struct work *w, void *state)
{
    (void)w;
    lattice_start(state, SIDE, TIME);
    return 0;
}

WORK_TIMED static uint64_t lattice_execute(void *state)
{
    struct lattice_state *s = state;
    lattice_solve(s, ITERATIONS, HALF);
    return field_digest(&s->x[0].at[0].re, HALF * VECTOR_DOUBLES);
}

/* a b, or a b^+ */
static struct matrix product(const struct matrix *a, const struct matrix *b, bool adjoint)
{
    struct matrix c;
    for (unsigned i = 0; i < 3; i++)
        for (unsigned j = 0; j < 3; j++) {
            struct complex sum = {0, 0};
            for (unsigned k = 0; k < 3; k++) {
                const struct complex p = a->at[i][k];
                struct complex q = adjoint ? b->at[j][k] : b->at[k][j];
                q.im = adjoint ? -q.im : q.im;
                sum.re += p.re * q.re - p.im * q.im;
                sum.im += p.re * q.im + p.im * q.re;
            }
            c.at[i][j] = sum;
        }
    return c;
}

/* The gauge transformation of a site, or none. */
static struct matrix gauge(unsigned parity, size_t site, bool transformed)
{
    uint64_t seed = 2 * site + parity;
    const struct matrix one = {
        {{{1, 0}, {0, 0}, {0, 0}}, {{0, 0}, {1, 0}, {0, 0}}, {{0, 0}, {0, 0}, {1, 0}}}};
    return transformed ? random_su3(&seed) : one;
}
static struct matrix gauged_link(const struct lattice_state *s, unsigned parity, size_t site,
                                 unsigned axis, bool transformed)
{
    const struct matrix g = gauge(parity, site, transformed),
                        h = gauge(!parity, s->neighbour[parity][site][axis], transformed),
                        gu = product(&g, &s->link[parity][site][axis], false);
    return product(&gu, &h, true);
}

/* Mean real trace of the plaquettes at every step-th even site. */
static double lattice_plaquette(const struct lattice_state *s, size_t step, bool transformed)
{
    double sum = 0;
    size_t count = 0;
    for (size_t site = 0; site < half_of(s); site += step)
        for (unsigned a = 0; a < 4; a++)
            for (unsigned b = 0; b < a; b++, count++) {
                const uint32_t *next = s->neighbour[0][site];
                const struct matrix right = gauged_link(s, 0, site, a, transformed),
                                    up = gauged_link(s, 1, next[a], b, transformed),
                                    left = gauged_link(s, 0, site, b, transformed),
                                    over = gauged_link(s, 1, next[b], a, transformed);
                const struct matrix there = product(&right, &up, false),
                                    back = product(&left, &over, false),
                                    loop = product(&there, &back, true);
                sum += loop.at[0][0].re + loop.at[1][1].re + loop.at[2][2].re;
            }
    return sum / (double)count;
}

/* The largest departure of a link from unitarity. */
static double lattice_unitarity(const struct lattice_state *s)
{
    double worst = 0;
    for (unsigned parity = 0; parity < 2; parity++)
        for (size_t i = 0; i < half_of(s) * 4; i++) {
            const struct matrix *u = &s->link[parity][i / 4][i % 4], one = product(u, u, true);
            for (unsigned k = 0; k < 9; k++) {
                const double diagonal = k % 4 == 0;
                worst = timed_max(worst, timed_abs(one.at[k / 3][k % 3].re - diagonal));
                worst = timed_max(worst, timed_abs(one.at[k / 3][k % 3].im));
            }
        }
    return worst;
}

/* Root mean square of b - A x - r per component. */
static double lattice_residual(const struct lattice_state *s, struct vector *odd, struct vector *ax)
{
    const size_t half = half_of(s);
    double square = 0;
    operate(s, s->x, odd, ax, half);
    for (size_t i = 0; i < half; i++)
        for (unsigned c = 0; c < 3; c++) {
            const double re = s->b[i].at[c].re - ax[i].at[c].re - s->r[i].at[c].re;
            const double im = s->b[i].at[c].im - ax[i].at[c].im - s->r[i].at[c].im;
            square += re * re + im * im;
        }
    return timed_sqrt(square / (double)(half * VECTOR_DOUBLES));
}

static int lattice_check(struct work *w, const void *state)
{
    const struct lattice_state *s = state;
    struct vector *room = calloc(2 * half_of(s), sizeof *room);
    if (!room)
        return error_set(w->error, ERROR_SYSTEM, "no memory to check %s", w->workload->id);
    const double residual = lattice_residual(s, room, room + half_of(s));
    free(room);
    const double unitarity = lattice_unitarity(s);
    const double plaquette = lattice_plaquette(s, 997, false) - lattice_plaquette(s, 997, true);
    if (residual < 1e-13 && unitarity < 1e-14 && timed_abs(plaquette) < 1e-10)
        return 0;
    return error_set(w->error, ERROR_SYSTEM,
                     "%s: the residual is off by %.1e, the links' unitarity by %.1e, the plaquette "
                     "by %.1e",
                     w->workload->id, residual, unitarity, plaquette);
}

const struct program cfp_lattice = {
    .id = "cfp.lattice",
    .state_bytes = sizeof(struct lattice_state),
    .digest = UINT64_C(0xb17a15d6f8f1c3ee),
    .make = lattice_make,
    .execute = lattice_execute,
    .check = lattice_check,
};
