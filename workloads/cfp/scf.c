/* Stands in for 416.gamess: a Hartree-Fock calculation.
 *
 * A chain of ATOMS hydrogen atoms with one function each, a contraction of three s Gaussians
 * (STO-3G, exponent 1.24). Overlap, kinetic and attraction integrals, all two-electron integrals
 * over pairs of pairs, then ITERATIONS rounds of the self-consistent field: Fock matrix, Jacobi's
 * diagonaliser, density. Boys' function comes from a table by a Taylor series. An execution does
 * this for GEOMETRIES lengths of the bonds.
 *
 * Working set: 0.6 MB: bound by arithmetic. Checked: the density holds the electrons there are and
 * is idempotent, the energy falls in each round, and the virial is near 2. */
#include <config.h>

#include "workloads/cfp/field.h"
#include "workloads/program/timed_math.h"

#define ATOMS       16
#define GAUSSIANS   3
#define PRIMITIVES  (GAUSSIANS * GAUSSIANS) /* of a pair of functions */
#define PAIRS       (ATOMS * (ATOMS + 1) / 2)
#define ITERATIONS  12
#define SWEEPS      8
#define GEOMETRIES  2
#define ZETA        1.24
#define PI          3.141592653589793

#define FARTHEST    -300.0 /* exponent of products that are as good as zero */

#define BOYS_STEP   0.125
#define BOYS_POINTS 288 /* up to 36, where the asymptotic form is exact to the last bits */
#define BOYS_ORDER  8

typedef double square[ATOMS][ATOMS];

/* The product of two Gaussians is a Gaussian. */
struct primitive {
    double exponent, centre, factor;
};

struct scf_state {
    size_t n;                           /* atoms, even */
    double geometry[GEOMETRIES][ATOMS]; /* places to calculate with, one after the other */
    double place[ATOMS];
    double boys[BOYS_POINTS + 1][BOYS_ORDER]; /* F_0, F_1, ... */
    struct primitive pair[PAIRS][PRIMITIVES];
    double repulsion[ATOMS][ATOMS][ATOMS][ATOMS]; /* (ij|kl) */
    square overlap, kinetic, core, fock, density, orthogonal, rotated, vectors, half;
    double level[ATOMS], energy[ITERATIONS], kinetic_energy;
};

/* F_m(t) by its series, every term of which is positive. */
static double boys_series(unsigned m, double t)
{
    double term = 1 / (2.0 * m + 1), sum = term;
    for (unsigned i = 1; term > 1e-18 * sum; i++) {
        term *= 2 * t / (2.0 * m + 2.0 * i + 1);
        sum += term;
    }
    return timed_exp(-t) * sum;
}

/* F_0(t): the mean of exp(-t u^2) over 0 < u < 1. */
WORK_TIMED static inline double boys(const struct scf_state *s, double t)
{
    if (t >= BOYS_STEP * (BOYS_POINTS - 1))
        return 0.5 * timed_sqrt(PI / t);
    const int point = (int)(t * (1 / BOYS_STEP) + 0.5);
    const double *f = s->boys[point], d = point * BOYS_STEP - t;
    double sum = f[BOYS_ORDER - 1];
    for (unsigned m = BOYS_ORDER - 1; m > 0; m--)
        sum = f[m - 1] + sum * d / m;
    return sum;
}

WORK_TIMED static inline size_t pair_index(size_t i, size_t j)
{
    return i >= j ? i * (i + 1) / 2 + j : j * (j + 1) / 2 + i;
}

/* Exponents and coefficients of STO-3G's 1s; normalisation is in the factor. */
WORK_TIMED static void find_pairs(struct scf_state *s)
{
    static const double exponent[GAUSSIANS] = {2.227660584, 0.405771156, 0.109818};
    static const double weight[GAUSSIANS] = {0.154328967, 0.535328142, 0.444634542};
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = 0; j <= i; j++)
            for (unsigned k = 0; k < PRIMITIVES; k++) {
                struct primitive *p = &s->pair[pair_index(i, j)][k];
                const double a = exponent[k / GAUSSIANS] * ZETA * ZETA;
                const double b = exponent[k % GAUSSIANS] * ZETA * ZETA;
                const double apart = s->place[i] - s->place[j];
                const double na = 2 * a / PI, nb = 2 * b / PI, norm = timed_sqrt(na * nb);
                p->exponent = a + b;
                p->centre = (a * s->place[i] + b * s->place[j]) / (a + b);
                p->factor = weight[k / GAUSSIANS] * weight[k % GAUSSIANS] * norm *
                            timed_sqrt(norm) *
                            timed_exp(timed_max(-a * b / (a + b) * apart * apart, FARTHEST));
            }
}

/* Overlap, kinetic energy, and kinetic energy with the attraction of all nuclei. */
WORK_TIMED static void find_one_electron(struct scf_state *s)
{
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = 0; j <= i; j++) {
            double overlap = 0, kinetic = 0, attraction = 0;
            for (unsigned k = 0; k < PRIMITIVES; k++) {
                const struct primitive *p = &s->pair[pair_index(i, j)][k];
                const double ratio = PI / p->exponent;
                const double volume = p->factor * ratio * timed_sqrt(ratio);
                /* a b / (a + b), from the distances of the centre to the two nuclei */
                const double first = s->pair[pair_index(i, i)][k / GAUSSIANS * 4].exponent / 2;
                const double reduced = first * (p->exponent - first) / p->exponent;
                const double apart = s->place[i] - s->place[j];
                overlap += volume;
                kinetic += volume * reduced * (3 - 2 * reduced * apart * apart);
                for (size_t c = 0; c < s->n; c++) {
                    const double d = p->centre - s->place[c];
                    attraction -= 2 * ratio * p->factor * boys(s, p->exponent * d * d);
                }
            }
            s->overlap[i][j] = s->overlap[j][i] = overlap;
            s->kinetic[i][j] = s->kinetic[j][i] = kinetic;
            s->core[i][j] = s->core[j][i] = kinetic + attraction;
        }
}

WORK_TIMED static double repulsion(const struct scf_state *s, const struct primitive *p,
                                   const struct primitive *q)
{
    double sum = 0;
    for (unsigned k = 0; k < PRIMITIVES; k++)
        for (unsigned l = 0; l < PRIMITIVES; l++) {
            const double a = p[k].exponent, b = q[l].exponent, d = p[k].centre - q[l].centre;
            const double inverse = 1 / (a + b);
            sum += p[k].factor * q[l].factor / (a * b) * timed_sqrt(inverse) *
                   boys(s, a * b * inverse * d * d);
        }
    return 34.986836655249725 * sum; /* 2 pi^(5/2) */
}

/* Each of the eightfold equal integrals once, put in all of its places. */
WORK_TIMED static void find_repulsions(struct scf_state *s)
{
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = 0; j <= i; j++)
            for (size_t k = 0; k <= i; k++)
                for (size_t l = 0; l <= k; l++) {
                    const size_t ij = pair_index(i, j), kl = pair_index(k, l);
                    if (kl > ij)
                        continue;
                    const double v = repulsion(s, s->pair[ij], s->pair[kl]);
                    s->repulsion[i][j][k][l] = s->repulsion[j][i][k][l] = v;
                    s->repulsion[i][j][l][k] = s->repulsion[j][i][l][k] = v;
                    s->repulsion[k][l][i][j] = s->repulsion[l][k][i][j] = v;
                    s->repulsion[k][l][j][i] = s->repulsion[l][k][j][i] = v;
                }
}

/* Turns a symmetric matrix into its eigenvalues, on the diagonal; the columns of v are its
 * eigenvectors. */
WORK_TIMED static void diagonalise(size_t n, square a, square v)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            v[i][j] = i == j;
    for (unsigned sweep = 0; sweep < SWEEPS; sweep++)
        for (size_t p = 0; p < n; p++)
            for (size_t q = p + 1; q < n; q++) {
                if (timed_abs(a[p][q]) < 1e-18)
                    continue;
                const double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
                const double size = timed_abs(theta) + timed_sqrt(theta * theta + 1);
                const double t = theta < 0 ? -1 / size : 1 / size;
                const double c = 1 / timed_sqrt(t * t + 1), sine = t * c;
                for (size_t k = 0; k < n; k++) {
                    const double x = a[k][p], y = a[k][q], vx = v[k][p], vy = v[k][q];
                    a[k][p] = c * x - sine * y;
                    a[k][q] = sine * x + c * y;
                    v[k][p] = c * vx - sine * vy;
                    v[k][q] = sine * vx + c * vy;
                }
                for (size_t k = 0; k < n; k++) {
                    const double x = a[p][k], y = a[q][k];
                    a[p][k] = c * x - sine * y;
                    a[q][k] = sine * x + c * y;
                }
            }
}

/* c = a b, or a^T b */
WORK_TIMED static void multiply(size_t n, bool transposed, const square a, const square b, square c)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double sum = 0;
            for (size_t k = 0; k < n; k++)
                sum += (transposed ? a[k][i] : a[i][k]) * b[k][j];
            c[i][j] = sum;
        }
}

/* orthogonal = overlap^(-1/2) */
WORK_TIMED static void orthogonalise(struct scf_state *s)
{
    const size_t n = s->n;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            s->rotated[i][j] = s->overlap[i][j];
    diagonalise(n, s->rotated, s->vectors);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double sum = 0;
            for (size_t k = 0; k < n; k++)
                sum += s->vectors[i][k] * s->vectors[j][k] / timed_sqrt(s->rotated[k][k]);
            s->orthogonal[i][j] = sum;
        }
}

/* The Fock matrix of the density, and the electrons' energy. */
WORK_TIMED static double find_fock(struct scf_state *s)
{
    double energy = 0;
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = 0; j < s->n; j++) {
            double sum = 0;
            for (size_t k = 0; k < s->n; k++)
                for (size_t l = 0; l < s->n; l++)
                    sum += s->density[k][l] *
                           (s->repulsion[i][j][k][l] - 0.5 * s->repulsion[i][k][j][l]);
            s->fock[i][j] = s->core[i][j] + sum;
            energy += 0.5 * s->density[i][j] * (s->core[i][j] + s->fock[i][j]);
        }
    return energy;
}

/* The density of the lowest orbitals, two electrons in each. */
WORK_TIMED static void find_density(struct scf_state *s)
{
    const size_t n = s->n;
    bool taken[ATOMS];
    multiply(n, false, s->fock, s->orthogonal, s->half);
    multiply(n, true, s->orthogonal, s->half, s->rotated);
    diagonalise(n, s->rotated, s->half);
    multiply(n, false, s->orthogonal, s->half, s->vectors);
    for (size_t i = 0; i < n; i++) {
        taken[i] = false;
        s->level[i] = s->rotated[i][i];
        for (size_t j = 0; j < n; j++)
            s->density[i][j] = 0;
    }
    for (size_t pair = 0; pair < n / 2; pair++) {
        size_t lowest = n;
        for (size_t k = 0; k < n; k++)
            if (!taken[k] && (lowest == n || s->level[k] < s->level[lowest]))
                lowest = k;
        taken[lowest] = true;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                s->density[i][j] += 2 * s->vectors[i][lowest] * s->vectors[j][lowest];
    }
}

/* With the nuclei at places[n]. Starts from the orbitals of the bare nuclei. */
WORK_TIMED static void scf_solve(struct scf_state *s, const double *places)
{
    double nuclei = 0;
    for (size_t i = 0; i < s->n; i++)
        s->place[i] = places[i];
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = 0; j < i; j++)
            nuclei += 1 / timed_abs(s->place[i] - s->place[j]);
    find_pairs(s);
    find_one_electron(s);
    find_repulsions(s);
    orthogonalise(s);
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = 0; j < s->n; j++)
            s->fock[i][j] = s->core[i][j];
    for (unsigned iteration = 0; iteration < ITERATIONS; iteration++) {
        find_density(s);
        s->energy[iteration] = find_fock(s) + nuclei;
    }
    s->kinetic_energy = field_dot(s->density[0], s->kinetic[0], ATOMS * ATOMS);
}

/* Molecules of H2 in a row: bonds of `bond` in the last geometry, shorter ones before; 2.5 from one
 * molecule to the next. */
static void scf_start(struct scf_state *s, size_t n, double bond)
{
    s->n = n;
    for (size_t g = 0; g < GEOMETRIES; g++)
        for (size_t i = 0; i < n; i++) {
            double length = bond - 0.2 * (double)(GEOMETRIES - 1 - g);
            s->geometry[g][i] = (double)(i / 2) * (length + 2.5) + (i & 1 ? length : 0);
        }
    for (unsigned point = 0; point <= BOYS_POINTS; point++)
        for (unsigned m = 0; m < BOYS_ORDER; m++)
            s->boys[point][m] = boys_series(m, point * BOYS_STEP);
}

static int scf_make(struct work *w, void *state)
{
    (void)w;
    scf_start(state, ATOMS, 1.4);
    return 0;
}

WORK_TIMED static uint64_t scf_execute(void *state)
{
    struct scf_state *s = state;
    uint64_t digest = 416;
    for (unsigned g = 0; g < GEOMETRIES; g++) {
        scf_solve(s, s->geometry[g]);
        digest = digest_fold(digest, field_digest(s->energy, ITERATIONS));
    }
    digest = digest_fold(digest, field_digest(s->density[0], ATOMS * ATOMS));
    return digest_fold(digest, field_digest(s->repulsion[0][0][0], ATOMS * ATOMS * ATOMS * ATOMS));
}

/* Electrons counted minus electrons there, the largest element of D S D - 2 D, the largest rise of
 * the energy from round to round, and -potential / kinetic energy, which is about 2 at rest. */
struct scf_errors {
    double electrons, idempotency, rise, virial;
};
static struct scf_errors scf_judge(const struct scf_state *s)
{
    struct scf_errors e = {-(double)s->n, 0, -1e300, 0};
    square ds, dsd;
    multiply(s->n, false, s->density, s->overlap, ds);
    multiply(s->n, false, (const double(*)[ATOMS])ds, s->density, dsd);
    for (size_t i = 0; i < s->n; i++) {
        e.electrons += ds[i][i];
        for (size_t j = 0; j < s->n; j++)
            e.idempotency = timed_max(e.idempotency, timed_abs(dsd[i][j] - 2 * s->density[i][j]));
    }
    for (unsigned i = 1; i < ITERATIONS; i++)
        e.rise = timed_max(e.rise, s->energy[i] - s->energy[i - 1]);
    e.virial = 1 - s->energy[ITERATIONS - 1] / s->kinetic_energy;
    return e;
}

static int scf_check(struct work *w, const void *state)
{
    struct scf_errors e = scf_judge(state);
    if (timed_abs(e.electrons) < 1e-10 && e.idempotency < 1e-10 && e.rise < 1e-10 &&
        timed_abs(e.virial - 2) < 0.2)
        return 0;
    return error_set(
        w->error, ERROR_SYSTEM,
        "%s: electrons are off by %.1e, the density by %.1e; the energy rises by %.1e; "
        "virial %.3f",
        w->workload->id, e.electrons, e.idempotency, e.rise, e.virial);
}

const struct program cfp_scf = {
    .id = "cfp.scf",
    .state_bytes = sizeof(struct scf_state),
    .digest = UINT64_C(0x12300c110bb5febe),
    .make = scf_make,
    .execute = scf_execute,
    .check = scf_check,
};
