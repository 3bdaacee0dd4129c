/* costs.h - white-box counters of one row in boxes: beside those of native, and exits by reason. */
#ifndef VMTAX_COSTS_H
#define VMTAX_COSTS_H

#include "cost.h"
#include "snapshot.h"
#include "ui/prose.h"

/* Whose the counts of a target's kernel are: "the whole machine's" where it has none of its own. */
const char *costs_whose(const struct board_target *t);
/* "* the whole machine's", of native and the target, or of each. Returns out. */
char *costs_note(char *out, size_t size, const struct board_target *native,
                 const struct board_target *t);
/* Are any of them among these? */
bool costs_kernels(uint32_t known);
/* What the host and the kernels counted beside the operations, a line for each counter that did; or
 * that nothing was. emulated: the guest is. keep: rows of the page that are left free. */
void costs_lines(struct page *p, const struct figure_cost *native, const struct figure_cost *guest,
                 bool emulated, enum cost_unit unit, int keep);
/* Bars of the shares that the reasons have in all exits; nothing if none are known. */
void costs_reasons(struct page *p, const struct figure_cost *guest);

#endif
