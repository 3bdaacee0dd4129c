/* check_run.h - what a check measures: the rows and targets of its baseline, in sessions of the
 * same kind, within a budget that is kept because the plan adds up before it starts. */
#ifndef VMTAX_CHECK_RUN_H
#define VMTAX_CHECK_RUN_H

#include "baseline.h"
#include "baseline_words.h"
#include "check.h"
#include "error.h"
#include "option.h"
#include "plan.h"
#include "snapshot.h"

#include <stddef.h>

#define CHECK_BUDGET_S 180

struct check_plan {
    struct plan plan; /* of one session */
    size_t sessions;
    double pace;      /* how much longer a session takes than is planned, as the baseline's did */
    double session_s; /* expected, with its starts, at that pace */
    double budget_s;  /* of all of them */
    size_t left_out;  /* rows of the baseline for which the time does not suffice */
    size_t young;     /* rows that too few of its sessions have to judge by */
    size_t foreign;   /* rows that this version does not know, or not with these parameters */
    bool absent[SUBSYSTEM_COUNT]; /* of the baseline's: those of which no row is planned */
    uint64_t cpus;                /* of each target: as asked for, else as in the baseline */
    bool given;                   /* some limit is asked for, and not the baseline's */
    size_t missing;               /* guests of the baseline that cannot be measured now */
    char why[256];                /* of the last of them: "kvm: there is no /dev/kvm ..." */
    char on[TARGETS_MAX * (TARGET_ID_MAX + 1)];
};

/* Targets: those that o names, else those of the baseline. Processors, memory and length of slots:
 * those that o gives, vmtax.conf left aside, else those of the baseline's newest session. all: the
 * processors to choose among; NULL: those of this thread. Usage errors: a target that the baseline
 * does not have, too little time for two sessions of anything. agent keeps the path that
 * plan.options points to. On failure nothing is held. */
int check_plan_make(struct check_plan *p, const struct options *o, const struct target_options *all,
                    const struct baseline *b, char *agent, size_t size, struct error *e);
void check_plan_release(struct check_plan *p);
/* A plan with its rows, budget_s and pace: as many sessions as fit, and at least two, for which
 * rows are left out. -1: not even two of one row fit. */
int check_plan_fit(struct check_plan *p, struct error *e);
/* How much longer than planned_s the sessions of b took that have so many rows and targets, and all
 * of them: the median, 1 to 10; 1 if there are none. A machine that was busy then, or whose servers
 * start slowly, is likely to be so again. */
double check_pace(const struct baseline *b, size_t rows, size_t targets, double planned_s);
/* "42 rows on native, container: 3 sessions of 0:49 (2 s of it to start), 2:27 of 3:00" */
char *check_plan_text(const struct check_plan *p, char *out, size_t size);
/* On a board: it goes on, in this session of it (from 1); until_s: when its budget is over. */
void check_plan_show(const struct check_plan *p, const char *baseline, size_t session,
                     double until_s, struct board_check *out);
/* "2 processors and 1536 MiB of memory, as in the baseline" */
char *check_plan_limits(const struct check_plan *p, char *out, size_t size);
/* Seconds for the next session when used_s are gone and done sessions are over; 0: it no longer
 * fits. */
double check_plan_budget(const struct check_plan *p, size_t done, double used_s);
struct check_absent check_plan_absent(const struct check_plan *p); /* valid as long as p */
/* What forbids a comparison is known before a slot is run: fills the facts of today (initialised)
 * and what the targets of plan will have (NULL: nothing is planned yet), and says whether they do.
 */
int check_today(struct result *today, const struct baseline *b, const struct plan *plan,
                const char *agent, bool *fatal, struct error *e);
/* May sessions of plan stand beside those of the baseline of that name? 0: yes, or there are none;
 * 1: no, f says what forbids it: a check could compare with them no longer. */
int check_join(struct baseline_fit *f, const char *name, const struct plan *plan, const char *agent,
               struct error *e);
/* A baseline beside the machine as it is, and beside what plan would measure with that agent; NULL
 * and NULL: nothing is planned. */
int check_fit(struct baseline_fit *f, const struct baseline *b, const struct plan *plan,
              const char *agent, struct error *e);

#endif
