/* job.h - a plan that runs in a thread of its own, for the dashboard. */
#ifndef VMTAX_JOB_H
#define VMTAX_JOB_H

#include "board.h"
#include "error.h"
#include "plan.h"
#include "result.h"

#include <stdbool.h>

struct job;

/* Starts the thread. Takes over what plan owns (the caller's becomes empty); texts that
 * plan->options points to must outlive the job, and so must below (runner.h; may be NULL). When it
 * ends the result is stored, if there is any figure in it: among the results, or as a session of
 * the baseline of that name (NULL: none). NULL with a sentence. */
struct job *job_start(struct plan *plan, struct board *board, const struct result *below,
                      const char *baseline, struct error *e);
/* Ask it to stop; returns at once. What was measured is kept. */
void job_abort(struct job *j);
bool job_done(struct job *j);
/* Wait for its end and free it. The result goes to the caller, who releases it. The value and error
 * are runner_run()'s, or say that the result could not be stored. */
int job_finish(struct job *j, struct result *result, struct error *e);

#endif
