/* The programs of figure 2, in the order of the suite that they stand in for. */
#include <config.h>

#include "workloads/program/program.h"

extern const struct program cfp_lp;
extern const struct program cfp_raytrace;
extern const struct program cfp_elastic;
extern const struct program cfp_fdtd;
extern const struct program cfp_density;
extern const struct program cfp_lbm;
extern const struct program cfp_weather;
extern const struct program cfp_speech;

const struct program *const programs_cfp[] = {
    &cfp_lp,  &cfp_raytrace, &cfp_elastic, &cfp_fdtd, &cfp_density,
    &cfp_lbm, &cfp_weather,  &cfp_speech,  NULL,
};
