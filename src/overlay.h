/* overlay.h - a new result over an earlier one, for the screen: rows that were measured now, and
 * the rest as it was.
 *
 * Only for showing. What is stored is one session's own. */
#ifndef VMTAX_OVERLAY_H
#define VMTAX_OVERLAY_H

#include "result.h"

/* out (initialised) becomes a copy of now, with the slots, figures and comparisons of below for the
 * rows of which now has no slot, be it that it does not have the row or that it did not come to it.
 * Nothing of below is taken if it was measured elsewhere: other targets, another agent or kernel,
 * other processors or memory; and no row that was other work (fingerprint_other_work()). As long as
 * a guest asked for as kvm has not come up it may yet be emulated: rows of an emulated one stay
 * until then, with that guest's name. Each row that is taken from below says from when it is
 * (metric.taken_from). */
void overlay_make(struct result *out, const struct result *below, const struct result *now);

#endif
