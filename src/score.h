/* score.h - the score of jbb: the mean of its figures at and above the number of processors, as
 * SPECjbb2005 has it. Made of several rows, so that nothing is known of its interval. */
#ifndef VMTAX_SCORE_H
#define VMTAX_SCORE_H

#include "result.h"

#include <stddef.h>
#include <stdint.h>

#define SCORE_WORKLOAD "jbb"
#define SCORE_X        "warehouses" /* the parameter that is counted against processors */

/* Sum and count of the figures so far. All zero is the begin. */
struct score_sum {
    double sum;
    size_t count;
};
/* The figure at x; NAN: it is not measured, and then there is no score. Those below `processors` do
 * not count. */
void score_add(struct score_sum *s, uint64_t processors, uint64_t x, double value);
/* NAN if a figure is missing, or there is none. */
double score_mean(const struct score_sum *s);

/* One for each number of processors that rows of a result are of. */
#define SCORES_MAX 8
struct score {
    uint64_t cpus;             /* the rows' parameter; 0: all */
    uint64_t processors;       /* as many as those are */
    uint64_t from, to;         /* warehouses */
    size_t count;              /* figures, 1 or more */
    double value[TARGETS_MAX]; /* op/s; NAN */
};
/* Those of which a target has a value, by ascending cpus with all as the last. Returns how many. */
size_t score_of(const struct result *r, struct score out[SCORES_MAX]);
/* "The score of jbb on one processor is the mean of its 4 figures from 1 to 8 warehouses: native
 * 2100 op/s, kvm 2040 op/s." */
#define SCORE_TEXT 1024
char *score_sentence(const struct result *r, const struct score *s, char out[SCORE_TEXT]);

#endif
