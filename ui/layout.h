/* layout.h - where things go: pure functions of sizes, swept by a test over all terminals.
 *
 * Parts that do not get their minimum disappear whole (h or w = 0), the lowest priority first; the
 * others grow by weight. Nothing overlaps, nothing lies outside. */
#ifndef VMTAX_LAYOUT_H
#define VMTAX_LAYOUT_H

#include "ui/canvas.h"

enum size_class {
    SIZE_TOO_SMALL, /* below 60x16: one line */
    SIZE_TEXT,      /* below 80 columns or 24 rows: one column of text, no graphs */
    SIZE_SMALL,     /* 80x24 and more: complete */
    SIZE_WIDE,      /* 110 columns and more: intervals, second column */
    SIZE_HUGE,      /* 150x44 and more: third column */
};

/* Of the whole terminal. */
enum size_class layout_size(int h, int w);
/* Of the area that a panel gets (two rows less). */
enum size_class layout_area_size(struct rect area);

/* Tabs on top, footer below, the panel between. At SIZE_TOO_SMALL all are empty. */
struct layout {
    struct rect tabs, area, footer;
};
struct layout layout_frame(int h, int w);

struct part {
    int min;      /* rows or columns it needs */
    int max;      /* 0: no limit */
    int weight;   /* share of what is left over; 0: stays at min */
    int priority; /* higher ones stay longer; equal: the later goes first */
};

/* Split r into count parts from top to bottom / left to right. If no part may grow, the last one
 * that is left gets the rest up to its max, so that boxes fill the screen. */
void layout_rows(struct rect r, const struct part *parts, size_t count, struct rect *out);
void layout_columns(struct rect r, const struct part *parts, size_t count, struct rect *out);

/* A dialog of wanted size in the middle of r, smaller if r is. */
struct rect layout_center(struct rect r, int h, int w);

#endif
