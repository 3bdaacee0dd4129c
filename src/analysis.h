/* analysis.h - from slots to figures, comparisons and verdicts, by the method of statistics.md
 * (stats.h has the arithmetic).
 *
 * Blocks with a missing or unmeasured slot are left out whole. References: N slots of the same
 * block. */
#ifndef VMTAX_ANALYSIS_H
#define VMTAX_ANALYSIS_H

#include "result.h"

/* Recompute r->figures and r->comparisons from r->slots. With r->two_stage: stage-2 rows are
 * decided by stage-2 blocks alone (signed-rank, Holm at 0.02 over the kept rows, |centre| >
 * margin), others show NO_SIGN; otherwise the exploring table. */
void analysis_update(struct result *r);

/* Recompute one metric only (exploring table), for the live screen between blocks. */
void analysis_update_metric(struct result *r, size_t metric);

/* Which metrics deserve stage 2: indexes by falling interest into order[], at most wanted; returns
 * how many. Rows ranked by |HL|/margin beyond 2 % and relative to the shrunken noise, most
 * surprising first. */
size_t analysis_select(const struct result *r, size_t *order, size_t wanted);

/* A subsystem on one target: geometric mean of its rows with interval. rows = how many rows carry a
 * figure, of total. */
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
