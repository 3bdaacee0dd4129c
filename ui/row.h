/* row.h - one metric as every panel shows it.
 *
 * A row is a workload with its parameters; on each guest it has at most one comparison with native.
 * row_read() folds what the board knows of it (comparison, figure, state of the target) into one
 * struct, so that no panel can show a ratio without asking for its interval, its count, its
 * detectable effect and its flags, or an empty place without its reason. */
#ifndef VMTAX_ROW_H
#define VMTAX_ROW_H

#include "ui/panel.h"
#include "ui/widget.h"

#define ROWS_MAX    512
#define LABEL_MAX   96
#define REASON_TEXT (REASON_MAX + 128) /* and what the screen says around it */

struct row {
    const struct board_metric *metric;
    const struct board_target *target;
    const struct board_cell *cell;
    bool compared;     /* a ratio is known */
    bool measured;     /* at least this target's own figure is known */
    double ratio;      /* performance relative to native, 1 = equal; NAN if not compared */
    double low, high;  /* of the ratio; valid if bounded */
    bool bounded;      /* the interval is known, and says something (stats_telling) */
    bool approximate;  /* the interval is a t interval: too few blocks for the exact one */
    bool emulated;     /* outside of every mean and verdict */
    size_t n;          /* blocks */
    double detectable; /* smallest change found with 80 % power, as a share (0.02 = 2 %); NAN */
    bool brief; /* looked at only briefly: a change that is noticed, which finds nothing yet */
    enum verdict verdict;
    uint32_t flags;
    bool stale; /* from a stored result: age_s old */
    bool older; /* and from an earlier one than the rest */
    double age_s;
};

/* metric < s->metric_count, target < s->target_count. For native (target 0): the figure alone. */
struct row row_read(const struct snapshot *s, size_t metric, size_t target);
/* How far the row is that is being measured: "prepare; the JVM is started and warmed", and as soon
 * as its slot has a tick that: "4021 op/s now". False: another runs, or none. */
bool row_running(const struct snapshot *s, size_t metric, char out[REASON_TEXT]);
/* Why there is no ratio, as a sentence with the user's keys; never empty if row.compared is false.
 * map: NULL is the table's keys. */
void row_reason(const struct snapshot *s, const struct row *r, const struct keymap *map,
                char out[REASON_TEXT]);
/* The same where each target has a line of its own: how far a slot is stands in its target's only.
 */
void row_own_reason(const struct snapshot *s, const struct row *r, const struct keymap *map,
                    char out[REASON_TEXT]);
/* The same for a box none of whose rows (count may be 0) has a figure, as two sentences: why, and
 * what measures them: word, on the command line or by the key of `run`, whichever there is where
 * this snapshot is shown. */
void row_missing(const struct snapshot *s, const size_t *metrics, size_t count, const char *word,
                 const struct keymap *map, char out[REASON_TEXT]);

/* "fork+exec", "full read 64K smp", "2p0k cross-cpu", "file read 64M/64K direct". */
void row_label(const struct board_metric *m, char out[LABEL_MAX]);
/* The parameters alone in as few words as they need; "" if they are all the usual ones. */
void row_params(const struct board_metric *m, char out[PARAMS_TEXT]);
/* The word of the command line that measures this row: "membw.frd:size=64K,cpus=1". */
void row_word(const struct board_metric *m, char *out, size_t size);
/* The same by number; the subsystem's where there is no such row. */
void row_word_or_subsystem(const struct snapshot *s, size_t metric, enum subsystem sub, char *out,
                           size_t size);
/* The value of a parameter, or otherwise if the row has none of that name. */
uint64_t row_param(const struct board_metric *m, const char *name, uint64_t otherwise);

/* Indexes of the metrics of a subsystem (SUBSYSTEM_COUNT: all) whose workload id begins with prefix
 * and whose label or id holds the view's filter. Returns how many, at most ROWS_MAX. */
size_t row_list(const struct snapshot *s, const struct view *v, enum subsystem sub,
                const char *prefix, size_t out[ROWS_MAX]);

/* The mark of a row on an axis of ratios, in per cent of native. */
struct mark row_mark(const struct row *r);
/* The axis for a set of ratios in per cent: holds 100, from 0 if something lost more than half. */
struct axis row_axis(const double *percents, size_t count);
/* The axis at a level of zoom: 0 leaves it as it is, the others are fixed ranges. */
#define ZOOM_LEVELS 5
struct axis row_zoom(struct axis fit, size_t level);
/* The mark of a row alone, on an axis w columns wide; an arrow at the end beyond which it lies. */
void row_draw_mark(struct canvas *c, int y, int x, int w, const struct axis *a,
                   const struct row *r);
/* The paper's guests as small letters o, x, k at what they had relative to their native. */
void row_draw_ghosts(struct canvas *c, int y, int x, int w, const struct axis *a,
                     const struct snapshot *s, const struct workload *wl, const char *params);

/* "14 days", "3 hours", "5 min"; "14d", "3h", "5m" in at most four columns. */
char *row_age(double seconds, char out[32]);
char *row_age_short(double seconds, char out[NUMBER_MAX]);
/* A figure in its unit: "0.108 µs", "8.31 GB/s". */
char *row_figure(const struct workload *w, double value, char out[32]);
/* The target's own figure of a measured row, "~" before it if it is emulated. */
char *row_own_figure(const struct row *r, char out[32]);
/* Its interval in the same unit, without it: "0.107–0.109". */
char *row_range(const struct workload *w, double value, double low, double high, char out[32]);
/* Of a database, what its transactions consisted of: "12.2k/s: 8509 read, 2431 write, 1216 other;
 * errors 0". False for all others. */
#define STATEMENTS_TEXT 120
bool row_statements(const struct figure_value *f, char out[STATEMENTS_TEXT]);
/* "±0.4" of the interval (in the unit of the ratio); "±?" if there is none, "" if not compared. */
char *row_half(const struct row *r, enum unit_mode unit, char out[NUMBER_MAX]);
/* What stands above or below the columns of ratio and interval; figures: columns of their own tell
 * the figures in their units, else in the raw mode the ratio's does. */
const char *row_ratio_heading(enum unit_mode unit, bool figures);
const char *row_half_heading(enum unit_mode unit, bool figures);
/* "1.9%": the detectable effect; "" if unknown. row_finds puts that of a row that was looked at
 * only briefly in brackets, for columns in which both stand: "(1.9%)". */
char *row_finds(const struct row *r, char out[NUMBER_MAX]);
char *row_detectable(const struct row *r, char out[NUMBER_MAX]);

/* The ratio with its verdict glyph in w columns, or the figure in units if the view wants raw ones.
 */
void row_draw_ratio(struct canvas *c, int y, int x, int w, const struct row *r,
                    enum unit_mode unit);

/* Does this version measure anything of the subsystem? */
bool row_subsystem_exists(enum subsystem sub);
/* How many rows the profile measures of it. */
size_t row_subsystem_rows(enum subsystem sub, enum profile profile);

/* The paper's own figure of this workload in microseconds on "native", "openvz", "xen" or "kvm";
 * NAN if it has none. */
double row_paper(const struct snapshot *s, const struct workload *w, const char *kind);
/* With `P`: what the paper's text says of these rows in a sentence, wrapped at the top of in, of
 * which it leaves most. Returns the rows that it took; 0: it says nothing, or is not wanted. */
int row_draw_paper(struct canvas *c, struct rect in, const struct snapshot *s, const struct view *v,
                   const struct workload *w);
/* What the paper says of a kind relative to its native, in its tables or its text; NAN: nothing. */
double row_paper_relation(const struct snapshot *s, const struct workload *w, const char *params,
                          const char *kind);

/* The guest that one-target views show: view.target if it is one, else the first; 0 if there is no
 * guest. */
size_t row_target(const struct snapshot *s, const struct view *v);
/* Has anything been measured on the target (or on any, SIZE_MAX)? */
bool row_any(const struct snapshot *s, size_t target);

#endif
