/* sweep.h - one workload over one parameter: braille lines by a logarithmic axis, native dotted as
 * the ruler, each guest's mark at the right end, the caches' sizes as dotted verticals, and below
 * the axis the verdict of every point, or that it is being measured. */
#ifndef VMTAX_SWEEP_H
#define VMTAX_SWEEP_H

#include "ui/row.h"

#define SWEEP_MAX 64

struct sweep {
    const char *id;         /* "membw.frd" */
    const char *x;          /* the parameter along the axis: "size" */
    const char *fixed;      /* what the others must be: "cpus=1"; "" = anything */
    bool caches;            /* draw the caches' sizes */
    bool linear;            /* the axis, and its values are plain numbers */
    bool counts;            /* its values are plain numbers, the axis is logarithmic */
    const char *one, *many; /* not NULL: mark the knee, "at 1 client", "at 8 clients" */
    bool bare;              /* no row for a single point below the verdicts: another box has that */
    bool peaks;             /* below: each target's greatest figure, in place of the worst point */
    bool smp;               /* of all processors: the paper's relations are of one */
    const char *label;      /* left of the axis; NULL: the figures' unit */
};

/* Metrics of the sweep by ascending x; returns how many. */
size_t sweep_points(const struct snapshot *s, const struct sweep *w, size_t out[SWEEP_MAX]);
/* Of its points, the metric under the cursor of the box that has it; SIZE_MAX: there is none. */
size_t sweep_metric(const struct snapshot *s, const struct view *v, const struct sweep *w);
/* Of these points, the one with the target's greatest figure; SIZE_MAX: none is measured. */
size_t sweep_peak(const struct snapshot *s, const size_t *points, size_t count, size_t target);
/* Of these points by ascending x, the first with at least SWEEP_KNEE of the target's greatest
 * figure: more of x brings little more. Where only the last measured point has that much, the curve
 * still rises, and nothing is known of its knee but that it is not before: then point is that one.
 * SIZE_MAX: none is measured, or a single one. */
#define SWEEP_KNEE 0.95
struct knee {
    size_t point;
    bool rising;
};
struct knee sweep_knee(const struct snapshot *s, const size_t *points, size_t count, size_t target);
/* "peak 44.1  ■ 34.6  78.5 %": native's and the chosen guest's greatest figures, whatever the
 * point. */
void sweep_draw_peaks(struct canvas *c, int y, int x, int w, const struct snapshot *s,
                      const struct view *v, const size_t *points, size_t count);
/* Into the inside of a box, in which a click selects the point that is nearest; selected: the one
 * with the cursor, SIZE_MAX none. */
void sweep_draw(struct canvas *c, struct rect in, const struct snapshot *s, const struct view *v,
                const struct sweep *w, size_t box, size_t selected);

#endif
