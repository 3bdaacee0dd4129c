/* panel.h - one panel: a const descriptor; one file each. A panel reads the snapshot and its view
 * state only; drawing changes neither. */
#ifndef VMTAX_PANEL_H
#define VMTAX_PANEL_H

#include "snapshot.h"
#include "ui/canvas.h"
#include "ui/reading.h"

enum unit_mode { UNIT_PERCENT, UNIT_TIMES, UNIT_RAW, UNIT_COUNT };

/* What the user has set: belongs to the application, changed only by keys. */
struct view {
    size_t box;        /* focused box of the panel */
    size_t row[16];    /* selected row of each box */
    size_t column[16]; /* selected column (heat matrix, sweeps) */
    size_t scroll[16];
    enum unit_mode unit;
    bool other_view[16]; /* `o` in that box */
    bool log_axis[16];   /* `a` in that box */
    size_t zoom[16];     /* `z` in that box: level of row_zoom() */
    size_t sort;         /* index into the panel's sort orders */
    bool reverse;
    bool expanded; /* the focused box fills the screen */
    bool frozen;
    bool paper;    /* the paper's own figures as ghost marks */
    size_t target; /* target that one-target views show (> 0) */
    double span_s; /* time range of live graphs: 30, 120, 600 */
    size_t metric; /* shown by a detail view; SIZE_MAX: the one that runs */
    char filter[48];
};

struct panel {
    const char *id;          /* "overview", for `vmtax screen` */
    char key;                /* '1'..'9', '0', 'H', 'W', 'L' */
    const char *title;       /* "Overview" */
    const char *short_title; /* "Over" */
    /* Boxes that can have the focus at this size, for Tab. */
    size_t (*boxes)(const struct snapshot *s, int h, int w);
    /* Rows (and columns, may be NULL) of a box, to bound the cursor. */
    size_t (*rows)(const struct snapshot *s, const struct view *v, size_t box);
    size_t (*columns)(const struct snapshot *s, const struct view *v, size_t box);
    /* The metric under the cursor, SIZE_MAX if none: for Enter, run, why, copy. */
    size_t (*metric)(const struct snapshot *s, const struct view *v);
    /* What `r` starts, as a word of the command line ("sys.read:…", "memory"), or false with the
     * reason in out. NULL: the metric under the cursor. */
    bool (*word)(const struct snapshot *s, const struct view *v, char *out, size_t size);
    /* `i` and `f`: the row of the first box where the suite begins, and the line to scroll to;
     * SIZE_MAX: no such row. NULL: the panel has no suites. */
    size_t (*suite)(const struct snapshot *s, const struct view *v, bool of_floats, size_t *scroll);
    /* Enter: the key of the panel to jump to, or 0: the detail view of the metric. May be NULL. */
    char (*open)(const struct snapshot *s, const struct view *v);
    /* Enter, where it opens nothing: what the row under the cursor says, whole. False: it has no
     * such text. May be NULL. */
    bool (*read)(const struct snapshot *s, const struct view *v, struct reading *out);
    /* Draw into area of c (tabs and footer are drawn by the application). */
    void (*draw)(struct canvas *c, struct rect area, const struct snapshot *s,
                 const struct view *v);
};

/* Every panel that this version has (panel.c); ends with NULL. A panel whose key is 0 has no tab:
 * it is opened from a row or by its own action ("live"). */
extern const struct panel *const panels[];
/* By its id, else by the name of its tab, in whichever case: "java", "Jvm"; NULL: there is none. */
const struct panel *panel_find(const char *id);

/* Rows in which panel_verdict shows all that it has, so many columns wide; c is not drawn on. */
int panel_verdict_height(struct canvas *c, int w, const struct snapshot *s);

/* One tab for each of TAB_KEYS (key.h), by place. Without a panel it is shown dim, and its key says
 * so. */
struct tab {
    char key;
    const char *title, *short_title;
    const struct panel *panel; /* may be NULL */
};
struct tab tab_at(size_t place);

extern const struct panel panel_verdict, /* of a check: not a tab, opened by `c` */
    panel_live; /* the live run view: not a tab, opened from any row and by `v` */

#endif
