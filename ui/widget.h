/* widget.h - the shapes of the visual grammar. Each draws into the canvas at a place and keeps
 * inside its field.
 *
 * Grammar: 100 is native and right is better, always. Hue and mark say who, verdict glyph and
 * colour say how good. Ink is overhead: the thin bar is the loss, a perfect guest leaves it empty.
 * A figure without an interval has a hollow mark. */
#ifndef VMTAX_WIDGET_H
#define VMTAX_WIDGET_H

#include "ui/canvas.h"
#include "ui/glyph.h"
#include "ui/key.h"
#include "ui/number.h"
#include "ui/plot.h"

/* A key hint in a frame. A list of them ends with action ACTION_NONE. */
struct hint {
    enum action action;
    const char *label; /* NULL: the key table's */
};

struct box {
    const char *title;
    const char *note;          /* after the title, dim; may be NULL */
    char number;               /* '1': drawn as a superscript before the title; 0: none */
    const struct hint *top;    /* what acts on the box, top right; the first ones stay longest */
    const struct hint *bottom; /* what acts on the row, bottom right */
    const char *bottom_note;   /* bottom left, dim; of parts by "; " the first that fit */
    bool focus;
};

/* Frame with title and hints; the inside is blanked. Returns the rectangle for content: one column
 * of padding at each side; the cursor goes into the left one. Boxes below 2x4 draw nothing. */
struct rect widget_box(struct canvas *c, struct rect r, const struct box *box);
/* The selected row's mark, left of content that begins at column x. */
void widget_cursor(struct canvas *c, int y, int x, bool selected);
/* A figure that ends at column right (inclusive); of what is emulated dim, and marked. NULL: none.
 */
void widget_figure(struct canvas *c, int y, int right, const char *text, bool emulated);

/* "↑ 3 more" / "↓ 12 more" in the frame when a list does not fit. above, below: hidden rows. */
void widget_more(struct canvas *c, struct rect box, size_t above, size_t below);
/* First row to show so that `selected` is among `visible` of `count` rows. */
size_t widget_scroll(size_t first, size_t selected, size_t visible, size_t count);

/* Thin overhead bar of width w: loss 0..1, half-cell steps; a loss of 1 % or more leaves ink.
 * Emulated: dashed and dim. NAN: an empty groove. */
void widget_ink(struct canvas *c, int y, int x, int w, double loss, enum style s, bool emulated);
/* The same shape for any share 0..1 (cpu use, progress). */
void widget_bar(struct canvas *c, int y, int x, int w, double share, enum style s);
/* Solid progress bar, eighth steps. */
void widget_progress(struct canvas *c, int y, int x, int w, double share, enum style s);

/* One figure on an axis. */
struct mark {
    double value;
    double low, high;  /* valid if bounded */
    bool bounded;      /* false: hollow mark */
    double native;     /* where the ruler stands; NAN: none */
    const char *kind;  /* "container": gives mark and hue */
    bool emulated;     /* hollow, dashed */
    enum style line;   /* whiskers: style_of_verdict() as a rule */
    bool marks_native; /* native's own figure: the mark is the ruler */
};

/* Dot and whisker over a groove: ├─●─┤ and the ruler ┃. Beyond the axis: ‹ or › at the edge. */
void widget_whisker(struct canvas *c, int y, int x, int w, const struct axis *a,
                    const struct mark *m);
/* Amount from the left end: ━━━├■┤··┃·· */
void widget_lollipop(struct canvas *c, int y, int x, int w, const struct axis *a,
                     const struct mark *m);
/* Tick labels below an axis of width w, and a unit at the right if it fits; labels never touch. */
void widget_axis(struct canvas *c, int y, int x, int w, const struct axis *a, const char *unit);

/* Newest value at the right; see plot.h. */
void widget_area(struct canvas *c, struct rect r, const double *values, size_t count, double top,
                 enum style s);
/* One row high. */
void widget_spark(struct canvas *c, int y, int x, int w, const double *values, size_t count,
                  double top, enum style s);

/* times: how many times slower than native (1 = equal, below 1 counts as 1): the ramp 1..8+, log.
 * text fills the cell, right-aligned; in wide cells a blank follows if there is room. NAN: "—". */
#define WIDGET_HEAT_PAD(w) ((w) >= 6)
void widget_heat(struct canvas *c, int y, int x, int w, double times, const char *text);
enum style widget_heat_style(double times);

/* The mark of a target in its hue: hollow and dim unless snapshot_confirmed(). */
void widget_mark(struct canvas *c, int y, int x, const struct board_target *t);
/* Mark and name of a target: "■ kvm", cut to w; emulated adds " EMULATED" if it fits.
 * Returns the column after it. */
int widget_target(struct canvas *c, int y, int x, int w, const struct board_target *t);
/* One comparison in exactly w >= 6 columns, right-aligned: " 97.2▽"; emulated: "~14.2 "; not
 * measured: "—", cannot: "n/a", both dim. */
void widget_ratio(struct canvas *c, int y, int x, int w, double ratio, enum verdict v,
                  enum unit_mode unit, bool emulated);
/* Text cut to w columns, with an ellipsis if it was cut. */
void widget_cut(struct canvas *c, int y, int x, int w, enum style s, unsigned attr,
                const char *text);

#endif
