/* plot.h - graphs on a grid of 2x4 dots a cell.
 *
 * Draw in the order reference, targets, selected target: a cell has one colour and the last writer
 * owns it. plot_blit puts the dots on the canvas as braille, or, in the other glyph sets, each cell
 * as the block or ASCII character that comes nearest, so callers need not care. */
#ifndef VMTAX_PLOT_H
#define VMTAX_PLOT_H

#include "ui/canvas.h"
#include "ui/number.h"

struct plot {
    int h, w; /* cells */
    struct plot_cell {
        uint8_t dots;  /* as in U+2800 */
        uint8_t style; /* of the last writer */
        bool area;     /* last written by an area: solid from the bottom */
    } * cells;         /* owned */
};

void plot_init(struct plot *p, int h, int w); /* negative sizes count as 0 */
void plot_release(struct plot *p);

/* One dot; x 0..2w-1 from the left, y 0..4h-1 from the top. */
void plot_dot(struct plot *p, int x, int y, enum style s);
void plot_line(struct plot *p, int x0, int y0, int x1, int y1, enum style s);
/* Points (x[i], y[i]) joined; NANs interrupt the line. Returns the row (cells from the top) of the
 * last point for its marker, -1 if there is none. */
int plot_series(struct plot *p, const struct axis *ax, const struct axis *ay, const double *x,
                const double *y, size_t count, enum style s);
/* The last 2w values, newest at the right edge, filled from the bottom; NAN is a gap, 0 is no ink,
 * anything above 0 at least one dot. top > 0 is the value of the upper edge. */
void plot_area(struct plot *p, const double *values, size_t count, double top, enum style s);
/* A dotted horizontal line at value (0..top), every third dot. */
void plot_level(struct plot *p, double value, double top, enum style s);
/* As plot_series, dotted: for native. */
void plot_dotted(struct plot *p, const struct axis *ax, const struct axis *ay, const double *x,
                 const double *y, size_t count, enum style s);
/* As plot_series, dashed: for what is emulated. */
int plot_dashed(struct plot *p, const struct axis *ax, const struct axis *ay, const double *x,
                const double *y, size_t count, enum style s);
/* Empty cells leave the canvas as it is. */
void plot_blit(const struct plot *p, struct canvas *c, int y, int x);

#endif
