/* Stands in for 435.gromacs: molecular dynamics of water in single precision.
 *
 * Molecules of three atoms (charges and Lennard-Jones as in SPC, springs for the bonds), Coulomb's
 * force with a reaction field, a list of neighbouring molecules made from a grid of cells, an inner
 * loop of nine pairs of atoms with 1/sqrt by an integer's guess and Newton's steps, and leapfrog.
 * Units: nm, ps, u, kJ/mol. One execution makes the list and does STEPS steps.
 *
 * Working set: 2.5 MB. Checked: forces and momenta sum to zero, and the energy stays. */
#include <config.h>

#include "workloads/cfp/field.h"
#include "workloads/program/timed_math.h"

#define SIDE         14 /* molecules on a side of the box */
#define MOLECULES    ((size_t)SIDE * SIDE * SIDE)
#define ATOMS        3
#define NEIGHBOURS   96 /* room in the list, per molecule, on average */
#define STEPS        2

#define SPACING      0.3107f /* of molecules: 1 g/cm^3 */
#define CUTOFF       0.75f   /* of atoms */
#define LIST_RANGE   1.0f    /* of oxygens: two bonds more, and some way to go */
#define CELLS        4       /* on a side at most */
#define CELL_ROOM    128

#define TIME_STEP    0.0005f
#define COULOMB      138.935f
#define CHARGE_O     -0.82f
#define CHARGE_H     0.41f
#define C6           2.6173e-3f
#define C12          2.6341e-6f
#define MASS_O       15.9994f
#define MASS_H       1.008f
#define OH_LENGTH    0.1f
#define HH_LENGTH    0.1633f
#define OH_STIFFNESS 345000.0f
#define HH_STIFFNESS 100000.0f

struct place {
    float x, y, z;
};
struct molecule {
    struct place atom[ATOMS]; /* O, H, H */
};
struct neighbour {
    uint32_t molecule, shift; /* which image of it */
};

struct water_state {
    size_t n; /* molecules on a side */
    float box;
    struct molecule start_place[MOLECULES], start_velocity[MOLECULES];
    struct molecule place[MOLECULES], velocity[MOLECULES], force[MOLECULES];
    uint32_t cell_count[CELLS * CELLS * CELLS];
    uint32_t cell[CELLS * CELLS * CELLS][CELL_ROOM];
    uint32_t first[MOLECULES + 1];
    struct neighbour list[MOLECULES * NEIGHBOURS];
    double potential[STEPS], kinetic[STEPS]; /* at the whole steps */
};

WORK_TIMED static inline float inverse_sqrt(float x)
{
    union {
        float f;
        uint32_t u;
    } guess = {.f = x};
    guess.u = 0x5f375a86u - (guess.u >> 1);
    float y = guess.f;
    const float half = 0.5f * x;
    y = y * (1.5f - half * y * y);
    y = y * (1.5f - half * y * y);
    return y * (1.5f - half * y * y);
}

WORK_TIMED static inline float nearest_image(float d, float box)
{
    return d > 0.5f * box ? -1.0f : d < -0.5f * box ? 1.0f : 0.0f;
}

/* Sorts molecules into cells by their oxygens. False: a cell is full. */
WORK_TIMED static bool fill_cells(struct water_state *s, uint32_t cells)
{
    const size_t molecules = s->n * s->n * s->n;
    const float per = (float)cells / s->box;
    for (uint32_t c = 0; c < cells * cells * cells; c++)
        s->cell_count[c] = 0;
    for (size_t m = 0; m < molecules; m++) {
        const struct place *o = &s->place[m].atom[0];
        uint32_t at[3] = {(uint32_t)(o->x * per), (uint32_t)(o->y * per), (uint32_t)(o->z * per)};
        for (unsigned i = 0; i < 3; i++)
            at[i] = at[i] < cells ? at[i] : cells - 1;
        const uint32_t c = (at[2] * cells + at[1]) * cells + at[0];
        if (s->cell_count[c] == CELL_ROOM)
            return false;
        s->cell[c][s->cell_count[c]++] = (uint32_t)m;
    }
    return true;
}

/* Adds those of a cell's molecules that are near m and come after it. */
WORK_TIMED static inline uint32_t add_neighbours(struct water_state *s, size_t m, uint32_t cell,
                                                 uint32_t count)
{
    const struct place a = s->place[m].atom[0];
    for (uint32_t i = 0; i < s->cell_count[cell]; i++) {
        const uint32_t other = s->cell[cell][i];
        if (other <= m)
            continue;
        const struct place b = s->place[other].atom[0];
        const float sx = nearest_image(b.x - a.x, s->box), sy = nearest_image(b.y - a.y, s->box),
                    sz = nearest_image(b.z - a.z, s->box);
        const float x = b.x - a.x + sx * s->box, y = b.y - a.y + sy * s->box,
                    z = b.z - a.z + sz * s->box;
        if (x * x + y * y + z * z > LIST_RANGE * LIST_RANGE)
            continue;
        const int shift = (int)sx + 1 + 3 * ((int)sy + 1) + 9 * ((int)sz + 1);
        s->list[count++] = (struct neighbour){other, (uint32_t)shift};
    }
    return count;
}

WORK_TIMED static void make_list(struct water_state *s)
{
    const size_t molecules = s->n * s->n * s->n;
    uint32_t cells = (uint32_t)(s->box / LIST_RANGE), count = 0;
    if (cells > CELLS)
        cells = CELLS;
    if (cells < 3 || !fill_cells(s, cells))
        cells = 0; /* such a box has no right result */
    for (size_t m = 0; m < molecules && cells; m++) {
        s->first[m] = count;
        const struct place *o = &s->place[m].atom[0];
        const float per = (float)cells / s->box;
        const uint32_t x = cells + (uint32_t)(o->x * per), y = cells + (uint32_t)(o->y * per),
                       z = cells + (uint32_t)(o->z * per);
        for (uint32_t c = 0; c < 27; c++) {
            const uint32_t i = (x + c % 3 - 1) % cells, j = (y + c / 3 % 3 - 1) % cells,
                           k = (z + c / 9 - 1) % cells;
            if (count + CELL_ROOM <= MOLECULES * NEIGHBOURS)
                count = add_neighbours(s, m, (k * cells + j) * cells + i, count);
        }
    }
    s->first[molecules] = count;
}

/* A spring between two atoms of one molecule; returns its energy. */
WORK_TIMED static inline float spring(const struct place *a, const struct place *b, float length,
                                      float stiffness, struct place *fa, struct place *fb)
{
    const float x = a->x - b->x, y = a->y - b->y, z = a->z - b->z;
    const float square = x * x + y * y + z * z, inverse = inverse_sqrt(square);
    const float stretch = square * inverse - length, f = -stiffness * stretch * inverse;
    fa->x += f * x;
    fa->y += f * y;
    fa->z += f * z;
    fb->x -= f * x;
    fb->y -= f * y;
    fb->z -= f * z;
    return 0.5f * stiffness * stretch * stretch;
}

/* All nine pairs of atoms of two molecules; forces are added, the energy is returned. */
WORK_TIMED static inline float pair_force(const struct molecule *a, const struct molecule *b,
                                          const struct place *shift, struct molecule *fa,
                                          struct molecule *fb)
{
    static const float charge[ATOMS] = {CHARGE_O, CHARGE_H, CHARGE_H};
    const float cut2 = CUTOFF * CUTOFF, field = 0.5f / (cut2 * CUTOFF), at_cut = 1.5f / CUTOFF;
    const float cut6 = 1 / (cut2 * cut2 * cut2), lj_cut = (C12 * cut6 - C6) * cut6;
    float energy = 0;
    for (unsigned j = 0; j < ATOMS; j++) {
        const struct place q = {b->atom[j].x + shift->x, b->atom[j].y + shift->y,
                                b->atom[j].z + shift->z};
        for (unsigned i = 0; i < ATOMS; i++) {
            const float x = a->atom[i].x - q.x, y = a->atom[i].y - q.y, z = a->atom[i].z - q.z;
            const float square = x * x + y * y + z * z;
            if (square >= cut2)
                continue;
            const float inverse = inverse_sqrt(square), inverse2 = inverse * inverse;
            const float qq = COULOMB * charge[i] * charge[j];
            float f = qq * (inverse * inverse2 - 2 * field);
            energy += qq * (inverse + field * square - at_cut);
            if (i + j == 0) {
                const float inverse6 = inverse2 * inverse2 * inverse2;
                f += (12 * C12 * inverse6 - 6 * C6) * inverse6 * inverse2;
                energy += (C12 * inverse6 - C6) * inverse6 - lj_cut;
            }
            fa->atom[i].x += f * x;
            fa->atom[i].y += f * y;
            fa->atom[i].z += f * z;
            fb->atom[j].x -= f * x;
            fb->atom[j].y -= f * y;
            fb->atom[j].z -= f * z;
        }
    }
    return energy;
}

/* Forces on all atoms; returns the potential energy. */
WORK_TIMED static double find_forces(struct water_state *s)
{
    const size_t molecules = s->n * s->n * s->n;
    double energy = 0;
    for (size_t m = 0; m < molecules; m++) {
        const struct place *p = s->place[m].atom;
        struct place *f = s->force[m].atom;
        for (unsigned i = 0; i < ATOMS; i++)
            f[i].x = f[i].y = f[i].z = 0;
        energy += spring(&p[0], &p[1], OH_LENGTH, OH_STIFFNESS, &f[0], &f[1]);
        energy += spring(&p[0], &p[2], OH_LENGTH, OH_STIFFNESS, &f[0], &f[2]);
        energy += spring(&p[1], &p[2], HH_LENGTH, HH_STIFFNESS, &f[1], &f[2]);
    }
    for (size_t m = 0; m < molecules; m++)
        for (uint32_t e = s->first[m]; e < s->first[m + 1]; e++) {
            const struct neighbour *b = &s->list[e];
            const struct place shift = {s->box * (float)((int)(b->shift % 3) - 1),
                                        s->box * (float)((int)(b->shift / 3 % 3) - 1),
                                        s->box * (float)((int)(b->shift / 9) - 1)};
            energy += pair_force(&s->place[m], &s->place[b->molecule], &shift, &s->force[m],
                                 &s->force[b->molecule]);
        }
    return energy;
}

/* Velocities by half a step before the places to half a step after, then places; returns the
 * kinetic energy in between. */
WORK_TIMED static double leap(struct water_state *s)
{
    static const float mass[ATOMS] = {MASS_O, MASS_H, MASS_H};
    double energy = 0;
    for (size_t m = 0; m < s->n * s->n * s->n; m++)
        for (unsigned i = 0; i < ATOMS; i++) {
            struct place *v = &s->velocity[m].atom[i], *p = &s->place[m].atom[i];
            const struct place *f = &s->force[m].atom[i];
            const float kick = 0.5f * TIME_STEP / mass[i];
            v->x += kick * f->x;
            v->y += kick * f->y;
            v->z += kick * f->z;
            energy += 0.5f * mass[i] * (v->x * v->x + v->y * v->y + v->z * v->z);
            v->x += kick * f->x;
            v->y += kick * f->y;
            v->z += kick * f->z;
            p->x += TIME_STEP * v->x;
            p->y += TIME_STEP * v->y;
            p->z += TIME_STEP * v->z;
        }
    return energy;
}

WORK_TIMED static void water_begin(struct water_state *s)
{
    for (size_t m = 0; m < s->n * s->n * s->n; m++) {
        s->place[m] = s->start_place[m];
        s->velocity[m] = s->start_velocity[m];
    }
    make_list(s);
}

/* A vector of length 1 in any direction. */
static struct place random_direction(uint64_t *seed)
{
    for (;;) {
        const double x = 2 * fixed_uniform(seed) - 1, y = 2 * fixed_uniform(seed) - 1,
                     z = 2 * fixed_uniform(seed) - 1, square = x * x + y * y + z * z;
        if (square > 1 || square < 0.01)
            continue;
        const double per = 1 / timed_sqrt(square);
        return (struct place){(float)(per * x), (float)(per * y), (float)(per * z)};
    }
}

/* A cubic lattice of molecules that look anywhere and move with 300 K's speed; total momentum 0. */
static void water_start(struct water_state *s, size_t n)
{
    uint64_t seed = 435;
    s->n = n;
    s->box = (float)n * SPACING;
    for (size_t m = 0; m < n * n * n; m++) {
        const struct place a = random_direction(&seed), c = random_direction(&seed);
        /* b at right angles to a; the hydrogens at +-54.7 degrees from a */
        struct place b = {a.y * c.z - a.z * c.y, a.z * c.x - a.x * c.z, a.x * c.y - a.y * c.x};
        const double size = timed_sqrt((double)(b.x * b.x + b.y * b.y + b.z * b.z) + 1e-12);
        const float along = 0.05774f, across = (float)(0.08165 / size);
        const struct place o = {((float)(m % n) + 0.5f) * SPACING,
                                ((float)(m / n % n) + 0.5f) * SPACING,
                                ((float)(m / n / n) + 0.5f) * SPACING};
        s->start_place[m].atom[0] = o;
        for (unsigned i = 1; i < ATOMS; i++) {
            const float side = i == 1 ? across : -across;
            s->start_place[m].atom[i] = (struct place){o.x + along * a.x + side * b.x,
                                                       o.y + along * a.y + side * b.y,
                                                       o.z + along * a.z + side * b.z};
        }
        /* the next molecule of a pair moves against this one */
        const float speed = m + 1 == n * n * n && n & 1 ? 0 : m & 1 ? -0.6f : 0.6f;
        const struct place v = m & 1 ? (struct place){s->start_velocity[m - 1].atom[0].x / 0.6f,
                                                      s->start_velocity[m - 1].atom[0].y / 0.6f,
                                                      s->start_velocity[m - 1].atom[0].z / 0.6f}
                                     : c;
        for (unsigned i = 0; i < ATOMS; i++)
            s->start_velocity[m].atom[i] = (struct place){speed * v.x, speed * v.y, speed * v.z};
    }
}

static int water_make(struct work *w, void *state)
{
    (void)w;
    water_start(state, SIDE);
    return 0;
}

WORK_TIMED static uint64_t water_execute(void *state)
{
    struct water_state *s = state;
    uint64_t digest = 435;
    water_begin(s);
    for (unsigned step = 0; step < STEPS; step++) {
        s->potential[step] = find_forces(s);
        s->kinetic[step] = leap(s);
        digest = digest_fold_double(digest, s->potential[step] + s->kinetic[step]);
    }
    for (size_t m = 0; m < MOLECULES; m++)
        for (unsigned i = 0; i < ATOMS; i++) {
            const struct place *p = &s->place[m].atom[i], *v = &s->velocity[m].atom[i];
            digest = digest_fold_double(digest, (double)p->x + (double)v->x * 1024);
            digest = digest_fold_double(digest, (double)p->y + (double)v->y * 1024);
            digest = digest_fold_double(digest, (double)p->z + (double)v->z * 1024);
        }
    return digest;
}

/* The sum of all forces by the sum of their sizes, and of all momenta likewise. */
struct water_errors {
    double force, momentum;
};
static struct water_errors water_judge(const struct water_state *s)
{
    static const double mass[ATOMS] = {MASS_O, MASS_H, MASS_H};
    double sum[6] = {0, 0, 0, 0, 0, 0}, size[2] = {1e-30, 1e-30};
    for (size_t m = 0; m < s->n * s->n * s->n; m++)
        for (unsigned i = 0; i < ATOMS; i++) {
            const struct place *f = &s->force[m].atom[i], *v = &s->velocity[m].atom[i];
            const double part[6] = {f->x,           f->y,           f->z,
                                    mass[i] * v->x, mass[i] * v->y, mass[i] * v->z};
            for (unsigned k = 0; k < 6; k++) {
                sum[k] += part[k];
                size[k / 3] += timed_abs(part[k]);
            }
        }
    struct water_errors e = {0, 0};
    for (unsigned k = 0; k < 3; k++) {
        e.force = timed_max(e.force, timed_abs(sum[k]) / size[0]);
        e.momentum = timed_max(e.momentum, timed_abs(sum[3 + k]) / size[1]);
    }
    return e;
}

static int water_check(struct work *w, const void *state)
{
    const struct water_state *s = state;
    const struct water_errors e = water_judge(s);
    const double drift = s->potential[STEPS - 1] + s->kinetic[STEPS - 1] - s->potential[0] -
                         s->kinetic[0];
    const double part = timed_abs(drift) / s->kinetic[STEPS - 1];
    if (e.force < 1e-6 && e.momentum < 1e-6 && part < 1e-2)
        return 0;
    return error_set(w->error, ERROR_SYSTEM,
                     "%s: forces sum to %.1e, momenta to %.1e of their sizes; the energy drifts by "
                     "%.1e of the kinetic one",
                     w->workload->id, e.force, e.momentum, part);
}

const struct program cfp_water = {
    .id = "cfp.water",
    .state_bytes = sizeof(struct water_state),
    .digest = UINT64_C(0xb2504ac1710cd0ad),
    .make = water_make,
    .execute = water_execute,
    .check = water_check,
};
