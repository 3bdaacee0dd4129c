/* detail.h - everything that is known of one row, in the order in which a reader needs it: the
 * figures, the ratio on an axis, the interval and what it could have found, the verdict in words,
 * the flags spelled out, latency, the paper's row, the baseline, the method. */
#ifndef VMTAX_DETAIL_H
#define VMTAX_DETAIL_H

#include "ui/row.h"

/* Fills r from the top; what does not fit is left out, least important last. metric SIZE_MAX: says
 * that no row is selected. */
void detail_draw(struct canvas *c, struct rect r, const struct snapshot *s, const struct view *v,
                 size_t metric);

#endif
