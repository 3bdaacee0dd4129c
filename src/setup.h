/* setup.h - from options to a plan: targets, processors, memory, the agent's file. Shared by the
 * commands and the dashboard. */
#ifndef VMTAX_SETUP_H
#define VMTAX_SETUP_H

#include "error.h"
#include "option.h"
#include "plan.h"
#include "result.h"

#include <stddef.h>

#define SETUP_DEFAULT_MEMORY (UINT64_C(1536) << 20)

/* The agent's file: beside vmtax itself (build tree) or in libexec. */
int setup_agent(char *path, size_t size, struct error *e);

/* Fill an initialised plan from options and the words that name workloads. default_profile is used
 * when the options name none. Processors that the plan has already stay (setup_cpus before
 * setup_step_aside). agent (of at least size bytes) keeps the path that plan->options
 * points to. */
int setup_plan(struct plan *p, const struct options *o, enum profile default_profile,
               const char *const *words, size_t word_count, char *agent, size_t size,
               struct error *e);

/* Make a plan one session of a baseline: every row in the same few blocks, nothing looked at again
 * and nothing cut off by a budget that was not asked for (0), because sessions are compared. */
void setup_session(struct plan *p, double budget_s);

/* What the plan's targets will be and have, as far as is known before one is started: into today,
 * which has none. Of guests that exist already nothing is known. */
void setup_expect(const struct plan *p, struct result *today);

/* Processors for the workload, the rest for vmtax itself. */
void setup_cpus(struct target_options *t, uint64_t wanted);
/* The same out of those of all, wherever this thread may run by now. */
void setup_take_cpus(struct target_options *t, const struct target_options *all, uint64_t wanted);
/* A target by its id, by the name that vmtax.conf gives it, or by WAY:GUEST (reach.h): to be given
 * to reach_free() after all that uses it. NULL with a sentence. */
const struct target_kind *setup_target(const struct options *o, const char *word, struct error *e);
/* Reaches the guests that vmtax.conf has names for, all at once, and tells how each can be used;
 * takes up to 20 s and where somebody does not leave 4 s more. */
void setup_try_named(const struct options *o, const struct target_options *t,
                     void (*tell)(void *context, const struct target_kind *kind,
                                  const struct target_probe *probe),
                     void *context);
/* What virtual machines are made of, as the options say. */
struct machine_options setup_machine(const struct options *o);
/* Keep all threads of this process off the workload's processors, or where it has all of them at
 * least off its first. all: those that there were before (setup_cpus()), which they may come back
 * to when others are measured; NULL: those where this thread may run now. */
void setup_step_aside(const struct target_options *t, const struct target_options *all);

#endif
