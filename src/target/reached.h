/* reached.h - a guest that a command reaches (reach.h), for kinds that do more about it than to
 * reach it: those embed struct reached first. */
#ifndef VMTAX_REACHED_H
#define VMTAX_REACHED_H

#include "target/kinds.h"
#include "target/reach.h"

#define REACHED_ANSWER_MAX 256

struct reached {
    struct local local; /* without limits: the guest's are its own */
    int interrupt;      /* readable: give up; -1: none */
    size_t noise;
    char noise_line[REACHED_ANSWER_MAX]; /* the last that was not ours, for a sentence */
};

/* Makes r ready, which is all zero; name gets one that is unique on this machine (kinds.h). -1 with
 * a sentence; reached_end() is due in either case. */
int reached_init(struct reached *r, const struct target_kind *kind,
                 const struct target_options *options, struct ledger *ledger, char *name,
                 size_t name_size, struct error *e);
/* Runs the way's command for the guest where and starts the agent in it; tells target.facts. -1
 * with a sentence. */
int reached_enter(struct reached *r, const struct reach *way, const char *where,
                  const struct target_options *options, struct error *e);
/* Ends the agent and takes away what the ledger holds; frees nothing of r itself. */
void reached_end(struct reached *r);

#endif
