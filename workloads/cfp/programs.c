/* The programs of figure 2, in the order of the suite that they stand in for. */
#include <config.h>

#include "workloads/program/program.h"

const struct program *const programs_cfp[] = {
    NULL,
};
