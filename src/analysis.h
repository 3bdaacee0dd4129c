/* analysis.h - from slots to figures, comparisons and verdicts, by the method of statistics.md
 * (stats.h has the arithmetic).
 *
 * What the verdict of a row may say is what its data can carry, and no more:
 * - Only whole blocks count: two measured slots of native and two of the guest in the same block.
 *   Without any: CANNOT if one side never ran, for the reason its slots state; INCONCLUSIVE if
 * slots ran but gave no figure, as of a guest too slow for its slot; else NOT_MEASURED, with the
 * reason.
 * - A guest whose clock is off by more than 1 % or stepped, an emulated guest, and a workload that
 *   this version does not know: NOT_COMPARABLE. The ratio is kept to be shown; no mean, verdict or
 *   exit code uses it. A clock known no better than 1 % widens the interval by what it may be off.
 * - One block has no interval: INCONCLUSIVE. Two to five have a t interval, marked approximate; it
 *   is wide and says little, rightly.
 * - Exploring (one stage): the table of stats_verdict() per row, uncorrected, at the achieved level
 *   of the interval; comparison.p is the row's own p.
 *   In simulated sessions of native against native (drift, bursts, 1 to 5 % noise, 2 to 12 blocks)
 * 1 to 4 % of rows were wrongly better or worse, which "about 1 row in 20" says rightly; means over
 *   rows 0 to 5 %.
 * - Two stages, row not kept: its interval is a t interval whose variance is shrunken over the
 * rows, marked approximate. Nothing seen (centre within 2 %) is NO_SIGN, which is no promise of
 *   equality; something seen is INCONCLUSIVE, out of time. `detectable` is then the change that
 *   would have been noticed with 80 % probability.
 * - Two stages, row kept: decided by its fresh blocks alone. Better or worse needs both Holm's
 *   adjusted p at the family level and a centre beyond the margin; same needs the 95 % interval
 *   inside the margin; all else is INCONCLUSIVE. The family is every kept row of every guest that
 *   can be judged. `detectable` uses the first step of Holm and the margin.
 * - Better always carries X, steal above 1 % in any slot that was used S; the flags of slots and
 *   targets are passed on.
 * Two-stage sessions of forty rows, native against native, had a false verdict anywhere in at most
 * 1 of 100 (tests/sim_coverage.c, 1000 sessions in each of seven kinds of noise). Until a two-stage
 * session is over its verdicts are provisional: the family still grows. */
#ifndef VMTAX_ANALYSIS_H
#define VMTAX_ANALYSIS_H

#include "result.h"

#define ANALYSIS_NOTICE        0.02 /* |centre| of stage 1 beyond which a row deserves stage 2 */
#define ANALYSIS_FAMILY_LEVEL  0.02
#define ANALYSIS_STAGE2_BLOCKS 12
/* Twelve differences reach no p below 2/4096: with more tests than this Holm's first step could
 * never be taken. */
#define ANALYSIS_FAMILY_MAX 40
#define ANALYSIS_LEVEL      0.95

/* Recompute r->figures and r->comparisons from r->slots: a figure for every metric and target that
 * has slots, a comparison for every metric and guest. */
void analysis_update(struct result *r);

/* The same after one metric has got slots, for the live screen between blocks. (In a two-stage
 * session this is analysis_update(), because rows depend on each other.) */
void analysis_update_metric(struct result *r, size_t metric);

/* The difference of one block (log units, guest minus native): 1 with *d, 0 if the block is not
 * whole, -1 if it has no slots. */
int analysis_block(const struct result *r, size_t metric, size_t target, uint8_t stage,
                   uint32_t block, double *d);

/* Which metrics deserve stage 2: indexes by falling interest into order[], at most wanted and never
 * more than can be decided (ANALYSIS_FAMILY_MAX over the guests); returns how many. Candidates are
 * the rows whose stage-1 centre is beyond ANALYSIS_NOTICE; their interest is |centre|/margin times
 * |centre|/error, the error from noise shrunken over rows. */
size_t analysis_select(const struct result *r, size_t *order, size_t wanted);

/* A subsystem on one target: geometric mean of its rows with a t interval. rows = how many rows
 * carry a ratio, of total; the mean (estimate.n of them) takes those with two blocks and more that
 * may be judged, and whose figure is no rate that was given (workload_paced()). The verdict of an
 * exploring session is the table's; in a two-stage session better and worse hold at the family
 * level over all means shown. */
struct subsystem_summary {
    size_t rows, total;
    struct stats_estimate estimate; /* log units; n = 0 if nothing */
    enum verdict verdict;           /* worst decided row is not hidden: see worst */
    uint32_t flags;
    size_t worst; /* index of comparison, or SIZE_MAX */
};
struct subsystem_summary analysis_subsystem(const struct result *r, enum subsystem s,
                                            size_t target);
/* Over all subsystems that have rows (geometric mean of subsystem means). */
struct subsystem_summary analysis_overall(const struct result *r, size_t target);

#endif
