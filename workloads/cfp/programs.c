/* The programs of figure 2, in the order of the suite that they stand in for. */
#include <config.h>

#include "workloads/program/program.h"

extern const struct program cfp_implicit, cfp_scf, cfp_lattice, cfp_mhd, cfp_water, cfp_relativity,
    cfp_euler, cfp_atoms, cfp_fem, cfp_lp, cfp_raytrace, cfp_elastic, cfp_fdtd, cfp_density,
    cfp_lbm, cfp_weather, cfp_speech;

const struct program *const programs_cfp[] = {
    &cfp_implicit, &cfp_scf,     &cfp_lattice, &cfp_mhd,     &cfp_water,    &cfp_relativity,
    &cfp_euler,    &cfp_atoms,   &cfp_fem,     &cfp_lp,      &cfp_raytrace, &cfp_elastic,
    &cfp_fdtd,     &cfp_density, &cfp_lbm,     &cfp_weather, &cfp_speech,   NULL,
};
