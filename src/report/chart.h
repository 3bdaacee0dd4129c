/* chart.h - the charts of a result, as HTML and SVG reports show them.
 *
 * Rows: a subsystem's rows, or the subsystems, as dots with whiskers on one logarithmic axis of
 * performance relative to native, native being the ruler at 100 %, the margin of equivalence a
 * shade around it, and the paper's own ratios hollow marks in a lane of their own. Sweeps: rows
 * that differ in one number only, as lines of figures over it, native among them.
 *
 * A picture of charts is drawn at its own origin; heights are known before. Pixels. */
#ifndef VMTAX_REPORT_CHART_H
#define VMTAX_REPORT_CHART_H

#include "paper.h"
#include "report/format.h"

#define CHART_WIDTH 760

struct chart_mark {
    bool known;
    bool bounded;  /* by an interval that says something; else it is drawn hollow, too */
    bool unjudged; /* emulated: outside of every mean */
    double ratio, low, high;
    enum verdict verdict;
};

struct chart_row {
    char label[48], detail[PARAMS_TEXT];
    bool strong;
    double margin; /* log units; 0: none is shown */
    struct chart_mark mark[TARGETS_MAX];
    double paper[PAPER_COLUMNS]; /* relative to its native; NAN */
};

struct chart {
    const struct result *r;
    char title[64]; /* "": drawn without one */
    struct chart_row *rows;
    size_t count, room;
};

/* The means over subsystems, or the rows of one that are in no sweep. paper may be NULL. A chart
 * without rows has nothing to draw. */
void chart_overview(struct chart *c, const struct result *r);
void chart_subsystem(struct chart *c, const struct result *r, const struct report_row *rows,
                     size_t count, enum subsystem s, const struct paper *paper);
void chart_release(struct chart *c);
double chart_height(const struct chart *c);
void chart_draw(const struct chart *c, FILE *out);

#define SWEEP_POINTS_MAX 64

/* One workload over one of its parameters. */
struct chart_sweep {
    const struct workload *workload;
    const struct param *param;
    char fixed[PARAMS_TEXT]; /* the others: "cpus=1" */
    size_t count;
    struct chart_point {
        double x;
        size_t metric;
    } points[SWEEP_POINTS_MAX];
};

/* Those of a subsystem, with three points and more each; the caller frees. */
struct chart_sweep *chart_sweep_find(const struct result *r, enum subsystem s, size_t *count);
bool chart_sweep_has(const struct chart_sweep *sweeps, size_t count, size_t metric);
double chart_sweep_height(size_t count);
void chart_sweep_draw(const struct result *r, const struct report_row *rows,
                      const struct chart_sweep *sweeps, size_t count, FILE *out);

/* What a target is drawn with: "t1". */
const char *chart_class(size_t target);

#endif
