/* svg.h - the few things that charts are drawn with. Coordinates are pixels of the picture, y
 * downwards; classes are those of svg_style. Every text is foreign and escaped. */
#ifndef VMTAX_REPORT_SVG_H
#define VMTAX_REPORT_SVG_H

#include <stdbool.h>
#include <stdio.h>

/* For all charts, light and dark, for the style element of a picture or of a page. */
extern const char svg_style[];

/* A picture that grows and shrinks with its page; title and text are what is read to who cannot
 * see it. alone: a document of its own, with its style and ground. */
void svg_open(FILE *out, double width, double height, const char *title, const char *text,
              bool alone);
void svg_close(FILE *out);

enum svg_anchor { SVG_START, SVG_MIDDLE, SVG_END };

void svg_text(FILE *out, double x, double y, enum svg_anchor anchor, const char *class,
              const char *text);
void svg_line(FILE *out, double x1, double y1, double x2, double y2, const char *class);
void svg_rect(FILE *out, double x, double y, double width, double height, const char *class);

/* A mark's shape tells a target where colour does not. */
enum svg_shape { SVG_CIRCLE, SVG_SQUARE, SVG_DIAMOND, SVG_TRIANGLE, SVG_SHAPES };
/* About 8 pixels wide; tip is what a pointer over it shows, NULL: nothing. */
void svg_mark(FILE *out, double x, double y, enum svg_shape shape, const char *class,
              const char *tip);

#endif
