#include <config.h>

#include "workloads/spec/suite.h"

#include <string.h>

/* A rate run of one copy is what a speed run would be, and does not depend on which of the two the
 * user's config file makes the default. */
#define CPU2006 "SPEC CPU2006", "runspec", "CPU2006", "--rate="
#define CPU2017 "SPEC CPU2017", "runcpu", "CPU", "--copies="

const struct spec_suite spec_suites[] = {
    {"spec.int2006", CPU2006, SUITE_INT2006}, {"spec.fp2006", CPU2006, SUITE_FP2006},
    {"spec.int2017", CPU2017, SUITE_INT2017}, {"spec.fp2017", CPU2017, SUITE_FP2017},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};

const struct spec_suite *spec_suite_find(const char *workload)
{
    for (const struct spec_suite *s = spec_suites; s->workload; s++)
        if (strcmp(s->workload, workload) == 0)
            return s;
    return NULL;
}
