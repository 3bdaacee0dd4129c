/* dashboard_parts.h - what the files of the dashboard share: dashboard.c opens and closes it,
 * dashboard_kept.c shows what is stored, dashboard_run.c starts runs and takes over what they left,
 * dashboard_check.c judges against a baseline, dashboard_export.c writes files. */
#ifndef VMTAX_DASHBOARD_PARTS_H
#define VMTAX_DASHBOARD_PARTS_H

#include "baseline.h"
#include "board.h"
#include "check.h"
#include "check_run.h"
#include "host.h"
#include "job.h"
#include "paper.h"
#include "recording/recorder.h"
#include "ui/app.h"

/* A check: its sessions, one job after the other. */
struct checking {
    bool active;
    struct baseline baseline;
    struct check_plan plan;
    struct result sessions[CHECK_SESSIONS];
    size_t count;
    double begun_s, until_s; /* by the host's clock; on the board's time line, by the budget */
    struct check *verdict;   /* of the last one, held; NULL: none */
};

/* Sessions of a baseline, one job after the other, as those of vmtax record. */
struct recording {
    bool active;
    struct plan plan; /* of one */
    char name[64];
    size_t count, sessions; /* that are over; of them all */
};

struct dashboard {
    struct options options; /* as the settings have them now */
    struct board board;
    struct host_sampler *sampler;
    struct result last;  /* what the screen shows beside a live run: the latest result */
    struct result today; /* the machine's facts */
    struct paper paper;
    struct job *job;
    bool stored; /* last is from the store alone, nothing of this session */
    struct recording recording;
    struct recorder *recorder;
    struct checking checking;
    struct target_options all_cpus; /* all there are, seen before this thread steps aside */
    char agent[4096];
};

/* dashboard_kept.c */
const char *dashboard_baseline_name(const struct dashboard *d);
/* Age, strength and what changed since: beside every figure that it has. No baseline is no error.
 */
void dashboard_show_baseline(struct dashboard *d);
/* What is kept as the latest result, on the board: nothing runs. What was said of targets that were
 * only about to start is forgotten. */
void dashboard_show_kept(struct dashboard *d);
/* The last stored result, so that a new session does not begin with an empty screen, and below it
 * what earlier ones have beyond it. */
void dashboard_show_last(struct dashboard *d);

/* dashboard_run.c; those of app.h's table get the dashboard as their context. */
/* Starts what the plan says, shown live; baseline: as a session of that one, or NULL. */
int dashboard_start_job(struct dashboard *d, struct plan *plan, const char *baseline,
                        struct error *e);
/* Take over what a finished run left: rows that it did not come to stay as they were. -1 with a
 * sentence if it failed; one that the user stopped did not. */
int dashboard_reap(struct dashboard *d, struct error *e);
int dashboard_news(void *context, struct error *e);
int dashboard_start(void *context, const char *const *words, size_t count, double most_s,
                    double *takes_s, struct error *e);
int dashboard_record(void *context, struct error *e);
void dashboard_end_recording(struct dashboard *d);
int dashboard_abort(void *context, struct error *e);
int dashboard_plan(void *context, enum plan_request request, struct planner *p, struct error *e);

/* dashboard_check.c */
/* The next session, or the verdict. rc and e: of the session that ended; 0 at the beginning. */
int dashboard_go_on_checking(struct dashboard *d, int rc, struct error *e);
void dashboard_end_checking(struct dashboard *d);
int dashboard_check(void *context, struct error *e);

/* dashboard_export.c */
int dashboard_export(void *context, char *message, size_t size, struct error *e);
int dashboard_export_check(void *context, char *message, size_t size, struct error *e);

#endif
