/* load.h - what else used the machine while a run measured: quiet.h, between its blocks.
 *
 * The same rule and the same rhythm as the dashboard's "quiet?", so that the stored result says
 * afterwards what the screen said meanwhile. For the runner alone. */
#ifndef VMTAX_LOAD_H
#define VMTAX_LOAD_H

#include "quiet.h"
#include "result.h"

struct load {
    struct quiet quiet;
    double last_s; /* of the last look */
    double others_s,
        span_s;   /* processor seconds of others over the looks, and how long these are */
    double worst; /* share of others in the look that result_load.why is of */
    struct result_load seen;
};

/* now_s: any clock that runs evenly, the same in all calls. */
void load_begin(struct load *l, double now_s);
/* Looks if the last look is some seconds ago; last: if it is one second ago. */
void load_look(struct load *l, double now_s, bool last);
/* What a look at l->quiet said, span_s after the one before. */
void load_count(struct load *l, double span_s);
void load_release(struct load *l);

#endif
