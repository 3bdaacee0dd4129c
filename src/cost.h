/* cost.h - the white-box counters of a figure as words, for reports and the dashboard.
 *
 * Processor time is a share of one processor ("187 %" are two, nearly). Events are told per
 * operation ("0.98/op") where that can be said and is not tiny, else per second ("12.4k/s"). */
#ifndef VMTAX_COST_H
#define VMTAX_COST_H

#include "result.h"

#include <stdbool.h>
#include <stddef.h>

/* What a target of which nothing is known says of itself. */
#define COST_NONE "white-box: none of this target"

/* Known, and not zero. */
bool cost_counted(const struct figure_cost *c, enum counter which);
/* ASCII, at most 11 columns ("0.98/op"); "-" if it is not known. Returns out. */
char *cost_value(char *out, size_t size, const struct figure_cost *c, enum counter which);
/* Exits by reason as shares of all exits: "halt 60 %, io 31 %"; "" if none are known. */
char *cost_reasons(char *out, size_t size, const struct figure_cost *c);
/* Does the target know any counter in any row? */
bool cost_any(const struct result *r, size_t target);
/* "exits 0.98/op (halt 60 %); vCPU 98 %": what was counted, native's value beside it where it has
 * one: "cpu 98 % [97 %]". "" if nothing was. native may be NULL. */
char *cost_sentence(char *out, size_t size, const struct figure_cost *c,
                    const struct figure_cost *native);

#endif
