/* cost.h - the white-box counters of a figure, and as words for reports and the dashboard.
 *
 * Processor time is a share of one processor ("187 %" are two, nearly). Events and bytes are told
 * per operation ("0.98/op", "4.1kB/op") where that can be said and is not tiny, else per second
 * ("12.4k/s"); of two that are compared both in the same way. */
#ifndef VMTAX_COST_H
#define VMTAX_COST_H

#include "counters.h"

#include <stdbool.h>
#include <stddef.h>

/* What a target of which nothing is known says of itself. */
#define COST_NONE          "white-box: none of this target"

#define FIGURE_REASONS_MAX 4

/* The white-box counters of a figure: totals of its slots over their time. */
struct figure_cost {
    uint32_t known;              /* bits 1 << enum counter: in all of the slots */
    double per_s[COUNTER_COUNT]; /* in a second, in the unit that counter_kinds[].id says */
    double s_per_op;     /* seconds of an operation; NAN where the time that was counted held
                            other things than operations, beyond a tenth */
    size_t reason_count; /* the most frequent ones */
    struct {
        char name[COUNTER_REASON_NAME];
        double per_s;
    } reasons[FIGURE_REASONS_MAX];
};

/* Known, and not zero. */
bool cost_counted(const struct figure_cost *c, enum counter which);
/* ASCII, at most 11 columns ("0.98/op"); "-" if it is not known. beside: what it is compared with,
 * or NULL. Returns out. */
char *cost_value(char *out, size_t size, const struct figure_cost *c,
                 const struct figure_cost *beside, enum counter which);

/* By what it is told: as cost_value() chooses, or always of an operation (times too, "12.00µs/op",
 * which is not ASCII), or always of a second. */
enum cost_unit { COST_CHOSEN, COST_PER_OPERATION, COST_PER_SECOND, COST_UNITS };
extern const char *const cost_units[COST_UNITS]; /* "per operation"; "" for the first */
/* As cost_value(); "-" also if how long an operation takes is not known, and asked for. */
char *cost_value_in(char *out, size_t size, const struct figure_cost *c,
                    const struct figure_cost *beside, enum counter which, enum cost_unit unit);
/* "exits, vCPU, halt polling": the counters of a set of bits 1 << enum counter, as far as they fit.
 * Returns out. */
char *cost_names(char *out, size_t size, uint32_t set);
/* Exits by reason as shares of all exits: "halt 60 %, io 31 %"; "" if none are known. */
char *cost_reasons(char *out, size_t size, const struct figure_cost *c);
/* "exits 0.98/op (halt 60 %); vCPU 98 %": what was counted, native's value beside it where it has
 * one: "cpu 98 % [97 %]". "" if nothing was. native may be NULL. */
char *cost_sentence(char *out, size_t size, const struct figure_cost *c,
                    const struct figure_cost *native);

#endif
