/* series.h - one figure per session of everything that two sides of sessions measured: what a check
 * judges by.
 *
 * A figure is in logs, higher is better: of native its own performance, of a guest its performance
 * relative to native (Hodges-Lehmann over blocks). The figures of a row are all made of the same
 * number of blocks, the least that any of its sessions has, and only of those that every row gets:
 * what a two-stage session measured again because it looked conspicuous is not taken. */
#ifndef VMTAX_SERIES_H
#define VMTAX_SERIES_H

#include "result.h"

#include <stddef.h>
#include <stdint.h>

struct series_row {
    const struct workload *workload;
    char params[PARAMS_TEXT];
    char target[TARGET_ID_MAX];
    uint32_t blocks; /* of each figure */
};

struct series {
    size_t before, now; /* sessions */
    /* By the targets of now[0]: its rows that only the sessions before have a figure of. */
    size_t lost[TARGETS_MAX];
    /* Likewise: its rows that every session before has of other work, as of another web server. */
    size_t other[TARGETS_MAX];
    struct series_row *rows;
    size_t count, room;
    double *values; /* count x (before + now), NAN: that session has none */
    size_t value_room;
};

void series_init(struct series *s, size_t before, size_t now);
void series_release(struct series *s);
/* A row without values yet: the place of its before + now values, all NAN. Valid until the next. */
double *series_add(struct series *s, const struct workload *w, const char *params,
                   const char *target);
const double *series_values(const struct series *s, size_t row);

/* From sessions with analysis up to date. Rows that have a figure on both sides; what is emulated,
 * or not comparable in a session, has none there, and so has a session in which the workload was
 * other work than in now[0]. */
void series_make(struct series *s, const struct result *before, size_t before_count,
                 const struct result *now, size_t now_count);

#endif
