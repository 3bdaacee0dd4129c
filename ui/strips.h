/* strips.h - rows of several suites, all targets on one axis per row: native is the ruler, the
 * chosen guest has its whiskers, the paper's guests are letters. Each suite begins with its
 * geometric mean. Rows that were not measured keep their place and say which key runs them. */
#ifndef VMTAX_STRIPS_H
#define VMTAX_STRIPS_H

#include "ui/row.h"

#define STRIPS_MAX 96

struct suite {
    const char *prefix; /* of the ids of its workloads: "cint." */
    const char *title;  /* "int" */
    bool by_params;     /* its rows are what was measured of one workload: nothing, no row */
};

struct strip {
    const struct workload *workload;
    size_t metric; /* SIZE_MAX: never measured */
    size_t suite;  /* index */
};

struct strips {
    const struct suite *suites;
    size_t suite_count;
    uint64_t cpus; /* of the rows' parameter of that name: 1 or 0, all processors */
    struct strip row[STRIPS_MAX];
    size_t count;
};

/* The workloads of the suites that pass the filter, in the catalogue's order, each with its metric
 * on that many processors; of suites by parameters their metrics, in the order of the snapshot. */
struct strips strips_read(const struct snapshot *s, const struct view *v,
                          const struct suite *suites, size_t suite_count, uint64_t cpus);
/* The first row of a suite, and the line of its heading when the list is drawn; SIZE_MAX: the suite
 * has no row. */
size_t strips_suite(const struct strips *list, size_t suite, size_t *line);

struct strips_mean {
    double ratio;     /* geometric mean of ratios to native; NAN: none is known */
    double low, high; /* its interval, by the rule of a subsystem's mean; valid if bounded */
    bool bounded;
    size_t n, total; /* rows that it holds, rows of the suite */
};

/* Of one guest. Rows of a single block are no part of it. An emulated guest has no mean: n is 0. */
struct strips_mean strips_mean(const struct snapshot *s, const struct strips *list, size_t suite,
                               size_t target);

/* box: for "more" in its frame; index: of the box in its panel. */
void strips_draw(struct canvas *c, struct rect box, struct rect in, const struct snapshot *s,
                 const struct view *v, const struct strips *list, size_t index, bool focus);

#endif
