/* slot.h - one slot of a run: one target's answer to one row, measured, judged and kept. */
#ifndef VMTAX_SLOT_H
#define VMTAX_SLOT_H

#include "run.h"

/* Run the slot of a row (its number: metric) that stands at `where` in the block, and append it to
 * the result, also if nothing was measured: then with a reason. fresh: in a new worker process. A
 * target that dies over it is started again or lost (place.h). -1: interrupted. */
int slot_run(struct run *r, const struct plan_row *row, size_t metric,
             const struct plan_slot *where, uint32_t block, uint8_t stage, bool fresh,
             struct error *e);

#endif
