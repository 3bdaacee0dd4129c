/* Stands in for 444.namd: molecular dynamics of chain molecules in double precision.
 *
 * Chains of four atoms with springs for bonds in a Lennard-Jones fluid; atoms of a chain that are
 * one or two bonds apart do not repel, which a mask of bits says for each atom. Cells, a list of
 * pairs with some way to go, forces whose energy ends smoothly at the cut-off, leapfrog. Reduced
 * units. One execution makes the list and does STEPS steps.
 *
 * Working set: 4 MB. Checked: forces and momenta sum to zero, and the energy stays. */
#include <config.h>

#include "workloads/cfp/field.h"
#include "workloads/program/timed_math.h"

#define SIDE       28 /* atoms on a side of the box */
#define ATOMS      ((size_t)SIDE * SIDE * SIDE)
#define CHAIN      4
#define NEIGHBOURS 40 /* room in the list, per atom, on average */
#define STEPS      2

#define SPACING    1.12 /* density 0.71 */
#define CUTOFF     2.0
#define LIST_RANGE 2.25
#define CELLS      15 /* on a side at most */
#define CELL_ROOM  32
#define TIME_STEP  0.001
#define STIFFNESS  400.0

struct place {
    double x, y, z;
};

struct atoms_state {
    size_t n;
    double box;
    struct place start_place[ATOMS], start_velocity[ATOMS];
    struct place place[ATOMS], velocity[ATOMS], force[ATOMS];
    uint32_t excluded[ATOMS]; /* bit k: the atom k + 1 further on */
    uint32_t cell_count[CELLS * CELLS * CELLS];
    uint32_t cell[CELLS * CELLS * CELLS][CELL_ROOM];
    uint32_t first[ATOMS + 1];
    uint32_t list[ATOMS * NEIGHBOURS];
    double potential[STEPS], kinetic[STEPS]; /* at the whole steps */
};

WORK_TIMED static inline __attribute__((always_inline)) double nearest(double d, double box)
{
    if (d > 0.5 * box)
        return d - box;
    return d < -0.5 * box ? d + box : d;
}

WORK_TIMED static inline __attribute__((always_inline)) double
distance(const struct place *a, const struct place *b, double box, struct place *d)
{
    d->x = nearest(a->x - b->x, box);
    d->y = nearest(a->y - b->y, box);
    d->z = nearest(a->z - b->z, box);
    return d->x * d->x + d->y * d->y + d->z * d->z;
}

WORK_TIMED static inline void find_cell(const struct atoms_state *s, size_t atom, uint32_t cells,
                                        uint32_t at[3])
{
    const struct place *p = &s->place[atom];
    const double per = cells / s->box;
    at[0] = (uint32_t)(p->x * per) % cells;
    at[1] = (uint32_t)(p->y * per) % cells;
    at[2] = (uint32_t)(p->z * per) % cells;
}

/* False: a cell is full. */
WORK_TIMED static bool fill_cells(struct atoms_state *s, uint32_t cells)
{
    for (uint32_t c = 0; c < cells * cells * cells; c++)
        s->cell_count[c] = 0;
    for (size_t atom = 0; atom < s->n * s->n * s->n; atom++) {
        uint32_t at[3];
        find_cell(s, atom, cells, at);
        const uint32_t c = (at[2] * cells + at[1]) * cells + at[0];
        if (s->cell_count[c] == CELL_ROOM)
            return false;
        s->cell[c][s->cell_count[c]++] = (uint32_t)atom;
    }
    return true;
}

/* Adds those of a cell's atoms that are near, come after this one and are not excluded. */
WORK_TIMED static inline uint32_t add_neighbours(struct atoms_state *s, size_t atom, uint32_t cell,
                                                 uint32_t count)
{
    const uint32_t excluded = s->excluded[atom];
    for (uint32_t i = 0; i < s->cell_count[cell]; i++) {
        const uint32_t other = s->cell[cell][i];
        struct place d;
        if (other <= atom ||
            distance(&s->place[atom], &s->place[other], s->box, &d) > LIST_RANGE * LIST_RANGE)
            continue;
        const uint64_t apart = other - atom - 1;
        if (apart < 32 && excluded >> apart & 1)
            continue;
        s->list[count++] = other;
    }
    return count;
}

WORK_TIMED static void make_list(struct atoms_state *s)
{
    const size_t atoms = s->n * s->n * s->n;
    uint32_t cells = (uint32_t)(s->box / LIST_RANGE), count = 0;
    if (cells > CELLS)
        cells = CELLS;
    if (cells < 3 || !fill_cells(s, cells))
        cells = 0; /* such a box has no right result */
    for (size_t atom = 0; atom < atoms && cells; atom++) {
        uint32_t at[3];
        s->first[atom] = count;
        find_cell(s, atom, cells, at);
        for (uint32_t c = 0; c < 27; c++) {
            const uint32_t i = (at[0] + cells + c % 3 - 1) % cells,
                           j = (at[1] + cells + c / 3 % 3 - 1) % cells,
                           k = (at[2] + cells + c / 9 - 1) % cells;
            if (count + CELL_ROOM <= ATOMS * NEIGHBOURS)
                count = add_neighbours(s, atom, (k * cells + j) * cells + i, count);
        }
    }
    s->first[atoms] = count;
}

/* Lennard-Jones, less its value and its slope (in the distance's square) at the cut-off: 4 (s^6 -
 * s^3) - shift + slope (r^2 - c^2), s = 1 / r^2. The force, by the distance, goes to *force. */
WORK_TIMED static inline __attribute__((always_inline)) double lennard_jones(double square,
                                                                             double *force)
{
    const double cut = 1 / (CUTOFF * CUTOFF), cut3 = cut * cut * cut;
    const double shift = 4 * (cut3 - 1) * cut3, slope = 12 * (2 * cut3 - 1) * cut3 * cut;
    const double s = 1 / square, s3 = s * s * s;
    *force = 24 * (2 * s3 - 1) * s3 * s - 2 * slope;
    return 4 * (s3 - 1) * s3 - shift + slope * (square - CUTOFF * CUTOFF);
}

/* Bonds along the chains. */
WORK_TIMED static double bond_forces(struct atoms_state *s)
{
    double energy = 0;
    for (size_t a = 0; a + 1 < s->n * s->n * s->n; a++) {
        struct place d;
        if (a % CHAIN == CHAIN - 1)
            continue;
        const double length = timed_sqrt(distance(&s->place[a], &s->place[a + 1], s->box, &d));
        const double f = -STIFFNESS * (length - SPACING) / length;
        energy += 0.5 * STIFFNESS * (length - SPACING) * (length - SPACING);
        s->force[a].x += f * d.x;
        s->force[a].y += f * d.y;
        s->force[a].z += f * d.z;
        s->force[a + 1].x -= f * d.x;
        s->force[a + 1].y -= f * d.y;
        s->force[a + 1].z -= f * d.z;
    }
    return energy;
}

/* Forces on all atoms; returns the potential energy. */
WORK_TIMED static double find_forces(struct atoms_state *s)
{
    const size_t atoms = s->n * s->n * s->n;
    double energy = 0;
    for (size_t a = 0; a < atoms; a++)
        s->force[a].x = s->force[a].y = s->force[a].z = 0;
    for (size_t a = 0; a < atoms; a++) {
        struct place total = {0, 0, 0};
        for (uint32_t e = s->first[a]; e < s->first[a + 1]; e++) {
            struct place d, *other = &s->force[s->list[e]];
            double f;
            const double square = distance(&s->place[a], &s->place[s->list[e]], s->box, &d);
            if (square >= CUTOFF * CUTOFF)
                continue;
            energy += lennard_jones(square, &f);
            total.x += f * d.x;
            total.y += f * d.y;
            total.z += f * d.z;
            other->x -= f * d.x;
            other->y -= f * d.y;
            other->z -= f * d.z;
        }
        s->force[a].x += total.x;
        s->force[a].y += total.y;
        s->force[a].z += total.z;
    }
    return energy + bond_forces(s);
}

/* Velocities by half a step before the places to half a step after, then places; returns the
 * kinetic energy in between. */
WORK_TIMED static double leap(struct atoms_state *s)
{
    const double kick = 0.5 * TIME_STEP;
    double energy = 0;
    for (size_t a = 0; a < s->n * s->n * s->n; a++) {
        struct place *v = &s->velocity[a], *p = &s->place[a];
        const struct place *f = &s->force[a];
        v->x += kick * f->x;
        v->y += kick * f->y;
        v->z += kick * f->z;
        energy += 0.5 * (v->x * v->x + v->y * v->y + v->z * v->z);
        v->x += kick * f->x;
        v->y += kick * f->y;
        v->z += kick * f->z;
        p->x += TIME_STEP * v->x;
        p->y += TIME_STEP * v->y;
        p->z += TIME_STEP * v->z;
    }
    return energy;
}

WORK_TIMED static void atoms_begin(struct atoms_state *s)
{
    for (size_t a = 0; a < s->n * s->n * s->n; a++) {
        s->place[a] = s->start_place[a];
        s->velocity[a] = s->start_velocity[a];
    }
    make_list(s);
}

/* Chains along x in a cubic lattice, a little out of place; pairs of atoms move against each other,
 * so that the total momentum is 0. n is a multiple of CHAIN. */
static void atoms_start(struct atoms_state *s, size_t n)
{
    uint64_t seed = 444;
    s->n = n;
    s->box = (double)n * SPACING;
    for (size_t a = 0; a < n * n * n; a++) {
        double *p = &s->start_place[a].x, *v = &s->start_velocity[a].x;
        const double *before = &s->start_velocity[a & 1 ? a - 1 : a].x;
        const size_t at[3] = {a % n, a / n % n, a / n / n};
        for (unsigned i = 0; i < 3; i++) {
            p[i] = ((double)at[i] + 0.5 + 0.1 * (fixed_uniform(&seed) - 0.5)) * SPACING;
            v[i] = a & 1 ? -before[i] : 3.4 * (fixed_uniform(&seed) - 0.5);
        }
        const size_t left = CHAIN - 1 - a % CHAIN; /* atoms of the chain that follow */
        s->excluded[a] = left == 0 ? 0 : left == 1 ? 1 : 3;
    }
}

static int atoms_make(struct work *w, void *state)
{
    (void)w;
    atoms_start(state, SIDE);
    return 0;
}

WORK_TIMED static uint64_t atoms_execute(void *state)
{
    struct atoms_state *s = state;
    atoms_begin(s);
    for (unsigned step = 0; step < STEPS; step++) {
        s->potential[step] = find_forces(s);
        s->kinetic[step] = leap(s);
    }
    uint64_t digest = digest_fold(field_digest(s->potential, STEPS),
                                  field_digest(s->kinetic, STEPS));
    digest = digest_fold(digest, field_digest(&s->place[0].x, 3 * ATOMS));
    return digest_fold(digest, field_digest(&s->velocity[0].x, 3 * ATOMS));
}

/* The sum of all forces by the sum of their sizes, and of all momenta likewise. */
struct atoms_errors {
    double force, momentum;
};
static struct atoms_errors atoms_judge(const struct atoms_state *s)
{
    struct atoms_errors e = {0, 0};
    for (unsigned axis = 0; axis < 3; axis++) {
        double force = 0, momentum = 0, forces = 1e-300, momenta = 1e-300;
        for (size_t a = 0; a < s->n * s->n * s->n; a++) {
            const double f = (&s->force[a].x)[axis], v = (&s->velocity[a].x)[axis];
            force += f;
            momentum += v;
            forces += timed_abs(f);
            momenta += timed_abs(v);
        }
        e.force = timed_max(e.force, timed_abs(force) / forces);
        e.momentum = timed_max(e.momentum, timed_abs(momentum) / momenta);
    }
    return e;
}

static int atoms_check(struct work *w, const void *state)
{
    const struct atoms_state *s = state;
    const struct atoms_errors e = atoms_judge(s);
    const double drift = s->potential[STEPS - 1] + s->kinetic[STEPS - 1] - s->potential[0] -
                         s->kinetic[0];
    const double part = timed_abs(drift) / s->kinetic[STEPS - 1];
    if (e.force < 1e-12 && e.momentum < 1e-12 && part < 1e-4)
        return 0;
    return error_set(w->error, ERROR_SYSTEM,
                     "%s: forces sum to %.1e, momenta to %.1e of their sizes; the energy drifts by "
                     "%.1e of the kinetic one",
                     w->workload->id, e.force, e.momentum, part);
}

const struct program cfp_atoms = {
    .id = "cfp.atoms",
    .state_bytes = sizeof(struct atoms_state),
    .digest = UINT64_C(0xd5c5cb7b3a678c39),
    .make = atoms_make,
    .execute = atoms_execute,
    .check = atoms_check,
};
