/* board_run.h - of the board: what runs now and what comes next. */
#ifndef VMTAX_BOARD_RUN_H
#define VMTAX_BOARD_RUN_H

#include "result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BOARD_RATE_MAX   1200 /* points of the live graph: 10 minutes at 2 a second */
#define BOARD_QUEUE_MAX  16
#define BOARD_BLOCKS_MAX 64

/* Phases of a slot: until its timed part begins (the clock's audit, preparation, lead-in), during
 * it, and until its result is there. */
#define BOARD_PHASE_PREPARE "prepare"
#define BOARD_PHASE_MEASURE "measure"
#define BOARD_PHASE_VERIFY  "verify"

struct board_rate {
    double at_s;  /* host time line, seconds since the board was made */
    double value; /* in the workload's unit */
    uint8_t target;
    bool stall; /* no progress during this tick */
    bool slot;  /* not of a tick but of a whole slot, which has just ended */
};

struct board_run {
    bool active;
    bool paused;
    char title[96]; /* "sys.read", what is being measured */
    const struct workload *workload;
    char params[PARAMS_TEXT];
    size_t metric; /* index into metrics */
    size_t target; /* whose slot runs now */
    char position[4];
    char phase[80];  /* "starting container", "kvm: mounting the host's files"; BOARD_PHASE_... */
    double silent_s; /* nothing has been heard of target for so long; 0: it speaks */
    uint32_t block, blocks; /* of this metric: block from 0 */
    uint8_t stage, stages;
    double slot_s; /* a slot of this metric takes about so long; 0: not known */
    /* Of the whole plan; what follows it (plan.after_s) is in eta, which is < 0 if unknown. */
    double elapsed_s, eta_s;
    double done; /* share of the plan, 0..1 */
    struct board_rate
        rate[BOARD_RATE_MAX]; /* ring of the current metric, oldest first from rate_first */
    size_t rate_first, rate_count;
    struct latency latency[TARGETS_MAX];  /* latest slot of the current metric */
    double block_ratio[BOARD_BLOCKS_MAX]; /* exp d of each finished block, latest target */
    size_t block_count;
};

struct board_queue_item {
    char workload[WORKLOAD_ID_MAX];
    char params[PARAMS_TEXT];
    char targets[64];
    uint32_t blocks;
    double seconds;
};

#endif
