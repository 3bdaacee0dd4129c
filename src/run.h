/* run.h - one run while it runs: its state, and what it shows of itself on the board.
 *
 * For the parts of the runner (runner.c, slot.c) alone; everybody else calls runner_run(). */
#ifndef VMTAX_RUN_H
#define VMTAX_RUN_H

#include "blockdev.h"
#include "board.h"
#include "coretype.h"
#include "load.h"
#include "pair.h"
#include "place.h"
#include "plan.h"
#include "result.h"
#include "runner.h"
#include "scratch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a row's operations are like, learnt from its finished slots: ticks carry bare counts. */
struct habit {
    double bytes_per_op;
    bool known, net_of_overhead;
    char product[PRODUCT_MAX]; /* of the first slot that made something; empty: none yet */
};

struct run {
    const struct plan *plan;
    struct board *board;
    struct result *result;
    const struct runner_hooks *hooks;
    int interrupt_fd;
    struct places places;
    struct peer peer;
    const struct workload *served; /* whose servers are up in the targets; or NULL */
    bool alone;                    /* memory holds what the row keeps in one target only (room.h) */
    const struct workload *told_alone; /* the last one that this was said of; or NULL */
    struct scratch scratch;
    struct blockdev device; /* below it */
    struct load load;
    char seed[4096]; /* directory of the archive of the kernel's sources; empty: there is none */
    uint64_t seed_bytes;   /* of that archive */
    struct error treeless; /* why not */
    double started_s;      /* host time line */
    double block_from_s;   /* run_elapsed() at the begin of the block that runs */
    size_t block_metric;   /* whose it is; SIZE_MAX: none runs */
    pid_t others[8];       /* runs of the same user at the same time, as they were told of */
    size_t other_count;
    uint32_t next_slot;
    size_t core;           /* of coretypes, for all targets; CORETYPE_AUTO: not chosen yet */
    bool *dead;            /* metric x target: failed for good */
    struct habit *habit;   /* of each metric */
    double *block_s;       /* the longest block of each metric so far; 0: none yet */
    uint32_t *blocks_left; /* of each metric, of both stages as far as is known */
};

double run_elapsed(const struct run *r); /* seconds */
bool run_interrupted(const struct run *r);
/* Does target t still take part in this row? */
bool run_takes_part(const struct run *r, size_t metric, size_t t);

/* What a block of a row takes: as long as one took on this machine, which may be busy or slow; else
 * as planned, times what the plan was wrong by in another row of the same workload. */
double run_block_seconds(const struct run *r, size_t metric);

/* The run begins: from now on it is active, before its first row is. */
void run_show_begin(struct run *r);
/* Each of these publishes the board; those with a word for the progress hook call it. */
void run_tell(struct run *r);
void run_show_phase(struct run *r, const char *phase);
/* Progress of the plan: the time that went by against what is still to come. */
void run_show_progress(struct run *r);
/* A block of this row begins; the live graph of another row ends. */
void run_show_row(struct run *r, const struct plan_row *row, size_t metric, uint32_t block,
                  uint32_t blocks, uint8_t stage);
/* What comes after the first next rows of this order. */
void run_show_queue(struct run *r, const size_t *order, size_t next);
/* To the log: which rows had no figure for a reason that it has once (slot.c). */
void run_show_causes(struct run *r);
/* All figures so far, over those that the run does not measure itself. */
void run_show_result(struct run *r);

#endif
