/* Stands in for 447.dealII: finite elements with refinement.
 *
 * -div (a grad u) = f in the unit cube, u = 0 around, trilinear hexahedra. On each of three grids,
 * every one twice as fine as the one before: the pattern of the sparse matrix, assembly by Gauss's
 * quadrature of the elements' matrices and a walk along each row for its entries' places, and
 * conjugate gradients preconditioned by symmetric Gauss-Seidel, from the coarser grid's solution;
 * few iterations are needed on the fine grids (a cascade).
 *
 * Working set: 16 MB, of which the matrix (14 MB) is read twice per iteration. Checked: the
 * distance to the solution that f was made from, in the mean square. */
#include <config.h>

#include "workloads/cfp/field.h"
#include "workloads/program/timed_math.h"

#define SIDE     36 /* elements of the finest grid's side */
#define LEVELS   3
#define UNKNOWNS ((size_t)(SIDE - 1) * (SIDE - 1) * (SIDE - 1))
#define CORNERS  8
#define PI       3.141592653589793

static const unsigned fem_iterations[LEVELS] = {24, 8, 2};

struct fem_state {
    size_t n;                                  /* elements of a side of the present grid */
    double shape[CORNERS][CORNERS];            /* of a corner at a point of the quadrature */
    double product[CORNERS][CORNERS][CORNERS]; /* point, corner, corner: gradient times gradient */
    double sine[2 * SIDE], cosine[2 * SIDE];   /* of pi x at the points along a side */
    uint32_t first[UNKNOWNS + 1], diagonal[UNKNOWNS], column[27 * UNKNOWNS];
    double value[27 * UNKNOWNS];
    double b[UNKNOWNS], x[UNKNOWNS], r[UNKNOWNS], z[UNKNOWNS], p[UNKNOWNS], ap[UNKNOWNS];
};

/* The coordinate, in elements, of the quadrature's points along a side: two in each element. */
WORK_TIMED static inline double gauss_point(size_t i)
{
    return (double)(i / 2) + 0.5 + (i & 1 ? 0.28867513459481287 : -0.28867513459481287);
}

WORK_TIMED static inline size_t unknowns_of(size_t n)
{
    return (n - 1) * (n - 1) * (n - 1);
}

/* Inner nodes only. */
WORK_TIMED static inline size_t node_index(size_t i, size_t j, size_t k, size_t n)
{
    return ((k - 1) * (n - 1) + j - 1) * (n - 1) + i - 1;
}

/* An inner node has the nodes of the elements around it in its row, in rising order. */
WORK_TIMED static void find_pattern(struct fem_state *s)
{
    const size_t n = s->n;
    size_t row = 0;
    uint32_t entry = 0;
    for (size_t k = 1; k < n; k++)
        for (size_t j = 1; j < n; j++)
            for (size_t i = 1; i < n; i++, row++) {
                s->first[row] = entry;
                s->b[row] = 0;
                for (size_t c = k - 1; c <= k + 1; c++)
                    for (size_t b = j - 1; b <= j + 1; b++)
                        for (size_t a = i - 1; a <= i + 1; a++) {
                            if (!a || !b || !c || a == n || b == n || c == n)
                                continue;
                            const size_t column = node_index(a, b, c, n);
                            if (column == row)
                                s->diagonal[row] = entry;
                            s->column[entry] = (uint32_t)column;
                            s->value[entry++] = 0;
                        }
            }
    s->first[row] = entry;
}

/* The element's matrix and load, a = 1 + x. */
WORK_TIMED static void find_element(const struct fem_state *s, const size_t at[3],
                                    double matrix[CORNERS][CORNERS], double load[CORNERS])
{
    const double h = 1 / (double)s->n;
    for (unsigned i = 0; i < CORNERS; i++) {
        load[i] = 0;
        for (unsigned j = 0; j < CORNERS; j++)
            matrix[i][j] = 0;
    }
    for (unsigned q = 0; q < CORNERS; q++) {
        const size_t x = 2 * at[0] + (q & 1), y = 2 * at[1] + (q >> 1 & 1),
                     z = 2 * at[2] + (q >> 2);
        const double a = 1 + h * gauss_point(x), across = s->sine[y] * s->sine[z];
        const double f = a * 3 * PI * PI * s->sine[x] * across - PI * s->cosine[x] * across;
        const double weight = a * h / CORNERS, volume = f * h * h * h / CORNERS;
        for (unsigned i = 0; i < CORNERS; i++) {
            load[i] += volume * s->shape[q][i];
            for (unsigned j = 0; j <= i; j++)
                matrix[i][j] += weight * s->product[q][i][j];
        }
    }
    for (unsigned i = 0; i < CORNERS; i++)
        for (unsigned j = i + 1; j < CORNERS; j++)
            matrix[i][j] = matrix[j][i];
}

/* Adds an element's row to the matrix. Corners come in rising order, as the columns do. */
WORK_TIMED static inline void add_row(struct fem_state *s, size_t row, const size_t node[CORNERS],
                                      const double value[CORNERS])
{
    uint32_t entry = s->first[row];
    for (unsigned j = 0; j < CORNERS; j++) {
        if (node[j] == SIZE_MAX)
            continue;
        while (s->column[entry] != node[j])
            entry++;
        s->value[entry] += value[j];
    }
}

WORK_TIMED static void assemble(struct fem_state *s)
{
    const size_t n = s->n;
    size_t at[3];
    for (size_t i = 0; i < 2 * n; i++)
        timed_sincos(PI * gauss_point(i) / (double)n, &s->sine[i], &s->cosine[i]);
    for (at[2] = 0; at[2] < n; at[2]++)
        for (at[1] = 0; at[1] < n; at[1]++)
            for (at[0] = 0; at[0] < n; at[0]++) {
                double matrix[CORNERS][CORNERS], load[CORNERS];
                size_t node[CORNERS];
                find_element(s, at, matrix, load);
                for (unsigned c = 0; c < CORNERS; c++) {
                    const size_t i = at[0] + (c & 1), j = at[1] + (c >> 1 & 1),
                                 k = at[2] + (c >> 2);
                    const bool inner = i && j && k && i < n && j < n && k < n;
                    node[c] = inner ? node_index(i, j, k, n) : SIZE_MAX;
                }
                for (unsigned i = 0; i < CORNERS; i++) {
                    if (node[i] == SIZE_MAX)
                        continue;
                    s->b[node[i]] += load[i];
                    add_row(s, node[i], node, matrix[i]);
                }
            }
}

/* y = A x */
WORK_TIMED static void multiply(const struct fem_state *s, const double *x, double *y)
{
    for (size_t row = 0; row < unknowns_of(s->n); row++) {
        double sum = 0;
        for (uint32_t e = s->first[row]; e < s->first[row + 1]; e++)
            sum += s->value[e] * x[s->column[e]];
        y[row] = sum;
    }
}

/* z = M^-1 r by one sweep of Gauss-Seidel forward and one backward. */
WORK_TIMED static void precondition(struct fem_state *s)
{
    const size_t rows = unknowns_of(s->n);
    for (size_t row = 0; row < rows; row++) {
        double sum = s->r[row];
        for (uint32_t e = s->first[row]; e < s->diagonal[row]; e++)
            sum -= s->value[e] * s->z[s->column[e]];
        s->z[row] = sum / s->value[s->diagonal[row]];
    }
    for (size_t row = rows; row-- > 0;) {
        double sum = 0;
        for (uint32_t e = s->diagonal[row] + 1; e < s->first[row + 1]; e++)
            sum += s->value[e] * s->z[s->column[e]];
        s->z[row] -= sum / s->value[s->diagonal[row]];
    }
}

/* From what stands in x. */
WORK_TIMED static void solve(struct fem_state *s, unsigned iterations)
{
    const size_t rows = unknowns_of(s->n);
    multiply(s, s->x, s->ap);
    for (size_t i = 0; i < rows; i++)
        s->r[i] = s->b[i] - s->ap[i];
    precondition(s);
    for (size_t i = 0; i < rows; i++)
        s->p[i] = s->z[i];
    double rho = field_dot(s->r, s->z, rows);
    for (unsigned iteration = 0; iteration < iterations; iteration++) {
        multiply(s, s->p, s->ap);
        const double alpha = rho / field_dot(s->p, s->ap, rows);
        for (size_t i = 0; i < rows; i++) {
            s->x[i] += alpha * s->p[i];
            s->r[i] -= alpha * s->ap[i];
        }
        precondition(s);
        const double before = rho;
        rho = field_dot(s->r, s->z, rows);
        const double beta = rho / before;
        for (size_t i = 0; i < rows; i++)
            s->p[i] = s->z[i] + beta * s->p[i];
    }
}

/* The solution of the grid of n elements on the grid of 2 n, through z. */
WORK_TIMED static void refine(struct fem_state *s)
{
    const size_t n = s->n, fine = 2 * n;
    size_t row = 0;
    for (size_t i = 0; i < unknowns_of(n); i++)
        s->z[i] = s->x[i];
    for (size_t k = 1; k < fine; k++)
        for (size_t j = 1; j < fine; j++)
            for (size_t i = 1; i < fine; i++, row++) {
                double sum = 0;
                for (unsigned c = 0; c < CORNERS; c++) {
                    const size_t x = (i + (c & 1)) / 2, y = (j + (c >> 1 & 1)) / 2,
                                 z = (k + (c >> 2)) / 2;
                    if (x && y && z && x < n && y < n && z < n)
                        sum += s->z[node_index(x, y, z, n)];
                }
                s->x[row] = sum / CORNERS;
            }
    s->n = fine;
}

/* Grids of coarsest, 2 coarsest, ... elements. */
WORK_TIMED static void fem_cascade(struct fem_state *s, size_t coarsest, unsigned levels,
                                   const unsigned *iterations)
{
    s->n = coarsest;
    for (size_t i = 0; i < unknowns_of(coarsest); i++)
        s->x[i] = 0;
    for (unsigned level = 0; level < levels; level++) {
        if (level)
            refine(s);
        find_pattern(s);
        assemble(s);
        solve(s, iterations[level]);
    }
}

/* Shape functions of the unit cube, and products of their gradients. */
static void fem_start(struct fem_state *s)
{
    for (unsigned q = 0; q < CORNERS; q++) {
        double gradient[CORNERS][3];
        for (unsigned c = 0; c < CORNERS; c++) {
            double value[3], slope[3];
            for (unsigned axis = 0; axis < 3; axis++) {
                const double x = gauss_point(q >> axis & 1);
                value[axis] = c >> axis & 1 ? x : 1 - x;
                slope[axis] = c >> axis & 1 ? 1 : -1;
            }
            s->shape[q][c] = value[0] * value[1] * value[2];
            for (unsigned axis = 0; axis < 3; axis++)
                gradient[c][axis] = slope[axis] * value[(axis + 1) % 3] * value[(axis + 2) % 3];
        }
        for (unsigned i = 0; i < CORNERS; i++)
            for (unsigned j = 0; j < CORNERS; j++)
                s->product[q][i][j] = gradient[i][0] * gradient[j][0] +
                                      gradient[i][1] * gradient[j][1] +
                                      gradient[i][2] * gradient[j][2];
    }
}

static int fem_make(struct work *w, void *state)
{
    (void)w;
    fem_start(state);
    return 0;
}

WORK_TIMED static uint64_t fem_execute(void *state)
{
    struct fem_state *s = state;
    fem_cascade(s, SIDE >> (LEVELS - 1), LEVELS, fem_iterations);
    return field_digest(s->x, UNKNOWNS);
}

/* The error's root mean square over the cube, by the quadrature. */
static double fem_error(const struct fem_state *s)
{
    const size_t n = s->n;
    double square = 0;
    for (size_t k = 0; k < 2 * n; k++)
        for (size_t j = 0; j < 2 * n; j++)
            for (size_t i = 0; i < 2 * n; i++) {
                const unsigned q = (unsigned)((i & 1) | (j & 1) << 1 | (k & 1) << 2);
                double u = 0;
                for (unsigned c = 0; c < CORNERS; c++) {
                    const size_t x = i / 2 + (c & 1), y = j / 2 + (c >> 1 & 1),
                                 z = k / 2 + (c >> 2);
                    if (x && y && z && x < n && y < n && z < n)
                        u += s->shape[q][c] * s->x[node_index(x, y, z, n)];
                }
                const double error = u - s->sine[i] * s->sine[j] * s->sine[k];
                square += error * error;
            }
    return timed_sqrt(square / (double)(8 * n * n * n));
}

static int fem_check(struct work *w, const void *state)
{
    const double error = fem_error(state);
    if (error < 1.0 / (SIDE * SIDE)) /* of second order in the size of an element */
        return 0;
    return error_set(w->error, ERROR_SYSTEM, "%s: the solution is off by %.1e", w->workload->id,
                     error);
}

const struct program cfp_fem = {
    .id = "cfp.fem",
    .state_bytes = sizeof(struct fem_state),
    .digest = UINT64_C(0x000a76de4afb54bd),
    .make = fem_make,
    .execute = fem_execute,
    .check = fem_check,
};
