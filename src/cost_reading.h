/* cost_reading.h - a short reading of a row from its white-box counters: what goes with the time
 * that it takes longer than natively, and how far that can be said.
 *
 * Nothing is named as the cause: counters are counted in the same time, and that is all. Where an
 * upper bound follows, it is told as one ("were all of it theirs, an exit took 0.7 µs"). */
#ifndef VMTAX_COST_READING_H
#define VMTAX_COST_READING_H

#include "cost.h"

#include <stdbool.h>
#include <stddef.h>

#define COST_READING_LINES 5
#define COST_READING_TEXT  320

struct cost_reading {
    char line[COST_READING_LINES][COST_READING_TEXT]; /* sentences, UTF-8 */
    size_t count;
};

/* native: what the same row took there; it may know nothing. emulated: the guest's processor is. */
void cost_reading_make(struct cost_reading *r, const struct figure_cost *guest,
                       const struct figure_cost *native, bool emulated);

#endif
