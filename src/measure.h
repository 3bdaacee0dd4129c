/* measure.h - run plans from the command line, one or several sessions: the runner with progress on
 * stderr and, on request, slots as JSON lines on stdout and a recording of all of it. */
#ifndef VMTAX_MEASURE_H
#define VMTAX_MEASURE_H

#include "check.h"
#include "check_run.h"
#include "command.h"
#include "plan.h"
#include "result.h"

/* What its sessions share: the board, and with --rec who records it. */
struct measure;

/* c must outlive it; plan: what its sessions measure. NULL with a sentence: it cannot be recorded,
 * say. */
struct measure *measure_open(const struct context *c, const struct plan *plan, struct error *e);
/* As runner_run(); result is initialised here and belongs to the caller, also on failure. */
int measure_run(struct measure *m, const struct plan *plan, struct result *result, struct error *e);
/* They are a check, of which this session is about to begin (from 1), and left_s seconds are left
 * of its budget: for whoever looks at the board, until its verdict or measure_close(). */
void measure_show_check(struct measure *m, const struct check_plan *p, const char *baseline,
                        size_t session, double left_s);
/* What a check of these sessions came to, for whoever looks at the board, as a recording does.
 * Shared (check_shared.h): the caller goes on holding it. */
void measure_show_verdict(struct measure *m, const struct check *verdict);
/* Ends the recording, and tells where it is. NULL is allowed. */
void measure_close(struct measure *m);

#endif
