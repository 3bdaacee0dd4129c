/* Energy against a plain sum over all pairs in double precision; many steps keep energy and
 * momentum. */
#include "workloads/cfp/water.c"

#include "tests/unit/cfp/cases.h"

static double energy_of_all_pairs(const struct water_state *s)
{
    const size_t atoms = s->n * s->n * s->n * ATOMS;
    const double charge[ATOMS] = {-0.82, 0.41, 0.41}, box = (double)s->box, cut = 0.75;
    double energy = 0;
    for (size_t a = 0; a < atoms; a++)
        for (size_t b = a + 1; b < atoms; b++) {
            const struct place *p = &s->place[a / ATOMS].atom[a % ATOMS],
                               *q = &s->place[b / ATOMS].atom[b % ATOMS];
            double x = (double)p->x - (double)q->x, y = (double)p->y - (double)q->y,
                   z = (double)p->z - (double)q->z;
            if (a / ATOMS == b / ATOMS) {
                const bool oxygen = a % ATOMS == 0;
                const double stretch = sqrt(x * x + y * y + z * z) - (oxygen ? 0.1 : 0.1633);
                energy += 0.5 * (oxygen ? 345000 : 100000) * stretch * stretch;
                continue;
            }
            x -= box * nearbyint(x / box);
            y -= box * nearbyint(y / box);
            z -= box * nearbyint(z / box);
            const double r = sqrt(x * x + y * y + z * z);
            if (r >= cut)
                continue;
            energy += 138.935 * charge[a % ATOMS] * charge[b % ATOMS] *
                      (1 / r + r * r / (2 * cut * cut * cut) - 1.5 / cut);
            if (a % ATOMS == 0 && b % ATOMS == 0)
                energy += 2.6341e-6 * (pow(r, -12) - pow(cut, -12)) -
                          2.6173e-3 * (pow(r, -6) - pow(cut, -6));
        }
    return energy;
}

void case_water(void **unused)
{
    (void)unused;
    struct water_state *s = case_state(sizeof *s);
    for (float x = 1e-3f; x < 1e3f; x *= 1.01f)
        assert_true(fabs((double)inverse_sqrt(x) * sqrt((double)x) - 1) < 3e-7);
    water_start(s, 10);
    water_begin(s);
    const double potential = find_forces(s), right = energy_of_all_pairs(s);
    print_message("potential %.3f, by all pairs %.3f\n", potential, right);
    assert_true(fabs(potential - right) < 1e-4 * fabs(right) + 0.5);
    const double start = potential + leap(s);
    double end = 0, kinetic = 0;
    for (unsigned step = 0; step < 100; step++) {
        end = find_forces(s);
        kinetic = leap(s);
        end += kinetic;
    }
    struct water_errors e = water_judge(s);
    print_message("drift %.1e of the kinetic energy, force %.1e, momentum %.1e\n",
                  (end - start) / kinetic, e.force, e.momentum);
    assert_true(fabs(end - start) < 1e-2 * kinetic);
    assert_true(e.force < 1e-6 && e.momentum < 1e-5);
    free(s);
    case_faults(&cfp_water, CASE_FLOAT(struct water_state, velocity[100].atom[0].x),
                CASE_FLOAT(struct water_state, start_place[100].atom[0].x));
}
