/* loss.h - datagrams that did not arrive, as heat: a line for each target, a cell for each size,
 * rate and direction. In the paper KVM lost 53 to 99 % of them, and a bandwidth alone does not show
 * it. */
#ifndef VMTAX_LOSS_H
#define VMTAX_LOSS_H

#include "ui/row.h"

/* Lines that it takes; 0: no datagrams were counted. */
int loss_lines(const struct snapshot *s);
#define LOSS_WORST 128
/* Into the inside of a box, one line of sizes above those of the targets: "4k" as fast as it goes,
 * "1k@100M" at a rate in bit/s. */
void loss_draw(struct canvas *c, struct rect in, const struct snapshot *s);
/* "paper 2010: KVM lost 53 % of 1k, 99 % of 32k": what its text says; "" if it is not at hand. */
void loss_paper(const struct snapshot *s, char out[LOSS_WORST]);
/* "worst: kvm tx 32768 bytes, 98.7 %"; "worst, without emulated: ..." where what is emulated lost
 * some, too. "" if nothing is lost. */
void loss_worst(const struct snapshot *s, char out[LOSS_WORST]);

#endif
