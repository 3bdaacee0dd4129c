/* live.h - the run that is going on, in whatever room there is: used by the overview and by the
 * live view. */
#ifndef VMTAX_LIVE_H
#define VMTAX_LIVE_H

#include "ui/row.h"

/* Slots that are over before anybody has seen them: their ticks in time would be a few dots, and
 * the next row begins. */
bool live_brief(const struct snapshot *s);
/* Throughput over the last span seconds: guests as areas in their hue, native's slots as a line and
 * native's figure as a dotted level; stalls marked above. With labels: a scale at the left and
 * "native", "now" at the right (for w >= 40 and h >= 4). Brief slots stand side by side instead,
 * each as one step, as wide as all that the row will have leave room for. */
void live_graph(struct canvas *c, struct rect r, const struct snapshot *s, double span_s);

/* What is said in place of a row while its target says nothing. */
#define LIVE_SILENT "nothing heard for %.0f s"

/* The run has begun and no row of it has: targets start. */
bool live_preparing(const struct snapshot *s);
/* Then, instead of the graph: the other targets with their states, and all of what is waited for
 * where the title cut it. */
void live_targets(struct canvas *c, struct rect r, const struct snapshot *s);

/* "● container  full read 64K" left, "measure  block 4/12  eta 1:12" right, one row. While a target
 * starts: what it waits for, and since when. */
void live_title(struct canvas *c, int y, int x, int w, const struct snapshot *s);
/* Percentiles of the latest slot, native beside: one row. Without a histogram: the phase. */
void live_latency(struct canvas *c, int y, int x, int w, const struct snapshot *s);
/* "vs native ···├●┤··┃·· 97.2▽ ±0.4" of the metric that runs: one row. */
void live_versus(struct canvas *c, int y, int x, int w, const struct snapshot *s,
                 enum unit_mode unit);
/* Progress bar of the whole plan with share and times: one row. */
void live_progress(struct canvas *c, int y, int x, int w, const struct snapshot *s);

/* Slots of a target that have ended since the row began; value, if there are any: the latest. */
size_t live_slots(const struct snapshot *s, size_t target, double *value);

/* The guest whose comparison is shown while this slot runs: the target of the slot, or the first
 * guest while a native slot runs; 0 if there is none. */
size_t live_guest(const struct snapshot *s);

#endif
