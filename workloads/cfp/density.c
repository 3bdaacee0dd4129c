/* density - stands in for 465.tonto: quantum crystallography, from orbitals to structure factors.
 *
 * A ring of six atoms with one s and three p Gaussians each. Overlap integrals by the recurrence of
 * Obara and Saika, a Hamiltonian after Wolfsberg and Helmholz (extended Hueckel), the generalised
 * eigenproblem by Cholesky and Jacobi, the density matrix of the 12 lowest orbitals; then the
 * density on a grid, product by product, each in the box where it counts, and its Fourier sums,
 * axis by axis: the structure factors F(hkl), 0 <= h, k, l < 7.
 *
 * The grid, 100^3 points, is 8 MB.
 *
 * Checked: the density integrates to the 24 electrons and F(000) is their number, both to 1e-6, as
 * the trace of density matrix times overlap is to 1e-10. */
#include <config.h>

#include "workloads/program/digest_array.h"
#include "workloads/program/timed_math.h"

#define DENSITY_ATOMS    6
#define DENSITY_BASIS    (4 * DENSITY_ATOMS)
#define DENSITY_OCCUPIED 12
#define DENSITY_GRID     100
#define DENSITY_POINTS   ((size_t)DENSITY_GRID * DENSITY_GRID * DENSITY_GRID)
#define DENSITY_EDGE     16.0 /* of the cell, in Bohr radii */
#define DENSITY_SPACING  (DENSITY_EDGE / DENSITY_GRID)
#define DENSITY_EXPONENT 1.0
#define DENSITY_H        7
#define DENSITY_SWEEPS   10
#define DENSITY_EXTENT   26.0 /* e^-26 is nothing */
#define DENSITY_PI       3.14159265358979323846

typedef double density_pair __attribute__((vector_size(16), aligned(8), may_alias));

typedef double density_matrix[DENSITY_BASIS][DENSITY_BASIS];

struct density_state {
    double rho[DENSITY_POINTS]; /* [(x G + y) G + z] */
    double atom[DENSITY_ATOMS][3];
    double wave[DENSITY_GRID][DENSITY_H][2];            /* cos, sin of 2 pi h x / G */
    double by_z[DENSITY_GRID][DENSITY_H][2];            /* of one x: [y][l] */
    double by_y[DENSITY_GRID][DENSITY_H][DENSITY_H][2]; /* [x][k][l] */
    double factor[DENSITY_H][DENSITY_H][DENSITY_H][2];  /* [h][k][l] */
    density_matrix overlap, root, hamilton, vector, density;
};

/* The power (0 or 1) of an axis in function i of an atom: s, x, y, z. */
WORK_TIMED static inline unsigned density_power(unsigned i, unsigned axis)
{
    return i % 4 == axis + 1;
}
WORK_TIMED static inline double density_norm(unsigned i)
{
    /* (2 a / pi)^(3/4), for p times 2 sqrt a; a = 1 */
    return i % 4 ? 2 * 0.71270547035499016 : 0.71270547035499016;
}

WORK_TIMED static double density_exp(double x)
{
    return timed_exp(x);
}

/* One axis of an overlap: Gaussians at a and b with powers 0 or 1. */
WORK_TIMED static double density_overlap_axis(double a, double b, unsigned i, unsigned j)
{
    double p = 2 * DENSITY_EXPONENT, middle = 0.5 * (a + b);
    double s = timed_sqrt(DENSITY_PI / p) *
               density_exp(-0.5 * DENSITY_EXPONENT * (a - b) * (a - b));
    if (i && j)
        return ((middle - a) * (middle - b) + 0.5 / p) * s;
    return i ? (middle - a) * s : j ? (middle - b) * s : s;
}

WORK_TIMED static void density_integrals(struct density_state *s)
{
    static const double level[2] = {-0.786, -0.419}; /* of s and p */
    for (unsigned i = 0; i < DENSITY_BASIS; i++)
        for (unsigned j = 0; j < DENSITY_BASIS; j++) {
            double product = density_norm(i) * density_norm(j);
            for (unsigned axis = 0; axis < 3; axis++)
                product *= density_overlap_axis(s->atom[i / 4][axis], s->atom[j / 4][axis],
                                                density_power(i, axis), density_power(j, axis));
            double mean = 0.5 * (level[i % 4 != 0] + level[j % 4 != 0]);
            s->overlap[i][j] = product;
            s->hamilton[i][j] = (i == j ? 1 : 1.75) * mean * product;
        }
}

/* overlap = root root^T, then hamilton = root^-1 hamilton root^-T. */
WORK_TIMED static void density_orthogonal(struct density_state *s)
{
    for (unsigned i = 0; i < DENSITY_BASIS; i++)
        for (unsigned j = 0; j <= i; j++) {
            double sum = s->overlap[i][j];
            for (unsigned k = 0; k < j; k++)
                sum -= s->root[i][k] * s->root[j][k];
            s->root[i][j] = i == j ? timed_sqrt(sum) : sum / s->root[j][j];
        }
    for (unsigned side = 0; side < 2; side++) /* rows, then columns: it is symmetric */
        for (unsigned c = 0; c < DENSITY_BASIS; c++)
            for (unsigned i = 0; i < DENSITY_BASIS; i++) {
                double *at = side ? &s->hamilton[c][i] : &s->hamilton[i][c];
                for (unsigned k = 0; k < i; k++)
                    *at -= s->root[i][k] * (side ? s->hamilton[c][k] : s->hamilton[k][c]);
                *at /= s->root[i][i];
            }
}

WORK_TIMED static void density_rotate(double *a, double *b, double c, double t)
{
    double x = *a, y = *b;
    *a = c * x - t * y;
    *b = t * x + c * y;
}

/* Jacobi's rotations until hamilton is diagonal; the vectors are columns. */
WORK_TIMED static void density_diagonalise(struct density_state *s)
{
    for (unsigned i = 0; i < DENSITY_BASIS; i++)
        for (unsigned j = 0; j < DENSITY_BASIS; j++)
            s->vector[i][j] = i == j;
    for (unsigned n = 0; n < DENSITY_SWEEPS; n++)
        for (unsigned p = 0; p < DENSITY_BASIS; p++)
            for (unsigned q = p + 1; q < DENSITY_BASIS; q++) {
                double off = s->hamilton[p][q];
                if (timed_abs(off) < 1e-18)
                    continue;
                double theta = (s->hamilton[q][q] - s->hamilton[p][p]) / (2 * off);
                double t = 1 / (timed_abs(theta) + timed_sqrt(theta * theta + 1));
                if (theta < 0)
                    t = -t;
                double c = 1 / timed_sqrt(t * t + 1);
                for (unsigned k = 0; k < DENSITY_BASIS; k++)
                    density_rotate(&s->hamilton[k][p], &s->hamilton[k][q], c, t * c);
                for (unsigned k = 0; k < DENSITY_BASIS; k++)
                    density_rotate(&s->hamilton[p][k], &s->hamilton[q][k], c, t * c);
                for (unsigned k = 0; k < DENSITY_BASIS; k++)
                    density_rotate(&s->vector[k][p], &s->vector[k][q], c, t * c);
            }
}

/* Two electrons in each of the lowest orbitals. */
WORK_TIMED static void density_fill(struct density_state *s)
{
    bool taken[DENSITY_BASIS];
    for (unsigned i = 0; i < DENSITY_BASIS; i++) {
        taken[i] = false;
        for (unsigned j = 0; j < DENSITY_BASIS; j++)
            s->density[i][j] = 0;
    }
    for (unsigned n = 0; n < DENSITY_OCCUPIED; n++) {
        unsigned low = DENSITY_BASIS;
        for (unsigned i = 0; i < DENSITY_BASIS; i++)
            if (!taken[i] && (low == DENSITY_BASIS || s->hamilton[i][i] < s->hamilton[low][low]))
                low = i;
        taken[low] = true;
        double c[DENSITY_BASIS]; /* root^-T times the vector */
        for (unsigned i = DENSITY_BASIS; i-- > 0;) {
            c[i] = s->vector[i][low];
            for (unsigned k = i + 1; k < DENSITY_BASIS; k++)
                c[i] -= s->root[k][i] * c[k];
            c[i] /= s->root[i][i];
        }
        for (unsigned i = 0; i < DENSITY_BASIS; i++)
            for (unsigned j = 0; j < DENSITY_BASIS; j++)
                s->density[i][j] += 2 * c[i] * c[j];
    }
}

/* A product of two functions along one axis, on the points first..last-1 where it counts. */
struct density_axis {
    unsigned first, last;
    double value[DENSITY_GRID + 1];
};
WORK_TIMED static void density_product(struct density_axis *out, double a, double b, unsigned i,
                                       unsigned j)
{
    const double p = 2 * DENSITY_EXPONENT, reach = timed_sqrt(DENSITY_EXTENT / p);
    double middle = 0.5 * (a + b);
    double less = 0.5 * DENSITY_EXPONENT * (a - b) * (a - b);
    out->first = (unsigned)((middle - reach) / DENSITY_SPACING + 1);
    out->last = (unsigned)((middle + reach) / DENSITY_SPACING + 1);
    for (unsigned n = out->first; n < out->last; n++) {
        double x = n * DENSITY_SPACING, far = x - middle;
        double value = density_exp(-p * far * far - less);
        out->value[n] = value * (i ? x - a : 1) * (j ? x - b : 1);
    }
    out->value[out->last] = 0; /* so that pairs fit */
}

WORK_TIMED static void density_add(struct density_state *s, unsigned i, unsigned j)
{
    struct density_axis axis[3];
    double size = s->density[i][j] * density_norm(i) * density_norm(j) * (i == j ? 1 : 2);
    for (unsigned k = 0; k < 3; k++)
        density_product(&axis[k], s->atom[i / 4][k], s->atom[j / 4][k], density_power(i, k),
                        density_power(j, k));
    for (unsigned x = axis[0].first; x < axis[0].last; x++)
        for (unsigned y = axis[1].first; y < axis[1].last; y++) {
            double plane = size * axis[0].value[x] * axis[1].value[y];
            density_pair both = {plane, plane};
            double *line = s->rho + (x * DENSITY_GRID + y) * DENSITY_GRID;
            for (unsigned z = axis[2].first; z < axis[2].last; z += 2)
                *(density_pair *)(line + z) += both * *(const density_pair *)(axis[2].value + z);
        }
}

WORK_TIMED static void density_on_grid(struct density_state *s)
{
    for (size_t i = 0; i < DENSITY_POINTS; i++)
        s->rho[i] = 0;
    for (unsigned i = 0; i < DENSITY_BASIS; i++)
        for (unsigned j = 0; j <= i; j++)
            if (timed_abs(s->density[i][j]) > 1e-9)
                density_add(s, i, j);
}

/* Along z the values are real; along y, then x, complex. */
WORK_TIMED static void density_fourier_z(struct density_state *s, const double *plane)
{
    for (unsigned y = 0; y < DENSITY_GRID; y++) {
        density_pair sum[DENSITY_H];
        for (unsigned l = 0; l < DENSITY_H; l++)
            sum[l] = (density_pair){0, 0};
        for (unsigned z = 0; z < DENSITY_GRID; z++) {
            double value = plane[y * DENSITY_GRID + z];
            density_pair both = {value, value};
            for (unsigned l = 0; l < DENSITY_H; l++)
                sum[l] += both * *(const density_pair *)s->wave[z][l];
        }
        for (unsigned l = 0; l < DENSITY_H; l++)
            *(density_pair *)s->by_z[y][l] = sum[l];
    }
}
WORK_TIMED static inline void density_multiply_add(double sum[2], const double a[2],
                                                   const double b[2])
{
    sum[0] += a[0] * b[0] - a[1] * b[1];
    sum[1] += a[0] * b[1] + a[1] * b[0];
}
WORK_TIMED static void density_fourier(struct density_state *s)
{
    const double cell = DENSITY_SPACING * DENSITY_SPACING * DENSITY_SPACING;
    for (unsigned x = 0; x < DENSITY_GRID; x++) {
        density_fourier_z(s, s->rho + (size_t)x * DENSITY_GRID * DENSITY_GRID);
        for (unsigned k = 0; k < DENSITY_H; k++)
            for (unsigned l = 0; l < DENSITY_H; l++) {
                double sum[2] = {0, 0};
                for (unsigned y = 0; y < DENSITY_GRID; y++)
                    density_multiply_add(sum, s->by_z[y][l], s->wave[y][k]);
                s->by_y[x][k][l][0] = sum[0];
                s->by_y[x][k][l][1] = sum[1];
            }
    }
    for (unsigned h = 0; h < DENSITY_H; h++)
        for (unsigned k = 0; k < DENSITY_H; k++)
            for (unsigned l = 0; l < DENSITY_H; l++) {
                double sum[2] = {0, 0};
                for (unsigned x = 0; x < DENSITY_GRID; x++)
                    density_multiply_add(sum, s->by_y[x][k][l], s->wave[x][h]);
                s->factor[h][k][l][0] = sum[0] * cell;
                s->factor[h][k][l][1] = sum[1] * cell;
            }
}

WORK_TIMED static uint64_t density_execute(void *state)
{
    struct density_state *s = state;
    density_integrals(s);
    density_orthogonal(s);
    density_diagonalise(s);
    density_fill(s);
    density_on_grid(s);
    density_fourier(s);
    uint64_t digest = digest_fold_array(465, s->rho, DENSITY_POINTS);
    return digest_fold_array(digest, &s->factor[0][0][0][0],
                             (size_t)2 * DENSITY_H * DENSITY_H * DENSITY_H);
}

static int density_make(struct work *w, void *state)
{
    (void)w;
    struct density_state *s = state;
    for (unsigned i = 0; i < DENSITY_ATOMS; i++) {
        double sine, cosine;
        timed_sincos(i * DENSITY_PI / 3, &sine, &cosine);
        s->atom[i][0] = 0.5 * DENSITY_EDGE + 2.64 * cosine;
        s->atom[i][1] = 0.5 * DENSITY_EDGE + 2.64 * sine;
        s->atom[i][2] = 0.5 * DENSITY_EDGE + (i & 1 ? 0.1 : -0.1); /* a little puckered */
    }
    for (unsigned x = 0; x < DENSITY_GRID; x++)
        for (unsigned h = 0; h < DENSITY_H; h++)
            timed_sincos(2 * DENSITY_PI * (h * x % DENSITY_GRID) / DENSITY_GRID, &s->wave[x][h][1],
                         &s->wave[x][h][0]);
    return 0;
}

static int density_check(struct work *w, const void *state)
{
    const struct density_state *s = state;
    const double electrons = 2 * DENSITY_OCCUPIED;
    double trace = 0, sum = 0;
    for (unsigned i = 0; i < DENSITY_BASIS; i++)
        for (unsigned j = 0; j < DENSITY_BASIS; j++)
            trace += s->density[i][j] * s->overlap[i][j];
    for (size_t i = 0; i < DENSITY_POINTS; i++)
        sum += s->rho[i];
    sum *= DENSITY_SPACING * DENSITY_SPACING * DENSITY_SPACING;
    if (!(timed_abs(trace - electrons) < 1e-10 * electrons))
        return error_set(w->error, ERROR_SYSTEM,
                         "cfp.density: %.12g electrons in the density matrix, must be %g", trace,
                         electrons);
    if (!(timed_abs(sum - electrons) < 1e-6 * electrons))
        return error_set(w->error, ERROR_SYSTEM,
                         "cfp.density: the density integrates to %.9g electrons, must be %g", sum,
                         electrons);
    double zero = s->factor[0][0][0][0];
    if (!(timed_abs(zero - electrons) < 1e-6 * electrons))
        return error_set(w->error, ERROR_SYSTEM, "cfp.density: F(000) is %.9g, must be %g", zero,
                         electrons);
    return 0;
}

const struct program cfp_density = {
    .id = "cfp.density",
    .state_bytes = sizeof(struct density_state),
    .digest = UINT64_C(0xda5974f6dfdb3a5d),
    .make = density_make,
    .execute = density_execute,
    .check = density_check,
};
