/* overlay.h - a new result over an earlier one, for the screen: rows that were measured now, and
 * the rest as it was.
 *
 * Only for showing. What is stored is one session's own. */
#ifndef VMTAX_OVERLAY_H
#define VMTAX_OVERLAY_H

#include "result.h"

/* out (initialised) becomes a copy of now, with the rows of below that now does not have, their
 * slots, figures and comparisons as they stand. Nothing of below is taken if its targets are
 * others. */
void overlay_make(struct result *out, const struct result *below, const struct result *now);

#endif
