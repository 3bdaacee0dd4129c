/* measure.h - run a plan from the command line: the runner with progress on stderr and, on request,
 * slots as JSON lines on stdout. */
#ifndef VMTAX_MEASURE_H
#define VMTAX_MEASURE_H

#include "command.h"
#include "plan.h"
#include "result.h"

/* As runner_run(); result is initialised here and belongs to the caller, also on failure. */
int measure_run(const struct context *c, const struct plan *plan, struct result *result,
                struct error *e);

#endif
