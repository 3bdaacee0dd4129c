/* plan.h - what runs, in which order, and how long it will take. */
#ifndef VMTAX_PLAN_H
#define VMTAX_PLAN_H

#include "error.h"
#include "target/target.h"
#include "workloads/catalog.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct plan_row {
    const struct workload *workload;
    char params[PARAMS_TEXT];
};

struct plan {
    enum profile profile;
    struct plan_row *rows;
    size_t row_count, row_room;
    /* [0] is native, the reference. Those of reached guests (reach.h) are the plan's own. */
    const struct target_kind *targets[TARGETS_MAX];
    size_t target_count;
    uint32_t blocks;  /* of each row, even; stage 1 when two_stage */
    uint32_t blocks2; /* fresh blocks of the kept rows in stage 2 */
    bool two_stage;
    double after_s;  /* what follows when it is over, for the time that is left: further sessions */
    double budget_s; /* hard limit of the whole; INFINITY: none */
    double slot_scale;                  /* of the catalogue's slot length and lead-in */
    double slot_s;                      /* overrides the catalogue's slot length when > 0 */
    const struct target_kind *emulated; /* one of targets that would be emulated; NULL: none */
    double emulated_s; /* what starts take longer because guests would be emulated */
    struct target_options options;
    const struct target_kind
        *peer;          /* that loads served workloads, the plan's own; NULL: the host */
    char spec[4096];    /* config file in the tree of SPEC CPU that rows run; empty: none do */
    char left_out[300]; /* a sentence about guests that work but were not chosen; or empty */
};

void plan_init(struct plan *p);
void plan_release(struct plan *p);
/* to is not initialised; it gets rows and reached guests of its own. */
void plan_copy(struct plan *to, const struct plan *from);

/* Add what a word names: an id ("sys.read", with optional ":size=64K,cpus=2"), a subsystem, a glob,
 * "all". Unknown: -1 with the nearest. */
int plan_add(struct plan *p, const char *word, struct error *e);
/* Timed part and lead-in of a slot of w, seconds. */
double plan_slot_seconds(const struct plan *p, const struct workload *w);
double plan_lead_seconds(const struct plan *p, const struct workload *w);
/* Does one worker do all blocks of a row of w that follow each other? Else each has a fresh one. */
bool plan_keeps_worker(const struct plan *p, const struct workload *w);
/* Expected seconds of one block of one row, and of the whole plan (stage 2 counted only as far as
 * the budget allows). */
double plan_block_seconds(const struct plan *p, const struct plan_row *row);
double plan_seconds(const struct plan *p);
/* Of these, until all targets are started. */
double plan_start_seconds(const struct plan *p);

/* Does it take seconds before its first slot, or one long operation? */
bool plan_dear(const struct plan_row *row);
/* The rows in the order in which they are measured: order has room for all. Of two stages the first
 * takes one row of each subsystem in turn, so that every line of the scoreboard has a figure early
 * and a budget that runs out cuts all subsystems alike; dear ones come after all others. Else as
 * planned. */
void plan_order(const struct plan *p, size_t *order);

/* The row that is missed least when the time does not suffice: the dearest, but none that its
 * subsystem has only one of as long as there are others. There is a row. */
size_t plan_dispensable(const struct plan *p);
void plan_remove(struct plan *p, size_t row);

/* Does any row write to a disk? bytes gets the size of the largest file. */
bool plan_scratch(const struct plan *p, uint64_t *bytes);
/* What all targets take together below the directory of --scratch when each may write so much: of a
 * machine its whole disk, of a guest that was there already nothing, for it has another one. */
uint64_t plan_scratch_total(const struct plan *p, uint64_t bytes);
/* With so much room there, and bytes that each may write: does any row's file fit, and the disk of
 * any guest? Else nothing could be compared. */
bool plan_fits(const struct plan *p, uint64_t bytes, uint64_t room);

/* The position names and targets of a block in the order in which its slots run, for targets 0
 * (native) .. n-1: block 0 of two: N1 G1 G2 N2; block 1: G1 N1 N2 G2; of three: N1 G1 H1 H2 G2 N2,
 * then mirrored. Returns the number of slots (2 n). */
struct plan_slot {
    size_t target;
    char position[4];
};
size_t plan_block_order(size_t targets, uint32_t block, struct plan_slot out[2 * TARGETS_MAX]);

#endif
