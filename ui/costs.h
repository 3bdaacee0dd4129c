/* costs.h - white-box counters of one row in boxes: beside those of native, and exits by reason. */
#ifndef VMTAX_COSTS_H
#define VMTAX_COSTS_H

#include "cost.h"
#include "ui/prose.h"

/* What the host and the kernels counted beside the operations, a line for each counter that did; or
 * that nothing was. keep: rows of the page that are left free. */
void costs_lines(struct page *p, const struct figure_cost *native, const struct figure_cost *guest,
                 int keep);
/* Bars of the shares that the reasons have in all exits; nothing if none are known. */
void costs_reasons(struct page *p, const struct figure_cost *guest);

#endif
