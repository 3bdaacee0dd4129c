/* Energy and forces against a plain sum over all pairs; many steps keep energy and momentum. */
#include "workloads/cfp/atoms.c"

#include "tests/unit/cfp/cases.h"

static double pair_energy(const struct atoms_state *s, size_t a, size_t b)
{
    const double x = remainder(s->place[a].x - s->place[b].x, s->box),
                 y = remainder(s->place[a].y - s->place[b].y, s->box),
                 z = remainder(s->place[a].z - s->place[b].z, s->box);
    const double r = sqrt(x * x + y * y + z * z), c = CUTOFF;
    const size_t apart = a < b ? b - a : a - b;
    double energy = 0;
    if (a / CHAIN == b / CHAIN && apart == 1)
        energy += 200 * (r - SPACING) * (r - SPACING);
    if ((a / CHAIN == b / CHAIN && apart <= 2) || r >= c)
        return energy;
    return energy + 4 * (pow(r, -12) - pow(r, -6)) - 4 * (pow(c, -12) - pow(c, -6)) +
           (12 * pow(c, -8) * (2 * pow(c, -6) - 1)) * (r * r - c * c);
}

static double energy_of(const struct atoms_state *s, size_t a)
{
    double energy = 0;
    for (size_t b = 0; b < s->n * s->n * s->n; b++)
        if (b != a)
            energy += pair_energy(s, a, b);
    return energy;
}

void case_atoms(void **unused)
{
    (void)unused;
    struct atoms_state *s = case_state(sizeof *s);
    atoms_start(s, 12);
    atoms_begin(s);
    const double potential = find_forces(s);
    double right = 0;
    for (size_t a = 0; a < 12 * 12 * 12; a++)
        right += 0.5 * energy_of(s, a);
    assert_true(fabs(potential / right - 1) < 1e-12);
    for (size_t a = 0; a < 12 * 12 * 12; a += 97) {
        const double at = s->place[a].y, h = 1e-5;
        s->place[a].y = at + h;
        const double up = energy_of(s, a);
        s->place[a].y = at - h;
        const double down = energy_of(s, a);
        s->place[a].y = at;
        assert_true(fabs((down - up) / (2 * h) - s->force[a].y) < 1e-5);
    }
    const double start = potential + leap(s);
    double end = 0, kinetic = 0;
    for (unsigned step = 0; step < 60; step++) {
        end = find_forces(s);
        kinetic = leap(s);
        end += kinetic;
    }
    struct atoms_errors e = atoms_judge(s);
    print_message("drift %.1e of the kinetic energy\n", (end - start) / kinetic);
    assert_true(fabs(end - start) < 1e-3 * kinetic);
    assert_true(e.force < 1e-12 && e.momentum < 1e-12);
    free(s);
    case_faults(&cfp_atoms, CASE_DOUBLE(struct atoms_state, velocity[500].x),
                CASE_DOUBLE(struct atoms_state, start_place[500].x));
}
