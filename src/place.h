/* place.h - the life of the targets of one run: probed, started, spoken to, lost.
 *
 * A place is where a run measures: one target of the plan, by its number there, with the session
 * that speaks to its agent. A place that dies is started once again; if it dies again it is lost,
 * and the run goes on without it. Each change is shown on the board and, where the result document
 * has a word for it, written there. One thread uses the places of a run. */
#ifndef VMTAX_PLACE_H
#define VMTAX_PLACE_H

#include "board.h"
#include "error.h"
#include "result.h"
#include "session.h"
#include "target/target.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct place {
    const struct target_kind *kind;
    struct target *target;   /* owned; NULL: not running */
    struct session *session; /* owned; NULL with target */
    unsigned starts;         /* tries */
    bool lost;               /* given up */
    bool will_emulate;       /* it starts, or runs, without the hardware's help */
    bool told;               /* and why, to the log */
    char warm[256];          /* row and port of the server in it that a load has warmed; or "" */
    char remedy[256];        /* what would make it work unemulated; or "" */
};

/* Filled by the runner, which owns everything that is pointed to and keeps it longer. */
struct places {
    struct place place[TARGETS_MAX]; /* by target of the plan; [0] is native */
    size_t count;
    struct target_options options; /* of every target; limits is set by place_probe */
    struct ledger *ledger;
    struct board *board;   /* its targets are in the same order */
    struct result *result; /* likewise; agent_sha256 is what an agent has to be */
    int interrupt_fd;      /* readable = give up waiting; -1: none */
    void (*phase)(void *context, const char *phase); /* "starting container"; may be NULL */
    void *context;
    size_t starting; /* place.c's: whose start is waited for */
};

/* Ask every target whether it can be used here. Those that cannot are lost. -1 with a sentence if
 * nothing can be measured without one of them. */
int place_probe(struct places *p, struct error *e);

/* Start target t and open the conversation. On failure it is not running, and not lost yet. */
int place_start(struct places *p, size_t t, struct error *e);
/* End conversation and target; nothing happens to one that is not running. */
void place_stop(struct places *p, size_t t);

/* Give up t, which is not running: without a word in the log (whoever asked for the stop, or ends
 * the whole run, says why), or with one. */
void place_drop(struct places *p, size_t t, const char *why);
void place_lose(struct places *p, size_t t, const char *why);

/* The session of t broke. A target may be started once again; a second failure ends it. True if it
 * is back. */
bool place_revive(struct places *p, size_t t, const char *why);

/* Whose kernel t, which runs, has: who may use its page cache beside it. */
enum place_kernel {
    PLACE_KERNEL_HOST, /* native's */
    PLACE_KERNEL_OWN,  /* that of the virtual machine that it is */
    PLACE_KERNEL_ELSE, /* another one that may have other guests; or it does not say */
};
enum place_kernel place_kernel(const struct places *p, size_t t);

/* What the host has counted so far for the running target (counters.h), and when: the middle of
 * the reading, in seconds of the host's clock. */
double place_count(const struct place *p, struct counters *out);

#endif
