/* planner.h - a run as it is put together by hand: which targets and subsystems, with which
 * options; how long it will take, what it needs, and what cannot be chosen, why, and what to do.
 *
 * A plain value without a screen: the dashboard shows it and changes its marks and options. */
#ifndef VMTAX_PLANNER_H
#define VMTAX_PLANNER_H

#include "option.h"
#include "plan.h"

#define PLANNER_TARGETS_MAX 32
#define PLANNER_NOTES_MAX   8
#define PLANNER_TEXT        256

/* A target, or a subsystem. */
struct planner_choice {
    char id[TARGET_ID_MAX]; /* the word of the command line */
    const char *kind;       /* of a target: as in struct board_target */
    bool can;               /* may be marked */
    bool marked;
    bool emulated;
    size_t rows;               /* of a subsystem, with the options */
    double seconds;            /* of a subsystem on the marked targets, if it is marked or not */
    char note[64];             /* in a few words: by what it works, or why not */
    char reason[PLANNER_TEXT]; /* a sentence: why not, or what it lacks; or "" */
    char remedy[PLANNER_TEXT]; /* what to do; or "" */
};

struct planner {
    bool looked; /* planner_look() was here */
    struct options options;
    const char *on; /* what was asked for on the command line, marked at first; NULL: nothing */
    struct planner_choice targets[PLANNER_TARGETS_MAX]; /* native first; it is always marked */
    size_t target_count;
    struct planner_choice work[SUBSYSTEM_COUNT];
    /* Of what is marked: */
    size_t rows, marked_targets, marked_work;
    uint32_t blocks;
    double seconds, start_s, budget_s; /* budget INFINITY: none */
    char notes[PLANNER_NOTES_MAX][PLANNER_TEXT];
    size_t note_count;
    char problem[512]; /* why it cannot be started; "" if it can */
};

/* options: those of the program, borrowed (option.h). */
void planner_init(struct planner *p, const struct options *options);
void planner_release(struct planner *p);

/* Ask targets and workloads whether they work here with these options, then planner_count().
 * Starts small programs and takes a second or two. What works without emulation is marked the first
 * time. cpus: as in planner_plan(). */
void planner_look(struct planner *p, const struct target_options *cpus);
/* Mark or unmark; -1 with the reason and the remedy if that cannot be. */
int planner_mark(struct planner *p, struct planner_choice *choice, struct error *e);
/* Add up what is marked. */
void planner_count(struct planner *p, const struct target_options *cpus);
/* The plan of what is marked, into an initialised one. cpus: its processors are taken over (none:
 * as the options say); agent as in setup_plan(). */
int planner_plan(struct planner *p, const struct target_options *cpus, struct plan *plan,
                 char *agent, size_t size, struct error *e);

#endif
