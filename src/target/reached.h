/* reached.h - a guest at the end of a command (reach.h), for kinds that do more about it than to
 * reach it: those embed struct reached first. */
#ifndef VMTAX_REACHED_H
#define VMTAX_REACHED_H

#include "target/kinds.h"
#include "target/stager.h"

struct reached {
    struct local local;
    struct stager stager;
    bool text; /* of the stager's; set before reached_enter() */
    bool tree; /* a kernel's sources were brought, and what is made of them takes its time to go */
};

/* Makes r ready, which is all zero, without limits: the guest's are its own. name gets one that is
 * unique on this machine (kinds.h). -1 with a sentence; reached_end() is due in either case. */
int reached_init(struct reached *r, const struct target_kind *kind,
                 const struct target_options *options, struct ledger *ledger, char *name,
                 size_t name_size, struct error *e);
/* Runs the command of guest, which has a way and a place, and the agent at its end; tells
 * target.facts. -1 with a sentence. */
int reached_enter(struct reached *r, const struct target_kind *guest,
                  const struct target_options *options, struct error *e);
/* Ends the agent and takes away what the ledger holds; frees nothing of r itself. */
void reached_end(struct reached *r);

#endif
