/* curve.h - the panel of a subsystem that is one workload under growing load: web, database, Java.
 *
 * The figure over clients, threads or warehouses as lines, native's knee marked; left and right
 * move a cursor along the axis, and a table says what every target has at that point. `o` changes
 * from one processor to all of them. Where there is room a box beside it says where each target's
 * curve bends, what its greatest figure is, and what all processors bring.
 *
 * A panel is a descriptor and the functions of struct panel, which hand it on (panel_curve.c). */
#ifndef VMTAX_CURVE_H
#define VMTAX_CURVE_H

#include "ui/sweep.h"

struct curve {
    enum subsystem subsystem;
    char key;               /* of the panel, in the corner */
    const char *title;      /* "jbb-like" */
    const char *id;         /* the workload */
    const char *x;          /* its parameter along the axis: "warehouses" */
    const char *one, *many; /* "warehouse", "warehouses" */
    /* The workload that asks at a fixed `rate`: told below the graph, or in its place where that
     * has no point; or NULL. */
    const char *at_rate;
    bool errors;     /* they are counted, and the table has a column of them */
    bool statements; /* what the transactions consisted of is shown below the table */
    bool score;      /* the mean of the figures at and above the number of processors is shown */
};

/* Its points on one processor or on all, by ascending x. Of points that differ in parameters beside
 * x and `cpus` those of the set with the most of them. */
struct curve_points {
    size_t metric[SWEEP_MAX];
    size_t count;
    char fixed[PARAMS_TEXT + 16]; /* what they have in common, as for struct sweep */
    char set[PARAMS_TEXT];        /* the same without `cpus`; "": nothing */
};
void curve_read(const struct curve *k, const struct snapshot *s, bool smp,
                struct curve_points *out);

/* Mean over the points at or above `processors`, of the target; NAN if one of them is not measured
 * or there is none. */
double curve_score(const struct curve *k, const struct snapshot *s, const struct curve_points *p,
                   size_t target, uint64_t processors);

/* What all processors bring over one, of every target at the same x and with the parameters of p:
 * where both are measured of the most targets in one session, there at native's greatest figure on
 * all. */
struct curve_gain {
    bool known; /* of native at least */
    uint64_t x;
    double ratio[TARGETS_MAX]; /* NAN: not known at this x */
};
void curve_gain(const struct curve *k, const struct snapshot *s, const struct curve_points *p,
                struct curve_gain *out);

/* What struct panel asks (panel.h). */
size_t curve_columns(const struct curve *k, const struct snapshot *s, const struct view *v);
size_t curve_metric(const struct curve *k, const struct snapshot *s, const struct view *v);
bool curve_word(const struct curve *k, const struct snapshot *s, const struct view *v, char *out,
                size_t size);
void curve_draw(const struct curve *k, struct canvas *c, struct rect area, const struct snapshot *s,
                const struct view *v);

#endif
