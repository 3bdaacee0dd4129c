/* runner.h - runs a plan: starts targets, opens sessions, executes slots in block order, keeps the
 * result and the board up to date.
 *
 * runner_run() is synchronous and used by the commands; the dashboard runs it in a thread. A target
 * that dies is started once again; if it dies again its rows are marked and the rest goes on. */
#ifndef VMTAX_RUNNER_H
#define VMTAX_RUNNER_H

#include "board.h"
#include "error.h"
#include "plan.h"
#include "result.h"

struct runner_hooks {
    /* Called after every slot and on every change of phase; may be NULL. */
    void (*progress)(void *context, const struct snapshot *s);
    /* A slot was appended to the result; may be NULL. */
    void (*slot)(void *context, const struct result *r, const struct slot *slot);
    void *context;
    /* Rows that this run does not measure are shown as they stand here; may be NULL. */
    const struct result *below;
};

/* Runs until done, out of budget, or interrupt_fd becomes readable (then result->partial and
 * ERROR_INTERRUPTED). Fills result (initialised by the caller) also on failure: what was measured
 * is kept. board may not be NULL. */
int runner_run(const struct plan *plan, struct board *board, struct result *result,
               int interrupt_fd, const struct runner_hooks *hooks, struct error *e);

#endif
