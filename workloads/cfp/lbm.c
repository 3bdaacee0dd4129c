/* lbm - stands in for 470.lbm: a flow between two plates by the lattice Boltzmann method.
 *
 * D3Q19 with the collision of Bhatnagar, Gross and Krook: each cell holds the densities of 19
 * directions of flight; a step draws them from the neighbours, lets them relax towards the local
 * equilibrium and adds the push of a constant force (Guo's term). The plates lie half a cell
 * outside the first and last layer in z and turn back what arrives; x and y are periodic.
 *
 * Two lattices of 130 MB: the input and what one step makes of it; both are gone through once. The
 * input is the steady flow, a parabola in z, with the shear stress that belongs to it and a sound
 * wave across it.
 *
 * Checked: mass is the same to 1e-12, and the flow averaged over each layer is Poiseuille's to 1 %.
 * That the method finds this flow from rest is shown by a test. */
#include <config.h>

#include "workloads/program/digest_array.h"
#include "workloads/program/timed_math.h"

#define LBM_Q 19

struct lbm_grid {
    size_t nx, ny, nz;
    double tau, force; /* relaxation time; force along x per cell */
};

static const struct lbm_grid lbm_full = {128, 128, 52, 0.8, 1e-6};

#define LBM_CELLS ((size_t)128 * 128 * 52)

struct lbm_state {
    double input[LBM_CELLS * LBM_Q];
    double result[LBM_CELLS * LBM_Q];
};

/* Directions; number 2 k is the opposite of 2 k - 1. */
static const signed char lbm_x[LBM_Q] = {0,  1, -1, 0, 0,  0, 0, 1, -1, 1,
                                         -1, 1, -1, 1, -1, 0, 0, 0, 0};
static const signed char lbm_y[LBM_Q] = {0, 0, 0, 1, -1, 0, 0,  1, -1, -1,
                                         1, 0, 0, 0, 0,  1, -1, 1, -1};
static const signed char lbm_z[LBM_Q] = {0, 0, 0,  0,  0, 1, -1, 0,  0, 0,
                                         0, 1, -1, -1, 1, 1, -1, -1, 1};
static const double lbm_weight[LBM_Q] = {1.0 / 3,  1.0 / 18, 1.0 / 18, 1.0 / 18, 1.0 / 18,
                                         1.0 / 18, 1.0 / 18, 1.0 / 36, 1.0 / 36, 1.0 / 36,
                                         1.0 / 36, 1.0 / 36, 1.0 / 36, 1.0 / 36, 1.0 / 36,
                                         1.0 / 36, 1.0 / 36, 1.0 / 36, 1.0 / 36};

WORK_TIMED static inline unsigned lbm_opposite(unsigned q)
{
    return q ? ((q - 1) ^ 1) + 1 : 0;
}

/* Density and velocity of a cell; half of the force belongs to the velocity. */
struct lbm_flow {
    double rho, ux, uy, uz;
};
static inline __attribute__((always_inline)) struct lbm_flow lbm_moments(const double *f,
                                                                         double force)
{
    double rho = f[0] + ((f[1] + f[2]) + (f[3] + f[4])) + (f[5] + f[6]) +
                 (((f[7] + f[8]) + (f[9] + f[10])) + ((f[11] + f[12]) + (f[13] + f[14]))) +
                 ((f[15] + f[16]) + (f[17] + f[18]));
    double x = (f[1] - f[2]) + (f[7] - f[8]) + (f[9] - f[10]) + (f[11] - f[12]) + (f[13] - f[14]);
    double y = (f[3] - f[4]) + (f[7] - f[8]) - (f[9] - f[10]) + (f[15] - f[16]) + (f[17] - f[18]);
    double z = (f[5] - f[6]) + (f[11] - f[12]) - (f[13] - f[14]) + (f[15] - f[16]) -
               (f[17] - f[18]);
    double share = 1 / rho;
    return (struct lbm_flow){rho, (x + 0.5 * force) * share, y * share, z * share};
}

/* Both directions of an axis: what they share and what differs in sign. cu is the velocity along
 * the first of them, cx its component along the force. */
static inline __attribute__((always_inline)) void lbm_relax(double *f, unsigned q, double weight,
                                                            const struct lbm_flow *u, double cu,
                                                            double cx, double rest, double omega,
                                                            double push)
{
    double even = weight * (rest + 4.5 * u->rho * cu * cu), odd = weight * 3 * u->rho * cu;
    double push_even = weight * push * (9 * cu * cx - 3 * u->ux), push_odd = weight * push * 3 * cx;
    f[q] = f[q] - omega * (f[q] - (even + odd)) + (push_even + push_odd);
    f[q + 1] = f[q + 1] - omega * (f[q + 1] - (even - odd)) + (push_even - push_odd);
}

static inline __attribute__((always_inline)) void lbm_collide(double *f, double omega, double force)
{
    struct lbm_flow u = lbm_moments(f, force);
    double rest = u.rho * (1 - 1.5 * (u.ux * u.ux + u.uy * u.uy + u.uz * u.uz));
    double push = (1 - 0.5 * omega) * force;
    f[0] = f[0] - omega * (f[0] - rest / 3) - push * u.ux;
    lbm_relax(f, 1, 1.0 / 18, &u, u.ux, 1, rest, omega, push);
    lbm_relax(f, 3, 1.0 / 18, &u, u.uy, 0, rest, omega, push);
    lbm_relax(f, 5, 1.0 / 18, &u, u.uz, 0, rest, omega, push);
    lbm_relax(f, 7, 1.0 / 36, &u, u.ux + u.uy, 1, rest, omega, push);
    lbm_relax(f, 9, 1.0 / 36, &u, u.ux - u.uy, 1, rest, omega, push);
    lbm_relax(f, 11, 1.0 / 36, &u, u.ux + u.uz, 1, rest, omega, push);
    lbm_relax(f, 13, 1.0 / 36, &u, u.ux - u.uz, 1, rest, omega, push);
    lbm_relax(f, 15, 1.0 / 36, &u, u.uy + u.uz, 0, rest, omega, push);
    lbm_relax(f, 17, 1.0 / 36, &u, u.uy - u.uz, 0, rest, omega, push);
}

/* A line of cells along x: for each direction the line that it comes from; NULL where that is a
 * plate, and the line's own opposite direction comes back. */
WORK_TIMED static void lbm_line(const struct lbm_grid *g, const double *from, double *to, size_t y,
                                size_t z)
{
    const double *line[LBM_Q];
    unsigned part[LBM_Q];
    size_t shift[LBM_Q], n = g->nx;
    for (unsigned q = 0; q < LBM_Q; q++) {
        size_t ys = (y + g->ny - (size_t)lbm_y[q]) % g->ny, zs = z - (size_t)lbm_z[q];
        bool plate = zs >= g->nz;
        line[q] = from + (plate ? z * g->ny + y : zs * g->ny + ys) * n * LBM_Q;
        part[q] = plate ? lbm_opposite(q) : q;
        shift[q] = plate ? 0 : (n - (size_t)lbm_x[q]) % n;
    }
    double omega = 1 / g->tau;
    double *out = to + (z * g->ny + y) * n * LBM_Q;
    for (size_t x = 0; x < n; x++, out += LBM_Q) {
        double f[LBM_Q];
        for (unsigned q = 0; q < LBM_Q; q++) {
            size_t xs = x + shift[q];
            f[q] = line[q][(xs < n ? xs : xs - n) * LBM_Q + part[q]];
        }
        lbm_collide(f, omega, g->force);
        for (unsigned q = 0; q < LBM_Q; q++)
            out[q] = f[q];
    }
}

WORK_TIMED static void lbm_step(const struct lbm_grid *g, const double *from, double *to)
{
    for (size_t z = 0; z < g->nz; z++)
        for (size_t y = 0; y < g->ny; y++)
            lbm_line(g, from, to, y, z);
}

WORK_TIMED static uint64_t lbm_execute(void *state)
{
    struct lbm_state *s = state;
    lbm_step(&lbm_full, s->input, s->result);
    return digest_fold_array(470, s->result, LBM_CELLS * LBM_Q);
}

/* Poiseuille's parabola at the middle of a layer. */
static double lbm_poiseuille(const struct lbm_grid *g, size_t z)
{
    double viscosity = (g->tau - 0.5) / 3, at = (double)z + 0.5;
    return g->force / (2 * viscosity) * at * ((double)g->nz - at);
}

/* Equilibrium of a velocity along x, and what a shear d ux / d z adds to it; uz is the sound
 * wave's.
 */
static void lbm_set(const struct lbm_grid *g, double *f, double ux, double uz, double shear)
{
    for (unsigned q = 0; q < LBM_Q; q++) {
        double cu = lbm_x[q] * ux + lbm_z[q] * uz;
        f[q] = lbm_weight[q] * (1 + 3 * cu + 4.5 * cu * cu - 1.5 * (ux * ux + uz * uz) -
                                3 * g->tau * lbm_x[q] * lbm_z[q] * shear);
    }
}

static int lbm_make(struct work *w, void *state)
{
    (void)w;
    const struct lbm_grid *g = &lbm_full;
    struct lbm_state *s = state;
    double viscosity = (g->tau - 0.5) / 3;
    double *f = s->input;
    for (size_t z = 0; z < g->nz; z++)
        for (size_t y = 0; y < g->ny; y++)
            for (size_t x = 0; x < g->nx; x++, f += LBM_Q) {
                double wave = 6.283185307179586 * (double)(x + 2 * y) / 128;
                double shear = g->force / viscosity * (0.5 * (double)g->nz - (double)z - 0.5);
                lbm_set(g, f, lbm_poiseuille(g, z), 1e-4 * timed_sin(wave), shear);
            }
    return 0;
}

static double lbm_mass(const struct lbm_grid *g, const double *f)
{
    double mass = 0;
    for (size_t i = 0; i < g->nx * g->ny * g->nz; i++)
        mass += lbm_moments(f + i * LBM_Q, 0).rho;
    return mass;
}

/* The velocity of a layer. */
static double lbm_mean(const struct lbm_grid *g, const double *f, size_t z)
{
    double sum = 0;
    f += z * g->nx * g->ny * LBM_Q;
    for (size_t i = 0; i < g->nx * g->ny; i++)
        sum += lbm_moments(f + i * LBM_Q, g->force).ux;
    return sum / (double)(g->nx * g->ny);
}

static int lbm_check(struct work *w, const void *state)
{
    const struct lbm_state *s = state;
    const struct lbm_grid *g = &lbm_full;
    double drift = lbm_mass(g, s->result) / lbm_mass(g, s->input) - 1;
    if (!(timed_abs(drift) < 1e-12))
        return error_set(w->error, ERROR_SYSTEM, "cfp.lbm: the mass drifts by %g", drift);
    for (size_t z = 0; z < g->nz; z++) {
        double is = lbm_mean(g, s->result, z), must = lbm_poiseuille(g, z);
        if (!(timed_abs(is - must) < 0.01 * must))
            return error_set(w->error, ERROR_SYSTEM,
                             "cfp.lbm: layer %zu flows at %g, by Poiseuille at %g", z, is, must);
    }
    return 0;
}

const struct program cfp_lbm = {
    .id = "cfp.lbm",
    .state_bytes = sizeof(struct lbm_state),
    .digest = UINT64_C(0x4b7036dfdda7be3e),
    .make = lbm_make,
    .execute = lbm_execute,
    .check = lbm_check,
};
