/* chart.h - the charts of a result, as HTML and SVG reports show them, and of a check.
 *
 * Rows: a subsystem's rows, or the subsystems, as dots with whiskers on one logarithmic axis of
 * performance relative to native, native being the ruler at 100 %, the margin of equivalence a
 * shade around it, and the paper's own ratios hollow marks in a lane of their own. Sweeps: rows
 * that differ in one number only, as lines of figures over it, native among them. Of a check the
 * ruler is what was before, and native one of those that are compared with it.
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

/* Whose marks these are. */
struct chart_series {
    char name[TARGET_ID_MAX];
    size_t target; /* what it is drawn as: see chart_class() */
    bool emulated;
};

struct chart_row {
    char label[48], detail[PARAMS_TEXT];
    bool strong;
    double margin;                       /* log units; 0: none is shown */
    struct chart_mark mark[TARGETS_MAX]; /* of each series */
    double paper[PAPER_COLUMNS];         /* relative to its native; NAN */
};

struct chart {
    struct chart_series series[TARGETS_MAX];
    size_t series_count;
    const char *ruler; /* what stands at 100 %: "native" */
    const char *axis;  /* what the ratios are */
    char title[64];    /* "": drawn without one */
    struct chart_row *rows;
    size_t count, room;
};

/* For rows of any kind: no series, no row. ruler and axis must outlive it. */
void chart_init(struct chart *c, const char *title, const char *ruler, const char *axis);
struct chart_series *chart_add_series(struct chart *c, const char *name, size_t target);
/* Valid until the next; its marks are not known. */
struct chart_row *chart_add_row(struct chart *c, const char *label, const char *detail);
struct chart_mark chart_mark_of(const struct stats_estimate *e, enum verdict verdict,
                                bool emulated);
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
