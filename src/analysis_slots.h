/* analysis_slots.h - the slots of one metric, block by block: what analysis*.c share, nobody else's
 * business. */
#ifndef VMTAX_ANALYSIS_SLOTS_H
#define VMTAX_ANALYSIS_SLOTS_H

#include "result.h"

struct place {
    uint8_t stage;
    uint32_t block;
    size_t slot; /* index into r->slots: the order in which they ran */
};

struct slot_list {
    struct place *places; /* blocks in order, in each the slots in order; owned */
    size_t count, room;
};

void slots_add(struct slot_list *list, const struct result *r, size_t slot);
/* The list of one metric; the caller frees its places. */
struct slot_list slots_of_metric(const struct result *r, size_t metric);
/* The lists of all metrics (stage 0: of all stages); slots that name no metric or target are left
 * out. The caller frees by slots_by_metric_free(). */
struct slot_list *slots_by_metric(const struct result *r, uint8_t stage);
void slots_by_metric_free(struct slot_list *lists, size_t count);
/* Where the block that begins at from ends. */
size_t slots_block_end(const struct slot_list *list, size_t from);

/* Does a slot carry a figure that has a logarithm? */
bool slots_usable(const struct slot *s);
/* ln of performance: higher is better. */
double slots_performance(const struct workload *row, const struct slot *s);

/* Recompute one figure of r (analysis_figure.c). */
void analysis_figure(struct result *r, const struct slot_list *list, size_t metric, size_t target);

#endif
